"""Reading by segmentation: every px says which letter it is the middle of, if of any.

After Liao et al., Scene Text Recognition from Two-Dimensional Perspective (CA-FCN), AAAI 2019, and
Wan et al., TextScanner: Reading Characters in Order for Robust Scene Text Recognition, AAAI 2020,
which adds maps that say how many letters stand before each px. Here the order is that from left to
right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.explore.families.words import CHARSET, Word
from ocrlib.types import FloatArray

STRIDE = 2  # px of the picture for one of the map
CORE = 0.6  # share of a letter's box, in each direction, that the map marks
SMALLEST = 2  # px of the map: regions with fewer say nothing


class Found(NamedTuple):
    """A region of the map that names a letter.

    Args:
        x: of its middle, px of the map.
        y: the same.
        letter: class that most of its px name.
    """

    x: float
    y: float
    letter: int


def encode(words: Sequence[Word], core: float = CORE) -> NDArray[np.int64]:
    """The answer of a perfect network.

    Args:
        words: pictures of one size, with each letter's outline.
        core: share of the letters' boxes that counts as their middle; 1 is the whole box.

    Returns:
        Classes, (B, H / 2, W / 2); 0 is background.
    """
    height, width = (side // STRIDE for side in words[0].image.shape)
    ys, xs = np.mgrid[0:height, 0:width] + 0.5
    px = np.stack([xs, ys], 2) * STRIDE  # (h, w, 2), middles, px of the picture
    maps = np.zeros((len(words), height, width), np.int64)
    for plane, word in zip(maps, words, strict=True):
        for letter, quad in zip(CHARSET.encode(word.text), word.quads, strict=True):
            plane[_inside(px, _core(quad, core))] = letter
    return maps


def _core(quad: FloatArray, core: float) -> FloatArray:
    """The middle of a letter, (4, 2) px, at least one px of the map wide and high."""
    middle = quad.mean(axis=0)
    right, down = (quad[1] + quad[2]) / 2 - middle, (quad[2] + quad[3]) / 2 - middle
    right, down = (
        side * max(core, (STRIDE / 2) / max(float(np.abs(side).max()), 1e-6))
        for side in (right, down)
    )
    return np.stack(
        [middle + x * right + y * down for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    )


def _inside(px: NDArray[np.float64], quad: FloatArray) -> NDArray[np.bool_]:
    """Which of the points (h, w, 2) lie in a clockwise quad (4, 2): right of all four edges."""
    edges = np.roll(quad, -1, axis=0) - quad  # (4, 2)
    to = px[:, :, None] - quad  # (h, w, 4, 2)
    return np.asarray((edges[:, 0] * to[..., 1] - edges[:, 1] * to[..., 0] >= 0).all(axis=2))


def find_letters(classes: ArrayLike) -> list[Found]:
    """The letters that a map names, from left to right.

    Px that touch belong together, whatever they say; most of them decide.

    Args:
        classes: (h, w), 0 is background.
    """
    plane = np.asarray(classes)
    count, regions = cv2.connectedComponents((plane > 0).astype(np.uint8), connectivity=4)
    found = []
    for number in range(1, count):
        ys, xs = np.nonzero(regions == number)
        if len(xs) >= SMALLEST:
            votes = np.bincount(plane[ys, xs])
            found.append(Found(float(xs.mean()), float(ys.mean()), int(votes.argmax())))
    return sorted(found)


def decode(maps: ArrayLike) -> list[str]:
    """The text of each map: (B, h, w) classes."""
    return [CHARSET.decode(f.letter for f in find_letters(plane)) for plane in np.asarray(maps)]
