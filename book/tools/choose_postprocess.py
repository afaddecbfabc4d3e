"""Which thresholds and unclip ratio suit a trained detector, by its recipe's own evaluation sets?

    python book/tools/choose_postprocess.py runs/det-lite-word-bundle det-lite-word
    python book/tools/choose_postprocess.py BUNDLE RECIPE --reading max:1280 min:960  # sizes, too

The second argument is the recipe. None of its evaluation sets takes part in a report, so what is
chosen here leaves all reported figures untouched. Every combination of a grid is tried, and its
hmean averaged over the sets. Rendered pages and single photographs hold less that could be
mistaken for text than the world does, so of all combinations that are nearly as good as the
best one, the most precise is chosen. Written to book/results/NAME-postprocess.json.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import DetRecipe, load_recipe
from ocrlib.data.build import det_eval_samples
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess
from ocrlib.train.predict import probability_map
from ocrlib.train.sweep import Grid, Trial, sweep
from ocrlib.types import DetSample

GRID = Grid((0.2, 0.3, 0.4, 0.5, 0.6), (0.4, 0.5, 0.6, 0.7, 0.8), (0.8, 1.0, 1.2, 1.4, 1.6))
IOU = 0.5
NEARLY = 0.01  # of mean hmean: what a few pages decide


def means(trials: Sequence[Sequence[Trial]]) -> list[float]:
    """The mean hmean of every combination; one row of trials per set, equally ordered."""
    return [
        statistics.mean(t.figures[IOU]["hmean"] for t in same) for same in zip(*trials, strict=True)
    ]


def reading(text: str) -> tuple[str, int]:
    """The rule and the side (px) of a reading size such as "min:960"."""
    kind, _, side = text.partition(":")
    if kind not in ("min", "max") or not side.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no reading size; write min:960 or max:1280")
    return kind, int(side)


def attempts(
    network: OnnxModel,
    preprocess: DetPreprocess,
    in_use: DBPostprocess,
    pages: Mapping[str, Sequence[DetSample]],
) -> list[dict[str, Any]]:
    """A row of figures for every combination of the grid, at one reading size."""
    grid, trials = GRID.including(in_use), {}
    for name, some in pages.items():
        maps = [probability_map(network, preprocess, page.image) for page in some]
        trials[name] = sweep(some, maps, in_use, grid, (IOU,))
    mean = means(list(trials.values()))
    return [
        {"mean hmean": mean[i], "reading size": f"{preprocess.limit_type} {preprocess.limit_side}"}
        | {key: getattr(first.postprocess, key) for key in ("thresh", "box_thresh", "unclip_ratio")}
        | {name: dict(some[i].figures[IOU]) for name, some in trials.items()}
        for i, first in enumerate(next(iter(trials.values())))
    ]


def choose(rows: Sequence[Mapping[str, Any]], sets: Sequence[str]) -> Mapping[str, Any]:
    """The row with the highest mean precision of those nearly as good as the best one."""
    best = max(row["mean hmean"] for row in rows)
    good = [row for row in rows if row["mean hmean"] >= best - NEARLY]
    return max(good, key=lambda row: statistics.mean(row[name]["precision"] for name in sets))


def main() -> int:
    """Try every combination on every evaluation set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bundle", help="name or folder")
    parser.add_argument("recipe", help="name or file")
    parser.add_argument(
        "--reading",
        nargs="+",
        type=reading,
        metavar="RULE:SIDE",
        help="reading sizes to try, such as max:1280 min:960; by default the bundle's own",
    )
    args = parser.parse_args()
    recipe = load_recipe(args.recipe)
    if not isinstance(recipe, DetRecipe):
        raise SystemExit(f"{args.recipe}: not the recipe of a detector")
    bundle = load_bundle(args.bundle)
    network, preprocess = OnnxModel(bundle.model), bundle.spec.preprocess
    assert isinstance(preprocess, DetPreprocess)
    in_use = DBPostprocess.from_dict(bundle.spec.postprocess or {})
    sizes = args.reading or [(preprocess.limit_type, preprocess.limit_side)]
    pages = {entry.name: det_eval_samples(entry, recipe.data.on_bad) for entry in recipe.eval}
    rows: list[dict[str, Any]] = []
    for kind, side in sizes:
        print(f"reading size {kind} {side}", flush=True)
        size = replace(preprocess, limit_type=kind, limit_side=side)
        rows += attempts(network, size, in_use, pages)
    rows.sort(key=lambda row: -row["mean hmean"])
    content = {
        "command": shlex.join(["python", "book/tools/choose_postprocess.py", *sys.argv[1:]]),
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "bundle": {"name": bundle.spec.name, "sha256": bundle.spec.files["model.onnx"]},
        "combinations": len(rows),
        "nearly as good": NEARLY,
        "chosen": choose(rows, list(pages)),
        "best of each size": [
            next(row for row in rows if row["reading size"] == size)
            for size in sorted({row["reading size"] for row in rows})
        ],
        "best twenty": rows[:20],
    }
    path = ROOT / "book" / "results" / f"{recipe.name}-postprocess.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for row in rows[:5]:
        print({k: v for k, v in row.items() if not isinstance(v, dict)})
    print("chosen:", content["chosen"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
