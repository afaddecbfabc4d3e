"""Wrong answers to the questions of chapter 5, each with a part of the hint it must get."""

from __future__ import annotations

import numpy as np


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def levels(height, width):
    channels, strides = (16, 24, 56, 480), (4, 8, 16, 32)
    return [(c, height // s, width // s) for c, s in zip(channels, strides, strict=True)]


def levels_same_size(height, width):
    return [(c, height // 4, width // 4) for c in (16, 24, 56, 480)]


def slope_hard(p, t, k):
    return 0.0


def pull_hard(p, t, k, y):
    return float(p > t) - y


WRONG = {
    "05-separable": [
        (lambda h, w, k, a, b: h * w * k * k * a * b, "multiply"),
        (lambda h, w, k, a, b: k * k * a + a * b, "once per pixel"),
        (lambda h, w, k, a, b: h * w * k * k * a, "together"),
        (lambda h, w, k, a, b: h * w * (k * a + a * b), "as high as it is wide"),
        (lambda h, w, k, a, b: h * w * (k * k * b + a * b), "comes first"),
        (lambda h, w, k, a, b: h * w * k * k * a * a * b, "Two layers"),
    ],
    "05-inverted": [
        (lambda a, m, b, k: a * m + k * k * m * m + m * b, "filtered alone"),
        (lambda a, m, b, k: a * m + k * k * a + m * b, "where the block is wide"),
        (lambda a, m, b, k: a * m + k * k * m, "narrow again"),
        (lambda a, m, b, k: a * m * b * k * k, "Three layers"),
    ],
    "05-se": [
        (lambda c: 2 * c * (c // 4), "a bias"),
        (lambda c: c * (c // 4) + c // 4, "leads back"),
        (lambda c: 2 * (c * c + c), "a quarter"),
        (lambda c: c, "A layer from c"),
    ],
    "05-levels": [
        (lambda h, w: [(c, x, y) for c, y, x in levels(h, w)], "changed places"),
        (lambda h, w: [(y, x, c) for c, y, x in levels(h, w)], "channels first"),
        (lambda h, w: levels(h, w)[::-1], "finest level"),
        (lambda h, w: levels(2 * h, 2 * w), "stride of 4"),
        (levels_same_size, "Four tuples"),
    ],
    "05-neck": [
        (lambda cs, w: sum(cs) * w + 4 * 9 * w * w, "do not keep the width"),
        (lambda cs, w: sum(cs) * w + 9 * w * w // 4, "of its own"),
        (lambda cs, w: 9 * w * w, "common width"),
        (lambda cs, w: sum(cs) * w + w * w, "kernels of 3 x 3"),
        (lambda cs, w: sum(cs) + 9 * w, "For every level"),
    ],
    "05-slope": [
        (lambda p, t, k: _sigmoid(k * (p - t)) * _sigmoid(-k * (p - t)), "inner derivative"),
        (
            lambda p, t, k: k * _sigmoid(k * (p - t)) * _sigmoid(-k * (p - t)) * p * (1 - p),
            "logit of p",
        ),
        (lambda p, t, k: -k * _sigmoid(k * (p - t)) * _sigmoid(-k * (p - t)), "The sign"),
        (lambda p, t, k: _sigmoid(k * (p - t)), "B itself"),
        (slope_hard, "chain rule"),
    ],
    "05-pull": [
        (lambda p, t, k, y: _sigmoid(k * (p - t)) - y, "comes in front"),
        (lambda p, t, k, y: k * (y - _sigmoid(k * (p - t))), "negative"),
        (lambda p, t, k, y: k * (_sigmoid(k * (p - t)) - 1), "For background"),
        (lambda p, t, k, y: k * (p - y), "through the step"),
        (pull_hard, "B - y"),
    ],
}
