"""From ink on flat sheets to labelled polygons in the finished picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth.canvas import InkedLine, InkedWord
from ocrlib.data.synth.warp import Warp
from ocrlib.geometry import clip_polygon, is_valid_polygon, min_area_quad, polygon_area
from ocrlib.types import ByteImage, FloatArray, TextInstance

Placed = tuple[tuple[InkedLine, ...], Warp]  # what was written on one sheet, and where it went

MIN_HEIGHT = 6.0  # px; lower text cannot be read
MIN_SPREAD = 7.0  # grey levels (standard deviation); fainter text cannot be seen
WHOLE = 0.9  # a text of which less than this part is inside the picture need not be found
GONE = 0.03  # below this part it leaves no trace
STRAIGHT = 0.08  # of its height: a text that deviates less from its corners' frame is a quad
MARGIN = (0.8, 0.08)  # around the ink: at least px, and of the text's height
_EDGE_POINTS = 8  # along the top and along the bottom of a text


def label_pages(
    placed: Sequence[Placed], image: ByteImage
) -> tuple[tuple[TextInstance, ...], tuple[TextInstance, ...]]:
    """Polygons of all lines and of all words.

    Straight text gets four corners, bent text more. Text that is too low, too faint or cut off by
    the border is marked `ignore`.

    Args:
        placed: sheets with what was written on them and how they were laid into the picture.
        image: the picture, to see whether the text can be seen, (H, W, 3).

    Returns:
        The lines and the words.
    """
    grey = cv2.blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (2, 2))
    sums = cv2.integral2(grey)
    lines: list[TextInstance] = []
    words: list[TextInstance] = []
    for inked, warp in placed:
        lines += _label(inked, warp, sums)
        readable = [word for line in inked for word in line.words if _has_letters(word.text)]
        words += _label(readable, warp, sums)
    return tuple(lines), tuple(words)


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def outlines(boxes: NDArray[np.float64]) -> FloatArray:
    """Polygons a little larger than boxes, with points along the long edges that can bend.

    Args:
        boxes: (n, 4) left, top, right, bottom px.

    Returns:
        (n, 2k, 2) px: k points along the top from left to right, k along the bottom back.
    """
    # Boxes end where the ink ends, one px before the coordinate of the next.
    boxes = boxes - np.array([0, 0, 1, 1])
    margin = np.maximum(MARGIN[0], MARGIN[1] * (boxes[:, 3] - boxes[:, 1]))[:, None]
    share = np.linspace(0, 1, _EDGE_POINTS)
    left, right = boxes[:, :1] - margin, boxes[:, 2:3] + margin
    across = left + share * (right - left)  # (n, k)
    down = np.ones_like(across)
    top = np.stack([across, (boxes[:, 1:2] - margin) * down], axis=2)
    bottom = np.stack([across[:, ::-1], (boxes[:, 3:] + margin) * down], axis=2)
    both: FloatArray = np.concatenate([top, bottom], axis=1).astype(np.float32)
    return both


def _label(
    pieces: Sequence[InkedLine | InkedWord],
    warp: Warp,
    sums: Sequence[NDArray[np.float64]],
) -> list[TextInstance]:
    """The pieces of text of one sheet that are in the picture."""
    if not pieces:
        return []
    height, width = sums[0].shape[0] - 1, sums[0].shape[1] - 1
    flat = outlines(np.array([piece.box for piece in pieces], np.float64))
    count, points = flat.shape[:2]
    polygons = warp.points(flat.reshape(-1, 2)).reshape(count, points, 2)
    half = points // 2
    tall = np.median(
        np.linalg.norm(polygons[:, :half] - polygons[:, half:][:, ::-1], axis=2), axis=1
    )
    straight = _bend(polygons) < STRAIGHT * tall
    low, high = polygons.min(axis=1), polygons.max(axis=1)
    inside = (low >= 0).all(axis=1) & (high <= (width - 1, height - 1)).all(axis=1)
    hidden = (tall < MIN_HEIGHT) | (_spread(low, high, sums) < MIN_SPREAD)
    found = []
    for i, piece in enumerate(pieces):
        polygon = polygons[i][[0, half - 1, half, -1]] if straight[i] else polygons[i]
        ignore = bool(hidden[i])
        if not inside[i]:
            whole = polygon_area(polygon)
            polygon = cut(polygon, (height, width))
            if not is_valid_polygon(polygon) or polygon_area(polygon) < GONE * whole:
                continue
            ignore = ignore or polygon_area(polygon) < WHOLE * whole
        found.append(TextInstance(polygon, piece.text, ignore))
    return found


def _bend(polygons: FloatArray) -> NDArray[np.float64]:
    """How far each outline (n, 2k, 2) leaves the straight lines between its corners, (n,) px."""
    half = polygons.shape[1] // 2
    furthest = np.zeros(len(polygons))
    for edge in (polygons[:, :half], polygons[:, half:]):
        along = edge[:, -1] - edge[:, 0]  # (n, 2)
        off = edge - edge[:, :1]  # (n, k, 2)
        cross = np.abs(along[:, :1] * off[..., 1] - along[:, 1:] * off[..., 0])  # (n, k)
        length = np.maximum(np.linalg.norm(along, axis=1), 1e-6)
        furthest = np.maximum(furthest, cross.max(axis=1) / length)
    return furthest


def _spread(
    low: FloatArray, high: FloatArray, sums: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Standard deviation of the grey levels in boxes from low to high, (n, 2) px each."""
    height, width = sums[0].shape[0] - 1, sums[0].shape[1] - 1
    x0, y0 = np.clip(low, 0, (width - 1, height - 1)).astype(int).T
    x1, y1 = np.clip(high, 1, (width, height)).astype(int).T
    x1, y1 = np.maximum(x1, x0 + 1), np.maximum(y1, y0 + 1)
    area = (x1 - x0) * (y1 - y0)
    mean, square = ((s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]) / area for s in sums)
    spread: NDArray[np.float64] = np.sqrt(np.maximum(square - mean**2, 0))
    return spread


def cut(polygon: FloatArray, size: tuple[int, int]) -> FloatArray:
    """The part of a text's polygon inside the picture, again as a quad where that is possible.

    Args:
        polygon: (n, 2) px, clockwise from top-left.
        size: (height, width) of the picture in px.

    Returns:
        (m, 2) px, m = 0 when nothing is left.
    """
    part = clip_polygon(polygon, size)
    if len(part) < 3 or not is_valid_polygon(part):
        return part[:0]
    quad, _ = min_area_quad(part)
    height, width = size
    within = (quad.min() >= 0) and quad[:, 0].max() <= width - 1 and quad[:, 1].max() <= height - 1
    return quad if within else part
