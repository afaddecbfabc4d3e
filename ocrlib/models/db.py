"""Differentiable binarisation: the head and the whole detector (Liao et al., 2020)."""

from __future__ import annotations

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
    """

    logits: paddle.Tensor
    threshold_logits: paddle.Tensor | None = None
    binary: paddle.Tensor | None = None

    @property
    def probabilities(self) -> paddle.Tensor:
        """Probability of text, 0-1, (B, 1, H, W)."""
        return F.sigmoid(self.logits)


class DBBranch(nn.Layer):
    """One branch of the head: a 3x3 convolution, then two doublings of the size.

    Args:
        in_channels: channels of the neck's map.
        width: channels inside the branch.
        prior: share of text px expected before training, 0-1; it sets the last bias, so that
            the first steps are not spent on learning that most of a picture is background.
    """

    def __init__(self, in_channels: int, width: int, prior: float) -> None:
        super().__init__()
        self.conv = ConvBN(in_channels, width, 3)
        self.up1 = nn.Conv2DTranspose(width, width, 2, stride=2, bias_attr=False)
        self.bn = nn.BatchNorm2D(width)
        bias = float(paddle.logit(paddle.to_tensor(prior)).item())
        self.up2 = nn.Conv2DTranspose(
            width,
            1,
            2,
            stride=2,
            bias_attr=paddle.ParamAttr(initializer=nn.initializer.Constant(bias)),
        )

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H/4, W/4) to logits (B, 1, H, W)."""
        x = F.relu(self.bn(self.up1(self.conv(x))))  # (B, width, H/2, W/2)
        return self.up2(x)  # (B, 1, H, W)


class DBHead(nn.Layer):
    """Shrink map, threshold map and their differentiable comparison.

    ``binary = sigmoid(k * (probability - threshold))`` is a step with a slope, so that the
    threshold learns together with the probability (Liao et al., 2020, "Real-time Scene Text
    Detection with Differentiable Binarization", equation 2). Reading needs the shrink map only.

    Args:
        in_channels: channels of the neck's map.
        width: channels inside each branch; default a quarter of ``in_channels``.
        k: slope of the step.
    """

    def __init__(self, in_channels: int, width: int | None = None, k: float = 50.0) -> None:
        super().__init__()
        width = in_channels // 4 if width is None else width
        self.shrink = DBBranch(in_channels, width, prior=0.1)
        self.threshold = DBBranch(in_channels, width, prior=0.3)
        self.k = k

    def forward(self, x: paddle.Tensor) -> DetOutput:
        """Map (B, in, H/4, W/4) to a :class:`DetOutput` of (B, 1, H, W) maps."""
        logits = self.shrink(x)
        if not self.training:
            return DetOutput(logits)
        threshold_logits = self.threshold(x)
        difference = F.sigmoid(logits) - F.sigmoid(threshold_logits)
        return DetOutput(logits, threshold_logits, F.sigmoid(self.k * difference))


class DBNet(nn.Layer):
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
        return self.head(self.neck(self.backbone(x)))
