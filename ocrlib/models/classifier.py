"""One answer for a whole crop, such as which way up it is."""

from __future__ import annotations

from typing import NamedTuple

from ocrlib.engine import paddle
from ocrlib.models.mobilenetv3 import RecMobileNetV3

nn = paddle.nn
F = paddle.nn.functional


class ClsOutput(NamedTuple):
    """What a classifier returns.

    Args:
        logits: scores per class before the softmax, (B, C).
    """

    logits: paddle.Tensor

    @property
    def probabilities(self) -> paddle.Tensor:
        """Probability of every class, 0-1, (B, C)."""
        return F.softmax(self.logits, axis=-1)


class Classifier(paddle.nn.Layer):
    """Backbone, mean over all px, one linear layer.

    Args:
        backbone: maps crops (B, 3, H, W) to (B, channels, h, w).
        channels: of the backbone's map.
        classes: how many.
    """

    def __init__(self, backbone: paddle.nn.Layer, channels: int, classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(channels, classes)

    def forward(self, x: paddle.Tensor) -> ClsOutput:
        """Classify crops (B, 3, H, W), normalised."""
        features = self.backbone(x)
        return ClsOutput(self.head(features.mean(axis=[2, 3])))  # (B, channels) -> (B, classes)


def direction_classifier(scale: float = 0.35, classes: int = 2, in_channels: int = 3) -> Classifier:
    """PP-OCR's direction classifier: upright (class 0) or upside down (class 1).

    Args:
        scale: factor for the backbone's widths.
        classes: how many.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, H, W), H at least 33 px and usually 48, to a ``ClsOutput``.

    Raises:
        ValueError: a scale that is not positive.
    """
    backbone = RecMobileNetV3("small", scale, first_step=2, in_channels=in_channels)
    return Classifier(backbone, backbone.out_channels[-1], classes)
