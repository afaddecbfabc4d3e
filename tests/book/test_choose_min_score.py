"""book/tools/choose_min_score.py takes the highest bar that costs hardly a right word."""

from __future__ import annotations

import numpy as np

import choose_min_score
from ocrlib.types import DetSample, Page, TextInstance, TextLine


def table(*right: int) -> list[dict[str, object]]:
    return [
        {"bar": bar, "right": count}
        for bar, count in zip(choose_min_score.TRIED, right, strict=True)
    ]


def test_no_set_may_lose_more_than_a_word_in_a_thousand() -> None:
    one, other = table(9, 9, 9, 9, 8, 8, 2), table(5, 5, 5, 5, 5, 5, 4)
    assert choose_min_score.choose([one, other]) == 0.5
    assert choose_min_score.choose([other]) == 0.7
    assert choose_min_score.choose([table(9, 8, 8, 8, 8, 8, 8), other]) == 0
    many = table(2000, 1999, 1998, 1998, 1997, 1997, 1997)
    assert choose_min_score.choose([many, other]) == 0.5


def test_lines_below_the_bar_count_neither_as_boxes_nor_as_words() -> None:
    box = np.array([[0, 0], [40, 0], [40, 10], [0, 10]], np.float32)
    lines = (TextLine(box, "Total", 0.9, 0.9), TextLine(box + 50, "//", 0.4, 0.9))
    truth = DetSample(np.zeros((99, 99, 3), np.uint8), (TextInstance(box, "total"),), "page")
    low, high = (
        choose_min_score.figures([(Page(lines, (99, 99)), truth)], bar) for bar in (0.4, 0.5)
    )
    assert (low["boxes"]["precision"], high["boxes"]["precision"]) == (0.5, 1)
    assert (low["words"]["precision"], high["words"]["precision"]) == (0.5, 1)
    assert low["right"] == high["right"] == 1
