import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.layers import BasicBlock, ConvBN, SqueezeExcite, activation, divisible


@pytest.mark.parametrize(
    ("stride", "dilation", "size"),
    [(1, 1, (8, 12)), (2, 1, (4, 6)), ((2, 1), 1, (4, 12)), (1, 4, (8, 12))],
)
def test_conv_sizes(stride, dilation, size):
    layer = ConvBN(3, 5, 3, stride=stride, dilation=dilation)
    assert tuple(layer(paddle.zeros([2, 3, 8, 12])).shape) == (2, 5, *size)


def test_conv_has_no_bias_and_ends_with_its_activation():
    layer = ConvBN(3, 5)
    assert layer.conv.bias is None
    assert layer(paddle.randn([2, 3, 8, 8])).min().item() == 0.0
    assert ConvBN(3, 5, act="none")(paddle.randn([2, 3, 8, 8])).min().item() < 0


def test_block_keeps_its_input_where_nothing_changes():
    block = BasicBlock(4, 4)
    assert isinstance(block.shortcut, paddle.nn.Identity)
    block.conv2.bn.weight.set_value(paddle.zeros([4]))  # the branch gives 0 now
    x = paddle.rand([2, 4, 6, 6])
    assert paddle.equal_all(block(x), x).item()


def test_block_projects_its_input_where_size_or_width_change():
    assert tuple(BasicBlock(4, 6)(paddle.zeros([1, 4, 6, 6])).shape) == (1, 6, 6, 6)
    assert tuple(BasicBlock(4, 4, stride=2)(paddle.zeros([1, 4, 6, 6])).shape) == (1, 4, 3, 3)


def test_unknown_activation():
    with pytest.raises(ValueError, match="relu, hardswish"):
        activation("tanh")


def test_depthwise_filters_every_channel_alone():
    layer = ConvBN(4, 4, 3, act="none", groups=4)
    layer.eval()
    x = paddle.zeros([1, 4, 5, 5])
    x[0, 2] = 1.0
    changed = layer(x).abs().max(axis=[0, 2, 3]).numpy() > 1e-6
    assert changed.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("channels", "by", "expected"),
    [(8, 8, 8), (3, 8, 8), (36, 8, 40), (12, 8, 16), (201.6, 8, 200), (11, 8, 16), (24, 16, 32)],
)
def test_divisible(channels, by, expected):
    assert divisible(channels, by) == expected


@pytest.mark.parametrize("slope", [0.2, 1 / 6])
def test_channels_are_weighed_by_the_whole_map(slope):
    paddle.seed(0)
    layer = SqueezeExcite(8, slope)
    x = paddle.randn([2, 8, 5, 7])
    gate = (layer(x) / x).numpy()
    assert np.ptp(gate, axis=(2, 3)).max() < 1e-5  # one factor per channel
    means = x.mean(axis=[2, 3], keepdim=True)
    score = layer.conv2(paddle.nn.functional.relu(layer.conv1(means))).numpy()
    np.testing.assert_allclose(gate[:, :, :1, :1], np.clip(slope * score + 0.5, 0, 1), atol=1e-5)
