"""Wrong answers to the questions of chapter 1, each with a part of the hint it must get."""

from __future__ import annotations

import math
from collections import Counter


def _sides(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def iou_negative_sides(a, b):
    w, h = _sides(a, b)
    return w * h / (_area(a) + _area(b) - w * h)


def iou_sum_of_areas(a, b):
    w, h = _sides(a, b)
    return max(w, 0) * max(h, 0) / (_area(a) + _area(b))


def iou_of_first(a, b):
    w, h = _sides(a, b)
    return max(w, 0) * max(h, 0) / _area(a)


def iou_inclusive(a, b):
    w, h = _sides(a, b)
    inside = max(w + 1, 0) * max(h + 1, 0)
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b)]
    return inside / (sum(areas) - inside)


def iou_of_smaller(a, b):
    w, h = _sides(a, b)
    return max(w, 0) * max(h, 0) / min(_area(a), _area(b))


def count_pairs(overlaps):
    return sum(value > 0.5 for row in overlaps for value in row)


def count_labels(overlaps):
    return sum(max(column) > 0.5 for column in zip(*overlaps, strict=True))


def count_boxes(overlaps):
    return sum(max(row, default=0) > 0.5 for row in overlaps)


def count_half_too(overlaps):
    used, count = set(), 0
    for label in range(len(overlaps[0]) if overlaps else 0):
        fit = [b for b, row in enumerate(overlaps) if row[label] >= 0.5 and b not in used]
        if fit:
            used.add(fit[0])
            count += 1
    return count


def _parts(matched, predicted, expected):
    return (
        matched / predicted if predicted else 0.0,
        matched / expected if expected else 0.0,
    )


def scores_mean(matched, predicted, expected):
    p, r = _parts(matched, predicted, expected)
    return p, r, (p + r) / 2


def scores_geometric(matched, predicted, expected):
    p, r = _parts(matched, predicted, expected)
    return p, r, math.sqrt(p * r)


def scores_swapped(matched, predicted, expected):
    p, r = _parts(matched, predicted, expected)
    return r, p, 2 * p * r / (p + r) if p + r else 0.0


def scores_dividing_by_zero(matched, predicted, expected):
    p, r = matched / predicted, matched / expected
    return p, r, 2 * p * r / (p + r)


def distance_by_place(a, b):
    width = max(len(a), len(b))
    return sum(x != y for x, y in zip(a.ljust(width, "\0"), b.ljust(width, "\0"), strict=True))


def distance_by_place_cut(a, b):
    return sum(x != y for x, y in zip(a, b, strict=False))


def _table(a, b, replace):
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else replace
            ways = (table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            table[i][j] = min(ways)
    return table[-1][-1]


def distance_without_replacing(a, b):
    return _table(a, b, 2)


def distance_folded(a, b):
    return _table(a.lower(), b.lower(), 1)


def distance_of_lengths(a, b):
    return abs(len(a) - len(b))


def similarity_by_written(read, written):
    return 1 - _table(read, written, 1) / len(written) if written else float(not read)


def similarity_as_error(read, written):
    return _table(read, written, 1) / max(len(read), len(written), 1)


def similarity_by_sum(read, written):
    return 1 - _table(read, written, 1) / max(len(read) + len(written), 1)


def bag_of_sets(read, written):
    have, want = set(read.lower().split()), set(written.lower().split())
    return len(have & want), len(have), len(want)


def bag_found_anywhere(read, written):
    have, want = read.lower().split(), written.lower().split()
    return len([word for word in have if word in want]), len(have), len(want)


def bag_with_case(read, written):
    have, want = Counter(read.split()), Counter(written.split())
    return sum((have & want).values()), sum(have.values()), sum(want.values())


def bag_in_order(read, written):
    have, want = read.lower().split(), written.lower().split()
    return sum(a == b for a, b in zip(have, want, strict=False)), len(have), len(want)


def bag_swapped(read, written):
    matched, predicted, expected = bag_with_case(read.lower(), written.lower())
    return matched, expected, predicted


WRONG = {
    "01-box-iou": [
        (iou_negative_sides, "negative width"),
        (iou_sum_of_areas, "count twice"),
        (iou_of_first, "huge second box"),
        (iou_inclusive, "No + 1"),
        (iou_of_smaller, "squared paper"),
        (lambda a, b: 1 / 0, "raises ZeroDivisionError"),
    ],
    "01-count-matches": [
        (count_pairs, "not twice"),
        (count_labels, "a box is used up"),
        (count_boxes, "a label is used up"),
        (count_half_too, "not above 0.5"),
        (lambda overlaps: len(overlaps), "still free"),
    ],
    "01-scores": [
        (scores_mean, "ordinary mean"),
        (scores_geometric, "geometric mean"),
        (scores_swapped, "changed places"),
        (scores_dividing_by_zero, "raises ZeroDivisionError"),
        (lambda matched, predicted, expected: matched, "2PR / (P + R)"),
    ],
    "01-edit-distance": [
        (distance_by_place, "place by place"),
        (distance_by_place_cut, "as far as the shorter text"),
        (distance_without_replacing, "Replacing a character costs 1"),
        (distance_folded, "different characters"),
        (distance_of_lengths, "Begin with i = 0"),
    ],
    "01-similarity": [
        (similarity_by_written, "below 0"),
        (similarity_as_error, "share of mistakes"),
        (similarity_by_sum, "longer text"),
    ],
    "01-bag-of-words": [
        (bag_of_sets, "both have to be read"),
        (bag_found_anywhere, "no no no"),
        (bag_with_case, "Fold the case"),
        (bag_in_order, "no order"),
        (bag_swapped, "words read, words written"),
    ],
}
