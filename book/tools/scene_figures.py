"""How well does a detector of words find those in ICDAR 2015's test scenes?

    python book/tools/scene_figures.py det-lite-word
    python book/tools/scene_figures.py runs/det-lite-word-real-bundle --post 0.4 0.6 1.0
    python book/tools/scene_figures.py BUNDLE --reading min:960 --post 0.2 0.5 0.8

Adds a row to book/results/ic15-scenes.json: precision, recall and hmean as `ocrlib eval` measures
them. With --reading and --post, another reading size, other thresholds and another unclip ratio
than the bundle's own are used, and the row's name says so. Nothing is chosen by these figures;
needs OCR_DATA.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from choose_postprocess import reading
from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import Bundle, load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import expand
from ocrlib.data.sources import LabelledDet
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess
from ocrlib.train.predict import find_text, measure_pages

RESULTS = ROOT / "book" / "results" / "ic15-scenes.json"


def measure(
    bundle: Bundle, preprocess: DetPreprocess, post: DBPostprocess, scenes: LabelledDet
) -> dict[str, Any]:
    """One bundle's figures on all scenes, and how it looks at them."""
    predict = partial(find_text, OnnxModel(bundle.model), preprocess, post)
    nothing = np.random.default_rng(0)  # labelled samples leave nothing to chance
    figures = measure_pages(predict, (scenes.sample(i, nothing) for i in range(len(scenes))), 0.5)
    return {
        "sha256": bundle.spec.files["model.onnx"],
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "reading size": f"{preprocess.limit_type} {preprocess.limit_side}",
        "postprocess": post.to_dict(),
        "seed of the training": bundle.spec.seed,
        **figures,
    }


def as_asked(
    bundle: Bundle, size: tuple[str, int] | None, numbers: Sequence[float] | None
) -> tuple[str, DetPreprocess, DBPostprocess]:
    """What a row's name says of the changes ("" for none), and the bundle's two rules with them.

    Args:
        bundle: of a detector.
        size: rule and side (px) of the reading size, or None.
        numbers: threshold, box threshold and unclip ratio, or None.
    """
    said, preprocess = "", bundle.spec.preprocess
    assert isinstance(preprocess, DetPreprocess)
    post = DBPostprocess.from_dict(bundle.spec.postprocess or {})
    if size:
        said += f" at {size[0]} {size[1]}"
        preprocess = replace(preprocess, limit_type=size[0], limit_side=size[1])
    if numbers:
        said += " at " + " / ".join(f"{number:g}" for number in numbers)
        thresh, box_thresh, unclip_ratio = numbers
        post = replace(post, thresh=thresh, box_thresh=box_thresh, unclip_ratio=unclip_ratio)
    return said, preprocess, post


def main() -> int:
    """Measure one bundle, keep the other rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle", help="name or folder")
    parser.add_argument(
        "--post",
        nargs=3,
        type=float,
        metavar=("THRESH", "BOX_THRESH", "UNCLIP_RATIO"),
        help="by default the bundle's own",
    )
    parser.add_argument(
        "--reading", type=reading, metavar="RULE:SIDE", help="by default the bundle's own"
    )
    args = parser.parse_args()
    scenes = LabelledDet(expand("${OCR_DATA}/ic15_det/det.txt"))
    content = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    bundle = load_bundle(args.bundle)
    said, preprocess, post = as_asked(bundle, args.reading, args.post)
    command = shlex.join(["python", "book/tools/scene_figures.py", *sys.argv[1:]])
    row = {"command": command, **measure(bundle, preprocess, post, scenes)}
    name = Path(args.bundle).name.removesuffix("-bundle") + said
    print(name, {key: round(row[key], 4) for key in ("precision", "recall", "hmean")})
    content = {
        "command": "python book/tools/scene_figures.py BUNDLE ...",
        "data": f"ICDAR2015 test scenes, our {len(scenes)}; IoU above 0.5, with regions that do "
        "not count",
        "bundles": content.get("bundles", {}) | {name: row},
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
