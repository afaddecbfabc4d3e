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
_PROSE_WIDTH = 8.0  # lines of a column of prose are at least this wide (half of them)
_PROSE_FILL = 0.8  # (a part of the column's width) ... and fill their column to this extent
_WORDS_WIDTH = 5.0  # lines of any other column are at least this wide; numbers are shorter
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
    bands = _bands(boxes, members)
    found = _columns(boxes, bands)
    if found is None:
        return [index for band in bands for row in _rows(boxes, band) for index in row]
    first, end, gutter = found
    part = np.concatenate(bands[first:end])
    on_left = boxes.right[part] <= gutter
    above = [_order(boxes, np.concatenate(bands[:first]))] if first else []
    below = [_order(boxes, np.concatenate(bands[end:]))] if end < len(bands) else []
    columns = [_order(boxes, part[on_left]), _order(boxes, part[~on_left])]
    return [index for piece in above + columns + below for index in piece]


def _columns(boxes: _Boxes, bands: list[NDArray[np.intp]]) -> tuple[int, int, float] | None:
    """The run of bands with the most lines that stands in two columns: first, end, x between."""
    best, most, end = None, 0, 0
    minimum = _GUTTER * float(np.median(boxes.height[np.concatenate(bands)]))
    for first in range(len(bands)):
        # A gutter can only close as bands are added, and open as they are taken away at the top:
        # so the end of the longest run never moves up.
        end = max(end, first + 1)
        while end < len(bands) and _gutters(boxes, bands[first : end + 1], minimum):
            end += 1
        size = sum(len(band) for band in bands[first:end])
        if size > most:
            part = np.concatenate(bands[first:end])
            for gutter in _gutters(boxes, bands[first:end], minimum):
                on_left = boxes.right[part] <= gutter
                if _are_columns(boxes, part[on_left], part[~on_left]):
                    best, most = (first, end, gutter), size
                    break
    return best


def _bands(boxes: _Boxes, members: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cut the members at every height that no text crosses, from top to bottom."""
    # Only the middle half of a line's height counts: tight lines may touch.
    top = boxes.middle[members] - boxes.height[members] / 4
    bottom = boxes.middle[members] + boxes.height[members] / 4
    order = np.argsort(top, kind="stable")
    reach = np.maximum.accumulate(bottom[order])
    cuts = np.flatnonzero(top[order][1:] > reach[:-1]) + 1
    return np.split(members[order], cuts)


def _gutters(boxes: _Boxes, bands: list[NDArray[np.intp]], minimum: float) -> list[float]:
    """The x in the middle of every upright strip without text, the widest strip first."""
    part = np.concatenate(bands)
    order = part[np.argsort(boxes.left[part], kind="stable")]
    reach = np.maximum.accumulate(boxes.right[order])[:-1]
    gaps = boxes.left[order][1:] - reach
    wide = np.flatnonzero(gaps >= minimum)
    wide = wide[np.argsort(-gaps[wide], kind="stable")]
    return [float(x) for x in reach[wide] + gaps[wide] / 2]


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
    """Whether all columns of a part consist of long lines that fill them."""
    column_of = np.searchsorted(_inner_gutters(boxes, part), boxes.left[part])
    columns = [part[column_of == i] for i in range(column_of.max() + 1)]
    return all(
        _is_long(boxes, column, _PROSE_WIDTH)
        and np.median(boxes.width[column])
        >= _PROSE_FILL * (boxes.right[column].max() - boxes.left[column].min())
        for column in columns
    )


def _is_block(boxes: _Boxes, part: NDArray[np.intp]) -> bool:
    """Whether a part is one column, and of words rather than of numbers."""
    return not _inner_gutters(boxes, part) and _is_long(boxes, part, _WORDS_WIDTH)


def _inner_gutters(boxes: _Boxes, part: NDArray[np.intp]) -> list[float]:
    return sorted(_gutters(boxes, [part], _GUTTER * float(np.median(boxes.height[part]))))


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
