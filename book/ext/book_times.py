"""The ``{run-times}`` directive: a table of every notebook's last run, from its own metadata.

``book/tools/execute.py`` writes the metadata ``last_run`` when it stores a notebook's outputs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def read_runs(root: Path) -> list[tuple[str, str, dict[str, Any] | None]]:
    """(document name, title, last run or None) of every notebook that can be run."""
    runs = []
    for path in sorted((root / "chapters").glob("*/*.ipynb")):
        if path.stem == "assignment":  # blanks, that nobody has run
            continue
        notebook = json.loads(path.read_text(encoding="utf-8"))
        title = path.stem
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown" and source.startswith("# "):
                title = source.splitlines()[0][2:].strip()
                break
        document = path.relative_to(root).with_suffix("").as_posix()
        runs.append((document, title, notebook["metadata"].get("last_run")))
    return runs


def make_table(header: list[str], rows: list[list[nodes.Node]]) -> nodes.table:
    """A docutils table from ready-made inline nodes."""
    group = nodes.tgroup("", *[nodes.colspec(colwidth=1) for _ in header], cols=len(header))

    def row(cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells])

    group += nodes.thead("", row([nodes.Text(text) for text in header]))
    group += nodes.tbody("", *[row(cells) for cells in rows])
    return nodes.table("", group)


class RunTimes(SphinxDirective):
    """Tables of run times and of the versions they were measured with."""

    def run(self) -> list[nodes.Node]:
        """Build both tables, or say that there is nothing yet."""
        self.env.note_reread()  # notebooks may have come or gone
        runs = read_runs(Path(self.env.srcdir))
        if not runs:
            return [nodes.paragraph("", "No notebook has been run yet.")]
        rows, environments = [], {}
        for document, title, last_run in runs:
            name: nodes.Node = nodes.Text(f"{title} ({document})")
            if document in self.env.found_docs:
                uri = self.env.app.builder.get_relative_uri(self.env.docname, document)
                name = nodes.reference("", title, internal=True, refuri=uri)
            if last_run is None:
                rows.append([name, nodes.Text("not stored"), nodes.Text("–")])
                continue
            rows.append(
                [name, nodes.Text(f"{last_run['seconds']} s"), nodes.Text(last_run["machine"])]
            )
            for package, version in last_run["versions"].items():
                environments.setdefault(package, set()).add(version)
        tables: list[nodes.Node] = [make_table(["notebook", "run time", "machine"], rows)]
        if environments:
            tables.append(
                make_table(
                    ["package", "version"],
                    [
                        [nodes.Text(package), nodes.Text(", ".join(sorted(found)))]
                        for package, found in sorted(environments.items())
                    ],
                )
            )
        return tables


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("run-times", RunTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
