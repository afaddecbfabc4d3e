"""The API reference is read from the source, whatever stands in a docstring."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sphinx import addnodes

import book_api
from notebook_files import ROOT

SOURCE = '''"""A module about ``things``."""

from dataclasses import dataclass

import not_installed_anywhere


@dataclass(frozen=True)
class Thing(not_installed_anywhere.Base):
    """A thing.

    Args:
        size: how large, px;
            continued here.
    """

    size: float
    name: str = "x"

    @property
    def twice(self) -> float:
        """Twice the size."""
        return 2 * self.size

    def _private(self) -> None: ...


def make(count: int, *, of: Thing | None = None) -> Thing:
    """Make `Thing` objects; *unbalanced |markup_ `` stays as it is.

    - one
    - two

    Returns:
        The last one.

    Raises:
        ValueError: if there is none.
    """
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "ocrlib/sub").mkdir(parents=True)
    for name in ("__init__", "sub/__init__"):
        (tmp_path / f"ocrlib/{name}.py").write_text("", encoding="utf-8")
    (tmp_path / "ocrlib/things.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "ocrlib/sub/deep.py").write_text('"""Deep."""\n', encoding="utf-8")
    return tmp_path


def test_stars_spell_out_modules(root: Path) -> None:
    assert book_api.find_modules(root, ["ocrlib.*"]) == ["ocrlib.things"]
    assert book_api.find_modules(root, ["ocrlib.**"]) == ["ocrlib.sub.deep", "ocrlib.things"]
    with pytest.raises(FileNotFoundError, match=r"ocrlib\.absent"):
        book_api.find_modules(root, ["ocrlib.absent.*"])


def test_public_things_are_found_without_importing(root: Path) -> None:
    module = book_api.read_module(root, "ocrlib.things")
    thing, make = module.items
    assert (thing.kind, thing.name) == ("class", "Thing")
    assert thing.parameters == ("size: float", "name: str = 'x'")
    assert [(member.kind, member.name) for member in thing.members] == [("property", "twice")]
    assert make.parameters == ("count: int", "*", "of: Thing | None = None")
    assert make.returns == "Thing"


def test_docstrings_become_nodes_with_links(root: Path) -> None:
    module = book_api.read_module(root, "ocrlib.things")
    writer = book_api.DocWriter(book_api.Names(root), "page")
    document = nodes.section("", *writer.docstring(module.items[1].doc))
    text = document.astext()
    assert "*unbalanced |markup_ `` stays as it is." in text
    assert [item.astext() for item in document.findall(nodes.list_item)][:2] == ["one", "two"]
    assert [name.astext() for name in document.findall(nodes.field_name)] == ["Returns", "Raises"]
    links = [node["reftarget"] for node in document.findall(addnodes.pending_xref)]
    assert links == ["ocrlib.things.Thing"]
    arguments = nodes.section("", *writer.docstring(module.items[0].doc)).astext()
    assert "how large, px; continued here." in arguments


def test_every_module_of_ocrlib_is_on_one_page() -> None:
    listed = []
    for page in sorted((ROOT / "book/api").glob("*.md")):
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("```{api-modules}"):
                listed += book_api.find_modules(ROOT, line.split()[1:])
    assert sorted(listed) == sorted({*listed}), "a module is on two pages"
    assert set(listed) - {"ocrlib"} == set(book_api.find_modules(ROOT, ["ocrlib.**"]))
