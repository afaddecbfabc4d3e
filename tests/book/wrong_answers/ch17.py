"""Wrong answers to the questions of chapter 17, each with a part of the hint it must get."""

from __future__ import annotations

import math
import statistics


def squash(text):
    out = ""
    for c in text:
        if not out or out[-1] != c:
            out += c
    return out


def kind(read, text, order=("spaces", "repeats"), least=lambda a, b: 2 * len(a) < len(b)):
    if read == text:
        return "right"
    tests = {
        "spaces": "".join(read.split(" ")) == "".join(text.split(" ")),
        "repeats": squash(read) == squash(text),
    }
    for name in order:
        if tests[name]:
            return name
    return "lost" if least(read, text) else "other"


def kind_of_sets(read, text):
    found = kind(read, text)
    if found in ("right", "spaces", "repeats"):
        return found
    return "repeats" if set(read.replace(" ", "")) == set(text.replace(" ", "")) else found


def kind_stripped(read, text):
    return "right" if read.strip() == text else kind(read, text)


def tight(gaps, keep, middle=statistics.median_high, least=1, low=0):
    cut = max(low, middle(gaps) - keep)
    return [max(least, round(gap - cut)) for gap in gaps]


WRONG = {
    "17-columns": [
        (len, "between twins"),
        (lambda text: 1 + 2 * len(text), "has to only"),
        (lambda text: len(squash(text)), "shall survive"),
        (lambda text: 2 * len(text) - len(set(text)), "neighbours"),
        (lambda text: 7, "each pair of equal"),
    ],
    "17-widen": [
        (lambda width, columns, stride: stride * columns / width, "never below 1"),
        (lambda width, columns, stride: max(1, columns / width), "a column has"),
        (lambda width, columns, stride: max(1, width / stride / columns), "other way round"),
        (lambda width, columns, stride: 2.0, "columns * stride"),
    ],
    "17-kind": [
        (kind_stripped, "at an end"),
        (lambda read, text: kind(read, text, ("repeats", "spaces")), "before you ask"),
        (kind_of_sets, "another order"),
        (
            lambda read, text: kind(read, text, least=lambda a, b: 2 * len(a) <= len(b)),
            "less than",
        ),
        (lambda read, text: "other", "In this order"),
    ],
    "17-gaps": [
        (lambda gaps, keep: tight(gaps, keep, statistics.mean), "moves the mean"),
        (lambda gaps, keep: tight(gaps, 0), "shall stay"),
        (lambda gaps, keep: tight(gaps, keep, least=-(10**6)), "glues"),
        (lambda gaps, keep: tight(gaps, keep, low=-(10**6)), "nothing to add"),
        (lambda gaps, keep: list(gaps), "median minus"),
    ],
    "17-direction": [
        (lambda scores: [max(row) for row in scores], "In which direction"),
        (lambda scores: [90 * row.index(max(row)) for row in scores], "not degrees"),
        (lambda scores: [2 * (row[2] > row[0]) for row in scores], "on their side"),
        (lambda scores: [0 for _ in scores], "largest score"),
    ],
    "17-ring": [
        (lambda inner, outer, height: math.pi * (inner + outer), "enlarged, too"),
        (lambda inner, outer, height: math.tau * outer * height / (outer - inner), "too wide"),
        (lambda inner, outer, height: math.tau * inner * height / (outer - inner), "be narrow"),
        (lambda inner, outer, height: height, "middle circle"),
    ],
}
