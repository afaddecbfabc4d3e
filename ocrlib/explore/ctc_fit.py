"""A short training with CTC on pictures that are all in memory, for notebooks and experiments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models.crnn import CRNN
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.types import FloatArray


def padded(labels: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Classes padded with 0, (N, L), and lengths, (N,)."""
    lengths = np.array([len(classes) for classes in labels], np.int64)
    table = np.zeros((len(labels), lengths.max()), np.int32)
    for row, classes in zip(table, labels, strict=True):
        row[: len(classes)] = classes
    return table, lengths


def fit_ctc(
    model: CRNN,
    images: FloatArray,
    labels: Sequence[Sequence[int]],
    rng: np.random.Generator,
    *,
    steps: int,
    batch: int,
    rate: float,
) -> list[float]:
    """Train all of a network for a fixed number of steps, in place.

    The rate rises for an eighth of the steps and then falls to 0 along a cosine.

    Args:
        model: the network.
        images: its inputs, float32 (N, 3, H, W).
        labels: the classes of each text, without blanks.
        rng: draws the batches.
        steps: how many.
        batch: pictures per step, at most N.
        rate: highest learning rate.

    Returns:
        The loss of every step. The network is left in evaluation mode.
    """
    table, lengths = padded(labels)
    schedule = cosine_with_warmup(rate, steps, steps // 8)
    optimizer = paddle.optimizer.AdamW(
        parameters=model.parameters(), grad_clip=paddle.nn.ClipGradByGlobalNorm(5.0)
    )
    criterion = CTCLoss()
    losses: list[float] = []
    model.train()
    for step in range(steps):
        chosen = rng.choice(len(labels), batch, replace=False)
        logits = model(paddle.to_tensor(images[chosen])).logits  # (B, T, C)
        loss = criterion(logits, *(paddle.to_tensor(a[chosen]) for a in (table, lengths)))
        loss.backward()
        optimizer.set_lr(schedule(step))
        optimizer.step()
        optimizer.clear_grad()
        losses.append(loss.item())
    model.eval()
    return losses
