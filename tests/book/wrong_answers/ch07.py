"""Wrong answers to the questions of chapter 7, each with a part of the hint it must get."""

from __future__ import annotations

import cv2
import numpy as np


def dilate_all_around(bitmap):
    return cv2.dilate(bitmap, np.ones((3, 3), np.uint8))


def dilate_up_left(bitmap):
    return cv2.dilate(bitmap, np.ones((2, 2), np.uint8), anchor=(0, 0))


def dilate_as_cross(bitmap):
    padded = np.pad(bitmap, 1)
    return padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[1:-1, :-2]


def dilate_rolling(bitmap):
    down = bitmap | np.roll(bitmap, 1, axis=0)
    return down | np.roll(down, 1, axis=1)


def mean_in_box(prob, mask):
    x, y, w, h = cv2.boundingRect(mask)
    return prob[y : y + h, x : x + w].mean()


def grow_one_side(width, height, ratio):
    d = width * height * ratio / (2 * width + 2 * height)
    return width + d, height + d


def grow_half_perimeter(width, height, ratio):
    d = width * height * ratio / (width + height)
    return width + 2 * d, height + 2 * d


def grow_like_long_lines(width, height, ratio):
    return width + height * ratio, height + height * ratio


def verdict_inclusive(side, score, grown_side, box_thresh):
    if side <= 3:
        return "small"
    if score <= box_thresh:
        return "score"
    if grown_side <= 5:
        return "small grown"
    return "kept"


def verdict_three(side, score, grown_side, box_thresh):
    if side < 3:
        return "small"
    if score < box_thresh:
        return "score"
    if grown_side < 3:
        return "small grown"
    return "kept"


def verdict_score_first(side, score, grown_side, box_thresh):
    if score < box_thresh:
        return "score"
    if side < 3:
        return "small"
    if grown_side < 5:
        return "small grown"
    return "kept"


def verdict_two(side, score, grown_side, box_thresh):
    if side < 3:
        return "small"
    return "score" if score < box_thresh else "kept"


def _scaled(points, map_size, size):
    return points * [size[1] / map_size[1], size[0] / map_size[0]]


def back_swapped(points, map_size, size):
    scaled = points * [size[0] / map_size[0], size[1] / map_size[1]]
    return np.clip(np.rint(scaled), 0, [size[1] - 1, size[0] - 1])


def back_one_too_far(points, map_size, size):
    return np.clip(np.rint(_scaled(points, map_size, size)), 0, size[::-1])


def back_outside(points, map_size, size):
    return np.rint(_scaled(points, map_size, size))


def back_cut(points, map_size, size):
    cut = _scaled(points, map_size, size).astype(int)
    return np.clip(cut, 0, [size[1] - 1, size[0] - 1])


WRONG = {
    "07-rings": [
        (2, "around their holes"),
        (3, "look at both"),
        (1, "do not touch"),
        (8, "outside and inside"),
    ],
    "07-dilate": [
        (dilate_all_around, "3 x 3"),
        (dilate_up_left, "down and to the right"),
        (dilate_as_cross, "corner is missing"),
        (dilate_rolling, "goes around"),
        (lambda bitmap: bitmap, "Nothing has grown"),
        (lambda bitmap: 1 - bitmap, "above and to the left"),
    ],
    "07-mean": [
        (mean_in_box, "`fast`"),
        (lambda prob, mask: (prob * mask).sum() / mask.size, "not in the whole map"),
        (lambda prob, mask: prob[mask == 1].sum(), "not a mean"),
        (lambda prob, mask: (prob[mask == 1] > 0.3).mean(), "share of white pixels"),
        (lambda prob, mask: prob.max(), "take their mean"),
    ],
    "07-grow": [
        (grow_one_side, "two distances"),
        (grow_half_perimeter, "four sides"),
        (lambda width, height, ratio: (width * ratio, height * ratio), "does not multiply"),
        (grow_like_long_lines, "tends to"),
        (lambda width, height, ratio: (width, height), "56 x 26"),
    ],
    "07-verdict": [
        (verdict_inclusive, "exactly 3 px"),
        (verdict_three, "not 3"),
        (verdict_score_first, "size comes first"),
        (verdict_two, "third filter"),
        (lambda side, score, grown_side, box_thresh: "kept", "first yes decides"),
    ],
    "07-back": [
        (back_swapped, "x goes with the width"),
        (back_one_too_far, "the number 39"),
        (back_outside, "keep them inside"),
        (back_cut, "do not cut off"),
        (lambda points, map_size, size: points, "pixels of the map"),
        (lambda points, map_size, size: points * 2, "side - 1"),
    ],
}
