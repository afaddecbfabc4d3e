from __future__ import annotations

import pytest

from ocrlib.charset import Charset
from ocrlib.explore.reading_autopsy import alike, columns_needed, why_misread


@pytest.mark.parametrize(
    ("read", "text", "columns", "reason"),
    [
        ("coffee", "coffee", 40, "right"),
        ("cafe", "café", 40, "no such class"),
        ("cofe", "coffee", 7, "too few columns"),
        ("cofe", "coffee", 8, "repeats"),
        ("coffeee", "coffee", 40, "repeats"),
        ("twowords", "two words", 40, "spaces"),
        ("C0FFEE", "coffee", 40, "look-alikes"),
        ("co", "coffee", 40, "mostly lost"),
        ("toffee", "coffee", 40, "other characters"),
    ],
)
def test_reasons(read: str, text: str, columns: int, reason: str) -> None:
    assert why_misread(read, text, Charset.english(), columns) == reason


def test_columns_and_look_alikes() -> None:
    assert columns_needed([]) == 0
    assert columns_needed([3, 3, 3]) == 5
    assert columns_needed([1, 2, 1]) == 3
    assert alike("l", "1")
    assert alike("W", "w")
    assert not alike("a", "b")
