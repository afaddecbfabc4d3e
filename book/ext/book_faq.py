"""The ``{faq}`` directive: the questions of one topic, from the table ``book/faq/faq.toml``.

    ```{faq} detection
    ```

A question says where its answer is demonstrated: a cell of a chapter (its MyST label), a chapter
that is planned, or nowhere, and why. A label whose chapter has not been written yet counts as
planned; ``dead_labels`` finds those that their chapter does not have.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

LABEL = re.compile(r"^\(([\w-]+)\)=\s*$", re.MULTILINE)


def read_table(root: Path) -> dict[str, Any]:
    """The whole table: topics, chapters, planned and question."""
    with (root / "book" / "faq" / "faq.toml").open("rb") as stream:
        return tomllib.load(stream)


def chapter_labels(root: Path, folder: str) -> set[str] | None:
    """The labels in the notebooks of a chapter; None if the chapter has no lesson yet."""
    place = root / "chapters" / folder
    if not (place / "lesson.ipynb").is_file():
        return None
    labels: set[str] = set()
    for name in ("lesson", "experiment", "assignment"):
        path = place / f"{name}.ipynb"
        if path.is_file():
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "markdown":
                    labels.update(LABEL.findall("".join(cell["source"])))
    return labels


def dead_labels(root: Path) -> list[str]:
    """Labels that the table points at and that their chapter, which exists, does not have."""
    table = read_table(root)
    dead = []
    for question in table["question"]:
        label = question.get("label")
        if label is not None:
            chapter = table["chapters"][label.partition("-")[0]]
            labels = chapter_labels(root, chapter["folder"])
            if labels is not None and label not in labels:
                dead.append(f"{question['id']}: no ({label})= in chapters/{chapter['folder']}")
    return dead


def where(root: Path, table: dict[str, Any], question: dict[str, Any]) -> str:
    """The last sentence of an answer, in MyST: where it is demonstrated."""
    if "out" in question:
        return f"*Out of scope:* {question['out']}"
    if "planned" in question:
        return f"*Planned:* {table['planned'][question['planned']]}."
    label = question["label"]
    key = label.partition("-")[0]
    chapter = table["chapters"][key]
    number = int(key.removeprefix("ch"))
    if label in (chapter_labels(root, chapter["folder"]) or ()):
        return f"*Shown in* {{ref}}`chapter {number}, {chapter['title']} <{label}>`."
    return f"*Planned:* chapter {number}, {chapter['title']}."


class Faq(SphinxDirective):
    """The questions of one topic, as a definition list with an anchor for each."""

    required_arguments = 1
    final_argument_whitespace = False

    def run(self) -> list[nodes.Node]:
        """Build the list; an unknown topic is an error."""
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / "book" / "faq" / "faq.toml"))
        self.env.note_reread()  # labels come and go with the chapters
        table = read_table(root)
        topic = self.arguments[0]
        if topic not in table["topics"]:
            raise self.error(f"no topic {topic!r} in book/faq/faq.toml")
        listing = nodes.definition_list(classes=["faq"])
        for question in table["question"]:
            if question["topic"] != topic:
                continue
            asked, _ = self.parse_inline(question["question"])
            term = nodes.term("", "", *asked, ids=[f"faq-{question['id']}"])
            answer = nodes.definition()
            text = [question["answer"], "", where(root, table, question)]
            self.state.nested_parse(StringList(text, "book/faq/faq.toml"), 0, answer)
            listing += nodes.definition_list_item("", term, answer)
        return [listing]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("faq", Faq)
    return {"version": "1", "parallel_read_safe": True}
