"""Polygons and crops: the geometry that training, post-processing and reading share.

A polygon is a float32 array (n, 2) of (x, y) corners in px, y pointing down.
"""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pyclipper
import shapely
from numpy.typing import ArrayLike, NDArray

from ocrlib.errors import ImageError
from ocrlib.types import ByteImage, FloatArray

# A crop this much taller than wide is taken for a line that runs downwards, and is turned.
TALL = 1.5
# A larger crop can only come from corners that are no part of a picture.
MAX_CROP_PIXELS = 100_000_000


def order_quad(points: ArrayLike) -> FloatArray:
    """Four corners, clockwise from top-left, in whatever order they came.

    The first corner is chosen so that the way from it to the second one leads furthest to the
    right; for a rectangle that is the reading direction as long as the text is not steeper than
    its diagonal. A diamond (a square on its tip) starts at its left corner.

    Args:
        points: the corners in any order, (4, 2) px.

    Returns:
        The corners, (4, 2) float32.
    """
    # Plain floats: numpy's overhead on four points would dominate the post-processing of a page.
    # Sorting first makes the result independent of the order given, rounding included.
    corners = sorted(np.asarray(points).tolist())
    cx = sum(x for x, _ in corners) / 4
    cy = sum(y for _, y in corners) / 4
    corners.sort(key=lambda c: math.atan2(c[1] - cy, c[0] - cx))  # clockwise, as y points down
    tie = 1e-6 * max(abs(x - cx) + abs(y - cy) for x, y in corners)
    best, furthest = 0, -math.inf
    for i in sorted(range(4), key=corners.__getitem__):  # on a tie the leftmost corner wins
        quad = corners[i:] + corners[:i]
        rightwards = quad[1][0] - quad[0][0] + quad[2][0] - quad[3][0]
        if rightwards > furthest + tie:
            best, furthest = i, rightwards
    return np.array(corners[best:] + corners[:best], np.float32)


def polygon_area(polygon: ArrayLike) -> float:
    """Signed area in px^2 by the shoelace formula, positive when the corners run clockwise.

    Args:
        polygon: corners, (n, 2) px.
    """
    corners = np.asarray(polygon).tolist()  # a text has few corners: plain floats are faster
    if not corners:
        return 0.0
    x0, y0 = corners[0]  # coordinates relative to a corner keep their digits
    twice = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        twice += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return twice / 2


def polygon_perimeter(polygon: ArrayLike) -> float:
    """Length of the closed outline in px.

    Args:
        polygon: corners, (n, 2) px.
    """
    corners = np.asarray(polygon).tolist()
    return math.fsum(
        math.dist(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    )


def is_valid_polygon(polygon: ArrayLike) -> bool:
    """Whether the corners are finite, enclose an area and the outline does not cross itself.

    Args:
        polygon: corners, (n, 2) px; fewer than three are never valid.
    """
    p = np.asarray(polygon, np.float64)
    if p.ndim != 2 or p.shape[0] < 3 or p.shape[1] != 2 or not np.isfinite(p).all():
        return False
    if len(p) == 4 and _is_convex_quad(p):
        return True  # nearly every label is one; this is ten times faster than shapely
    return abs(polygon_area(p)) > 1e-6 and bool(shapely.Polygon(p).is_valid)


def _is_convex_quad(p: NDArray[np.float64]) -> bool:
    """Whether four corners turn the same way everywhere, by a clear margin."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = p.tolist()
    turns = (
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx),
        (cx - bx) * (dy - cy) - (cy - by) * (dx - cx),
        (dx - cx) * (ay - dy) - (dy - cy) * (ax - dx),
        (ax - dx) * (by - ay) - (ay - dy) * (bx - ax),
    )
    return bool(min(turns) > 1e-3 or max(turns) < -1e-3)


def clip_polygon(polygon: ArrayLike, size: tuple[int, int]) -> FloatArray:
    """The part of a polygon inside a picture (Sutherland and Hodgman 1974).

    A concave polygon that leaves the picture and comes back may have its pieces joined along the
    border.

    Args:
        polygon: corners, (n, 2) px.
        size: (height, width) of the picture in px.

    Returns:
        Corners within [0, width - 1] x [0, height - 1], (m, 2) float32; (0, 2) when none is left.
    """
    height, width = size
    p = np.asarray(polygon, np.float64).reshape(-1, 2)  # (n, 2)
    for axis, limit in ((0, width - 1.0), (1, height - 1.0)):
        for sign, bound in ((1.0, 0.0), (-1.0, -limit)):
            p = _clip_side(p, axis, sign, bound)
    return np.asarray(p, np.float32)


def _clip_side(p: NDArray[np.float64], axis: int, sign: float, bound: float) -> NDArray[np.float64]:
    """Keep what has sign * coordinate >= bound."""
    depth = sign * p[:, axis] - bound
    if (depth >= 0).all():
        return p
    kept: list[NDArray[np.float64]] = []
    for i in range(len(p)):
        before, here = depth[i - 1], depth[i]
        if (before >= 0) != (here >= 0):
            crossing = p[i - 1] + (p[i] - p[i - 1]) * (before / (before - here))
            crossing[axis] = sign * bound  # exactly on the border, whatever the rounding
            kept.append(crossing)
        if here >= 0:
            kept.append(p[i])
    return np.array(kept, np.float64).reshape(-1, 2)  # (m, 2)


def polygon_iou(a: ArrayLike, b: ArrayLike) -> float:
    """Intersection over union of two polygons, 0-1; 0 when one of them is not valid.

    Args:
        a: corners, (n, 2) px.
        b: corners, (m, 2) px.
    """
    if not is_valid_polygon(a) or not is_valid_polygon(b):
        return 0.0
    first, second = shapely.Polygon(np.asarray(a)), shapely.Polygon(np.asarray(b))
    shared = float(first.intersection(second).area)
    return min(1.0, shared / (float(first.area) + float(second.area) - shared))


def min_area_quad(polygon: ArrayLike) -> tuple[FloatArray, float]:
    """The smallest rotated rectangle around a polygon.

    Args:
        polygon: corners, (n, 2) px.

    Returns:
        Its corners clockwise from top-left, (4, 2) float32, and its shorter side in px.
    """
    points = np.asarray(polygon)
    if points.dtype != np.int32:
        points = points.astype(np.float32)
    rectangle = cv2.minAreaRect(points)
    return order_quad(cv2.boxPoints(rectangle)), float(min(rectangle[1]))


def offset_polygon(polygon: ArrayLike, distance: float, scale: int = 1) -> list[FloatArray]:
    """Move a polygon's outline outwards (distance > 0) or inwards, with round corners.

    Args:
        polygon: corners, (n, 2) px.
        distance: how far, in px.
        scale: the clipper works on whole numbers; coordinates are multiplied by this first, so
            1 works on whole px (as PaddleOCR does) and 1000 on thousandths.

    Returns:
        The polygons that are left, each (m, 2) float32: none when all of it was eaten up, several
        when a narrow part gave way.
    """
    path = np.asarray(polygon).tolist()
    if scale != 1:
        path = [(x * scale, y * scale) for x, y in path]
    if len(path) < 3:
        return []
    clipper = pyclipper.PyclipperOffset()
    clipper.AddPath(path, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    pieces = clipper.Execute(distance * scale)
    return [np.array(piece, np.float32) / np.float32(scale) for piece in pieces]


def crop_quad(image: ByteImage, quad: ArrayLike) -> ByteImage:
    """Cut a quadrilateral out of a picture and straighten it.

    A crop at least 1.5 times as tall as wide is turned 90 degrees counter-clockwise, so that a
    line of text running downwards becomes one running to the right.

    Args:
        image: RGB uint8 (H, W, 3).
        quad: corners clockwise from top-left, (4, 2) px.

    Returns:
        The crop, uint8 (h, w, 3): as long and as high as the quad's longer edges, at least 1 px.

    Raises:
        ImageError: the corners are not four finite points, or impossibly far apart.
    """
    corners = np.asarray(quad, np.float32)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise ImageError("a crop needs four finite corners", value=corners.tolist())
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners.tolist()
    width = max(1, int(max(math.hypot(bx - ax, by - ay), math.hypot(cx - dx, cy - dy))))
    height = max(1, int(max(math.hypot(dx - ax, dy - ay), math.hypot(cx - bx, cy - by))))
    if width * height > MAX_CROP_PIXELS:
        raise ImageError("a crop of these corners would be too large", value=corners.tolist())
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    crop = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners, target),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if height / width >= TALL:
        crop = np.ascontiguousarray(np.rot90(crop))
    return np.asarray(crop, np.uint8)
