"""Convolutions, a recurrent layer and CTC logits: CRNN (Shi et al., 2016)."""

from __future__ import annotations

from typing import NamedTuple

from ocrlib.engine import paddle
from ocrlib.models.sequence import columns_to_sequence

nn = paddle.nn
F = paddle.nn.functional


class RecOutput(NamedTuple):
    """What a recogniser returns.

    Args:
        logits: scores per time step and class before the softmax, (B, T, C); class 0 is blank.
    """

    logits: paddle.Tensor

    @property
    def probabilities(self) -> paddle.Tensor:
        """Probability of every class per time step, 0-1, (B, T, C)."""
        return F.softmax(self.logits, axis=-1)


class CRNN(paddle.nn.Layer):
    """A recogniser: backbone, sequence layer, one linear layer.

    Shi et al., 2016, "An End-to-End Trainable Neural Network for Image-based Sequence
    Recognition".

    Args:
        backbone: maps crops (B, 3, 32, W) to (B, channels, 1, T).
        sequence: maps (B, T, channels) to (B, T, features); has ``out_channels``.
        classes: classes including the blank.
    """

    def __init__(self, backbone: paddle.nn.Layer, sequence: paddle.nn.Layer, classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.sequence = sequence
        self.head = nn.Linear(sequence.out_channels, classes)

    def forward(self, x: paddle.Tensor) -> RecOutput:
        """Read crops (B, 3, H, W), normalised, H as the backbone wants it."""
        features = self.backbone(x)  # (B, C, 1, T)
        return RecOutput(self.head(self.sequence(columns_to_sequence(features))))
