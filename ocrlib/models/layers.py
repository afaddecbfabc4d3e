"""The building blocks that all networks share."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ocrlib.engine import paddle

nn = paddle.nn
F = paddle.nn.functional

Size2: TypeAlias = int | tuple[int, int]
Activation: TypeAlias = Literal["relu", "hardswish", "swish", "gelu", "none"]


def divisible(channels: float, by: int = 8) -> int:
    """The multiple of ``by`` next to ``channels``, never below ``by`` nor 10 % too small."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded


def activation(name: Activation) -> paddle.nn.Layer:
    """The activation layer called ``name``."""
    match name:
        case "relu":
            return nn.ReLU()
        case "hardswish":
            return nn.Hardswish()
        case "swish":
            return nn.Swish()
        case "gelu":
            return nn.GELU()
        case "none":
            return nn.Identity()
    raise ValueError(f"unknown activation {name!r}; known: relu, hardswish, swish, gelu, none")


class ConvBN(paddle.nn.Layer):
    """Convolution, batch normalisation, activation.

    The padding keeps the size at stride 1: ``dilation * (kernel - 1) / 2`` on every side.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        kernel: side of the square kernel, odd, in px, or (height, width).
        stride: step in px, one number or (down, across).
        dilation: distance between kernel taps in px.
        act: activation after the normalisation.
        groups: 1 connects every input channel to every output channel; ``in_channels`` makes the
            convolution depthwise: each channel is filtered alone.
        bias: whether the convolution has a bias. The normalisation subtracts it again; some
            published weights have it.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: Size2 = 3,
        stride: Size2 = 1,
        dilation: int = 1,
        act: Activation = "relu",
        groups: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__()
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        self.conv = nn.Conv2D(
            in_channels,
            out_channels,
            kernel,
            stride=stride,
            padding=[dilation * (side - 1) // 2 for side in sides],
            dilation=dilation,
            groups=groups,
            bias_attr=None if bias else False,
        )
        self.bn = nn.BatchNorm2D(out_channels)
        self.act = activation(act)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        return self.act(self.bn(self.conv(x)))


class SqueezeExcite(paddle.nn.Layer):
    """Weighs the channels of a map by what the whole map holds (Hu et al., 2018).

    Every channel's mean passes through two 1x1 convolutions, the first of which leaves a quarter
    of the channels; the result, cut to 0-1, multiplies the channel.

    Args:
        channels: channels of the map.
        slope: slope of the hard sigmoid, ``clip(slope * x + 0.5, 0, 1)``. MobileNetV3's and the
            feature pyramids' is 0.2, PP-LCNet's 1/6.
    """

    def __init__(self, channels: int, slope: float = 0.2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(channels, channels // 4, 1)
        self.conv2 = nn.Conv2D(channels // 4, channels, 1)
        self.slope = slope

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, channels, H, W) to the same shape."""
        means = F.adaptive_avg_pool2d(x, 1)  # (B, channels, 1, 1)
        gate = self.conv2(F.relu(self.conv1(means)))
        return x * F.hardsigmoid(gate, slope=self.slope, offset=0.5)


class BasicBlock(paddle.nn.Layer):
    """Two 3x3 convolutions with a shortcut around them (He et al., 2016, "Deep Residual Learning").

    The shortcut is projected by a 1x1 convolution when the stride or the width changes.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        stride: step of the first convolution and of the shortcut.
        act: activation inside and after the sum.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: Size2 = 1,
        act: Activation = "relu",
    ) -> None:
        super().__init__()
        self.conv1 = ConvBN(in_channels, out_channels, 3, stride=stride, act=act)
        self.conv2 = ConvBN(out_channels, out_channels, 3, act="none")
        changes = in_channels != out_channels or stride not in (1, (1, 1))
        self.shortcut = (
            ConvBN(in_channels, out_channels, 1, stride=stride, act="none")
            if changes
            else nn.Identity()
        )
        self.act = activation(act)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        return self.act(self.conv2(self.conv1(x)) + self.shortcut(x))
