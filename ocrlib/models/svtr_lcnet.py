"""SVTR_LCNet, PP-OCRv3's recogniser (Li et al., 2022): a light backbone, two mixing blocks, CTC.

While it trains, a guide (:mod:`ocrlib.models.attention`) teaches the backbone; reading needs
backbone, mixing and CTC only.
"""

from __future__ import annotations

import copy
from typing import Literal, TypeAlias

from ocrlib.engine import paddle
from ocrlib.models.attention import NRTRGuide, SARGuide
from ocrlib.models.crnn import RecOutput
from ocrlib.models.layers import ConvBN, Size2
from ocrlib.models.lcnet import RecLCNetV3
from ocrlib.models.mobilenetv1_enhance import MobileNetV1Enhance, Pool
from ocrlib.models.sequence import columns_to_sequence
from ocrlib.models.svtr import NORM_EPSILON, MixingBlock

nn = paddle.nn

Guide: TypeAlias = Literal["sar", "nrtr"]


class MixingEncoder(paddle.nn.Layer):
    """Mixing blocks on a narrow copy of the map, with a shortcut around them.

    Args:
        in_channels: channels that come in.
        out_channels: features per time step that go out.
        kernel: of the first and the last but one convolution, one side or (height, width) in px.
        inside: channels in the blocks.
        depth: number of blocks.
        heads: of their attention.
        dropout: in the blocks.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int = 64,
        kernel: Size2 = 3,
        inside: int = 120,
        depth: int = 2,
        heads: int = 8,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        narrow = in_channels // 8
        self.narrow = ConvBN(in_channels, narrow, kernel, act="swish")
        self.enter = ConvBN(narrow, inside, 1, act="swish")
        self.blocks = nn.Sequential(
            *(
                MixingBlock(inside, heads, 2, "swish", dropout=dropout, epsilon=1e-5)
                for _ in range(depth)
            )
        )
        self.norm = nn.LayerNorm(inside, epsilon=NORM_EPSILON)
        self.leave = ConvBN(inside, in_channels, 1, act="swish")
        self.join = ConvBN(2 * in_channels, narrow, kernel, act="swish")
        self.out = ConvBN(narrow, out_channels, 1, act="swish")
        self.out_channels = out_channels

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map (B, in, 1, T) to (B, out_channels, 1, T)."""
        places = columns_to_sequence(self.enter(self.narrow(x)))  # (B, T, inside)
        places = self.norm(self.blocks(places))
        mixed = self.leave(places.transpose([0, 2, 1]).unsqueeze(2))  # (B, in, 1, T)
        return self.out(self.join(paddle.concat([x, mixed], axis=1)))


class SVTRLCNet(paddle.nn.Layer):
    """Backbone, mixing, one linear layer; a guide beside them while training.

    With a guide, the CTC branch learns from what the backbone gives but does not change it: only
    the guide teaches the backbone, unless they share it. Without one, CTC teaches both.

    Args:
        backbone: maps crops (B, 3, H, W) to (B, channels, h, T).
        encoder: maps that to (B, ``out_channels``, 1, T).
        classes: classes including the blank.
        guide: maps the backbone's map and known texts to scores, or None.
        share: whether CTC teaches the backbone beside a guide.
    """

    def __init__(
        self,
        backbone: paddle.nn.Layer,
        encoder: paddle.nn.Layer,
        classes: int,
        guide: paddle.nn.Layer | None = None,
        share: bool = False,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.encoder = encoder
        self.head = nn.Linear(encoder.out_channels, classes)
        self.guide = guide
        self.share = share

    def forward(
        self,
        x: paddle.Tensor,
        targets: paddle.Tensor | None = None,
        valid: paddle.Tensor | None = None,
    ) -> RecOutput:
        """Read crops (B, 3, H, W), normalised, H as the backbone wants it.

        Args:
            x: the crops.
            targets: what they say, for the guide while training, (B, L); its classes, not CTC's.
            valid: share of the width that is picture, (B,), 0-1; None is all of it.

        Returns:
            Logits (B, T, classes); while training with a guide also the features that they come
            from, (B, T, D), and the guide's logits.

        Raises:
            ValueError: training with a guide, but without targets: nothing would teach the
                backbone.
        """
        x = self.backbone(x)
        if self.guide is None or not self.training:
            return RecOutput(self.head(columns_to_sequence(self.encoder(x))))
        if targets is None:
            raise ValueError("training with a guide needs targets; drop_guide() goes without")
        seen = x if self.share else x.detach()
        features = columns_to_sequence(self.encoder(seen))  # (B, T, D)
        return RecOutput(self.head(features), features, self.guide(x, targets, valid))


def drop_guide(model: SVTRLCNet) -> SVTRLCNet:
    """A copy of ``model`` without its guide: it reads the same.

    Of the 27.5 million numbers of PP-OCRv3's recogniser, 2.65 million remain.
    """
    guide, model.guide = model.guide, None  # not copied first and thrown away then
    try:
        return copy.deepcopy(model)
    finally:
        model.guide = guide


def svtr_lcnet(
    charset_size: int,
    guide: Guide | None = "sar",
    scale: float = 0.5,
    pool: Pool = "mean-2x2",
    features: int = 64,
    in_channels: int = 3,
) -> SVTRLCNet:
    """The mobile recogniser of PP-OCRv3.

    Args:
        charset_size: classes including the blank, at least 2.
        guide: what teaches the backbone, or None.
        scale: factor for the backbone's widths.
        pool: what makes one row of the three that a line of 48 px gives: "mean-2x2" (Chinese) or
            "mean-3x2" (the other languages).
        features: per time step, in front of the classes.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, 48, W) to a ``RecOutput`` with logits
        (B, floor(ceil(ceil(W / 2) / 2) / 2), charset_size).

    Raises:
        ValueError: an unknown guide or pooling, or a scale that is not positive.
    """
    backbone = MobileNetV1Enhance(scale, (1, 2), pool, in_channels)
    channels = backbone.out_channels
    encoder = MixingEncoder(channels, features)
    return SVTRLCNet(backbone, encoder, charset_size, _guide(guide, channels, charset_size))


def svtr_lcnetv3(
    charset_size: int,
    guide: Guide | None = "nrtr",
    scale: float = 0.95,
    features: int = 120,
    in_channels: int = 3,
) -> SVTRLCNet:
    """The mobile recogniser of PP-OCRv4. ``models.lcnet.fold`` makes it smaller for reading.

    Args:
        charset_size: classes including the blank, at least 2.
        guide: what teaches the backbone, or None.
        scale: factor for the backbone's widths.
        features: per time step, in front of the classes.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, 48, W) to a ``RecOutput`` with logits
        (B, floor(ceil(ceil(W / 2) / 2) / 2), charset_size); while training, 40 time steps.

    Raises:
        ValueError: an unknown guide.
    """
    backbone = RecLCNetV3(scale, in_channels)
    channels = backbone.out_channels[-1]
    encoder = MixingEncoder(channels, features, kernel=(1, 3))
    return SVTRLCNet(backbone, encoder, charset_size, _guide(guide, channels, charset_size))


def _guide(name: Guide | None, channels: int, charset_size: int) -> paddle.nn.Layer | None:
    match name:
        case None:
            return None
        case "sar":  # CTC's blank counts as the unknown character; start (and end), padding
            return SARGuide(channels, charset_size + 2)
        case "nrtr":  # CTC's blank is padding; unknown, start, end
            return NRTRGuide(channels, charset_size + 3)
    raise ValueError(f"unknown guide {name!r}; known: sar, nrtr")
