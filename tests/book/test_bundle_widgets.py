"""Widgets are shipped as one module that is made from readable sources."""

from __future__ import annotations

from pathlib import Path

import pytest

import bundle_widgets


@pytest.mark.parametrize("name", bundle_widgets.ENTRIES)
def test_bundles_are_those_of_the_sources(name: str) -> None:
    shipped = (bundle_widgets.WIDGETS / f"{name}.js").read_text(encoding="utf-8")
    assert shipped == bundle_widgets.bundle(bundle_widgets.WIDGETS / "src" / f"{name}.js")
    assert "http:" not in shipped
    assert "https:" not in shipped


def test_sources_are_short() -> None:
    for path in bundle_widgets.WIDGETS.glob("src/*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "main.js"


def test_modules_are_joined_in_order(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main='import { twice } from "./math.js";\nexport default { value: twice(2) };\n',
        math='import { add } from "./base.js";\nexport const twice = (x) => add(x, x);\n',
        base="export function add(a, b) {\n  return a + b;\n}\n",
    )
    joined = bundle_widgets.bundle(entry)
    assert "import" not in joined
    assert joined.index("function add") < joined.index("const twice") < joined.index("twice(2)")
    assert joined.count("export") == 1


USES_A = 'import { a } from "./b.js";\nlet x = 1;\n'
FAULTS = {
    "does not have": {"main": USES_A, "b": "export const c = 1;\n"},
    "stands in": {"main": USES_A, "b": "const x = 2;\nexport const a = 1;\n"},
    "write imports as": {"main": 'import x from "https://example.org/x.js";\n'},
}


@pytest.mark.parametrize("complaint", FAULTS)
def test_what_cannot_be_joined_is_refused(tmp_path: Path, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        bundle_widgets.bundle(write(tmp_path, **FAULTS[complaint]))
