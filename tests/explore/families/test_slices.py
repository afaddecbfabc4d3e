"""Slices by hand: what a cell says, which slices belong together, where a line ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.explore.families import slices
from ocrlib.explore.families.boxes import corners
from ocrlib.explore.families.slices import Slice
from ocrlib.geometry import polygon_iou

SIZE = (160, 480)


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return corners([[x, y, x + width, y + height]])[0]


def at(x: float, top: float, bottom: float) -> Slice:
    return Slice(x, top, bottom, x - 8, x + 8)


def test_heights_are_those_of_the_paper() -> None:
    assert [round(h) for h in slices.HEIGHTS] == [11, 16, 22, 32, 46, 65, 93, 134, 191, 273]


def test_what_the_cells_say() -> None:
    answer = slices.encode([box(20, 40, 60, 16)], [False], SIZE)
    assert answer.scores.shape == (10, 30, 10)
    rows, columns, k = np.nonzero(answer.scores)
    assert set(rows) == {3}  # the middle, 48, is the upper border of the fourth row
    assert sorted(columns) == [1, 2, 3, 4]
    assert set(k) == {1}
    found = slices.read_slices(answer)
    assert [(s.x, round(s.top, 3), round(s.bottom, 3)) for s in found] == [
        (x, 40, 56) for x in (24, 40, 56, 72)
    ]
    assert (found[0].begin, found[-1].end) == pytest.approx((20, 80))
    assert found[-1].begin == pytest.approx(72 - slices.REACH * 16)  # "further left than that"


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 60), st.integers(20, 100), st.integers(20, 380), st.integers(9, 40))
def test_an_upright_line_comes_back_exactly(x: int, y: int, width: int, height: int) -> None:
    text = box(x, y, width, height)
    (found,) = slices.find_with_slices([text], [False], SIZE)
    assert polygon_iou(found.polygon, text) > 0.99


def test_linking_by_hand() -> None:
    near = [at(8, 10, 30), at(24, 11, 31), at(72, 12, 32)]
    assert [len(line) for line in slices.link_slices(near)] == [3]
    assert [len(line) for line in slices.link_slices(near, max_gap=40)] == [2, 1]
    lower = at(24, 18, 38)  # shares 12 of 20 px with the first
    assert [len(line) for line in slices.link_slices([near[0], lower])] == [1, 1]
    assert [len(line) for line in slices.link_slices([near[0], lower], min_overlap=0.6)] == [2]
    assert slices.link_slices([]) == []


def test_partners_must_agree() -> None:
    """Two slices want the same left neighbour: it takes the one that overlaps it most."""
    left, close, far = at(8, 10, 30), at(24, 11, 31), at(24, 15, 35)
    lines = slices.link_slices([left, far, close])
    assert sorted(map(len, lines)) == [1, 2]
    assert next(line for line in lines if len(line) == 2) == [left, close]


def test_two_words_far_less_than_fifty_px_apart_are_one_line() -> None:
    words = [box(20, 40, 80, 20), box(115, 40, 80, 20)]
    assert len(slices.find_with_slices(words, [False] * 2, SIZE)) == 1
    words[1] = box(180, 40, 80, 20)
    assert len(slices.find_with_slices(words, [False] * 2, SIZE)) == 2


def test_two_texts_in_one_cell_are_one_answer() -> None:
    stacked = [box(20, 33, 80, 6), box(20, 41, 80, 6)]
    assert len(slices.find_with_slices(stacked, [False] * 2, SIZE)) == 1


def test_bent_outline_follows_and_straight_one_does_not() -> None:
    x = np.linspace(20, 340, 30)
    y = 60 + 30 * np.sin(x / 50)
    bent = np.concatenate([np.stack([x, y], 1), np.stack([x, y + 24], 1)[::-1]])
    straight, followed = (
        slices.find_with_slices([bent], [False], SIZE, bent=flag)[0] for flag in (False, True)
    )
    assert polygon_iou(straight.polygon, bent) < 0.5
    assert polygon_iou(followed.polygon, bent) > 0.75
