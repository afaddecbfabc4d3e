"""Wrong answers to the questions of chapter 4, each with a part of the hint it must get."""

from __future__ import annotations

import math

import numpy as np


def offsets_in_px(anchor, text):
    return (
        text[0] - anchor[0],
        text[1] - anchor[1],
        math.log(text[2] / anchor[2]),
        math.log(text[3] / anchor[3]),
    )


def offsets_by_text(anchor, text):
    dx, dy, dw, dh = offsets_in_px(anchor, text)
    return dx / text[2], dy / text[3], dw, dh


def offsets_without_log(anchor, text):
    dx, dy, _, _ = offsets_in_px(anchor, text)
    return dx / anchor[2], dy / anchor[3], text[2] / anchor[2], text[3] / anchor[3]


def offsets_back(anchor, text):
    dx, dy, dw, dh = offsets_in_px(anchor, text)
    return -dx / anchor[2], -dy / anchor[3], -dw, -dh


def offsets_swapped(anchor, text):
    dx, dy, dw, dh = offsets_in_px(anchor, text)
    return dx / anchor[3], dy / anchor[2], dw, dh


def offsets_of_corners(anchor, text):
    left = text[0] - text[2] / 2 - anchor[0] + anchor[2] / 2
    top = text[1] - text[3] / 2 - anchor[1] + anchor[3] / 2
    _, _, dw, dh = offsets_in_px(anchor, text)
    return left / anchor[2], top / anchor[3], dw, dh


def _inner(a, b):
    return min(a[1], b[1]) - max(a[0], b[0])


def _heights(a, b):
    return a[1] - a[0], b[1] - b[0]


def shared_negative(a, b):
    return _inner(a, b) / max(_heights(a, b))


def shared_of_smaller(a, b):
    return max(0, _inner(a, b)) / min(_heights(a, b))


def shared_iou(a, b):
    shared = max(0, _inner(a, b))
    return shared / (sum(_heights(a, b)) - shared)


def shared_of_first(a, b):
    return max(0, _inner(a, b)) / (a[1] - a[0])


def shared_px(a, b):
    return max(0, _inner(a, b))


def _seen(edges):
    up, right, down, left = edges
    return np.array([(-left, -up), (right, -up), (right, down), (-left, down)], float)


def _turn(points, angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def corners_upright(place, edges, angle):
    return _seen(edges) + place


def corners_turned_back(place, edges, angle):
    return _turn(_seen(edges), -angle) + place


def corners_about_origin(place, edges, angle):
    return _turn(_seen(edges) + place, angle)


def corners_other_order(place, edges, angle):
    up, down, left, right = edges
    return _turn(_seen((up, right, down, left)), angle) + place


def corners_not_moved(place, edges, angle):
    return _turn(_seen(edges), angle)


def corners_degrees(place, edges, angle):
    return _turn(_seen(edges), math.radians(angle)) + place


def corners_anticlockwise(place, edges, angle):
    return (_turn(_seen(edges), angle) + place)[[0, 3, 2, 1]]


def corners_from_top_right(place, edges, angle):
    return (_turn(_seen(edges), angle) + place)[[1, 2, 3, 0]]


def merge_plain(a, weight_a, b, weight_b):
    return [*((a + b) / 2), weight_a + weight_b]


def merge_mean_weight(a, weight_a, b, weight_b):
    mean = (weight_a * a + weight_b * b) / (weight_a + weight_b)
    return [*mean, (weight_a + weight_b) / 2]


def merge_best_weight(a, weight_a, b, weight_b):
    return [*merge_mean_weight(a, weight_a, b, weight_b)[:-1], max(weight_a, weight_b)]


def merge_keep_surer(a, weight_a, b, weight_b):
    return [*(b if weight_b > weight_a else a), weight_a + weight_b]


def merge_crossed(a, weight_a, b, weight_b):
    return [*((weight_b * a + weight_a * b) / (weight_a + weight_b)), weight_a + weight_b]


def merge_undivided(a, weight_a, b, weight_b):
    return [*(weight_a * a + weight_b * b), weight_a + weight_b]


def merge_around(a, weight_a, b, weight_b):
    return [*np.minimum(a[:2], b[:2]), *np.maximum(a[2:], b[2:]), weight_a + weight_b]


def insets_reversed(area, perimeter, count, smallest):
    return [area * (1 - r**2) / perimeter for r in np.linspace(1, smallest, count)]


def insets_not_squared(area, perimeter, count, smallest):
    return [area * (1 - r) / perimeter for r in np.linspace(smallest, 1, count)]


def insets_equal_steps(area, perimeter, count, smallest):
    return list(np.linspace(area * (1 - smallest**2) / perimeter, 0, count))


def insets_one_short(area, perimeter, count, smallest):
    scales = np.linspace(smallest, 1, count, endpoint=False)
    return [area * (1 - r**2) / perimeter for r in scales]


def insets_upside_down(area, perimeter, count, smallest):
    return [perimeter * (1 - r**2) / area for r in np.linspace(smallest, 1, count)]


def _neighbours(labels, diagonal=False):
    padded = np.pad(labels, 1)
    steps = [(0, 1), (2, 1), (1, 0), (1, 2)]
    if diagonal:
        steps += [(0, 0), (0, 2), (2, 0), (2, 2)]
    height, width = labels.shape
    return np.stack([padded[y : y + height, x : x + width] for y, x in steps])


def _smallest(labels, diagonal=False):
    beside = _neighbours(labels, diagonal).astype(float)
    beside[beside == 0] = np.inf
    least = beside.min(axis=0)
    return np.where(np.isfinite(least), least, 0).astype(int)


def grow_over_others(labels, allowed):
    largest = np.maximum(labels, _neighbours(labels).max(axis=0))
    return np.where(allowed > 0, largest, labels)


def grow_anywhere(labels, allowed):
    return np.where(labels == 0, _smallest(labels), labels)


def grow_to_the_end(labels, allowed):
    for _ in range(20):
        labels = np.where((labels == 0) & (allowed > 0), _smallest(labels), labels)
    return labels


def grow_across_corners(labels, allowed):
    return np.where((labels == 0) & (allowed > 0), _smallest(labels, diagonal=True), labels)


def grow_largest(labels, allowed):
    largest = _neighbours(labels).max(axis=0)
    return np.where((labels == 0) & (allowed > 0), largest, labels)


WRONG = {
    "04-offsets": [
        (offsets_in_px, "shifts are in px"),
        (offsets_by_text, "size of the text"),
        (offsets_without_log, "take the logarithm"),
        (offsets_back, "wrong sign"),
        (offsets_swapped, "y with the height"),
        (offsets_of_corners, "shift of the middle"),
        (lambda anchor, text: anchor[7], "raises IndexError"),
    ],
    "04-shared-height": [
        (shared_negative, "share 0, not less"),
        (shared_of_smaller, "join a headline"),
        (shared_iou, "That is the IoU"),
        (shared_of_first, "which slice comes first"),
        (shared_px, "it is 0.8"),
    ],
    "04-corners": [
        (corners_upright, "still have to be turned"),
        (corners_turned_back, "wrong way. y points down"),
        (corners_about_origin, "corner of the page"),
        (corners_other_order, "up, right, down, left"),
        (corners_not_moved, "add its place"),
        (corners_degrees, "radians already"),
        (corners_anticlockwise, "run the wrong way"),
        (corners_from_top_right, "Seen from the pixel the corners are"),
    ],
    "04-merge": [
        (merge_plain, "A plain mean"),
        (merge_mean_weight, "speaks for both"),
        (merge_best_weight, "speaks for both"),
        (merge_keep_surer, "both have a say"),
        (merge_crossed, "of the other one"),
        (merge_undivided, "divided by the sum"),
        (merge_around, "begins at 1"),
    ],
    "04-insets": [
        (insets_reversed, "wrong order"),
        (insets_not_squared, "is squared"),
        (insets_equal_steps, "not the distances"),
        (insets_one_short, "n - 1 steps"),
        (insets_upside_down, "the last one is 0"),
    ],
    "04-grow": [
        (grow_over_others, "Only free ones"),
        (grow_anywhere, "look at `allowed`"),
        (grow_to_the_end, "One step only"),
        (grow_across_corners, "across a corner"),
        (grow_largest, "smaller number is to win"),
        (lambda labels, allowed: labels, "four neighbours in the *old*"),
    ],
}
