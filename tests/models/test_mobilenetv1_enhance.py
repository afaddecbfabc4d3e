import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.mobilenetv1_enhance import MobileNetV1Enhance


@pytest.mark.parametrize(
    ("height", "stride", "pool", "steps"),
    [(32, 1, "max-2x2", 16), (48, (1, 2), "mean-2x2", 8), (48, (1, 2), "mean-3x2", 8)],
)
def test_one_row_is_left(height, stride, pool, steps):
    model = MobileNetV1Enhance(0.25, stride, pool)
    model.eval()
    assert model.out_channels == 256
    assert tuple(model(paddle.zeros([1, 3, height, 64])).shape) == (1, 256, 1, steps)


def test_third_row_counts_in_one_pooling_only():
    x = paddle.zeros([1, 1, 3, 2])
    x[0, 0, 2] = 6.0
    assert MobileNetV1Enhance(0.25, pool="mean-2x2").pool(x).item() == 0
    assert MobileNetV1Enhance(0.25, pool="mean-3x2").pool(x).item() == pytest.approx(2)


def test_last_two_blocks_weigh_their_channels_with_the_flatter_sigmoid():
    model = MobileNetV1Enhance(0.25)
    weighed = [i for i, b in enumerate(model.blocks) if not isinstance(b.se, paddle.nn.Identity)]
    assert weighed == [11, 12]
    gate = model.blocks[11].se
    for layer in (gate.conv1, gate.conv2):
        layer.weight.set_value(paddle.zeros_like(layer.weight))
    gate.conv2.bias.set_value(paddle.ones_like(gate.conv2.bias))
    x = paddle.ones([1, gate.conv1.weight.shape[1], 2, 2])
    np.testing.assert_allclose(gate(x).numpy(), 1 / 6 + 0.5, rtol=1e-6)


def test_impossible_values():
    with pytest.raises(ValueError, match="unknown pooling 'mean'"):
        MobileNetV1Enhance(pool="mean")
    with pytest.raises(ValueError, match="scale must be positive"):
        MobileNetV1Enhance(-1)
