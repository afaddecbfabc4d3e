"""TextBoxes in miniature: many boxes of fixed size and shape, each corrected into a text.

Liao et al., TextBoxes: A Fast Text Detector with a Single Deep Neural Network, AAAI 2017; with
``quads``, Liao et al., TextBoxes++: A Single-Shot Oriented Scene Text Detector, IEEE Transactions
on Image Processing 2018. The layers are those of SSD (Liu et al., ECCV 2016), made finer for small
pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.explore.families.boxes import bounds, box_iou, corners, suppress
from ocrlib.geometry import is_valid_polygon, min_area_quad
from ocrlib.types import Detection, FloatArray

RATIOS = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0)  # width / height, as in TextBoxes
STRIDES = (8, 16, 32, 64)  # of the layers, px
SCALE = 4  # an anchor's area is that of a square of so many strides
MATCH = 0.5  # an anchor that overlaps a text by less says "no text"


class AnchorAnswer(NamedTuple):
    """What the network says about every anchor.

    Args:
        scores: how surely it stands on a text, (N,), 0-1.
        offsets: from each anchor's corners to the text's, in widths and heights of the anchor,
            (N, 4, 2), clockwise from top-left.
    """

    scores: FloatArray
    offsets: FloatArray


def anchor_grid(
    size: tuple[int, int], ratios: Sequence[float] = RATIOS, doubled: bool = True
) -> FloatArray:
    """All anchors of a page.

    Args:
        size: (height, width) of the page in px.
        ratios: width / height of the anchors at each place.
        doubled: with a second set half a step below the first, since lines of text are low and
            stand close one under the other.

    Returns:
        (N, 4) left, top, right, bottom px.
    """
    height, width = size
    found = []
    for stride in STRIDES:
        ys, xs = np.mgrid[0 : -(-height // stride), 0 : -(-width // stride)].astype(np.float32)
        for ratio in ratios:
            w, h = stride * SCALE * ratio**0.5, stride * SCALE / ratio**0.5
            for shift in (0.5, 1.0) if doubled else (0.5,):
                cx, cy = (xs.ravel() + 0.5) * stride, (ys.ravel() + shift) * stride
                found.append(np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1))
    anchors: FloatArray = np.concatenate(found).astype(np.float32)
    return anchors


def match_anchors(anchors: FloatArray, boxes: ArrayLike) -> tuple[NDArray[np.intp], FloatArray]:
    """Which text each anchor stands on.

    Args:
        anchors: (N, 4) left, top, right, bottom px.
        boxes: the texts' upright boxes, (n, 4) px.

    Returns:
        The index of the text, (N,), -1 for none, and the overlap with the best text, (N,).
    """
    if not len(np.asarray(boxes)):
        return np.full(len(anchors), -1), np.zeros(len(anchors), np.float32)
    overlap = box_iou(anchors, boxes)  # (N, n)
    best = overlap.max(axis=1)
    return np.where(best > MATCH, overlap.argmax(axis=1), -1), best.astype(np.float32)


def encode(
    anchors: FloatArray, polygons: Sequence[ArrayLike], ignore: Sequence[bool], quads: bool = False
) -> AnchorAnswer:
    """The answer of a perfect network.

    Its score is the overlap of anchor and text: the better an anchor fits, the surer it is.

    Args:
        anchors: (N, 4) left, top, right, bottom px.
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        quads: four free corners (TextBoxes++) in place of an upright box (TextBoxes).
    """
    kept = [
        np.asarray(p, np.float32)
        for p, ignored in zip(polygons, ignore, strict=True)
        if not ignored and is_valid_polygon(p)
    ]
    around = bounds(kept)
    which, overlap = match_anchors(anchors, around)
    positive = which >= 0
    offsets = np.zeros((len(anchors), 4, 2), np.float32)
    if kept:
        targets = np.stack([min_area_quad(p)[0] for p in kept]) if quads else corners(around)
        own = anchors[positive]
        sides = (own[:, 2:] - own[:, :2])[:, None]  # (P, 1, 2) width, height
        offsets[positive] = (targets[which[positive]] - corners(own)) / sides
    return AnchorAnswer(np.where(positive, overlap, 0).astype(np.float32), offsets)


def decode(
    anchors: FloatArray, answer: AnchorAnswer, min_score: float = 0.5, iou: float = 0.5
) -> list[Detection]:
    """From an answer to texts: move the anchors that are sure, then drop the doubles.

    Args:
        anchors: (N, 4) left, top, right, bottom px.
        answer: what the network says about them.
        min_score: anchors below are not looked at, 0-1.
        iou: of two boxes that overlap by more than this one stays.
    """
    sure = np.flatnonzero(answer.scores >= min_score)
    if not len(sure):
        return []
    own = anchors[sure]
    sides = (own[:, 2:] - own[:, :2])[:, None]  # (P, 1, 2) width, height
    quads = corners(own) + answer.offsets[sure] * sides  # (P, 4, 2)
    scores = answer.scores[sure]
    return [Detection(quads[i], float(scores[i])) for i in suppress(quads, scores, iou)]


def find_with_anchors(
    polygons: Sequence[ArrayLike],
    ignore: Sequence[bool],
    size: tuple[int, int],
    quads: bool = False,
) -> list[Detection]:
    """Which texts come back when a perfect network answers through anchors.

    Args:
        polygons: the texts' outlines, each (n, 2) px.
        ignore: which of them do not count.
        size: (height, width) of the page in px.
        quads: four free corners (TextBoxes++) in place of an upright box (TextBoxes).
    """
    anchors = anchor_grid(size)
    return decode(anchors, encode(anchors, polygons, ignore, quads))
