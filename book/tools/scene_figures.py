"""How well do detectors of words find those in ICDAR 2015's test scenes?

    python book/tools/scene_figures.py det-lite-word runs/det-lite-word-middle-bundle ...
    python book/tools/scene_figures.py runs/det-lite-word-real-bundle --post 0.4 0.6 1.0
    python book/tools/scene_figures.py BUNDLE --reading min:960 --post 0.2 0.5 0.8

Writes book/results/ic15-scenes.json: precision, recall and hmean of every bundle given, as
`ocrlib eval` measures them. With --reading and --post, another reading size, other thresholds and
another unclip ratio than the bundle's own are used, and the row says so. A bundle that was
measured before and is not given keeps its row. Nothing is chosen by these figures; needs OCR_DATA.
"""

from __future__ import annotations

import argparse
import json
import sys
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


def main() -> int:
    """Measure the bundles given, keep the other rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundles", nargs="+", help="names or folders")
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
    rows = content.get("bundles", {})
    for folder in args.bundles:
        bundle = load_bundle(folder)
        name = Path(folder).name.removesuffix("-bundle")
        preprocess = bundle.spec.preprocess
        assert isinstance(preprocess, DetPreprocess)
        post = DBPostprocess.from_dict(bundle.spec.postprocess or {})
        if args.reading:
            kind, side = args.reading
            name += f" at {kind} {side}"
            preprocess = replace(preprocess, limit_type=kind, limit_side=side)
        if args.post:
            name += " at " + " / ".join(f"{value:g}" for value in args.post)
            names = ("thresh", "box_thresh", "unclip_ratio")
            post = replace(post, **dict(zip(names, args.post, strict=True)))
        rows[name] = measure(bundle, preprocess, post, scenes)
        print(name, {key: round(rows[name][key], 4) for key in ("precision", "recall", "hmean")})
    content = {
        "command": "python book/tools/scene_figures.py BUNDLE ...",
        "data": f"ICDAR2015 test scenes, our {len(scenes)}; IoU above 0.5, with regions that do "
        "not count",
        "bundles": rows,
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
