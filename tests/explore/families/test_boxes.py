"""Overlaps by hand, and what non-maximum suppression leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.explore.families.boxes import bounds, box_iou, corners, suppress
from ocrlib.geometry import polygon_iou


def test_corners_run_clockwise_from_top_left() -> None:
    assert corners([[1, 2, 5, 4]]).tolist() == [[[1, 2], [5, 2], [5, 4], [1, 4]]]
    assert corners(np.zeros((0, 4))).shape == (0, 4, 2)


def test_iou_by_hand() -> None:
    found = box_iou([[0, 0, 10, 10], [20, 0, 30, 10]], [[5, 0, 15, 10]])
    assert found == pytest.approx(np.array([[50 / 150], [0]]))
    assert box_iou(np.zeros((0, 4)), [[0, 0, 1, 1]]).shape == (0, 1)


sides = st.integers(1, 30)
box = st.tuples(st.integers(0, 30), st.integers(0, 30), sides, sides).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(box, box)
def test_iou_agrees_with_polygons(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    exact = polygon_iou(corners([a])[0], corners([b])[0])
    assert box_iou([a], [b])[0, 0] == pytest.approx(exact, abs=1e-9)


def test_the_surest_of_overlapping_boxes_stays() -> None:
    quads = corners([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10], [0, 6, 10, 16]])
    assert suppress(quads, [0.6, 0.9, 0.5, 0.7]) == [1, 3, 2]
    assert suppress(quads, [0.6, 0.9, 0.5, 0.7], iou=0.1) == [1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(box, max_size=12), st.floats(0.2, 0.8))
def test_what_stays_overlaps_little_and_covers_the_rest(
    boxes: list[tuple[int, ...]], iou: float
) -> None:
    quads = corners(np.array(boxes, float).reshape(-1, 4))
    scores = np.linspace(1, 0.5, len(boxes))
    kept = suppress(quads, scores, iou)
    overlap = box_iou(boxes, boxes) if boxes else np.zeros((0, 0))
    for i in range(len(boxes)):
        surer = [k for k in kept if k < i]  # scores fall with the index
        covered = any(overlap[k, i] > iou + 1e-9 for k in surer)
        clear = all(overlap[k, i] < iou - 1e-9 for k in surer)
        assert not (covered and i in kept)
        assert not (clear and i not in kept)


def test_bounds() -> None:
    assert bounds([[[3, 1], [5, 0], [4, 7]]]).tolist() == [[3, 0, 5, 7]]
    assert bounds([]).shape == (0, 4)
