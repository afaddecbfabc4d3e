import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.attention import NRTRGuide, SARGuide, waves


def guides():
    paddle.seed(0)
    return {"sar": SARGuide(8, 12, size=16), "nrtr": NRTRGuide(8, 13, size=24, depth=2, heads=3)}


@pytest.mark.parametrize("name", ["sar", "nrtr"])
def test_a_place_sees_the_text_up_to_itself(name):
    guide = guides()[name]
    guide.eval()
    features = paddle.randn([1, 8, 1, 6])
    targets = paddle.to_tensor([[2, 4, 5, 6, 7, 3]])
    before = guide(features, targets).numpy()
    targets[0, 3] = 9
    changed = np.abs(guide(features, targets).numpy() - before).max(axis=-1)[0] > 1e-6
    places = 6 if name == "sar" else 5  # NRTR leaves the last character out
    assert changed.tolist() == [False] * 3 + [True] * (places - 3)


@pytest.mark.parametrize("name", ["sar", "nrtr"])
def test_a_place_sees_the_whole_picture(name):
    guide = guides()[name]
    guide.eval()
    targets = paddle.to_tensor([[2, 4, 5, 3]])
    features = paddle.randn([1, 8, 1, 6])
    before = guide(features, targets).numpy()
    for column in range(6):
        other = features.clone()
        other[0, :, 0, column] = 2.0
        assert np.abs(guide(other, targets).numpy() - before).max(axis=-1).min() > 1e-6


def test_padding_of_the_picture_is_not_looked_at():
    guide = guides()["sar"]
    guide.eval()
    features = paddle.randn([2, 8, 1, 8])
    targets = paddle.to_tensor([[10, 4, 5, 11]] * 2)
    valid = paddle.to_tensor([0.5, 1.0])  # the first ends after column 4
    before = guide(features, targets, valid).numpy()
    features[:, :, 0, 5:] = 7.0  # column 4 still reaches the convolution of column 3
    after = guide(features, targets, valid).numpy()
    np.testing.assert_allclose(after[0], before[0], atol=1e-6)
    assert np.abs(after[1] - before[1]).max() > 1e-3
    # Nor does it make a difference how wide the padding is.
    alone = guide(features[:1, :, :, :6], targets[:1], paddle.to_tensor([4 / 6])).numpy()
    np.testing.assert_allclose(alone[0], after[0], atol=1e-5)


def test_sizes_of_what_goes_out():
    features = paddle.randn([2, 8, 1, 6])
    targets = paddle.zeros([2, 5], "int64")
    found = {name: tuple(guide(features, targets).shape) for name, guide in guides().items()}
    assert found == {"sar": (2, 5, 11), "nrtr": (2, 4, 14)}


def test_every_weight_learns():
    targets = paddle.to_tensor([[2, 4, 5, 3]])
    for guide in guides().values():
        (guide(paddle.randn([1, 8, 1, 6]), targets) ** 2).sum().backward()
        still = [
            n
            for n, p in guide.named_parameters()
            if not p.stop_gradient and (p.grad is None or not p.grad.any())
        ]
        # The columns' and the writer's LSTM have every weight under two names.
        assert still == []


def test_waves_by_hand():
    found = waves(3, 4)
    wanted = [[np.sin(p), np.cos(p), np.sin(p / 100), np.cos(p / 100)] for p in range(3)]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_texts_between_their_signs():
    labels, lengths = paddle.to_tensor([[3, 4, 0], [1, 2, 3], [0, 0, 0]], "int32"), [2, 3, 0]
    found = {n: g.targets(labels, paddle.to_tensor(lengths)) for n, g in guides().items()}
    # 12 classes: start and end 10, padding 11. CTC's class k stays k.
    assert found["sar"].tolist() == [[10, 3, 4, 10, 11], [10, 1, 2, 3, 10], [10, 10, 11, 11, 11]]
    # Padding 0, unknown 1, start 2, end 3, then the characters: k becomes k + 3.
    assert found["nrtr"].tolist() == [[2, 6, 7, 3, 0], [2, 4, 5, 6, 3], [2, 3, 0, 0, 0]]
