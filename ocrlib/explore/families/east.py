"""EAST in miniature: every pixel inside a text names the whole rotated box around it.

Zhou et al., EAST: An Efficient and Accurate Scene Text Detector, CVPR 2017 (its RBOX form).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike

from ocrlib.explore.families.boxes import suppress
from ocrlib.geometry import (
    is_valid_polygon,
    min_area_quad,
    offset_polygon,
    polygon_area,
    polygon_iou,
    polygon_perimeter,
)
from ocrlib.types import Detection, FloatArray

STRIDE = 4  # one answer for so many px of the page
SHRINK = 0.3  # of the height: so far from the outline pixels do not answer
REACH = 200.0  # the furthest edge that a pixel can name, px: the miniature's receptive field


class EastAnswer(NamedTuple):
    """What the network says at every fourth pixel.

    Args:
        scores: inner part of a text or not, (h, w), 0-1.
        distances: to the upper, right, lower and left edge of the text's box, (h, w, 4) px.
        angles: of that box, (h, w) radians, clockwise.
    """

    scores: FloatArray
    distances: FloatArray
    angles: FloatArray


def encode(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    reach: float = REACH,
) -> EastAnswer:
    """The answer of a perfect network that sees no further than its receptive field.

    Where texts overlap, a pixel speaks for the smallest one.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        reach: edges further away than this are named at this distance, px.
    """
    shape = (-(-size[0] // STRIDE), -(-size[1] // STRIDE))
    scores, angles = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    distances = np.zeros((*shape, 4), np.float32)
    texts = [
        np.asarray(p, np.float32)
        for p, ignored in zip(polygons, ignore, strict=True)
        if not ignored and is_valid_polygon(p)
    ]
    for p in sorted(texts, key=lambda p: -abs(polygon_area(p))):
        quad, _ = min_area_quad(p)
        right, down = quad[1] - quad[0], quad[3] - quad[0]
        width, height = math.hypot(*right), math.hypot(*down)
        # 2 A / L is the height of a long line, bent or not.
        inset = SHRINK * 2 * abs(polygon_area(p)) / polygon_perimeter(p)
        inside = np.zeros(shape, np.uint8)
        for part in offset_polygon(p, -inset, scale=100):
            cv2.fillPoly(inside, [np.rint(part / STRIDE - 0.5).astype(np.int32)], 1)
        rows, columns = np.nonzero(inside)
        places = (np.stack([columns, rows], 1) + 0.5) * STRIDE - quad[0]  # (P, 2)
        along, across = places @ (right / width), places @ (down / height)
        edges = np.stack([across, width - along, height - across, along], 1)  # (P, 4)
        scores[rows, columns] = 1
        distances[rows, columns] = np.minimum(edges, reach)
        angles[rows, columns] = math.atan2(right[1], right[0])
    return EastAnswer(scores, distances, angles)


def read_boxes(answer: EastAnswer, min_score: float = 0.8) -> tuple[FloatArray, FloatArray]:
    """The boxes that the pixels name, row by row.

    Args:
        answer: the network's answer.
        min_score: pixels below are not asked, 0-1.

    Returns:
        Corners clockwise from top-left, (P, 4, 2) px, and scores, (P,).
    """
    rows, columns = np.nonzero(answer.scores >= min_score)
    middles = (np.stack([columns, rows], 1)[:, None] + 0.5) * STRIDE  # (P, 1, 2)
    up, right, down, left = answer.distances[rows, columns].T  # (P,) each
    cos, sin = np.cos(answer.angles[rows, columns]), np.sin(answer.angles[rows, columns])
    x = np.stack([-left, right, right, -left], 1)  # (P, 4), in the frame of the box
    y = np.stack([-up, -up, down, down], 1)
    turned = np.stack([x * cos[:, None] - y * sin[:, None], x * sin[:, None] + y * cos[:, None]], 2)
    return (middles + turned).astype(np.float32), answer.scores[rows, columns]


def merge_neighbours(
    quads: FloatArray, scores: FloatArray, iou: float = 0.5
) -> tuple[FloatArray, FloatArray]:
    """The first half of locality-aware suppression: average boxes as long as they agree.

    Boxes come row by row, so neighbours mostly speak of the same text. Each box is compared with
    the one before: if they overlap enough, they become their mean, weighted by score.

    Args:
        quads: (P, 4, 2) px, row by row.
        scores: (P,).
        iou: boxes that overlap by more than this are averaged.

    Returns:
        Fewer boxes, (M, 4, 2), and the sums of their scores, (M,).
    """
    merged: list[FloatArray] = []
    weights: list[float] = []
    for quad, score in zip(quads, scores.tolist(), strict=True):
        if merged and polygon_iou(quad, merged[-1]) > iou:
            total = weights[-1] + score
            merged[-1] = (weights[-1] * merged[-1] + score * quad) / np.float32(total)
            weights[-1] = total
        else:
            merged.append(quad)
            weights.append(score)
    found = np.array(merged, np.float32).reshape(-1, 4, 2)  # (M, 4, 2)
    return found, np.array(weights, np.float32)


def decode(answer: EastAnswer, iou: float = 0.5) -> list[Detection]:
    """From an answer to texts: locality-aware non-maximum suppression.

    Args:
        answer: the network's answer.
        iou: boxes that overlap by more than this speak of the same text.
    """
    quads, weights = merge_neighbours(*read_boxes(answer), iou)
    if not len(quads):
        return []
    return [Detection(quads[i], float(weights[i])) for i in suppress(quads, weights, iou)]


def find_with_east(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    reach: float = REACH,
) -> list[Detection]:
    """Which texts come back when every pixel of a perfect network names a box.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        reach: edges further away than this are named at this distance, px.
    """
    return decode(encode(polygons, ignore, size, reach))
