"""Necks that merge the levels of a backbone into one map."""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN, SqueezeExcite

nn = paddle.nn
F = paddle.nn.functional


def upsample_to(x: paddle.Tensor, like: paddle.Tensor) -> paddle.Tensor:
    """Repeat the px of ``x`` (B, C, h, w) to the height and width of ``like``; nearest px."""
    # size=, not scale_factor=: the latter cannot be converted to ONNX.
    return F.interpolate(x, size=like.shape[2:], mode="nearest")


class LiteFPN(paddle.nn.Layer):
    """Feature pyramid with a wide view (Lin et al., 2017, "Feature Pyramid Networks").

    The coarsest level passes through dilated convolutions first, so that one px of it sees
    several hundred px of the picture and the words of a long line hold together. Every level
    then adds the one above, is squeezed to a quarter of ``width``, and all are stacked at the
    finest level's size.

    Args:
        in_channels: channels of the levels, finest first.
        width: channels of every level inside the pyramid, a multiple of the number of levels.
        dilations: one 3x3 convolution at the coarsest level per number.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        width: int = 48,
        dilations: Sequence[int] = (1, 2, 4),
    ) -> None:
        super().__init__()
        squeezed = width // len(in_channels)
        self.lateral = nn.LayerList([nn.Conv2D(c, width, 1) for c in in_channels])
        self.context = nn.LayerList([ConvBN(width, width, 3, dilation=d) for d in dilations])
        # 1x1 at the finest level: a 3x3 there costs as much as a stage, and the head has one.
        self.smooth = nn.LayerList(
            [ConvBN(width, squeezed, 1 if i == 0 else 3) for i in range(len(in_channels))]
        )
        self.out_channels = squeezed * len(in_channels)

    def forward(self, levels: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """Map levels (B, C_i, H / 2^(i+2), W / 2^(i+2)) to one (B, out_channels, H/4, W/4)."""
        # No zip(strict=True) here: Paddle's translation to a static graph does not know it.
        laterals = [lateral(levels[i]) for i, lateral in enumerate(self.lateral)]
        top = laterals[-1]
        for layer in self.context:
            top = top + layer(top)
        merged = [top]  # finest first, like the levels
        for lateral in reversed(laterals[:-1]):
            merged.insert(0, lateral + upsample_to(merged[0], lateral))
        squeezed = [smooth(merged[i]) for i, smooth in enumerate(self.smooth)]
        stacked = [squeezed[0]] + [upsample_to(x, squeezed[0]) for x in squeezed[1:]]
        return paddle.concat(stacked, axis=1)  # (B, out_channels, H/4, W/4)


def top_down(laterals: Sequence[paddle.Tensor]) -> list[paddle.Tensor]:
    """Add to every level the one above it, coarsest first.

    Args:
        laterals: levels of one width, finest first.

    Returns:
        The same shapes, finest first; the coarsest is unchanged.
    """
    merged = [laterals[-1]]
    for lateral in reversed(laterals[:-1]):
        merged.insert(0, lateral + upsample_to(merged[0], lateral))
    return merged


def stack(levels: Sequence[paddle.Tensor]) -> paddle.Tensor:
    """Bring all levels to the finest one's size and stack them, the coarsest first.

    PaddleOCR's order: weights that it trained expect it.
    """
    finest = levels[0]
    coarser = [upsample_to(x, finest) for x in reversed(levels[1:])]
    return paddle.concat([*coarser, finest], axis=1)


class DBFPN(paddle.nn.Layer):
    """The plain feature pyramid of DB (Liao et al., 2020): no normalisation, no activation.

    Args:
        in_channels: channels of the levels, finest first.
        width: channels of every level inside the pyramid and of the result.
    """

    def __init__(self, in_channels: Sequence[int], width: int = 256) -> None:
        super().__init__()
        quarter = width // len(in_channels)
        self.lateral = nn.LayerList([nn.Conv2D(c, width, 1, bias_attr=False) for c in in_channels])
        self.smooth = nn.LayerList(
            [nn.Conv2D(width, quarter, 3, padding=1, bias_attr=False) for _ in in_channels]
        )
        self.out_channels = quarter * len(in_channels)

    def forward(self, levels: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """Map levels (B, C_i, H / 2^(i+2), W / 2^(i+2)) to one (B, out_channels, H/4, W/4)."""
        merged = top_down([lateral(levels[i]) for i, lateral in enumerate(self.lateral)])
        return stack([smooth(merged[i]) for i, smooth in enumerate(self.smooth)])


class RSEConv(paddle.nn.Layer):
    """A convolution followed by squeeze and excitation with a shortcut around the latter.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        kernel: side of the kernel in px.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2D(
            in_channels, out_channels, kernel, padding=kernel // 2, bias_attr=False
        )
        self.se = SqueezeExcite(out_channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H, W)."""
        x = self.conv(x)
        return x + self.se(x)


class RSEFPN(paddle.nn.Layer):
    """A feature pyramid whose convolutions weigh their channels (PP-OCRv3, Li et al., 2022).

    The shortcut keeps a channel alive that the weighing would shut off.

    Args:
        in_channels: channels of the levels, finest first.
        width: channels of every level inside the pyramid and of the result.
    """

    def __init__(self, in_channels: Sequence[int], width: int = 96) -> None:
        super().__init__()
        quarter = width // len(in_channels)
        self.lateral = nn.LayerList([RSEConv(c, width, 1) for c in in_channels])
        self.smooth = nn.LayerList([RSEConv(width, quarter, 3) for _ in in_channels])
        self.out_channels = quarter * len(in_channels)

    def forward(self, levels: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """Map levels (B, C_i, H / 2^(i+2), W / 2^(i+2)) to one (B, out_channels, H/4, W/4)."""
        merged = top_down([lateral(levels[i]) for i, lateral in enumerate(self.lateral)])
        return stack([smooth(merged[i]) for i, smooth in enumerate(self.smooth)])
