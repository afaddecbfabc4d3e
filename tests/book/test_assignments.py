"""Assignments follow their solutions; blanks fail, and wrong answers get the right hint.

That the solutions pass is proven by ``make notebooks``: it runs them with strict checks.
Wrong answers are planted in ``wrong_answers/chNN.py``::

    WRONG = {"01-iou-shifted": [(1 / 2, "the overlap alone"), (2, "")]}

each with a part of the hint that it must get.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from nbclient import NotebookClient

import assignments
from notebook_files import ROOT, STRICT_VARIABLE, read_notebook
from ocrlib.explore.check import Question, WrongAnswer, check, find_question

HERE = Path(__file__).parent
SOLUTIONS = assignments.solutions()
CHECK_CALL = re.compile(r"\bcheck\(\s*[\"']([^\"']+)[\"']")

each_solution = pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: path.parent.name)


def asked(notebook: Path) -> list[str]:
    """The names of the questions that a notebook checks."""
    cells = read_notebook(notebook).cells
    return [
        name
        for cell in cells
        if cell.cell_type == "code"
        for name in CHECK_CALL.findall(cell.source)
    ]


def planted() -> dict[str, list[tuple[Any, str]]]:
    """All planted wrong answers."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for path in sorted((HERE / "wrong_answers").glob("ch*.py")):
        spec = importlib.util.spec_from_file_location(f"wrong_answers_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= module.WRONG
    return found


def all_questions() -> list[Question]:
    questions: list[Question] = []
    for path in sorted((ROOT / "ocrlib/explore/questions").glob("ch*.py")):
        module = importlib.import_module(f"ocrlib.explore.questions.{path.stem}")
        questions += module.QUESTIONS
    return questions


PLANTED = planted()
QUESTIONS = all_questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


@each_solution
def test_assignment_is_up_to_date(solution: Path) -> None:
    assert assignments.is_current(solution), "make it again: book/tools/assignments.py"


@each_solution
def test_assignment_asks_known_questions(solution: Path) -> None:
    names = asked(solution)
    assert names, "an assignment without a check"
    for name in names:
        assert find_question(name).name == name
    assert asked(solution.with_name("assignment.ipynb")) == names


@pytest.mark.slow
@each_solution
def test_blank_assignment_fails_every_check(
    solution: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    path = solution.with_name("assignment.ipynb")
    notebook = read_notebook(path)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources=where, allow_errors=True
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code" and CHECK_CALL.search(cell.source):
            errors = [output.ename for output in cell.outputs if output.output_type == "error"]
            assert errors == [WrongAnswer.__name__], cell.source


@each_question
def test_question_is_asked_somewhere(question: Question) -> None:
    notebooks = sorted((ROOT / "chapters").glob("*/*.ipynb"))
    assert any(question.name in asked(notebook) for notebook in notebooks)


@each_question
def test_wrong_answers_get_their_hints(question: Question) -> None:
    answers = PLANTED.get(question.name, [])
    assert answers, f"plant a wrong answer to {question.name} in wrong_answers/"
    given = []
    for answer, fragment in answers:
        with pytest.raises(WrongAnswer, match=re.escape(fragment)) as caught:
            check(question.name, answer, strict=True)
        given.append(str(caught.value))
    for mistake in question.mistakes:
        assert any(mistake.hint in hint for hint in given), f"nobody made: {mistake.hint}"


def test_planted_answers_belong_to_questions() -> None:
    assert set(PLANTED) <= {question.name for question in QUESTIONS}


def test_blanks_are_told_apart_from_wrong_answers() -> None:
    for question in QUESTIONS:
        with pytest.raises(WrongAnswer, match="Not answered yet"):
            check(question.name, ..., strict=True)
