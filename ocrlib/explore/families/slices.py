"""CTPN in miniature: slices of fixed width along a line of text, linked from left to right.

Tian et al., Detecting Text in Natural Image with Connectionist Text Proposal Network, ECCV 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from ocrlib.geometry import is_valid_polygon
from ocrlib.types import Detection, FloatArray

WIDTH = 16  # of a slice and of a cell of the grid, px
HEIGHTS = tuple(11 / 0.7**k for k in range(10))  # of the anchors, 11 to 273 px
REACH = 2.0  # the end of a line is named by slices at most so many widths away
MAX_GAP = 50.0  # slices further apart are not linked, px
MIN_OVERLAP = 0.7  # of two slices' heights, for a link


class SliceAnswer(NamedTuple):
    """What the network says in every cell of 16 x 16 px, for each anchor height.

    Args:
        scores: text or not, (rows, columns, K), 0-1.
        vertical: shift of the middle in anchor heights, and log of the height in anchor heights,
            (rows, columns, K, 2).
        ends: where the line begins and ends, in widths from the middle of the slice; beyond
            ``REACH`` only the sign means something; (rows, columns, K, 2).
    """

    scores: FloatArray
    vertical: FloatArray
    ends: FloatArray


class Slice(NamedTuple):
    """One upright slice of a line.

    Args:
        x: its middle, px.
        top: px.
        bottom: px.
        begin: where its line begins as far as it can say, px.
        end: where its line ends as far as it can say, px.
    """

    x: float
    top: float
    bottom: float
    begin: float
    end: float


def encode(
    polygons: Sequence[ArrayLike], ignore: Sequence[bool], size: tuple[int, int]
) -> SliceAnswer:
    """The answer of a perfect network.

    A cell has one answer for each height. Where two texts want the same one, the later text
    replaces the earlier.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
    """
    shape = (-(-size[0] // WIDTH), -(-size[1] // WIDTH), len(HEIGHTS))
    answer = SliceAnswer(
        np.zeros(shape, np.float32),
        np.zeros((*shape, 2), np.float32),
        np.zeros((*shape, 2), np.float32),
    )
    for polygon, ignored in zip(polygons, ignore, strict=True):
        if ignored or not is_valid_polygon(polygon):
            continue
        text = shapely.Polygon(np.asarray(polygon))
        begin, low, end, high = text.bounds
        for column in range(max(0, int(begin // WIDTH)), min(shape[1], int(end // WIDTH) + 1)):
            left = column * WIDTH
            inside = shapely.clip_by_rect(text, left, low - 1, left + WIDTH, high + 1)
            if inside.is_empty or min(end, left + WIDTH) - max(begin, left) < WIDTH / 4:
                continue
            _, top, _, bottom = inside.bounds
            middle, height = (top + bottom) / 2, bottom - top
            row = int(middle // WIDTH)
            if not 0 <= row < shape[0]:
                continue
            k = int(np.argmin([abs(np.log(height / anchor)) for anchor in HEIGHTS]))
            shift = (middle - (row + 0.5) * WIDTH) / HEIGHTS[k]
            x = left + WIDTH / 2
            answer.scores[row, column, k] = 1
            answer.vertical[row, column, k] = shift, np.log(height / HEIGHTS[k])
            answer.ends[row, column, k] = np.clip(
                [(begin - x) / WIDTH, (end - x) / WIDTH], -REACH, REACH
            )
    return answer


def read_slices(answer: SliceAnswer, min_score: float = 0.7) -> list[Slice]:
    """The slices that an answer holds, from left to right, then from top to bottom.

    Args:
        answer: the network's answer.
        min_score: cells below are not looked at, 0-1.
    """
    found = []
    for row, column, k in np.argwhere(answer.scores >= min_score):
        x = (column + 0.5) * WIDTH
        shift, size = answer.vertical[row, column, k]
        middle = (row + 0.5) * WIDTH + shift * HEIGHTS[k]
        height = HEIGHTS[k] * np.exp(size)
        begin, end = x + answer.ends[row, column, k] * WIDTH
        values = (x, middle - height / 2, middle + height / 2, begin, end)
        found.append(Slice(*map(float, values)))
    return sorted(found)


def link_slices(
    slices: Sequence[Slice], max_gap: float = MAX_GAP, min_overlap: float = MIN_OVERLAP
) -> list[list[Slice]]:
    """Put slices together into lines.

    A slice's partner to the right is the nearest one that overlaps it enough in height; of several
    equally near, the one that overlaps it most. The same to the left. Two slices are linked when
    each is the other's partner.

    Args:
        slices: in any order.
        max_gap: slices further apart are not linked, px.
        min_overlap: the lower part of two slices' shared heights, shared / larger, 0-1.

    Returns:
        The lines, each a list of slices from left to right.
    """
    slices = sorted(slices)
    overlap = _shared_heights(slices)  # (n, n)
    x = np.array([s.x for s in slices])
    gap = x[None] - x[:, None] if len(slices) else np.zeros((0, 0))  # (n, n), from row to column
    after = _partners(gap, overlap, max_gap, min_overlap)
    before = _partners(-gap, overlap, max_gap, min_overlap)
    follows = {i: j for i, j in enumerate(after) if j >= 0 and before[j] == i}
    lines = []
    for first in sorted(set(range(len(slices))) - set(follows.values())):
        line, i = [slices[first]], first
        while i in follows:
            i = follows[i]
            line.append(slices[i])
        lines.append(line)
    return lines


def _shared_heights(slices: Sequence[Slice]) -> NDArray[np.float64]:
    """Shared part of two slices' heights, of the larger one, each with each, (n, n)."""
    top = np.array([s.top for s in slices])
    bottom = np.array([s.bottom for s in slices])
    height = bottom - top
    shared = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    return np.asarray(np.maximum(shared, 0) / np.maximum(height[:, None], height))


def _partners(
    gap: NDArray[np.float64], overlap: NDArray[np.float64], max_gap: float, min_overlap: float
) -> list[int]:
    """For each slice the nearest in the direction of positive gaps, -1 for none."""
    # Nearest first; overlap decides between equals and never outweighs a px.
    cost = np.where((gap > 0) & (gap <= max_gap) & (overlap >= min_overlap), gap - overlap, np.inf)
    return [int(row.argmin()) if np.isfinite(row).any() else -1 for row in cost]


def outline(line: Sequence[Slice], bent: bool = False) -> FloatArray:
    """The outline of a line of slices.

    Args:
        line: slices from left to right.
        bent: follow the slices; otherwise straight edges are fitted to their tops and bottoms, as
            CTPN does.

    Returns:
        (4, 2) px clockwise from top-left, or (2n, 2) when bent.
    """
    x = np.array([s.x for s in line])
    top, bottom = (np.array([getattr(s, name) for s in line]) for name in ("top", "bottom"))
    ends = np.array([line[0].begin, line[-1].end])
    if bent and len(line) > 1:
        places = np.array([ends[0], *x[1:-1], ends[1]])
        upper, lower = top, bottom
    else:
        degree = 1 if len(line) > 1 else 0
        places = ends
        upper, lower = (np.polyval(np.polyfit(x, edge, degree), ends) for edge in (top, bottom))
    there, back = np.stack([places, upper], 1), np.stack([places, lower], 1)[::-1]
    both: FloatArray = np.concatenate([there, back]).astype(np.float32)
    return both


def find_with_slices(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    bent: bool = False,
) -> list[Detection]:
    """Which texts come back when a perfect network answers in slices.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        bent: outlines that follow the slices in place of straight ones.
    """
    lines = link_slices(read_slices(encode(polygons, ignore, size)))
    return [Detection(outline(line, bent), 1.0) for line in lines]
