"""Make every chapter's assignment.ipynb from the solution.ipynb beside it.

    python book/tools/assignments.py            # writes them
    python book/tools/assignments.py --check    # exit code 1 if one is out of date

In a solution notebook

- lines between ``# --- solution`` and ``# --- end`` become blanks: what the lines assign, or that
  they return, stays, with ``...`` for the value;
- a code cell tagged ``solution`` is blanked as a whole in the same way;
- a Markdown cell tagged ``solution`` becomes a line that asks for an answer;
- a cell tagged ``solution-only`` is left out;
- "Solution" in the title becomes "Assignment".
"""

from __future__ import annotations

import argparse
import ast
import copy
import sys
import textwrap
from pathlib import Path

from nbformat import NotebookNode

from notebook_files import CHAPTERS, ROOT, normalise, read_notebook, tags, write_notebook

START, END = "# --- solution", "# --- end"
BLANK_COMMENT = "# write your code here"
BLANK_ANSWER = "*Write your answer here.*"


class RegionError(ValueError):
    """A solution region that is not opened or closed properly, or leaves nothing to fill in."""


def blank_lines(lines: list[str]) -> list[str]:
    """The blanks that take the place of solution lines."""
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    space = " " * indent
    tree = ast.parse(
        f"def wrapper():\n{textwrap.indent(textwrap.dedent(chr(10).join(lines)), ' ')}"
    )
    names: list[str] = []
    returns = False
    for node in tree.body[0].body:  # type: ignore[attr-defined]
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Return):
            returns = True
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(part, ast.Name) and part.id not in names:
                    names.append(part.id)
    if returns:
        return [f"{space}{BLANK_COMMENT}", f"{space}return ..."]
    if not names:
        raise RegionError("a solution has to assign or return something")
    return [f"{space}{BLANK_COMMENT}", *[f"{space}{name} = ..." for name in names]]


def blank_source(source: str) -> str:
    """A code cell with its marked regions blanked."""
    result: list[str] = []
    region: list[str] | None = None
    for line in source.splitlines():
        mark = line.strip()
        if mark == START:
            if region is not None:
                raise RegionError(f"{START} inside a solution")
            region = []
        elif mark == END:
            if region is None:
                raise RegionError(f"{END} without {START}")
            result.extend(blank_lines(region))
            region = None
        elif region is not None:
            region.append(line)
        else:
            result.append(line)
    if region is not None:
        raise RegionError(f"{START} without {END}")
    return "\n".join(result)


def make_assignment(solution: NotebookNode) -> NotebookNode:
    """The assignment that belongs to a solution notebook."""
    assignment = copy.deepcopy(solution)
    assignment.cells = [cell for cell in assignment.cells if "solution-only" not in tags(cell)]
    assignment.metadata.pop("last_run", None)
    assignment.metadata.pop("widgets", None)
    normalise(assignment)
    for cell in assignment.cells:
        whole = "solution" in tags(cell)
        if cell.cell_type == "markdown":
            if whole:
                cell.source = BLANK_ANSWER
            elif cell.source.startswith("# "):
                title, newline, rest = cell.source.partition("\n")
                cell.source = title.replace("Solution", "Assignment", 1) + newline + rest
            continue
        cell.source = (
            "\n".join(blank_lines(cell.source.splitlines())) if whole else blank_source(cell.source)
        )
        cell.outputs = []
        cell.execution_count = None
        # Nothing is stored, so there is nothing to compare with.
        cell.metadata["tags"] = [
            tag for tag in tags(cell) if not tag.startswith("nbval") and tag != "solution"
        ]
        if not cell.metadata["tags"]:
            del cell.metadata["tags"]
    return assignment


def solutions() -> list[Path]:
    """Every solution notebook."""
    return sorted(CHAPTERS.glob("*/solution.ipynb"))


def is_current(solution: Path) -> bool:
    """Whether the assignment beside ``solution`` is what would be made from it."""
    path = solution.with_name("assignment.ipynb")
    return path.exists() and read_notebook(path) == make_assignment(read_notebook(solution))


def main() -> int:
    """Write or check all assignments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for solution in solutions():
        if is_current(solution):
            continue
        stale += 1
        path = solution.with_name("assignment.ipynb")
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is not what its solution gives", file=sys.stderr)
        else:
            write_notebook(make_assignment(read_notebook(solution)), path)
            print(f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
