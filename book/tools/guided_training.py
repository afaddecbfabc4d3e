"""CTC with a guide and without: the small SVTR on small words, changed in one place.

    nice python book/tools/guided_training.py      # writes book/results/guided.json

Every variant is run with the same seeds. A seed fixes the pictures, their order and the first
weights of what reads, so figures are subtracted seed by seed. Nothing is chosen on the test
pictures. A run that is stored already is not repeated.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from execute import machine
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.engine import paddle
from ocrlib.explore import small_reader as small
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.guide import GuideLoss
from ocrlib.models.count import parameters
from ocrlib.models.svtr_lcnet import SVTRLCNet, drop_guide
from ocrlib.models.svtr_lite import svtr_lite
from ocrlib.train.schedule import cosine_with_warmup
from sequence_layers import interval

PATH = ROOT / "book" / "results" / "guided.json"
SEEDS = (1, 2, 3)
STEPS, BATCH, RATE = 400, 24, 3e-3
PICTURES, TEST = 1500, 200
EVERY = 25  # steps to a mean of the loss that is stored
SETS = ("words", "strings", "touching")


@dataclass(frozen=True)
class Variant:
    """Who teaches the backbone: CTC if ``ctc``, a guide beside it if ``guide``."""

    guide: bool = False
    ctc: bool = True


BASE = Variant()
VARIANTS = {
    "CTC alone": BASE,
    "guide and CTC": Variant(guide=True),
    "guide only, as PP-OCRv3": Variant(guide=True, ctc=False),
}


@lru_cache(maxsize=1)
def pictures(seed: int) -> tuple[small.Words, dict[str, small.Words]]:
    """Pictures to practise on, and the three test sets."""
    rng = np.random.default_rng([seed, 3])
    words = [str(word) for word in rng.choice(small.real_words(), TEST)]
    tests = {
        "words": small.render(rng, words),
        "strings": small.render(rng, [small.scrambled(rng) for _ in range(TEST)]),
        "touching": small.render(rng, words, touching=True),
    }
    return small.practice(seed, PICTURES), tests


def build(variant: Variant, seed: int) -> SVTRLCNet:
    """The network of a variant; what reads has the same first weights in all of them."""
    paddle.seed(seed)
    make = partial(svtr_lite, small.CHARSET.size, channels=64, local=1, far=1)
    plain = make()
    if not variant.guide:
        return plain
    model = make(guide="sar", share=variant.ctc)
    first = plain.state_dict()
    for name, tensor in model.state_dict().items():
        if not name.startswith("guide."):
            tensor.set_value(first[name])
    return model


def train(model: SVTRLCNet, words: small.Words, seed: int, steps: int) -> list[float]:
    """Train for a fixed number of steps; returns CTC's loss of every step."""
    rng = np.random.default_rng([seed, 2])
    arrays = small.targets(words.texts)
    rate = cosine_with_warmup(RATE, steps, steps // 8)
    optimizer = paddle.optimizer.AdamW(
        parameters=model.parameters(), grad_clip=paddle.nn.ClipGradByGlobalNorm(5.0)
    )
    criterion, losses = CTCLoss(), []
    model.train()
    for step in range(steps):
        chosen = rng.choice(len(words.texts), BATCH, replace=False)
        labels, lengths = (paddle.to_tensor(array[chosen]) for array in arrays)
        image = paddle.to_tensor(words.images[chosen])
        if model.guide is None:
            loss = ctc = criterion(model(image).logits, labels, lengths)
        else:
            texts = model.guide.targets(labels, lengths)
            output = model(image, texts)
            ctc = criterion(output.logits, labels, lengths)
            loss = ctc + GuideLoss(model.guide.padding)(output.guide_logits, texts)
        loss.backward()
        optimizer.set_lr(rate(step))
        optimizer.step()
        optimizer.clear_grad()
        losses.append(ctc.item())
    model.eval()
    return losses


def run(variant: Variant, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """One training and its figures."""
    words, tests = pictures(seed)
    model = build(variant, seed)
    start = time.process_time()
    losses = train(model, words, seed, steps)
    spent = time.process_time() - start
    reader = drop_guide(model)
    return {
        "settings": asdict(variant),
        "seed": seed,
        "accuracy": {name: small.accuracy(reader, test) for name, test in tests.items()},
        "ctc": [round(statistics.fmean(losses[i : i + EVERY]), 4) for i in range(0, steps, EVERY)],
        "parameters": {"trained": parameters(model), "kept": parameters(reader)},
        "computing_s": round(spent, 1),
    }


def summarise(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """For every variant and test set the accuracies by seed and the differences to CTC alone."""

    def by_seed(variant: Variant, name: str) -> dict[int, float]:
        mine = [one for one in runs if one["settings"] == asdict(variant)]
        return {one["seed"]: one["accuracy"][name] for one in mine}

    found: dict[str, Any] = {}
    for title, variant in VARIANTS.items():
        for name in SETS:
            figures, base = by_seed(variant, name), by_seed(BASE, name)
            both = [figures[seed] - base[seed] for seed in figures if seed in base]
            if both:
                found.setdefault(title, {})[name] = {
                    "mean": statistics.fmean(figures.values()),
                    "values": list(figures.values()),
                    "difference": interval(both),
                }
    return found


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    stored = {
        "command": "nice python book/tools/guided_training.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": sorted({one["seed"] for one in runs}),
        "steps": STEPS,
        "every": EVERY,
        "data": f"{PICTURES} rendered words of ten letters a seed to practise on,"
        f" {TEST} in each of three test sets",
        "computing_s": round(sum(one["computing_s"] for one in runs)),
        "variants": summarise(runs),
        "runs": list(runs),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def main() -> int:
    """Run what is missing: all variants of one seed, then of the next."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"] if PATH.exists() else []
    todo = [
        (title, variant, seed)
        for seed in SEEDS
        for title, variant in VARIANTS.items()
        if not any((one["settings"], one["seed"]) == (asdict(variant), seed) for one in runs)
    ]
    for title, variant, seed in tqdm(todo, disable=not sys.stderr.isatty()):
        runs.append(run(variant, seed))
        store(PATH, runs)
        figures, seconds = runs[-1]["accuracy"], runs[-1]["computing_s"]
        print(f"{title}, seed {seed}: {figures}, {seconds:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
