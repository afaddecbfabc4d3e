"""Long receipts and panoramas: detect in overlapping windows, join the maps before outlining.

Brought to the detector's size in one piece, a receipt of 1200x12000 px has letters two px high. So
a picture that would be shrunk too much stays larger, on a canvas, and the network sees one window
of it after the other. Their probability maps are put side by side again and outlined once: a line
across a seam is one region like any other, and there are no boxes to be merged.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ocrlib.errors import RecipeError
from ocrlib.preprocess import DetPreprocess, resize
from ocrlib.types import ByteImage, FloatArray


@dataclass(frozen=True)
class Tiling:
    """When a picture is cut into windows, and how large these are.

    Elongated pictures are compared with a page of the same short side: if the detector's rule
    shrinks the picture ``tolerance`` times as much as that page, it is treated as the page would
    be. The answer depends on the picture's size alone.

    Args:
        aspect: long side / short side of that page.
        tolerance: so much smaller (a factor) may letters become than on that page.
        max_shrink: if given, no picture at all is shrunk by more than this factor: for small print
            on large sheets.
        overlap: px of the canvas that neighbouring windows share. The seam lies in the middle, so
            the network sees at least half of this beyond it.

    Raises:
        RecipeError: for factors below 1 or a negative overlap.
    """

    aspect: float = 2.0
    tolerance: float = 1.5
    max_shrink: float | None = None
    overlap: int = 256

    def __post_init__(self) -> None:
        for name in ("aspect", "tolerance", "max_shrink"):
            value = getattr(self, name)
            if value is not None and not 1 <= value < math.inf:
                raise RecipeError(f"{name} must be a number of at least 1", value=value)
        if not 0 <= self.overlap < 10_000:
            raise RecipeError("overlap must lie between 0 and 9999 px", value=self.overlap)

    def canvas_size(self, rule: DetPreprocess, height: int, width: int) -> tuple[int, int]:
        """The (height, width) in px that a picture is resized to; the rule's own, if that will do.

        Args:
            rule: the detector's preprocessing.
            height: of the picture, px.
            width: of the picture, px.
        """
        whole = rule.scale(height, width)
        scale = whole
        page = min(1.0, rule.scale(*self._page(height, width)))  # windows enlarge nothing
        if page > self.tolerance * whole:
            scale = page
        if self.max_shrink is not None:
            scale = max(scale, 1 / self.max_shrink)
        if scale == whole:
            return rule.target_size(height, width)
        return rule.round_side(height * scale), rule.round_side(width * scale)

    def window_side(self, rule: DetPreprocess, height: int, width: int) -> int:
        """The longest side in px of what the network gets at once; a multiple of the rule's."""
        page = rule.target_size(*self._page(height, width))
        least = max(rule.limit_side, *page, 2 * self.overlap)
        return math.ceil(least / rule.multiple) * rule.multiple

    def _page(self, height: int, width: int) -> tuple[int, int]:
        longest = math.ceil(self.aspect * min(height, width))
        return min(height, longest), min(width, longest)


def probability_map(
    image: ByteImage,
    rule: DetPreprocess,
    network: Callable[[FloatArray], FloatArray],
    tiling: Tiling | None,
) -> FloatArray:
    """The detector's map of a whole picture, in windows where it has to be.

    Memory: besides the picture, 3 bytes per px of the canvas for its pixels, 4 for its map, and
    what the network needs for one window.

    Args:
        image: RGB uint8 (H, W, 3).
        rule: the detector's preprocessing.
        network: from an input (3, h, w) to a map (h, w).
        tiling: when and how to cut; None never does.

    Returns:
        float32 (H', W'), the picture's map at the size of the canvas.
    """
    height, width, _ = image.shape
    if tiling is None:
        return network(rule(image))
    size = tiling.canvas_size(rule, height, width)
    side = tiling.window_side(rule, height, width)
    canvas = resize(image, size)
    if size == rule.target_size(height, width):
        return network(rule.normalise(canvas))
    out = np.empty(size, np.float32)
    for top, bottom, first, last in _spans(size[0], side, tiling.overlap, rule.multiple):
        for left, right, start, end in _spans(size[1], side, tiling.overlap, rule.multiple):
            part = network(rule.normalise(canvas[top:bottom, left:right]))  # (h, w)
            out[first:last, start:end] = part[first - top : last - top, start - left : end - left]
    return out


def _spans(
    length: int, side: int, overlap: int, multiple: int
) -> Iterator[tuple[int, int, int, int]]:
    """Windows along one axis: where each begins and ends, and from where to where it is used."""
    if length <= side:
        yield 0, length, 0, length
        return
    count = math.ceil((length - overlap) / (side - overlap))
    step = (length - side) / (count - 1)
    starts = [round(i * step / multiple) * multiple for i in range(count)]
    seams = [(here + side + after) // 2 for here, after in itertools.pairwise(starts)]
    for start, first, last in zip(starts, [0, *seams], [*seams, length], strict=True):
        yield start, start + side, first, last
