"""execute.py stores what a run gave; notebooks.py notices when a run gives something else."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import execute
import notebook_files
import notebooks


def write(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# T"), *[new_code_cell(source) for source in sources]]
    notebook = new_notebook(cells=cells)
    notebook.cells[1].metadata["collapsed"] = True
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
def test_execute_stores_outputs_and_the_run(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.ipynb",
        "import os",
        "print(1)\nprint(2)",
        f"os.environ['{notebook_files.STRICT_VARIABLE}']",
    )
    execute.execute(path)
    assert notebook_files.STRICT_VARIABLE not in os.environ
    notebook = notebook_files.read_notebook(path)
    assert notebook.cells[2].outputs[0].text == "1\n2\n"
    assert notebook.cells[3].outputs[0].data["text/plain"] == "'1'"
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2, 3]
    assert notebook.cells[1].metadata == {}
    assert set(notebook.metadata) == {"kernelspec", "language_info", "last_run"}
    run = notebook.metadata["last_run"]
    assert run["seconds"] >= 1
    assert {"python", "numpy"} <= set(run["versions"])

    # Starting a kernel takes as long as the machine likes; which times count as the same has a test
    # of its own. All else has to come out as it was.
    notebook.metadata["last_run"]["seconds"] = 1000
    notebook_files.write_notebook(notebook, path)
    before = path.read_text(encoding="utf-8")
    execute.execute(path)
    run = notebook_files.read_notebook(path).metadata["last_run"]
    assert run["seconds"] < 1000
    after = path.read_text(encoding="utf-8").replace(
        f'"seconds": {run["seconds"]},', '"seconds": 1000,'
    )
    assert after == before, "a second run makes no diff"

    passed, _, _ = notebooks.run(path)
    assert passed
    path.write_text(before.replace('"1\\n"', '"3\\n"'), encoding="utf-8")
    passed, _, output = notebooks.run(path)
    assert not passed
    assert "3" in output


@pytest.mark.slow
def test_a_failing_notebook_is_left_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "print(1)", "1 / 0")
    before = path.read_text(encoding="utf-8")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute.execute(path)
    assert path.read_text(encoding="utf-8") == before


def test_a_similar_run_keeps_its_record() -> None:
    first = execute.run_record(None, 40.0)
    assert first["seconds"] == 40
    assert execute.run_record(first, 45.0) is first
    assert execute.run_record(first, 80.0)["seconds"] == 80
    other = {**first, "versions": {"python": "3.0"}}
    assert execute.run_record(other, 40.0)["versions"] == first["versions"]
