import pytest

from ocrlib.engine import paddle
from ocrlib.models.layers import BasicBlock, ConvBN, activation


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
        activation("gelu")
