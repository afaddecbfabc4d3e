"""Which post-processing suits a detector? Every combination is tried on pages with known answers.

The network runs once per page; all that is tried works on its maps. What is chosen this way fits
the pages it was chosen on a little too well, so they must not be those that a report speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ocrlib.errors import DataError
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import DetSample, FloatArray


@dataclass(frozen=True)
class Grid:
    """Values to try, each with each.

    Args:
        thresh: of ``DBPostprocess``, 0-1.
        box_thresh: of ``DBPostprocess``, 0-1.
        unclip_ratio: of ``DBPostprocess``.
    """

    thresh: tuple[float, ...] = (0.2, 0.3, 0.4, 0.5)
    box_thresh: tuple[float, ...] = (0.4, 0.5, 0.6, 0.7)
    unclip_ratio: tuple[float, ...] = (1.3, 1.5, 1.7, 1.9, 2.1)

    def including(self, post: DBPostprocess) -> Grid:
        """The same grid with the values of one post-processing among its own."""
        return Grid(
            tuple(sorted({*self.thresh, post.thresh})),
            tuple(sorted({*self.box_thresh, post.box_thresh})),
            tuple(sorted({*self.unclip_ratio, post.unclip_ratio})),
        )


@dataclass(frozen=True)
class Trial:
    """One combination and how well it did.

    Args:
        postprocess: the combination.
        figures: IoU to {"precision", "recall", "hmean"}.
    """

    postprocess: DBPostprocess
    figures: Mapping[float, Mapping[str, float]]


def sweep(
    pages: Sequence[DetSample],
    maps: Sequence[FloatArray],
    base: DBPostprocess,
    grid: Grid,
    ious: Sequence[float] = (0.5,),
) -> list[Trial]:
    """Measure every combination of a grid.

    Args:
        pages: pages with their labels.
        maps: their probability maps, (H, W) each, of any size.
        base: gives what the grid does not speak of.
        grid: the values to try.
        ious: overlaps above which a box counts as found.

    Returns:
        A trial per combination, in the order of the grid, ``unclip_ratio`` changing fastest.

    Raises:
        DataError: there are no pages.
    """
    if not pages:
        raise DataError("no pages to try post-processing on")
    trials = {}
    for thresh, unclip in product(grid.thresh, grid.unclip_ratio):
        # A box's score depends on neither of the other two, so boxes that one box_thresh keeps are
        # among those that a lower one keeps: find them once.
        least = replace(base, thresh=thresh, unclip_ratio=unclip, box_thresh=min(grid.box_thresh))
        found = [least(m, p.image.shape[:2]) for p, m in zip(pages, maps, strict=True)]
        for box_thresh in grid.box_thresh:
            metrics = {iou: DetectionMetric(iou) for iou in ious}
            for page, boxes in zip(pages, found, strict=True):
                kept = [box.polygon for box in boxes if box.score >= box_thresh]
                truths = [i.polygon for i in page.instances], [i.ignore for i in page.instances]
                for metric in metrics.values():
                    metric.update(kept, *truths)
            trials[thresh, box_thresh, unclip] = Trial(
                replace(least, box_thresh=box_thresh),
                {iou: metric.compute() for iou, metric in metrics.items()},
            )
    order = product(grid.thresh, grid.box_thresh, grid.unclip_ratio)
    return [trials[combination] for combination in order]


def best_trial(trials: Sequence[Trial], base: DBPostprocess, iou: float = 0.5) -> Trial:
    """The trial of the highest hmean; of equal ones that which changes least.

    Args:
        trials: what :func:`sweep` measured.
        base: the post-processing in use.
        iou: the overlap by which to choose.
    """

    def change(post: DBPostprocess) -> float:
        return (
            abs(post.thresh - base.thresh)
            + abs(post.box_thresh - base.box_thresh)
            + abs(post.unclip_ratio - base.unclip_ratio)
        )

    return max(trials, key=lambda t: (t.figures[iou]["hmean"], -change(t.postprocess)))
