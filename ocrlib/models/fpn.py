"""Necks that merge the levels of a backbone into one map."""

from __future__ import annotations

from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN

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
