"""Differentiable binarisation: the head and the whole detector (Liao et al., 2020)."""

from __future__ import annotations

import math
from typing import NamedTuple

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN

nn = paddle.nn
F = paddle.nn.functional


class DetOutput(NamedTuple):
    """What a detector returns; all maps have the picture's height and width.

    Args:
        logits: shrunk text regions before the sigmoid, (B, 1, H, W).
        threshold_logits: the threshold map before the sigmoid, (B, 1, H, W); None in eval mode.
        binary: the approximate binary map, 0-1, (B, 1, H, W); None in eval mode.
        shrink_logits: where ``logits`` are a refinement (:class:`PFHead`), the map before it,
            (B, 1, H, W); None otherwise and in eval mode.
    """

    logits: paddle.Tensor
    threshold_logits: paddle.Tensor | None = None
    binary: paddle.Tensor | None = None
    shrink_logits: paddle.Tensor | None = None

    @property
    def probabilities(self) -> paddle.Tensor:
        """Probability of text, 0-1, (B, 1, H, W)."""
        return F.sigmoid(self.logits)


class DBBranch(paddle.nn.Layer):
    """Two doublings of the size by transposed convolutions.

    Args:
        in_channels: channels that come in.
        width: channels between the two.
        prior: mean of the map expected before training, 0-1; it sets the last bias, so that
            the first steps are not spent on learning that most of a picture is background.
    """

    def __init__(self, in_channels: int, width: int, prior: float) -> None:
        super().__init__()
        self.up1 = nn.Conv2DTranspose(in_channels, width, 2, stride=2, bias_attr=False)
        self.bn = nn.BatchNorm2D(width)
        self.up2 = last_doubling(width, prior)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H/4, W/4) to logits (B, 1, H, W)."""
        x = F.relu(self.bn(self.up1(x)))  # (B, width, H/2, W/2)
        return self.up2(x)  # (B, 1, H, W)


def last_doubling(width: int, prior: float) -> paddle.nn.Layer:
    """The transposed convolution to logits (B, 1, H, W) whose sigmoid starts near ``prior``."""
    bias = nn.initializer.Constant(math.log(prior / (1 - prior)))
    return nn.Conv2DTranspose(width, 1, 2, stride=2, bias_attr=paddle.ParamAttr(initializer=bias))


def step(logits: paddle.Tensor, threshold_logits: paddle.Tensor, k: float = 50.0) -> paddle.Tensor:
    """Differentiable binarisation: ``sigmoid(k * (probability - threshold))``, 0-1.

    Args:
        logits: of the probability, any shape.
        threshold_logits: of the threshold, the same shape.
        k: slope of the step.
    """
    return F.sigmoid(k * (F.sigmoid(logits) - F.sigmoid(threshold_logits)))


class DBHead(paddle.nn.Layer):
    """Shrink map, threshold map and their differentiable comparison.

    ``binary = sigmoid(k * (probability - threshold))`` is a step with a slope, so that the
    threshold learns together with the probability (Liao et al., 2020, "Real-time Scene Text
    Detection with Differentiable Binarization", equation 2). Reading needs the shrink map only.

    Args:
        in_channels: channels of the neck's map.
        width: channels of the 3x3 convolution that both branches share; half as many inside
            each branch.
        k: slope of the step.
    """

    def __init__(self, in_channels: int, width: int = 24, k: float = 50.0) -> None:
        super().__init__()
        self.conv = ConvBN(in_channels, width, 3)
        self.shrink = DBBranch(width, width // 2, prior=0.1)
        self.threshold = DBBranch(width, width // 2, prior=0.5)
        self.k = k

    def forward(self, x: paddle.Tensor) -> DetOutput:
        """Map (B, in, H/4, W/4) to a :class:`DetOutput` of (B, 1, H, W) maps."""
        x = self.conv(x)
        logits = self.shrink(x)
        if not self.training:
            return DetOutput(logits)
        threshold_logits = self.threshold(x)
        return DetOutput(logits, threshold_logits, step(logits, threshold_logits, self.k))


class DBNet(paddle.nn.Layer):
    """A detector: backbone, neck and DB head.

    Args:
        backbone: maps pictures (B, 3, H, W) to a list of levels, finest first.
        neck: maps the levels to one (B, C, H/4, W/4).
        head: maps that to a :class:`DetOutput`.
    """

    def __init__(
        self, backbone: paddle.nn.Layer, neck: paddle.nn.Layer, head: paddle.nn.Layer
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.neck = neck
        self.head = head

    def forward(self, x: paddle.Tensor) -> DetOutput:
        """Find text in pictures (B, 3, H, W), normalised, H and W multiples of 32."""
        output: DetOutput = self.head(self.neck(self.backbone(x)))
        return output
