"""book/tools/assignments.py turns solutions into blanks."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import assignments


def solution_notebook() -> NotebookNode:
    answer = new_code_cell(
        "def double(x):\n"
        "    # --- solution\n"
        "    y = 2 * x\n"
        "    return y\n"
        "    # --- end\n\n"
        "print(double(2))"
    )
    answer.execution_count = 2
    answer.outputs = [nbformat.v4.new_output("stream", name="stdout", text="4\n")]
    whole = new_code_cell("a, b = 1, 2\nc = a + b")
    whole.metadata["tags"] = ["solution", "nbval-ignore-output"]
    opinion = new_markdown_cell("Because it is.")
    opinion.metadata["tags"] = ["solution"]
    remark = new_markdown_cell("A remark on the solution.")
    remark.metadata["tags"] = ["solution-only"]
    cells = [new_markdown_cell("# Solution: doubling"), answer, whole, opinion, remark]
    return new_notebook(cells=cells)


def test_blanks_keep_names_and_hide_values() -> None:
    made = assignments.make_assignment(solution_notebook())
    title, answer, whole, opinion = made.cells
    assert title.source == "# Assignment: doubling"
    assert answer.source == (
        "def double(x):\n    # write your code here\n    return ...\n\nprint(double(2))"
    )
    assert whole.source == "# write your code here\na = ...\nb = ...\nc = ..."
    assert opinion.source == assignments.BLANK_ANSWER
    assert "2 * x" not in nbformat.writes(made)
    assert "remark" not in nbformat.writes(made)


def test_assignment_has_no_outputs_and_no_tags_about_them() -> None:
    made = assignments.make_assignment(solution_notebook())
    for cell in made.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert "tags" not in cell.metadata


def test_making_it_leaves_the_solution_alone_and_is_repeatable() -> None:
    solution = solution_notebook()
    before = nbformat.writes(solution)
    first = assignments.make_assignment(solution)
    assert nbformat.writes(solution) == before
    assert assignments.make_assignment(solution) == first


@pytest.mark.parametrize(
    "source",
    [
        "# --- solution\nx = 1",
        "x = 1\n# --- end",
        "# --- solution\n# --- solution\nx = 1\n# --- end",
        "# --- solution\nprint(1)\n# --- end",
    ],
)
def test_faulty_regions_are_refused(source: str) -> None:
    with pytest.raises(assignments.RegionError):
        assignments.blank_source(source)


def test_two_regions_in_one_cell() -> None:
    source = "# --- solution\nx = 1\n# --- end\nprint(x)\n# --- solution\ny = 2\n# --- end"
    made = assignments.blank_source(source)
    assert made.splitlines() == [
        "# write your code here",
        "x = ...",
        "print(x)",
        "# write your code here",
        "y = ...",
    ]
