"""How well texts were found: precision, recall and their harmonic mean at an overlap.

The protocol of ICDAR 2015 (Karatzas et al., ICDAR 2015), with regions that do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from ocrlib.geometry import is_valid_polygon

# A prediction with more than this part of its own area in one ignored region does not count.
DONT_CARE = 0.5


@dataclass(frozen=True)
class Matches:
    """What belongs together on one picture.

    Args:
        pairs: (index of prediction, index of ground truth), one-to-one.
        predictions: indices of the predictions that count.
        truths: indices of the ground truths that count.
    """

    pairs: tuple[tuple[int, int], ...]
    predictions: tuple[int, ...]
    truths: tuple[int, ...]


def match(
    pred_polygons: Sequence[ArrayLike],
    gt_polygons: Sequence[ArrayLike],
    gt_ignore: Sequence[bool],
    iou: float = 0.5,
) -> Matches:
    """Pair predictions with ground truths: each truth in turn takes the first free one that fits.

    Polygons that are not valid count on neither side.

    Args:
        pred_polygons: what was found, each (n, 2) px.
        gt_polygons: what is there, each (n, 2) px.
        gt_ignore: which of these do not count.
        iou: a pair must overlap by more than this.
    """
    pred = [i for i, p in enumerate(pred_polygons) if is_valid_polygon(p)]
    truth = [i for i, p in enumerate(gt_polygons) if is_valid_polygon(p)]
    ignored = np.array([gt_ignore[i] for i in truth], bool)  # (G,)
    areas, gt_areas, shared = _overlaps(
        [pred_polygons[i] for i in pred], [gt_polygons[i] for i in truth]
    )
    covered = shared[:, ignored] > DONT_CARE * areas[:, None]  # (P, ignored)
    counting = np.logical_not(np.any(covered, axis=1))  # (P,)
    union = areas[:, None] + gt_areas - shared  # (P, G)
    fits = (shared > iou * union) & counting[:, None] & ~ignored  # (P, G)
    pairs = []
    for g in range(len(truth)):
        free = np.flatnonzero(fits[:, g])
        if len(free):
            fits[free[0]] = False
            pairs.append((pred[free[0]], truth[g]))
    return Matches(
        tuple(pairs),
        tuple(p for p, counts in zip(pred, counting, strict=True) if counts),
        tuple(t for t, skip in zip(truth, ignored, strict=True) if not skip),
    )


def _overlaps(
    pred: list[ArrayLike], truth: list[ArrayLike]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Areas of the predictions (P,), of the truths (G,), and shared areas (P, G), in px^2."""
    left = np.array([shapely.Polygon(np.asarray(p)) for p in pred], object)
    right = np.array([shapely.Polygon(np.asarray(p)) for p in truth], object)
    shared = np.zeros((len(left), len(right)))
    if shared.size:
        # Only pairs whose bounding boxes meet are worth the exact computation.
        p, g = shapely.STRtree(right).query(left)
        shared[p, g] = shapely.area(shapely.intersection(left[p], right[g]))
    return np.asarray(shapely.area(left)), np.asarray(shapely.area(right)), shared


def harmonic(matched: int, predicted: int, expected: int) -> dict[str, float]:
    """Precision, recall and their harmonic mean, 0-1; 0 where nothing was predicted or expected."""
    precision = matched / predicted if predicted else 0.0
    recall = matched / expected if expected else 0.0
    both = precision + recall
    hmean = 2 * precision * recall / both if both else 0.0
    return {"precision": precision, "recall": recall, "hmean": hmean}


class DetectionMetric:
    """Precision, recall and hmean over pictures, counted together.

    Args:
        iou: a prediction is right if it overlaps a ground truth by more than this.
    """

    def __init__(self, iou: float = 0.5) -> None:
        self.iou = iou
        self.matched = self.predicted = self.expected = 0

    def update(
        self,
        pred_polygons: Sequence[ArrayLike],
        gt_polygons: Sequence[ArrayLike],
        gt_ignore: Sequence[bool],
    ) -> Matches:
        """Add one picture.

        Args:
            pred_polygons: what was found, each (n, 2) px.
            gt_polygons: what is there, each (n, 2) px.
            gt_ignore: which of these do not count.

        Returns:
            What was paired with what on this picture.
        """
        matches = match(pred_polygons, gt_polygons, gt_ignore, self.iou)
        self.matched += len(matches.pairs)
        self.predicted += len(matches.predictions)
        self.expected += len(matches.truths)
        return matches

    def compute(self) -> dict[str, float]:
        """{"precision", "recall", "hmean"}, 0-1, over all pictures so far."""
        return harmonic(self.matched, self.predicted, self.expected)
