import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.db import DBHead, DetOutput


@pytest.fixture
def head():
    paddle.seed(0)
    return DBHead(8, width=4)


def test_training_gives_three_maps_of_the_pictures_size(head):
    output = head(paddle.randn([2, 8, 5, 7]))
    assert all(tuple(m.shape) == (2, 1, 20, 28) for m in output[:3])
    assert output.shrink_logits is None  # only a refining head has one


def test_reading_gives_the_shrink_map_only(head):
    head.eval()
    output = head(paddle.randn([2, 8, 5, 7]))
    assert tuple(output.logits.shape) == (2, 1, 20, 28)
    assert output.threshold_logits is None
    assert output.binary is None


def test_binary_is_the_step_of_the_paper(head):
    output = head(paddle.randn([2, 8, 5, 7]))
    p, t = (1 / (1 + np.exp(-x.numpy())) for x in (output.logits, output.threshold_logits))
    np.testing.assert_allclose(output.binary.numpy(), 1 / (1 + np.exp(-50 * (p - t))), atol=1e-5)


def test_probabilities_are_the_sigmoid_of_the_logits():
    output = DetOutput(paddle.to_tensor([[[[0.0, np.log(3.0)]]]]))
    np.testing.assert_allclose(output.probabilities.numpy().ravel(), [0.5, 0.75], atol=1e-6)


def test_before_training_little_is_text(head):
    head.eval()
    assert head(paddle.randn([4, 8, 8, 8])).probabilities.mean().item() < 0.3
