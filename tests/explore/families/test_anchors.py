"""Anchors by hand: where they stand, what they match, and that offsets lead back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.explore.families import anchors
from ocrlib.explore.families.boxes import corners
from ocrlib.geometry import polygon_iou

SIZE = (128, 256)


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return corners([[x, y, x + width, y + height]])[0]


def test_number_and_shape_of_anchors() -> None:
    grid = anchors.anchor_grid(SIZE)
    places = sum((128 // s) * (256 // s) for s in anchors.STRIDES)
    assert len(grid) == places * len(anchors.RATIOS) * 2
    width, height = (grid[:, 2:] - grid[:, :2]).T
    ratios = set(np.round(width / height, 2).tolist())
    assert ratios == {1.0, 2.0, 3.0, 5.0, 7.0, 10.0}
    areas = set(np.round(width * height).tolist())
    assert areas == {float((s * anchors.SCALE) ** 2) for s in anchors.STRIDES}
    assert len(anchors.anchor_grid(SIZE, doubled=False)) * 2 == len(grid)


def test_first_anchor_stands_in_the_first_cell() -> None:
    left, top, right, bottom = anchors.anchor_grid(SIZE)[0]
    assert ((left + right) / 2, (top + bottom) / 2) == (4, 4)
    assert (right - left, bottom - top) == (32, 32)


def test_matching_by_hand() -> None:
    grid = np.array([[0, 0, 40, 10], [0, 0, 40, 20], [60, 0, 100, 10]], np.float32)
    which, overlap = anchors.match_anchors(grid, [[0, 0, 40, 12], [0, 0, 30, 10]])
    assert which.tolist() == [0, 0, -1]
    assert overlap == pytest.approx([400 / 480, 480 / 800, 0])
    assert anchors.match_anchors(grid, [])[0].tolist() == [-1, -1, -1]


@settings(max_examples=15, deadline=None)
@given(st.integers(10, 60), st.integers(10, 60), st.integers(14, 40), st.floats(4.0, 8.0))
def test_a_text_of_usual_shape_comes_back_exactly(
    x: int, y: int, height: int, ratio: float
) -> None:
    text = box(x, y, height * ratio, height)
    found = anchors.find_with_anchors([text], [False], (128, 420))
    assert len(found) == 1
    assert found[0].polygon == pytest.approx(text, abs=0.01)


def test_a_text_longer_than_any_anchor_is_lost() -> None:
    text = box(20, 40, 600, 12)
    assert anchors.find_with_anchors([text], [False], (128, 700)) == []


def test_four_free_corners_follow_a_turned_text() -> None:
    turned = np.array([[40, 30], [120, 60], [112, 82], [32, 52]], np.float32)
    (upright,) = anchors.find_with_anchors([turned], [False], SIZE)
    (free,) = anchors.find_with_anchors([turned], [False], SIZE, quads=True)
    assert polygon_iou(upright.polygon, turned) < 0.6
    assert polygon_iou(free.polygon, turned) > 0.95


def test_ignored_and_broken_texts_say_nothing() -> None:
    bad = np.array([[0, 0], [40, 20], [40, 0], [0, 20]], np.float32)  # crosses itself
    assert anchors.find_with_anchors([box(20, 20, 80, 20), bad], [True, False], SIZE) == []
