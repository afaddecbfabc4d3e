"""The detectors of PP-OCR: factories that join a backbone, a neck and a head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ocrlib.engine import paddle
from ocrlib.models.db import DBNet
from ocrlib.models.db_heads import PFHead, TwinHead
from ocrlib.models.fpn import DBFPN, RSEFPN
from ocrlib.models.lcnet import DetLCNetV3
from ocrlib.models.lkpan import LKPAN
from ocrlib.models.mobilenetv3 import MobileNetV3
from ocrlib.models.resnet_vd import ResNetVd

Neck = Literal["fpn", "rse-fpn", "lk-pan", "lk-pan-light", "lk-pan-intra-cl"]
NECKS: tuple[Neck, ...] = ("fpn", "rse-fpn", "lk-pan", "lk-pan-light", "lk-pan-intra-cl")
Head = Literal["db", "pf"]


def db_mobilenetv3(
    scale: float = 0.5,
    se: bool = False,
    neck: Neck = "fpn",
    width: int = 96,
    head_kernel: int = 3,
    in_channels: int = 3,
) -> DBNet:
    """A detector for phones: PP-OCR's with ``se=True``, later versions' without.

    Args:
        scale: factor for the backbone's widths: 0.35, 0.5, 0.75, 1 or 1.25.
        se: whether the backbone weighs its channels.
        neck: what merges the levels.
        width: channels of the merged map, a multiple of 8.
        head_kernel: side of the head's first kernels in px.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, H, W), H and W multiples of 32, to a ``DetOutput``.

    Raises:
        ValueError: an unknown neck, or a scale that is not positive.
    """
    backbone = MobileNetV3(scale=scale, se=se, in_channels=in_channels)
    return _detector(backbone, backbone.out_channels, neck, width, "db", head_kernel)


def db_resnet_vd(
    layers: int = 18,
    neck: Neck = "fpn",
    width: int = 256,
    head_kernel: int = 3,
    in_channels: int = 3,
) -> DBNet:
    """A detector for servers: 18 layers in PP-OCR, 50 as the teacher of later versions.

    Args:
        layers: of the backbone: 18, 34, 50, 101 or 152.
        neck: what merges the levels.
        width: channels of the merged map, a multiple of 8.
        head_kernel: side of the head's first kernels in px.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, H, W), H and W multiples of 32, to a ``DetOutput``.

    Raises:
        ValueError: an unknown neck, or another number of layers.
    """
    backbone = ResNetVd(layers, in_channels=in_channels)
    return _detector(backbone, backbone.out_channels, neck, width, "db", head_kernel)


def db_lcnetv3(
    scale: float = 0.75,
    neck: Neck = "rse-fpn",
    width: int = 96,
    head: Head = "pf",
    in_channels: int = 3,
) -> DBNet:
    """The mobile detector of PP-OCRv4. ``models.lcnet.fold`` makes it smaller for reading.

    Args:
        scale: factor for the backbone's widths.
        neck: what merges the levels.
        width: channels of the merged map, a multiple of 8.
        head: "pf" refines the map, "db" does not.
        in_channels: channels of the picture.

    Returns:
        A network from (B, in_channels, H, W), H and W multiples of 32, to a ``DetOutput``.

    Raises:
        ValueError: an unknown neck or head.
    """
    backbone = DetLCNetV3(scale, in_channels=in_channels)
    return _detector(backbone, backbone.out_channels, neck, width, head, kernel=3)


def _detector(
    backbone: paddle.nn.Layer,
    levels: Sequence[int],
    neck: Neck,
    width: int,
    head: Head,
    kernel: int,
) -> DBNet:
    if width < 8 or width % 8:
        raise ValueError(f"width must be a multiple of 8, not {width}")
    if head not in ("db", "pf"):
        raise ValueError(f"unknown head {head!r}; known: db, pf")
    merge = _neck(neck, levels, width)
    build = TwinHead if head == "db" else PFHead
    return DBNet(backbone, merge, build(width, kernel))


def _neck(neck: Neck, levels: Sequence[int], width: int) -> paddle.nn.Layer:
    match neck:
        case "fpn":
            return DBFPN(levels, width)
        case "rse-fpn":
            return RSEFPN(levels, width)
        case "lk-pan":
            return LKPAN(levels, width)
        case "lk-pan-light":
            return LKPAN(levels, width, light=True)
        case "lk-pan-intra-cl":
            return LKPAN(levels, width, intra_cl=True)
    raise ValueError(f"unknown neck {neck!r}; known: {', '.join(NECKS)}")
