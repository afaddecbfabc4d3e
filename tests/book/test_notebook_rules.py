"""The notebooks keep the rules, and the rules catch what breaks them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_rules
from notebook_files import ROOT, find_notebooks

NOTEBOOKS = find_notebooks(include_assignments=True)
PNG = "iVBORw0KGgo="


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_notebook_keeps_the_rules(path: Path) -> None:
    assert notebook_rules.find_faults(path) == []


def good_notebook() -> NotebookNode:
    exercise = "```{exercise}\n:label: one\nWhy?\n```\n```{solution} one\nBecause.\n```"
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("import numpy as np"),
        new_code_cell("x = np.ones(3)\nx.sum()"),
        new_markdown_cell(exercise),
    ]
    for number, cell in enumerate(cells[1:3], start=1):
        cell.execution_count = number
    return new_notebook(cells=cells)


def faults(notebook: NotebookNode, folder: Path, name: str = "lesson") -> str:
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return "\n".join(notebook_rules.find_faults(path))


def test_a_good_notebook_has_no_faults(tmp_path: Path) -> None:
    assert faults(good_notebook(), tmp_path) == ""


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("!pip install numpy", "magics"),
        ("%pip install numpy", "magics"),
        ("import sys\nsys.path.append('..')", "clean checkout"),
        ("requests.get(url)", "downloads nothing"),
        ("open('/home/me/x.png')", "absolute path"),
        ("open('~/x.png')", "absolute path"),
        ("paddle.set_device('cpu')", "pins the CPU"),
        ("import numpy", "first code cell"),
        ("ax.legend();", "hides nothing from nbval"),
        ("\n".join(["x = 1"] * 26), "at most 25"),
    ],
)
def test_forbidden_code_is_found(tmp_path: Path, source: str, complaint: str) -> None:
    notebook = good_notebook()
    notebook.cells[2].source = source
    assert complaint in faults(notebook, tmp_path)


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        (new_output("error", ename="ValueError", evalue="", traceback=[]), "ends in ValueError"),
        (new_output("stream", name="stderr", text="warning"), "stderr"),
        (new_output("display_data", data={"image/png": PNG}), "without alt text"),
        (new_output("stream", name="stdout", text="read /home/me/a.png"), "path of this machine"),
        (new_output("execute_result", data={"text/plain": "<Lock at 0x7f>"}), "address in memory"),
        (
            new_output("display_data", data={"text/html": '<img src="https://x/y.png">'}),
            "from the network",
        ),
    ],
)
def test_faulty_outputs_are_found(tmp_path: Path, output: NotebookNode, complaint: str) -> None:
    notebook = good_notebook()
    notebook.cells[2].outputs = [output]
    assert complaint in faults(notebook, tmp_path)


def test_a_picture_with_alt_text_is_fine(tmp_path: Path) -> None:
    notebook = good_notebook()
    notebook.cells[2].outputs = [new_output("display_data", data={"image/png": PNG})]
    notebook.cells[2].metadata["mystnb"] = {"image": {"alt": "a curve that falls"}}
    assert faults(notebook, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("![](x.png)", "no alt text"),
        ("![a picture](https://example.org/x.png)", "from the network"),
        ("```{figure} x.png\nCaption\n```", "without :alt:"),
        ("<script>1</script>", "raw HTML"),
    ],
)
def test_faulty_text_is_found(tmp_path: Path, text: str, complaint: str) -> None:
    notebook = good_notebook()
    notebook.cells[0].source += f"\n\n{text}"
    assert complaint in faults(notebook, tmp_path)


def test_order_of_execution_and_imports(tmp_path: Path) -> None:
    notebook = good_notebook()
    notebook.cells[2].execution_count = 7
    assert "not executed in one go" in faults(notebook, tmp_path)
    notebook = good_notebook()
    notebook.cells[1].source += "\nx = 1"
    assert "only imports" in faults(notebook, tmp_path)


def test_an_assignment_need_not_be_executed_and_a_lesson_needs_exercises(tmp_path: Path) -> None:
    notebook = good_notebook()
    del notebook.cells[3]
    assert "0 exercises" in faults(notebook, tmp_path)
    for cell in notebook.cells[1:]:
        cell.execution_count = None
    assert faults(notebook, tmp_path, "assignment") == ""
