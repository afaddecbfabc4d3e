"""Text bent by moving a few points of its upper and lower edge: TIA.

Luo et al., "Learn to Augment: Joint Data Augmentation and Network Optimization for Text
Recognition", CVPR 2020. What lies between the points follows by moving least squares: Schaefer et
al., "Image Deformation Using Moving Least Squares", SIGGRAPH 2006.

Points are (x, y) px from the middle of the first pixel: the corners of a crop of width w and
height h are (0, 0) and (w - 1, h - 1).
"""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.errors import DataError
from ocrlib.types import ByteImage

Points = NDArray[np.float64]  # (..., 2) px

_ROWS = 24  # of the lattice on which the map is computed, at most: it is smooth in between
_TINY = 1e-12  # px^2; a point that lies on a handle follows it, instead of dividing by nothing


def mls(points: Points, handles: Points, moved: Points, rigid: bool = False) -> Points:
    """Where points go when handles are moved: moving least squares.

    Every point gets the similarity (turn, zoom and shift) that suits the handles best, near ones
    counting more: weights are 1 / distance². In complex numbers that similarity is
    ``z -> a (z - p) + q``, with p and q the weighted means of the handles and of where they went.

    Args:
        points: (..., 2) px.
        handles: at least two different points, (n, 2) px.
        moved: where they went, (n, 2) px.
        rigid: without the zoom.

    Returns:
        (..., 2) px. A point on a handle goes exactly where that went.

    Raises:
        DataError: fewer than two handles, or not as many moved ones.
    """
    if handles.shape != moved.shape or handles.ndim != 2 or len(handles) < 2:
        raise DataError(
            "moving least squares needs two handles or more, each with the place it goes to",
            value=(handles.shape, moved.shape),
        )
    z = _complex(points)[..., None]  # (..., 1)
    before, after = _complex(handles), _complex(moved)  # (n,)
    away = before - z  # (..., n)
    weight = 1 / (away.real**2 + away.imag**2 + _TINY)
    weight /= weight.sum(axis=-1, keepdims=True)
    p, q = (weight @ before)[..., None], (weight @ after)[..., None]  # (..., 1)
    left = weight * np.conj(before - p)
    a = (left * (after - q)).sum(axis=-1)  # (...)
    if rigid:
        size = np.abs(a)
        a = np.divide(a, size, out=np.ones_like(a), where=size > 0)
    else:
        a /= (left * (before - p)).sum(axis=-1).real
    result = a * (z - p)[..., 0] + q[..., 0]
    return np.stack([result.real, result.imag], axis=-1)


def warp(image: ByteImage, handles: Points, moved: Points, rigid: bool = False) -> ByteImage:
    """Move points of a picture and let the rest follow.

    Args:
        image: RGB uint8 (H, W, 3).
        handles: (n, 2) px, n >= 2, all different, and different after the move.
        moved: where they go, (n, 2) px.
        rigid: turn and shift only, no zoom.

    Returns:
        RGB uint8 of the same size; what comes in from outside repeats the border.
    """
    height, width = image.shape[:2]
    x, y = pixel_map(height, width, handles, moved, rigid)
    warped = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def pixel_map(
    height: int, width: int, handles: Points, moved: Points, rigid: bool = False
) -> NDArray[np.float32]:
    """Where every pixel of a warped picture comes from.

    Moving least squares are worked out on a lattice (every second px at a height of 32) and
    interpolated between its nodes.

    Args:
        height: of the picture, px.
        width: of the picture, px.
        handles: (n, 2) px.
        moved: where they go, (n, 2) px.
        rigid: turn and shift only, no zoom.

    Returns:
        (2, H, W) px: x, then y.
    """
    nodes, rows, columns = _lattice(height, width)
    # Every pixel of the result asks where it comes from, so the handles are followed backwards.
    shift = (mls(nodes, moved, handles, rigid) - nodes).astype(np.float32)  # (r, c, 2)
    maps = np.asarray(rows @ shift.transpose(2, 0, 1) @ columns, np.float32)  # (2, H, W)
    maps[0] += np.arange(width, dtype=np.float32)
    maps[1] += np.arange(height, dtype=np.float32)[:, None]
    return maps


def edge_points(height: int, width: int, segments: int) -> Points:
    """The handles of TIA: where the borders of equally wide segments meet the picture's edges.

    Args:
        height: of the picture, px.
        width: of the picture, px.
        segments: pieces that the picture is cut into, at least 1.

    Returns:
        (2 (segments + 1), 2) px: the upper edge from left to right, then the lower one.

    Raises:
        DataError: no segment.
    """
    if segments < 1:
        raise DataError("TIA needs a segment at least", value=segments)
    x = np.linspace(0, width - 1, segments + 1)
    upper = np.stack([x, np.zeros_like(x)], axis=1)
    lower = np.stack([x, np.full_like(x, height - 1)], axis=1)
    return np.concatenate([upper, lower])


def distort(
    image: ByteImage, rng: np.random.Generator, segments: int = 4, strength: float = 0.5
) -> ByteImage:
    """Move every point on its own: letters grow, shrink, lean and jump.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        segments: pieces that the picture is cut into.
        strength: 0 to 1; at 1 a point moves by up to a third of a segment or of the height,
            whichever is less. Mostly inwards, lest letters leave the picture.
    """
    height, width = image.shape[:2]
    if min(height, width) < 2:
        return image
    points = edge_points(height, width, segments)
    reach = strength * min(height, width / segments) / 3
    moves = rng.uniform(-1, 1, points.shape) * reach
    inwards = np.sign(height / 2 - points[:, 1])  # +1 on the upper edge, -1 on the lower one
    moves[:, 1] = inwards * rng.uniform(-0.3, 1, len(points)) * reach
    ends = [0, segments, segments + 1, 2 * segments + 1]
    moves[ends, 0] = np.abs(moves[ends, 0]) * np.sign(width / 2 - points[ends, 0])
    return warp(image, points, points + moves)


def stretch(
    image: ByteImage, rng: np.random.Generator, segments: int = 4, strength: float = 0.5
) -> ByteImage:
    """Move the inner points along the text, upper and lower ones together: widths change.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        segments: pieces that the picture is cut into; one alone cannot be stretched.
        strength: 0 to 1; at 1 a point moves by up to 0.45 of a segment, so that none overtakes
            another.
    """
    height, width = image.shape[:2]
    if min(height, width) < 2:
        return image
    points = edge_points(height, width, segments)
    moves = np.zeros((2, segments + 1, 2))
    step = (width - 1) / segments
    moves[:, 1:-1, 0] = rng.uniform(-0.45, 0.45, segments - 1) * strength * step
    return warp(image, points, points + moves.reshape(-1, 2))


def perspective(image: ByteImage, rng: np.random.Generator, strength: float = 0.5) -> ByteImage:
    """Move the four corners up or down, inwards: one end of the text comes nearer.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 to 1; at 1 a corner moves by up to 0.45 of the height.
    """
    height, width = image.shape[:2]
    if min(height, width) < 2:
        return image
    points = edge_points(height, width, 1)
    moves = np.zeros((4, 2))
    moves[:, 1] = rng.uniform(0, 0.45, 4) * strength * height * np.array([1, 1, -1, -1])
    return warp(image, points, points + moves)


def tia(
    image: ByteImage, rng: np.random.Generator, segments: int = 4, strength: float = 0.5
) -> ByteImage:
    """Distort, stretch or tilt, each as often as the others.

    The paper learns which move makes a sample harder; chance alone does it here.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        segments: pieces that the picture is cut into.
        strength: 0 to 1.
    """
    choice = int(rng.integers(3))
    if choice == 0:
        return distort(image, rng, segments, strength)
    if choice == 1:
        return stretch(image, rng, segments, strength)
    return perspective(image, rng, strength)


def _complex(points: Points) -> NDArray[np.complex128]:
    """(x, y) as x + iy."""
    result: NDArray[np.complex128] = points[..., 0] + 1j * points[..., 1]
    return result


@lru_cache(maxsize=256)
def _lattice(height: int, width: int) -> tuple[Points, NDArray[np.float32], NDArray[np.float32]]:
    """Nodes on a picture, (r, c, 2) px, and the weights (H, r) and (c, W) that fill the gaps."""
    step = max(2.0, height / _ROWS)  # px
    ys = np.linspace(0, height - 1, max(2, math.ceil(height / step) + 1))
    xs = np.linspace(0, width - 1, max(2, math.ceil(width / step) + 1))
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1)  # (r, c, 2)
    return nodes, _between(height, ys), _between(width, xs).T


def _between(size: int, nodes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Linear interpolation as a matrix: (size, n) weights of the nodes at every pixel."""
    columns = [np.interp(np.arange(size), nodes, row) for row in np.eye(len(nodes))]
    return np.stack(columns, axis=1).astype(np.float32)
