"""A short training with CTC on pictures in memory."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.explore.ctc_fit import fit_ctc, padded
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models.lite import rec_lite


def test_labels_are_filled_up_with_zeros():
    table, lengths = padded([[3, 1], [], [2, 2, 5]])
    np.testing.assert_array_equal(table, [[3, 1, 0], [0, 0, 0], [2, 2, 5]])
    np.testing.assert_array_equal(lengths, [2, 0, 3])


def fit(seed: int, labels: list[list[int]]) -> list[float]:
    paddle.seed(1)
    model = rec_lite(4)
    images = np.random.default_rng(0).normal(size=(4, 3, 32, 32)).astype(np.float32)
    rng = np.random.default_rng(seed)
    losses = fit_ctc(model, images, labels, rng, steps=12, batch=2, rate=3e-3)
    assert not model.training
    return losses


def test_the_loss_falls_and_the_seed_decides():
    labels = [[1, 2], [2], [3, 1], [1]]
    losses = fit(5, labels)
    assert np.mean(losses[-4:]) < 0.7 * np.mean(losses[:4])
    assert fit(5, labels) == losses
    assert fit(6, labels) != losses


def test_filling_up_is_not_read():
    table, lengths = padded([[1], [2], [3], [1]])
    logits = paddle.to_tensor(np.random.default_rng(0).normal(size=(4, 6, 4)).astype(np.float32))
    narrow, wide = (
        CTCLoss()(logits, paddle.to_tensor(one), paddle.to_tensor(lengths)).item()
        for one in (table, np.pad(table, ((0, 0), (0, 3))))
    )
    assert narrow == pytest.approx(wide, rel=1e-6)
