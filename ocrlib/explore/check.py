"""Questions that check themselves: ``check("03-collapse", answer)`` prints a hint to a mistake.

A chapter's questions stand in ``ocrlib/explore/questions/chNN.py`` as a tuple ``QUESTIONS``::

    QUESTIONS = (
        Question(
            "01-iou-shifted",
            right=number(1 / 3),
            mistakes=(
                Mistake(number(1 / 2), "That is the overlap alone. What is it divided by?"),
            ),
            hint="Draw both boxes and count the squares that belong to at least one of them.",
        ),
    )

The first two digits of a question's name say which chapter it belongs to.
"""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# Says whether an answer is (or behaves) like something. It may raise what an answer of another
# kind makes it raise: that counts as "no".
Test = Callable[[Any], bool]

_OTHER_KIND = (TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError)


class WrongAnswer(AssertionError):
    """Raised by ``check(..., strict=True)``; its message is the hint."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that readers give.

    Args:
        looks_like: recognises it.
        hint: what to think about again; it must not give the answer away.
    """

    looks_like: Test
    hint: str


@dataclass(frozen=True)
class Question:
    """One question of a notebook.

    Args:
        name: two digits of the chapter, a hyphen, a few words: "01-iou-shifted".
        right: recognises a right answer.
        mistakes: typical wrong answers; the first that fits gives the hint.
        hint: for every other wrong answer.
        praise: printed for a right one; may add a thought.
    """

    name: str
    right: Test
    hint: str
    mistakes: tuple[Mistake, ...] = ()
    praise: str = "Right."


def check(name: str, answer: object, strict: bool = False) -> None:
    """Check an answer and print what came out.

    Args:
        name: the question's name.
        answer: a value or a function; ``...`` means that it is still to be given.
        strict: raise instead of printing a hint. The tests of the book ask for it with the
            environment variable ``OCRLIB_STRICT_CHECKS=1``.

    Raises:
        WrongAnswer: if the answer is not right and checks are strict.
        KeyError: if there is no such question.
    """
    question = find_question(name)
    praise, hint = _judge(question, answer)
    strict = strict or os.environ.get("OCRLIB_STRICT_CHECKS") == "1"
    if hint and strict:
        raise WrongAnswer(f"{name}: {hint}")
    print(f"{name}: {hint or praise}")


def find_question(name: str) -> Question:
    """The question of that name.

    Raises:
        KeyError: if there is none; names a similar one.
    """
    chapter = name.partition("-")[0]
    try:
        module = importlib.import_module(f"ocrlib.explore.questions.ch{chapter}")
    except ModuleNotFoundError as error:
        raise KeyError(f"no question '{name}': there is no chapter {chapter!r}") from error
    questions: dict[str, Question] = {question.name: question for question in module.QUESTIONS}
    if name not in questions:
        close = difflib.get_close_matches(name, questions, 1)
        raise KeyError(f"no question '{name}'" + (f"; did you mean '{close[0]}'?" if close else ""))
    return questions[name]


def _judge(question: Question, answer: object) -> tuple[str, str]:
    """Praise and an empty hint, or an empty praise and a hint."""
    if answer is ... or answer is None:
        return "", "Not answered yet: put your answer in place of the dots."
    if isinstance(answer, str) and answer.strip() in ("", "...", "…"):
        return "", "Not answered yet: put your answer between the quotes."
    try:
        if _fits(question.right, answer):
            return question.praise, ""
        for mistake in question.mistakes:
            if _fits(mistake.looks_like, answer):
                return "", mistake.hint
    except _Raised as raised:
        return "", str(raised)
    return "", question.hint


def _fits(test: Test, answer: object) -> bool:
    try:
        return bool(test(answer))
    except _OTHER_KIND:
        return False


class _Raised(Exception):
    """The reader's own function raised; the message says what."""


def number(expected: float, tolerance: float = 1e-3) -> Test:
    """A number, up to an absolute tolerance."""
    return lambda answer: (
        np.ndim(answer) == 0
        and not isinstance(answer, bool | np.bool_ | str)
        and abs(float(answer) - expected) <= tolerance
    )


def between(low: float, high: float) -> Test:
    """A number from ``low`` to ``high``, both included."""
    return lambda answer: np.ndim(answer) == 0 and low <= float(answer) <= high


def text(*expected: str, ignore_case: bool = True) -> Test:
    """One of some texts; white space around it does not count."""

    def fold(value: str) -> str:
        return value.strip().casefold() if ignore_case else value.strip()

    return lambda answer: isinstance(answer, str) and fold(answer) in set(map(fold, expected))


def array(expected: ArrayLike, tolerance: float = 1e-4) -> Test:
    """Numbers in a certain shape, up to an absolute tolerance; lists and tuples will do."""
    wanted = np.asarray(expected, float)

    def test(answer: object) -> bool:
        found = np.asarray(answer, float)
        return found.shape == wanted.shape and bool(
            np.allclose(found, wanted, rtol=0, atol=tolerance, equal_nan=True)
        )

    return test


def same(expected: object) -> Test:
    """Equality and the same kind of value: for lists, tuples, sets, truth values."""
    return lambda answer: type(answer) is type(expected) and bool(answer == expected)


def behaves_like(reference: Callable[..., Any], *inputs: tuple[Any, ...]) -> Test:
    """A function that gives what the reference gives, for each tuple of arguments.

    Numbers are compared up to 1e-4, everything else by equality. The arguments are passed as they
    are: use small immutable ones, or arrays, which are copied.
    """

    def copy(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in arguments)

    def test(answer: object) -> bool:
        if not callable(answer):
            return False
        for arguments in inputs:
            wanted = reference(*copy(arguments))
            try:
                found = answer(*copy(arguments))
            except Exception as error:  # whatever a reader's function may raise
                problem = f"{type(error).__name__}: {error}"
                raise _Raised(f"Your function raises {problem}") from error
            if not _equal(found, wanted):
                return False
        return True

    return test


def _equal(found: object, wanted: object) -> bool:
    if isinstance(wanted, bool) and isinstance(found, np.bool_):
        return bool(found) == wanted  # numpy's own kind of yes and no
    if isinstance(wanted, str | bool) or wanted is None:
        return type(found) is type(wanted) and bool(found == wanted)
    try:
        return array(np.asarray(wanted, float))(found)
    except _OTHER_KIND:
        return type(found) is type(wanted) and bool(found == wanted)
