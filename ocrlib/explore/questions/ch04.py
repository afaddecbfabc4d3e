"""Questions of chapter 4: the decoding of each family of detectors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Numbers = tuple[float, ...]
Box = tuple[float, float, float, float]  # middle x, middle y, width, height, px
Span = tuple[float, float]  # top, bottom, px
Grid = NDArray[np.int64]


def _offsets(anchor: Box, text: Box) -> Numbers:
    (ax, ay, aw, ah), (x, y, w, h) = anchor, text
    return (x - ax) / aw, (y - ay) / ah, math.log(w / aw), math.log(h / ah)


def _px_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = _offsets(anchor, text)
    return dx * anchor[2], dy * anchor[3], dw, dh


def _own_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = _offsets(anchor, text)
    return dx * anchor[2] / text[2], dy * anchor[3] / text[3], dw, dh


def _plain_sizes(anchor: Box, text: Box) -> Numbers:
    return (*_offsets(anchor, text)[:2], text[2] / anchor[2], text[3] / anchor[3])


def _reversed_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = _offsets(anchor, text)
    return -dx, -dy, -dw, -dh


def _swapped_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = _offsets(anchor, text)
    return dx * anchor[2] / anchor[3], dy * anchor[3] / anchor[2], dw, dh


_ANCHORS: tuple[tuple[Box, Box], ...] = (
    ((100, 40, 80, 20), (120, 45, 160, 20)),
    ((64, 64, 50, 25), (60, 70, 50, 10)),
    ((10, 20, 40, 8), (10, 20, 40, 8)),
)


def _shared(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / max(a[1] - a[0], b[1] - b[0])


def _signed_shared(a: Span, b: Span) -> float:
    return (min(a[1], b[1]) - max(a[0], b[0])) / max(a[1] - a[0], b[1] - b[0])


def _of_smaller(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / min(a[1] - a[0], b[1] - b[0])


def _of_union(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (a[1] - a[0] + b[1] - b[0] - shared)


def _of_first(a: Span, b: Span) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / (a[1] - a[0])


_SPANS: tuple[tuple[Span, Span], ...] = (
    ((10, 30), (14, 34)),
    ((10, 20), (0, 40)),
    ((0, 40), (10, 20)),
    ((0, 10), (25, 40)),
)

Place = tuple[float, float]
Edges = tuple[float, float, float, float]  # up, right, down, left, px


def _corners(
    place: Place, edges: Edges, angle: float, turn: float = 1, about_origin: bool = False
) -> list[list[float]]:
    up, right, down, left = edges
    cos, sin = math.cos(turn * angle), math.sin(turn * angle)
    found = []
    for x, y in ((-left, -up), (right, -up), (right, down), (-left, down)):
        if about_origin:
            x, y = x + place[0], y + place[1]
        moved = [x * cos - y * sin, x * sin + y * cos]
        found.append(moved if about_origin else [moved[0] + place[0], moved[1] + place[1]])
    return found


def _upright_corners(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return _corners(place, edges, 0.0)


def _turned_back(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return _corners(place, edges, angle, turn=-1)


def _about_origin(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return _corners(place, edges, angle, about_origin=True)


def _other_order(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    up, right, down, left = edges
    return _corners(place, (up, left, right, down), angle)  # read as up, down, left, right


def _not_moved(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return _corners((0, 0), edges, angle)


def _in_degrees(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return _corners(place, edges, math.radians(angle))


def _anticlockwise(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    first, second, third, fourth = _corners(place, edges, angle)
    return [first, fourth, third, second]


_PIXELS: tuple[tuple[Place, Edges, float], ...] = (
    ((50, 40), (8, 60, 12, 20), 0.0),
    ((50, 40), (8, 60, 12, 20), math.pi / 6),
    ((10, 90), (5, 15, 6, 30), -0.4),
)

Vector = NDArray[np.float64]
Merged = tuple[Vector, float]


def _merge(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    total = weight_a + weight_b
    return [*((weight_a * a + weight_b * b) / total), total]


def _plain_merge(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*((a + b) / 2), weight_a + weight_b]


def _mean_weight(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*_merge(a, weight_a, b, weight_b)[:-1], (weight_a + weight_b) / 2]


def _best_weight(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*_merge(a, weight_a, b, weight_b)[:-1], max(weight_a, weight_b)]


def _surer(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*(a if weight_a >= weight_b else b), weight_a + weight_b]


def _crossed(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*_merge(a, weight_b, b, weight_a)[:-1], weight_a + weight_b]


def _not_divided(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*(weight_a * a + weight_b * b), weight_a + weight_b]


_PAIRS: tuple[tuple[Vector, float, Vector, float], ...] = (
    (np.array([0.0, 0, 100, 20]), 3.0, np.array([4.0, 0, 104, 20]), 1.0),
    (np.array([10.0, 5, 60, 25]), 0.9, np.array([12.0, 6, 61, 24]), 1.7),
)


def _scales(count: int, smallest: float) -> list[float]:
    return [smallest + (1 - smallest) * i / (count - 1) for i in range(count)]


def _insets(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return [area * (1 - r**2) / perimeter for r in _scales(count, smallest)]


def _insets_reversed(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return _insets(area, perimeter, count, smallest)[::-1]


def _insets_not_squared(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return [area * (1 - r) / perimeter for r in _scales(count, smallest)]


def _insets_equal(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    most = _insets(area, perimeter, count, smallest)[0]
    return [most * (1 - i / (count - 1)) for i in range(count)]


def _insets_one_short(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    scales = [smallest + (1 - smallest) * i / count for i in range(count)]
    return [area * (1 - r**2) / perimeter for r in scales]


_KERNELS: tuple[tuple[float, float, int, float], ...] = (
    (2000, 240, 6, 0.5),
    (900, 160, 3, 0.4),
    (2000, 240, 2, 0.7),
)


def _grow(labels: Grid, allowed: Grid, diagonal: bool = False, largest: bool = False) -> Grid:
    """Every free allowed pixel takes the smallest (or largest) number beside it."""
    grown = labels.copy()
    for y, x in zip(*np.nonzero((labels == 0) & (allowed > 0)), strict=True):
        beside = [
            int(labels[y + dy, x + dx])
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if (dy or dx) and (diagonal or not (dy and dx))
            if 0 <= y + dy < labels.shape[0] and 0 <= x + dx < labels.shape[1]
            if labels[y + dy, x + dx]
        ]
        if beside:
            grown[y, x] = max(beside) if largest else min(beside)
    return grown


def _grow_anywhere(labels: Grid, allowed: Grid) -> Grid:
    return _grow(labels, np.ones_like(allowed))


def _grow_fully(labels: Grid, allowed: Grid) -> Grid:
    while not np.array_equal(grown := _grow(labels, allowed), labels):
        labels = grown
    return labels


def _grow_diagonally(labels: Grid, allowed: Grid) -> Grid:
    return _grow(labels, allowed, diagonal=True)


def _grow_largest(labels: Grid, allowed: Grid) -> Grid:
    return _grow(labels, allowed, largest=True)


def _grow_over(labels: Grid, allowed: Grid) -> Grid:
    """The largest number of each neighbourhood wins, taken pixels included."""
    padded = np.pad(labels, 1)
    parts = (padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1])
    return np.where(allowed > 0, np.maximum.reduce([labels, *parts]), labels)


_GROWING: tuple[tuple[Grid, Grid], ...] = (
    (
        np.array([[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 0]]),
        np.array([[1, 1, 0, 0, 1, 0], [1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 0, 1]]),
    ),
    (np.array([[2, 0, 1], [0, 0, 0]]), np.ones((2, 3), np.int64)),
    (np.array([[2, 1, 0, 0]]), np.ones((1, 4), np.int64)),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_anchors, _spans, _pixels = _like(_ANCHORS), _like(_SPANS), _like(_PIXELS)
_pairs, _kernels, _growing = _like(_PAIRS), _like(_KERNELS), _like(_GROWING)

QUESTIONS = (
    Question(
        "04-offsets",
        right=_anchors(_offsets),
        mistakes=(
            Mistake(
                _anchors(_px_offsets),
                "The shifts are in px. Then a large text would mean large numbers; divide by the"
                " anchor's own width and height.",
            ),
            Mistake(
                _anchors(_own_offsets),
                "You divide by the size of the text. When reading a page it is not known yet; the"
                " anchor's is.",
            ),
            Mistake(
                _anchors(_plain_sizes),
                "The shifts are right. For the sizes, an anchor that fits should say 0: take the"
                " logarithm of the ratio.",
            ),
            Mistake(
                _anchors(_reversed_offsets),
                "All four have the wrong sign: they lead from the anchor to the text.",
            ),
            Mistake(
                _anchors(_swapped_offsets),
                "x goes with the width and y with the height.",
            ),
        ),
        hint="Four numbers: shift of the middle in x by the anchor's width, in y by its height,"
        " then the logarithms of the two ratios text / anchor. An anchor that fits exactly says 0"
        " four times.",
    ),
    Question(
        "04-shared-height",
        right=_spans(_shared),
        mistakes=(
            Mistake(
                _spans(_signed_shared),
                "Right for slices that overlap. Those that do not share 0, not less.",
            ),
            Mistake(
                _spans(_of_smaller),
                "Divided by the smaller height, a thin slice inside a tall one would count as"
                " fully shared: a footnote could join a headline.",
            ),
            Mistake(
                _spans(_of_union),
                "That is the IoU of the two. Divide by the taller height alone.",
            ),
            Mistake(
                _spans(_of_first),
                "The answer must not depend on which slice comes first.",
            ),
        ),
        hint="The shared part runs from the lower of the two tops to the higher of the two bottoms."
        " Its height, at least 0, is divided by the taller of the two slices. For (10, 30) and"
        " (14, 34) it is 0.8.",
    ),
    Question(
        "04-corners",
        right=_pixels(_corners),
        mistakes=(
            Mistake(
                _pixels(_upright_corners),
                "Right for angle 0 only: the four corners still have to be turned.",
            ),
            Mistake(
                _pixels(_turned_back),
                "Turned the wrong way. y points down, and positive angles turn clockwise:"
                " x cos - y sin, x sin + y cos.",
            ),
            Mistake(
                _pixels(_about_origin),
                "Turned about the corner of the page. Turn first, about the pixel; then move the"
                " result to the pixel's place.",
            ),
            Mistake(
                _pixels(_other_order),
                "The distances come in the order up, right, down, left.",
            ),
            Mistake(
                _pixels(_not_moved),
                "Right, seen from the pixel. Now add its place on the page.",
            ),
            Mistake(
                _pixels(_in_degrees),
                "The angle is in radians already.",
            ),
            Mistake(
                _pixels(_anticlockwise),
                "The right corners, but they run the wrong way: top-left, top-right, bottom-right,"
                " bottom-left.",
            ),
        ),
        hint="Seen from the pixel the corners are (-left, -up), (right, -up), (right, down),"
        " (-left, down). Turn each by the angle, then add the pixel's place.",
    ),
    Question(
        "04-merge",
        right=_pairs(_merge),
        mistakes=(
            Mistake(
                _pairs(_plain_merge),
                "A plain mean. If the first box already stands for hundreds of pixels, one more"
                " must not count as much as all of them.",
            ),
            Mistake(
                _pairs(_mean_weight),
                "The box is right. Its weight is the sum: it now speaks for both.",
            ),
            Mistake(
                _pairs(_best_weight),
                "The box is right. Its weight is the sum: it now speaks for both.",
            ),
            Mistake(
                _pairs(_surer),
                "That keeps one box and drops the other, as usual suppression does. Here both have"
                " a say.",
            ),
            Mistake(
                _pairs(_crossed),
                "Each box is multiplied by the weight of the other one.",
            ),
            Mistake(
                _pairs(_not_divided),
                "A mean is divided by the sum of the weights.",
            ),
        ),
        hint="Return the four numbers of the weighted mean and, as a fifth, the sum of the weights."
        " Boxes that begin at 0 and 4 with weights 3 and 1 become one that begins at 1.",
    ),
    Question(
        "04-insets",
        right=_kernels(_insets),
        mistakes=(
            Mistake(
                _kernels(_insets_reversed),
                "The right distances in the wrong order: the smallest kernel, which moves furthest,"
                " comes first.",
            ),
            Mistake(
                _kernels(_insets_not_squared),
                "The scale is squared, because an area is what it scales.",
            ),
            Mistake(
                _kernels(_insets_equal),
                "The first and the last are right. It is the scales that run in equal steps, not"
                " the distances.",
            ),
            Mistake(
                _kernels(_insets_one_short),
                "Your last scale is below 1, so the full text is never reached. From the first to"
                " the last of n scales there are n - 1 steps.",
            ),
        ),
        hint="Scales run in equal steps from the smallest one to 1, both included. Each gives"
        " area * (1 - r^2) / perimeter; the last one is 0.",
    ),
    Question(
        "04-grow",
        right=_growing(_grow),
        mistakes=(
            Mistake(
                _growing(_grow_over),
                "One text takes pixels that another one already has. Only free ones may be taken.",
            ),
            Mistake(
                _growing(_grow_anywhere),
                "Yours grows beyond the next larger kernel: look at `allowed`.",
            ),
            Mistake(
                _growing(_grow_fully),
                "One step only. If one text grows to its end before the next one may, it takes the"
                " other's place too.",
            ),
            Mistake(
                _growing(_grow_diagonally),
                "Only pixels left, right, above and below count, not those across a corner.",
            ),
            Mistake(
                _growing(_grow_largest),
                "Where two texts meet, here the smaller number is to win.",
            ),
        ),
        hint="For each pixel that is 0 and allowed: look at its four neighbours in the *old*"
        " labels, and take the smallest number above 0 among them, if there is one. Leave all"
        " others.",
    ),
)
