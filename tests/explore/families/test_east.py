"""EAST by hand: what a pixel names, how boxes are averaged, where its reach ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.explore.families import east
from ocrlib.explore.families.boxes import corners
from ocrlib.geometry import polygon_iou

SIZE = (240, 480)


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return corners([[x, y, x + width, y + height]])[0]


def turned(cx: float, cy: float, width: float, height: float, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (box(-width / 2, -height / 2, width, height) @ turn + (cx, cy)).astype(np.float32)


def test_what_a_pixel_names() -> None:
    answer = east.encode([box(40, 80, 200, 40)], [False], SIZE)
    assert answer.scores.shape == (60, 120)
    assert answer.scores[25, 35] == 1  # at x = 142, y = 102
    assert answer.distances[25, 35] == pytest.approx([22, 98, 18, 102])
    assert answer.angles[25, 35] == 0
    rows, columns = np.nonzero(answer.scores)
    inset = 0.3 * 2 * 200 * 40 / 480
    assert rows.min() * 4 + 2 == pytest.approx(80 + inset, abs=4)
    assert columns.min() * 4 + 2 == pytest.approx(40 + inset, abs=4)


def test_boxes_are_read_back_from_every_pixel() -> None:
    text = turned(200, 120, 180, 36, 25)
    quads, scores = east.read_boxes(east.encode([text], [False], SIZE))
    assert len(quads) == len(scores) > 100
    assert np.abs(quads - text).max() < 0.1


@settings(max_examples=15, deadline=None)
@given(st.floats(-44, 44), st.integers(40, 180), st.integers(16, 40))
def test_one_straight_text_comes_back(degrees: float, width: int, height: int) -> None:
    text = turned(240, 120, max(width, 1.5 * height), height, degrees)
    (found,) = east.find_with_east([text], [False], SIZE)
    assert polygon_iou(found.polygon, text) > 0.97


def test_averaging_is_weighted_and_stops_at_another_text() -> None:
    boxes = [box(0, 0, 100, 20), box(4, 0, 100, 20), box(0, 60, 100, 20)]
    quads, weights = east.merge_neighbours(np.stack(boxes), np.array([3, 1, 1], np.float32))
    assert weights.tolist() == [4, 1]
    assert quads[0] == pytest.approx(box(1, 0, 100, 20))
    assert quads[1] == pytest.approx(boxes[2])


def test_beyond_its_reach_a_line_falls_to_pieces() -> None:
    line = box(10, 100, 460, 20)
    (whole,) = east.find_with_east([line], [False], SIZE, reach=500)
    assert polygon_iou(whole.polygon, line) > 0.97
    parts = east.find_with_east([line], [False], SIZE, reach=80)
    assert len(parts) > 1
    assert max(polygon_iou(part.polygon, line) for part in parts) < 0.5


def test_where_texts_cross_both_are_found() -> None:
    texts = [turned(240, 120, 190, 30, 0), turned(240, 120, 190, 30, 40)]
    found = east.find_with_east(texts, [False] * 2, SIZE)
    for text in texts:
        assert max(polygon_iou(text, f.polygon) for f in found) > 0.8


def test_ignored_and_broken_texts_say_nothing() -> None:
    bad = np.array([[0, 0], [40, 20], [40, 0], [0, 20]], np.float32)  # crosses itself
    assert east.find_with_east([box(20, 20, 80, 20), bad], [True, False], SIZE) == []
