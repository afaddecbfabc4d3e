"""Augmentations compared: fine-tuning on a few real crops, one thing changed at a time.

    nice python book/tools/augmentation_table.py [JOBS]   # writes book/results/augmentation.json

rec-lite-en learns to read licence plates, as in the recipe rec-finetune-plates, from a hundred of
them. Needs OCR_DATA (see datasets/); run it from the checkout's root. A seed fixes which plates,
their order and the first weights of what is new, so that runs of one seed differ in the
augmentation only and are subtracted. Nothing is chosen on the report part, of which the figures
are. JOBS runs go on at a time (1), one process each; a run that is stored is not repeated.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import count, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.bundle import load_bundle
from ocrlib.charset import Charset
from ocrlib.commands.train import git_commit
from ocrlib.config import RecRecipe, load_recipe
from ocrlib.config_augment import AugmentRecipe
from ocrlib.data.batching import Batch
from ocrlib.data.build import build_charset, rec_source
from ocrlib.data.datasets import Dataset, RecChunks
from ocrlib.data.mixing import Joined
from ocrlib.data.rec_steps import Steps, joining
from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.preprocess import RecPreprocess, resize
from ocrlib.train.build import build_task, initialise
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.train.task import RecTask
from ocrlib.types import RecSample
from sequence_layers import interval

PATH = ROOT / "book" / "results" / "augmentation.json"
RECIPE = "rec-finetune-plates"
SEEDS = (1, 2, 3, 4, 5)
CROPS, STEPS, RATE, BATCH = 100, 60, 5e-3, 20
ALPHA = 0.2  # of mixup's Beta distribution


@dataclass(frozen=True)
class Arm:
    """What happens to the crops of one run.

    Args:
        steps: of a recipe, one after the other.
        mixup: how often a batch is mixed with itself in another order, 0-1.
    """

    steps: tuple[AugmentRecipe, ...] = ()
    mixup: float = 0.0


NONE = Arm()
ARMS = {
    "none": NONE,
    "base": Arm((AugmentRecipe("base", 0.5),)),
    "TIA": Arm((AugmentRecipe("tia", 0.5),)),
    "RandAugment": Arm((AugmentRecipe("rand-augment", 0.5),)),
    "random erasing": Arm((AugmentRecipe("random-erasing", 0.5),)),
    "TextConAug": Arm((AugmentRecipe("concatenate", 0.5),)),
    "mixup": Arm(mixup=0.5),
}


class Crops:
    """Crops in memory, as a source."""

    def __init__(self, samples: Sequence[RecSample]) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def sample(self, index: int, rng: np.random.Generator) -> RecSample:
        """The crop with this index."""
        return self.samples[index]


def recipe_of(seed: int) -> RecRecipe:
    """The recipe whose start, network and plates are used."""
    recipe = load_recipe(RECIPE)
    assert isinstance(recipe, RecRecipe)
    return replace(recipe, seed=seed)


@lru_cache(maxsize=2)
def plates(part: Literal["train", "val", "report"]) -> list[RecSample]:
    """The plates of one part, at the height that the network wants."""
    recipe, anything = recipe_of(0), np.random.default_rng(0)
    source = rec_source(replace(recipe.data.sources[0], part=part), "refuse")
    found = []
    for one in (source.sample(i, anything) for i in range(len(source))):
        height, width = one.image.shape[:2]
        size = recipe.preprocess.height, max(1, round(width * recipe.preprocess.height / height))
        found.append(RecSample(resize(one.image, size), one.text, one.source))
    return found


def practice(seed: int) -> list[RecSample]:
    """The plates that runs of a seed learn from."""
    usable = plates("train")
    chosen = np.random.default_rng([seed, 1]).choice(len(usable), CROPS, replace=False)
    return [usable[i] for i in chosen]


def batches(
    samples: Sequence[RecSample], preprocess: RecPreprocess, charset: Charset, arm: Arm, seed: int
) -> Iterator[Batch]:
    """Batches without end, as a recipe with these steps would make them."""
    dataset = Dataset(Joined(Crops(samples), joining(arm.steps), space=False), seed)
    maker = RecChunks(dataset, preprocess, charset, Steps(arm.steps), BATCH, chunk=200)
    for number in count():
        yield from maker.chunk(number).batches


@cache
def characters_per_step(title: str) -> float:
    """Characters that a step of an arm learns from: joined crops are fewer, but longer."""
    recipe = recipe_of(SEEDS[0])
    charset = build_charset(recipe)
    samples = practice(SEEDS[0])
    source = batches(samples, recipe.preprocess, charset, ARMS[title], SEEDS[0])
    return statistics.fmean(int(batch["length"].sum()) for batch in islice(source, STEPS))


def train(
    model: paddle.nn.Layer, source: Iterator[Batch], seed: int, steps: int, mixup: float
) -> None:
    """Train with CTC for a fixed number of steps; the rate falls to 0 along a cosine."""
    schedule = cosine_with_warmup(RATE, steps, steps // 8)
    optimizer = paddle.optimizer.AdamW(
        parameters=model.parameters(),
        weight_decay=0.01,
        grad_clip=paddle.nn.ClipGradByGlobalNorm(5.0),
    )
    criterion = CTCLoss()
    model.train()
    for step, batch in enumerate(islice(source, steps)):
        rng = np.random.default_rng([seed, 2, step])
        image, weighted = batch["image"], [(1.0, batch["label"], batch["length"])]
        if rng.random() < mixup:
            share, order = float(rng.beta(ALPHA, ALPHA)), rng.permutation(len(image))
            image = np.float32(share) * image + np.float32(1 - share) * image[order]
            _, label, length = weighted[0]
            weighted = [(share, label, length), (1 - share, label[order], length[order])]
        logits = model(paddle.to_tensor(image)).logits  # (B, T, C)
        loss = sum(w * criterion(logits, *map(paddle.to_tensor, pair)) for w, *pair in weighted)
        loss.backward()
        optimizer.set_lr(schedule(step))
        optimizer.step()
        optimizer.clear_grad()
    model.eval()


def accuracy(task: RecTask, samples: Sequence[RecSample]) -> dict[str, float]:
    """Share of plates that are read without a mistake, and of characters, 0-1."""
    metric = RecognitionMetric()
    with paddle.no_grad():
        answers = [text for text, _ in task.predict([one.image for one in samples])]
    metric.update(answers, [one.text for one in samples])
    return metric.compute()


def run(arm: Arm, seed: int, part: Literal["val", "report"], steps: int = STEPS) -> dict[str, Any]:
    """One training and its figures."""
    first, recipe = time.process_time(), recipe_of(seed)
    paddle.seed(seed)
    task = build_task(recipe)
    assert isinstance(task, RecTask)
    initialise(task, recipe)
    samples = practice(seed)
    source = batches(samples, recipe.preprocess, build_charset(recipe), arm, seed)
    train(task.model, source, seed, steps, arm.mixup)
    return {
        "settings": asdict(arm),
        "seed": seed,
        part: accuracy(task, plates(part)),
        "practised": accuracy(task, samples),
        "computing_s": round(time.process_time() - first, 1),
    }


def same(settings: dict[str, Any], arm: Arm) -> bool:
    """Whether stored settings are an arm's; JSON has lists for tuples."""
    wanted: dict[str, Any] = json.loads(json.dumps(asdict(arm)))
    stored: dict[str, Any] = json.loads(json.dumps(settings))
    return stored == wanted


def summarise(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """For every arm its figures by seed, and the differences to no augmentation."""

    def by_seed(arm: Arm, part: str, what: str) -> dict[int, float]:
        mine = sorted((one for one in runs if same(one["settings"], arm)), key=lambda r: r["seed"])
        return {one["seed"]: one[part][what] for one in mine}

    found = {}
    for title, arm in ARMS.items():
        entry: dict[str, Any] = {"settings": asdict(arm)}
        for part in ("report", "practised"):
            for what in ("accuracy", "norm_edit_similarity"):
                figures, none = by_seed(arm, part, what), by_seed(NONE, part, what)
                both = [figures[seed] - none[seed] for seed in figures if seed in none]
                if len(both) > 1:
                    entry.setdefault(part, {})[what] = {
                        "mean": statistics.fmean(figures.values()),
                        "values": figures,
                        "difference": interval(both),
                    }
        if "report" in entry:
            found[title] = entry
    return found


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    recipe, arms = recipe_of(0), summarise(runs)
    assert recipe.init is not None
    for title, entry in arms.items():
        entry["characters_per_step"] = characters_per_step(title)
    stored = {
        "command": "nice python book/tools/augmentation_table.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": sorted({one["seed"] for one in runs}),
        "recipe": RECIPE,
        "start": {
            "name": recipe.init.bundle,
            "commit": load_bundle(recipe.init.bundle).spec.commit,
        },
        "crops": CROPS,
        "steps": STEPS,
        "batch": BATCH,
        "rate": RATE,
        "test set": "blue licence plates of China, our report part: the whole plate, exactly",
        "test crops": len(plates("report")),
        "computing_s": round(sum(one["computing_s"] for one in runs)),
        "arms": arms,
        "runs": list(runs),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def work(task: tuple[str, int]) -> tuple[str, dict[str, Any]]:
    """One run, in a process of its own."""
    title, seed = task
    return title, run(ARMS[title], seed, "report")


def missing(runs: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """What is still to be run: all arms of one seed, then of the next."""
    return [
        (title, seed)
        for seed in SEEDS
        for title, arm in ARMS.items()
        if not any(one["seed"] == seed and same(one["settings"], arm) for one in runs)
    ]


def main() -> int:
    """Run what is missing."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"] if PATH.exists() else []
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for title, one in pool.imap_unordered(work, missing(runs)):
            runs.append(one)
            store(PATH, runs)
            new, seen = (f"{one[part]['accuracy']:.3f}" for part in ("report", "practised"))
            print(f"{title}, seed {one['seed']}: {new}, practised {seen}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
