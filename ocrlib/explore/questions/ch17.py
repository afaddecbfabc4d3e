"""Questions of chapter 17: columns, diagnoses, gaps, directions and rings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import Any

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Scores = Sequence[float]


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    return lambda reference: behaves_like(reference, *inputs)


def _needed(text: str) -> int:
    return len(text) + sum(a == b for a, b in pairwise(text))


_TEXTS = (("coffee",), ("1000000",), ("",), ("www",), ("abc",), ("aXa",))


def _factor(width: float, columns: int, stride: float) -> float:
    """How much a letter of `width` px must be widened to span so many columns."""
    return max(1.0, columns * stride / width)


_LETTERS: tuple[tuple[float, int, float], ...] = ((7.0, 3, 4.0), (14.0, 3, 4.0), (6.0, 2, 8.0))


def _single(text: str) -> str:
    return "".join(c for c, _ in groupby(text))


def _kind(read: str, text: str) -> str:
    if read == text:
        return "right"
    if read.replace(" ", "") == text.replace(" ", ""):
        return "spaces"
    if _single(read) == _single(text):
        return "repeats"
    return "lost" if len(read) < len(text) / 2 else "other"


def _kind_repeats_first(read: str, text: str) -> str:
    if read != text and _single(read) == _single(text):
        return "repeats"
    return _kind(read, text)


def _kind_sets(read: str, text: str) -> str:
    found = _kind(read, text)
    same = set(read) - {" "} == set(text) - {" "}
    return "repeats" if found in ("lost", "other") and same else found


def _kind_inclusive(read: str, text: str) -> str:
    found = _kind(read, text)
    return "lost" if found == "other" and len(read) <= len(text) / 2 else found


def _kind_outer(read: str, text: str) -> str:
    return "right" if read.strip() == text.strip() else _kind(read, text)


_READ = (
    ("coffee", "coffee"),
    ("cofee", "coffee"),
    ("twowords", "two words"),
    ("co", "coffee"),
    ("cof", "coffee"),
    ("eefcof", "coffee"),
    (" coffee", "coffee"),
    ("a  b", "a b"),
    ("tofu", "coffee"),
)


def _tight(gaps: Sequence[int], keep: int) -> list[int]:
    cut = max(0, sorted(gaps)[len(gaps) // 2] - keep)
    return [max(1, gap - cut) for gap in gaps]


def _tight_mean(gaps: Sequence[int], keep: int) -> list[int]:
    cut = max(0, sum(gaps) / len(gaps) - keep)
    return [max(1, round(gap - cut)) for gap in gaps]


def _tight_without_keep(gaps: Sequence[int], keep: int) -> list[int]:
    return _tight(gaps, 0)


def _tight_to_nothing(gaps: Sequence[int], keep: int) -> list[int]:
    cut = max(0, sorted(gaps)[len(gaps) // 2] - keep)
    return [gap - cut for gap in gaps]


def _tight_widening(gaps: Sequence[int], keep: int) -> list[int]:
    cut = sorted(gaps)[len(gaps) // 2] - keep
    return [max(1, gap - cut) for gap in gaps]


_GAPS = (
    ([20, 22, 21, 48, 20], 4),
    ([3, 2, 9, 2, 3], 4),
    ([30, 31, 90, 30, 12], 4),
    ([10, 10, 10], 2),
)


def _surest(scores: Sequence[Scores]) -> list[int]:
    return [max(range(len(row)), key=lambda k: row[k]) for row in scores]


_TURNS = (
    ([[0.98, 0.4, 0.7, 0.3], [0.5, 0.9, 0.8, 0.2], [0.6, 0.5, 0.95, 0.96]],),
    ([[0.1, 0.2, 0.3, 0.25]],),
)


def _length(inner: float, outer: float, height: float) -> float:
    return math.pi * (inner + outer) * height / (outer - inner)


_RINGS = ((70.0, 100.0, 48.0), (20.0, 60.0, 32.0), (0.0, 10.0, 10.0))

_texts, _letters, _read = _like(_TEXTS), _like(_LETTERS), _like(_READ)
_gaps, _turns, _rings = _like(_GAPS), _like(_TURNS), _like(_RINGS)

QUESTIONS = (
    Question(
        "17-columns",
        right=_texts(_needed),
        mistakes=(
            Mistake(_texts(len), "And the blank between twins?"),
            Mistake(
                _texts(lambda text: 2 * len(text) + 1),
                "A blank *may* stand anywhere, but it has to only between twins.",
            ),
            Mistake(
                _texts(lambda text: len(_single(text))),
                "That many are left if twins are merged; here they shall survive.",
            ),
            Mistake(
                _texts(lambda text: len(text) + len(text) - len(set(text))),
                "Only *neighbours* that are equal need a blank, not every letter that comes again.",
            ),
        ),
        hint="One column for each character, and one more for each pair of equal neighbours.",
    ),
    Question(
        "17-widen",
        right=_letters(_factor),
        mistakes=(
            Mistake(
                _letters(lambda width, columns, stride: columns * stride / width),
                "A letter that is wide enough need not be squeezed: never below 1.",
            ),
            Mistake(
                _letters(lambda width, columns, stride: max(1.0, columns / width)),
                "Width is in px, columns are not: a column has `stride` px.",
            ),
            Mistake(
                _letters(lambda width, columns, stride: max(1.0, width / (columns * stride))),
                "The other way round: narrow letters need the larger factor.",
            ),
        ),
        hint="So many columns are `columns * stride` px wide; the letter has `width`.",
    ),
    Question(
        "17-kind",
        right=_read(_kind),
        mistakes=(
            Mistake(_read(_kind_outer), "A space at an end is a wrong space, too."),
            Mistake(
                _read(_kind_repeats_first),
                "Two spaces in place of one: ask for spaces before you ask for repeats.",
            ),
            Mistake(
                _read(_kind_sets),
                "The same letters in another order are no repeats: merge runs, compare the rest.",
            ),
            Mistake(_read(_kind_inclusive), "Exactly half is not *less than* half."),
        ),
        hint="In this order: equal; equal without spaces; equal once every run is merged; less"
        " than half as long; and all the rest.",
    ),
    Question(
        "17-gaps",
        right=_gaps(_tight),
        mistakes=(
            Mistake(
                _gaps(_tight_mean), "One wide space moves the mean. The median hardly notices it."
            ),
            Mistake(_gaps(_tight_without_keep), "`keep` px of an ordinary gap shall stay."),
            Mistake(_gaps(_tight_to_nothing), "A gap below 1 px glues two letters together."),
            Mistake(
                _gaps(_tight_widening),
                "Where gaps are narrow anyway there is nothing to take out, and nothing to add.",
            ),
        ),
        hint="What is taken out is the median minus `keep`, never less than 0; what stays of each"
        " gap is never less than 1.",
    ),
    Question(
        "17-direction",
        right=_turns(_surest),
        mistakes=(
            Mistake(
                _turns(lambda scores: [max(row) for row in scores]),
                "Those are the confidences. In which direction were they reached?",
            ),
            Mistake(
                _turns(lambda scores: [90 * k for k in _surest(scores)]),
                "Quarter turns are asked for, not degrees.",
            ),
            Mistake(
                _turns(lambda scores: [int(row[2] > row[0]) * 2 for row in scores]),
                "Lines on their side exist as well: four directions.",
            ),
        ),
        hint="For every crop the index of its largest score.",
    ),
    Question(
        "17-ring",
        right=_rings(_length),
        mistakes=(
            Mistake(
                _rings(lambda inner, outer, height: math.pi * (inner + outer)),
                "That is the middle circle in px of the picture. The strip is enlarged, too.",
            ),
            Mistake(
                _rings(lambda inner, outer, height: 2 * math.pi * outer * height / (outer - inner)),
                "The outer circle is longer than the middle one: letters would come out too wide.",
            ),
            Mistake(
                _rings(lambda inner, outer, height: 2 * math.pi * inner * height / (outer - inner)),
                "The inner circle is shorter than the middle one: letters would be narrow.",
            ),
        ),
        hint="The length of the middle circle, times by how much the ring's thickness grows to"
        " become the strip's height.",
    ),
)
