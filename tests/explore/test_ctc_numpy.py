"""CTC in numpy: against all paths, against Paddle, against the reference."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.engine import paddle
from ocrlib.errors import DataError
from ocrlib.explore.ctc_numpy import (
    collapse,
    count_paths,
    forward_backward,
    log_softmax,
    paths,
    skippable,
    spelling,
)
from ocrlib.losses.ctc import CTCLoss

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden_rec_losses.npz"
LABELS = st.lists(st.integers(1, 3), max_size=3)


def test_by_hand():
    # "a" in two steps: "a-", "-a" and "aa".
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])
    result = forward_backward(np.log(p), [1])
    total = 0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6
    assert result.loss == pytest.approx(-math.log(total))
    assert result.states.tolist() == [0, 1, 0]
    np.testing.assert_allclose(np.exp(result.alpha), [[0.5, 0.3, 0], [0.05, 0.48, 0.03]])
    np.testing.assert_allclose(np.exp(result.beta), [[0.6, 0.7, 0.1], [0, 1, 1]])
    through = np.array([[0.5 * 0.6, 0.3 * 0.7, 0], [0, 0.48, 0.03]]) / total
    np.testing.assert_allclose(result.occupancy, through, atol=1e-12)
    wanted = np.array([[through[0, 0], through[0, 1], 0], [through[1, 2], through[1, 1], 0]])
    np.testing.assert_allclose(result.gradient, p - wanted, atol=1e-12)


def test_collapse_and_spelling_by_hand():
    assert collapse([0, 3, 3, 0, 3, 2, 2, 0]) == (3, 3, 2)
    assert collapse([]) == collapse([0, 0]) == ()
    assert spelling([3, 3, 2]).tolist() == [0, 3, 0, 3, 0, 2, 0]
    assert np.flatnonzero(skippable(spelling([3, 3, 2]))).tolist() == [5]


@settings(max_examples=40)
@given(LABELS, st.integers(0, 5))
def test_paths_are_all_that_read_the_label(label, steps):
    expected = {
        path
        for path in itertools.product(range(4), repeat=steps)
        if steps and collapse(path) == tuple(label)
    }
    listed = list(paths(label, steps))
    assert len(listed) == len(set(listed)) == count_paths(label, steps)
    assert set(listed) == expected


def test_how_many_paths():
    assert count_paths([1, 2, 3], 12) == 5005 == math.comb(15, 6)
    assert count_paths([1, 1], 3) == 1


@settings(max_examples=40)
@given(LABELS, st.integers(1, 6), st.integers(0, 10_000))
def test_the_loss_is_the_sum_over_all_paths(label, steps, seed):
    logits = np.random.default_rng(seed).normal(size=(steps, 4)) * 2
    log_p = log_softmax(logits)
    listed = np.array(list(paths(label, steps)))
    if not len(listed):
        with pytest.raises(DataError, match=f"needs .* steps, but there are {steps}"):
            forward_backward(logits, label)
        return
    result = forward_backward(logits, label)
    each = np.exp(log_p[np.arange(steps), listed].sum(axis=1))  # (paths,)
    assert math.exp(-result.loss) == pytest.approx(each.sum())
    # The gradient is what the network says minus what the paths of the label say.
    said = np.array([[each[listed[:, t] == c].sum() for c in range(4)] for t in range(steps)])
    np.testing.assert_allclose(result.gradient, np.exp(log_p) - said / each.sum(), atol=1e-12)
    # At every step all paths together have the same probability.
    totals = np.logaddexp.reduce(result.alpha + result.beta, axis=1)
    np.testing.assert_allclose(totals, -result.loss)
    np.testing.assert_allclose(result.occupancy.sum(axis=1), 1)


def test_the_gradient_by_small_differences():
    logits = np.random.default_rng(0).normal(size=(7, 5))
    label, small = [2, 2, 4], 1e-6
    expected = np.zeros_like(logits)
    for place in np.ndindex(*logits.shape):
        ends = []
        for sign in (-1, 1):
            moved = logits.copy()
            moved[place] += sign * small
            ends.append(forward_backward(moved, label).loss)
        expected[place] = (ends[1] - ends[0]) / (2 * small)
    np.testing.assert_allclose(forward_backward(logits, label).gradient, expected, atol=1e-7)


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_same_loss_and_gradient_as_training(seed):
    rng = np.random.default_rng(seed)
    steps, classes, batch = 14, 7, 3
    logits = (rng.normal(size=(batch, steps, classes)) * 2).astype(np.float32)
    lengths = rng.integers(1, 7, batch)
    labels = np.zeros((batch, 6), np.int32)
    for i, length in enumerate(lengths):
        labels[i, :length] = rng.integers(1, classes, length)
    tensor = paddle.to_tensor(logits)
    tensor.stop_gradient = False
    loss = CTCLoss()(tensor, paddle.to_tensor(labels), paddle.to_tensor(lengths))
    loss.backward()
    ours = [forward_backward(logits[i], labels[i, : lengths[i]].tolist()) for i in range(batch)]
    assert np.mean([one.loss for one in ours]) == pytest.approx(loss.item(), rel=1e-5)
    gradient = np.stack([one.gradient for one in ours]) / batch  # of the mean
    np.testing.assert_allclose(tensor.grad.numpy(), gradient, atol=1e-5)  # float32


def test_same_loss_and_gradient_as_the_reference():
    golden = np.load(GOLDEN)
    ours = [
        forward_backward(logits, label[:length].tolist())
        for logits, label, length in zip(
            golden["logits"], golden["labels"], golden["lengths"], strict=True
        )
    ]
    value = json.loads(str(golden["values"]))["CTCLoss"]
    assert np.mean([one.loss for one in ours]) == pytest.approx(value, rel=1e-5)
    gradient = np.stack([one.gradient for one in ours]) / len(ours)
    np.testing.assert_allclose(gradient, golden["grad"], atol=1e-5)


def test_long_and_certain_lattices_stay_finite():
    logits = np.full((400, 100), -200.0)
    label = [1 + i % 99 for i in range(180)]
    logits[::2, 0] = logits[np.arange(1, 361, 2), label] = 200.0
    logits[361::2, 0] = 200.0
    result = forward_backward(logits, label)
    assert result.loss == pytest.approx(0, abs=1e-6)
    assert np.isfinite(result.gradient).all()


def test_impossible_classes_take_no_path():
    with np.errstate(divide="ignore"):
        logits = np.log(np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]]))
    result = forward_backward(logits, [1])
    assert result.loss == pytest.approx(-math.log(0.75))
    assert np.isfinite(result.gradient).all()


def test_bad_input():
    with pytest.raises(DataError, match=r"\(T, C\)"):
        forward_backward(np.zeros((1, 4, 3)), [1])
    for cls in (0, 3, -1):
        with pytest.raises(DataError, match="from 1 to 2"):
            forward_backward(np.zeros((4, 3)), [1, cls])
