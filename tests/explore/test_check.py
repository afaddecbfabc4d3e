from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

import numpy as np
import pytest

from ocrlib.explore import questions
from ocrlib.explore.check import (
    Mistake,
    Question,
    WrongAnswer,
    array,
    behaves_like,
    between,
    check,
    find_question,
    number,
    same,
    text,
)


def half_open(values: np.ndarray, count: int) -> list[float]:
    return [float(v) for v in values[:count]]


QUESTIONS = (
    Question(
        "99-third",
        right=number(1 / 3),
        mistakes=(
            Mistake(number(1 / 2), "That is the overlap alone."),
            Mistake(between(1, 100), "A ratio of areas stays below 1."),
        ),
        hint="Draw both boxes.",
        praise="Right: one third.",
    ),
    Question(
        "99-head",
        right=behaves_like(half_open, (np.arange(5.0), 2), (np.arange(5.0), 0)),
        mistakes=(
            Mistake(
                behaves_like(lambda v, n: half_open(v, n + 1), (np.arange(5.0), 2)), "One too many."
            ),
        ),
        hint="Look at slices again.",
    ),
)


@pytest.fixture(autouse=True)
def _chapter(monkeypatch: pytest.MonkeyPatch):
    module = ModuleType("ocrlib.explore.questions.ch99")
    module.QUESTIONS = QUESTIONS
    monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (1 / 3, "Right: one third."),
        (np.float32(0.3333), "Right: one third."),
        (0.5, "That is the overlap alone."),
        (3, "A ratio of areas stays below 1."),
        (0.1, "Draw both boxes."),
        ("a third", "Draw both boxes."),
        ([1 / 3], "Draw both boxes."),
        (float("nan"), "Draw both boxes."),
        (object(), "Draw both boxes."),
        (..., "Not answered yet"),
        (None, "Not answered yet"),
        ("...", "Not answered yet"),
    ],
)
def test_hints_fit_the_mistake(answer: object, said: str, capsys):
    assert check("99-third", answer) is None
    shown = capsys.readouterr().out
    assert shown.startswith("99-third: ")
    assert said in shown


def test_strict_raises_the_hint_and_passes_what_is_right(capsys):
    with pytest.raises(WrongAnswer, match="99-third: That is the overlap alone"):
        check("99-third", 0.5, strict=True)
    assert capsys.readouterr().out == ""
    check("99-third", 1 / 3, strict=True)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (half_open, "Right."),
        (lambda v, n: v[:n], "Right."),
        (lambda v, n: v[: n + 1], "One too many."),
        (lambda v, n: v[::-1], "Look at slices again."),
        (lambda v, n: None, "Look at slices again."),
        (lambda v, n: 1 / 0, "Your function raises ZeroDivisionError"),
        (lambda v: v, "Your function raises TypeError"),
        ([0.0, 1.0], "Look at slices again."),
    ],
)
def test_functions_are_tried_out(function: object, said: str, capsys):
    check("99-head", function)
    assert said in capsys.readouterr().out


def test_functions_cannot_spoil_the_inputs(capsys):
    def spoil(values: np.ndarray, count: int) -> np.ndarray:
        values[:] = 7
        return values[:count]

    check("99-head", spoil)
    check("99-head", half_open)
    assert "Right." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("test", "right", "wrong"),
    [
        (number(2, tolerance=0.1), 2.05, 2.2),
        (number(1), 1, True),
        (between(0, 1), 1, 1.01),
        (text("Blank", "the blank"), " BLANK ", "space"),
        (text("a", ignore_case=False), "a", "A"),
        (array([[1, 2]]), ((1, 2),), [1, 2]),
        (array([1, 2]), [1, 2], [2, 1]),
        (same([1, 2]), [1, 2], (1, 2)),
        (same(True), True, 1),
        (same({"a"}), {"a"}, set()),
        (behaves_like(str.upper, ("a",)), lambda s: s.upper(), lambda s: s),
        (behaves_like(lambda n: [n, "x"], (1,)), lambda n: [n, "x"], lambda n: [n]),
        (behaves_like(lambda n: n > 1, (1,), (2,)), lambda n: n > 1, lambda n: n >= 1),
        (
            behaves_like(lambda n: n > 1, (1,), (2,)),
            lambda n: np.bool_(n > 1),
            lambda n: int(n > 1),
        ),
    ],
)
def test_each_kind_of_test_tells_right_from_wrong(test, right: object, wrong: object):
    assert test(right)
    assert not test(wrong)


def test_unknown_questions_are_an_error_of_the_author():
    with pytest.raises(KeyError, match="did you mean '99-third'"):
        find_question("99-thrid")
    with pytest.raises(KeyError, match="there is no chapter"):
        find_question("98-third")
    with pytest.raises(KeyError):
        check("", 1)


def test_the_questions_of_the_book_are_in_order():
    names = []
    for info in pkgutil.iter_modules(questions.__path__):
        module = importlib.import_module(f"{questions.__name__}.{info.name}")
        for question in module.QUESTIONS:
            assert question.name.startswith(f"{info.name.removeprefix('ch')}-")
            assert question.hint.endswith((".", "?"))
            assert all(mistake.hint for mistake in question.mistakes)
            names.append(question.name)
    assert len(names) == len(set(names))


def test_the_environment_can_ask_for_strict_checks(monkeypatch, capsys):
    monkeypatch.setenv("OCRLIB_STRICT_CHECKS", "1")
    with pytest.raises(WrongAnswer):
        check("99-third", 0.5)
    monkeypatch.setenv("OCRLIB_STRICT_CHECKS", "0")
    check("99-third", 0.5)
    assert "99-third" in capsys.readouterr().out
