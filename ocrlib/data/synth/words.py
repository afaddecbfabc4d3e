"""Pictures of one word or one line of text, as a detector would cut them out.

Words look like those on signs, posters, logos and packages; lines mostly like scanned receipts and
letters. A picture comes about in three steps: ink and one geometric warp (`sheet`), colours
(`paint`), wear (`effects`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from ocrlib.data.synth import effects, paint
from ocrlib.data.synth.colours import Colour, colour_pair
from ocrlib.data.synth.content import pick
from ocrlib.data.synth.fonts import Font, covers
from ocrlib.data.synth.language import ENGLISH, Language
from ocrlib.data.synth.sheet import set_sheet, warp_sheet
from ocrlib.errors import DataError
from ocrlib.types import ByteImage, RecSample

SOURCE = "synth"
# How readily a face is taken where it comes up, by style and if slanted: anything goes on signs,
# little on receipts.
_ON_SIGNS: Mapping[str, float] = {"mono": 0.5, "slanted": 0.5}
_ON_PAPER: Mapping[str, float] = {"serif": 0.6, "display": 0.15, "hand": 0.25, "slanted": 0.35}
_ON_RECEIPTS: Mapping[str, float] = {"serif": 0.25, "display": 0.1, "hand": 0.1, "slanted": 0.15}
_TRIES = 60
_LOW = frozenset("acemnorsuvwxz.,-")  # neither ascender nor descender


def render_word(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    text: str | None = None,
    height: int | None = None,
    language: Language = ENGLISH,
) -> RecSample:
    """A word from a scene.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        fonts: faces to choose from.
        text: the word; None draws one.
        height: height of the picture, px; None draws one between the language's least and 64.
        language: of the word, and of what stands beside it.

    Returns:
        picture RGB uint8 (H, W, 3) and text, as the language labels it. The text is in capitals
        where the chosen face has no small letters.

    Raises:
        DataError: no fonts, an empty text, or no face that can draw it.
    """
    font, word = _choose(rng, fonts, text, language.word, _ON_SIGNS)
    if height is None:
        height = int(language.least + (64 - language.least) * rng.random() ** 1.4)
    return RecSample(_scene(rng, font, word, height, language), language.label(word), SOURCE)


def render_line(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    text: str | None = None,
    language: Language = ENGLISH,
) -> RecSample:
    """A line of text: two thirds receipts, the rest documents, screens and signs.

    Args:
        rng: source of randomness; the same state gives the same pixels.
        fonts: faces to choose from.
        text: the line; None draws one.
        language: of the line, and of what stands around it.

    Returns:
        picture RGB uint8 (H, W, 3) and text, as from `render_word`.

    Raises:
        DataError: no fonts, an empty text, or no face that can draw it.
    """
    kind = rng.random()
    if kind < 0.87:
        receipt = kind < 0.67
        styles = _ON_RECEIPTS if receipt else _ON_PAPER
        font, line = _choose(rng, fonts, text, language.line, styles)
        image = _paper(rng, font, line, language, receipt=receipt)
        return RecSample(image, language.label(line), SOURCE)
    font, line = _choose(rng, fonts, text, language.line, _ON_SIGNS)
    height = max(language.least, int(14 + 30 * rng.random()))
    return RecSample(_scene(rng, font, line, height, language), language.label(line), SOURCE)


def _choose(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    text: str | None,
    draw: Callable[[np.random.Generator], str],
    styles: Mapping[str, float],
) -> tuple[Font, str]:
    """A face, by preference of a wanted style, and a text that it can draw."""
    if not fonts:
        raise DataError("no fonts to draw with", remedy="pass load_fonts()")
    if text is not None and not text.strip():
        raise DataError("nothing to draw", value=text, remedy="give some text")
    for attempt in range(_TRIES):
        font = pick(rng, fonts)
        # Preferences yield in the end: the caller may have passed faces of one style only.
        wanted = styles.get(font.style, 1.0) * (styles["slanted"] if font.slanted else 1.0)
        if attempt < _TRIES // 2 and rng.random() >= wanted:
            continue
        words = draw(rng) if text is None else text
        if font.upper_only:
            words = words.upper()
        if covers(font, words):
            return font, words
    raise DataError(
        "no font covers this text", value=text, remedy="use other characters or more fonts"
    )


def _scene(
    rng: np.random.Generator, font: Font, text: str, height: int, language: Language
) -> ByteImage:
    """A word on a sign, a poster, a package."""
    size = 58 if _LOW.issuperset(text) else 40  # em size that gives about 28 px of ink
    sheet = set_sheet(rng, font, text, size, crowd=0.07, plain=False, language=language)
    stretch = float(np.exp(language.distortion * rng.normal(-0.12, 0.2)))
    strength = language.distortion * float(rng.random())
    mask = warp_sheet(rng, sheet, height, strength=strength, stretch=stretch)
    ink, ground = colour_pair(rng, 30 + 60 * rng.random())
    calm = float(rng.random() ** 0.5)
    image = effects.texture_background(rng, mask.shape[0], mask.shape[1], ground, calm)
    image = paint.decorate(rng, image, mask, ink, max(1, round(height / 22)))
    opacity = 0.75 + 0.25 * min(1.0, 2 * float(rng.random()))
    image = paint.blend(image, mask, paint.fill(rng, mask, ink), opacity)
    if rng.random() < 0.06:
        image = paint.relief(image, mask, 0.1 + 0.2 * float(rng.random()))
    if rng.random() < 0.08:
        image = paint.frame(rng, image)
    # Small pictures have little to lose.
    return effects.degrade(image, rng, float(rng.random()) ** 1.5 * min(1.0, 0.35 + height / 50))


def _paper(
    rng: np.random.Generator, font: Font, text: str, language: Language, *, receipt: bool
) -> ByteImage:
    """A line printed on paper, scanned, photographed or shown on a screen."""
    height = max(language.least, int(16 + 30 * rng.random()))
    sheet = set_sheet(rng, font, text, 40, crowd=0.12, plain=True, language=language)
    stretch = float(np.exp(rng.normal(-0.03, 0.2 if receipt else 0.1)))
    strength = 0.0 if rng.random() < 0.7 else 0.15
    mask = warp_sheet(rng, sheet, height, strength=strength, stretch=stretch)
    if receipt:
        mask = paint.worn_print(rng, mask)
        light, dark = 255 - 70 * float(rng.random()) ** 3, 130 * float(rng.random()) ** 2
        ground, ink = _greys(light, dark)
    elif rng.random() < 0.3:
        ink, ground = colour_pair(rng, 70)
    else:
        light, dark = 255 - 60 * float(rng.random()) ** 2, 90 * float(rng.random()) ** 1.3
        ground, ink = _greys(light, dark, rng.normal(0, 9, 3), rng.normal(0, 15, 3))
    image = effects.texture_background(rng, mask.shape[0], mask.shape[1], ground, calm=0.9)
    image = paint.blend(image, mask, ink)
    if rng.random() < 0.2:
        image = effects.sharpen(image, 0.3 + float(rng.random()))
    image = effects.degrade(image, rng, 0.4 * float(rng.random()) ** 1.5)
    if receipt or rng.random() < 0.4:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        return np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)  # (H, W, 3)
    return image


def _greys(
    light: float,
    dark: float,
    light_tint: Sequence[float] | np.ndarray = (0, 0, 0),
    dark_tint: Sequence[float] | np.ndarray = (0, 0, 0),
) -> tuple[Colour, Colour]:
    """Colours of paper and ink: two levels (0-255), each with a tint added."""
    paper, ink = (
        tuple(int(min(255, max(0, level + float(part)))) for part in tint)
        for level, tint in ((light, light_tint), (dark, dark_tint))
    )
    return (paper[0], paper[1], paper[2]), (ink[0], ink[1], ink[2])
