"""A task that trains in a moment: a small network with dropout and batch norm."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from ocrlib.config import TrainRecipe
from ocrlib.data.batching import Chunk
from ocrlib.engine import paddle
from ocrlib.models.weights import model_arrays
from ocrlib.train.loop import train
from ocrlib.train.parallel import Group

nn = paddle.nn


class ToyChunks:
    """Points on both sides of a plane."""

    def __init__(self, size: int = 8, seed: int = 5, batches: int = 3) -> None:
        self.size, self.seed, self.batches = size, seed, batches

    def chunk(self, number: int) -> Chunk:
        batches = []
        for i in range(self.batches):
            rng = np.random.default_rng([self.seed, number, i])
            x = rng.standard_normal((self.size, 4)).astype(np.float32)
            y = (x.sum(1, keepdims=True) > 0).astype(np.float32)
            batches.append({"x": x, "y": y})
        return Chunk(tuple(batches), {"odd": 1}, self.batches * self.size)


class ToyTask:
    primary = "score"

    def __init__(self, dropout: float = 0.2, seed: int = 3) -> None:
        paddle.seed(seed)
        self.model = nn.Sequential(
            nn.Linear(4, 8), nn.BatchNorm1D(8), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 1)
        )

    @property
    def student(self):
        return self.model

    def loss(self, batch):
        out = self.model(batch["x"])
        loss = nn.functional.binary_cross_entropy_with_logits(out, batch["y"])
        return {"loss": loss, "half": loss / 2}

    def evaluate(self):
        paddle.rand([3])  # an evaluation may use up randomness; training must not notice
        batch = ToyChunks(seed=99).chunk(0).batches[0]
        out = self.model(paddle.to_tensor(batch["x"])).numpy()
        return {"score": float(((out > 0) == (batch["y"] > 0.5)).mean())}


def settings(**changes) -> TrainRecipe:
    values = {"steps": 12, "lr": 0.05, "warmup": 2, "eval_every": 4, "save_every": 5, "ema": 0.9}
    return TrainRecipe(**{**values, "log_every": 2, **changes})


def main() -> None:
    """Train in a process of its own: ``toy.py FOLDER '{"options": ...}'``."""
    folder, options = Path(sys.argv[1]), json.loads(sys.argv[2])
    group = Group.join()
    pause = options.get("pause", 0.0)
    task = ToyTask(dropout=options.get("dropout", 0.2), seed=3 + options.get("own", 0) * group.rank)
    dump = options.get("dump")

    def after_step(step: int) -> None:
        (folder / "reached").write_text(str(step)) if group.leads else None
        if dump:
            np.savez(Path(dump) / f"{step}-{group.rank}.npz", **model_arrays(task.model))
        time.sleep(pause)

    train(
        task,
        ToyChunks(batches=options.get("batches", 3)),
        settings(**options.get("settings", {})),
        folder,
        workers=options.get("workers", 0),
        resume=options.get("resume", False),
        group=group,
        after_step=after_step,
    )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # gloo's threads may hold up an ordinary exit
