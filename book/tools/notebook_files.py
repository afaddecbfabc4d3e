"""What the other tools share: where notebooks are and how they are read and written."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
# Set while notebooks are tested: a wrong answer then raises, where a reader gets a hint.
STRICT_VARIABLE = "OCRLIB_STRICT_CHECKS"


def find_notebooks(include_assignments: bool = False) -> list[Path]:
    """Every notebook of the book. Assignments are left out: their blanks cannot run."""
    return [
        path
        for path in [*sorted(CHAPTERS.glob("*/*.ipynb")), *sorted(ROOT.glob("book/*.ipynb"))]
        if include_assignments or path.name != "assignment.ipynb"
    ]


def read_notebook(path: Path) -> NotebookNode:
    """Read and validate a notebook."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook the way JupyterLab does, so that either can save it without a diff."""
    path.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def normalise(notebook: NotebookNode) -> None:
    """Drop what differs from run to run or editor to editor and says nothing to a reader."""
    kept = {
        key: notebook.metadata[key] for key in ("last_run", "widgets") if key in notebook.metadata
    }
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(
            display_name="Python 3 (ipykernel)", language="python", name="python3"
        ),
        language_info=NotebookNode(name="python"),
        **kept,
    )
    for cell in notebook.cells:
        cell.metadata = NotebookNode(
            {key: value for key, value in cell.metadata.items() if key in ("tags", "mystnb")}
        )
        for output in cell.get("outputs", []):
            output.pop("transient", None)
