from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load_extension():
    pytest.importorskip("sphinx", reason="the book's packages are not installed")
    spec = importlib.util.spec_from_file_location("book_faq", ROOT / "book/ext/book_faq.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["book_faq"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book_faq():
    return load_extension()


@pytest.fixture(scope="module")
def table(book_faq):
    return book_faq.read_table(ROOT)


def test_every_collected_question_is_answered_once(table) -> None:
    with (ROOT / "book/faq/sources.toml").open("rb") as stream:
        sources = tomllib.load(stream)
    expected = {
        f"{document} {section}.{number}"
        for document, sections in sources.items()
        for section, count in sections.items()
        for number in range(1, count + 1)
    }
    found = Counter(source for question in table["question"] for source in question["sources"])
    assert len(expected) == 155
    assert set(found) == expected
    assert [source for source, times in found.items() if times > 1] == []


def test_entries_are_complete(table) -> None:
    ids = [question["id"] for question in table["question"]]
    assert len(ids) == len(set(ids))
    for question in table["question"]:
        assert set(question) - {"label", "planned", "out"} == {
            "id",
            "topic",
            "question",
            "answer",
            "sources",
        }, question["id"]
        assert len({"label", "planned", "out"} & set(question)) == 1, question["id"]
        assert question["topic"] in table["topics"], question["id"]
        assert "planned" not in question or question["planned"] in table["planned"], question["id"]
        assert re.fullmatch(r"ch\d\d-[a-z-]+", question.get("label", "ch01-x")), question["id"]
        assert question.get("label", "ch01-x").partition("-")[0] in table["chapters"]
        assert question["question"][-1] in "?.", question["id"]
        assert 15 <= len(question["answer"].split()) <= 120, question["id"]
        assert "\n" not in question["answer"], question["id"]


def test_answers_are_in_our_own_language(table) -> None:
    for question in table["question"]:
        text = question["question"] + question["answer"]
        assert re.search(r"[\u3000-\u9fff]", text) is None, question["id"]


def test_code_in_answers_fits_a_narrow_screen(table) -> None:
    for question in table["question"]:
        for code in re.findall(r"`([^`]+)`", question["answer"]):
            assert max(map(len, code.split())) <= 36, f"{question['id']}: {code}"


def test_topics_and_planned_chapters_are_used(table) -> None:
    questions = table["question"]
    assert {question["topic"] for question in questions} == set(table["topics"])
    planned = {question["planned"] for question in questions if "planned" in question}
    assert planned == set(table["planned"])


def test_the_page_has_every_topic(table) -> None:
    page = (ROOT / "book/faq/index.md").read_text(encoding="utf-8")
    assert re.findall(r"^```\{faq\} (\w+)$", page, re.MULTILINE) == list(table["topics"])
    for title in table["topics"].values():
        assert f"\n## {title}\n" in page


def test_no_target_is_dead(book_faq) -> None:
    assert book_faq.dead_labels(ROOT) == []


@pytest.fixture
def small_book(tmp_path) -> Path:
    """A book with one chapter, one of whose two labels is missing."""
    (tmp_path / "book/faq").mkdir(parents=True)
    (tmp_path / "book/faq/faq.toml").write_text(
        'chapters = { ch01 = { title = "One", folder = "01_one" }, ch02 = { title = "Two", '
        'folder = "02_two" } }\n[planned]\nlater = "Later"\n'
        '[[question]]\nid = "a"\nlabel = "ch01-there"\n'
        '[[question]]\nid = "b"\nlabel = "ch01-gone"\n'
        '[[question]]\nid = "c"\nlabel = "ch02-any"\n',
        encoding="utf-8",
    )
    cells = [
        {"cell_type": "markdown", "source": ["Some text.\n", "\n", "(ch01-there)=\n", "## Here"]},
        {"cell_type": "code", "source": ["# (ch01-gone)=\n"]},
    ]
    (tmp_path / "chapters/01_one").mkdir(parents=True)
    lesson = tmp_path / "chapters/01_one/lesson.ipynb"
    lesson.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return tmp_path


def test_dead_labels_are_found(book_faq, small_book) -> None:
    assert book_faq.dead_labels(small_book) == ["b: no (ch01-gone)= in chapters/01_one"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"label": "ch01-there"}, "*Shown in* {ref}`chapter 1, One <ch01-there>`."),
        ({"label": "ch02-any"}, "*Planned:* chapter 2, Two."),
        ({"planned": "later"}, "*Planned:* Later."),
        ({"out": "Because."}, "*Out of scope:* Because."),
    ],
)
def test_where_an_answer_is_shown(book_faq, small_book, question, expected) -> None:
    table = book_faq.read_table(small_book)
    assert book_faq.where(small_book, table, question) == expected
