"""Layers that look along the line of text."""

from __future__ import annotations

from ocrlib.engine import paddle

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


def columns_to_sequence(x: paddle.Tensor) -> paddle.Tensor:
    """Make every column of a one-px-high map a time step: (B, C, 1, W) -> (B, W, C)."""
    return x.squeeze(2).transpose([0, 2, 1])
