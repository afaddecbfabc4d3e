"""How well is Chinese read: renders in a family not trained on, and two small real sets.

    python book/tools/chinese_figures.py                      # writes book/results/rec-lite-zh.json
    python book/tools/chinese_figures.py --model runs/rec-lite-zh --out figures.json

Renders come from seeds that no recipe uses, and have 2 to 10 characters. The real sets need
$OCR_DATA and are left out without it. One of them is in traditional characters, of which the
charset has only those that were never simplified; the other holds three more scripts. Labels that
cannot be spelt are counted, and the figures are given with them and without.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.charset import Charset
from ocrlib.commands.eval import predictor
from ocrlib.commands.train import git_commit
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import rec_source
from ocrlib.data.labels import read_rec_labels
from ocrlib.images import read_image
from ocrlib.metrics.protocol import CHINESE_LINES
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.types import ByteImage, RecSample

SEEDS = (5_000_001, 5_000_002, 5_000_003)
COUNT = 400
LENGTHS = range(2, 11)  # characters
SETS = ("aicup_street_zh", "ppocr_doc_demo")

Fonts = Literal["chinese", "chinese-held-out"]
FONTS: tuple[Fonts, ...] = ("chinese", "chinese-held-out")
Read = Callable[[Sequence[ByteImage]], list[tuple[str, float]]]


def renders(fonts: Fonts, seed: int, count: int) -> list[RecSample]:
    """Words of 2 to 10 characters; number i of all words depends on the seed and i alone."""
    recipe = SourceRecipe("synth-text", fonts=fonts, language="chinese", words_ratio=1.0)
    source = rec_source(recipe, "refuse")
    samples: list[RecSample] = []
    number = 0
    while len(samples) < count:
        sample = source.sample(0, np.random.default_rng([seed, number]))
        number += 1
        if len(CHINESE_LINES(sample.text)) in LENGTHS:
            samples.append(sample)
    return samples


def figures(read: Read, samples: Sequence[RecSample]) -> dict[str, Any]:
    """Line accuracy and normalised edit similarity; full-width forms and spaces do not count."""
    metric = RecognitionMetric()
    texts = [text for text, _ in read([sample.image for sample in samples])]
    metric.update(map_texts(texts), map_texts([sample.text for sample in samples]))
    return {"texts": len(samples), **{k: round(v, 4) for k, v in metric.compute().items()}}


def map_texts(texts: Sequence[str]) -> list[str]:
    """What the protocol compares."""
    return [CHINESE_LINES(text) for text in texts]


def on_renders(read: Read, fonts: Fonts, count: int) -> dict[str, Any]:
    """The figures of every seed, their mean, and the spread between seeds."""
    rows = [figures(read, renders(fonts, seed, count)) for seed in SEEDS]
    result: dict[str, Any] = {"seeds": list(SEEDS), "rows": rows}
    for name in ("accuracy", "norm_edit_similarity"):
        values = [row[name] for row in rows]
        result[name] = round(statistics.fmean(values), 4)
        result[f"{name}_spread"] = round(statistics.stdev(values), 4)
    return result


def on_labels(read: Read, charset: Charset, file: Path) -> dict[str, Any]:
    """The figures of a label file, for all of it and for the labels that can be spelt."""
    labels = read_rec_labels(file)
    samples = [RecSample(read_image(one.picture), one.text, str(one.line)) for one in labels]
    missing = [charset.missing(CHINESE_LINES(sample.text)) for sample in samples]
    spelt = [s for s, lacking in zip(samples, missing, strict=True) if not lacking]
    lacking = Counter(character for one in missing for character in one)
    return {
        "all": figures(read, samples),
        "without_outside": figures(read, spelt) if spelt else None,
        "outside_texts": len(samples) - len(spelt),
        "outside_characters": len(lacking),
    }


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="rec-lite-zh", help="a bundle, or the folder of a run")
    parser.add_argument("--out", type=Path, default=ROOT / "book" / "results" / "rec-lite-zh.json")
    parser.add_argument(
        "--count", type=int, default=COUNT, help="renders per seed and set of fonts"
    )
    options = parser.parse_args()
    task, read, charset = predictor(options.model)
    if charset is None:
        print(f"{options.model}: not a recogniser but for the task {task}", file=sys.stderr)
        return 1
    content: dict[str, Any] = {
        "command": f"python book/tools/chinese_figures.py --model {options.model}",
        "model": options.model,
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "protocol": CHINESE_LINES.name,
        "renders": {fonts: on_renders(read, fonts, options.count) for fonts in FONTS},
    }
    data = os.environ.get("OCR_DATA")
    if data:
        files = {name: Path(data) / name / "rec.txt" for name in SETS}
        content["sets"] = {name: on_labels(read, charset, file) for name, file in files.items()}
    else:
        print("OCR_DATA is not set: no real sets", file=sys.stderr)
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for fonts, row in content["renders"].items():
        print(f"{fonts}: similarity {row['norm_edit_similarity']}, accuracy {row['accuracy']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
