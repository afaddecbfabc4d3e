"""Questions of chapter 2: from labels to a map and from a map to boxes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like
from ocrlib.geometry import polygon_area, polygon_perimeter

Map = NDArray[np.float64]
Box = tuple[float, float, float, float]  # left, top, right, bottom, px


def _polygon(*corners: tuple[float, float]) -> Map:
    return np.array(corners, np.float64)


def _distance(polygon: Map, ratio: float) -> float:
    return abs(polygon_area(polygon)) * (1 - ratio**2) / polygon_perimeter(polygon)


def _signed_distance(polygon: Map, ratio: float) -> float:
    return polygon_area(polygon) * (1 - ratio**2) / polygon_perimeter(polygon)


def _open_distance(polygon: Map, ratio: float) -> float:
    length = polygon_perimeter(polygon) - math.dist(polygon[0], polygon[-1])
    return abs(polygon_area(polygon)) * (1 - ratio**2) / length


def _box_distance(polygon: Map, ratio: float) -> float:
    width, height = np.ptp(polygon, axis=0)
    return float(width * height * (1 - ratio**2) / polygon_perimeter(polygon))


def _double_distance(polygon: Map, ratio: float) -> float:
    return 2 * _distance(polygon, ratio)


def _plain_ratio(polygon: Map, ratio: float) -> float:
    return abs(polygon_area(polygon)) * (1 - ratio) / polygon_perimeter(polygon)


def _kept(polygon: Map, ratio: float) -> float:
    return abs(polygon_area(polygon)) * ratio**2 / polygon_perimeter(polygon)


_POLYGONS: tuple[tuple[Map, float], ...] = (
    (_polygon((10, 10), (110, 10), (110, 30), (10, 30)), 0.4),
    (_polygon((0, 0), (80, 20), (76, 36), (-4, 16)), 0.6),
    (_polygon((0, 0), (30, 0), (0, 40)), 0.5),
    (_polygon((0, 10), (20, 0), (40, 10), (40, 30), (20, 20), (0, 30)), 0.6),
    (_polygon((10, 30), (110, 30), (110, 10), (10, 10)), 0.4),  # the wrong way round
)


def _dice(p: Map, y: Map, mask: Map) -> float:
    return float(1 - 2 * (p * y * mask).sum() / ((p * mask).sum() + (y * mask).sum()))


def _dice_without_mask(p: Map, y: Map, mask: Map) -> float:
    return _dice(p, y, np.ones_like(mask))


def _dice_masked_above(p: Map, y: Map, mask: Map) -> float:
    return float(1 - 2 * (p * y * mask).sum() / (p.sum() + y.sum()))


def _dice_without_two(p: Map, y: Map, mask: Map) -> float:
    return (1 + _dice(p, y, mask)) / 2


def _dice_similarity(p: Map, y: Map, mask: Map) -> float:
    return 1 - _dice(p, y, mask)


def _iou_loss(p: Map, y: Map, mask: Map) -> float:
    both = (p * y * mask).sum()
    return float(1 - both / ((p * mask).sum() + (y * mask).sum() - both))


_Y = np.array([[0, 1, 1, 0], [0, 1, 1, 1]], np.float64)
_P = np.array([[0.1, 0.8, 0.6, 0.3], [0.2, 0.9, 0.5, 0.7]], np.float64)
_MASK = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], np.float64)
_MAPS: tuple[tuple[Map, Map, Map], ...] = (
    (_P, _Y, np.ones_like(_Y)),
    (_P, _Y, _MASK),
    (_Y, _Y, _MASK),
    (1 - _Y, _Y, np.ones_like(_Y)),
)


def _sigmoid(x: Map) -> Map:
    return np.asarray(1 / (1 + np.exp(-x)))


def _soft_cut(p: Map, t: Map, k: float) -> Map:
    return _sigmoid(k * (p - t))


_CUTS: tuple[tuple[Map, Map, float], ...] = (
    (_P, np.full_like(_P, 0.3), 50.0),
    (_P, _P[::-1], 10.0),
    (_P, _P, 50.0),
)


def _corners(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = map(int, box)
    return left, top, right, bottom


def _inside(map_: Map, box: Box) -> Map:
    left, top, right, bottom = _corners(box)
    return map_[top:bottom, left:right]


def _transposed(map_: Map, box: Box) -> float:
    left, top, right, bottom = _corners(box)
    return float(map_[left:right, top:bottom].mean())


def _one_more(map_: Map, box: Box) -> float:
    left, top, right, bottom = _corners(box)
    return float(map_[top : bottom + 1, left : right + 1].mean())


def _bright_only(map_: Map, box: Box) -> float:
    part = _inside(map_, box)
    return float(part[part > 0.3].mean())


_MIXED = (np.arange(48) * 29 % 48 / 47).reshape(6, 8)  # (6, 8), dark and bright everywhere
_SCORED: tuple[tuple[Map, Box], ...] = (
    (_MIXED, (1, 2, 5, 4)),
    (_MIXED, (0, 0, 4, 2)),
    (_MIXED, (2, 0, 6, 5)),
)


def _grown(box: Box, ratio: float, times: float = 1, from_top_left: bool = True) -> Box:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    d = times * width * height * ratio / (2 * (width + height))
    start = d if from_top_left else 0.0
    return left - start, top - start, right + d, bottom + d


def _grown_by_factor(box: Box, ratio: float) -> Box:
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    width, height = (right - left) * ratio, (bottom - top) * ratio
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


_BOXES: tuple[tuple[Box, float], ...] = (
    ((10, 10, 110, 30), 1.5),
    ((0, 0, 40, 40), 0.7),
    ((5, 8, 65, 20), 1.0),
)

Figures = Sequence[float]


def _choose(validation: Figures, held_out: Figures) -> tuple[int, float]:
    best = int(np.argmax(validation))
    return best, held_out[best]


def _choose_on_held_out(validation: Figures, held_out: Figures) -> tuple[int, float]:
    best = int(np.argmax(held_out))
    return best, held_out[best]


def _report_validation(validation: Figures, held_out: Figures) -> tuple[int, float]:
    return int(np.argmax(validation)), max(validation)


def _report_best(validation: Figures, held_out: Figures) -> tuple[int, float]:
    return int(np.argmax(validation)), max(held_out)


def _choose_on_mean(validation: Figures, held_out: Figures) -> tuple[int, float]:
    best = int(np.argmax(np.add(validation, held_out)))
    return best, held_out[best]


_RUNS: tuple[tuple[Figures, Figures], ...] = (
    ((0.70, 0.84, 0.88, 0.80), (0.74, 0.85, 0.81, 0.70)),
    ((0.90, 0.60), (0.72, 0.89)),
    ((0.50, 0.51, 0.49), (0.50, 0.48, 0.52)),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_polygons, _maps, _cuts = _like(_POLYGONS), _like(_MAPS), _like(_CUTS)
_scored, _boxes, _runs = _like(_SCORED), _like(_BOXES), _like(_RUNS)

QUESTIONS = (
    Question(
        "02-shrink-distance",
        right=_polygons(_distance),
        mistakes=(
            Mistake(
                _polygons(_signed_distance),
                "Right for corners that run clockwise. The other way round the shoelace formula"
                " gives a negative area, and the outline would grow.",
            ),
            Mistake(
                _polygons(_open_distance),
                "The outline is closed: an edge leads from the last corner back to the first.",
            ),
            Mistake(
                _polygons(_box_distance),
                "That is the area of the upright box around the polygon. A tilted line fills only"
                " a part of it.",
            ),
            Mistake(
                _polygons(_double_distance),
                "Twice too much: the shoelace sum is twice the area.",
            ),
            Mistake(_polygons(_plain_ratio), "The ratio is squared: areas go with the square."),
            Mistake(
                _polygons(_kept),
                "With ratio 1 nothing should move, and yours moves most then. What is left over"
                " when r² is kept?",
            ),
        ),
        hint="Area by the shoelace formula, perimeter as the sum of all edges, then A (1 - r²) / L."
        " For a line of 100 x 20 px and r = 0.4 it is 7 px.",
    ),
    Question(
        "02-masked-dice",
        right=_maps(_dice),
        mistakes=(
            Mistake(
                _maps(_dice_without_mask),
                "The mask does nothing yet: pixels where it is 0 must not count at all.",
            ),
            Mistake(
                _maps(_dice_masked_above),
                "The mask has to act below the fraction bar, too, or a perfect answer gets a loss"
                " above 0 as soon as something is masked.",
            ),
            Mistake(
                _maps(_dice_without_two),
                "A perfect answer gets 0.5 from yours. Its overlap is counted in both sums below"
                " the bar, and only once above.",
            ),
            Mistake(
                _maps(_dice_similarity),
                "That is 1 for a perfect answer. A loss should be smallest there.",
            ),
            Mistake(
                _maps(_iou_loss),
                "You took the overlap off the sum below the bar. That is 1 - IoU, a cousin of dice"
                " with the same best answer, but not dice.",
            ),
        ),
        hint="1 - 2·overlap / (sum of p + sum of y), each of the three sums over pixels where the"
        " mask is 1.",
    ),
    Question(
        "02-soft-cut",
        right=_cuts(_soft_cut),
        mistakes=(
            Mistake(
                _cuts(lambda p, t, k: _soft_cut(t, p, k)),
                "Where the probability is far above the threshold, yours says 0. Which one is"
                " subtracted from which?",
            ),
            Mistake(
                _cuts(lambda p, t, k: _soft_cut(p, t, 1.0)),
                "Without k the step is a gentle slope from 0.27 to 0.73.",
            ),
            Mistake(
                _cuts(lambda p, t, k: _sigmoid(k * p - t)),
                "k multiplies the whole difference, not only p.",
            ),
            Mistake(
                _cuts(lambda p, t, k: (p > t).astype(float)),
                "That is the hard cut. Its slope is 0 nearly everywhere, so nothing could learn"
                " through it.",
            ),
        ),
        hint="1 / (1 + e^(-k (p - t))). Where p equals t it must be 0.5.",
    ),
    Question(
        "02-box-score",
        right=_scored(lambda map_, box: _inside(map_, box).mean()),
        mistakes=(
            Mistake(
                _scored(_transposed),
                "x and y changed places. The first index of an array is the row, which is y.",
            ),
            Mistake(
                _scored(_one_more),
                "One row and one column too many: a box from 2 to 4 covers the rows 2 and 3.",
            ),
            Mistake(
                _scored(lambda map_, box: _inside(map_, box).max()),
                "The brightest pixel says little: a single one would make any box look sure.",
            ),
            Mistake(
                _scored(lambda map_, box: _inside(map_, box).sum()),
                "A sum grows with the box. A score should lie between 0 and 1.",
            ),
            Mistake(
                _scored(_bright_only),
                "The mean of all pixels in the box. If only the bright ones count, a box that is"
                " half empty scores as well as a full one.",
            ),
            Mistake(
                _scored(lambda map_, box: map_.mean()),
                "That is the mean of the whole map.",
            ),
        ),
        hint="Cut the box out of the map with two slices, rows first, and take the mean.",
    ),
    Question(
        "02-grow",
        right=_boxes(_grown),
        mistakes=(
            Mistake(
                _boxes(lambda box, ratio: _grown(box, ratio, from_top_left=False)),
                "All four sides move. Yours stays where it is at the left and at the top.",
            ),
            Mistake(
                _boxes(lambda box, ratio: _grown(box, ratio, times=0.5)),
                "Half as far as it should: each side moves by the whole distance.",
            ),
            Mistake(
                _boxes(lambda box, ratio: _grown(box, ratio, times=2)),
                "Twice as far as it should: the perimeter has four sides.",
            ),
            Mistake(
                _boxes(lambda box, ratio: _grown(box, ratio, times=-1)),
                "Yours shrinks. Left and top get smaller when a box grows.",
            ),
            Mistake(
                _boxes(_grown_by_factor),
                "The ratio is no factor of the size. A long line would then grow a lot at its ends"
                " and hardly above and below.",
            ),
        ),
        hint="d = area · ratio / perimeter, then every side moves outwards by d. For a box of"
        " 100 x 20 px and ratio 1.5, d is 12.5 px.",
    ),
    Question(
        "02-choose",
        right=_runs(_choose),
        mistakes=(
            Mistake(
                _runs(_choose_on_held_out),
                "You looked at the held-out figures to choose. From then on they are no longer"
                " held out, and what you report is too good.",
            ),
            Mistake(
                _runs(_report_validation),
                "The choice is right. But the figure to report is the one on pages that had no say"
                " in the choice.",
            ),
            Mistake(
                _runs(_report_best),
                "The figure has to belong to the setting that was chosen, even if another one"
                " happens to do better.",
            ),
            Mistake(
                _runs(_choose_on_mean),
                "The held-out figures took part in the choice. Only validation may.",
            ),
        ),
        hint="Return two things: the place of the largest validation figure, and the held-out"
        " figure at that same place.",
        praise="Right. It is often a little lower than on validation; that is what it is for.",
    ),
)
