"""From a detector's probability map to polygons around texts.

Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI 2020; the details
(order of steps, limits, rounding) are those of PaddleOCR.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.errors import ImageError, RecipeError
from ocrlib.geometry import min_area_quad, offset_polygon, polygon_area, polygon_perimeter
from ocrlib.types import Detection, FloatArray

# Regions narrower than this many px of the map are noise; grown regions must gain two more.
MIN_SIDE = 3.0
# A curved outline may be simplified by this part of its length.
SIMPLIFY = 0.002


@dataclass(frozen=True)
class DBPostprocess:
    """Binarise a probability map, outline its regions, score them and grow them back to full size.

    Args:
        thresh: pixels above this probability belong to a region, 0-1.
        box_thresh: regions whose mean probability is below this are dropped, 0-1.
        max_candidates: at most so many outlines are looked at.
        unclip_ratio: regions grow by area * ratio / perimeter.
        use_dilation: thicken the regions by one px first, which closes thin gaps.
        score_mode: where the mean is taken: "fast" in the rotated rectangle (or the simplified
            polygon), "slow" in the exact outline.
        box_type: "quad" for rotated rectangles, "poly" for polygons that follow curved text.
        offset_scale: growing works on whole px times this: 1 as PaddleOCR does, 1000 for exactness.

    Raises:
        RecipeError: for values out of range.
    """

    thresh: float = 0.3
    box_thresh: float = 0.6
    max_candidates: int = 1000
    unclip_ratio: float = 1.5
    use_dilation: bool = False
    score_mode: str = "fast"
    box_type: str = "quad"
    offset_scale: int = 1

    def __post_init__(self) -> None:
        for name in ("thresh", "box_thresh"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value <= 1:
                raise RecipeError(f"{name} must lie between 0 and 1", value=value)
        for name in ("max_candidates", "offset_scale"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise RecipeError(f"{name} must be a whole number above 0", value=value)
        if not isinstance(self.unclip_ratio, int | float) or not 0 < self.unclip_ratio < math.inf:
            raise RecipeError("unclip_ratio must be above 0", value=self.unclip_ratio)
        if self.score_mode not in ("fast", "slow"):
            raise RecipeError("score_mode must be 'fast' or 'slow'", value=self.score_mode)
        if self.box_type not in ("quad", "poly"):
            raise RecipeError("box_type must be 'quad' or 'poly'", value=self.box_type)

    def __call__(self, prob: FloatArray, size: tuple[int, int]) -> list[Detection]:
        """Find the texts.

        Args:
            prob: probability map, (H, W), 0-1.
            size: (height, width) in px of the original picture, to which polygons are scaled.

        Returns:
            Detections in whole px within [0, width - 1] x [0, height - 1]: corners clockwise from
            top-left, (4, 2), for quads; outlines (n, 2), n >= 4, for polygons.

        Raises:
            ImageError: the map is not two-dimensional.
        """
        if prob.ndim != 2 or prob.size == 0:
            raise ImageError("a probability map must be (H, W)", value=prob.shape)
        prob = np.ascontiguousarray(prob, np.float32)
        height, width = size
        factor = np.array([width / prob.shape[1], height / prob.shape[0]])
        # PaddleOCR clips to the width and height, which are no px of the picture.
        limit = np.array([width - 1, height - 1], np.float64)
        find = self._quad if self.box_type == "quad" else self._polygon
        detections = []
        for outline in self.contours(prob)[: self.max_candidates]:
            found = find(prob, outline)
            if found is None:
                continue
            polygon, score = found
            scaled = np.maximum(np.minimum(np.rint(polygon * factor), limit), 0).astype(np.float32)
            if polygon_area(scaled) != 0:  # a picture smaller than its map can leave nothing
                detections.append(Detection(scaled, score))
        return detections

    def bitmap(self, prob: FloatArray) -> NDArray[np.uint8]:
        """Where the map exceeds the threshold, 0 or 1, (H, W)."""
        bitmap = (prob > self.thresh).astype(np.uint8)
        if self.use_dilation:
            bitmap = cv2.dilate(bitmap, np.ones((2, 2), np.uint8))
        return bitmap

    def contours(self, prob: FloatArray) -> list[NDArray[np.int32]]:
        """Outlines of the regions and of the holes in them, each (n, 1, 2) px of the map."""
        found, _ = cv2.findContours(self.bitmap(prob), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        return list(found)

    def _quad(
        self, prob: FloatArray, outline: NDArray[np.int32]
    ) -> tuple[FloatArray, float] | None:
        rectangle = cv2.minAreaRect(outline)
        if min(rectangle[1]) < MIN_SIDE:
            return None
        quad = np.asarray(cv2.boxPoints(rectangle), np.float32)
        score = self._score(prob, quad, outline)
        if score < self.box_thresh:
            return None
        grown = self._unclip(quad)
        if not grown:
            return None
        quad, side = min_area_quad(grown[0])  # now in order, too
        return (quad, score) if side >= MIN_SIDE + 2 else None

    def _polygon(
        self, prob: FloatArray, outline: NDArray[np.int32]
    ) -> tuple[FloatArray, float] | None:
        tolerance = SIMPLIFY * cv2.arcLength(outline, closed=True)
        simple = cv2.approxPolyDP(outline, tolerance, closed=True).reshape(-1, 2)  # (n, 2)
        if len(simple) < 4:
            return None
        score = self._score(prob, simple, outline)
        if score < self.box_thresh:
            return None
        grown = self._unclip(simple)
        if len(grown) != 1:  # a ring grows inwards too: it has no single outline
            return None
        _, side = min_area_quad(grown[0])
        return (grown[0], score) if side >= MIN_SIDE + 2 else None

    def _unclip(self, polygon: FloatArray | NDArray[np.int32]) -> list[FloatArray]:
        distance = abs(polygon_area(polygon)) * self.unclip_ratio / polygon_perimeter(polygon)
        return offset_polygon(polygon, distance, self.offset_scale)

    def _score(
        self,
        prob: FloatArray,
        polygon: FloatArray | NDArray[np.int32],
        outline: NDArray[np.int32],
    ) -> float:
        area = outline.reshape(-1, 2) if self.score_mode == "slow" else polygon  # (n, 2)
        return mean_inside(prob, area)

    def to_dict(self) -> dict[str, Any]:
        """The parameters as plain JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DBPostprocess:
        """The inverse of ``to_dict``.

        Raises:
            RecipeError: for unknown keys or values out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise RecipeError(
                "unknown post-processing key", value=unknown[0], remedy=f"one of {sorted(known)}"
            )
        return cls(**values)


def mean_inside(prob: FloatArray, polygon: FloatArray | NDArray[np.int32]) -> float:
    """Mean of a map inside a polygon, its border included; corners are cut to whole px.

    Args:
        prob: the map, (H, W).
        polygon: corners, (n, 2) px.
    """
    height, width = prob.shape
    corners = polygon.tolist()  # plain floats: few corners, many regions
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    x0, x1 = (min(max(b, 0), width - 1) for b in (math.floor(min(xs)), math.ceil(max(xs))))
    y0, y1 = (min(max(b, 0), height - 1) for b in (math.floor(min(ys)), math.ceil(max(ys))))
    inside = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    moved = np.array([(int(x - x0), int(y - y0)) for x, y in corners], np.int32)
    cv2.fillPoly(inside, [moved], 1)
    return float(cv2.mean(prob[y0 : y1 + 1, x0 : x1 + 1], inside)[0])
