"""LK-PAN: a pyramid walked down and up again with large kernels (PP-OCRv3, Li et al., 2022)."""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.fpn import stack, top_down

nn = paddle.nn
F = paddle.nn.functional

KERNEL = 9  # px; at a quarter of the size it spans 36 px of the picture


class LightLargeConv(paddle.nn.Layer):
    """A large kernel at a fraction of the cost: depthwise, then 1x1 wide, then 1x1 narrow.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out; if they differ, a 1x1 convolution of the input joins.
        kernel: side of the depthwise kernel in px.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int = KERNEL) -> None:
        super().__init__()
        wide = 4 * in_channels
        self.depthwise = nn.Conv2D(
            in_channels,
            in_channels,
            kernel,
            padding=kernel // 2,
            groups=in_channels,
            bias_attr=False,
        )
        self.bn1 = nn.BatchNorm2D(in_channels)
        self.widen = nn.Conv2D(in_channels, wide, 1, bias_attr=False)
        self.bn2 = nn.BatchNorm2D(wide)
        self.narrow = nn.Conv2D(wide, out_channels, 1, bias_attr=False)
        self.shortcut = (
            nn.Conv2D(in_channels, out_channels, 1, bias_attr=False)
            if in_channels != out_channels
            else None
        )

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H, W)."""
        y = self.bn1(self.depthwise(x))
        y = self.narrow(F.relu(self.bn2(self.widen(y))))
        return y if self.shortcut is None else y + self.shortcut(x)


class IntraCL(paddle.nn.Layer):
    """Looks along rows and columns of a level (Du et al., 2022, "I3CL").

    Square, upright and lying kernels are summed, first of 7 px, then of 5, then of 3, so that
    the parts of a line that stands or lies know each other.

    Args:
        channels: channels of the level.
        sizes: lengths of the kernels in px, in order.
    """

    def __init__(self, channels: int, sizes: Sequence[int] = (7, 5, 3)) -> None:
        super().__init__()
        inside = channels // 2
        self.narrow = nn.Conv2D(channels, inside, 1)
        self.square = nn.LayerList([nn.Conv2D(inside, inside, k, padding=k // 2) for k in sizes])
        self.upright = nn.LayerList(
            [nn.Conv2D(inside, inside, (k, 1), padding=(k // 2, 0)) for k in sizes]
        )
        self.lying = nn.LayerList(
            [nn.Conv2D(inside, inside, (1, k), padding=(0, k // 2)) for k in sizes]
        )
        self.widen = nn.Conv2D(inside, channels, 1)
        self.bn = nn.BatchNorm2D(channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, channels, H, W) to the same shape."""
        y = self.narrow(x)
        for i, square in enumerate(self.square):
            y = square(y) + self.upright[i](y) + self.lying[i](y)
        return x + F.relu(self.bn(self.widen(y)))


class LKPAN(paddle.nn.Layer):
    """Path aggregation with 9x9 kernels (Liu et al., 2018, "Path Aggregation Network").

    After the way down, every level is squeezed to a quarter of the width; then the finest level
    is carried up again by convolutions that halve the size, so that coarse levels get sharp
    edges from below.

    Args:
        in_channels: channels of the levels, finest first.
        width: channels of every level on the way down and of the result.
        light: whether the large kernels are depthwise (``mode: lite``).
        intra_cl: whether rows and columns are looked along at the end.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        width: int = 256,
        light: bool = False,
        intra_cl: bool = False,
    ) -> None:
        super().__init__()
        count = len(in_channels)
        quarter = width // count
        self.lateral = nn.LayerList([nn.Conv2D(c, width, 1, bias_attr=False) for c in in_channels])
        self.smooth = nn.LayerList([_large(width, quarter, light) for _ in in_channels])
        self.up = nn.LayerList(
            [
                nn.Conv2D(quarter, quarter, 3, stride=2, padding=1, bias_attr=False)
                for _ in range(count - 1)
            ]
        )
        self.out = nn.LayerList([_large(quarter, quarter, light) for _ in in_channels])
        self.context = nn.LayerList([IntraCL(quarter) for _ in in_channels] if intra_cl else [])
        self.out_channels = quarter * count

    def forward(self, levels: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """Map levels (B, C_i, H / 2^(i+2), W / 2^(i+2)) to one (B, out_channels, H/4, W/4)."""
        merged = top_down([lateral(levels[i]) for i, lateral in enumerate(self.lateral)])
        squeezed = [smooth(merged[i]) for i, smooth in enumerate(self.smooth)]
        climbed = [squeezed[0]]
        for i, up in enumerate(self.up):
            climbed.append(squeezed[i + 1] + up(climbed[i]))
        outs = [out(climbed[i]) for i, out in enumerate(self.out)]
        if len(self.context) > 0:
            outs = [context(outs[i]) for i, context in enumerate(self.context)]
        return stack(outs)


def _large(in_channels: int, out_channels: int, light: bool) -> paddle.nn.Layer:
    if light:
        return LightLargeConv(in_channels, out_channels)
    return nn.Conv2D(in_channels, out_channels, KERNEL, padding=KERNEL // 2, bias_attr=False)
