import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import DataError
from ocrlib.losses.attention import WritingLoss, with_end


def loss(logits, labels, lengths):
    return WritingLoss()(
        paddle.to_tensor(np.asarray(logits, np.float32)),
        paddle.to_tensor(np.asarray(labels, np.int32)),
        paddle.to_tensor(np.asarray(lengths, np.int64)),
    )


def test_by_hand():
    # p(end), p(a), p(b) at three places; the first text is "ab", the second "b".
    first = np.array([[0.2, 0.7, 0.1], [0.1, 0.3, 0.6], [0.8, 0.1, 0.1]])
    second = np.array([[0.25, 0.25, 0.5], [0.9, 0.05, 0.05], [0.1, 0.2, 0.7]])
    wanted = -np.log([0.7, 0.6, 0.8, 0.5, 0.9]).mean()  # second's last place does not count
    found = loss(np.log([first, second]), [[1, 2], [2, 0]], [2, 1])
    assert found.item() == pytest.approx(wanted, abs=1e-6)


def test_nothing_behind_the_end_has_a_gradient():
    logits = paddle.randn([2, 4, 5])
    logits.stop_gradient = False
    labels, lengths = paddle.to_tensor([[1, 2, 3], [4, 0, 0]]), paddle.to_tensor([3, 1])
    WritingLoss()(logits, labels, lengths).backward()
    moved = np.abs(logits.grad.numpy()).max(axis=2) > 0
    assert moved.tolist() == [[True] * 4, [True, True, False, False]]


def test_an_empty_text_is_its_end():
    p = np.array([[0.3, 0.7]])
    assert loss(np.log(p)[None], np.zeros((1, 0)), [0]).item() == pytest.approx(-np.log(0.3), 1e-5)


def test_places_that_count():
    targets, counts = with_end(paddle.to_tensor([[1, 2], [3, 0]]), paddle.to_tensor([2, 1]))
    assert targets.tolist() == [[1, 2, 0], [3, 0, 0]]
    assert counts.tolist() == [[True, True, True], [True, True, False]]


@pytest.mark.parametrize("label", [0, 5, -1])
def test_class_that_is_no_character_is_refused_by_number(label):
    with pytest.raises(DataError, match=r"sample 1 .* \(1 to 4\)"):
        loss(np.zeros((2, 3, 5)), [[1, 2], [1, label]], [2, 2])


def test_other_numbers_of_places_are_refused():
    with pytest.raises(DataError, match="up to 2 characters need one place more"):
        loss(np.zeros((1, 2, 5)), [[1, 2]], [2])
