"""SVTR (Du et al., 2022): a transformer over the patches of a line, no recurrence.

A patch looks at its neighbours first (local mixing: strokes and parts of characters), then at the
whole line (global mixing: characters in context). Between the stages rows are merged, columns
are kept: they become the time steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocrlib.engine import paddle
from ocrlib.models.crnn import RecOutput
from ocrlib.models.layers import Activation, ConvBN, activation
from ocrlib.models.rectify import Rectifier
from ocrlib.models.sequence import columns_to_sequence
from ocrlib.types import FloatArray

nn = paddle.nn
F = paddle.nn.functional

LOCAL = (7, 11)  # (height, width) of the window that local mixing sees, in patches
NORM_EPSILON = 1e-6


def local_mask(rows: int, columns: int, window: tuple[int, int] = LOCAL) -> FloatArray:
    """What is added to the scores of attention so that every patch sees a window around it only.

    Args:
        rows: of patches.
        columns: of patches.
        window: (height, width) of the window, odd, in patches.

    Returns:
        0 where patch j is in the window around patch i, minus infinity elsewhere,
        (rows * columns, rows * columns); patches are counted row by row.
    """
    row, column = (index.ravel() for index in np.indices((rows, columns)))
    near = np.abs(row[:, None] - row) <= window[0] // 2
    near &= np.abs(column[:, None] - column) <= window[1] // 2
    return np.where(near, 0.0, -np.inf).astype(np.float32)


class SelfAttention(paddle.nn.Layer):
    """Every place gathers from the others what resembles its question (Vaswani et al., 2017).

    Args:
        channels: of a place, a multiple of ``heads``.
        heads: independent gatherings side by side.
        dropout: share of the attention, and of the result, that training forgets.
        mask: (N, N), added to the scores; None lets every place see all.
    """

    def __init__(
        self, channels: int, heads: int, dropout: float = 0.0, mask: paddle.Tensor | None = None
    ) -> None:
        super().__init__()
        self.heads = heads
        self.size = channels // heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.drop = nn.Dropout(dropout)
        self.masked = mask is not None
        if mask is not None:
            self.register_buffer("mask", mask, persistable=False)

    def forward(self, x: paddle.Tensor, mask: paddle.Tensor | None = None) -> paddle.Tensor:
        """Map (B, N, channels) to the same shape; ``mask`` is for inputs of any size."""
        weights, v = self.weights(x, mask)
        gathered = self.drop(weights).matmul(v)  # (B, heads, N, size)
        joined = gathered.transpose([0, 2, 1, 3]).reshape([0, 0, self.heads * self.size])
        return self.drop(self.proj(joined))  # (B, N, channels)

    def weights(
        self, x: paddle.Tensor, mask: paddle.Tensor | None = None
    ) -> tuple[paddle.Tensor, paddle.Tensor]:
        """How much place i takes from place j, (B, heads, N, N), every row sums to 1; and what
        there is to take, (B, heads, N, size).
        """
        parts = self.qkv(x).reshape([0, 0, 3, self.heads, self.size])  # (B, N, 3, heads, size)
        parts = parts.transpose([2, 0, 3, 1, 4])  # (3, B, heads, N, size)
        q, k, v = parts[0] * self.size**-0.5, parts[1], parts[2]
        scores = q.matmul(k.transpose([0, 1, 3, 2]))  # (B, heads, N, N)
        mask = self.mask if self.masked else mask
        if mask is not None:
            scores = scores + mask
        return F.softmax(scores, axis=-1), v


class MLP(paddle.nn.Layer):
    """Two linear layers at every place alone.

    Args:
        channels: of a place.
        inside: features between the two.
        act: activation between the two.
        dropout: share of the features that training forgets after each of the two.
    """

    def __init__(self, channels: int, inside: int, act: Activation, dropout: float = 0.0) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, inside)
        self.act = activation(act)
        self.fc2 = nn.Linear(inside, channels)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, N, channels) to the same shape."""
        return self.drop(self.fc2(self.drop(self.act(self.fc1(x)))))


class MixingBlock(paddle.nn.Layer):
    """Attention between places, then an MLP at every place; a shortcut around both.

    Args:
        channels: of a place.
        heads: of the attention.
        ratio: how many times wider the MLP is inside.
        act: activation in the MLP.
        mask: (N, N) for local mixing, None for global mixing.
        dropout: in attention and MLP.
        drop_path: chance, 0-1, that training leaves a branch of a sample out.
        epsilon: of the normalisations.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        ratio: int = 4,
        act: Activation = "gelu",
        mask: paddle.Tensor | None = None,
        dropout: float = 0.0,
        drop_path: float = 0.0,
        epsilon: float = NORM_EPSILON,
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, epsilon=epsilon)
        self.mixer = SelfAttention(channels, heads, dropout, mask)
        self.norm2 = nn.LayerNorm(channels, epsilon=epsilon)
        self.mlp = MLP(channels, ratio * channels, act, dropout)
        self.drop_path = drop_path

    def forward(self, x: paddle.Tensor, mask: paddle.Tensor | None = None) -> paddle.Tensor:
        """Map (B, N, channels) to the same shape; ``mask`` is for inputs of any size."""
        x = x + self._kept(self.mixer(self.norm1(x), mask))
        return x + self._kept(self.mlp(self.norm2(x)))

    def _kept(self, branch: paddle.Tensor) -> paddle.Tensor:
        if not self.training or self.drop_path == 0:
            return branch
        keep = 1 - self.drop_path
        alive = (paddle.rand([branch.shape[0], 1, 1]) < keep).astype("float32")
        return branch * alive / keep


class Merge(paddle.nn.Layer):
    """Half the rows, more channels, the same columns.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2D(in_channels, out_channels, 3, stride=(2, 1), padding=1)
        self.norm = nn.LayerNorm(out_channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, h, w) to (B, h / 2 * w, out)."""
        return self.norm(self.conv(x).flatten(2).transpose([0, 2, 1]))


class SVTRNet(paddle.nn.Layer):
    """Patches of 4x4 px, three stages of mixing blocks, one row of features.

    Args:
        size: (height, width) of the crops in px: height a multiple of 16, width of 4. It is part
            of the network: every patch has a place that is learnt.
        steps: time steps that go out; they divide ``width / 4``.
        out_channels: channels that go out.
        channels: of the three stages.
        depths: blocks per stage.
        heads: of the attention per stage.
        local: how many of the first blocks mix locally.
        drop_path: chance that the last block leaves a branch out; it grows from 0 at the first.

    Raises:
        ValueError: a size that patches do not fill, or steps that columns do not fill.
    """

    def __init__(
        self,
        size: tuple[int, int] = (32, 100),
        steps: int = 25,
        out_channels: int = 192,
        channels: Sequence[int] = (64, 128, 256),
        depths: Sequence[int] = (3, 6, 3),
        heads: Sequence[int] = (2, 4, 8),
        local: int = 6,
        drop_path: float = 0.1,
    ) -> None:
        super().__init__()
        self.size = size
        rows, columns = size[0] // 4, size[1] // 4
        if size[0] % 16 or size[1] % 4 or min(size) < 4:
            raise ValueError(f"height must be a multiple of 16 and width of 4 px, not {size}")
        if steps < 1 or columns % steps:
            raise ValueError(f"{columns} columns cannot be joined to {steps} time steps")
        self.patch = nn.Sequential(
            ConvBN(3, channels[0] // 2, 3, stride=2, act="gelu", bias=True),
            ConvBN(channels[0] // 2, channels[0], 3, stride=2, act="gelu", bias=True),
        )
        self.positions = self.create_parameter(
            [1, rows * columns, channels[0]],
            default_initializer=nn.initializer.TruncatedNormal(std=0.02),
        )
        chances = np.linspace(0, drop_path, sum(depths)).tolist()
        self.stages, self.merge = nn.LayerList(), nn.LayerList()
        self.grids: list[tuple[int, int]] = []  # (rows, columns) of the stages
        number = 0
        for stage, depth in enumerate(depths):
            if stage > 0:
                self.merge.append(Merge(channels[stage - 1], channels[stage]))
                rows //= 2
            self.grids.append((rows, columns))
            mask = paddle.to_tensor(local_mask(rows, columns)) if number < local else None
            blocks = []
            for _ in range(depth):
                seen = mask if number < local else None
                blocks.append(
                    MixingBlock(channels[stage], heads[stage], mask=seen, drop_path=chances[number])
                )
                number += 1
            self.stages.append(nn.Sequential(*blocks))
        self.norm = nn.LayerNorm(channels[-1], epsilon=NORM_EPSILON)
        window = (rows, columns // steps)
        self.pool = nn.AvgPool2D(window, stride=window)
        self.last = nn.Conv2D(channels[-1], out_channels, 1, bias_attr=False)
        self.out_channels = out_channels

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, 3, height, width) to (B, out_channels, 1, steps)."""
        x = self.patch(x).flatten(2).transpose([0, 2, 1]) + self.positions  # (B, N, channels)
        for i, stage in enumerate(self.stages):
            if i > 0:
                x = self.merge[i - 1](self._as_map(x, i - 1))
            x = stage(x)
        x = F.hardswish(self.last(self.pool(self._as_map(self.norm(x), len(self.grids) - 1))))
        # Published weights expect this older kind of dropout: training leaves what survives as
        # it is, and evaluation takes nine tenths of everything.
        if self.training:
            return F.dropout(x, 0.1, mode="downscale_in_infer")
        return 0.9 * x

    def _as_map(self, x: paddle.Tensor, stage: int) -> paddle.Tensor:
        """(B, rows * columns, C) -> (B, C, rows, columns)."""
        rows, columns = self.grids[stage]
        return x.transpose([0, 2, 1]).reshape([0, x.shape[2], rows, columns])


class SVTR(paddle.nn.Layer):
    """A recogniser: rectification where asked for, mixing blocks, one linear layer.

    Args:
        backbone: maps crops (B, 3, H, W) of its size to (B, C, 1, T).
        classes: classes including the blank.
        rectifier: maps crops of any size to ones that the backbone takes, or None.
    """

    def __init__(self, backbone: SVTRNet, classes: int, rectifier: Rectifier | None = None) -> None:
        super().__init__()
        self.rectifier = rectifier
        self.backbone = backbone
        # What an exported graph takes, in px; None is any width.
        self.input_width: int | None = None if rectifier else backbone.size[1]
        self.head = nn.Linear(backbone.out_channels, classes)

    def forward(self, x: paddle.Tensor) -> RecOutput:
        """Read crops (B, 3, H, W), normalised, of the backbone's size if nothing rectifies."""
        if self.rectifier is not None:
            x = self.rectifier(x)
        return RecOutput(self.head(columns_to_sequence(self.backbone(x))))


def svtr_tiny(
    charset_size: int,
    width: int = 100,
    steps: int = 25,
    out_channels: int = 192,
    rectify: bool = False,
) -> SVTR:
    """The smallest of the paper's four networks.

    Args:
        charset_size: classes including the blank, at least 2.
        width: of the crops in px, a multiple of 4; their height is 32 px.
        steps: time steps that go out; they divide ``width / 4``.
        out_channels: features per time step.
        rectify: whether a thin-plate spline straightens the crops first; they may then have any
            size.

    Returns:
        A network from (B, 3, 32, width) to a ``RecOutput`` with logits (B, steps, charset_size).

    Raises:
        ValueError: a width that patches do not fill, or steps that columns do not fill.
    """
    backbone = SVTRNet((32, width), steps, out_channels)
    return SVTR(backbone, charset_size, Rectifier(size=(32, width)) if rectify else None)
