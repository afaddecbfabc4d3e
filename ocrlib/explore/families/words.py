"""Small words for small readers: kinds of words that are hard in one way each.

Twelve letters, four typefaces, pictures of 24 x 64 px. Nothing here is random beyond what the
caller's generator says, so a lesson can talk about what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import Charset
from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.typeset import draw_text
from ocrlib.explore.specimens import font
from ocrlib.types import FloatArray

# What is hard about the words of each kind.
KINDS = {
    "straight": "nothing: two to five letters, mostly apart",
    "touching": "letters pushed into each other",
    "worn": "light scratches through the letters",
    "doubled": "the same letter twice in a row",
    "long": "eight to ten letters in twice the width",
    "tilted": "turned by 11 to 17 degrees",
    "curved": "on an arch or in a bowl",
}
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif")
CHARSET = Charset("acdeilmnorst", space=False)  # none of them goes below the line
MOST = 5  # letters of a word that is not long
SIZE = (24, 64)  # (height, width) of a picture, px
LONG_SIZE = (24, 128)
EM = 13  # size of the letters, px

# Distance put between the letters of level words, from and to, px.
_TRACKING = {
    "straight": (0.0, 1.5),
    "touching": (-2.5, -1.5),
    "worn": (0.0, 1.5),
    "doubled": (-0.5, 0.5),
}
_ZOOM = 2  # words are drawn and bent larger, then shrunk
_ROOM = 5  # px that a word leaves free, both ends together


class Word(NamedTuple):
    """A picture of a word.

    Args:
        image: dark on light, uint8 (H, W).
        text: what it says.
        quads: where each letter's ink is, clockwise from the letter's own top left, (L, 4, 2) px.
    """

    image: NDArray[np.uint8]
    text: str
    quads: FloatArray


def draw_word(
    text: str,
    face: str = "DejaVuSans",
    size: tuple[int, int] = SIZE,
    *,
    tracking: float = 0.0,
    angle: float = 0.0,
    bend: float = 0.0,
    at: tuple[float, float] = (0.0, 0.0),
) -> Word:
    """A word in black on white.

    Args:
        text: letters.
        face: one of matplotlib's, see :func:`~ocrlib.explore.specimens.font`.
        size: (height, width) of the picture, px.
        tracking: distance put between letters, px; negative pushes them together.
        angle: by which the word is turned clockwise, radians.
        bend: how much higher its middle stands than its ends, as a share of its length; negative
            for lower.
        at: (x, y) px from the middle of the picture to the middle of the word.
    """
    boxes = _lay(text, face, tracking)
    sheet = _set(text, face, boxes)
    middle = np.array([sheet.shape[1], sheet.shape[0]], np.float32) / 2
    length = sheet.shape[1] / _ZOOM  # of the word, px
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]], np.float32)
    place = np.array([size[1] / 2 + at[0], size[0] / 2 + at[1]], np.float32)

    def lift(x: FloatArray) -> FloatArray:
        # float(): a float64 of numpy's would make the map float64, which cv2.remap misreads.
        parabola: FloatArray = float(bend) * length * ((2 * x / length) ** 2 - 0.5)
        return parabola

    # From each px of the picture, seen larger, back to the sheet.
    seen = _turned(_grid(size) - place, turn)  # (H', W', 2)
    x = seen[..., 0] * _ZOOM + middle[0] - 0.5
    y = (seen[..., 1] - lift(seen[..., 0])) * _ZOOM + middle[1] - 0.5
    ink = cv2.remap(sheet, x, y, cv2.INTER_LINEAR)
    ink = cv2.resize(ink, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    # And from the letters' boxes to the picture.
    corners = boxes.astype(np.float32)[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]  # (L, 4, 2)
    corners -= middle
    corners /= _ZOOM
    corners[..., 1] += lift(corners[..., 0])
    quads = _turned(corners, turn.T) + place
    return Word(np.asarray(255 - ink, np.uint8), text, quads)


def random_word(rng: np.random.Generator, kind: str) -> Word:
    """A word of one kind: letters without sense, a typeface, grey levels, a little noise.

    Args:
        rng: source of randomness; the same state gives the same word.
        kind: a key of :data:`KINDS`.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no words {kind!r}; there are {', '.join(KINDS)}")
    draw = {"long": _long, "tilted": _tilted, "curved": _curved}.get(kind, _level)
    word = draw(rng, kind)
    image = word.image
    if kind == "worn":
        image = _scratch(rng, image)
    ink, paper = rng.uniform(10, 90), rng.uniform(190, 245)
    grey = ink + (paper - ink) * (image / 255) + rng.normal(0, 5, image.shape)
    return word._replace(image=np.clip(grey, 0, 255).astype(np.uint8))


def random_words(seed: int, kind: str, count: int) -> list[Word]:
    """Words of one kind; the same seed gives the same words."""
    rng = np.random.default_rng(seed)
    return [random_word(rng, kind) for _ in range(count)]


def to_input(words: Sequence[Word]) -> FloatArray:
    """Pictures of one size as a network takes them: (B, 1, H, W), -0.5 for paper to 0.5."""
    images = np.stack([word.image for word in words])[:, None]  # (B, 1, H, W)
    return (0.5 - images / np.float32(255)).astype(np.float32)


def to_classes(words: Sequence[Word], places: int) -> NDArray[np.int64]:
    """Texts as classes, one per place: (B, places); 0 stands behind the last letter.

    Raises:
        ValueError: a word has more letters than there are places.
    """
    longest = max(len(word.text) for word in words)
    if longest > places:
        raise ValueError(f"a word of {longest} letters does not fit into {places} places")
    classes = np.zeros((len(words), places), np.int64)
    for row, word in zip(classes, words, strict=True):
        row[: len(word.text)] = CHARSET.encode(word.text)
    return classes


def _level(rng: np.random.Generator, kind: str) -> Word:
    tracking = rng.uniform(*_TRACKING[kind])
    text, face = _text(rng, tracking, doubled=kind == "doubled")
    at = (rng.uniform(-_ROOM, _ROOM) / 2, rng.uniform(-4, 4))
    return draw_word(text, face, tracking=tracking, at=at)


def _long(rng: np.random.Generator, kind: str) -> Word:
    tracking = rng.uniform(0, 1.5)
    text, face = _text(rng, tracking, lengths=(8, 10), width=LONG_SIZE[1])
    return draw_word(text, face, LONG_SIZE, tracking=tracking, at=(0, rng.uniform(-4, 4)))


def _tilted(rng: np.random.Generator, kind: str) -> Word:
    angle = math.radians(rng.uniform(11, 17)) * rng.choice([-1, 1])
    tracking = rng.uniform(0, 1)
    text, face = _text(rng, tracking, width=56)
    return draw_word(text, face, tracking=tracking, angle=angle)


def _curved(rng: np.random.Generator, kind: str) -> Word:
    bend = rng.uniform(0.18, 0.24) * rng.choice([-1, 1])
    tracking = rng.uniform(0, 1)
    text, face = _text(rng, tracking, lengths=(4, 5))
    return draw_word(text, face, tracking=tracking, bend=bend)


def _text(
    rng: np.random.Generator,
    tracking: float,
    lengths: tuple[int, int] = (2, MOST),
    width: int = SIZE[1],
    doubled: bool = False,
) -> tuple[str, str]:
    """Letters without sense that fit into the width, and a typeface."""
    while True:
        face = FACES[rng.integers(len(FACES))]
        letters = rng.choice(list(CHARSET.characters), rng.integers(lengths[0], lengths[1] + 1))
        if doubled:
            twin = rng.integers(1, len(letters))
            letters[twin] = letters[twin - 1]
        text = "".join(letters)
        if _lay(text, face, tracking)[:, 2].max() <= (width - _ROOM) * _ZOOM:
            return text, face


def _scratch(rng: np.random.Generator, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Light lines, a px wide, from top to bottom."""
    image = image.copy()
    for _ in range(6):
        x, lean = rng.uniform(0, image.shape[1]), rng.uniform(-8, 8)
        ends = np.rint([x - lean, 0, x + lean, image.shape[0]]).astype(int).tolist()
        cv2.line(image, ends[:2], ends[2:], 255, 1)
    return image


def _turned(points: FloatArray, turn: FloatArray) -> FloatArray:
    """Points (..., 2) multiplied by a matrix (2, 2) from the right."""
    turned: FloatArray = points @ turn
    return turned


@lru_cache(maxsize=8)
def _grid(size: tuple[int, int]) -> FloatArray:
    """(x, y) of each px of a picture seen larger, in px of the picture, (H', W', 2)."""
    ys, xs = (np.mgrid[0 : size[0] * _ZOOM, 0 : size[1] * _ZOOM] + 0.5) / _ZOOM
    return np.stack([xs, ys], 2).astype(np.float32)


@lru_cache(maxsize=256)
def _glyph(face: str, letter: str) -> tuple[NDArray[np.uint8], int, float]:
    """Ink of a letter, rows of it above the line, and how far the pen moves on."""
    drawn = get_face(font(face), EM * _ZOOM)
    ink = draw_text(drawn, letter)
    return ink.mask, ink.baseline, float(drawn.getlength(letter))


def _lay(text: str, face: str, tracking: float) -> NDArray[np.int64]:
    """Each letter's box on the sheet: (L, 4) left, top, right, bottom, in its px."""
    glyphs = [_glyph(face, letter) for letter in text]
    rise = max(above for _, above, _ in glyphs)
    pen, boxes = 0.0, []
    for mask, above, advance in glyphs:
        height, width = mask.shape
        left = max(0, round(pen + (advance - width) / 2))
        boxes.append((left, rise - above, left + width, rise - above + height))
        pen += advance + tracking * _ZOOM
    return np.array(boxes)


def _set(text: str, face: str, boxes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The sheet, as large as the word, with the letters in their boxes."""
    sheet = np.zeros((boxes[:, 3].max(), boxes[:, 2].max()), np.uint8)
    for (left, top, right, bottom), letter in zip(boxes, text, strict=True):
        part = sheet[top:bottom, left:right]
        np.maximum(part, _glyph(face, letter)[0], out=part)
    return sheet
