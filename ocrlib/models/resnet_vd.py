"""ResNet-vd (He et al., 2019, "Bag of Tricks for Image Classification"): server backbones.

Three 3x3 convolutions take the place of the 7x7 stem, the 3x3 convolution of a bottleneck makes
the step, and a shortcut that has to shrink is averaged first, so that it skips no px.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN, Size2

nn = paddle.nn
F = paddle.nn.functional

# Blocks per stage, and how many times a bottleneck's output is wider than its inside.
LAYERS = {
    18: ((2, 2, 2, 2), 1),
    34: ((3, 4, 6, 3), 1),
    50: ((3, 4, 6, 3), 4),
    101: ((3, 4, 23, 3), 4),
    152: ((3, 8, 36, 3), 4),
}


class AveragedShortcut(paddle.nn.Layer):
    """Shrink by averaging, then project by 1x1.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        stride: step, and side of the window, in px.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: Size2) -> None:
        super().__init__()
        shrinks = stride not in (1, (1, 1))
        # ceil_mode: an odd last row or column is a window of its own.
        self.pool = nn.AvgPool2D(stride, stride, ceil_mode=True) if shrinks else nn.Identity()
        self.project = ConvBN(in_channels, out_channels, 1, act="none")

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        return self.project(self.pool(x))


class ResidualBlock(paddle.nn.Layer):
    """Convolutions with a shortcut around them: two 3x3, or a bottleneck of 1x1, 3x3, 1x1.

    Args:
        in_channels: channels that come in.
        width: channels inside.
        expansion: 1 gives two 3x3 convolutions; more gives a bottleneck with this many times
            ``width`` channels at its end.
        stride: step of the block.
        first: whether it is the first of its stage, which projects the shortcut.
    """

    def __init__(
        self, in_channels: int, width: int, expansion: int, stride: Size2, first: bool
    ) -> None:
        super().__init__()
        out_channels = width * expansion
        if expansion == 1:
            self.conv0 = ConvBN(in_channels, width, 3, stride=stride)
            self.conv1 = ConvBN(width, width, 3, act="none")
            self.conv2 = nn.Identity()
        else:
            self.conv0 = ConvBN(in_channels, width, 1)
            self.conv1 = ConvBN(width, width, 3, stride=stride)
            self.conv2 = ConvBN(width, out_channels, 1, act="none")
        self.short = AveragedShortcut(in_channels, out_channels, stride) if first else nn.Identity()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, width * expansion, H / stride, W / stride)."""
        y = self.conv2(self.conv1(self.conv0(x)))
        return F.relu(y + self.short(x))


class ResNetVd(paddle.nn.Layer):
    """A stem of three convolutions, a pooling and four stages.

    Args:
        layers: 18, 34, 50, 101 or 152.
        stem_stride: step of the first convolution.
        stride: step of stages 2 to 4.
        in_channels: channels of the picture.

    Raises:
        ValueError: another number of layers.
    """

    def __init__(
        self, layers: int = 18, stem_stride: Size2 = 2, stride: Size2 = 2, in_channels: int = 3
    ) -> None:
        super().__init__()
        if layers not in LAYERS:
            known = ", ".join(map(str, LAYERS))
            raise ValueError(f"there is no ResNet-vd of {layers} layers; known: {known}")
        counts, expansion = LAYERS[layers]
        self.stem = nn.Sequential(
            ConvBN(in_channels, 32, 3, stride=stem_stride),
            ConvBN(32, 32, 3),
            ConvBN(32, 64, 3),
        )
        self.pool = nn.MaxPool2D(3, stride=2, padding=1)
        self.stages = nn.LayerList()
        channels = 64
        for number, count in enumerate(counts):
            width = 64 << number
            blocks = []
            for i in range(count):
                step = stride if i == 0 and number > 0 else 1
                blocks.append(ResidualBlock(channels, width, expansion, step, first=i == 0))
                channels = width * expansion
            self.stages.append(nn.Sequential(*blocks))
        self.out_channels: Sequence[int] = tuple(64 * expansion << i for i in range(4))

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """Map (B, in, H, W) to four levels, finest first.

        With the default steps: (B, out_channels[i], H / 2^(i+2), W / 2^(i+2)), i = 0..3.
        """
        x = self.pool(self.stem(x))
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels


class RecResNetVd(ResNetVd):
    """ResNet-vd for lines of text: stages 2 to 4 step down only, so that the columns stay.

    Args:
        layers: 18, 34, 50, 101 or 152.
        in_channels: channels of the picture.

    Raises:
        ValueError: another number of layers.
    """

    def __init__(self, layers: int = 34, in_channels: int = 3) -> None:
        super().__init__(layers, stem_stride=1, stride=(2, 1), in_channels=in_channels)
        self.squeeze = nn.MaxPool2D(2, stride=2)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, 32, W) to (B, out_channels[-1], 1, T), T = floor(ceil(W / 2) / 2)."""
        return self.squeeze(super().forward(x)[-1])
