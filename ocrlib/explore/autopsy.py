"""Why a detector missed a line: the first question to ask when detection goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.det_targets import shrink_map
from ocrlib.metrics.detection import match
from ocrlib.postprocess.db import MIN_SIDE, DBPostprocess, mean_inside
from ocrlib.types import FloatArray, TextInstance

# In the order in which they are looked for.
REASONS = ("found", "dark", "merged", "in pieces", "too thin", "low score", "does not fit")
_DARK = 0.3  # of a line's inner part; with less above the threshold the network did not see it
_PIECE = 0.1  # of what is bright in a line; less is a crumb, not a piece
_INNER = 0.4  # shrink ratio of the part that is looked at: neighbours do not reach into it


def why_missed(
    prob: FloatArray, labels: Sequence[TextInstance], size: tuple[int, int], post: DBPostprocess
) -> list[str]:
    """For every label one of :data:`REASONS`.

    ``dark``: the map is dark there, so no post-processing can help. ``merged``: its region is a
    neighbour's, too. ``in pieces``: several regions. ``too thin`` and ``low score``: its region was
    dropped. ``does not fit``: there is a box, but its overlap with the label is too small.

    Args:
        prob: the detector's map, (h, w), 0-1.
        labels: what is there, polygons in px of the picture.
        size: (height, width) of the picture in px.
        post: the post-processing in use.
    """
    boxes = [box.polygon for box in post(prob, size)]
    polygons, ignore = [i.polygon for i in labels], [i.ignore for i in labels]
    matched = {truth for _, truth in match(boxes, polygons, ignore).pairs}
    factor = np.array([prob.shape[1] / size[1], prob.shape[0] / size[0]], np.float32)
    _, regions = cv2.connectedComponents(post.bitmap(prob))
    inner = [_inner(polygon * factor, regions.shape) for polygon in polygons]
    mine = [_regions_in(regions[part]) for part in inner]
    reasons = []
    for number, (part, own) in enumerate(zip(inner, mine, strict=True)):
        others = {region for other in mine[:number] + mine[number + 1 :] for region in other}
        bright = float((regions[part] > 0).mean()) if part.any() else 0.0
        if number in matched:
            reasons.append("found")
        elif bright < _DARK:
            reasons.append("dark")
        elif others & set(own):
            reasons.append("merged")
        elif len(own) > 1:
            reasons.append("in pieces")
        else:
            reasons.append(_dropped((regions == own[0]).astype(np.uint8), prob, post))
    return reasons


def _inner(polygon: FloatArray, size: tuple[int, ...]) -> NDArray[np.bool_]:
    """The inner part of a line, (h, w) of the map; all of it where nothing would be left."""
    shape = (size[0], size[1])
    kernel = shrink_map([polygon], [False], shape, _INNER, min_text_size=0)[0] > 0
    if kernel.any():
        return kernel
    whole = cv2.fillPoly(np.zeros(shape, np.uint8), [np.rint(polygon).astype(np.int32)], 1)
    return np.asarray(whole > 0)


def _regions_in(part: NDArray[np.int32]) -> list[int]:
    """Numbers of the regions that hold a fair share of what is bright in a part of the map."""
    numbers, counts = np.unique(part[part > 0], return_counts=True)
    return [int(n) for n, c in zip(numbers, counts, strict=True) if c > _PIECE * counts.sum()]


def _dropped(region: NDArray[np.uint8], prob: FloatArray, post: DBPostprocess) -> str:
    """What post-processing makes of one region that no label was matched with."""
    outlines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    rectangle = cv2.minAreaRect(outline)
    width, height = rectangle[1]
    if post.box_type == "quad" and min(width, height) < MIN_SIDE:
        return "too thin"
    exact = post.score_mode == "slow" or post.box_type == "poly"
    if mean_inside(prob, outline[:, 0] if exact else cv2.boxPoints(rectangle)) < post.box_thresh:
        return "low score"
    distance = width * height * post.unclip_ratio / (2 * (width + height))
    return "too thin" if min(width, height) + 2 * distance < MIN_SIDE + 2 else "does not fit"
