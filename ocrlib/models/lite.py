"""The two networks that this project trains on a CPU: dense 3x3 convolutions throughout.

Paddle's depthwise convolution on a CPU is so slow that a dense 3x3 at 64 channels costs only
1.6 times as much; small dense networks learn far more per minute there.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.crnn import CRNN
from ocrlib.models.db import DBHead, DBNet
from ocrlib.models.fpn import LiteFPN
from ocrlib.models.layers import Activation, BasicBlock, ConvBN, Size2
from ocrlib.models.sequence import BiLSTM

nn = paddle.nn


class LiteResNet(paddle.nn.Layer):
    """A residual network of one block per level, for detection.

    Args:
        in_channels: channels of the picture.
        stem: channels after the first convolution, at half the size.
        widths: channels of the levels at 1/4, 1/8, 1/16 and 1/32 of the size.
        blocks: residual blocks per level.
    """

    def __init__(
        self,
        in_channels: int = 3,
        stem: int = 16,
        widths: Sequence[int] = (24, 48, 80, 128),
        blocks: Sequence[int] = (1, 1, 1, 1),
    ) -> None:
        super().__init__()
        self.stem = ConvBN(in_channels, stem, 3, stride=2)
        self.stages = nn.LayerList()
        previous = stem
        for width, count in zip(widths, blocks, strict=True):
            first = BasicBlock(previous, width, stride=2)
            rest = [BasicBlock(width, width) for _ in range(count - 1)]
            self.stages.append(nn.Sequential(first, *rest))
            previous = width
        self.out_channels = tuple(widths)

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """Map (B, 3, H, W) to four levels (B, width_i, H / 2^(i+2), W / 2^(i+2)), i = 0..3."""
        x = self.stem(x)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels


class LiteConvNet(paddle.nn.Layer):
    """Plain 3x3 convolutions that turn a crop of 32 px height into a row of columns.

    Where a convolution keeps both the size and the width, a shortcut runs around it.

    Args:
        widths: channels of the convolutions.
        strides: (down, across) of each; together with the last pooling they must divide the
            height by 32 and the width by 4.
        act: activation after each convolution.
    """

    def __init__(
        self,
        widths: Sequence[int] = (24, 40, 96, 144, 144, 144),
        strides: Sequence[Size2] = ((2, 2), (2, 1), (2, 2), (2, 1), (1, 1), (1, 1)),
        act: Activation = "relu",
    ) -> None:
        super().__init__()
        self.convs = nn.LayerList()
        previous = 3
        self.residual: list[bool] = []
        for width, stride in zip(widths, strides, strict=True):
            self.convs.append(ConvBN(previous, width, 3, stride=stride, act=act))
            self.residual.append(stride in (1, (1, 1)) and width == previous)
            previous = width
        self.pool = nn.MaxPool2D((2, 1), stride=(2, 1))
        self.out_channels = previous

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, 3, 32, W) to (B, C, 1, W / 4)."""
        for i, conv in enumerate(self.convs):
            x = x + conv(x) if self.residual[i] else conv(x)
        return self.pool(x)  # (B, C, 1, W/4)


def det_lite(in_channels: int = 3) -> DBNet:
    """The small detector: about 0.5 M parameters, a view of more than 600 px.

    Args:
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, H, W), H and W multiples of 32, to a ``DetOutput``.
    """
    backbone = LiteResNet(in_channels)
    neck = LiteFPN(backbone.out_channels)
    return DBNet(backbone, neck, DBHead(neck.out_channels))


def rec_lite(
    charset_size: int,
    hidden: int = 96,
    middle: int | None = None,
    repeats: Sequence[int] = (1, 1, 1, 3),
) -> CRNN:
    """The small recogniser, about 0.75 M parameters as it stands by default.

    Args:
        charset_size: classes including the blank, at least 2.
        hidden: features per direction of the recurrent layer.
        middle: features of a waist in front of the classes, or None.
        repeats: convolutions while the crop is 16, 8, 4 and 2 px high, each at least 1; they have
            24, 40, 96 and 144 channels.

    Returns:
        A network from (B, 3, 32, W), W a multiple of 4, to a ``RecOutput`` with logits
        (B, W / 4, charset_size).

    Raises:
        ValueError: ``repeats`` that are not four numbers of at least 1.
    """
    if len(repeats) != 4 or min(repeats) < 1:
        raise ValueError(f"repeats needs four whole numbers of at least 1, got {list(repeats)}")
    levels = ((24, (2, 2)), (40, (2, 1)), (96, (2, 2)), (144, (2, 1)))
    widths: list[int] = []
    strides: list[Size2] = []
    for (width, stride), count in zip(levels, repeats, strict=True):
        widths += [width] * count
        strides += [stride] + [(1, 1)] * (count - 1)
    backbone = LiteConvNet(widths, strides)
    return CRNN(backbone, BiLSTM(backbone.out_channels, hidden), charset_size, middle)
