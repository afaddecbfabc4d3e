"""Fine-tune det-lite on two sets of real pictures: what changes on pictures it never saw?

    nice python book/tools/finetune.py             # needs OCR_DATA; writes book/results/...

Each recipe is run with several seeds, and the plates' also from nothing and with a frozen backbone.
The best of a run's checkpoints, and then the post-processing, are chosen on the validation part;
figures are of the report part. Every run is stored at once, and a run that is stored already, with
the same recipe and bundle, is not repeated.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import DetRecipe, load_recipe, recipe_to_dict
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import build_chunks, det_source
from ocrlib.engine import paddle
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.build import build_task, initialise
from ocrlib.train.checkpoint import load_checkpoint, restore
from ocrlib.train.loop import BEST, train
from ocrlib.train.sweep import Grid, Trial, best_trial, sweep
from ocrlib.train.task import DetTask
from ocrlib.types import DetSample

PATH = ROOT / "book" / "results" / "finetune-det.json"
IOUS = (0.5, 0.7)
GRID = Grid((0.3,), (0.3, 0.4, 0.5, 0.6, 0.7), (0.8, 1.0, 1.2, 1.4, 1.6))


@dataclass(frozen=True)
class Variant:
    """How a run differs from its recipe.

    Args:
        seeds: of its runs.
        start: whether to start from the recipe's bundle.
        freeze: what stays as it is.
        lr: another learning rate; 0: the recipe's.
    """

    seeds: tuple[int, ...]
    start: bool = True
    freeze: tuple[str, ...] = ()
    lr: float = 0.0

    def of(self, recipe: DetRecipe, seed: int) -> DetRecipe:
        """The recipe of one run."""
        settings = replace(recipe.train, freeze=self.freeze, lr=self.lr or recipe.train.lr)
        init = recipe.init if self.start else None
        data = replace(recipe.data, workers=0)  # so that all computing is counted
        return replace(recipe, train=settings, init=init, data=data, seed=seed)


FINE_TUNED = Variant((1, 2, 3))
RECIPES: dict[str, dict[str, Variant]] = {
    "det-finetune-ccpd": {
        "fine-tuned": FINE_TUNED,
        "backbone frozen": Variant((1, 2, 3), freeze=("backbone",)),
        "from nothing": Variant((1,), start=False, lr=2e-3),
    },
    "det-finetune-sroie": {"fine-tuned": FINE_TUNED},
}


def pages_of(source: SourceRecipe, part: Literal["val", "report"]) -> list[DetSample]:
    """The pages of one part of a recipe's data."""
    pages, anything = det_source(replace(source, part=part), "refuse"), np.random.default_rng(0)
    return [pages.sample(i, anything) for i in range(len(pages))]


def figures(trial: Trial) -> dict[str, Any]:
    """What a trial measured, as plain values."""
    post = trial.postprocess
    values = {"thresh": post.thresh, "box_thresh": post.box_thresh}
    values["unclip_ratio"] = post.unclip_ratio
    return values | {str(iou): dict(found) for iou, found in trial.figures.items()}


def measure(
    task: DetTask, val: Sequence[DetSample], report: Sequence[DetSample], iou: float = 0.5
) -> dict[str, Any]:
    """A network on both parts: with the recipe's post-processing, and with that chosen on val."""
    task.model.eval()
    with paddle.no_grad():
        maps = {
            part: [task.probability_map(page.image) for page in pages]
            for part, pages in (("val", val), ("report", report))
        }

    def one(part: str, post: DBPostprocess) -> Trial:
        grid = Grid((post.thresh,), (post.box_thresh,), (post.unclip_ratio,))
        return sweep(val if part == "val" else report, maps[part], post, grid, IOUS)[0]

    given = task.postprocess
    trials = sweep(val, maps["val"], given, GRID.including(given), IOUS)
    chosen = best_trial(trials, given, iou)
    return {
        "val": figures(one("val", given)),
        "report": figures(one("report", given)),
        "val, chosen": figures(chosen),
        "report, chosen": figures(one("report", chosen.postprocess)),
    }


def run(recipe: DetRecipe, val: Sequence[DetSample], report: Sequence[DetSample]) -> dict[str, Any]:
    """Train once and measure the checkpoint that was best on the validation part."""
    paddle.seed(recipe.seed)
    task = build_task(recipe)
    assert isinstance(task, DetTask)
    initialise(task, recipe)
    start = time.process_time()
    with TemporaryDirectory() as folder:
        path = Path(folder)
        result = train(task, build_chunks(recipe), recipe.train, path, seed=recipe.seed)
        seconds = time.process_time() - start
        restore(task.model, load_checkpoint(path / BEST)[0]["model"])
    return {
        "seed": recipe.seed,
        "best step": result.best_step,
        "cpu seconds": round(seconds, 1),
        **measure(task, val, report),
    }


def spread(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean and standard deviation of the hmean on the report part, per IoU."""
    table = {}
    for part in ("report", "report, chosen"):
        for iou in map(str, IOUS):
            values = [one[part][iou]["hmean"] for one in runs]
            deviation = statistics.stdev(values) if len(values) > 1 else None
            table[f"{part}, {iou}"] = {"mean": statistics.fmean(values), "std": deviation}
    return table


def study(name: str, variant: str, stored: dict[str, Any], keep: Callable[[], None]) -> None:
    """One variant of a recipe, as far as it is not stored; ``keep`` is called after every run."""
    recipe = load_recipe(name)
    assert isinstance(recipe, DetRecipe)
    assert recipe.init is not None
    source, bundle = recipe.data.sources[0], load_bundle(recipe.init.bundle)
    plan = json.loads(json.dumps(recipe_to_dict(recipe)))
    start = {"name": bundle.spec.name, "sha256": bundle.spec.files["model.safetensors"]}
    if stored.get("recipe") != plan or stored.get("start") != start:
        stored.clear()
        stored.update(recipe=plan, start=start, commit=git_commit(), variants={})
    val, report = pages_of(source, "val"), pages_of(source, "report")
    count = len(det_source(source, "refuse"))
    stored["pictures"] = {"train": count, "val": len(val), "report": len(report)}
    if "before" not in stored:
        task = build_task(recipe, evaluate=False)
        assert isinstance(task, DetTask)
        initialise(task, recipe)
        task.postprocess = DBPostprocess.from_dict(bundle.spec.postprocess or {})
        stored["before"] = measure(task, val, report)
        keep()
        print(name, "before", stored["before"]["report"]["0.5"], flush=True)
    what = RECIPES[name][variant]
    runs = stored["variants"].setdefault(variant, {"runs": []})["runs"]
    for seed in what.seeds:
        if any(one["seed"] == seed for one in runs):
            continue
        runs.append(run(what.of(recipe, seed), val, report))
        stored["variants"][variant]["spread"] = spread(runs)
        stored["date"] = date.today().isoformat()
        keep()
        print(name, variant, seed, runs[-1]["cpu seconds"], runs[-1]["report"], flush=True)


def main() -> int:
    """Run what is not stored yet."""
    results = json.loads(PATH.read_text(encoding="utf-8"))["recipes"] if PATH.exists() else {}

    def keep() -> None:
        content = {
            "command": "python book/tools/finetune.py",
            "machine": machine(),
            "chosen at IoU": 0.5,
            "recipes": results,
        }
        new = PATH.with_suffix(".new")
        new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        new.replace(PATH)

    for variant in dict.fromkeys(v for variants in RECIPES.values() for v in variants):
        for name in (n for n, variants in RECIPES.items() if variant in variants):
            study(name, variant, results.setdefault(name, {}), keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
