"""What looks along the line, and where strides step: one small recogniser, changed in one place.

    nice python book/tools/sequence_layers.py      # writes book/results/sequence.json

Every variant is run with the same three seeds. A seed fixes the pictures, their order and the
first weights of all layers that two variants share, so their figures are subtracted seed by seed.
Nothing is chosen on the test pictures. A run that is stored already is not repeated.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from execute import machine
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.engine import paddle
from ocrlib.explore import small_reader as small
from ocrlib.models.count import macs, parameters

PATH = ROOT / "book" / "results" / "sequence.json"
SEEDS = (1, 2, 3)
STEPS, PICTURES, TEST = 400, 1500, 200
SETS = ("words", "strings", "touching")
# Half the width of a 95 % interval of a mean, in standard errors: Student's t.
T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}


@dataclass(frozen=True)
class Variant:
    """What one run does differently."""

    kind: small.Kind = "bilstm"
    strides: small.Strides = small.STRIDES


BASE = Variant()
VARIANTS = {
    "BiLSTM": BASE,
    "BiGRU": Variant("bigru"),
    "convolutions along the line": Variant("conv"),
    "nothing along the line": Variant("none"),
    "second stride (1, 1)": Variant(strides=small.TALL),
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


def run(variant: Variant, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """One training and its figures."""
    words, tests = pictures(seed)
    start = time.process_time()
    paddle.seed(seed)
    model = small.build(variant.kind, variant.strides)
    losses = small.train(model, words, seed, steps)
    return {
        "settings": asdict(variant),
        "seed": seed,
        "accuracy": {name: small.accuracy(model, test) for name, test in tests.items()},
        "loss": statistics.fmean(losses[-20:]),
        "parameters": parameters(model),
        "macs": macs(model, (1, 3, small.HEIGHT, small.WIDTH)),
        "computing_s": round(time.process_time() - start, 1),
    }


def interval(differences: Sequence[float]) -> dict[str, Any]:
    """Mean of paired differences with its 95 % interval."""
    mean = statistics.fmean(differences)
    half = math.nan
    if len(differences) > 1:
        error = statistics.stdev(differences) / math.sqrt(len(differences))
        half = T95[len(differences)] * error
    return {"mean": mean, "low": mean - half, "high": mean + half, "values": list(differences)}


def summarise(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """For every variant and test set the accuracies by seed and the differences to the base."""

    def by_seed(variant: Variant, name: str) -> dict[int, float]:
        mine = [one for one in runs if _same(one["settings"], variant)]
        return {one["seed"]: one["accuracy"][name] for one in mine}

    found = {}
    for title, variant in VARIANTS.items():
        entry: dict[str, Any] = {}
        for name in SETS:
            figures, base = by_seed(variant, name), by_seed(BASE, name)
            both = [figures[seed] - base[seed] for seed in figures if seed in base]
            if len(both) > 1:
                entry[name] = {
                    "mean": statistics.fmean(figures.values()),
                    "values": list(figures.values()),
                    "difference": interval(both),
                }
        if entry:
            found[title] = {"settings": asdict(variant)} | entry
    return found


def _same(settings: dict[str, Any], variant: Variant) -> bool:
    """Whether stored settings are a variant's; JSON has lists for tuples."""
    wanted: dict[str, Any] = json.loads(json.dumps(asdict(variant)))
    stored: dict[str, Any] = json.loads(json.dumps(settings))
    return stored == wanted


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    stored = {
        "command": "nice python book/tools/sequence_layers.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": list(SEEDS),
        "steps": STEPS,
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
        if not any(one["seed"] == seed and _same(one["settings"], variant) for one in runs)
    ]
    for title, variant, seed in tqdm(todo, disable=not sys.stderr.isatty()):
        runs.append(run(variant, seed))
        store(PATH, runs)
        figures, seconds = runs[-1]["accuracy"], runs[-1]["computing_s"]
        print(f"{title}, seed {seed}: {figures}, {seconds:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
