"""How far the heads of chapter 10 get with more practice than a lesson has time for.

    nice python book/tools/head_practice.py        # writes book/results/head-practice.json

For every seed one eye learns from letters' places, as in the lesson; then it stays as it is, and
four heads practise on what it sees. Each is one run whose learning rate falls as a cosine to the
last step; words that none of them has practised on are read on the way. A seed that is stored
already is not repeated.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from execute import machine
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.engine import paddle
from ocrlib.explore.families import letter_maps, words
from ocrlib.explore.families.words import CHARSET, KINDS, MOST, Word
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models import miniatures
from ocrlib.postprocess.ctc import greedy
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.types import FloatArray

F = paddle.nn.functional
Indices = NDArray[np.int64]

PATH = ROOT / "book" / "results" / "head-practice.json"
SEEDS = (1, 2, 3)
PRACTICE, TESTS, BATCH = 8000, 300, 32
EYE_STEPS = 400
CHECKS = (150, 300, 600, 1200, 2400, 4800)
RATES = {"slots": 0.01, "CTC": 0.03, "attention": 0.01, "parallel": 0.003}  # the lesson's


def fit(
    layers: Sequence[paddle.nn.Layer],
    loss_of: Callable[[Indices], paddle.Tensor],
    steps: int,
    rate: float,
    seed: int,
    batch: int = BATCH,
    check: Callable[[int], None] = lambda step: None,
) -> None:
    """Train as the lesson does; ``check(step)`` is called after each step of CHECKS."""
    parameters = [p for layer in layers for p in layer.parameters()]
    clip = paddle.nn.ClipGradByGlobalNorm(2.0)
    adam = paddle.optimizer.AdamW(rate, parameters=parameters, grad_clip=clip)
    rate_at = cosine_with_warmup(rate, steps, 20)
    rng = np.random.default_rng(seed)
    for step in range(1, steps + 1):
        adam.set_lr(rate_at(step - 1))
        loss_of(rng.integers(0, PRACTICE, batch)).backward()
        adam.step()
        adam.clear_grad()
        if step in CHECKS:
            for layer in layers:
                layer.eval()
            check(step)
            for layer in layers:
                layer.train()
    for layer in layers:
        layer.eval()


def train_eye(practice: Sequence[Word], seed: int) -> miniatures.Eye:
    """The eye, by marking the middles of letters."""
    pictures, maps = words.to_input(practice), letter_maps.encode(practice)
    weight = paddle.to_tensor(np.array([0.3] + [1.0] * (CHARSET.size - 1), np.float32))
    eye, head = miniatures.Eye(), miniatures.PixelHead(CHARSET.size)

    def loss_of(chosen: Indices) -> paddle.Tensor:
        logits = head(eye(paddle.to_tensor(pictures[chosen])))
        return F.cross_entropy(logits, paddle.to_tensor(maps[chosen]).unsqueeze(3), weight=weight)

    fit([eye, head], loss_of, EYE_STEPS, 0.01, seed, batch=16)
    return eye


def look(eye: miniatures.Eye, some: Sequence[Word]) -> FloatArray:
    """What the eye sees of words of one size, as columns (B, W / 2, 24)."""
    parts = [some[i : i + 200] for i in range(0, len(some), 200)]
    with paddle.no_grad():
        seen = [miniatures.to_columns(eye(paddle.to_tensor(words.to_input(p)))) for p in parts]
    return np.concatenate([part.numpy() for part in seen])


class Head:
    """A head, how it learns, and how it reads."""

    def __init__(self, name: str) -> None:
        self.name = name
        if name == "slots":
            self.layer = miniatures.SlotHead(CHARSET.size, MOST + 1)
        elif name == "CTC":
            self.layer = miniatures.CTCHead(CHARSET.size)
        elif name == "attention":
            self.layer = miniatures.AttentionHead(CHARSET.size)
        else:
            self.layer = miniatures.ParallelHead(CHARSET.size, MOST + 1)
        self.ctc = CTCLoss()

    def logits(self, seen: FloatArray, targets: paddle.Tensor | None = None) -> paddle.Tensor:
        """(B, places, classes) of columns (B, w, 24)."""
        x = paddle.to_tensor(seen)
        if self.name == "attention":
            return self.layer(x, targets)[0]
        if self.name == "parallel":
            return self.layer(x)[0]
        # Slots are made for one width: the rest of a longer picture is cut off.
        return self.layer(x[:, :32] if self.name == "slots" else x)

    def loss(self, seen: FloatArray, classes: Indices, lengths: Indices) -> paddle.Tensor:
        """What shall fall: columns (B, w, 24), classes (B, MOST + 1), letters (B,)."""
        targets = paddle.to_tensor(classes)
        if self.name == "CTC":
            return self.ctc(self.logits(seen), targets, paddle.to_tensor(lengths))
        return F.cross_entropy(self.logits(seen, targets), targets.unsqueeze(2))

    def read(self, seen: FloatArray) -> list[str]:
        """Texts of columns (B, w, 24)."""
        with paddle.no_grad():
            logits = self.logits(seen).numpy()
        if self.name == "CTC":
            return [CHARSET.decode(found.indices) for found in greedy(logits)]
        rows = logits.argmax(axis=2)
        return [CHARSET.decode(row[: (row == 0).argmax()] if 0 in row else row) for row in rows]


def run(seed: int) -> dict[str, Any]:
    """One eye, and the four heads behind it."""
    start = time.process_time()
    rng = np.random.default_rng([seed, 1])
    kinds = ("straight", "touching") * (PRACTICE // 2)
    practice = [words.random_word(rng, kind) for kind in kinds]
    paddle.seed(seed)
    eye = train_eye(practice, seed)
    columns = look(eye, practice)
    classes = words.to_classes(practice, MOST + 1)
    lengths = (classes > 0).sum(axis=1)
    tests = {k: words.random_words(1000 + i, k, TESTS) for i, k in enumerate(KINDS)}
    seen = {kind: look(eye, some) for kind, some in tests.items()}
    heads: dict[str, Any] = {}
    for name, rate in RATES.items():
        paddle.seed(seed)
        head, before = Head(name), time.process_time()
        curve: list[dict[str, Any]] = []

        def check(step: int, head: Head = head, curve: list[dict[str, Any]] = curve) -> None:
            row: dict[str, Any] = {"step": step}
            for kind, some in tests.items():
                pairs = zip(head.read(seen[kind]), some, strict=True)
                row[kind] = float(np.mean([text == word.text for text, word in pairs]))
            curve.append(row)

        def loss_of(i: Indices, head: Head = head) -> paddle.Tensor:
            return head.loss(columns[i], classes[i], lengths[i])

        fit([head.layer], loss_of, CHECKS[-1], rate, seed, check=check)
        heads[name] = {"computing_s": round(time.process_time() - before, 1), "curve": curve}
    return {
        "seed": seed,
        "heads": heads,
        "computing_s": round(time.process_time() - start, 1),
    }


def store(path: Path, runs: Sequence[dict[str, Any]]) -> None:
    """Write what is there, completely or not at all."""
    content = {
        "command": "nice python book/tools/head_practice.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "seeds": list(SEEDS),
        "rates": RATES,
        "batch": BATCH,
        "data": f"{PRACTICE} rendered words to practise on, straight and touching, and {TESTS} "
        "others of each kind to test",
        "computing_s": round(sum(one["computing_s"] for one in runs)),
        "runs": list(runs),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def main() -> int:
    """Run the seeds that are missing."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"] if PATH.exists() else []
    todo = [seed for seed in SEEDS if seed not in [one["seed"] for one in runs]]
    for seed in tqdm(todo, disable=not sys.stderr.isatty()):
        runs.append(run(seed))
        store(PATH, runs)
        last = {name: head["curve"][-1]["straight"] for name, head in runs[-1]["heads"].items()}
        print(f"seed {seed}: straight words {last}, {runs[-1]['computing_s']:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
