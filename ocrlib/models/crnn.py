"""Convolutions, a recurrent layer and CTC logits: CRNN (Shi et al., 2016)."""

from __future__ import annotations

from typing import NamedTuple

from ocrlib.engine import paddle
from ocrlib.models.mobilenetv1_enhance import MobileNetV1Enhance
from ocrlib.models.mobilenetv3 import RecMobileNetV3, Variant
from ocrlib.models.resnet_vd import RecResNetVd
from ocrlib.models.sequence import BiLSTM, columns_to_sequence

nn = paddle.nn
F = paddle.nn.functional


class RecOutput(NamedTuple):
    """What a recogniser returns.

    Args:
        logits: scores per time step and class before the softmax, (B, T, C); class 0 is blank.
        features: of a network with a guide, what ``logits`` are a linear map of, (B, T, D); None
            otherwise and in eval mode.
        guide_logits: what the guide says of the characters one after the other, before the
            softmax, (B, L, G); None without a guide and in eval mode.
    """

    logits: paddle.Tensor
    features: paddle.Tensor | None = None
    guide_logits: paddle.Tensor | None = None

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
        middle: None, or a narrow waist of this many features in front of the classes: with
            thousands of them the last layer holds most of the weights. Nothing is between the
            two linear layers.
    """

    def __init__(
        self,
        backbone: paddle.nn.Layer,
        sequence: paddle.nn.Layer,
        classes: int,
        middle: int | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.sequence = sequence
        features = sequence.out_channels
        self.head = (
            nn.Linear(features, classes)
            if middle is None
            else nn.Sequential(nn.Linear(features, middle), nn.Linear(middle, classes))
        )

    def forward(self, x: paddle.Tensor) -> RecOutput:
        """Read crops (B, 3, H, W), normalised, H as the backbone wants it."""
        features = self.backbone(x)  # (B, C, 1, T)
        return RecOutput(self.head(self.sequence(columns_to_sequence(features))))


def crnn_mobilenetv3(
    charset_size: int,
    variant: Variant = "small",
    scale: float = 0.5,
    hidden: int = 48,
    middle: int | None = None,
    in_channels: int = 3,
) -> CRNN:
    """A recogniser for phones: PP-OCR's first is "small" at scale 0.5.

    Args:
        charset_size: classes including the blank, at least 2.
        variant: "large" or "small".
        scale: factor for the backbone's widths.
        hidden: features per direction of the two recurrent layers.
        middle: features of a waist in front of the classes, or None.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, 32, W) to a ``RecOutput`` with logits
        (B, floor(ceil(W / 2) / 2), charset_size).

    Raises:
        ValueError: an unknown variant, or a scale that is not positive.
    """
    backbone = RecMobileNetV3(variant, scale, in_channels=in_channels)
    return CRNN(backbone, BiLSTM(backbone.out_channels[-1], hidden, 2), charset_size, middle)


def crnn_resnet_vd(
    charset_size: int,
    layers: int = 34,
    hidden: int = 256,
    middle: int | None = None,
    in_channels: int = 3,
) -> CRNN:
    """A recogniser for servers.

    Args:
        charset_size: classes including the blank, at least 2.
        layers: of the backbone: 18, 34, 50, 101 or 152.
        hidden: features per direction of the two recurrent layers.
        middle: features of a waist in front of the classes, or None.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, 32, W) to a ``RecOutput`` with logits
        (B, floor(ceil(W / 2) / 2), charset_size).

    Raises:
        ValueError: another number of layers.
    """
    backbone = RecResNetVd(layers, in_channels)
    return CRNN(backbone, BiLSTM(backbone.out_channels[-1], hidden, 2), charset_size, middle)


def crnn_mobilenetv1(
    charset_size: int,
    scale: float = 0.5,
    hidden: int = 64,
    middle: int | None = 96,
    in_channels: int = 3,
) -> CRNN:
    """The mobile recogniser of PP-OCRv2.

    Args:
        charset_size: classes including the blank, at least 2.
        scale: factor for the backbone's widths.
        hidden: features per direction of the two recurrent layers.
        middle: features of a waist in front of the classes, or None.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, 32, W) to a ``RecOutput`` with logits
        (B, floor(ceil(W / 2) / 2), charset_size).

    Raises:
        ValueError: a scale that is not positive.
    """
    backbone = MobileNetV1Enhance(scale, in_channels=in_channels)
    return CRNN(backbone, BiLSTM(backbone.out_channels, hidden, 2), charset_size, middle)
