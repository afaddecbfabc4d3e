"""MobileNetV3 (Howard et al., 2019, "Searching for MobileNetV3"): the backbone of mobile models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, TypeAlias

from ocrlib.engine import paddle
from ocrlib.models.layers import Activation, ConvBN, Size2, SqueezeExcite, divisible

nn = paddle.nn


class Row(NamedTuple):
    """One block of the paper's tables 1 and 2, at width 1.

    Args:
        kernel: side of the depthwise kernel in px.
        middle: channels inside the block.
        out: channels that go out.
        se: whether channels are weighed by squeeze and excitation.
        act: activation inside the block.
        stride: step of the depthwise convolution.
    """

    kernel: int
    middle: int
    out: int
    se: bool
    act: Activation
    stride: Size2


LARGE = (
    Row(3, 16, 16, False, "relu", 1),
    Row(3, 64, 24, False, "relu", 2),
    Row(3, 72, 24, False, "relu", 1),
    Row(5, 72, 40, True, "relu", 2),
    Row(5, 120, 40, True, "relu", 1),
    Row(5, 120, 40, True, "relu", 1),
    Row(3, 240, 80, False, "hardswish", 2),
    Row(3, 200, 80, False, "hardswish", 1),
    Row(3, 184, 80, False, "hardswish", 1),
    Row(3, 184, 80, False, "hardswish", 1),
    Row(3, 480, 112, True, "hardswish", 1),
    Row(3, 672, 112, True, "hardswish", 1),
    Row(5, 672, 160, True, "hardswish", 2),
    Row(5, 960, 160, True, "hardswish", 1),
    Row(5, 960, 160, True, "hardswish", 1),
)
LARGE_LAST = 960  # channels after the last 1x1 convolution, at width 1
SMALL = (
    Row(3, 16, 16, True, "relu", 2),
    Row(3, 72, 24, False, "relu", 2),
    Row(3, 88, 24, False, "relu", 1),
    Row(5, 96, 40, True, "hardswish", 2),
    Row(5, 240, 40, True, "hardswish", 1),
    Row(5, 240, 40, True, "hardswish", 1),
    Row(5, 120, 48, True, "hardswish", 1),
    Row(5, 144, 48, True, "hardswish", 1),
    Row(5, 288, 96, True, "hardswish", 2),
    Row(5, 576, 96, True, "hardswish", 1),
    Row(5, 576, 96, True, "hardswish", 1),
)
SMALL_LAST = 576

Variant: TypeAlias = Literal["large", "small"]


class InvertedResidual(paddle.nn.Layer):
    """Widen by 1x1, filter every channel alone, weigh the channels, narrow by 1x1.

    The shortcut joins the narrow ends (Sandler et al., 2018, "MobileNetV2"); it is there when
    neither size nor width changes.

    Args:
        in_channels: channels that come in.
        middle: channels inside.
        out_channels: channels that go out.
        kernel: side of the depthwise kernel in px.
        stride: step of the depthwise convolution.
        se: whether to weigh the channels.
        act: activation inside; there is none after the block.
        shortcut: False leaves the shortcut out everywhere.
    """

    def __init__(
        self,
        in_channels: int,
        middle: int,
        out_channels: int,
        kernel: int = 3,
        stride: Size2 = 1,
        se: bool = False,
        act: Activation = "relu",
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        self.expand = ConvBN(in_channels, middle, 1, act=act)
        self.depthwise = ConvBN(middle, middle, kernel, stride=stride, act=act, groups=middle)
        self.se = SqueezeExcite(middle) if se else nn.Identity()
        self.project = ConvBN(middle, out_channels, 1, act="none")
        self.shortcut = shortcut and stride in (1, (1, 1)) and in_channels == out_channels

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        y = self.project(self.se(self.depthwise(self.expand(x))))
        return x + y if self.shortcut else y


class MobileNetV3(paddle.nn.Layer):
    """A stem, inverted residuals in stages, a last 1x1 convolution.

    Args:
        rows: the blocks, ``LARGE`` or ``SMALL``.
        last: channels after the last convolution, at width 1.
        stages: number of blocks per stage; they add up to ``len(rows)``.
        scale: factor for all widths; the usual ones are 0.35, 0.5, 0.75, 1 and 1.25.
        se: False leaves squeeze and excitation out everywhere.
        strides: steps other than those of ``rows``, by the number of the block.
        no_shortcut: numbers of blocks that have no shortcut although they could.
        in_channels: channels of the picture.

    Raises:
        ValueError: stages that do not add up, or a scale that is not positive.
    """

    def __init__(
        self,
        rows: Sequence[Row] = LARGE,
        last: int = LARGE_LAST,
        stages: Sequence[int] = (3, 3, 6, 3),
        scale: float = 0.5,
        se: bool = True,
        strides: Mapping[int, Size2] | None = None,
        no_shortcut: Sequence[int] = (),
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if sum(stages) != len(rows):
            raise ValueError(f"stages add up to {sum(stages)}, there are {len(rows)} blocks")
        if not scale > 0:
            raise ValueError(f"scale must be positive, not {scale}")
        strides = strides or {}
        width = divisible(16 * scale)
        self.stem = ConvBN(in_channels, width, 3, stride=2, act="hardswish")
        blocks, widths = [], []
        for number, row in enumerate(rows):
            out = divisible(row.out * scale)
            block = InvertedResidual(
                width,
                divisible(row.middle * scale),
                out,
                row.kernel,
                strides.get(number, row.stride),
                se and row.se,
                row.act,
                number not in no_shortcut,
            )
            blocks.append(block)
            widths.append(out)
            width = out
        ends = list(accumulate(stages))
        self.stages = nn.LayerList(
            [
                nn.Sequential(*blocks[end - count : end])
                for count, end in zip(stages, ends, strict=True)
            ]
        )
        self.last = ConvBN(width, divisible(last * scale), 1, act="hardswish")
        self.out_channels = (*(widths[end - 1] for end in ends[:-1]), divisible(last * scale))

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """Map (B, in, H, W) to one level per stage, finest first.

        With the default stages: (B, out_channels[i], H / 2^(i+2), W / 2^(i+2)), i = 0..3. The
        last level comes after the last convolution.
        """
        x = self.stem(x)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        levels[-1] = self.last(x)
        return levels


class RecMobileNetV3(MobileNetV3):
    """MobileNetV3 for lines of text: most steps go down only, so that the columns stay.

    A block that steps two px across halves the number of time steps a line is read in; here only
    the stem and the last pooling do so.

    Args:
        variant: "large" or "small".
        scale: factor for all widths.
        first_step: rows that the first block of "small" steps down: 1 for lines of 32 px height,
            2 for 48 px (the direction classifier). At 1 the block has no shortcut, though it
            could: published weights are so.
        in_channels: channels of the picture.

    Raises:
        ValueError: an unknown variant, or a scale that is not positive.
    """

    def __init__(
        self,
        variant: Variant = "small",
        scale: float = 0.5,
        first_step: Literal[1, 2] = 1,
        in_channels: int = 3,
    ) -> None:
        rows: Sequence[Row]
        no_shortcut: Sequence[int] = ()
        match variant:
            case "large":
                rows, last = LARGE, LARGE_LAST
                strides: dict[int, Size2] = {1: (2, 1), 3: (2, 1), 6: 1, 12: (2, 1)}
            case "small":
                rows, last = SMALL, SMALL_LAST
                strides = {0: (first_step, 1), 1: (2, 1), 3: (2, 1), 8: (2, 1)}
                no_shortcut = (0,)
            case _:
                raise ValueError(f"unknown variant {variant!r}; known: large, small")
        super().__init__(
            rows, last, (len(rows),), scale, True, strides, no_shortcut, in_channels=in_channels
        )
        self.squeeze = nn.MaxPool2D(2, stride=2)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, 32, W) to (B, out_channels[-1], 1, T), T = floor(ceil(W / 2) / 2).

        The same for 48 rows when ``first_step`` is 2.
        """
        return self.squeeze(super().forward(x)[-1])
