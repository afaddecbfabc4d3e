"""How sure must the recogniser be before the pipeline believes a line?

    python book/tools/choose_min_score.py    # needs OCR_DATA; writes book/results/min-score.json

Reads validation pictures only: SROIE's receipts with the detector of lines, and the evaluation
sets of the detector of words. A line below the bar is set apart as doubtful. The bar shall cost
hardly any word that was read rightly: the highest one tried that loses at most one in a thousand
of any set is chosen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import DetRecipe, expand, load_recipe
from ocrlib.data.build import det_eval_samples
from ocrlib.data.sources import LabelledDet
from ocrlib.deploy.pipeline import Pipeline
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.metrics.end_to_end import WordMetric
from ocrlib.types import DetSample, Page

LINES, WORDS, READER = "det-lite", "det-lite-word", "rec-lite-en"
LOSS = 0.001  # of the right words of a set
TRIED = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def figures(pages: Sequence[tuple[Page, DetSample]], bar: float) -> dict[str, Any]:
    """Detection (IoU 0.5) and words (a bag per picture) of the lines at or above a bar."""
    boxes, words = DetectionMetric(), WordMetric()
    right = 0
    for page, truth in pages:
        lines = [line for line in page.lines if line.score >= bar]
        labels = [i.polygon for i in truth.instances], [i.ignore for i in truth.instances]
        boxes.update([line.polygon for line in lines], *labels)
        said = " ".join(i.text for i in truth.instances if not i.ignore)
        right += words.update(" ".join(line.text for line in lines), said).matched
    return {"bar": bar, "right": right, "boxes": boxes.compute(), "words": words.compute()}


def choose(tables: Sequence[Sequence[dict[str, Any]]]) -> float:
    """The highest bar at which every set keeps its right words, but for one in a thousand."""
    kept: list[float] = [
        bar
        for bar, *rows in zip(TRIED, *tables, strict=True)
        if all(
            row["right"] >= (1 - LOSS) * table[0]["right"]
            for row, table in zip(rows, tables, strict=True)
        )
    ]
    return max(kept)


def main() -> int:
    """Try every bar on every set."""
    files = expand("${OCR_DATA}/sroie/det.txt"), expand("${OCR_DATA}/sroie/split.tsv")
    receipts, nothing = LabelledDet(*files, "val"), np.random.default_rng(0)
    recipe = load_recipe(WORDS)
    assert isinstance(recipe, DetRecipe)
    sets = {"SROIE val": (LINES, [receipts.sample(i, nothing) for i in range(len(receipts))])}
    for entry in recipe.eval:
        sets[entry.name] = WORDS, list(det_eval_samples(entry, recipe.data.on_bad))
    tables = {}
    for name, (detector, samples) in sets.items():
        pipeline = Pipeline(detector, READER, min_score=0)
        pages = [(pipeline(sample.image), sample) for sample in samples]
        tables[name] = [figures(pages, bar) for bar in TRIED]
        print(name, [row["right"] for row in tables[name]], flush=True)
    chosen = choose(list(tables.values()))
    content = {
        "command": "python book/tools/choose_min_score.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "bundles": {
            name: load_bundle(name).spec.files["model.onnx"] for name in (LINES, WORDS, READER)
        },
        "chosen": chosen,
        "sets": tables,
    }
    path = ROOT / "book" / "results" / "min-score.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print("chosen:", chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
