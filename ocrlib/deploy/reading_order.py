"""The order in which a person would read the lines of a page.

A recursive cut into columns and rows, after Nagy and Seth (1984), "Hierarchical representation of
optically scanned documents". The hard part is that two columns of prose and the two columns of a
receipt (item, price) look alike: both leave a white gutter. Prose is read down one column before
the next, a receipt is read row by row. ``_are_columns`` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrlib.geometry import min_area_quad
from ocrlib.types import FloatArray

# In multiples of the height of the text, unless said otherwise.
_GUTTER = 0.8  # white space narrower than this separates words, not columns
_COLUMN_LINES = 3  # (a number) a column has at least as many lines
_PROSE_WIDTH = 9.0  # lines of a column of prose are at least this wide (half of them)
_PROSE_FILL = 0.65  # (a part of the column's width) ... and fill their column to this extent
_PROSE_START = 1.5  # ... and half of them begin this near to the column's left edge
_WORDS_WIDTH = 5.0  # lines of any other column are at least this wide; numbers are shorter
_SET_APART = 2.5  # a row with so much white below is a header, with so much above a footer
_LEVEL = 0.35  # middles of cells in a table's row differ by less than this
_APART = 0.4  # (a part of the lines) so many must stand between the rows to be no table
_SAME_ROW = 0.5  # (a part of the lower box) what two boxes in a row share of their height


@dataclass(frozen=True)
class _Boxes:
    """Upright boxes around the lines after the page's tilt is taken out, each (n,) px."""

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    middle: NDArray[np.float64]  # vertical
    height: NDArray[np.float64]

    @property
    def width(self) -> NDArray[np.float64]:
        return self.right - self.left


@dataclass(frozen=True)
class _Run:
    """Neighbouring bands with a strip of white through all of them.

    Args:
        first: the first band.
        end: the one after the last.
        left: where the strip begins, px; lines end here at the latest, or begin further right.
        right: where it ends, px.
        lines: how many there are in the bands.
    """

    first: int
    end: int
    left: float
    right: float
    lines: int

    def is_part_of(self, other: _Run) -> bool:
        """Whether another run has these bands, too, and the same gutter."""
        return (
            other.first <= self.first
            and self.end <= other.end
            and max(self.left, other.left) < min(self.right, other.right)
        )


def reading_order(polygons: Sequence[FloatArray]) -> list[int]:
    """Sort lines of text into reading order: rows from the top, columns from the left.

    The tilt of the page as a whole is measured and taken out first. Script that runs from right
    to left, or downwards, is not handled.

    Args:
        polygons: one per line, (n, 2) px, the first corner at the top left of the text.

    Returns:
        The indices of ``polygons``, each once.
    """
    if len(polygons) < 2:
        return list(range(len(polygons)))
    quads = np.stack([p if len(p) == 4 else min_area_quad(p)[0] for p in polygons])  # (n, 4, 2)
    boxes = _level(quads.astype(np.float64))
    return _order(boxes, np.arange(len(polygons)))


def _level(quads: NDArray[np.float64]) -> _Boxes:
    """Turn the corners (n, 4, 2) by the page's tilt and box them."""
    along = (quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]) / 2  # (n, 2) left to right
    down = (quads[:, 3] - quads[:, 0] + quads[:, 2] - quads[:, 1]) / 2  # (n, 2)
    length = np.hypot(along[:, 0], along[:, 1])
    long = length > 2 * np.hypot(down[:, 0], down[:, 1])  # short words have no reliable angle
    tilt = 0.0
    if long.any():
        angles = np.arctan2(along[long, 1], along[long, 0])
        order = np.argsort(angles)
        weight = np.cumsum(length[long][order])
        tilt = angles[order][np.searchsorted(weight, weight[-1] / 2)]  # the weighted median
    cos, sin = np.cos(tilt), np.sin(tilt)
    centre = quads.mean(axis=1) @ np.array([[cos, -sin], [sin, cos]])  # (n, 2)
    # Extents along the axes of the levelled page; tall quads are lines that run downwards.
    width = np.abs(along @ (cos, sin)) + np.abs(down @ (cos, sin))
    height = np.abs(down @ (-sin, cos))
    return _Boxes(centre[:, 0] - width / 2, centre[:, 0] + width / 2, centre[:, 1], height)


def _order(boxes: _Boxes, members: NDArray[np.intp]) -> list[int]:
    """Order the given members: find the largest part that stands in columns, recurse around it."""
    if not len(members):
        return []
    bands = _bands(boxes, members)
    refused: list[_Run] = []
    for run in _runs(boxes, bands):
        # A part proves nothing: a few rows of a form may well look like two columns.
        if any(run.is_part_of(larger) for larger in refused):
            continue
        first, end = _without_header_and_footer(boxes, bands, run.first, run.end)
        left, right = _sides(boxes, _flat(bands[first:end]), run.left)
        if _are_columns(boxes, left, right):
            pieces = _flat(bands[:first]), left, right, _flat(bands[end:])
            return [index for piece in pieces for index in _order(boxes, piece)]
        refused.append(run)
    return [index for band in bands for row in _rows(boxes, band) for index in row]


def _runs(boxes: _Boxes, bands: list[NDArray[np.intp]]) -> list[_Run]:
    """Every run with a few lines on both sides of a gutter, as long as the gutter lets it be.

    Most lines come first, then the widest gutter.
    """
    members = np.concatenate(bands)
    left, right = boxes.left[members], boxes.right[members]
    least = _GUTTER * float(np.median(boxes.height[members]))
    xs = np.unique(right)[:-1]  # a strip of white begins where some line ends
    blocked = (left[:, None] < xs + least) & (right[:, None] > xs)  # (lines, xs)
    start = np.cumsum([0, *map(len, bands)])  # of each band among the members
    closed = np.logical_or.reduceat(blocked, start[:-1], axis=0)  # (bands, xs)
    found: dict[tuple[int, int, int], _Run] = {}
    for x, column in zip(xs, closed.T, strict=True):
        changes = np.flatnonzero(np.diff(column, prepend=True, append=True))
        for first, end in changes.reshape(-1, 2).tolist():
            part = slice(start[first], start[end])
            on_left = right[part] <= x
            lines, count = len(on_left), int(on_left.sum())
            if min(count, lines - count) >= _COLUMN_LINES:
                strip = float(right[part][on_left].max()), float(left[part][~on_left].min())
                found[first, end, count] = _Run(first, end, *strip, lines)
    return sorted(found.values(), key=lambda run: (-run.lines, run.left - run.right, run.left))


def _without_header_and_footer(
    boxes: _Boxes, bands: list[NDArray[np.intp]], first: int, end: int
) -> tuple[int, int]:
    """Shorten a run by the rows at its ends that belong to no column of it.

    These bridge a gutter that the rest of the run has, begin left of the column they stand in, or
    have much white between them and the rest.
    """
    height = float(np.median(boxes.height[_flat(bands[first:end])]))

    def foreign(row: int, beside: int, others: list[NDArray[np.intp]]) -> bool:
        if len(others) < _COLUMN_LINES or len(_rows(boxes, bands[row])) > 1:
            return False
        above, below = bands[min(row, beside)], bands[max(row, beside)]
        top = (boxes.middle[below] - boxes.height[below] / 2).min()
        bottom = (boxes.middle[above] + boxes.height[above] / 2).max()
        if top - bottom > _SET_APART * height:
            return True
        rest = _flat(others)
        gutters = _inner_gutters(boxes, rest)
        if len(gutters) > len(_inner_gutters(boxes, np.append(rest, bands[row]))):
            return True
        of_rest = np.searchsorted(gutters, boxes.left[rest])
        of_row = np.searchsorted(gutters, (boxes.left[bands[row]] + boxes.right[bands[row]]) / 2)
        starts = np.array([boxes.left[rest[of_rest == i]].min() for i in of_row])
        return bool((boxes.left[bands[row]] < starts - _PROSE_START * height).any())

    while foreign(first, first + 1, bands[first + 1 : end]):
        first += 1
    while foreign(end - 1, end - 2, bands[first : end - 1]):
        end -= 1
    return first, end


def _flat(bands: list[NDArray[np.intp]]) -> NDArray[np.intp]:
    return np.concatenate(bands) if bands else np.empty(0, np.intp)


def _sides(
    boxes: _Boxes, part: NDArray[np.intp], gutter: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    on_left = boxes.right[part] <= gutter
    return part[on_left], part[~on_left]


def _bands(boxes: _Boxes, members: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cut the members at every height that no text crosses, from top to bottom."""
    # Only the middle half of a line's height counts: tight lines may touch.
    top = boxes.middle[members] - boxes.height[members] / 4
    bottom = boxes.middle[members] + boxes.height[members] / 4
    order = np.argsort(top, kind="stable")
    reach = np.maximum.accumulate(bottom[order])
    cuts = np.flatnonzero(top[order][1:] > reach[:-1]) + 1
    return np.split(members[order], cuts)


def _inner_gutters(boxes: _Boxes, part: NDArray[np.intp]) -> NDArray[np.float64]:
    """The x in the middle of every upright strip without text, from the left."""
    order = part[np.argsort(boxes.left[part], kind="stable")]
    reach = np.maximum.accumulate(boxes.right[order])[:-1]
    gaps = boxes.left[order][1:] - reach
    wide = gaps >= _GUTTER * float(np.median(boxes.height[part]))
    return np.asarray(reach[wide] + gaps[wide] / 2)


def _are_columns(boxes: _Boxes, left: NDArray[np.intp], right: NDArray[np.intp]) -> bool:
    """Whether two parts with a gutter between them are read one after the other."""
    if min(len(left), len(right)) < _COLUMN_LINES or not _side_by_side(boxes, left, right):
        return False
    if _is_prose(boxes, left) and _is_prose(boxes, right):
        return True
    # Cells of a table stand level with each other; independent blocks do so only by chance.
    if not (_is_block(boxes, left) and _is_block(boxes, right)):
        return False
    few, many = sorted((left, right), key=len)
    distance = np.abs(boxes.middle[few][:, None] - boxes.middle[many])  # (few, many)
    apart = distance.min(axis=1) > boxes.height[few] * _LEVEL
    return bool(apart.mean() >= _APART)


def _side_by_side(boxes: _Boxes, left: NDArray[np.intp], right: NDArray[np.intp]) -> bool:
    first = max(boxes.middle[left].min(), boxes.middle[right].min())
    last = min(boxes.middle[left].max(), boxes.middle[right].max())
    return bool(last > first)


def _is_prose(boxes: _Boxes, part: NDArray[np.intp]) -> bool:
    """Whether all columns of a part consist of long lines that begin below each other."""
    column_of = np.searchsorted(_inner_gutters(boxes, part), boxes.left[part])
    columns = [part[column_of == i] for i in range(int(column_of.max()) + 1)]
    return all(_is_prose_column(boxes, column) for column in columns)


def _is_prose_column(boxes: _Boxes, column: NDArray[np.intp]) -> bool:
    start, end = np.percentile(boxes.left[column], 10), np.percentile(boxes.right[column], 90)
    indent = np.median(np.abs(boxes.left[column] - start))
    fill = np.median(boxes.width[column]) / max(float(end - start), 1.0)
    return bool(
        _is_long(boxes, column, _PROSE_WIDTH)
        and fill >= _PROSE_FILL
        and indent <= _PROSE_START * np.median(boxes.height[column])
    )


def _is_block(boxes: _Boxes, part: NDArray[np.intp]) -> bool:
    """Whether a part is one column, and of words rather than of numbers."""
    return not len(_inner_gutters(boxes, part)) and _is_long(boxes, part, _WORDS_WIDTH)


def _is_long(boxes: _Boxes, part: NDArray[np.intp], least: float) -> bool:
    return bool(np.median(boxes.width[part] / boxes.height[part].clip(1)) >= least)


def _rows(boxes: _Boxes, band: NDArray[np.intp]) -> list[list[int]]:
    """Group the members of a band into rows from the top, each from the left."""
    rows: list[list[int]] = []
    for index in band[np.argsort(boxes.left[band], kind="stable")]:
        # Compared with the end of each row, so that a row may drift up or down slowly.
        shared = [_shared_height(boxes, row[-1], index) for row in rows]
        if shared and max(shared) >= _SAME_ROW:
            rows[int(np.argmax(shared))].append(int(index))
        else:
            rows.append([int(index)])
    return sorted(rows, key=lambda row: float(boxes.middle[row].mean()))


def _shared_height(boxes: _Boxes, a: int, b: int) -> float:
    """Which part of the lower box's height is shared; 0 if one box stands above the other."""
    height = min(boxes.height[a], boxes.height[b])
    if boxes.left[b] < boxes.right[a] - max(height, boxes.width[a] / 2):
        return 0.0
    distance = abs(boxes.middle[a] - boxes.middle[b])
    reach = (boxes.height[a] + boxes.height[b]) / 2
    return float(np.clip((reach - distance) / max(height, 1e-6), 0, 1))
