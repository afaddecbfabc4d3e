"""Questions of chapter 7: the steps of post-processing, one function each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like, number

Map = NDArray[Any]
Size = tuple[int, int]
Sides = tuple[float, float]


def _thicken(bitmap: Map, dys: Sequence[int], dxs: Sequence[int]) -> Map:
    """White where any neighbour at these offsets is white."""
    height, width = bitmap.shape
    out = np.zeros_like(bitmap)
    for dy in dys:
        for dx in dxs:
            source = bitmap[max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]
            part = out[max(dy, 0) : height - max(-dy, 0), max(dx, 0) : width - max(-dx, 0)]
            np.maximum(part, source, out=part)
    return out


def _dilate(bitmap: Map) -> Map:
    return _thicken(bitmap, (0, 1), (0, 1))


def _around(bitmap: Map) -> Map:
    return np.asarray(
        np.roll(bitmap, 1, 0) | np.roll(bitmap, 1, 1) | np.roll(bitmap, (1, 1), (0, 1)) | bitmap
    )


def _bitmap(*rows: str) -> Map:
    return np.array([[int(cell) for cell in row] for row in rows], np.uint8)


_BITMAPS: tuple[tuple[Map], ...] = (
    (_bitmap("00000", "00100", "00000", "00000"),),
    (_bitmap("100000", "000010", "000000", "011001"),),
    (_bitmap("0001", "0000", "1000"),),
)


def _mean(prob: Map, mask: Map) -> float:
    return float(prob[mask > 0].mean())


def _mean_of_box(prob: Map, mask: Map) -> float:
    rows, columns = np.nonzero(mask)
    return float(prob[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].mean())


_PROB = (np.arange(30) * 17 % 30 / 29).reshape(5, 6)
_MASKS: tuple[tuple[Map, Map], ...] = (
    (_PROB, _bitmap("000000", "011100", "010000", "010000", "000000")),
    (_PROB, _bitmap("100000", "010000", "001000", "000100", "000010")),
)


def _grown(width: float, height: float, ratio: float, sides: int = 2, cut: float = 2.0) -> Sides:
    distance = width * height * ratio / (cut * (width + height))
    return width + sides * distance, height + sides * distance


def _grown_by_height(width: float, height: float, ratio: float) -> Sides:
    distance = height / 2 * ratio
    return width + 2 * distance, height + 2 * distance


_SIDES: tuple[tuple[float, float, float], ...] = ((40, 10, 2.0), (140, 8, 1.5), (12, 12, 0.7))


def _verdict(side: float, score: float, grown: float, box_thresh: float) -> str:
    if side < 3:
        return "small"
    if score < box_thresh:
        return "score"
    return "small grown" if grown < 5 else "kept"


def _verdict_inclusive(side: float, score: float, grown: float, box_thresh: float) -> str:
    if side <= 3:
        return "small"
    if score <= box_thresh:
        return "score"
    return "small grown" if grown <= 5 else "kept"


def _verdict_score_first(side: float, score: float, grown: float, box_thresh: float) -> str:
    return "score" if score < box_thresh else _verdict(side, score, grown, box_thresh)


def _verdict_no_growth(side: float, score: float, grown: float, box_thresh: float) -> str:
    verdict = _verdict(side, score, grown, box_thresh)
    return "kept" if verdict == "small grown" else verdict


_REGIONS: tuple[tuple[float, float, float, float], ...] = (
    (2.9, 0.9, 9.0, 0.6),
    (3.0, 0.6, 5.0, 0.6),
    (2.0, 0.2, 4.0, 0.6),
    (8.0, 0.55, 20.0, 0.6),
    (8.0, 0.55, 20.0, 0.5),
    (3.2, 0.9, 4.6, 0.6),
)


def _back(points: Map, map_size: Size, size: Size) -> Map:
    factor = np.array([size[1] / map_size[1], size[0] / map_size[0]])
    return np.asarray(np.clip(np.rint(points * factor), 0, np.array([size[1] - 1, size[0] - 1])))


def _back_swapped(points: Map, map_size: Size, size: Size) -> Map:
    factor = np.array([size[0] / map_size[0], size[1] / map_size[1]])
    return np.asarray(np.clip(np.rint(points * factor), 0, np.array([size[1] - 1, size[0] - 1])))


def _back_too_far(points: Map, map_size: Size, size: Size) -> Map:
    factor = np.array([size[1] / map_size[1], size[0] / map_size[0]])
    return np.asarray(np.clip(np.rint(points * factor), 0, np.array([size[1], size[0]])))


def _back_unclipped(points: Map, map_size: Size, size: Size) -> Map:
    return np.asarray(np.rint(points * np.array([size[1] / map_size[1], size[0] / map_size[0]])))


def _back_cut(points: Map, map_size: Size, size: Size) -> Map:
    factor = np.array([size[1] / map_size[1], size[0] / map_size[0]])
    return np.asarray(np.clip(np.trunc(points * factor), 0, np.array([size[1] - 1, size[0] - 1])))


_POINTS: tuple[tuple[Map, Size, Size], ...] = (
    (np.array([[3.4, 2.2], [18.3, 2.2], [18.3, 7.9], [3.4, 7.9]]), (10, 20), (30, 40)),
    (np.array([[-1.0, -2.0], [21.0, -2.0], [21.0, 11.0], [-1.0, 11.0]]), (10, 20), (20, 40)),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    return lambda reference: behaves_like(reference, *inputs)


_bitmaps, _masks, _sides = _like(_BITMAPS), _like(_MASKS), _like(_SIDES)
_regions, _points = _like(_REGIONS), _like(_POINTS)

QUESTIONS = (
    Question(
        "07-rings",
        right=number(4),
        mistakes=(
            Mistake(number(2), "Those are the regions. What runs around their holes?"),
            Mistake(number(3), "Each of the two letters has a hole; look at both again."),
            Mistake(number(1), "They do not touch, so they are two regions at least."),
        ),
        hint="Count the lines along which white meets black: outside and inside.",
        praise="Right. Holes are candidates, too; their low mean drops them.",
    ),
    Question(
        "07-dilate",
        right=_bitmaps(_dilate),
        mistakes=(
            Mistake(
                _bitmaps(lambda b: _thicken(b, (-1, 0, 1), (-1, 0, 1))),
                "That is a kernel of 3 x 3: it adds a pixel on all sides, two in width and height.",
            ),
            Mistake(
                _bitmaps(lambda b: _thicken(b, (0, -1), (0, -1))),
                "Yours grows up and to the left; OpenCV's grows down and to the right.",
            ),
            Mistake(
                _bitmaps(lambda b: _thicken(b, (0, 1), (0,)) | _thicken(b, (0,), (0, 1))),
                "The corner is missing: a single pixel becomes a square of four.",
            ),
            Mistake(
                _bitmaps(_around),
                "What leaves at one border comes in at the other: np.roll goes around.",
            ),
            Mistake(_bitmaps(lambda b: b), "Nothing has grown."),
        ),
        hint="A pixel becomes white if it is white, or the one above it, or the one to its left, or"
        " the one above and to the left.",
    ),
    Question(
        "07-mean",
        right=_masks(_mean),
        mistakes=(
            Mistake(_masks(_mean_of_box), "That is the mean in the box around the mask: `fast`."),
            Mistake(
                _masks(lambda prob, mask: (prob * mask).mean()),
                "Divide by the number of pixels in the mask, not in the whole map.",
            ),
            Mistake(_masks(lambda prob, mask: (prob * mask).sum()), "A sum, not a mean."),
            Mistake(
                _masks(lambda prob, mask: (prob[mask > 0] > 0.3).mean()),
                "That is the share of white pixels. Scores are means of probabilities.",
            ),
        ),
        hint="Pick the probabilities where the mask is not 0, and take their mean.",
    ),
    Question(
        "07-grow",
        right=_sides(_grown),
        mistakes=(
            Mistake(
                _sides(lambda w, h, r: _grown(w, h, r, sides=1)),
                "A side of the box moves on the left *and* on the right: two distances each.",
            ),
            Mistake(
                _sides(lambda w, h, r: _grown(w, h, r, cut=1)),
                "The perimeter has four sides, so it is 2 (w + h).",
            ),
            Mistake(
                _sides(lambda w, h, r: (w * r, h * r)),
                "The ratio does not multiply the sides: all of them move by one distance.",
            ),
            Mistake(
                _sides(_grown_by_height),
                "Half the height is what d tends to for a long line. Use area and perimeter.",
            ),
        ),
        hint="d = w h · ratio / (2 (w + h)). For 40 x 10 px and ratio 2 it is 8 px, and the box"
        " becomes 56 x 26.",
    ),
    Question(
        "07-verdict",
        right=_regions(_verdict),
        mistakes=(
            Mistake(
                _regions(_verdict_inclusive),
                "A side of exactly 3 px is large enough, and a score equal to box_thresh passes.",
            ),
            Mistake(
                _regions(_verdict_score_first),
                "The size comes first: a speck is dropped before anybody takes a mean.",
            ),
            Mistake(
                _regions(_verdict_no_growth),
                "There is a third filter: grown, the shorter side must reach 5 px, not 3.",
            ),
        ),
        hint="Three questions in this order: side below 3? score below box_thresh? grown side below"
        " 5? The first yes decides.",
    ),
    Question(
        "07-back",
        right=_points(_back),
        mistakes=(
            Mistake(
                _points(_back_swapped),
                "Sizes are (height, width), points are (x, y): x goes with the width.",
            ),
            Mistake(
                _points(_back_too_far),
                "The last pixel of a picture that is 40 wide has the number 39.",
            ),
            Mistake(_points(_back_unclipped), "Corners may leave the picture: keep them inside."),
            Mistake(_points(_back_cut), "Round to the nearest pixel; do not cut off decimals."),
            Mistake(
                _points(lambda points, map_size, size: points),
                "These are still pixels of the map.",
            ),
        ),
        hint="Multiply x by the ratio of the widths and y by that of the heights, round, clip to 0"
        " … side - 1.",
    ),
)
