"""Outlines in few numbers: the regression that bends.

Zhu et al., Fourier Contour Embedding for Arbitrary-Shaped Text Detection, CVPR 2021 (FCENet).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.types import FloatArray

SAMPLES = 400  # points along an outline

Coefficients = NDArray[np.complex128]


def resample(polygon: ArrayLike, count: int = SAMPLES) -> NDArray[np.float64]:
    """Points at equal distances along a closed outline, from its first corner on.

    Args:
        polygon: corners, (n, 2) px.
        count: how many points.

    Returns:
        (count, 2) px.
    """
    corners = np.asarray(polygon, np.float64)
    closed = np.concatenate([corners, corners[:1]])
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(count) / count * way[-1]
    return np.stack([np.interp(at, way, closed[:, axis]) for axis in (0, 1)], 1)


def to_fourier(polygon: ArrayLike, degree: int) -> Coefficients:
    """The outline's lowest Fourier coefficients, taking (x, y) as x + iy.

    Args:
        polygon: corners, (n, 2) px.
        degree: the highest frequency.

    Returns:
        2 * degree + 1 complex numbers, for the frequencies -degree ... degree. The middle one is
        the centre of the outline, px.
    """
    x, y = resample(polygon).T
    spectrum = np.fft.fft(x + 1j * y) / SAMPLES
    return np.asarray(spectrum[np.arange(-degree, degree + 1)], np.complex128)


def from_fourier(coefficients: Coefficients, count: int = 100) -> FloatArray:
    """The outline that coefficients describe.

    Args:
        coefficients: as :func:`to_fourier` gives them.
        count: how many points.

    Returns:
        (count, 2) px.
    """
    degree = len(coefficients) // 2
    turns = np.outer(np.arange(count) / count, np.arange(-degree, degree + 1))  # (count, 2d + 1)
    points = np.exp(2j * np.pi * turns) @ coefficients
    return np.stack([points.real, points.imag], 1).astype(np.float32)
