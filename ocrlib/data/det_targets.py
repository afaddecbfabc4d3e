"""What a DB detector learns: where text is, and how high the bar for text lies near its border.

Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI 2020.

Polygons may reach over the border of the picture; they are not cut there, so the targets of a
part of a picture are that part of the picture's targets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike

from ocrlib.geometry import is_valid_polygon, offset_polygon, polygon_area, polygon_perimeter
from ocrlib.types import FloatArray

# Coordinates beyond this are label errors; drawing functions work in 32-bit fixed point.
MAX_COORDINATE = 30_000.0


def shrink_map(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    shrink_ratio: float = 0.4,
    min_text_size: float = 8,
) -> tuple[FloatArray, FloatArray]:
    """The map of text kernels: every text shrunk until neighbours no longer touch.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them shall not count; a polygon without area or crossing itself, one whose
            shorter side is below ``min_text_size`` or of which nothing is left joins them.
        size: (height, width) of the picture in px.
        shrink_ratio: outlines move inwards by area * (1 - ratio^2) / perimeter.
        min_text_size: shorter side of a text in px below which it does not count.

    Returns:
        The map, 1 inside kernels, and the mask, 0 where ignored; both float32 (height, width).
    """
    kernels = np.zeros(size, np.float32)
    mask = np.ones(size, np.float32)
    for polygon, ignored in zip(polygons, ignore, strict=True):
        p = np.asarray(polygon, np.float32)
        if not _drawable(p):
            continue
        pieces: list[FloatArray] = []
        if not ignored and _short_side(p) >= min_text_size and is_valid_polygon(p):
            pieces = _shrink(p, shrink_ratio)
        if pieces:
            for piece in pieces:
                cv2.fillPoly(kernels, [piece.astype(np.int32)], 1.0)
        else:
            cv2.fillPoly(mask, [p.astype(np.int32)], 0.0)
    return kernels, mask


def threshold_map(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    shrink_ratio: float = 0.4,
    low: float = 0.3,
    high: float = 0.7,
) -> tuple[FloatArray, FloatArray]:
    """The map of thresholds: highest on a text's outline, falling to both sides.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them shall not count; a polygon without area or crossing itself joins them.
        size: (height, width) of the picture in px.
        shrink_ratio: the map reaches ``low`` at area * (1 - ratio^2) / perimeter off an outline.
        low: value far from outlines.
        high: value on outlines.

    Returns:
        The map and the mask, 1 inside the widened texts; both float32 (height, width).
    """
    distance = np.ones(size, np.float32)  # to the nearest outline, in units of its reach
    mask = np.zeros(size, np.float32)
    outlines: list[FloatArray] = []
    reaches: list[float] = []
    for polygon, ignored in zip(polygons, ignore, strict=True):
        p = np.asarray(polygon, np.float32)
        if ignored or not _drawable(p) or not is_valid_polygon(p):
            continue
        reach = _reach(p) * (1 - shrink_ratio**2)
        if reach == 0:
            continue
        for wide in offset_polygon(p, reach):
            cv2.fillPoly(mask, [wide.astype(np.int32)], 1.0)
        outlines.append(p)
        reaches.append(reach)
    _draw_distances(distance, outlines, reaches)
    values = np.subtract(1, distance, out=distance)
    values *= high - low
    values += low
    return values, mask


def shrink_ratio_at(progress: float, start: float = 0.4, end: float = 0.6) -> float:
    """The shrink ratio of a training that raises it evenly: kernels thin at first, full later.

    Thin kernels part crowded texts early on; wide ones give short texts more to learn from.

    Args:
        progress: how much of the training is done, 0-1; beyond that it stays as it is.
        start: the ratio at the beginning, 0-1.
        end: the ratio at the end, 0-1.

    Raises:
        ValueError: a ratio that is not between 0 and 1, or a progress that is not a number.
    """
    if not (0 < start < 1 and 0 < end < 1) or math.isnan(progress):
        raise ValueError(f"no shrink ratio from {start} to {end} at progress {progress}")
    return start + (end - start) * min(1.0, max(0.0, progress))


def _drawable(p: FloatArray) -> bool:
    return p.ndim == 2 and len(p) > 0 and bool((np.abs(p) < MAX_COORDINATE).all())  # False on NaN


def _short_side(p: FloatArray) -> float:
    return float(min(cv2.minAreaRect(p)[1]))


def _reach(p: FloatArray) -> float:
    """Area / perimeter in px: how far an outline moves, but for the ratio; 0 below one px^2."""
    area = abs(polygon_area(p))
    return area / polygon_perimeter(p) if area >= 1 else 0.0


def _shrink(p: FloatArray, shrink_ratio: float) -> list[FloatArray]:
    """Shrink; if that leaves several pieces, shrink less, as long as there is a lesser step."""
    reach = _reach(p)
    if reach == 0:
        return []
    pieces: list[FloatArray] = []
    ratio = shrink_ratio
    while ratio < 1:
        pieces = offset_polygon(p, -reach * (1 - ratio**2))
        if len(pieces) == 1:
            break
        ratio += shrink_ratio
    return pieces


def _draw_distances(
    canvas: FloatArray, outlines: Sequence[FloatArray], reaches: Sequence[float]
) -> None:
    """Lower the canvas to (distance to the outline) / reach around every polygon.

    In the frame of an edge, in units of the reach, a point has a distance across and a way along
    from its middle. Both are linear in x and y, so a product of (h, 2) and (2, w) gives them.
    """
    if not outlines:
        return
    height, width = canvas.shape
    ys = np.ones((height, 2), np.float32)  # y and 1 for every row
    ys[:, 0] = np.arange(height)
    xs = np.ones((2, width), np.float32)  # x and 1 for every column
    xs[0] = np.arange(width)
    # The edges of all polygons at once: few numbers each, so numpy's overhead would count.
    a = np.concatenate(outlines).astype(np.float64)  # (edges, 2)
    b = np.concatenate([np.concatenate([p[1:], p[:1]]) for p in outlines]).astype(np.float64)
    reach = np.repeat(np.asarray(reaches, np.float64), [len(p) for p in outlines])
    length = np.hypot(b[:, 0] - a[:, 0], b[:, 1] - a[:, 1])
    keep = length > 0  # a repeated corner makes no edge
    a, b, length, reach = a[keep], b[keep], length[keep], reach[keep]
    start = np.trunc(np.minimum(a, b) - reach[:, None]).clip(0)
    end = np.minimum(np.trunc(np.maximum(a, b) + reach[:, None]) + 2, (width, height))
    frames = np.zeros((len(a), 2, 2, 2), np.float32)
    (ux, uy), (mx, my) = (b - a).T / length / reach, (a + b).T / 2
    frames[:, 0, 0, 1], frames[:, 0, 1, 0], frames[:, 0, 1, 1] = ux, -uy, uy * mx - ux * my
    frames[:, 1, 0, 1], frames[:, 1, 1, 0], frames[:, 1, 1, 1] = uy, ux, -ux * mx - uy * my
    half = (length / 2 / reach).astype(np.float32)
    boxes = np.concatenate([start, end], axis=1).astype(np.int64).tolist()
    for frame, reach_along, (x0, y0, x1, y1) in zip(frames, half, boxes, strict=True):
        if x0 >= x1 or y0 >= y1:  # out of the picture
            continue
        across, along = ys[y0:y1] @ (frame @ xs[:, x0:x1])  # (2, h, w)
        np.abs(along, out=along)
        along -= reach_along
        np.maximum(along, 0, out=along)  # what is beyond an end of the edge adds to the distance
        part = canvas[y0:y1, x0:x1]
        np.minimum(part, cv2.magnitude(across, along), out=part)
