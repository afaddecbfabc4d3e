"""Which texts a detector has run together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike

from ocrlib.geometry import is_valid_polygon


def merged_texts(
    pred_polygons: Sequence[ArrayLike], gt_polygons: Sequence[ArrayLike], part: float = 0.5
) -> list[bool]:
    """For every text, whether one prediction holds it together with another text.

    Precision and recall tell that a text was not found, not why. Polygons that are not valid are
    never merged and merge nothing.

    Args:
        pred_polygons: what was found, each (n, 2) px.
        gt_polygons: what is there, each (n, 2) px.
        part: a prediction holds a text if it covers more than this part of the text's area, 0-1.
    """
    texts = {i: _shape(p) for i, p in enumerate(gt_polygons) if is_valid_polygon(p)}
    merged = [False] * len(gt_polygons)
    for polygon in pred_polygons:
        if not is_valid_polygon(polygon):
            continue
        found = _shape(polygon)
        held = [i for i, t in texts.items() if t.intersection(found).area > part * t.area]
        if len(held) > 1:
            for i in held:
                merged[i] = True
    return merged


def _shape(polygon: ArrayLike) -> shapely.Polygon:
    return shapely.Polygon(np.asarray(polygon))
