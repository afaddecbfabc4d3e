"""Text along a ring, as on seals and coins, and the way back to a straight line.

A ring is unrolled by a polar transform: every column of the strip is a ray from the centre. What
is left of the curve is that letters are a little wider at their outer end than at their inner one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth import effects
from ocrlib.data.synth.content import pick
from ocrlib.data.synth.fonts import Font, covers, get_face
from ocrlib.data.synth.typeset import Mask, draw_text
from ocrlib.errors import DataError
from ocrlib.types import ByteImage

_RED, _PAPER = np.array([196.0, 40.0, 44.0]), np.array([250.0, 248.0, 242.0])
_FULL = 2 * np.pi


@dataclass(frozen=True)
class Ring:
    """The part of a picture between two circles.

    Args:
        centre: (x, y) px.
        inner: radius at the letters' feet, px.
        outer: radius at their heads, px.
        start: angle where the ring is cut open, radians, clockwise from the top.

    Raises:
        DataError: the radii are no ring.
    """

    centre: tuple[float, float]
    inner: float
    outer: float
    start: float = np.pi

    def __post_init__(self) -> None:
        if not 0 <= self.inner < self.outer:
            raise DataError("a ring needs 0 <= inner < outer", value=(self.inner, self.outer))

    @property
    def middle(self) -> float:
        """Radius half-way between the circles, px."""
        return (self.inner + self.outer) / 2


def unroll(image: ByteImage, ring: Ring, height: int = 48) -> ByteImage:
    """Lay a ring out as a straight strip, read clockwise.

    Args:
        image: RGB uint8 (H, W, 3).
        ring: which part of it, and where to cut.
        height: of the strip, px; its width keeps the shape of letters on the middle circle.

    Returns:
        RGB uint8 (height, width, 3); what lies outside the picture repeats its edge.
    """
    width = max(1, round(_FULL * ring.middle * height / (ring.outer - ring.inner)))
    angles = ring.start + _FULL * (np.arange(width) + 0.5) / width  # (width,)
    share = (np.arange(height) + 0.5) / height  # (height,), 0 at the outer circle
    radii = ring.outer + (ring.inner - ring.outer) * share
    x = ring.centre[0] + radii[:, None] * np.sin(angles)  # (height, width)
    y = ring.centre[1] - radii[:, None] * np.cos(angles)
    where = x.astype(np.float32), y.astype(np.float32)
    strip: ByteImage = cv2.remap(image, *where, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return strip


def widest_gap(image: ByteImage, ring: Ring) -> float:
    """The angle in the middle of the longest stretch of a ring without ink: where to cut.

    A ray has ink where it is more uneven than half of what the most uneven one is.

    Args:
        image: RGB uint8 (H, W, 3).
        ring: where to look; its ``start`` does not matter.

    Returns:
        Radians, clockwise from the top, from 0 to 2 pi.
    """
    strip = unroll(image, ring).astype(np.float32).min(axis=2)  # (h, w): coloured ink is dark
    contrast = strip.max(axis=0) - strip.min(axis=0)
    inked = np.flatnonzero(contrast > contrast.max() / 2)
    if not len(inked):
        return float(ring.start % _FULL)
    gaps = np.diff(np.append(inked, inked[0] + len(contrast)))
    longest = int(gaps.argmax())
    place = inked[longest] + gaps[longest] / 2 + 0.5
    return float((ring.start + _FULL * place / len(contrast)) % _FULL)


def bend_to_ring(mask: Mask, ring: Ring, size: tuple[int, int], middle: float = 0.0) -> Mask:
    """Put a line of ink on a ring, its feet towards the centre.

    Args:
        mask: ink, uint8 (h, w), all of it between the circles.
        ring: where it goes.
        size: (height, width) of the picture, px.
        middle: angle of the middle of the line, radians, clockwise from the top.

    Returns:
        Ink, uint8 (H, W).

    Raises:
        DataError: the line is longer than the ring.
    """
    height, width = mask.shape
    scale = height / (ring.outer - ring.inner)  # px of the mask per px of the picture
    if width > _FULL * ring.middle * scale:
        raise DataError(
            "the text is longer than its ring",
            value=round(width / scale),
            remedy="use a larger ring, smaller letters or a shorter text",
        )
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float64)
    dx, dy = x - ring.centre[0], ring.centre[1] - y
    turn = np.arctan2(dx, dy) - middle
    turn = (turn + np.pi) % _FULL - np.pi  # -pi to pi from the middle of the line
    columns = turn * ring.middle * scale + (width - 1) / 2
    rows = (ring.outer - np.hypot(dx, dy)) * scale - 0.5
    ink: Mask = cv2.remap(
        mask, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR
    )
    return ink


def render_seal(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    text: str,
    radius: int = 120,
    wear: float = 0.2,
) -> tuple[ByteImage, Ring]:
    """A round red seal: a border, the text along it, a star in the middle.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        fonts: faces to choose from.
        text: what stands on the ring, its middle at the top.
        radius: of the border, px.
        wear: how much blur, noise and uneven light, 0-1.

    Returns:
        The picture, RGB uint8 (H, W, 3), square, and the ring of its text, cut at the bottom.

    Raises:
        DataError: no face can draw the text, or it is longer than the ring.
    """
    able = [font for font in fonts if covers(font, text)]
    if not able or not text.strip():
        raise DataError("no font covers this text", value=text, remedy="use other characters")
    side = 2 * radius + 24
    centre = (side / 2 - 0.5, side / 2 - 0.5)
    ring = Ring(centre, 0.64 * radius, 0.9 * radius)
    ink = draw_text(get_face(pick(rng, able), 48), text)
    if not ink.mask.size:
        raise DataError("the font draws nothing for this text", value=text)
    line = np.zeros((66, ink.mask.shape[1]), np.uint8)
    top = max(0, 50 - ink.baseline)  # the baseline a fifth of the height above the feet
    rows = min(ink.mask.shape[0], len(line) - top)
    line[top : top + rows] = ink.mask[:rows]
    mask = bend_to_ring(line, ring, (side, side))
    at = (round(centre[0]), round(centre[1]))
    cv2.circle(mask, at, radius, 255, max(2, radius // 30), cv2.LINE_AA)
    cv2.fillPoly(mask, [_star(centre, 0.3 * radius)], 255, cv2.LINE_AA)
    opacity = (mask.astype(np.float64) / 255)[:, :, None]
    image = np.rint(_PAPER + (_RED - _PAPER) * opacity).astype(np.uint8)
    return effects.degrade(image, rng, wear), ring


def _star(centre: tuple[float, float], radius: float) -> NDArray[np.int32]:
    """Five points and the five notches between them, (10, 2) px."""
    angles = np.arange(10) * np.pi / 5
    radii = radius * np.where(np.arange(10) % 2, 0.38, 1.0)
    points = np.stack([np.sin(angles) * radii, -np.cos(angles) * radii], axis=1)
    return np.rint(points + centre).astype(np.int32)
