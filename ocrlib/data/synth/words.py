"""Pictures of one word or one line of text, as a detector would cut them out.

Words look like those on signs, posters, logos and packages; lines mostly like scanned receipts and
letters. A picture is drawn in three steps: ink (`typeset`), one geometric warp, colours and wear
(`effects`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocrlib.data.synth import effects, typeset
from ocrlib.data.synth.colours import Colour, colour_pair, luminance, random_colour
from ocrlib.data.synth.content import pick, random_line, random_word
from ocrlib.data.synth.fonts import Font, covers, get_face
from ocrlib.data.synth.typeset import Ink, Mask
from ocrlib.errors import DataError
from ocrlib.types import ByteImage, RecSample

SOURCE = "synth"
_TRIES = 40


def render_word(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    text: str | None = None,
    height: int | None = None,
) -> RecSample:
    """A word from a scene.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        fonts: faces to choose from.
        text: the word; None draws one.
        height: height of the picture, px; None draws one between 12 and 64.

    Returns:
        picture RGB uint8 (H, W, 3) and text. The text is in capitals where the chosen face has no
        small letters.

    Raises:
        DataError: no fonts, an empty text, or no face can draw it.
    """
    font, word = _choose(rng, fonts, text, random_word)
    if height is None:
        height = int(12 + 52 * rng.random() ** 1.4)
    return RecSample(_scene(rng, font, word, height), word, SOURCE)


def render_line(
    rng: np.random.Generator, fonts: Sequence[Font], *, text: str | None = None
) -> RecSample:
    """A line of text: two thirds receipts, the rest documents, screens and signs.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        fonts: faces to choose from.
        text: the line; None draws one.

    Returns:
        picture RGB uint8 (H, W, 3) and text, as from `render_word`.

    Raises:
        DataError: no fonts, an empty text, or no face can draw it.
    """
    font, line = _choose(rng, fonts, text, random_line)
    kind = rng.random()
    if kind < 0.85 and font.style in ("hand", "display") and rng.random() < 0.7:
        font, line = _choose(rng, fonts, line, random_line)  # rarer on paper than on signs
    if kind < 0.85:
        image = _paper(rng, font, line, receipt=kind < 0.65)
    else:
        image = _scene(rng, font, line, int(14 + 30 * rng.random()))
    return RecSample(image, line, SOURCE)


def _choose(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    text: str | None,
    draw: object,
) -> tuple[Font, str]:
    """A face and a text that it can draw."""
    if not fonts:
        raise DataError("no fonts to draw with", remedy="pass load_fonts()")
    if text is not None and not text.strip():
        raise DataError("nothing to draw", value=text, remedy="give some text")
    for _ in range(_TRIES):
        font = pick(rng, fonts)
        if text is not None:
            words = text
        else:
            words = random_word(rng) if draw is random_word else random_line(rng)
        if font.upper_only:
            words = words.upper()
        if covers(font, words):
            return font, words
    raise DataError(
        "no font covers this text", value=text, remedy="use other characters or more fonts"
    )


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The ink of a text and of what stands around it, before the warp.

    Args:
        mask: all ink, (H, W).
        box: where the text itself is: x, y, width, height in px.
    """

    mask: Mask
    box: tuple[int, int, int, int]


def _sheet(
    rng: np.random.Generator, font: Font, text: str, size: int, crowd: float, plain: bool
) -> _Sheet:
    """Draws the text and, with probability `crowd` per side, pieces of neighbours."""
    face = get_face(font, size)
    tracking, gap = 0.0, 1.0
    if rng.random() < (0.2 if plain else 0.3):
        tracking = float(size * (rng.random() ** 2 * (0.2 if plain else 0.5) - 0.03))
    if rng.random() < 0.4:
        gap = float(0.7 + 1.3 * rng.random())
    ink = typeset.draw_text(face, text, tracking, gap)
    height, width = ink.mask.shape
    if not height:
        raise DataError("the font draws nothing for this text", file=font.path, value=text)
    pad = int(0.75 * size) + 4
    mask = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)
    mask[pad : pad + height, pad : pad + width] = ink.mask
    below, above, left, right = rng.random(4) < crowd
    if below or above:
        leading = size * (0.95 + 0.5 * rng.random())
        for wanted, direction in ((below, 1), (above, -1)):
            if wanted:
                words = random_line(rng) if plain else random_word(rng)
                words = words.upper() if font.upper_only or text.isupper() else words
                other = typeset.draw_text(face, words, tracking, gap)
                # Baselines lie one leading apart; the neighbour's column is arbitrary.
                y = round(pad + ink.baseline + direction * leading) - other.baseline
                x = pad + round((rng.random() - 0.5) * width * 0.6)
                _stamp(
                    mask, other, x, y, (pad + height, mask.shape[0]) if direction > 0 else (0, pad)
                )
    for wanted, at_right in ((left, False), (right, True)):
        if wanted:
            other = typeset.draw_text(face, random_word(rng), tracking, gap)
            space = round(size * (0.18 + 0.4 * rng.random()))
            x = pad + width + space if at_right else pad - space - other.mask.shape[1]
            _stamp(mask, other, x, pad + ink.baseline - other.baseline, (0, mask.shape[0]))
    if rng.random() < 0.04:  # a rule below or above
        y = pad + height + round(size * 0.15 * rng.random()) if rng.random() < 0.7 else pad - 3
        mask[y : y + 1 + int(size * 0.08 * rng.random() * 2)] = 255
    return _Sheet(mask, (pad, pad, width, height))


def _stamp(mask: Mask, ink: Ink, x: int, y: int, rows: tuple[int, int]) -> None:
    """Adds ink with its corner at (x, y) as far as it falls on the mask within `rows`."""
    height, width = ink.mask.shape
    top, bottom = max(y, rows[0], 0), min(y + height, rows[1], mask.shape[0])
    left, right = max(x, 0), min(x + width, mask.shape[1])
    if top < bottom and left < right:
        window = mask[top:bottom, left:right]
        np.maximum(window, ink.mask[top - y : bottom - y, left - x : right - x], out=window)


def _margins(rng: np.random.Generator, spread: float) -> tuple[float, float, float, float]:
    """How far a crop's edges lie outside the text (left, right, top, bottom; share of its height)."""
    if rng.random() < 0.15:
        spread *= 2
    values = rng.random(4) ** 1.5 * spread - (0.06 if rng.random() < 0.25 else 0.0)
    return float(values[0]), float(values[1]), float(values[2]), float(values[3])


def _warp(
    rng: np.random.Generator, sheet: _Sheet, height: int, *, strength: float, stretch: float
) -> Mask:
    """Turns, slants, bends and crops the sheet to a mask of `height` rows."""
    x, y, text_width, text_height = sheet.box
    mask = sheet.mask
    margins = _margins(rng, 0.22 + 0.3 * strength)
    wanted = height / (1 + max(0.0, margins[2] + margins[3]))  # of the text, px
    scale = wanted / text_height
    if scale < 0.6:  # average first: a warp that shrinks this much would drop pixels
        factor = max(scale * 1.25, 2 / text_height)
        mask = typeset.shrink_mask(mask, factor)
        x, y, text_width, text_height = (
            value * mask.shape[1] / sheet.mask.shape[1] for value in (x, y, text_width, text_height)
        )  # type: ignore[assignment]
        scale = wanted / text_height
    angle = slant = horizontal = vertical = bend = 0.0
    if rng.random() < 0.3 + 0.6 * strength:
        angle = float(rng.normal(0, 0.012 + 0.07 * strength))
        slant = float(rng.normal(0, 0.16 * strength))
    if rng.random() < 0.5 * strength:
        horizontal = float(np.clip(rng.normal(0, 0.3), -0.6, 0.6))
        vertical = float(np.clip(rng.normal(0, 0.15), -0.3, 0.3))
    if rng.random() < 0.16 * strength and text_width > 1.5 * text_height:
        bend = float((0.2 + 1.1 * rng.random()) * (1 if rng.random() < 0.7 else -1))
        bend = float(np.clip(bend, -0.6 * text_width / text_height, 0.6 * text_width / text_height))
    matrix = typeset.affine(scale * stretch, scale, angle, slant) @ typeset.tilt(
        text_width, text_height, horizontal, vertical
    )
    # Corners of the text about the centre of the mask, a fine grid along the edges when bent.
    centre_x, centre_y = (mask.shape[1] - 1) / 2, (mask.shape[0] - 1) / 2
    along = np.linspace(x, x + text_width, 2 if bend == 0 else 9) - centre_x
    outline = np.concatenate(
        [
            np.stack([along, np.full_like(along, edge - centre_y)], 1)
            for edge in (y, y + text_height)
        ]
    )
    if bend:
        outline = typeset.arc_points(outline, mask.shape[1], bend)
    outline = typeset.transform_points(matrix, outline)
    low, high = outline.min(0), outline.max(0)
    unit = height / (1 + max(-0.3, margins[2] + margins[3]))
    # The warped text's bounding box is scaled to the rows that the margins leave.
    fit = unit / max(high[1] - low[1], 1e-6)
    left, right, top = margins[0] * unit, margins[1] * unit, margins[2] * unit
    width = int(np.clip(round((high[0] - low[0]) * fit + left + right), 4, 2400))
    place = np.array([[fit, 0, left - low[0] * fit], [0, fit, top - low[1] * fit], [0, 0, 1]])
    matrix = place @ matrix
    if bend:
        return typeset.warp_arc(mask, matrix, (height, width), bend)
    to_centre = np.array([[1, 0, -centre_x], [0, 1, -centre_y], [0, 0, 1.0]])
    return typeset.warp_flat(mask, matrix @ to_centre, (height, width))


def _blend(
    image: ByteImage, mask: Mask, colour: Colour | ByteImage, share: float = 1.0
) -> ByteImage:
    """Paints `colour` (one, or a picture) over the image where the mask has ink."""
    alpha = mask.astype(np.float32)[:, :, None] * np.float32(share / 255)  # (H, W, 1)
    paint = np.asarray(colour, np.float32)
    under = image.astype(np.float32)
    return (under + (paint - under) * alpha + 0.5).astype(np.uint8)


def _shift(mask: Mask, dx: int, dy: int) -> Mask:
    """The mask moved by whole pixels, empty where nothing moves in."""
    height, width = mask.shape
    moved = np.zeros_like(mask)
    moved[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = mask[
        max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
    ]
    return moved


def _scene(rng: np.random.Generator, font: Font, text: str, height: int) -> ByteImage:
    """A word on a sign, a poster, a package …"""
    strength = rng.random()
    size = 44 if any(char not in "acemnorsuvwxz.,-" for char in text) else 64
    sheet = _sheet(rng, font, text, size, 0.07, plain=False)
    stretch = float(np.exp(rng.normal(0, 0.18)))
    mask = _warp(rng, sheet, height, strength=strength, stretch=stretch)
    ink, ground = colour_pair(rng, 30 + 60 * rng.random())
    image = effects.texture_background(rng, *mask.shape, ground, calm=float(rng.random() ** 0.5))
    reach = max(1, round(height / 22))
    kind = rng.random()
    if kind < 0.14:  # shadow
        dx, dy = (int(v) for v in rng.integers(-2 * reach, 2 * reach + 1, 2))
        shade = effects.blur(_shift(mask, dx, dy), rng.random() * 1.5 * reach)
        dark = (0, 0, 0) if luminance(ink) > 70 else (255, 255, 255)
        image = _blend(
            image,
            shade,
            dark if rng.random() < 0.7 else random_colour(rng),
            0.3 + 0.6 * rng.random(),
        )
    elif kind < 0.24:  # outline
        radius = 1 + int(rng.random() * 1.5 * reach)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        edge, _ = colour_pair(rng, 0)
        if abs(luminance(edge) - luminance(ink)) < 40:
            edge = (255, 255, 255) if luminance(ink) < 128 else (0, 0, 0)
        image = _blend(image, cv2.dilate(mask, kernel), edge)
    elif kind < 0.31:  # solid letters: sides seen from one direction
        dx, dy = (int(v) for v in rng.integers(-1, 2, 2))
        side = tuple(int(c * (0.35 + 0.35 * rng.random())) for c in ink)
        for step in range(2 * reach, 0, -1):
            image = _blend(image, _shift(mask, dx * step, dy * step), (side[0], side[1], side[2]))
    elif kind < 0.34:  # glow
        image = _blend(image, effects.blur(mask, 1.5 * reach), ink, 0.6)
    image = _blend(image, mask, _fill(rng, ink, mask), 0.75 + 0.25 * min(1.0, 2 * rng.random()))
    if rng.random() < 0.06:  # relief: lit from above left
        relief = cv2.Sobel(mask, cv2.CV_32F, 1, 1, ksize=3) * (0.1 + 0.2 * rng.random())
        image = np.clip(image + relief[:, :, None], 0, 255).astype(np.uint8)
    if rng.random() < 0.08:
        image = _frame(rng, image)
    return effects.degrade(image, rng, float(rng.random()) * min(1.0, 0.35 + height / 50))


def _fill(rng: np.random.Generator, ink: Colour, mask: Mask) -> Colour | ByteImage:
    """Usually one colour; sometimes a shaded or cloudy one."""
    if rng.random() < 0.82:
        return ink
    return effects.texture_background(rng, *mask.shape, ink, calm=0.4 * float(rng.random()))


def _frame(rng: np.random.Generator, image: ByteImage) -> ByteImage:
    """The edge of a sign: a line near a border, and another ground beyond it."""
    height, width = image.shape[:2]
    thick = 1 + int(rng.random() * height * 0.08)
    colour = random_colour(rng)
    inset = int(rng.random() * height * 0.12)
    side = int(rng.random() * 4)
    if side == 0:
        image[: inset + thick] = colour
    elif side == 1:
        image[height - inset - thick :] = colour
    elif side == 2:
        image[:, : inset + thick] = colour
    else:
        image[:, width - inset - thick :] = colour
    return image


def _paper(rng: np.random.Generator, font: Font, text: str, *, receipt: bool) -> ByteImage:
    """A line printed on paper, scanned, photographed or shown on a screen."""
    height = int(14 + 26 * rng.random())
    sheet = _sheet(rng, font, text, 40, 0.12, plain=True)
    stretch = float(np.exp(rng.normal(0.05, 0.22 if receipt else 0.1)))
    mask = _warp(rng, sheet, height, strength=0.0 if rng.random() < 0.7 else 0.15, stretch=stretch)
    if receipt:
        mask = _print(rng, mask)
    light = 255 - rng.random() ** 2 * 75
    dark = rng.random() ** 1.3 * (150 if receipt else 90)
    if receipt or rng.random() < 0.4:
        ground, ink = (int(light),) * 3, (int(dark),) * 3
    else:
        ground, ink = _document_colours(rng, light, dark)
    image = effects.texture_background(rng, *mask.shape, ground, calm=0.85)
    image = _blend(image, mask, ink)
    image = effects.degrade(image, rng, 0.55 * float(rng.random()))
    if receipt or rng.random() < 0.5:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    return image


def _document_colours(rng: np.random.Generator, light: float, dark: float) -> tuple[Colour, Colour]:
    if rng.random() < 0.35:
        ink, ground = colour_pair(rng, 70)
        return ground, ink
    tint = np.clip(light + rng.normal(0, 9, 3), 0, 255)
    shade = np.clip(dark + rng.normal(0, 15, 3), 0, 255)
    return (int(tint[0]), int(tint[1]), int(tint[2])), (int(shade[0]), int(shade[1]), int(shade[2]))


def _print(rng: np.random.Generator, mask: Mask) -> Mask:
    """What cheap printers do: faint, broken, fat or dotted strokes."""
    height, width = mask.shape
    kind = rng.random()
    if kind < 0.18:  # too hot or too much ink
        mask = cv2.dilate(mask, np.ones((2, 2 if rng.random() < 0.6 else 1), np.uint8))
    elif kind < 0.3:  # too cold
        thin = cv2.erode(mask, np.ones((2, 2 if rng.random() < 0.5 else 1), np.uint8))
        mask = cv2.addWeighted(mask, 0.45, thin, 0.55, 0)
    if rng.random() < 0.22:  # worn: ink is missing in places
        wear = effects.octave_noise(rng, height, width, 3 + rng.random() * 8)
        keep = np.clip(0.75 + rng.random() * 0.5 + wear * 1.2, 0.15, 1)
        mask = (mask * keep).astype(np.uint8)
    if rng.random() < 0.1:  # dot matrix: a grid of pins
        period = max(2.0, height / (9 + 5 * rng.random()))
        rows = 0.6 + 0.6 * np.cos(np.arange(height, dtype=np.float32) * (2 * np.pi / period))
        columns = 0.6 + 0.6 * np.cos(np.arange(width, dtype=np.float32) * (2 * np.pi / period))
        grid = np.clip(rows[:, None] * columns[None, :] * 1.5, 0.25, 1)  # (H, W)
        mask = (mask * grid).astype(np.uint8)
    if rng.random() < 0.25:  # heads fail in bands
        bands = 0.45 + 0.55 * rng.random((1, max(2, width // 12)), dtype=np.float32)
        mask = (mask * cv2.resize(bands, (width, 1))).astype(np.uint8)
    return mask
