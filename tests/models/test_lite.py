import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.db import DBLoss
from ocrlib.models.lite import det_lite, rec_lite


def parameters(model):
    return sum(int(np.prod(p.shape)) for p in model.parameters())


def without_gradient(model):
    learnable = {n: p for n, p in model.named_parameters() if p.trainable}
    return [n for n, p in learnable.items() if p.grad is None or not p.grad.abs().max()]


def train(model, step, steps, lr):
    model.train()
    optimizer = paddle.optimizer.Adam(lr, parameters=model.parameters())
    for _ in range(steps):
        loss = step()
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
    return loss.item()


def test_sizes_are_small():
    assert 450_000 <= parameters(det_lite()) <= 650_000
    assert 4 * parameters(rec_lite(96)) <= 4_000_000
    # Every further convolution of 96 channels: 3x3 weights, and per channel scale, shift and the
    # running mean and variance.
    more = parameters(rec_lite(96, repeats=(1, 1, 2, 3))) - parameters(rec_lite(96))
    assert more == 9 * 96**2 + 4 * 96


@pytest.mark.parametrize("repeats", [(1, 2, 2), (1, 1, 0, 3)])
def test_repeats_are_four_numbers(repeats):
    with pytest.raises(ValueError, match="repeats needs four whole numbers"):
        rec_lite(11, repeats=repeats)


@pytest.mark.parametrize("size", [(32, 32), (64, 160), (96, 32)])
def test_det_shapes(size):
    model = det_lite()
    model.eval()
    assert tuple(model(paddle.zeros([2, 3, *size])).logits.shape) == (2, 1, *size)


@pytest.mark.parametrize("width", [32, 100, 320])
def test_rec_shapes(width):
    model = rec_lite(charset_size=11)
    model.eval()
    output = model(paddle.zeros([2, 3, 32, width]))
    assert tuple(output.logits.shape) == (2, width // 4, 11)
    np.testing.assert_allclose(output.probabilities.numpy().sum(-1), 1, atol=1e-5)


def test_a_px_of_the_detector_sees_600_px_along_the_line():
    paddle.seed(0)
    model = det_lite()
    model.eval()
    x = paddle.randn([1, 3, 32, 1280])
    x.stop_gradient = False
    model(x).logits[0, 0, 16, 640].backward()
    seen = np.flatnonzero(np.abs(x.grad.numpy()).max(axis=(0, 1, 2)))
    assert seen.max() - seen.min() >= 600


def test_every_weight_of_the_detector_learns():
    paddle.seed(0)
    model = det_lite()
    ones = paddle.ones([2, 64, 64])
    text = (paddle.rand([2, 64, 64]) > 0.7).astype("float32")
    DBLoss()(model(paddle.randn([2, 3, 64, 64])), text, ones, text, ones)["loss"].backward()
    assert without_gradient(model) == []


def test_every_weight_of_the_recogniser_learns():
    paddle.seed(0)
    model = rec_lite(11)
    labels = paddle.to_tensor([[1, 2, 3], [4, 5, 0]], dtype="int32")
    logits = model(paddle.randn([2, 3, 32, 64])).logits
    CTCLoss()(logits, labels, paddle.to_tensor([3, 2])).backward()
    assert without_gradient(model) == []


def test_same_seed_same_weights():
    first, second = [], []
    for weights in (first, second):
        paddle.seed(3)
        weights.extend(p.numpy() for p in rec_lite(5).parameters())
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.slow
def test_det_overfits_eight_pictures():
    rng = np.random.default_rng(0)
    paddle.seed(0)
    images = rng.standard_normal((8, 3, 64, 64)).astype(np.float32) * 0.3
    text = np.zeros((8, 64, 64), np.float32)
    for i in range(8):
        top, left = rng.integers(4, 40, 2)
        text[i, top : top + 12, left : left + 20] = 1
        images[i, :, top : top + 12 : 2, left : left + 20] += 2
    x, shrink = paddle.to_tensor(images), paddle.to_tensor(text)
    ones, half = paddle.ones_like(shrink), paddle.full_like(shrink, 0.5)
    model, loss = det_lite(), DBLoss()
    train(model, lambda: loss(model(x), shrink, ones, half, ones)["loss"], 80, 5e-3)
    found = model(x).probabilities.numpy()[:, 0] > 0.5
    assert (found == (text > 0)).mean() > 0.99


@pytest.mark.slow
def test_rec_overfits_eight_crops():
    rng = np.random.default_rng(0)
    paddle.seed(0)
    x = paddle.to_tensor(rng.standard_normal((8, 3, 32, 64)).astype(np.float32))
    texts = rng.integers(1, 11, (8, 4)).astype(np.int32)
    labels, lengths = paddle.to_tensor(texts), paddle.full([8], 4, dtype="int64")
    model, loss = rec_lite(11), CTCLoss()
    final = train(model, lambda: loss(model(x).logits, labels, lengths), 120, 3e-3)
    assert final < 0.1
