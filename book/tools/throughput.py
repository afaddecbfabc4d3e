"""Training steps per second of the two lite networks, kept in book/results/throughput.json.

    python book/tools/throughput.py

One thread, random pictures, whole steps: forward, loss, backward, Adam. Rates are given by the
clock and by the processor time used; the two differ on a machine that has other work to do.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import date

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.charset import Charset
from ocrlib.commands.train import git_commit
from ocrlib.engine import device, paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.db import DBLoss
from ocrlib.models.lite import det_lite, rec_lite

WARM_UP, RUNS, STEPS = 3, 7, 5

# A network, what gives the loss of one step, pictures per step.
Setting = tuple[paddle.nn.Layer, Callable[[], paddle.Tensor], int]


def recogniser(
    rng: np.random.Generator,
) -> Setting:
    """A step's loss for 64 crops of 32x100 px with words of 6 characters."""
    classes, batch = Charset.english().size, 64
    model, loss = rec_lite(classes), CTCLoss()
    images = paddle.to_tensor(rng.standard_normal((batch, 3, 32, 100), np.float32))
    labels = paddle.to_tensor(rng.integers(1, classes, (batch, 6), np.int32))
    lengths = paddle.full([batch], 6, dtype="int64")
    return model, lambda: loss(model(images).logits, labels, lengths), batch


def detector(rng: np.random.Generator) -> Setting:
    """A step's loss for 4 pictures of 320x320 px, a tenth of them text."""
    batch, size = 4, 320
    model, loss = det_lite(), DBLoss()
    images = paddle.to_tensor(rng.standard_normal((batch, 3, size, size), np.float32))
    text = paddle.to_tensor((rng.random((batch, size, size)) < 0.1).astype(np.float32))
    mask = paddle.ones_like(text)
    return model, lambda: loss(model(images), text, mask, text, mask)["loss"], batch


def measure(
    model: paddle.nn.Layer, loss: Callable[[], paddle.Tensor], batch: int
) -> dict[str, float]:
    """Median pictures per second over a few runs, by the clock and by processor time."""
    weights = [weight for weight in model.parameters() if weight.trainable]
    optimizer = paddle.optimizer.Adam(1e-3, parameters=weights)
    model.train()

    def steps(count: int) -> None:
        for _ in range(count):
            loss().backward()
            optimizer.step()
            optimizer.clear_grad()

    steps(WARM_UP)
    clock, processor = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        steps(STEPS)
        clock.append(STEPS * batch / (time.perf_counter() - began))
        processor.append(STEPS * batch / (time.process_time() - used))
    return {
        "per_second": round(statistics.median(clock), 1),
        "per_processor_second": round(statistics.median(processor), 1),
        "slowest": round(min(processor), 1),
        "fastest": round(max(processor), 1),
    }


def main() -> None:
    """Measure both, print and keep the figures."""
    paddle.seed(0)
    rng = np.random.default_rng(0)
    figures = {
        "rec-lite, 32x100, batch 64": measure(*recogniser(rng)),
        "det-lite, 320x320, batch 4": measure(*detector(rng)),
    }
    result = {
        "command": "python book/tools/throughput.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "device": device(),
        "threads": 1,
        "pictures_per_second": figures,
    }
    file = ROOT / "book" / "results" / "throughput.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
