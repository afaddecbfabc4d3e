"""Strips of 16 px with one made-up word each: a world in which a reader can be trained in seconds.

Words are syllables, consonants and vowels in turn, of ten letters. So they follow a rule that a
reader may come to rely on; words of any length can be made, and words that break the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL.ImageFont import FreeTypeFont

from ocrlib.charset import Charset
from ocrlib.data.synth import typeset
from ocrlib.data.synth.fonts import get_face
from ocrlib.explore.specimens import font
from ocrlib.types import FloatArray

CONSONANTS, VOWELS = "lmnrst", "aeio"
CHARSET = Charset(sorted(CONSONANTS + VOWELS), space=False)
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono")
HEIGHT, WIDTH, SIZE = 16, 64, 12  # of a strip and of its letters (em), px
EDGE_POINTS = 5  # on each edge of a bent strip


class Strips(NamedTuple):
    """Pictures of words.

    Args:
        images: float32 (N, 3, H, W), -1 to 1.
        texts: what they say.
        labels: classes of the charset, padded with 0, (N, L).
        lengths: characters, (N,).
    """

    images: FloatArray
    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64]


def spoken(rng: Generator, length: int) -> str:
    """A word of consonants and vowels in turn."""
    first = int(rng.integers(2))
    sets = [(CONSONANTS, VOWELS)[(first + i) % 2] for i in range(length)]
    return "".join(letters[rng.integers(len(letters))] for letters in sets)


def scrambled(rng: Generator, length: int, charset: Charset = CHARSET) -> str:
    """Any letters in any order."""
    letters = charset.characters
    return "".join(letters[rng.integers(len(letters))] for _ in range(length))


def held_out(text: str) -> bool:
    """Whether a word is for tests: a quarter of all words, never practised."""
    return sum(CHARSET.encode(text)) % 4 == 0


def words(rng: Generator, count: int, lengths: Sequence[int], practice: bool) -> list[str]:
    """Spoken words, of each length about as many.

    Args:
        rng: source of randomness.
        count: how many.
        lengths: numbers of letters to choose from.
        practice: words to learn from, or else those that are held out.
    """
    found: list[str] = []
    while len(found) < count:
        word = spoken(rng, int(rng.choice(lengths)))
        if held_out(word) != practice:
            found.append(word)
    return found


def fitting(length: int) -> int:
    """Width of a strip that holds any word of so many letters, px, at least 64."""
    return max(WIDTH, 11 * length)


def draw(rng: Generator, text: str, width: int = WIDTH) -> FloatArray:
    """A strip, dark on light, 0-1, (16, width); letters always have the same size.

    Args:
        rng: source of randomness.
        text: what to write, anywhere in the strip; what does not fit is cut off.
        width: px.
    """
    return _print(rng, _ink(rng, text, width, rng.random()))


def bent(
    rng: Generator, text: str, bend: float, width: int = WIDTH
) -> tuple[FloatArray, FloatArray]:
    """A word on an arc, as its bounding box is cut out of a picture and brought to 32 px.

    Args:
        rng: source of randomness.
        text: what to write.
        bend: angle that the strip spans, radians; positive arches upwards, 0 is straight.
        width: of the strip and of the picture, px.

    Returns:
        The picture, 0-1, (32, width), and points on the upper, then on the lower edge of the
        strip, from left to right, (2 * EDGE_POINTS, 2), (x, y), 0-1.
    """
    bend = bend or 1e-3  # so large a circle that it is a straight line
    x = np.tile(np.linspace(-width / 2, width / 2, EDGE_POINTS), 2)
    y = np.repeat([-HEIGHT / 2, HEIGHT / 2], EDGE_POINTS)
    edges = typeset.arc_points(np.stack([x, y], axis=1), width, bend)
    low, high = edges[:, 1].min(), edges[:, 1].max()
    scale = 2 * HEIGHT / (high - low)  # the bounding box fills the height
    matrix = np.array([[1, 0, (width - 1) / 2], [0, scale, -low * scale - 0.5], [0, 0, 1]])
    straight = np.rint(255 * _ink(rng, text, width, 0.5)).astype(np.uint8)
    ink = typeset.warp_arc(straight, matrix, (2 * HEIGHT, width), bend)
    places = np.stack([edges[:, 0] / width + 0.5, (edges[:, 1] - low) / (high - low)], axis=1)
    return _print(rng, ink.astype(np.float32) / np.float32(255)), places.astype(np.float32)


def pack(
    pictures: Sequence[FloatArray], texts: Sequence[str], charset: Charset = CHARSET
) -> Strips:
    """Pictures of one size, 0-1, (H, W), as a network takes them."""
    lengths = np.array([len(text) for text in texts], np.int64)
    labels = np.zeros((len(texts), lengths.max()), np.int64)
    for row, text in zip(labels, texts, strict=True):
        row[: len(text)] = charset.encode(text)
    images = np.repeat(2 * np.stack(pictures)[:, None] - 1, 3, axis=1)  # (N, 3, H, W)
    return Strips(images.astype(np.float32), tuple(texts), labels, lengths)


def render(
    rng: Generator, texts: Sequence[str], width: int = WIDTH, charset: Charset = CHARSET
) -> Strips:
    """Strips of words."""
    return pack([draw(rng, text, width) for text in texts], texts, charset)


@lru_cache(maxsize=1)
def _faces() -> list[FreeTypeFont]:
    return [get_face(font(name), SIZE) for name in FACES]


def _ink(rng: Generator, text: str, width: int, place: float) -> FloatArray:
    """Ink, 0-1, (16, width), on one baseline; ``place`` 0 is at the left, 1 at the right."""
    ink = typeset.draw_text(_faces()[rng.integers(len(FACES))], text)
    mask = np.zeros((HEIGHT, width), np.float32)
    tall, wide = min(ink.mask.shape[0], HEIGHT), min(ink.mask.shape[1], width)
    top = min(max(12 - ink.baseline, 0), HEIGHT - tall)
    left = round(place * (width - wide))
    mask[top : top + tall, left : left + wide] = ink.mask[:tall, :wide] / np.float32(255)
    return mask


def _print(rng: Generator, ink: FloatArray) -> FloatArray:
    """Dark ink on light paper, with some noise."""
    paper, black = rng.uniform(0.7, 1.0), rng.uniform(0.0, 0.3)
    noisy = paper + (black - paper) * ink + rng.normal(0, 0.05, ink.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)
