"""Segmentation in miniature: a plain mask, and PSENet's kernels that grow until they meet.

Wang et al., Shape Robust Text Detection with Progressive Scale Expansion Network, CVPR 2019. (DB
has a chapter of its own: its targets are ``data.det_targets``, its decoding ``postprocess.db``.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.geometry import is_valid_polygon, offset_polygon, polygon_area, polygon_perimeter
from ocrlib.types import Detection, FloatArray

COUNT = 6  # kernels of each text, the text itself included
SMALLEST = 0.5  # scale of the smallest one
MIN_PIXELS = 4  # smaller regions are noise
SIMPLIFY = 0.002  # an outline may be simplified by this part of its length

Labels = NDArray[np.int32]  # (h, w): 0 for background, 1... for texts


def kernel_maps(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    count: int = COUNT,
    smallest: float = SMALLEST,
    stride: int = 1,
) -> NDArray[np.uint8]:
    """The answer of a perfect network: every text at several scales, each painted in one map.

    At the scale r an outline is moved inwards by area * (1 - r^2) / perimeter; the scales run in
    equal steps from the smallest one to 1.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        count: number of maps; with 1 there is only the full text.
        smallest: scale of the first map, 0-1.
        stride: one pixel of the maps for so many px of the page.

    Returns:
        (count, h, w) of 0 and 1, the smallest kernels first.
    """
    shape = (-(-size[0] // stride), -(-size[1] // stride))
    maps = np.zeros((count, *shape), np.uint8)
    scales = np.linspace(smallest, 1, count) if count > 1 else np.ones(1)
    for polygon, ignored in zip(polygons, ignore, strict=True):
        if ignored or not is_valid_polygon(polygon):
            continue
        reach = abs(polygon_area(polygon)) / polygon_perimeter(polygon)
        for painted, scale in zip(maps, scales, strict=True):
            for part in offset_polygon(polygon, -reach * (1 - scale**2), scale=100):
                cv2.fillPoly(painted, [np.rint(part / stride).astype(np.int32)], 1)
    return maps


def first_labels(kernels: NDArray[np.uint8]) -> Labels:
    """Number the regions of the smallest kernels.

    Args:
        kernels: (count, h, w) of 0 and 1, the smallest first.
    """
    _, labels = cv2.connectedComponents(kernels[0], connectivity=4, ltype=cv2.CV_32S)
    return np.asarray(labels, np.int32)


def grow_once(labels: Labels, allowed: NDArray[np.uint8]) -> Labels:
    """Let every region take the free pixels beside it.

    A pixel that two regions could take goes to one of them and stays there: first come, first
    served. Regions that come in the same step are asked in the order left, right, above, below.

    Args:
        labels: (h, w), 0 where no region is yet.
        allowed: (h, w), 1 where regions may grow to.
    """
    padded = np.pad(labels, 1)
    grown = labels.copy()
    neighbours = (padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1])
    for neighbour in neighbours:
        free = (grown == 0) & (allowed > 0)
        grown[free] = neighbour[free]
    return grown


def expand(kernels: NDArray[np.uint8]) -> Iterator[Labels]:
    """Progressive scale expansion: number the smallest kernels, then grow them map by map.

    Args:
        kernels: (count, h, w) of 0 and 1, the smallest first.

    Yields:
        The regions after each map, (h, w), ``count`` times.
    """
    labels = first_labels(kernels)
    yield labels
    for allowed in kernels[1:]:
        while True:
            grown = grow_once(labels, allowed)
            if np.array_equal(grown, labels):
                break
            labels = grown
        yield labels


def outlines(labels: Labels, stride: int = 1) -> list[Detection]:
    """The outlines of numbered regions, of each its largest piece.

    Args:
        labels: (h, w), 0 for background.
        stride: px of the page for one pixel of the labels.
    """
    found = []
    for number in range(1, int(labels.max(initial=0)) + 1):
        region = (labels == number).astype(np.uint8)
        if region.sum() < MIN_PIXELS:
            continue
        pieces, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        piece = max(pieces, key=cv2.contourArea)
        tolerance = SIMPLIFY * cv2.arcLength(piece, closed=True)
        polygon = cv2.approxPolyDP(piece, tolerance, closed=True).reshape(-1, 2)  # (n, 2)
        if len(polygon) >= 4:
            found.append(Detection(polygon.astype(np.float32) * np.float32(stride), 1.0))
    return found


def find_with_mask(
    polygons: Sequence[ArrayLike], ignore: Sequence[bool], size: tuple[int, int]
) -> list[Detection]:
    """Which texts come back from one map of all text, cut into its connected regions.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
    """
    return outlines(first_labels(kernel_maps(polygons, ignore, size, count=1)))


def find_with_kernels(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    stride: int = 1,
) -> list[Detection]:
    """Which texts come back when the kernels of a perfect network grow.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        stride: one pixel of the maps for so many px of the page.
    """
    *_, grown = expand(kernel_maps(polygons, ignore, size, stride=stride))
    return outlines(grown, stride)


def painted(labels: Labels) -> FloatArray:
    """Numbered regions as colours for a picture, (h, w, 4), background transparent.

    Args:
        labels: (h, w), 0 for background.
    """
    rng = np.random.default_rng(3)
    count = int(labels.max(initial=0))
    hues = (np.arange(count) * 0.618 % 1 * 180).astype(np.uint8)  # neighbours get far hues
    hsv = np.stack([hues, np.full(count, 200, np.uint8), rng.integers(150, 220, count)], 1)
    colours = cv2.cvtColor(hsv.astype(np.uint8)[None], cv2.COLOR_HSV2RGB)[0] if count else hsv
    table = np.zeros((count + 1, 4), np.float32)
    table[1:, :3] = colours / 255
    table[1:, 3] = 0.75
    return np.asarray(table[labels], np.float32)  # (h, w, 4)
