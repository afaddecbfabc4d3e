import numpy as np

from ocrlib.metrics.merging import merged_texts


def box(left, top, right, bottom):
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


LINES = [box(0, 0, 100, 10), box(0, 12, 100, 22), box(0, 24, 100, 34)]


def test_a_box_over_two_lines_merges_both():
    assert merged_texts([box(0, 0, 100, 22), LINES[2]], LINES) == [True, True, False]


def test_exact_boxes_merge_nothing():
    assert merged_texts(LINES, LINES) == [False, False, False]


def test_more_than_the_part_must_be_covered():
    half_of_the_second = box(0, 0, 100, 17)
    assert merged_texts([half_of_the_second], LINES) == [False, False, False]
    assert merged_texts([half_of_the_second], LINES, part=0.4) == [True, True, False]


def test_two_pieces_of_a_line_are_not_a_merger():
    assert merged_texts([box(0, 0, 60, 10), box(30, 0, 100, 10)], LINES) == [False] * 3


def test_invalid_polygons_take_no_part():
    bow = np.array([[0, 0], [100, 22], [100, 0], [0, 22]], np.float32)
    assert merged_texts([bow], LINES) == [False] * 3
    assert merged_texts([box(0, 0, 100, 40)], [*LINES, bow]) == [True, True, True, False]


def test_nothing_found_and_nothing_there():
    assert merged_texts([], LINES) == [False] * 3
    assert merged_texts(LINES, []) == []
