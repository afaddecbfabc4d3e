import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models.crnn import crnn_mobilenetv1, crnn_mobilenetv3, crnn_resnet_vd

BUILDS = {
    "small": lambda: crnn_mobilenetv3(7, scale=0.35, hidden=8),
    "large": lambda: crnn_mobilenetv3(7, "large", scale=0.35, hidden=8),
    "v2": lambda: crnn_mobilenetv1(7, scale=0.25, hidden=8, middle=6),
    "server": lambda: crnn_resnet_vd(7, 18, hidden=8),
}


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_columns_stay_and_nothing_else_is_in_the_output(build):
    model = build()
    model.eval()
    for width in (32, 33, 50):
        output = model(paddle.zeros([1, 3, 32, width]))
        assert tuple(output.logits.shape) == (1, -(-width // 2) // 2, 7)
        assert output.features is None
        assert output.guide_logits is None


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_every_weight_learns(build):
    paddle.seed(0)
    model = build()
    (model(paddle.randn([2, 3, 32, 64])).logits ** 2).sum().backward()
    still = [
        n
        for n, p in model.named_parameters()
        if not p.stop_gradient and (p.grad is None or not p.grad.abs().max())
    ]
    # Hard sigmoids cut off at initialisation may leave a gate without a gradient; nothing else.
    assert [n for n in still if ".se." not in n] == []


def test_waist_is_one_linear_map():
    paddle.seed(0)
    model = BUILDS["v2"]()
    first, second = model.head
    x = paddle.randn([3, 16])
    joined = x.matmul(first.weight.matmul(second.weight))
    joined = joined + first.bias.matmul(second.weight) + second.bias
    np.testing.assert_allclose(model.head(x).numpy(), joined.numpy(), atol=1e-5)


def test_impossible_values():
    with pytest.raises(ValueError, match="unknown variant 'tiny'; known: large, small"):
        crnn_mobilenetv3(7, "tiny")
    with pytest.raises(ValueError, match="scale must be positive"):
        crnn_mobilenetv1(7, scale=0)
    with pytest.raises(ValueError, match="20 layers"):
        crnn_resnet_vd(7, 20)


@pytest.mark.slow
def test_overfits_eight_crops():
    rng = np.random.default_rng(0)
    paddle.seed(0)
    x = paddle.to_tensor(rng.standard_normal((8, 3, 32, 64)).astype(np.float32))
    labels = paddle.to_tensor(rng.integers(1, 7, (8, 3)).astype(np.int32))
    lengths, loss = paddle.full([8], 3, dtype="int64"), CTCLoss()
    model = crnn_mobilenetv3(7, scale=0.35, hidden=32)
    adam = paddle.optimizer.Adam(3e-3, parameters=model.parameters())
    for _ in range(100):
        value = loss(model(x).logits, labels, lengths)
        value.backward()
        adam.step()
        adam.clear_grad()
    assert value.item() < 0.2
