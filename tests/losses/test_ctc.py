import json
from pathlib import Path

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import DataError
from ocrlib.losses.ctc import CTCLoss, steps_needed

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden_rec_losses.npz"


def loss(logits, labels, lengths):
    return CTCLoss()(
        paddle.to_tensor(np.asarray(logits, np.float32)),
        paddle.to_tensor(np.asarray(labels, np.int32)),
        paddle.to_tensor(np.asarray(lengths, np.int64)),
    )


def test_two_steps_by_hand():
    # p(blank), p(a), p(b) per step; "a" can be spelt "a-", "-a" and "aa".
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])
    wanted = 0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6
    assert loss(np.log(p)[None], [[1]], [1]).item() == pytest.approx(-np.log(wanted), abs=1e-5)


def test_twins_need_a_blank_between_by_hand():
    p = np.array([[0.5, 0.5], [0.2, 0.8], [0.4, 0.6]])  # "aa" in three steps: only "a-a"
    wanted = 0.5 * 0.2 * 0.6
    assert loss(np.log(p)[None], [[1, 1]], [2]).item() == pytest.approx(-np.log(wanted), abs=1e-5)


def test_mean_over_the_batch_not_over_characters():
    logits = np.random.default_rng(0).standard_normal((2, 6, 4))
    labels, lengths = np.array([[1, 2, 3], [2, 0, 0]]), np.array([3, 1])
    alone = [loss(logits[i : i + 1], labels[i : i + 1], lengths[i : i + 1]).item() for i in (0, 1)]
    assert loss(logits, labels, lengths).item() == pytest.approx(np.mean(alone), abs=1e-5)


def test_empty_label_is_all_blanks():
    p = np.array([[0.5, 0.5], [0.2, 0.8]])
    assert loss(np.log(p)[None], [[0]], [0]).item() == pytest.approx(-np.log(0.1), abs=1e-5)


def test_empty_label_among_others():
    logits = np.random.default_rng(1).standard_normal((2, 5, 4))
    alone = [loss(logits[:1], [[1, 2]], [2]).item(), loss(logits[1:], [[0, 0]], [0]).item()]
    assert loss(logits, [[1, 2], [0, 0]], [2, 0]).item() == pytest.approx(np.mean(alone), abs=1e-5)


def test_steps_needed():
    labels = np.array([[1, 1, 2, 2], [1, 2, 1, 0], [3, 3, 3, 0], [0, 0, 0, 0]])
    assert steps_needed(labels, np.array([4, 3, 3, 0])).tolist() == [6, 3, 5, 0]


def test_padding_is_not_taken_for_twins():
    assert steps_needed(np.array([[1, 0, 0]]), np.array([1])).tolist() == [1]


def test_impossible_label_is_refused_by_number():
    logits = np.zeros((3, 4, 5))
    labels = np.array([[1, 2, 3, 4], [1, 1, 2, 2], [1, 2, 0, 0]])
    with pytest.raises(DataError, match=r"sample 1 of the batch needs 6 time steps, .* gives 4"):
        loss(logits, labels, [4, 4, 2])


@pytest.mark.parametrize("label", [0, 5, -1])
def test_class_outside_the_network_is_refused_by_number(label):
    with pytest.raises(DataError, match=r"sample 1 .* \(1 to 4\)"):
        loss(np.zeros((2, 8, 5)), [[1, 2], [1, label]], [2, 2])


def test_same_values_and_gradients_as_the_reference():
    golden = np.load(GOLDEN)
    logits = paddle.to_tensor(golden["logits"])
    logits.stop_gradient = False
    labels, lengths = paddle.to_tensor(golden["labels"]), paddle.to_tensor(golden["lengths"])
    value = CTCLoss()(logits, labels, lengths)
    assert value.item() == pytest.approx(json.loads(str(golden["values"]))["CTCLoss"], rel=1e-5)
    value.backward()
    np.testing.assert_allclose(logits.grad.numpy(), golden["grad"], atol=1e-5)
