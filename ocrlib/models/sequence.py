"""Layers that look along the line of text."""

from __future__ import annotations

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN

nn = paddle.nn


class BiLSTM(paddle.nn.Layer):
    """One LSTM from left to right and one from right to left, side by side.

    Args:
        in_channels: features per time step that come in.
        hidden: features per direction; twice as many go out.
        layers: how many are stacked.
    """

    def __init__(self, in_channels: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.lstm = nn.LSTM(in_channels, hidden, num_layers=layers, direction="bidirect")
        self.out_channels = 2 * hidden

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, T, in) to (B, T, 2 * hidden)."""
        return self.lstm(x)[0]


class BiGRU(paddle.nn.Layer):
    """A GRU from left to right and one from right to left (Cho et al., 2014), as ``BiLSTM``.

    Args:
        in_channels: features per time step that come in.
        hidden: features per direction; twice as many go out.
        layers: how many are stacked.
    """

    def __init__(self, in_channels: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.gru = nn.GRU(in_channels, hidden, num_layers=layers, direction="bidirect")
        self.out_channels = 2 * hidden

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, T, in) to (B, T, 2 * hidden)."""
        return self.gru(x)[0]


class Neighbours(paddle.nn.Layer):
    """Two convolutions along the line, each over five columns; no state is carried.

    Args:
        in_channels: features per time step that come in.
        width: features that go out.
    """

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(ConvBN(in_channels, width, (1, 5)), ConvBN(width, width, (1, 5)))
        self.out_channels = width

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, T, in) to (B, T, width)."""
        x = x.transpose([0, 2, 1]).unsqueeze(2)  # (B, in, 1, T)
        return self.convs(x).squeeze(2).transpose([0, 2, 1])  # (B, T, width)


class AsTheyAre(paddle.nn.Layer):
    """No layer: every column keeps to itself.

    Args:
        in_channels: features per time step.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.out_channels = in_channels

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Give back (B, T, in)."""
        return x


def columns_to_sequence(x: paddle.Tensor) -> paddle.Tensor:
    """Make every column of a one-px-high map a time step: (B, C, 1, W) -> (B, W, C)."""
    return x.squeeze(2).transpose([0, 2, 1])
