"""Wrong answers to the questions of chapter 9, each with a part of the hint it must get."""

from __future__ import annotations

import math
import statistics

import numpy as np


def limit_unbounded(height, width, letters, wanted):
    return math.ceil(max(height, width) / letters * wanted)


def limit_of_short_side(height, width, letters, wanted):
    side = min(height, width)
    return min(side, math.ceil(side * wanted / letters))


def limit_of_height(height, width, letters, wanted):
    return min(height, math.ceil(height * wanted / letters))


def limit_truncated(height, width, letters, wanted):
    side = max(height, width)
    return min(side, int(side * wanted / letters))


def limit_inverse(height, width, letters, wanted):
    side = max(height, width)
    return min(side, math.ceil(side * letters / wanted))


def reason_without_dark(bright, shared, pieces, side, score, box_thresh):
    if shared:
        return "merged"
    if pieces > 1:
        return "in pieces"
    if side < 3:
        return "too thin"
    return "low score" if score < box_thresh else "does not fit"


def reason_dark_last(bright, shared, pieces, side, score, box_thresh):
    found = reason_without_dark(bright, shared, pieces, side, score, box_thresh)
    return "dark" if found == "does not fit" and bright < 0.3 else found


def reason_score_first(bright, shared, pieces, side, score, box_thresh):
    if bright < 0.3:
        return "dark"
    if shared:
        return "merged"
    if pieces > 1:
        return "in pieces"
    if score < box_thresh:
        return "low score"
    return "too thin" if side < 3 else "does not fit"


def reason_pieces_first(bright, shared, pieces, side, score, box_thresh):
    if bright < 0.3:
        return "dark"
    if pieces > 1:
        return "in pieces"
    return reason_without_dark(bright, shared, pieces, side, score, box_thresh)


def reason_inclusive(bright, shared, pieces, side, score, box_thresh):
    if bright <= 0.3:
        return "dark"
    if shared:
        return "merged"
    if pieces > 1:
        return "in pieces"
    if side <= 3:
        return "too thin"
    return "low score" if score <= box_thresh else "does not fit"


def count_runs(bright):
    runs, before = 0, False
    for now in bright:
        runs += bool(now) and not before
        before = bool(now)
    return runs


def pieces_both_sides(row, thresh, dilate):
    bright = row > thresh
    if dilate:
        bright = np.convolve(bright, [1, 1, 1], "same") > 0
    return count_runs(bright)


def pieces_plain(row, thresh, dilate):
    return count_runs(row > thresh)


def pieces_always(row, thresh, dilate):
    return count_runs(np.convolve(row > thresh, [1, 1])[: len(row)] > 0)


def pieces_inclusive(row, thresh, dilate):
    bright = row >= thresh
    if dilate:
        bright = np.convolve(bright, [1, 1])[: len(row)] > 0
    return count_runs(bright)


def sift_mean(heights, read, least):
    half = statistics.mean(heights) / 2
    return [i for i in range(len(heights)) if heights[i] >= half and read[i] >= least]


def sift_either(heights, read, least):
    half = statistics.median(heights) / 2
    return [i for i in range(len(heights)) if heights[i] >= half or read[i] >= least]


def sift_whole(heights, read, least):
    middle = statistics.median(heights)
    return [i for i in range(len(heights)) if heights[i] >= middle and read[i] >= least]


def sift_strict(heights, read, least):
    half = statistics.median(heights) / 2
    return [i for i in range(len(heights)) if heights[i] > half and read[i] > least]


def part_used(sizes):
    h, w = max(s[0] for s in sizes), max(s[1] for s in sizes)
    return sum(a * b for a, b in sizes) / (len(sizes) * h * w)


def waste_of_largest(sizes):
    areas = [a * b for a, b in sizes]
    return 1 - sum(areas) / (len(areas) * max(areas))


def waste_of_square(sizes):
    side = max(max(s) for s in sizes)
    return 1 - sum(a * b for a, b in sizes) / (len(sizes) * side**2)


FINE, BROKEN = 2 * 0.9 / 1.9, 2 * 17 / (26 + 20)

WRONG = {
    "09-limit": [
        (limit_unbounded, "not enlarged"),
        (limit_of_short_side, "longer side"),
        (limit_of_height, "lie on its side"),
        (limit_truncated, "too small"),
        (limit_inverse, "wrong way round"),
        (lambda height, width, letters, wanted: 1280, "at most to the size"),
    ],
    "09-reason": [
        (reason_without_dark, "nothing to examine"),
        (reason_dark_last, "Ask first"),
        (reason_score_first, "before anybody takes its score"),
        (reason_pieces_first, "a neighbour's"),
        (reason_inclusive, "only what lies below"),
        (lambda bright, shared, pieces, side, score, box_thresh: "dark", "first condition"),
    ],
    "09-pieces": [
        (pieces_both_sides, "to both sides"),
        (pieces_plain, "no difference"),
        (pieces_always, "dilates always"),
        (pieces_inclusive, "*above*"),
        (lambda row, thresh, dilate: int((row > thresh).sum()), "Those are pixels"),
        (lambda row, thresh, dilate: 0, "follows a dark one"),
    ],
    "09-count": [
        (BROKEN - FINE, "which one is better"),
        (1 - 17 / 26, "compares precision"),
        (0.9 - 0.85, "compares recall"),
        (0.95 - (17 / 26 + 0.85) / 2, "harmonic"),
        (8, "2 p r"),
    ],
    "09-windows": [
        (lambda length, side, overlap: math.ceil(length / side), "without sharing"),
        (
            lambda length, side, overlap: -((overlap - length) // (side - overlap)),
            "still needs one",
        ),
        (lambda length, side, overlap: math.ceil(length / (side - overlap)), "whole side"),
        (lambda length, side, overlap: max(1, (length - overlap) // (side - overlap)), "round up"),
        (lambda length, side, overlap: 1, "every further one"),
    ],
    "09-sift": [
        (sift_mean, "moves the mean"),
        (sift_either, "Both conditions"),
        (sift_whole, "take half of it"),
        (sift_strict, "exactly stays"),
        (lambda heights, read, least: [], "at least half the median"),
    ],
    "09-waste": [
        (part_used, "is picture"),
        (waste_of_largest, "as wide as the widest"),
        (waste_of_square, "need not be equal"),
        (lambda sizes: 0.0, "subtract from 1"),
    ],
}
