"""Lines whose letters do not stand in line: what handwriting does to print.

No typeface can write the same letter in two ways. Here each letter of a face is turned, slanted,
sized and lifted a little differently, along a baseline that wanders, with a pen whose pressure
changes. With faces of the style "hand" it looks like writing; with any other it is at least as
irregular.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.typeset import Mask, affine, draw_text
from ocrlib.errors import DataError


def draw_hand(
    rng: np.random.Generator, font: Font, text: str, size: int = 40, wildness: float = 0.5
) -> Mask:
    """Write one line by hand.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        font: the face that letters are taken from.
        text: what to write.
        size: em size, px.
        wildness: 0 (print) to 1 (hardly legible).

    Returns:
        Ink, uint8 (H, W), trimmed to what is drawn.

    Raises:
        DataError: nothing of the text can be drawn.
    """
    face = get_face(font, size)
    slant = float(wildness * rng.normal(-0.25, 0.2))  # of the whole hand; letters differ less
    pad = size
    wide = round(1.3 * face.getlength(text)) + 4 * pad + size * len(text) // 4
    sheet = np.zeros((4 * pad, wide), np.uint8)
    pen, lift = float(2 * pad), 0.0
    for letter in text:
        lift = 0.8 * lift + float(wildness * size * rng.normal(0, 0.06))
        advance = face.getlength(letter) * (1 + float(wildness * rng.normal(-0.06, 0.12)))
        ink = draw_text(face, letter)
        if ink.mask.size:
            scale = np.exp(wildness * rng.normal(0, 0.13, 2))
            turn = float(wildness * rng.normal(0, 0.09))
            lean = slant + float(wildness * rng.normal(0, 0.1))
            matrix = affine(float(scale[0]), float(scale[1]), turn, lean)
            start = affine(1, 1, 0, 0)
            start[1, 2] = -ink.baseline  # the left end of the baseline is where the pen is
            place = affine(1, 1, 0, 0)
            place[:2, 2] = pen, 2.5 * pad + lift
            whole = place @ matrix @ start
            letter_ink = cv2.warpPerspective(ink.mask, whole, (wide, 4 * pad))
            np.maximum(sheet, letter_ink, out=sheet)
        pen += max(advance, 0.1 * size)
    x, y, width, height = cv2.boundingRect(sheet)
    if not width:
        raise DataError("the font draws nothing for this text", file=font.path, value=text)
    return _pressed(rng, sheet[y : y + height, x : x + width], size, wildness)


def _pressed(rng: np.random.Generator, mask: Mask, size: int, wildness: float) -> Mask:
    """Ink, thicker here and thinner there, along the line."""
    reach = max(1, size // 24)
    kernel = np.ones((reach + 1, reach + 1), np.uint8)
    thick, thin = cv2.dilate(mask, kernel), cv2.erode(mask, kernel)
    knots = rng.normal(0, wildness, 2 + mask.shape[1] // (2 * size)).astype(np.float32)
    pressure = cv2.resize(knots[None], (mask.shape[1], 1), interpolation=cv2.INTER_CUBIC)
    more = np.clip(pressure, 0, 1)  # (1, W)
    less = np.clip(-pressure, 0, 0.6)
    plain = mask.astype(np.float32)
    ink: Mask = np.rint(plain + more * (thick - plain) - less * (plain - thin)).astype(np.uint8)
    return ink
