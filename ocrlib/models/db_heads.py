"""The heads of PaddleOCR's DB models: two full branches, and PP-OCRv4's local refinement."""

from __future__ import annotations

from ocrlib.engine import paddle
from ocrlib.models.db import DetOutput, last_doubling, step
from ocrlib.models.fpn import upsample_to
from ocrlib.models.layers import ConvBN

nn = paddle.nn
F = paddle.nn.functional


class FullBranch(paddle.nn.Layer):
    """A convolution and two doublings of the size.

    PaddleOCR can turn numbers that are none into 0 in here while it trains (``fix_nan``). We do
    not: the training loop reports such a loss and stops.

    Args:
        in_channels: channels that come in; a quarter of them is used inside.
        kernel: side of the first convolution's kernel, odd, in px.
        prior: mean of the map expected before training, 0-1; it sets the last bias.
    """

    def __init__(self, in_channels: int, kernel: int, prior: float) -> None:
        super().__init__()
        width = in_channels // 4
        self.conv = ConvBN(in_channels, width, kernel)
        self.up1 = nn.Conv2DTranspose(width, width, 2, stride=2)
        self.bn = nn.BatchNorm2D(width)
        self.up2 = last_doubling(width, prior)

    def features(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H/4, W/4) to (B, in / 4, H/2, W/2)."""
        return F.relu(self.bn(self.up1(self.conv(x))))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H/4, W/4) to logits (B, 1, H, W)."""
        return self.up2(self.features(x))


class TwinHead(paddle.nn.Layer):
    """Shrink map and threshold map by branches that share nothing, as DB was published.

    Liao et al., 2020, "Real-time Scene Text Detection with Differentiable Binarization".

    Args:
        in_channels: channels of the neck's map.
        kernel: side of the first kernels in px: 3, or 7 in PP-OCRv3's teacher.
        k: slope of the step.
    """

    def __init__(self, in_channels: int, kernel: int = 3, k: float = 50.0) -> None:
        super().__init__()
        self.shrink = FullBranch(in_channels, kernel, prior=0.1)
        self.threshold = FullBranch(in_channels, kernel, prior=0.5)
        self.k = k

    def forward(self, x: paddle.Tensor) -> DetOutput:
        """Map (B, in, H/4, W/4) to a :class:`DetOutput` of (B, 1, H, W) maps."""
        logits = self.shrink(x)
        if not self.training:
            return DetOutput(logits)
        threshold_logits = self.threshold(x)
        return DetOutput(logits, threshold_logits, step(logits, threshold_logits, self.k))


class LocalRefinement(paddle.nn.Layer):
    """A second look at the shrink map, at full size, together with the features behind it.

    Args:
        in_channels: channels of the features.
        width: channels inside.
    """

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.conv = ConvBN(in_channels + 1, width, 3)
        self.out = nn.Conv2D(width, 1, 1)

    def forward(self, logits: paddle.Tensor, features: paddle.Tensor) -> paddle.Tensor:
        """Map logits (B, 1, H, W) and features (B, in, H/2, W/2) to logits (B, 1, H, W)."""
        features = upsample_to(features, logits)  # (B, in, H, W)
        both = paddle.concat([F.sigmoid(logits), features], axis=1)  # (B, 1 + in, H, W)
        return self.out(self.conv(both))


class PFHead(TwinHead):
    """Parallel fusion head of PP-OCRv4: reads with the mean of the shrink map and a refinement.

    While training, ``logits`` of the output are the refinement and ``shrink_logits`` the shrink
    map, from which the step is made. In evaluation, ``logits`` are those of the mean.

    Args:
        in_channels: channels of the neck's map.
        kernel: side of the branches' first kernels in px.
        k: slope of the step.
    """

    def __init__(self, in_channels: int, kernel: int = 3, k: float = 50.0) -> None:
        super().__init__(in_channels, kernel, k)
        self.local = LocalRefinement(in_channels // 4, in_channels // 8)

    def forward(self, x: paddle.Tensor) -> DetOutput:
        """Map (B, in, H/4, W/4) to a :class:`DetOutput` of (B, 1, H, W) maps."""
        features = self.shrink.features(x)
        shrink_logits = self.shrink.up2(features)
        local_logits = self.local(shrink_logits, features)
        if not self.training:
            return DetOutput(mean_logits(shrink_logits, local_logits))
        threshold_logits = self.threshold(x)
        binary = step(shrink_logits, threshold_logits, self.k)
        return DetOutput(local_logits, threshold_logits, binary, shrink_logits)


def mean_logits(a: paddle.Tensor, b: paddle.Tensor) -> paddle.Tensor:
    """The logit of the mean of two probabilities, from their logits; finite for any size."""
    # p = (s(a) + s(b)) / 2 and 1 - p = (s(-a) + s(-b)) / 2, s the sigmoid.
    return _log_add(_log_sigmoid(a), _log_sigmoid(b)) - _log_add(_log_sigmoid(-a), _log_sigmoid(-b))


def _log_sigmoid(x: paddle.Tensor) -> paddle.Tensor:
    return x.clip(max=0) - _log_one_plus(x)


def _log_add(a: paddle.Tensor, b: paddle.Tensor) -> paddle.Tensor:
    """log(exp(a) + exp(b)), without overflow."""
    return paddle.maximum(a, b) + _log_one_plus(a - b)


def _log_one_plus(x: paddle.Tensor) -> paddle.Tensor:
    # By hand: Paddle's softplus cannot be converted to ONNX.
    return paddle.log(1 + paddle.exp(-x.abs()))
