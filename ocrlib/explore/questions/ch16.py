"""Questions of chapter 16: charsets that grow, signs of several code points, heads."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from ocrlib.explore.check import Mistake, Question, Test, behaves_like


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    return lambda reference: behaves_like(reference, *inputs)


def _append(old: str, texts: Sequence[str]) -> str:
    return old + "".join(sorted(set("".join(texts)) - set(old)))


def _append_unsorted(old: str, texts: Sequence[str]) -> str:
    return old + "".join(c for c in dict.fromkeys("".join(texts)) if c not in old)


_CHARSETS = (
    ("0123abc", ("bad", "cafe 12")),
    ("zyx", ("abc", "xyz")),
    ("abc", ("cab",)),
    ("ab", ("γβα", "αγ")),
)


def _move(before: str, after: str) -> list[int]:
    return [0] + [before.find(c) + 1 if c in before else -1 for c in after]


def _move_without_blank(before: str, after: str) -> list[int]:
    return [before.find(c) for c in after]


def _move_backwards(before: str, after: str) -> list[int]:
    return [0] + [after.find(c) + 1 if c in after else -1 for c in before]


def _move_from_zero(before: str, after: str) -> list[int]:
    return [0] + [before.find(c) for c in after]


def _move_blank(before: str, after: str) -> list[int]:
    return [0] + [before.find(c) + 1 for c in after]


_ORDERS = (("abc", "abcd"), ("ace", "abcde"), ("zyx", "xz"), ("ab", "ba"))


def _mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _signs(text: str) -> list[str]:
    signs: list[str] = []
    for c in text:
        if _mark(c) and signs:
            signs[-1] += c
        else:
            signs.append(c)
    return signs


def _signs_one_mark(text: str) -> list[str]:
    signs: list[str] = []
    for c in text:
        if _mark(c) and signs and len(signs[-1]) == 1:
            signs[-1] += c
        else:
            signs.append(c)
    return signs


def _signs_before(text: str) -> list[str]:
    """Marks put upon the letter that follows."""
    signs: list[str] = []
    held = ""
    for c in text:
        if _mark(c):
            held += c
        else:
            signs.append(held + c)
            held = ""
    return signs + ([held] if held else [])


_WORDS = (
    ("wo\u0308ne\u0301",),
    ("abc",),
    ("x\u0303\u0301y",),
    ("",),
    ("กี่ที่",),
    ("e\u0301e\u0301",),
)


def _head(features: int, classes: int, waist: int) -> int:
    if not waist:
        return (features + 1) * classes
    return (features + 1) * waist + (waist + 1) * classes


def _head_without_bias(features: int, classes: int, waist: int) -> int:
    return features * waist + waist * classes if waist else features * classes


def _head_waist_only(features: int, classes: int, waist: int) -> int:
    return (waist + 1) * classes if waist else (features + 1) * classes


_HEADS = ((192, 96, 0), (192, 3873, 0), (192, 3873, 48), (96, 6625, 96))


def _lines(classes: int, least: int, length: int) -> int:
    return math.ceil(classes * least / length)


_NEEDS = ((3755, 200, 10), (25, 200, 6), (7, 3, 4))

_charsets, _orders, _words = _like(_CHARSETS), _like(_ORDERS), _like(_WORDS)
_heads, _needs = _like(_HEADS), _like(_NEEDS)

QUESTIONS = (
    Question(
        "16-append",
        right=_charsets(_append),
        mistakes=(
            Mistake(
                _charsets(lambda old, texts: "".join(sorted({*old, *"".join(texts)}))),
                "Sorted as a whole, old characters change their classes. Only the new are sorted.",
            ),
            Mistake(
                _charsets(lambda old, texts: old + "".join(sorted(set("".join(texts))))),
                "Some of these are in the charset already: a class of their own would be a second.",
            ),
            Mistake(
                _charsets(lambda old, texts: "".join(sorted(set("".join(texts)) - set(old))) + old),
                "The new ones go behind the old ones, or the old ones are moved.",
            ),
            Mistake(
                _charsets(_append_unsorted),
                "In the order in which they happen to come? Sort them, so that the charset does"
                " not depend on the order of the texts.",
            ),
        ),
        hint="The old charset as it is, then what the texts have and it has not, sorted.",
    ),
    Question(
        "16-move",
        right=_orders(_move),
        mistakes=(
            Mistake(
                _orders(_move_without_blank), "Class 0 is the blank; characters begin at class 1."
            ),
            Mistake(
                _orders(_move_backwards),
                "The other direction: for each class of the *new* charset, where it was.",
            ),
            Mistake(
                _orders(_move_from_zero), "Classes count from 1, positions in a string do not."
            ),
            Mistake(
                _orders(_move_blank),
                "A new character was the blank before? It was nothing: -1.",
            ),
        ),
        hint="The first entry is 0, for the blank; then for each character of `after` its position"
        " in `before`, counted from 1, or -1.",
    ),
    Question(
        "16-split",
        right=_words(_signs),
        mistakes=(
            Mistake(_words(lambda text: list(text)), "Those are code points, not signs."),
            Mistake(_words(_signs_one_mark), "A letter may carry more than one mark."),
            Mistake(_words(_signs_before), "Marks follow the letter that they stand upon."),
            Mistake(
                _words(lambda text: [c for c in text if not _mark(c)]),
                "That drops the marks. They belong to the sign.",
            ),
        ),
        hint="Go through the code points: a mark is added to the last sign, everything else begins"
        " a new one. The category of a mark begins with M.",
    ),
    Question(
        "16-head",
        right=_heads(_head),
        mistakes=(
            Mistake(_heads(_head_without_bias), "Each linear layer has a bias, too."),
            Mistake(
                _heads(_head_waist_only),
                "With a waist there are two layers: one into it, one out of it.",
            ),
            Mistake(
                _heads(lambda features, classes, waist: (features + 1) * classes),
                "And the waist? It is what makes the layer small.",
            ),
        ),
        hint="A linear layer from a to b has a * b weights and b biases.",
        praise="Right. From 192 features to 3,873 classes a waist of 48 saves three quarters.",
    ),
    Question(
        "16-samples",
        right=_needs(_lines),
        mistakes=(
            Mistake(
                _needs(lambda classes, least, length: classes * least),
                "So many characters. A line has `length` of them.",
            ),
            Mistake(
                _needs(lambda classes, least, length: classes * least // length),
                "Rounded down, the last few characters are missing.",
            ),
            Mistake(
                _needs(lambda classes, least, length: math.ceil(classes / length) * least),
                "Lines need not repeat each other: round once, at the end.",
            ),
        ),
        hint="All samples together, divided by the characters of a line, rounded up.",
    ),
)
