"""Fine-tune rec-lite-en on two sets of real crops: what changes on crops it never saw?

    nice python book/tools/finetune_rec.py [JOBS]  # needs OCR_DATA; writes book/results/...

The plates' recipe is also run with parts of the plates, with rendered plates beside or in place of
the real ones, and from nothing; every variant with several seeds and equally many steps. The best
of a run's checkpoints is chosen on the validation part; figures are of the report part. Every run
is stored at once, and a run that is stored already, with the same recipe and bundle, is not
repeated. JOBS runs go on at a time (1). Run it from the checkout's root: a charset's file is looked
for from there.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.commands.train import git_commit
from ocrlib.config import RecRecipe, load_recipe, recipe_to_dict
from ocrlib.config_sources import SourceRecipe
from ocrlib.data import rec_augment
from ocrlib.data.build import build_charset, rec_source
from ocrlib.data.datasets import Dataset, RecChunks
from ocrlib.data.sources import Mixture, Source
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.engine import paddle
from ocrlib.explore.plates import Plates
from ocrlib.metrics.confusion import Confusions
from ocrlib.metrics.protocol import EXACT, FOLDED, Protocol
from ocrlib.metrics.recognition import edit_similarity
from ocrlib.train.build import build_task, initialise
from ocrlib.train.checkpoint import load_checkpoint, restore
from ocrlib.train.loop import BEST, train
from ocrlib.train.task import RecTask
from ocrlib.types import RecSample

PATH = ROOT / "book" / "results" / "finetune-rec.json"
SEEDS = (1, 2, 3)
LOOK_ALIKES = 8  # pairs of characters to store


@dataclass(frozen=True)
class Variant:
    """How a run differs from its recipe.

    Args:
        share: of the real crops that are trained on, 0-1; a smaller part is a part of the larger.
        renders: rendered plates for each real crop drawn; without real crops all are rendered.
        start: whether to start from the recipe's bundle.
        seeds: of its runs.
    """

    share: float = 1.0
    renders: float = 0.0
    start: bool = True
    seeds: tuple[int, ...] = SEEDS

    def of(self, recipe: RecRecipe, seed: int) -> RecRecipe:
        """The recipe of one run."""
        return replace(recipe, init=recipe.init if self.start else None, seed=seed)


RECIPES: dict[str, dict[str, Variant]] = {
    "rec-finetune-plates": {
        "all": Variant(),
        "1/8": Variant(1 / 8),
        "1/8, renders 1:1": Variant(1 / 8, renders=1),
        "renders only": Variant(0, renders=1),
        "1/2": Variant(1 / 2),
        "1/4": Variant(1 / 4),
        "1/8, renders 4:1": Variant(1 / 8, renders=4),
        "from nothing": Variant(start=False, seeds=(1,)),
    },
    "rec-finetune-sroie": {"all": Variant()},
}
PROTOCOLS = {"rec-finetune-plates": EXACT, "rec-finetune-sroie": FOLDED}


class Part:
    """A part of a source's samples, drawn by a seed.

    Args:
        source: all samples.
        share: of them, 0-1; at least one.
        seed: decides which.
    """

    def __init__(self, source: Source[RecSample], share: float, seed: int) -> None:
        self.source = source
        order = np.random.default_rng([seed, len(source)]).permutation(len(source))
        self.chosen = order[: max(1, round(share * len(source)))]

    def __len__(self) -> int:
        return len(self.chosen)

    def sample(self, index: int, rng: Generator) -> RecSample:
        """The sample with this index among those that were chosen."""
        return self.source.sample(int(self.chosen[index]), rng)


def crops_of(source: SourceRecipe, part: Literal["val", "report"]) -> list[RecSample]:
    """The crops of one part, as labelled: all of them, also what a charset cannot spell."""
    crops, anything = rec_source(replace(source, part=part), "refuse"), np.random.default_rng(0)
    return [crops.sample(i, anything) for i in range(len(crops))]


def chunks(recipe: RecRecipe, real: Source[RecSample], variant: Variant) -> RecChunks:
    """What makes a run's batches."""
    sources: list[Source[RecSample]] = []
    ratios = []
    if variant.share:
        sources, ratios = [Part(real, variant.share, recipe.seed)], [1.0]
    if variant.renders:
        sources.append(Plates(load_fonts("chinese")))
        ratios.append(variant.renders)
    crops = sources[0] if len(sources) == 1 else Mixture(sources, ratios, recipe.data.epoch)
    return RecChunks(
        Dataset(crops, recipe.seed),
        recipe.preprocess,
        build_charset(recipe),
        rec_augment.augment,
        recipe.train.batch,
        recipe.data.chunk,
        recipe.data.on_bad,
    )


def measure(task: RecTask, crops: Sequence[RecSample], protocol: Protocol) -> dict[str, Any]:
    """How crops are read: whole, by character, and what is taken for what."""
    task.model.eval()
    with paddle.no_grad():
        answers = [text for text, _ in task.predict([crop.image for crop in crops])]
    read = [protocol(text) for text in answers]
    written = [protocol(crop.text) for crop in crops]
    found = Confusions()
    found.update(read, written)
    pairs = list(zip(read, written, strict=True))
    return {
        "accuracy": statistics.fmean(a == b for a, b in pairs),
        "norm_edit_similarity": statistics.fmean(edit_similarity(a, b) for a, b in pairs),
        "first character": statistics.fmean(a[:1] == b[:1] for a, b in pairs),
        "last six": statistics.fmean(a[-6:] == b[-6:] for a, b in pairs),
        "look-alikes": found.look_alikes(LOOK_ALIKES),
    }


def run(name: str, title: str, seed: int) -> dict[str, Any]:
    """Train once and measure the checkpoint that was best on the validation part."""
    variant = RECIPES[name][title]
    recipe = variant.of(recipe_of(name), seed)
    paddle.seed(seed)
    task = build_task(recipe)
    assert isinstance(task, RecTask)
    initialise(task, recipe)
    maker = chunks(recipe, rec_source(recipe.data.sources[0], recipe.data.on_bad), variant)
    start, curve = time.process_time(), []
    with TemporaryDirectory() as folder:
        path = Path(folder)
        result = train(task, maker, recipe.train, path, seed=seed)
        seconds = time.process_time() - start
        for line in (path / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "eval" in row:
                curve.append([row["step"], row["eval"]["accuracy"]])
        restore(task.model, load_checkpoint(path / BEST)[0]["model"])
    return {
        "seed": seed,
        "best step": result.best_step,
        "cpu seconds": round(seconds, 1),
        "accuracy on val by step": curve,
        **measured(task, name),
    }


def measured(task: RecTask, name: str) -> dict[str, Any]:
    """A network on the parts that were not trained on."""
    labels = recipe_of(name).eval[0].source
    return {
        "val": measure(task, crops_of(labels, "val"), PROTOCOLS[name]),
        "report": measure(task, crops_of(labels, "report"), PROTOCOLS[name]),
    }


def recipe_of(name: str) -> RecRecipe:
    """A recogniser's recipe."""
    recipe = load_recipe(name)
    assert isinstance(recipe, RecRecipe)
    return recipe


def spread(runs: Sequence[dict[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Mean and standard deviation of the figures on the report part."""
    table: dict[str, dict[str, float | None]] = {}
    for figure in ("accuracy", "norm_edit_similarity", "first character", "last six"):
        values = [one["report"][figure] for one in runs]
        deviation = statistics.stdev(values) if len(values) > 1 else None
        table[figure] = {"mean": statistics.fmean(values), "std": deviation}
    return table


def begin(name: str, stored: dict[str, Any]) -> None:
    """Forget what is not of this recipe and bundle."""
    recipe = recipe_of(name)
    assert recipe.init is not None
    bundle = load_bundle(recipe.init.bundle)
    plan = json.loads(json.dumps(recipe_to_dict(recipe)))
    start = {"name": bundle.spec.name, "sha256": bundle.spec.files["model.safetensors"]}
    if stored.get("recipe") == plan and stored.get("start") == start:
        return
    stored.clear()
    stored.update(recipe=plan, start=start, commit=git_commit(), protocol=PROTOCOLS[name].name)
    real, labels = rec_source(recipe.data.sources[0], recipe.data.on_bad), recipe.eval[0].source
    stored["crops"] = {"train": len(real)}
    stored["crops"] |= {part: len(crops_of(labels, part)) for part in ("val", "report")}
    stored["variants"] = {title: {"runs": []} for title in RECIPES[name]}


def shipped(name: str) -> dict[str, Any]:
    """The bundle itself, before any training."""
    recipe = recipe_of(name)
    paddle.seed(recipe.seed)  # of the columns for characters that are new
    task = build_task(recipe, evaluate=False)
    assert isinstance(task, RecTask)
    initialise(task, recipe)
    return measured(task, name)


def add(stored: dict[str, Any], title: str, found: dict[str, Any]) -> None:
    """Store a run and what it changes."""
    runs = stored["variants"][title]["runs"]
    runs.append(found)
    runs.sort(key=lambda one: one["seed"])
    stored["variants"][title]["spread"] = spread(runs)
    stored["date"] = date.today().isoformat()


def main() -> int:
    """Run what is not stored yet."""
    results = json.loads(PATH.read_text(encoding="utf-8"))["recipes"] if PATH.exists() else {}

    def keep() -> None:
        content = {
            "command": "python book/tools/finetune_rec.py",
            "machine": machine(),
            "seeds": list(SEEDS),
            "recipes": results,
        }
        new = PATH.with_suffix(".new")
        new.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        new.replace(PATH)

    for name in RECIPES:
        begin(name, results.setdefault(name, {}))
    keep()
    wanted = [
        (name, title, seed)
        for rank in range(max(map(len, RECIPES.values())))
        for seed in SEEDS
        for name, variants in RECIPES.items()
        for title, variant in list(variants.items())[rank : rank + 1]
        if seed in variant.seeds
        and all(one["seed"] != seed for one in results[name]["variants"][title]["runs"])
    ]
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        going = {pool.submit(run, *what): what for what in wanted}
        for name in RECIPES:
            if "before" not in results[name]:
                results[name]["before"] = shipped(name)
                keep()
        for done in as_completed(going):
            name, title, seed = going[done]
            found = done.result()
            add(results[name], title, found)
            keep()
            print(name, title, seed, found["cpu seconds"], found["report"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
