"""Questions of chapter 9: limits, diagnoses, pieces and sieves when detection goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like, number

Row = NDArray[np.float64]
Size = tuple[int, int]


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    return lambda reference: behaves_like(reference, *inputs)


def _limit(height: int, width: int, letters: float, wanted: float) -> int:
    longest = max(height, width)
    return min(longest, math.ceil(longest * wanted / letters))


def _limit_of_height(height: int, width: int, letters: float, wanted: float) -> int:
    return min(height, math.ceil(height * wanted / letters))


def _limit_of_short_side(height: int, width: int, letters: float, wanted: float) -> int:
    shortest = min(height, width)
    return min(shortest, math.ceil(shortest * wanted / letters))


def _limit_unbounded(height: int, width: int, letters: float, wanted: float) -> int:
    return math.ceil(max(height, width) * wanted / letters)


def _limit_down(height: int, width: int, letters: float, wanted: float) -> int:
    return min(max(height, width), math.floor(max(height, width) * wanted / letters))


def _limit_inverse(height: int, width: int, letters: float, wanted: float) -> int:
    return min(max(height, width), math.ceil(max(height, width) * letters / wanted))


_SHEETS: tuple[tuple[int, int, float, float], ...] = (
    (3508, 2480, 18, 8),
    (1200, 4000, 30, 9),
    (640, 480, 6, 10),
    (1000, 700, 30, 8),
)


def _reason(bright: float, shared: bool, pieces: int, side: float, score: float, bar: float) -> str:
    if bright < 0.3:
        return "dark"
    if shared:
        return "merged"
    if pieces > 1:
        return "in pieces"
    if side < 3:
        return "too thin"
    return "low score" if score < bar else "does not fit"


def _reason_never_dark(
    bright: float, shared: bool, pieces: int, side: float, score: float, bar: float
) -> str:
    return _reason(1.0, shared, pieces, side, score, bar)


def _reason_dark_last(
    bright: float, shared: bool, pieces: int, side: float, score: float, bar: float
) -> str:
    found = _reason(1.0, shared, pieces, side, score, bar)
    return "dark" if found == "does not fit" and bright < 0.3 else found


def _reason_score_first(
    bright: float, shared: bool, pieces: int, side: float, score: float, bar: float
) -> str:
    found = _reason(bright, shared, pieces, side, score, bar)
    return "low score" if found == "too thin" and score < bar else found


def _reason_pieces_first(
    bright: float, shared: bool, pieces: int, side: float, score: float, bar: float
) -> str:
    if bright >= 0.3 and pieces > 1:
        return "in pieces"
    return _reason(bright, shared, pieces, side, score, bar)


def _reason_inclusive(
    bright: float, shared: bool, pieces: int, side: float, score: float, bar: float
) -> str:
    if bright <= 0.3:
        return "dark"
    if shared:
        return "merged"
    if pieces > 1:
        return "in pieces"
    if side <= 3:
        return "too thin"
    return "low score" if score <= bar else "does not fit"


_LINES: tuple[tuple[float, bool, int, float, float, float], ...] = (
    (0.05, False, 0, 0.0, 0.0, 0.6),
    (0.2, False, 1, 9.0, 0.9, 0.6),
    (0.9, True, 1, 30.0, 0.9, 0.6),
    (0.8, False, 3, 9.0, 0.8, 0.6),
    (0.7, False, 1, 2.0, 0.5, 0.6),
    (0.9, False, 1, 9.0, 0.55, 0.6),
    (0.9, False, 1, 9.0, 0.55, 0.5),
    (0.9, True, 2, 9.0, 0.8, 0.6),
    (0.3, False, 1, 3.0, 0.6, 0.6),
    (0.1, False, 2, 2.0, 0.4, 0.6),
)


def _runs(bright: NDArray[np.bool_]) -> int:
    padded = np.concatenate([[0], np.asarray(bright, int), [0]])
    return int((np.diff(padded) == 1).sum())


def _pieces(row: Row, thresh: float, dilate: bool, both: bool = False) -> int:
    bright = np.asarray(row) > thresh
    if dilate:
        right, left = np.zeros_like(bright), np.zeros_like(bright)
        right[1:], left[:-1] = bright[:-1], bright[1:]
        bright = bright | right | (left if both else False)
    return _runs(bright)


def _pieces_inclusive(row: Row, thresh: float, dilate: bool) -> int:
    return _pieces(np.asarray(row) + 1e-9, thresh, dilate)


_ROWS: tuple[tuple[Row, float, bool], ...] = (
    (np.array([0.1, 0.9, 0.9, 0.2, 0.9, 0.1, 0.1, 0.8]), 0.3, False),
    (np.array([0.1, 0.9, 0.9, 0.2, 0.9, 0.1, 0.1, 0.8]), 0.3, True),
    (np.array([0.9, 0.1, 0.1, 0.9, 0.4, 0.9]), 0.3, True),
    (np.array([0.9, 0.1, 0.1, 0.9, 0.4, 0.9]), 0.5, False),
    (np.array([0.9, 0.3, 0.9]), 0.3, False),
    (np.zeros(5), 0.3, True),
    (np.array([0.9, 0.9, 0.9]), 0.3, False),
)


def _windows(length: int, side: int, overlap: int) -> int:
    return max(1, math.ceil((length - overlap) / (side - overlap)))


_ROLLS: tuple[tuple[int, int, int], ...] = (
    (6016, 1280, 256),
    (1280, 1280, 256),
    (1281, 1280, 256),
    (200, 1280, 256),
    (2304, 1280, 256),
    (5000, 1000, 0),
)


def _sift(heights: Sequence[float], read: Sequence[float], least: float) -> list[int]:
    half = float(np.median(heights)) / 2
    return [
        i for i, (h, r) in enumerate(zip(heights, read, strict=True)) if h >= half and r >= least
    ]


def _sift_by_mean(heights: Sequence[float], read: Sequence[float], least: float) -> list[int]:
    half = float(np.mean(heights)) / 2
    return [
        i for i, (h, r) in enumerate(zip(heights, read, strict=True)) if h >= half and r >= least
    ]


def _sift_either(heights: Sequence[float], read: Sequence[float], least: float) -> list[int]:
    half = float(np.median(heights)) / 2
    return [
        i for i, (h, r) in enumerate(zip(heights, read, strict=True)) if h >= half or r >= least
    ]


def _sift_whole(heights: Sequence[float], read: Sequence[float], least: float) -> list[int]:
    whole = float(np.median(heights))
    return [
        i for i, (h, r) in enumerate(zip(heights, read, strict=True)) if h >= whole and r >= least
    ]


def _sift_strict(heights: Sequence[float], read: Sequence[float], least: float) -> list[int]:
    half = float(np.median(heights)) / 2
    return [i for i, (h, r) in enumerate(zip(heights, read, strict=True)) if h > half and r > least]


_BOXES: tuple[tuple[list[float], list[float], float], ...] = (
    ([20, 22, 6, 24, 20], [0.95, 0.5, 0.9, 0.9, 0.99], 0.8),
    ([20, 22, 24, 21, 200], [0.9, 0.9, 0.9, 0.9, 0.9], 0.8),
    ([20, 10, 20, 20], [0.8, 0.9, 0.7, 0.9], 0.8),
    ([8, 8, 8], [0.1, 0.2, 0.3], 0.5),
)


def _waste(sizes: Sequence[Size]) -> float:
    height, width = np.max(np.array(sizes), axis=0)
    return float(1 - sum(h * w for h, w in sizes) / (len(sizes) * height * width))


def _waste_largest(sizes: Sequence[Size]) -> float:
    largest = max(h * w for h, w in sizes)
    return 1 - sum(h * w for h, w in sizes) / (len(sizes) * largest)


def _waste_square(sizes: Sequence[Size]) -> float:
    side = max(max(size) for size in sizes)
    return 1 - sum(h * w for h, w in sizes) / (len(sizes) * side * side)


_BATCHES: tuple[tuple[list[Size]], ...] = (
    ([(960, 736), (640, 640), (1280, 896), (960, 1280)],),
    ([(640, 320), (320, 640)],),
    ([(640, 480), (640, 480)],),
)

_limits, _lines, _rows = _like(_SHEETS), _like(_LINES), _like(_ROWS)
_rolls, _boxes, _batches = _like(_ROLLS), _like(_BOXES), _like(_BATCHES)

_FINE = 2 * 1 * 0.9 / 1.9
_BROKEN = 2 * (17 / 26) * (17 / 20) / (17 / 26 + 17 / 20)

QUESTIONS = (
    Question(
        "09-limit",
        right=_limits(_limit),
        mistakes=(
            Mistake(
                _limits(_limit_unbounded), "Small pictures are not enlarged: where is the end?"
            ),
            Mistake(
                _limits(_limit_of_short_side), "The limit is about the longer side of a picture."
            ),
            Mistake(
                _limits(_limit_of_height), "Not always the height: a picture may lie on its side."
            ),
            Mistake(_limits(_limit_down), "Rounded down, letters come out a little too small."),
            Mistake(
                _limits(_limit_inverse),
                "The wrong way round: letters that are larger than wanted allow a smaller limit.",
            ),
        ),
        hint="The picture shrinks by wanted / letters, and so does its longer side; at most to the"
        " size that it has.",
        praise="Right. Ask it of your smallest letters before you ask for a better network.",
    ),
    Question(
        "09-reason",
        right=_lines(_reason),
        mistakes=(
            Mistake(
                _lines(_reason_never_dark), "Where nothing is bright there is nothing to examine."
            ),
            Mistake(
                _lines(_reason_dark_last),
                "Ask first whether it is dark: a stray region in a dark line is no diagnosis.",
            ),
            Mistake(
                _lines(_reason_score_first),
                "A region below 3 px is dropped before anybody takes its score.",
            ),
            Mistake(
                _lines(_reason_pieces_first),
                "If a region is a neighbour's, too, that comes first, however many pieces.",
            ),
            Mistake(
                _lines(_reason_inclusive),
                "Exactly 0.3, 3 px or box_thresh is enough: only what lies below is dropped.",
            ),
        ),
        hint="Six answers in the order of the text; the first condition that holds decides.",
    ),
    Question(
        "09-pieces",
        right=_rows(_pieces),
        mistakes=(
            Mistake(
                _rows(lambda row, thresh, dilate: _pieces(row, thresh, dilate, both=True)),
                "Yours grows to both sides and closes gaps of two. A kernel of 2 grows to one.",
            ),
            Mistake(
                _rows(lambda row, thresh, dilate: _pieces(row, thresh, False)),
                "Dilation makes no difference in yours.",
            ),
            Mistake(
                _rows(lambda row, thresh, dilate: _pieces(row, thresh, True)),
                "Yours dilates always, also when it is not asked to.",
            ),
            Mistake(
                _rows(_pieces_inclusive),
                "A pixel is text if it is *above* the threshold, not at it.",
            ),
            Mistake(
                _rows(lambda row, thresh, dilate: int((np.asarray(row) > thresh).sum())),
                "Those are pixels. How many runs of neighbouring ones are there?",
            ),
        ),
        hint="Count the places where a bright pixel follows a dark one; what lies before the first"
        " pixel is dark.",
    ),
    Question(
        "09-count",
        right=number(_FINE - _BROKEN, 2e-3),
        mistakes=(
            Mistake(number(_BROKEN - _FINE, 2e-3), "The right size, but which one is better?"),
            Mistake(
                number(1 - 17 / 26, 2e-3), "That compares precision. What of the lines missed?"
            ),
            Mistake(number(0.05, 2e-3), "That compares recall. What of the false boxes?"),
            Mistake(
                number((1 + 0.9) / 2 - (17 / 26 + 17 / 20) / 2, 2e-3),
                "Those are plain means. hmean is the harmonic one: 2 p r / (p + r).",
            ),
        ),
        hint="Precision is right / found, recall is right / 20, hmean is 2 p r / (p + r).",
        praise="Right. Eight more boxes, and a fifth less.",
    ),
    Question(
        "09-windows",
        right=_rolls(_windows),
        mistakes=(
            Mistake(
                _rolls(lambda length, side, overlap: math.ceil(length / side)),
                "That many stand side by side without sharing anything.",
            ),
            Mistake(
                _rolls(
                    lambda length, side, overlap: math.ceil((length - overlap) / (side - overlap))
                ),
                "And a picture shorter than the overlap? It still needs one.",
            ),
            Mistake(
                _rolls(lambda length, side, overlap: math.ceil(length / (side - overlap))),
                "Every window adds side - overlap, but the first one brings its whole side.",
            ),
            Mistake(
                _rolls(
                    lambda length, side, overlap: max(1, (length - overlap) // (side - overlap))
                ),
                "A rest at the end needs a window, too: round up.",
            ),
        ),
        hint="The first window covers `side`, every further one `side - overlap` more.",
    ),
    Question(
        "09-sift",
        right=_boxes(_sift),
        mistakes=(
            Mistake(
                _boxes(_sift_by_mean), "One huge box moves the mean; the median hardly notices it."
            ),
            Mistake(_boxes(_sift_either), "Both conditions have to hold."),
            Mistake(
                _boxes(_sift_whole), "Half of the boxes are below the median: take half of it."
            ),
            Mistake(_boxes(_sift_strict), "What reaches the limit exactly stays."),
        ),
        hint="Indices of the boxes whose height is at least half the median of all heights and"
        " whose reading score is at least `least`.",
    ),
    Question(
        "09-waste",
        right=_batches(_waste),
        mistakes=(
            Mistake(_batches(lambda sizes: 1 - _waste(sizes)), "That is the part that is picture."),
            Mistake(
                _batches(_waste_largest),
                "The batch is as high as the highest and as wide as the widest: not one picture.",
            ),
            Mistake(_batches(_waste_square), "Height and width of the batch need not be equal."),
        ),
        hint="Add the areas of the pictures, divide by the area of the whole batch, and subtract"
        " from 1.",
    ),
)
