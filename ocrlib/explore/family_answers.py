"""Right and wrong answers to chapter 4's questions, and what they are tried on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = tuple[float, ...]
Box = tuple[float, float, float, float]  # middle x, middle y, width, height, px
Span = tuple[float, float]  # top, bottom, px
Grid = NDArray[np.int64]


def offsets(anchor: Box, text: Box) -> Numbers:
    (ax, ay, aw, ah), (x, y, w, h) = anchor, text
    return (x - ax) / aw, (y - ay) / ah, math.log(w / aw), math.log(h / ah)


def px_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = offsets(anchor, text)
    return dx * anchor[2], dy * anchor[3], dw, dh


def own_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = offsets(anchor, text)
    return dx * anchor[2] / text[2], dy * anchor[3] / text[3], dw, dh


def plain_sizes(anchor: Box, text: Box) -> Numbers:
    return (*offsets(anchor, text)[:2], text[2] / anchor[2], text[3] / anchor[3])


def reversed_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = offsets(anchor, text)
    return -dx, -dy, -dw, -dh


def swapped_offsets(anchor: Box, text: Box) -> Numbers:
    dx, dy, dw, dh = offsets(anchor, text)
    return dx * anchor[2] / anchor[3], dy * anchor[3] / anchor[2], dw, dh


ANCHORS: tuple[tuple[Box, Box], ...] = (
    ((100, 40, 80, 20), (120, 45, 160, 20)),
    ((64, 64, 50, 25), (60, 70, 50, 10)),
    ((10, 20, 40, 8), (10, 20, 40, 8)),
)


def shared(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / max(a[1] - a[0], b[1] - b[0])


def signed_shared(a: Span, b: Span) -> float:
    return (min(a[1], b[1]) - max(a[0], b[0])) / max(a[1] - a[0], b[1] - b[0])


def of_smaller(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / min(a[1] - a[0], b[1] - b[0])


def of_union(a: Span, b: Span) -> float:
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (a[1] - a[0] + b[1] - b[0] - shared)


def of_first(a: Span, b: Span) -> float:
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / (a[1] - a[0])


SPANS: tuple[tuple[Span, Span], ...] = (
    ((10, 30), (14, 34)),
    ((10, 20), (0, 40)),
    ((0, 40), (10, 20)),
    ((0, 10), (25, 40)),
)

Place = tuple[float, float]
Edges = tuple[float, float, float, float]  # up, right, down, left, px


def corners(
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


def upright_corners(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return corners(place, edges, 0.0)


def turned_back(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return corners(place, edges, angle, turn=-1)


def about_origin(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return corners(place, edges, angle, about_origin=True)


def other_order(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    up, right, down, left = edges
    return corners(place, (up, left, right, down), angle)  # read as up, down, left, right


def not_moved(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return corners((0, 0), edges, angle)


def in_degrees(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    return corners(place, edges, math.radians(angle))


def anticlockwise(place: Place, edges: Edges, angle: float) -> list[list[float]]:
    first, second, third, fourth = corners(place, edges, angle)
    return [first, fourth, third, second]


PIXELS: tuple[tuple[Place, Edges, float], ...] = (
    ((50, 40), (8, 60, 12, 20), 0.0),
    ((50, 40), (8, 60, 12, 20), math.pi / 6),
    ((10, 90), (5, 15, 6, 30), -0.4),
)

Vector = NDArray[np.float64]
Merged = tuple[Vector, float]


def merge(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    total = weight_a + weight_b
    return [*((weight_a * a + weight_b * b) / total), total]


def plain_merge(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*((a + b) / 2), weight_a + weight_b]


def mean_weight(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*merge(a, weight_a, b, weight_b)[:-1], (weight_a + weight_b) / 2]


def best_weight(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*merge(a, weight_a, b, weight_b)[:-1], max(weight_a, weight_b)]


def surer(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*(a if weight_a >= weight_b else b), weight_a + weight_b]


def crossed(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*merge(a, weight_b, b, weight_a)[:-1], weight_a + weight_b]


def not_divided(a: Vector, weight_a: float, b: Vector, weight_b: float) -> list[float]:
    return [*(weight_a * a + weight_b * b), weight_a + weight_b]


PAIRS: tuple[tuple[Vector, float, Vector, float], ...] = (
    (np.array([0.0, 0, 100, 20]), 3.0, np.array([4.0, 0, 104, 20]), 1.0),
    (np.array([10.0, 5, 60, 25]), 0.9, np.array([12.0, 6, 61, 24]), 1.7),
    (np.array([0.0, 0, 9, 1, 9, 5, 0, 4]), 1.0, np.array([1.0, 0, 8, 1, 9, 6, 0, 5]), 2.0),
)


def scales(count: int, smallest: float) -> list[float]:
    return [smallest + (1 - smallest) * i / (count - 1) for i in range(count)]


def insets(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return [area * (1 - r**2) / perimeter for r in scales(count, smallest)]


def insets_reversed(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return insets(area, perimeter, count, smallest)[::-1]


def insets_not_squared(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    return [area * (1 - r) / perimeter for r in scales(count, smallest)]


def insets_equal(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    most = insets(area, perimeter, count, smallest)[0]
    return [most * (1 - i / (count - 1)) for i in range(count)]


def insets_one_short(area: float, perimeter: float, count: int, smallest: float) -> list[float]:
    scales = [smallest + (1 - smallest) * i / count for i in range(count)]
    return [area * (1 - r**2) / perimeter for r in scales]


KERNELS: tuple[tuple[float, float, int, float], ...] = (
    (2000, 240, 6, 0.5),
    (900, 160, 3, 0.4),
    (2000, 240, 2, 0.7),
)


def grow(labels: Grid, allowed: Grid, diagonal: bool = False, largest: bool = False) -> Grid:
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


def grow_anywhere(labels: Grid, allowed: Grid) -> Grid:
    return grow(labels, np.ones_like(allowed))


def grow_fully(labels: Grid, allowed: Grid) -> Grid:
    while not np.array_equal(grown := grow(labels, allowed), labels):
        labels = grown
    return labels


def grow_diagonally(labels: Grid, allowed: Grid) -> Grid:
    return grow(labels, allowed, diagonal=True)


def grow_largest(labels: Grid, allowed: Grid) -> Grid:
    return grow(labels, allowed, largest=True)


def grow_over(labels: Grid, allowed: Grid) -> Grid:
    """The largest number of each neighbourhood wins, taken pixels included."""
    padded = np.pad(labels, 1)
    parts = (padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1])
    return np.where(allowed > 0, np.maximum.reduce([labels, *parts]), labels)


GROWING: tuple[tuple[Grid, Grid], ...] = (
    (
        np.array([[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 0]]),
        np.array([[1, 1, 0, 0, 1, 0], [1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 0, 1]]),
    ),
    (np.array([[2, 0, 1], [0, 0, 0]]), np.ones((2, 3), np.int64)),
    (np.array([[2, 1, 0, 0]]), np.ones((1, 4), np.int64)),
)
