"""Wrong answers to the questions of chapter 3, each with a part of the hint it must get."""

from __future__ import annotations

import math
from itertools import groupby, product

import numpy as np


def collapse(path):
    return [c for c, _ in groupby(path) if c]


def collapse_blanks_first(path):
    return [c for c, _ in groupby(c for c in path if c)]


def collapse_blanks_left(path):
    return [c for t, c in enumerate(path) if t == 0 or c != path[t - 1]]


def collapse_repeats_left(path):
    return [c for c in path if c != 0]


def collapse_once(path):
    kept = []
    for c in path:
        if c and c not in kept:
            kept.append(c)
    return kept


def collapse_beyond_the_end(path):
    return [c for t, c in enumerate(path) if c and c != path[t + 1]]


def columns_any_repeat(word):
    return len(word) + sum(word.count(c) - 1 for c in set(word))


def spelling(p, classes):
    paths = product(range(p.shape[1]), repeat=len(p))
    return [q for q in paths if collapse(q) == list(classes)]


def products(p, classes):
    return [math.prod(p[t, c] for t, c in enumerate(q)) for q in spelling(p, classes)]


def loss(p, classes):
    total = sum(products(p, classes))
    return -math.log(total) if total > 0 else math.inf


def sums(p, classes):
    return sum(sum(p[t, c] for t, c in enumerate(q)) for q in spelling(p, classes))


def exact_spelling(p, classes):
    return math.prod(p[t, c] for t, c in enumerate(classes))


def mean_over_letters(p):
    best = p.argmax(axis=1)
    values = p.max(axis=1)[best != 0]
    return float(values.mean()) if len(values) else 0.0


def begins(p):
    best = p.argmax(axis=1)
    return [t for t, c in enumerate(best) if c and (t == 0 or c != best[t - 1])]


def after_blanks(p):
    best = p.argmax(axis=1)
    first = [t for t, c in enumerate(best) if c and (t == 0 or best[t - 1] == 0)]
    return float(p.max(axis=1)[first].mean()) if first else 0.0


WRONG = {
    "03-collapse": [
        (collapse_blanks_first, "merged with its twin"),
        (collapse_blanks_left, "blanks are still there"),
        (collapse_repeats_left, "several times"),
        (collapse_once, "'a' again"),
        (collapse_beyond_the_end, "raises IndexError"),
        (lambda path: "".join(map(str, path)), "Two steps"),
    ],
    "03-columns-needed": [
        (len, "not for 'hello'"),
        (lambda word: 2 * len(word) - 1, "Different neighbours"),
        (lambda word: 2 * len(word) + 1, "rows of the lattice"),
        (columns_any_repeat, "In 'banana'"),
        (lambda word: len(set(word)), "One for each character"),
    ],
    "03-text-probability": [
        (lambda p, classes: max(products(p, classes), default=0.0), "best single path"),
        (lambda p, classes: float(np.mean(products(p, classes) or [0.0])), "The mean"),
        (loss, "That is the loss"),
        (sums, "are multiplied"),
        (exact_spelling, "Go through product"),
    ],
    "03-confidence": [
        (lambda p: float(p.max(axis=1).mean()), "over all columns"),
        (mean_over_letters, "counts twice"),
        (after_blanks, "without a blank"),
        (lambda p: math.prod(p.max(axis=1)[begins(p)]), "long words always look unsure"),
        (lambda p: math.prod(p.max(axis=1)), "whole path"),
        (lambda p: sum(p.max(axis=1)[begins(p)]) / len(begins(p)), "raises ZeroDivisionError"),
        (lambda p: 1.0, "Find the columns"),
    ],
    "03-greedy-fails": [
        (np.array([[0.9, 0.9], [0.8, 0.2]]), "each row sums to 1"),
        (np.array([[0.9, 0.1], [0.8, 0.2]]), "finds the likeliest text"),
        (0.5, "Give an array"),
    ],
    "03-remedy": [("a", "0.02"), ("B", "refusing"), ("d", "six"), ("all", "one letter")],
}
