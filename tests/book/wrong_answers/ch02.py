"""Wrong answers to the questions of chapter 2, each with a part of the hint it must get."""

from __future__ import annotations

import math

import numpy as np


def _area(polygon):
    x, y = np.asarray(polygon, float).T
    return ((x * np.roll(y, -1)).sum() - (y * np.roll(x, -1)).sum()) / 2


def _length(polygon, closed=True):
    corners = [tuple(corner) for corner in polygon]
    ends = corners[1:] + corners[:1] if closed else corners[1:]
    return sum(math.dist(a, b) for a, b in zip(corners, ends, strict=False))


def shrink_signed(polygon, ratio):
    return _area(polygon) * (1 - ratio**2) / _length(polygon)


def shrink_open(polygon, ratio):
    return abs(_area(polygon)) * (1 - ratio**2) / _length(polygon, closed=False)


def shrink_upright(polygon, ratio):
    return np.ptp(polygon, axis=0).prod() * (1 - ratio**2) / _length(polygon)


def shrink_twice(polygon, ratio):
    return abs(2 * _area(polygon)) * (1 - ratio**2) / _length(polygon)


def shrink_not_squared(polygon, ratio):
    return abs(_area(polygon)) * (1 - ratio) / _length(polygon)


def shrink_kept(polygon, ratio):
    return abs(_area(polygon)) * ratio**2 / _length(polygon)


def shrink_upside_down(polygon, ratio):
    return _length(polygon) * (1 - ratio**2) / abs(_area(polygon))


def dice_unmasked(p, y, mask):
    return 1 - 2 * (p * y).sum() / (p.sum() + y.sum())


def dice_mask_above(p, y, mask):
    return 1 - 2 * (p * y * mask).sum() / (p.sum() + y.sum())


def dice_once(p, y, mask):
    return 1 - (p * y * mask).sum() / ((p * mask).sum() + (y * mask).sum())


def dice_not_a_loss(p, y, mask):
    return 2 * (p * y * mask).sum() / ((p + y) * mask).sum()


def dice_as_iou(p, y, mask):
    both = (p * y * mask).sum()
    return 1 - both / (((p + y) * mask).sum() - both)


def dice_as_difference(p, y, mask):
    return (abs(p - y) * mask).sum() / mask.sum()


def cut_reversed(p, t, k):
    return 1 / (1 + np.exp(k * (p - t)))


def cut_without_k(p, t, k):
    return 1 / (1 + np.exp(-(p - t)))


def cut_half_k(p, t, k):
    return 1 / (1 + np.exp(-(k * p - t)))


def cut_hard(p, t, k):
    return (p > t).astype(float)


def cut_linear(p, t, k):
    return np.clip(0.5 + k * (p - t), 0, 1)


def score_swapped(prob, box):
    left, top, right, bottom = box
    return prob[left:right, top:bottom].mean()


def score_inclusive(prob, box):
    left, top, right, bottom = box
    return prob[top : bottom + 1, left : right + 1].mean()


def score_max(prob, box):
    left, top, right, bottom = box
    return prob[top:bottom, left:right].max()


def score_sum(prob, box):
    left, top, right, bottom = box
    return prob[top:bottom, left:right].sum()


def score_bright(prob, box):
    left, top, right, bottom = box
    part = prob[top:bottom, left:right]
    return part[part > 0.3].mean()


def _grow(box, d, start=None):
    left, top, right, bottom = box
    start = d if start is None else start
    return left - start, top - start, right + d, bottom + d


def _reach(box, ratio):
    width, height = box[2] - box[0], box[3] - box[1]
    return width * height * ratio / (2 * (width + height))


def grow_right_only(box, ratio):
    return _grow(box, _reach(box, ratio), start=0)


def grow_half(box, ratio):
    return _grow(box, _reach(box, ratio) / 2)


def grow_twice(box, ratio):
    return _grow(box, _reach(box, ratio) * 2)


def grow_inwards(box, ratio):
    return _grow(box, -_reach(box, ratio))


def grow_by_factor(box, ratio):
    left, top, right, bottom = box
    dx, dy = (right - left) * (ratio - 1) / 2, (bottom - top) * (ratio - 1) / 2
    return left - dx, top - dy, right + dx, bottom + dy


def choose_peeking(validation, held_out):
    best = list(held_out).index(max(held_out))
    return best, held_out[best]


def choose_report_validation(validation, held_out):
    best = list(validation).index(max(validation))
    return best, validation[best]


def choose_report_best(validation, held_out):
    return list(validation).index(max(validation)), max(held_out)


def choose_both(validation, held_out):
    sums = [a + b for a, b in zip(validation, held_out, strict=True)]
    best = sums.index(max(sums))
    return best, held_out[best]


WRONG = {
    "02-shrink-distance": [
        (shrink_signed, "negative area"),
        (shrink_open, "back to the first"),
        (shrink_upright, "upright box"),
        (shrink_twice, "twice the area"),
        (shrink_not_squared, "is squared"),
        (shrink_kept, "nothing should move"),
        (shrink_upside_down, "it is 7 px"),
    ],
    "02-masked-dice": [
        (dice_unmasked, "does nothing yet"),
        (dice_mask_above, "below the fraction bar"),
        (dice_once, "gets 0.5 from yours"),
        (dice_not_a_loss, "smallest there"),
        (dice_as_iou, "1 - IoU"),
        (dice_as_difference, "each of the three sums"),
    ],
    "02-soft-cut": [
        (cut_reversed, "subtracted from which"),
        (cut_without_k, "Without k"),
        (cut_half_k, "whole difference"),
        (cut_hard, "hard cut"),
        (cut_linear, "it must be 0.5"),
    ],
    "02-box-score": [
        (score_swapped, "changed places"),
        (score_inclusive, "one column too many"),
        (score_max, "brightest pixel"),
        (score_sum, "grows with the box"),
        (score_bright, "half empty"),
        (lambda prob, box: prob.mean(), "whole map"),
        (lambda prob, box: 0.9, "two slices"),
    ],
    "02-grow": [
        (grow_right_only, "All four sides"),
        (grow_half, "Half as far"),
        (grow_twice, "four sides"),
        (grow_inwards, "Yours shrinks"),
        (grow_by_factor, "no factor of the size"),
        (lambda box, ratio: box, "12.5 px"),
        (lambda box, ratio: box[9], "raises IndexError"),
    ],
    "02-choose": [
        (choose_peeking, "no longer held out"),
        (choose_report_validation, "had no say"),
        (choose_report_best, "happens to do better"),
        (choose_both, "took part"),
        (lambda validation, held_out: max(validation), "two things"),
    ],
}
