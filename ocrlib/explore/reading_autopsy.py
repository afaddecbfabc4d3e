"""Why was a line misread? The questions to ask first, as code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from ocrlib.charset import Charset

RIGHT = "right"
# Characters that hardly differ, or only in size. Every letter is its own capital's look-alike, too.
_ALIKE = ("0oOQD", "1lI|i!", "5sS", "8B", "2zZ", "cC", "6G", ".,", "'`")


def why_misread(read: str, text: str, charset: Charset, columns: int) -> str:
    """The first of these reasons that holds.

    ==================  =========================================================================
    right               nothing is wrong
    no such class       the text has a character that the charset lacks
    too few columns     the text has more characters (and equal neighbours) than there are columns
    spaces              only spaces are too many or too few
    repeats             only equal neighbours are too many or too few
    look-alikes         as many characters as there should be, and each wrong one looks alike
    mostly lost         less than half as many characters as there should be
    other characters    none of these
    ==================  =========================================================================

    Args:
        read: what the recogniser says.
        text: what is written.
        charset: the recogniser's.
        columns: of its output for this crop, T.
    """
    if read == text:
        return RIGHT
    if charset.missing(text):
        return "no such class"
    if columns_needed(charset.encode(text)) > columns:
        return "too few columns"
    if read.replace(" ", "") == text.replace(" ", ""):
        return "spaces"
    if _single(read) == _single(text):
        return "repeats"
    if len(read) == len(text) and all(map(alike, read, text)):
        return "look-alikes"
    return "mostly lost" if len(read) < len(text) / 2 else "other characters"


def columns_needed(classes: Sequence[int]) -> int:
    """The fewest columns that CTC can spell a text with: one a character, one between twins."""
    return len(classes) + sum(one == other for one, other in pairwise(classes))


def alike(one: str, other: str) -> bool:
    """Whether two characters are easily taken for each other: equal, case aside, or in a group."""
    if one.casefold() == other.casefold():
        return True
    return any(one in group and other in group for group in _ALIKE)


def _single(text: str) -> str:
    """The text with every run of equal characters as one."""
    return "".join(character for character, _ in groupby(text))
