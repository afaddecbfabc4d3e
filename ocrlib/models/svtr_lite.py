"""A small SVTR for training on a CPU: dense convolutions, local mixing, global mixing, CTC.

It keeps SVTR's idea (Du et al., 2022) that patches look at their neighbours first and at the
whole line then, and no recurrence. It drops what a CPU cannot afford: mixing starts on two rows
only, and strokes are left to dense 3x3 convolutions. Nothing in it depends on the width.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ocrlib.engine import paddle
from ocrlib.models.attention import SARGuide
from ocrlib.models.lite import LiteConvNet
from ocrlib.models.svtr import NORM_EPSILON, MixingBlock
from ocrlib.models.svtr_lcnet import SVTRLCNet

nn = paddle.nn


class LocalThenGlobal(paddle.nn.Layer):
    """Mixing blocks in a window, rows averaged, mixing blocks over the whole line.

    Args:
        channels: that come in and go out.
        heads: of the attention; they divide the channels.
        local: blocks in which a place sees all rows of the columns around it.
        far: blocks in which a column sees all others.
        reach: how many columns to either side local mixing sees.
        ratio: how many times wider the MLPs are inside.
        dropout: in attention and MLPs.
    """

    def __init__(
        self,
        channels: int,
        heads: int = 4,
        local: int = 2,
        far: int = 2,
        reach: int = 5,
        ratio: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.reach = reach
        self.local = nn.LayerList(
            [MixingBlock(channels, heads, ratio, dropout=dropout) for _ in range(local)]
        )
        self.far = nn.LayerList(
            [MixingBlock(channels, heads, ratio, dropout=dropout) for _ in range(far)]
        )
        self.norm = nn.LayerNorm(channels, epsilon=NORM_EPSILON)
        self.out_channels = channels

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, channels, h, T) to (B, channels, 1, T)."""
        channels, rows = x.shape[1], x.shape[2]
        mask = self.window(x)
        places = x.flatten(2).transpose([0, 2, 1])  # (B, h * T, channels), row by row
        for block in self.local:
            places = block(places, mask)
        places = places.transpose([0, 2, 1]).reshape([0, channels, rows, -1])  # (B, channels, h, T)
        columns = places.mean(axis=2).transpose([0, 2, 1])  # (B, T, channels)
        for block in self.far:
            columns = block(columns)
        return self.norm(columns).transpose([0, 2, 1]).unsqueeze(2)

    def window(self, x: paddle.Tensor) -> paddle.Tensor:
        """What hides from every place what is further than ``reach`` columns away.

        Args:
            x: a map, (B, channels, h, T).

        Returns:
            0 where a place may look, minus infinity elsewhere, (h * T, h * T).
        """
        # Counting ones gives a graph for ONNX in which the width is free.
        column = paddle.ones_like(x[0, 0]).cumsum(axis=1).flatten()  # (h * T,)
        distance = (column.unsqueeze(1) - column.unsqueeze(0)).abs()
        nothing, hidden = paddle.zeros_like(distance), paddle.full_like(distance, -np.inf)
        return paddle.where(distance > self.reach, hidden, nothing)


def svtr_lite(
    charset_size: int,
    channels: int = 128,
    local: int = 2,
    far: int = 2,
    dropout: float = 0.1,
    guide: Literal["sar"] | None = None,
    share: bool = True,
) -> SVTRLCNet:
    """The small SVTR, about 0.7 M parameters.

    Args:
        charset_size: classes including the blank, at least 2.
        channels: of the mixing blocks, a multiple of 4.
        local: blocks that mix locally.
        far: blocks that mix globally.
        dropout: in the mixing blocks; none for trainings of a few hundred steps.
        guide: what teaches the backbone while training, a small SAR, or None.
        share: whether CTC teaches the backbone beside the guide.

    Returns:
        A network from (B, 3, 32, W), W a multiple of 4, to a ``RecOutput`` with logits
        (B, W / 4, charset_size).

    Raises:
        ValueError: channels that four heads cannot share, or another guide.
    """
    if guide not in (None, "sar"):
        raise ValueError(f"unknown guide {guide!r}; known: sar")
    if channels % 4:
        raise ValueError(f"channels must be a multiple of 4, not {channels}")
    backbone = LiteConvNet(
        widths=(24, 40, 96, channels), strides=((2, 2), (2, 1), (2, 2), (1, 1))
    )  # (B, channels, 2, W / 4)
    encoder = LocalThenGlobal(channels, local=local, far=far, dropout=dropout)
    teacher = SARGuide(channels, charset_size + 2, size=96) if guide == "sar" else None
    return SVTRLCNet(backbone, encoder, charset_size, teacher, share)
