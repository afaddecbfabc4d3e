"""Wrong answers to the questions of chapter 14, each with a part of the hint it must get."""

from __future__ import annotations

import numpy as np

from ocrlib.preprocess import resize

T = {3: 4.303, 4: 3.182, 5: 2.776}


def scaled(left, right):
    height = left.shape[0]
    return resize(right, (height, round(right.shape[1] * height / right.shape[0])))


def side_by_side(left, right):
    return np.concatenate([left, scaled(left, right)], axis=1)


def squeezed(left, a, right, b):
    return np.concatenate([left, resize(right, (len(left), right.shape[1]))], axis=1), a + b


def stretched(points, shares, strength, rows=(0, 1), axis=0):
    count = len(points) // 2
    moved = points.astype(float).copy()
    for row in rows:
        inner = slice(row * count + 1, (row + 1) * count - 1)
        moved[inner, axis] += np.asarray(shares) * 0.45 * strength * points[1, 0]
    return moved


def fitted(z, p, q, w, conj=True):
    w = w / w.sum()
    p_mid, q_mid = (w * p).sum(), (w * q).sum()
    first = (p - p_mid).conj() if conj else p - p_mid
    a = (w * first * (q - q_mid)).sum() / (w * abs(p - p_mid) ** 2).sum()
    return a, p_mid, q_mid


def plain(z, p, q):
    a, p_mid, q_mid = fitted(z, p, q, np.ones(len(p)))
    return a * (z - p_mid) + q_mid


def by_distance(z, p, q):
    a, p_mid, q_mid = fitted(z, p, q, 1 / abs(p - z))
    return a * (z - p_mid) + q_mid


def no_zoom(z, p, q):
    a, p_mid, q_mid = fitted(z, p, q, 1 / abs(p - z) ** 2)
    return a / abs(a) * (z - p_mid) + q_mid


def shifts(z, p, q):
    w = 1 / abs(p - z) ** 2
    return z + (w * (q - p)).sum() / w.sum()


def no_conjugate(z, p, q):
    a, p_mid, q_mid = fitted(z, p, q, 1 / abs(p - z) ** 2, conj=False)
    return a * (z - p_mid) + q_mid


def interval(none, some, t=None, root=True, ddof=1):
    d = np.subtract(some, none)
    half = (t or T[len(d)]) * d.std(ddof=ddof) / (len(d) ** 0.5 if root else 1)
    return d.mean() - half, d.mean() + half


def unpaired(none, some):
    error = ((np.var(none, ddof=1) + np.var(some, ddof=1)) / len(none)) ** 0.5
    mean = np.mean(some) - np.mean(none)
    return mean - T[len(none)] * error, mean + T[len(none)] * error


def equal(low, high):
    return "better" if low > 0 else "worse" if high < 0 else "no difference"


WRONG = {
    "14-join": [
        (squeezed, "same factor"),
        (
            lambda left, a, right, b: (
                np.concatenate([scaled(right, left), right], axis=1),
                a + b,
            ),
            "decides the height",
        ),
        (lambda left, a, right, b: (side_by_side(left, right), b + a), "on the left"),
        (lambda left, a, right, b: (side_by_side(left, right), f"{a} {b}"), "no room"),
        (lambda left, a, right, b: (side_by_side(left, right), a), "half"),
        (lambda left, a, right, b: (left, a + b), "axis 1"),
    ],
    "14-handles": [
        (lambda points, shares, k: stretched(points, shares, k, rows=(0,)), "lean"),
        (lambda points, shares, k: stretched(points, shares, k) - points, "afterwards"),
        (
            lambda points, shares, k: (
                points + (stretched(points, shares, k) - points) / points[1, 0]
            ),
            "fractions of a px",
        ),
        (lambda points, shares, k: stretched(points, shares, 1), "strength"),
        (lambda points, shares, k: stretched(points, shares, k, axis=1), "up and down"),
        (lambda points, shares, k: points, "four corners stay"),
    ],
    "14-follow": [
        (plain, "one map"),
        (by_distance, "its square"),
        (no_zoom, "zoom is gone"),
        (shifts, "cannot turn"),
        (no_conjugate, "conjugate"),
        (lambda z, p, q: z, "Weights first"),
    ],
    "14-breaks": [
        ({"b"}, "which columns"),
        ({"d"}, "on a p"),
        ({"b", "c", "d"}, "Light on dark"),
        ({"a", "b", "d"}, "Narrow"),
        ({"b", "d", "e"}, "dim crop"),
        ({"b", "f"}, "read it aloud"),
    ],
    "14-unchanged": [
        (0.018, "all three happen"),
        (0.982, "do not all"),
        (0.748, "something happens"),
        (1.0, "independently"),
    ],
    "14-interval": [
        (lambda none, some: interval(none, some, t=1.96), "1.96"),
        (lambda none, some: interval(none, some, root=False), "single differences"),
        (lambda none, some: interval(none, some, ddof=0), "n - 1"),
        (unpaired, "pairs"),
        (lambda none, some: interval(some, none), "sign"),
        (lambda none, some: (min(some), max(some)), "low, high"),
    ],
    "14-verdict": [
        (lambda low, high: "better" if low + high > 0 else "worse", "spans 0"),
        (lambda low, high: "better" if high > 0 else "worse", "good end"),
        (equal, "could not tell"),
        (lambda low, high: "worse", "whole interval"),
    ],
}
