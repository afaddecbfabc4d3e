"""Rendered licence plates of mainland China: white on blue, seven characters.

A plate begins with the sign of its province, then come the letter of the office, a dot, and five
letters or digits. I and O are not used. Its faces must have Chinese, so this is for machines with
the Debian fonts; notebooks and tests draw on lamps instead, see ``displays``.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from ocrlib.data.sources import NOMINAL_LENGTH
from ocrlib.data.synth.effects import degrade, lighting
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.errors import DataError
from ocrlib.types import ByteImage, FloatArray, RecSample

PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂宁新藏"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SIZE = (70, 220)  # px, half a px per mm
_CELL = (45, 22)  # height and width of a character, px
_LEFTS = (8, 36, 68, 97, 125, 154, 182)  # px, of the characters' cells
_TOP = 13


class Plates:
    """An endless source of rendered plates.

    Args:
        fonts: faces to write with; they need Chinese.

    Raises:
        DataError: no faces.
    """

    def __init__(self, fonts: Sequence[Font]) -> None:
        self.fonts = tuple(fonts)
        if not self.fonts:
            raise DataError("plates need a face to write with", remedy='load_fonts("chinese")')

    def __len__(self) -> int:
        return NOMINAL_LENGTH

    def sample(self, index: int, rng: Generator) -> RecSample:
        """A plate; ``rng`` decides everything."""
        return render_plate(rng, self.fonts[rng.integers(len(self.fonts))])


def plate_text(rng: Generator) -> str:
    """A plate's seven characters; every province is as likely as any other."""
    rest = LETTERS + "0123456789" * 5  # mostly digits
    last = "".join(rest[rng.integers(len(rest))] for _ in range(5))
    return PROVINCES[rng.integers(len(PROVINCES))] + LETTERS[rng.integers(len(LETTERS))] + last


def render_plate(rng: Generator, font: Font, text: str = "") -> RecSample:
    """A plate as a detector would cut it out of a photograph.

    Args:
        rng: source of chance; the same state gives the same pixels.
        font: a face with Chinese.
        text: seven characters; empty: drawn by chance.

    Returns:
        RGB uint8 (H, W, 3), H 20 to 80 px, and the text.
    """
    text = text or plate_text(rng)
    height, width = _SIZE
    ink = np.zeros(_SIZE, np.float32)  # 0-1
    for sign, left in zip(text, _LEFTS, strict=True):
        glyph = _glyph(sign, font)
        x = left + (_CELL[1] - glyph.shape[1]) // 2
        ink[_TOP : _TOP + _CELL[0], x : x + glyph.shape[1]] = glyph
    cv2.circle(ink, (63, height // 2), 2, 1.0, -1, cv2.LINE_AA)
    cv2.rectangle(ink, (3, 3), (width - 4, height - 4), 1.0, 1, cv2.LINE_AA)
    blue = np.array([rng.uniform(0, 40), rng.uniform(40, 90), rng.uniform(110, 210)])
    white = np.full(3, rng.uniform(190, 255))
    plate = blue + ink[..., None] * (white - blue)  # (H, W, 3)
    return RecSample(_photograph(rng, plate.astype(np.uint8)), text, "book: plate")


def _glyph(sign: str, font: Font) -> FloatArray:
    """A character that fills its cell, (45, at most 22), 0-1; a narrow one stays narrow."""
    drawn = Image.new("L", (160, 160))
    ImageDraw.Draw(drawn).text((24, 8), sign, fill=255, font=get_face(font, 96))
    pixels = np.asarray(drawn)
    ys, xs = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    tight = pixels[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    width = min(_CELL[1], max(6, round(_CELL[0] * tight.shape[1] / tight.shape[0])))
    scaled = cv2.resize(tight, (width, _CELL[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.float32) / np.float32(255)


def _photograph(rng: Generator, plate: ByteImage) -> ByteImage:
    """The plate with its corners a little off, in some light, at some distance."""
    height, width = plate.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.normal(0, 0.06 * height, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    turned = cv2.warpPerspective(plate, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shown = lighting(np.asarray(turned, np.uint8), float(rng.uniform(0, 0.8)), rng)
    tall = int(rng.integers(20, 81))
    wide = round(tall * width / height * float(rng.uniform(0.8, 1.25)))
    seen = cv2.resize(shown, (wide, tall), interpolation=cv2.INTER_AREA)
    return degrade(np.asarray(seen, np.uint8), rng, float(rng.uniform(0, 0.7)))
