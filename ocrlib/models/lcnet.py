"""PP-LCNetV3 (PaddleOCR's PP-OCRv4): plain depthwise and 1x1 layers, trained as several in one.

While training, a layer is a sum of parallel convolutions, each with its own batch normalisation
(Ding et al., 2021, "RepVGG"; Vasu et al., 2023, "MobileOne"). The sum is linear, so afterwards it
folds into one convolution: :func:`fold`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN, Size2, SqueezeExcite, divisible

nn = paddle.nn
F = paddle.nn.functional

BRANCHES = 4  # parallel convolutions of the same kernel

# Per stage: (kernel, channels at width 1) of its blocks.
WIDTHS = (
    ((3, 32),),
    ((3, 64), (3, 64)),
    ((3, 128), (3, 128)),
    ((3, 256), (5, 256), (5, 256), (5, 256), (5, 256)),
    ((5, 512), (5, 512), (5, 512), (5, 512)),
)
DET_STRIDES: tuple[tuple[Size2, ...], ...] = ((1,), (2, 1), (2, 1), (2, 1, 1, 1, 1), (2, 1, 1, 1))
REC_STRIDES: tuple[tuple[Size2, ...], ...] = (
    (1,),
    (1, 1),
    ((2, 1), 1),
    ((1, 2), 1, 1, 1, 1),
    ((2, 1), 1, (2, 1), 1),
)
REC_STEPS = 40  # time steps while training
DET_WIDTHS = (16, 24, 56, 480)  # of the levels that leave, at width 1


class Affine(paddle.nn.Layer):
    """One learnt factor and one learnt offset for a whole map."""

    def __init__(self) -> None:
        super().__init__()
        # Two numbers that move everything: they learn ten times slower than the rest.
        self.scale = self.create_parameter([1], attr=_slow(1.0))
        self.bias = self.create_parameter([1], attr=_slow(0.0))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, C, H, W) to the same shape."""
        return self.scale * x + self.bias


def _slow(start: float) -> paddle.ParamAttr:
    return paddle.ParamAttr(initializer=nn.initializer.Constant(start), learning_rate=0.1)


class RepLayer(paddle.nn.Layer):
    """Parallel convolutions that are summed, an affine, hardswish, another affine.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        kernel: side of the kernel, odd, in px. Above 1, a 1x1 convolution joins the sum.
        stride: step. A layer that steps in both directions (2) ends after the first affine.
        groups: 1, or ``in_channels`` for a depthwise layer.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: Size2 = 1, groups: int = 1
    ) -> None:
        super().__init__()
        same = in_channels == out_channels and stride in (1, (1, 1))
        self.identity = nn.BatchNorm2D(in_channels) if same else None
        self.branches = nn.LayerList(
            [
                ConvBN(in_channels, out_channels, kernel, stride, act="none", groups=groups)
                for _ in range(BRANCHES)
            ]
        )
        self.point = (
            ConvBN(in_channels, out_channels, 1, stride, act="none", groups=groups)
            if kernel > 1
            else None
        )
        self.folded: paddle.nn.Layer | None = None
        self.affine = Affine()
        self.act_affine = Affine()
        self.has_act = stride not in (2, (2, 2))
        if not self.has_act:  # published weights have it, but nothing uses it
            self.act_affine.scale.stop_gradient = True
            self.act_affine.bias.stop_gradient = True

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        x = self.affine(self._sum(x) if self.folded is None else self.folded(x))
        return self.act_affine(F.hardswish(x)) if self.has_act else x

    def _sum(self, x: paddle.Tensor) -> paddle.Tensor:
        total = self.branches[0](x)
        for branch in self.branches[1:]:
            total = total + branch(x)
        if self.point is not None:
            total = total + self.point(x)
        if self.identity is not None:
            total = total + self.identity(x)
        return total

    def fold(self) -> None:
        """Replace the parallel convolutions by the one that gives the same, for reading only."""
        first = self.branches[0].conv
        kernel = first.weight.shape[2]
        weight, bias = paddle.zeros_like(first.weight), 0.0
        for branch in [*self.branches, *([self.point] if self.point is not None else [])]:
            scale, offset = _statistics(branch.bn)
            own = branch.conv.weight * scale.reshape([-1, 1, 1, 1])  # (out, in / groups, k, k)
            margin = (kernel - own.shape[2]) // 2
            weight = weight + F.pad(own, [margin] * 4)
            bias = bias + offset
        if self.identity is not None:
            scale, offset = _statistics(self.identity)
            out, per_group = weight.shape[:2]
            row = paddle.arange(out)
            one = F.one_hot(row % per_group, per_group) * scale.unsqueeze(1)  # (out, in / groups)
            margin = kernel // 2
            weight = weight + F.pad(one.unsqueeze([2, 3]), [margin] * 4)
            bias = bias + offset
        self.folded = nn.Conv2D(
            first.weight.shape[1] * first._groups,
            first.weight.shape[0],
            kernel,
            stride=first._stride,
            padding=kernel // 2,
            groups=first._groups,
        )
        self.folded.weight.set_value(weight)
        self.folded.bias.set_value(bias)
        self.branches, self.point, self.identity = nn.LayerList(), None, None


def _statistics(bn: paddle.nn.Layer) -> tuple[paddle.Tensor, paddle.Tensor]:
    """The factor and the offset per channel that a batch normalisation comes down to."""
    scale = bn.weight / paddle.sqrt(bn._variance + bn._epsilon)
    return scale, bn.bias - bn._mean * scale


def fold(model: paddle.nn.Layer) -> paddle.nn.Layer:
    """A copy of ``model`` in which every :class:`RepLayer` is one convolution.

    It gives the same numbers in evaluation and cannot be trained further. The detector of
    PP-OCRv4 shrinks from 3.57 to 1.20 million weights, and at 640x640 from 5.8 to 3.4 thousand
    million multiplications.
    """
    folded = copy.deepcopy(model)
    folded.eval()
    with paddle.no_grad():
        for layer in folded.sublayers(include_self=True):
            if isinstance(layer, RepLayer):
                layer.fold()
    return folded


class LCBlock(paddle.nn.Layer):
    """A depthwise layer, squeeze and excitation where asked for, a 1x1 layer.

    Args:
        in_channels: channels that come in.
        out_channels: channels that go out.
        kernel: side of the depthwise kernel in px.
        stride: step of the depthwise layer.
        se: whether to weigh the channels.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: Size2, se: bool
    ) -> None:
        super().__init__()
        self.depthwise = RepLayer(in_channels, in_channels, kernel, stride, groups=in_channels)
        self.se = SqueezeExcite(in_channels, slope=1 / 6) if se else nn.Identity()
        self.project = RepLayer(in_channels, out_channels, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, H, W) to (B, out, H / stride, W / stride)."""
        return self.project(self.se(self.depthwise(x)))


class LCNetV3(paddle.nn.Layer):
    """PP-LCNetV3's trunk: a stem without activation and five stages.

    Args:
        scale: factor for all widths.
        strides: step of every block, stage by stage.
        in_channels: channels of the picture.
    """

    def __init__(
        self,
        scale: float = 0.75,
        strides: Sequence[Sequence[Size2]] = DET_STRIDES,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        channels = divisible(16 * scale, 16)
        self.stem = ConvBN(in_channels, channels, 3, stride=2, act="none")
        self.stages = nn.LayerList()
        widths = []
        for number, (blocks, steps) in enumerate(zip(WIDTHS, strides, strict=True)):
            stage = []
            for i, ((kernel, width), step) in enumerate(zip(blocks, steps, strict=True)):
                se = number == len(WIDTHS) - 1 and i < 2
                out = divisible(width * scale, 16)
                stage.append(LCBlock(channels, out, kernel, step, se))
                channels = out
            self.stages.append(nn.Sequential(*stage))
            widths.append(channels)
        self.out_channels: tuple[int, ...] = tuple(widths)

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """Map (B, in, H, W) to one map per stage, finest first."""
        return self.stages_of(x)

    def stages_of(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """The output of every stage."""
        x = self.stem(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class DetLCNetV3(LCNetV3):
    """PP-LCNetV3 for detection: four levels leave through 1x1 convolutions that narrow them.

    Args:
        scale: factor for all widths.
        in_channels: channels of the picture.
    """

    def __init__(self, scale: float = 0.75, in_channels: int = 3) -> None:
        super().__init__(scale, in_channels=in_channels)
        inside = self.out_channels[1:]
        self.out_channels = tuple(int(width * scale) for width in DET_WIDTHS)
        self.narrow = nn.LayerList(
            [nn.Conv2D(a, b, 1) for a, b in zip(inside, self.out_channels, strict=True)]
        )

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """Map (B, in, H, W) to (B, out_channels[i], H / 2^(i+2), W / 2^(i+2)), i = 0..3."""
        maps = self.stages_of(x)[1:]
        return [narrow(maps[i]) for i, narrow in enumerate(self.narrow)]


class RecLCNetV3(LCNetV3):
    """PP-LCNetV3 for lines of text of 48 px height.

    Args:
        scale: factor for all widths.
        in_channels: channels of the picture.
    """

    def __init__(self, scale: float = 0.95, in_channels: int = 3) -> None:
        super().__init__(scale, REC_STRIDES, in_channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, 48, W) to (B, out_channels[-1], 1, T).

        T = floor(ceil(ceil(W / 2) / 2) / 2), but while training T is 40 whatever the width:
        batches of several widths then give maps of one size.
        """
        x = self.stages_of(x)[-1]
        if self.training:
            return F.adaptive_avg_pool2d(x, (1, REC_STEPS))
        return F.avg_pool2d(x, (3, 2), (3, 2))
