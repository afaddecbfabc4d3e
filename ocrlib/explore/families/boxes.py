"""What the regression families share: many overlapping boxes, of which one per text shall stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from ocrlib.types import FloatArray


def corners(boxes: ArrayLike) -> FloatArray:
    """Upright boxes as quads.

    Args:
        boxes: (n, 4) left, top, right, bottom px.

    Returns:
        (n, 4, 2) float32, clockwise from top-left.
    """
    left, top, right, bottom = np.asarray(boxes, np.float32).reshape(-1, 4).T  # (n,) each
    xs = np.stack([left, right, right, left], 1)  # (n, 4)
    ys = np.stack([top, top, bottom, bottom], 1)  # (n, 4)
    return np.stack([xs, ys], 2)  # (n, 4, 2)


def box_iou(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Intersection over union of upright boxes, each with each.

    Args:
        a: (n, 4) left, top, right, bottom px.
        b: (m, 4) the same.

    Returns:
        (n, m), 0-1.
    """
    first = np.asarray(a, np.float64).reshape(-1, 1, 4)  # (n, 1, 4)
    second = np.asarray(b, np.float64).reshape(1, -1, 4)  # (1, m, 4)
    low = np.maximum(first[..., :2], second[..., :2])  # (n, m, 2)
    high = np.minimum(first[..., 2:], second[..., 2:])  # (n, m, 2)
    shared = np.maximum(high - low, 0).prod(axis=2)  # (n, m)
    areas = [(p[..., 2:] - p[..., :2]).prod(axis=2) for p in (first, second)]
    union = areas[0] + areas[1] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float64)


def suppress(quads: FloatArray, scores: ArrayLike, iou: float = 0.5) -> list[int]:
    """Non-maximum suppression: the surest box stays, those that overlap it go, and so on.

    Args:
        quads: (n, 4, 2) px.
        scores: (n,).
        iou: boxes that overlap a surer one by more than this go.

    Returns:
        Indices of those that stay, surest first.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    shapes = shapely.polygons(np.asarray(quads, np.float64)[order])
    areas = shapely.area(shapes)
    tree = shapely.STRtree(shapes)
    alive = np.ones(len(order), bool)
    kept: list[int] = []
    for i in range(len(order)):
        if not alive[i]:
            continue
        kept.append(int(order[i]))
        near = tree.query(shapes[i])
        near = near[alive[near]]
        shared = shapely.area(shapely.intersection(shapes[i], shapes[near]))
        alive[near[shared > iou * (areas[i] + areas[near] - shared)]] = False
    return kept


def bounds(polygons: Sequence[ArrayLike]) -> FloatArray:
    """Upright boxes around polygons, (n, 4) left, top, right, bottom px."""
    points = [np.asarray(p, np.float32) for p in polygons]
    if not points:
        return np.zeros((0, 4), np.float32)
    return np.array([[*p.min(axis=0), *p.max(axis=0)] for p in points], np.float32)
