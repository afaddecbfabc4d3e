"""Wrong answers to the questions of chapter 13, each with a part of the hint it must get."""

from __future__ import annotations

import numpy as np


def _apart(i, j, columns):
    return abs(i // columns - j // columns), abs(i % columns - j % columns)


def sees(i, j, columns, window):
    rows, across = _apart(i, j, columns)
    return rows <= window[0] // 2 and across <= window[1] // 2


def sees_too_far(i, j, columns, window):
    rows, across = _apart(i, j, columns)
    return rows <= window[0] and across <= window[1]


def sees_either(i, j, columns, window):
    rows, across = _apart(i, j, columns)
    return rows <= window[0] // 2 or across <= window[1] // 2


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum()


def said(p, targets, padding):
    return [p[t, c] for t, c in enumerate(targets[1:]) if c != padding]


WRONG = {
    "13-sees": [
        (sees_too_far, "on either side"),
        (lambda i, j, columns, window: abs(i - j) <= window[1] // 2, "the next"),
        (lambda i, j, columns, window: sees(i, j, columns, window[::-1]), "counts rows"),
        (sees_either, "Both distances"),
        (lambda i, j, columns, window: True, "divmod"),
    ],
    "13-weights": [
        (lambda q, k: softmax(k @ q), "is missing"),
        (lambda q, k: softmax(k @ q / len(q)), "the root of d"),
        (lambda q, k: k @ q / len(q) ** 0.5, "above 0"),
        (lambda q, k: np.exp(k @ q / len(q) ** 0.5), "add up"),
        (lambda q, k: k[:, 0], "Compare the question"),
    ],
    "13-products": [
        (lambda n, c: n * n * c, "are taken, too"),
        (lambda n, c: n * n, "counts pairs"),
        (lambda n, c: 4 * n * c * c, "work with weights"),
        (lambda n, c: 2 * n * c, "at every place"),
        (lambda n, c: n + c, "compares itself"),
    ],
    "13-columns": [
        (lambda w: w // 8, "rounds up"),
        (lambda w: (w + 7) // 8, "no partner"),
        (lambda w: (w + 1) // 2 // 2, "three halvings"),
        (lambda w: w, "Halve three times"),
    ],
    "13-texts": [
        (lambda t, n, s, p: [s, *t, *[p] * (n - len(t) - 1)], "when to stop"),
        (lambda t, n, s, p: [*t, s, *[p] * (n - len(t) - 1)], "in front"),
        (lambda t, n, s, p: [s, *t, s, *[0] * (n - len(t) - 2)], "Class 0"),
        (lambda t, n, s, p: [s, *t, s], "equally long"),
        (lambda t, n, s, p: [s] * n, "as the end"),
    ],
    "13-guide-loss": [
        (lambda p, t, pad: -np.mean([np.log(p[i, c]) for i, c in enumerate(t[1:])]), "nothing"),
        (lambda p, t, pad: -np.sum(np.log(said(p, t, pad))), "Take the mean"),
        (
            lambda p, t, pad: -np.mean([np.log(p[i, c]) for i, c in enumerate(t) if c != pad]),
            "knows",
        ),
        (lambda p, t, pad: np.mean(np.log(said(p, t, pad))), "gets better"),
        (lambda p, t, pad: -np.log(np.mean(said(p, t, pad))), "logarithm of each"),
        (lambda p, t, pad: 1.0, "Row t"),
    ],
}
