"""Departure boards: the same for the same state, with a box around every text."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.explore.displays import departure_board, lamp_line


@pytest.fixture(scope="module")
def boards():
    rng = np.random.default_rng(5)
    return [departure_board(rng) for _ in range(4)]


def test_the_same_state_gives_the_same_board(boards):
    again = departure_board(np.random.default_rng(5))
    assert np.array_equal(again.image, boards[0].image)
    assert len(again.instances) == len(boards[0].instances)
    assert not np.array_equal(boards[0].image, boards[1].image)


def test_a_board_has_the_size_and_rows_of_texts(boards):
    for board in boards:
        assert board.image.shape == (256, 384, 3)
        assert len(board.instances) >= 8
        assert all(":" in text.text or text.text.isupper() for text in board.instances)
    small = departure_board(np.random.default_rng(1), (128, 200))
    assert small.image.shape == (128, 200, 3)


def test_light_is_inside_the_boxes(boards):
    for board in boards:
        inside = np.zeros(board.image.shape[:2], bool)
        for text in board.instances:
            x0, y0 = np.maximum(text.polygon.min(axis=0), 0).astype(int)
            x1, y1 = text.polygon.max(axis=0).astype(int)
            inside[y0:y1, x0:x1] = True
        light = board.image.max(axis=2).astype(float)
        bright = light > light.min() + 0.7 * (np.percentile(light, 99.5) - light.min())
        assert (bright & inside).sum() > 0.9 * bright.sum()


def test_texts_of_a_row_do_not_overlap(boards):
    for board in boards:
        for text, following in zip(board.instances, board.instances[1:], strict=False):
            if ":" not in following.text:
                assert following.polygon[0, 0] > text.polygon[1, 0]


def test_a_line_of_lamps_is_the_same_for_a_state_and_says_what_it_is_told():
    one, same = (lamp_line(np.random.default_rng(2)) for _ in range(2))
    assert one.text == same.text
    assert np.array_equal(one.image, same.image)
    told = lamp_line(np.random.default_rng(2), "TURIN 7")
    assert told.text == "TURIN 7"
    assert told.image.shape[1] > told.image.shape[0]


def test_lines_of_lamps_differ_and_are_of_the_size_that_is_promised():
    rng = np.random.default_rng(6)
    lines = [lamp_line(rng) for _ in range(60)]
    assert len({line.text for line in lines}) > 40
    assert not set("".join(line.text for line in lines)) - set(Charset.english().entries)
    for line in lines:
        assert 18 <= line.image.shape[0] <= 45
        assert line.image.max() > 100
