"""MobileNetV1Enhance: MobileNetV1 (Howard et al., 2017) as PP-OCR's later recognisers use it.

No shortcuts: every block filters each channel alone and mixes them by a 1x1 convolution. Larger
kernels, hardswish and, in the last two blocks, squeeze and excitation are what was added, after
PP-LCNet (Cui et al., 2021).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN, Size2, SqueezeExcite

nn = paddle.nn

Pool: TypeAlias = Literal["max-2x2", "mean-2x2", "mean-3x2"]

STEM = 32  # channels after the stem, at width 1
# (kernel, channels that go out at width 1, rows stepped down) of the 13 blocks.
BLOCKS = (
    (3, 64, 1),
    (3, 128, 1),
    (3, 128, 1),
    (3, 256, 2),
    (3, 256, 1),
    (3, 512, 2),
    (5, 512, 1),
    (5, 512, 1),
    (5, 512, 1),
    (5, 512, 1),
    (5, 512, 1),
    (5, 1024, 2),
    (5, 1024, 1),
)
WEIGHED = (11, 12)  # blocks with squeeze and excitation


class SeparableBlock(paddle.nn.Layer):
    """A depthwise convolution, squeeze and excitation where asked for, a 1x1 convolution.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        kernel: side of the depthwise kernel in px.
        stride: step of the depthwise convolution.
        se: whether to weigh the channels.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: Size2, se: bool
    ) -> None:
        super().__init__()
        self.depthwise = ConvBN(
            in_channels, in_channels, kernel, stride, act="hardswish", groups=in_channels
        )
        self.se = SqueezeExcite(in_channels, slope=1 / 6) if se else nn.Identity()
        self.project = ConvBN(in_channels, out_channels, 1, act="hardswish")

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        return self.project(self.se(self.depthwise(x)))


class MobileNetV1Enhance(paddle.nn.Layer):
    """A stem, 13 blocks that step down only, a pooling that leaves one row.

    Args:
        scale: factor for all widths.
        last_stride: step of the last block; (1, 2) halves the number of columns.
        pool: "max-2x2" for lines of 32 px height. Lines of 48 px arrive in three rows:
            "mean-3x2" joins them, "mean-2x2" forgets the third.
        in_channels: channels of the picture.

    Raises:
        ValueError: an unknown pooling, or a scale that is not positive.
    """

    def __init__(
        self,
        scale: float = 0.5,
        last_stride: Size2 = 1,
        pool: Pool = "max-2x2",
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if not scale > 0:
            raise ValueError(f"scale must be positive, not {scale}")
        width = int(STEM * scale)
        self.stem = ConvBN(in_channels, width, 3, stride=2, act="hardswish")
        self.blocks = nn.LayerList()
        for number, (kernel, channels, down) in enumerate(BLOCKS):
            out = int(channels * scale)
            step: Size2 = last_stride if number == len(BLOCKS) - 1 else (down, 1)
            self.blocks.append(SeparableBlock(width, out, kernel, step, number in WEIGHED))
            width = out
        self.pool = _pool(pool)
        self.out_channels = width

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out_channels, 1, T), H as ``pool`` wants it.

        T = floor(ceil(W / 2) / 2) at a last step of 1, half as many at (1, 2).
        """
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.pool(x)


def _pool(name: Pool) -> paddle.nn.Layer:
    match name:
        case "max-2x2":
            return nn.MaxPool2D(2, stride=2)
        case "mean-2x2":
            return nn.AvgPool2D((2, 2), stride=(2, 2))
        case "mean-3x2":
            return nn.AvgPool2D((3, 2), stride=(3, 2))
    raise ValueError(f"unknown pooling {name!r}; known: max-2x2, mean-2x2, mean-3x2")
