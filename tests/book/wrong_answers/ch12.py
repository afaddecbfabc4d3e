"""Wrong answers to the questions of chapter 12, each with a part of the hint it must get."""

from __future__ import annotations

import numpy as np


def softmax(scores):
    shares = np.exp(scores)
    return shares / shares.sum()


def per_text(p, counts):
    return np.mean([-np.log(a[b]).mean() for a, b in zip(p, counts, strict=True)])


def until_end(classes):
    return list(classes[: classes.index(0)]) if 0 in classes else list(classes)


def with_end(classes):
    return list(classes[: classes.index(0) + 1]) if 0 in classes else list(classes)


def merged(classes):
    text = until_end(classes)
    return [c for i, c in enumerate(text) if i == 0 or c != text[i - 1]]


def until_last_end(classes):
    last = max((i for i, c in enumerate(classes) if c == 0), default=len(classes))
    return list(classes[:last])


def undefined(distance):
    with np.errstate(divide="ignore", invalid="ignore"):
        return distance**2 * np.log(np.float64(distance))


WRONG = {
    "12-weights": [
        (lambda q, k, v: np.tanh(q + k) @ v, "add up to 1"),
        (lambda q, k, v: softmax((q + k) @ v), "takes it out again"),
        (lambda q, k, v: softmax(np.tanh(k) @ v), "asked anything"),
        (lambda q, k, v: (np.tanh(q + k) @ v) / (np.tanh(q + k) @ v).sum(), "negative"),
        (lambda q, k, v: softmax(np.tanh(q + k).sum(axis=1)), "one score per column"),
    ],
    "12-glimpse": [
        (lambda w, c: c.mean(axis=0), "alike"),
        (lambda w, c: c[np.argmax(w)], "no gradient"),
        (lambda w, c: w[:, None] * c, "still apart"),
        (lambda w, c: (w[:, None] * c).mean(axis=0), "do not divide"),
        (lambda w, c: w, "weight times column"),
    ],
    "12-taught": [
        (lambda label: ([0, *label[:-1]], list(label)), "to stop"),
        (lambda label: (list(label), [*label[1:], 0]), "before it has written"),
        (lambda label: ([*label, 0], [*label, 0]), "the very character"),
        (lambda label: ([*label, 0], [0, *label]), "in the place of the targets"),
        (lambda label: ([0, *label, 0], [0, *label, 0]), "lag one behind"),
    ],
    "12-counts": [
        (lambda lengths, places: [[t < n for t in range(places)] for n in lengths], "a class"),
        (lambda lengths, places: [[True] * places for _ in lengths], "padding"),
        (lambda lengths, places: [[t == n for t in range(places)] for n in lengths], "ends alone"),
        (lambda lengths, places: [[False] * places for _ in lengths], "0 to n"),
    ],
    "12-loss": [
        (lambda p, counts: -np.log(p).mean(), "Padding takes part"),
        (lambda p, counts: (-np.log(p) * counts).mean(), "still divide"),
        (per_text, "mean of means"),
        (lambda p, counts: -np.log(p[counts]).sum(), "grow with the batch"),
        (lambda p, counts: -np.log(p[counts].mean()), "First the logarithm"),
        (lambda p, counts: 1 - p[counts].mean(), "mean of these"),
    ],
    "12-written": [
        (lambda classes: [c for c in classes if c != 0], "blank"),
        (with_end, "no character"),
        (merged, "nothing is merged"),
        (until_last_end, "not the last"),
        (list, "before the first 0"),
    ],
    "12-bending": [
        (lambda r: r * np.log(r) if r else 0.0, "squared"),
        (lambda r: r**2 * np.log(r**2) if r else 0.0, "Twice"),
        (undefined, "tend to"),
        (lambda r: r**2, "natural logarithm"),
    ],
}
