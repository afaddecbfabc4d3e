"""Answers to chapter 14's questions, right and wrong ones, and what they are tried on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.explore.check import Test, behaves_like
from ocrlib.preprocess import resize
from ocrlib.types import ByteImage

Array = NDArray[np.float64]
Joined = tuple[ByteImage, str]


def _brought(left: ByteImage, right: ByteImage) -> ByteImage:
    """The right crop at the height of the left one, proportions kept."""
    height = left.shape[0]
    return resize(right, (height, max(1, round(right.shape[1] * height / right.shape[0]))))


def join(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    return np.concatenate([left, _brought(left, right)], axis=1), left_text + right_text


def join_squeezed(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    other = resize(right, (left.shape[0], right.shape[1]))
    return np.concatenate([left, other], axis=1), left_text + right_text


def join_other_height(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    return np.concatenate([_brought(right, left), right], axis=1), left_text + right_text


def join_reversed(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    image, _ = join(left, left_text, right, right_text)
    return image, right_text + left_text


def join_spaced(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    image, _ = join(left, left_text, right, right_text)
    return image, f"{left_text} {right_text}"


def join_first_label(left: ByteImage, left_text: str, right: ByteImage, right_text: str) -> Joined:
    image, _ = join(left, left_text, right, right_text)
    return image, left_text


def _crop(height: int, width: int, seed: int) -> ByteImage:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


_PAIRS = (
    (_crop(8, 20, 0), "ab", _crop(4, 7, 1), "c"),
    (_crop(6, 5, 2), "1", _crop(12, 30, 3), "two"),
)


def joins_like(reference: Callable[..., Joined]) -> Test:
    """A function that gives the reference's picture and text for every pair."""

    def part(index: int, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments: function(*arguments)[index]

    tests = [behaves_like(part(i, reference), *_PAIRS) for i in (0, 1)]
    return lambda answer: (
        callable(answer) and all(test(part(i, answer)) for i, test in enumerate(tests))
    )


def stretch(points: Array, shares: Array, strength: float) -> Array:
    count = len(points) // 2
    step = points[1, 0] - points[0, 0]
    moved = points.copy()
    moves = 0.45 * strength * step * np.asarray(shares)
    moved[1 : count - 1, 0] += moves
    moved[count + 1 : -1, 0] += moves
    return moved


def stretch_upper(points: Array, shares: Array, strength: float) -> Array:
    moved = stretch(points, shares, strength)
    count = len(points) // 2
    moved[count:] = points[count:]
    return moved


def stretch_moves(points: Array, shares: Array, strength: float) -> Array:
    return stretch(points, shares, strength) - points


def stretch_px(points: Array, shares: Array, strength: float) -> Array:
    step = points[1, 0] - points[0, 0]
    return np.asarray(points + (stretch(points, shares, strength) - points) / step)


def stretch_strongest(points: Array, shares: Array, strength: float) -> Array:
    return stretch(points, shares, 1.0)


def stretch_down(points: Array, shares: Array, strength: float) -> Array:
    return points + (stretch(points, shares, strength) - points)[:, ::-1]


def _edges(height: int, width: int, segments: int) -> Array:
    x = np.linspace(0, width - 1, segments + 1)
    edges = [np.stack([x, np.full_like(x, y)], axis=1) for y in (0, height - 1)]
    return np.concatenate(edges)


EDGES = (
    (_edges(32, 101, 4), np.array([1.0, -0.5, 0.2]), 0.5),
    (_edges(48, 61, 2), np.array([-0.8]), 1.0),
)


def follow(z: complex, p: Array, q: Array, power: float = 2.0, zoom: bool = True) -> complex:
    w = 1 / np.abs(p - z) ** power
    w = w / w.sum()
    p_mid, q_mid = (w * p).sum(), (w * q).sum()
    p_hat, q_hat = p - p_mid, q - q_mid
    a = (w * p_hat.conj() * q_hat).sum() / (w * np.abs(p_hat) ** 2).sum()
    return complex((a if zoom else a / abs(a)) * (z - p_mid) + q_mid)


def follow_plain(z: complex, p: Array, q: Array) -> complex:
    return follow(z, p, q, power=0.0)


def follow_distance(z: complex, p: Array, q: Array) -> complex:
    return follow(z, p, q, power=1.0)


def follow_rigid(z: complex, p: Array, q: Array) -> complex:
    return follow(z, p, q, zoom=False)


def follow_shift(z: complex, p: Array, q: Array) -> complex:
    w = 1 / np.abs(p - z) ** 2
    return complex(z + (w * (q - p)).sum() / w.sum())


def follow_mirrored(z: complex, p: Array, q: Array) -> complex:
    w = 1 / np.abs(p - z) ** 2
    w = w / w.sum()
    p_mid, q_mid = (w * p).sum(), (w * q).sum()
    a = (w * (p - p_mid) * (q - q_mid)).sum() / (w * np.abs(p - p_mid) ** 2).sum()
    return complex(a * (z - p_mid) + q_mid)


_MOVES = (
    (
        20 + 7j,
        np.array([0, 60, 31j, 60 + 31j]),
        np.array([2 + 4j, 66 - 2j, -3 + 30j, 55 + 36j]),
    ),
    (5 + 30j, np.array([0, 10 + 3j, 40 + 20j]), np.array([1j, 14 + 9j, 33 + 28j])),
)


def _parts(function: Callable[..., complex]) -> Callable[..., list[float]]:
    """A complex result as two numbers: ``check`` compares real ones."""

    def split(*arguments: object) -> list[float]:
        value = complex(function(*arguments))
        return [value.real, value.imag]

    return split


def follows_like(reference: Callable[..., complex]) -> Test:
    test = behaves_like(_parts(reference), *_MOVES)
    return lambda answer: callable(answer) and test(_parts(answer))


_T = {3: 4.303, 4: 3.182, 5: 2.776}
Interval = tuple[float, float]


def _around(mean: float, half: float) -> Interval:
    return mean - half, mean + half


def _spread(values: ArrayLike, freedom: int = 1) -> float:
    return float(np.std(np.asarray(values, float), ddof=freedom))


def _differences(none: Sequence[float], some: Sequence[float]) -> Array:
    return np.subtract(some, none)


def interval(none: Sequence[float], some: Sequence[float]) -> Interval:
    d = _differences(none, some)
    return _around(float(d.mean()), _T[len(d)] * _spread(d) / math.sqrt(len(d)))


def interval_normal(none: Sequence[float], some: Sequence[float]) -> Interval:
    d = _differences(none, some)
    return _around(float(d.mean()), 1.96 * _spread(d) / math.sqrt(len(d)))


def interval_of_values(none: Sequence[float], some: Sequence[float]) -> Interval:
    d = _differences(none, some)
    return _around(float(d.mean()), _T[len(d)] * _spread(d))


def interval_population(none: Sequence[float], some: Sequence[float]) -> Interval:
    d = _differences(none, some)
    return _around(float(d.mean()), _T[len(d)] * _spread(d, 0) / math.sqrt(len(d)))


def interval_unpaired(none: Sequence[float], some: Sequence[float]) -> Interval:
    count = len(none)
    error = math.sqrt((_spread(none) ** 2 + _spread(some) ** 2) / count)
    return _around(float(_differences(none, some).mean()), _T[count] * error)


def interval_reversed(none: Sequence[float], some: Sequence[float]) -> Interval:
    return interval(some, none)


SCORES = (
    ((0.30, 0.34, 0.41), (0.33, 0.36, 0.45)),
    ((0.50, 0.42, 0.47, 0.44, 0.39), (0.49, 0.43, 0.45, 0.47, 0.40)),
)


def verdict(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "no measurable difference"


def verdict_by_mean(low: float, high: float) -> str:
    return "better" if low + high > 0 else "worse"


def verdict_any(low: float, high: float) -> str:
    return "better" if high > 0 else "worse"


def verdict_equal(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "no difference"


INTERVALS = ((0.01, 0.05), (-0.01, 0.05), (-0.06, -0.02), (-0.04, 0.01), (-0.001, 0.2))
