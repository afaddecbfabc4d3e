"""From ink on a flat sheet to labelled polygons in the picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth.canvas import Box, InkedLine, outline
from ocrlib.data.synth.warp import Warp
from ocrlib.geometry import clip_polygon, is_valid_polygon, min_area_quad, polygon_area
from ocrlib.types import ByteImage, FloatArray, TextInstance

MIN_HEIGHT = 6.0  # px; lower text cannot be read
MIN_CONTRAST = 20.0  # grey levels between ink and ground; fainter text cannot be seen
WHOLE = 0.9  # a text of which less than this part is inside the picture need not be found
GONE = 0.03  # below this part it leaves no trace


def label_lines(
    lines: Sequence[InkedLine], warp: Warp, image: ByteImage
) -> tuple[tuple[TextInstance, ...], tuple[TextInstance, ...]]:
    """Polygons of lines and of words in the finished picture.

    Text that is too low, too faint or cut off by the border is marked `ignore`.

    Args:
        lines: what was written on the sheet.
        warp: how the sheet was laid into the picture.
        image: the picture, to see whether the text can be seen, (H, W, 3).

    Returns:
        The lines and the words.
    """
    grey = cv2.blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (2, 2))
    whole, parts = [], []
    for line in lines:
        box = line.box
        margin = max(0.8, 0.05 * (box[3] - box[1]))
        instance = _instance(box, margin, line.text, warp, grey)
        if instance is None:
            continue
        whole.append(instance)
        for word in line.words:
            if any(character.isalnum() for character in word.text):
                part = _instance(word.box, margin, word.text, warp, grey)
                if part is not None:
                    parts.append(part)
    return tuple(whole), tuple(parts)


def _instance(
    box: Box, margin: float, text: str, warp: Warp, grey: NDArray[np.uint8]
) -> TextInstance | None:
    """One polygon in the picture, or None when it lies outside."""
    polygon = warp.points(outline(box, margin))
    height, width = grey.shape
    half = len(polygon) // 2
    tall = float(np.median(np.linalg.norm(polygon[:half] - polygon[half:][::-1], axis=1)))
    visible = 1.0
    if polygon.min() < 0 or polygon[:, 0].max() > width - 1 or polygon[:, 1].max() > height - 1:
        area = polygon_area(polygon)
        polygon = clip_polygon(polygon, (height, width))
        if len(polygon) < 3 or not is_valid_polygon(polygon):
            return None
        visible = polygon_area(polygon) / area
        if visible < GONE:
            return None
        polygon = clip_polygon(min_area_quad(polygon)[0], (height, width))
        if len(polygon) != 4:  # turned beyond the border: keep the outline itself
            polygon = clip_polygon(warp.points(outline(box, margin)), (height, width))
    else:
        polygon = straighten(polygon)
    faint = _contrast(grey, polygon) < MIN_CONTRAST
    return TextInstance(polygon, text, tall < MIN_HEIGHT or faint or visible < WHOLE)


def straighten(polygon: FloatArray) -> FloatArray:
    """The four corners alone, when no other point is off the straight line by 8 % of the height.

    Args:
        polygon: (2k, 2) px, k points along the top, k back along the bottom.
    """
    half = len(polygon) // 2
    corners = polygon[[0, half - 1, half, -1]]
    if half == 2:
        return corners
    tall = float(np.linalg.norm(corners[0] - corners[3]))
    for edge in (polygon[:half], polygon[half:]):
        along = edge[-1] - edge[0]
        off = edge - edge[0]
        cross = np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / max(np.hypot(*along), 1e-6)
        if float(cross.max()) > 0.08 * tall:
            return polygon
    return corners


def _contrast(grey: NDArray[np.uint8], polygon: FloatArray) -> float:
    """Grey levels between the darker and the lighter parts of the text's surroundings."""
    x0, y0 = np.floor(polygon.min(axis=0)).astype(int)
    x1, y1 = np.ceil(polygon.max(axis=0)).astype(int) + 1
    patch = grey[max(y0, 0) : y1, max(x0, 0) : x1]
    # 6 % of the px of a text line are surely ink, and 20 % surely ground.
    levels = np.percentile(patch, (3, 50, 97))
    return float(max(levels[1] - levels[0], levels[2] - levels[1]))
