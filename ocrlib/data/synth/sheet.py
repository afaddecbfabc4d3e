"""A text with its neighbours, set in ink, and its way into a crop."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ocrlib.data.synth import typeset
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.language import ENGLISH, Language
from ocrlib.data.synth.typeset import Ink, Mask
from ocrlib.errors import DataError

MAX_WIDTH = 2400  # of a crop, px


@dataclass(frozen=True, eq=False)
class Sheet:
    """Ink before the warp.

    Args:
        mask: all ink, uint8 (H, W).
        box: where the text itself is: x, y, width, height in px.
    """

    mask: Mask
    box: tuple[float, float, float, float]


def set_sheet(
    rng: np.random.Generator,
    font: Font,
    text: str,
    size: int,
    *,
    crowd: float,
    plain: bool,
    language: Language = ENGLISH,
) -> Sheet:
    """Sets the text and, with probability `crowd` per side, pieces of what stands beside it.

    Args:
        rng: source of randomness.
        font: the face.
        text: what to set.
        size: em size, px.
        crowd: probability of a neighbour on each of the four sides, 0-1.
        plain: set as on paper: narrower tracking, lines above and below; else as on signs.
        language: of the neighbours.

    Raises:
        DataError: the face draws nothing for the text.
    """
    face = get_face(font, size)
    tracking, gap = 0.0, 1.0
    if rng.random() < 0.2:
        tracking = float(size * (rng.random() ** 2 * (0.2 if plain else 0.45) - 0.03))
    if rng.random() < 0.4:
        gap = float(0.7 + 1.3 * rng.random())
    ink = typeset.draw_text(face, text, tracking, gap)
    height, width = ink.mask.shape
    if not height or not width:
        raise DataError("the font draws nothing for this text", file=font.path, value=text)
    pad = int(0.75 * size) + 4
    mask = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)
    mask[pad : pad + height, pad : pad + width] = ink.mask
    below, above, left, right = rng.random(4) < crowd
    leading = size * (0.95 + 0.5 * rng.random())  # from baseline to baseline
    for wanted, direction in ((below, 1), (above, -1)):
        if wanted:
            words = language.line(rng)[: len(text) + 4] if plain else language.word(rng)
            if font.upper_only or text.isupper():
                words = words.upper()
            other = typeset.draw_text(face, words, tracking, gap)
            y = round(pad + ink.baseline + direction * leading) - other.baseline
            x = pad + round((rng.random() - 0.5) * width * 0.6)
            rows = (pad + height, mask.shape[0]) if direction > 0 else (0, pad)
            _stamp(mask, other, x, y, rows)
    for wanted, at_right in ((left, False), (right, True)):
        if wanted:
            other = typeset.draw_text(face, language.word(rng), tracking, gap)
            space = round(size * (0.18 + 0.4 * rng.random()))
            x = pad + width + space if at_right else pad - space - other.mask.shape[1]
            _stamp(mask, other, x, pad + ink.baseline - other.baseline, (0, mask.shape[0]))
    if rng.random() < 0.04:  # a rule below or above
        thick = 1 + int(size * 0.16 * rng.random())
        off = int(size * 0.15 * rng.random())
        y = pad + height + off if rng.random() < 0.7 else pad - off - thick
        mask[y : y + thick] = 255
    return Sheet(mask, (pad, pad, width, height))


def _stamp(mask: Mask, ink: Ink, x: int, y: int, rows: tuple[int, int]) -> None:
    """Adds ink with its corner at (x, y) as far as it falls on the mask within `rows`."""
    height, width = ink.mask.shape
    top, bottom = max(y, rows[0], 0), min(y + height, rows[1], mask.shape[0])
    left, right = max(x, 0), min(x + width, mask.shape[1])
    if top < bottom and left < right:
        window = mask[top:bottom, left:right]
        np.maximum(window, ink.mask[top - y : bottom - y, left - x : right - x], out=window)


def _margins(rng: np.random.Generator, spread: float) -> tuple[float, float, float, float]:
    """How far the crop reaches beyond the text: left, right, top, bottom as shares of its height.

    Mostly a little; sometimes a lot; sometimes a few hundredths are cut off.
    """
    if rng.random() < 0.15:
        spread *= 2
    values = rng.random(4) ** 1.5 * spread - (0.06 if rng.random() < 0.25 else 0.0)
    return float(values[0]), float(values[1]), float(values[2]), float(values[3])


def warp_sheet(
    rng: np.random.Generator, sheet: Sheet, height: int, *, strength: float, stretch: float
) -> Mask:
    """Turns, slants, tilts, bends and crops a sheet.

    Args:
        rng: source of randomness.
        sheet: what to warp.
        height: rows of the crop, px.
        strength: of the distortions, 0 (level) to 1 (as signs seen in passing).
        stretch: factor on the width of the letters.

    Returns:
        the crop's ink, uint8 (height, W) with W from 4 to `MAX_WIDTH`.
    """
    left, right, top, bottom = _margins(rng, 0.22 + 0.3 * strength)
    rows = height / (1 + top + bottom)  # that the text itself is to fill
    sheet = _reduced(sheet, 1.25 * rows / sheet.box[3])
    x, y, width, tall = sheet.box
    # Tilting a long line as much as a word would leave its letters no room.
    strength *= min(1.0, 6 * tall / width)
    angle = slant = horizontal = vertical = bend = 0.0
    if rng.random() < 0.3 + 0.6 * strength:
        angle = float(rng.normal(0, 0.012 + 0.07 * strength))
        slant = float(rng.normal(0, 0.16 * strength))
    if rng.random() < 0.5 * strength:
        horizontal = float(np.clip(rng.normal(0, 0.3), -0.6, 0.6))
        vertical = float(np.clip(rng.normal(0, 0.15), -0.3, 0.3))
    if rng.random() < 0.16 * strength and width > 1.5 * tall:
        most = 0.6 * width / tall
        bend = float((0.2 + 1.1 * rng.random()) * (1 if rng.random() < 0.7 else -1))
        bend = min(most, max(-most, bend))
    matrix = typeset.affine(stretch, 1, angle, slant) @ typeset.tilt(
        width, tall, horizontal, vertical
    )
    # Where the text's outline goes, seen from the centre of the mask; more points when it bends.
    centre = (sheet.mask.shape[1] - 1) / 2, (sheet.mask.shape[0] - 1) / 2
    along = x + width * np.arange(2 if bend == 0 else 9) / (1 if bend == 0 else 8) - centre[0]
    outline = np.empty((2 * len(along), 2))
    outline[:, 0] = np.concatenate([along, along])
    outline[: len(along), 1] = y - centre[1]
    outline[len(along) :, 1] = y + tall - centre[1]
    if bend:
        outline = typeset.arc_points(outline, sheet.mask.shape[1], bend)
    outline = typeset.transform_points(matrix, outline)
    low, high = outline.min(0), outline.max(0)
    # Its bounding box fills the rows that the margins leave.
    fit = rows / max(high[1] - low[1], 1e-6)
    columns = round((high[0] - low[0]) * fit + (left + right) * rows)
    size = (height, int(np.clip(columns, 4, MAX_WIDTH)))
    shift_x, shift_y = left * rows - low[0] * fit, top * rows - low[1] * fit
    matrix = np.array([[fit, 0, shift_x], [0, fit, shift_y], [0, 0, 1]]) @ matrix
    if bend:
        return typeset.warp_arc(sheet.mask, matrix, size, bend)
    to_centre = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1.0]])
    return typeset.warp_flat(sheet.mask, matrix @ to_centre, size)


def _reduced(sheet: Sheet, scale: float) -> Sheet:
    """The sheet shrunk by averaging if `scale` is well below 1: a warp would drop pixels."""
    if scale > 0.75:
        return sheet
    height, width = sheet.mask.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: Mask = cv2.resize(sheet.mask, size, interpolation=cv2.INTER_AREA)
    x, y, text_width, text_height = sheet.box
    across, down = size[0] / width, size[1] / height
    return Sheet(small, (x * across, y * down, text_width * across, text_height * down))
