from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from ocrlib.data.registry import REGISTRY, find, load_registry
from ocrlib.errors import DataError, RecipeError

BIBLIOGRAPHY = Path(__file__).parents[2] / "book" / "references.bib"


def test_the_sets_that_people_use_are_there() -> None:
    expected = """icdar2013 icdar2015 mlt2017 mlt2019 lsvt rctw17 total-text msra-td500 iiit5k svt
    svtp cute80 sroie funsd xfund ccpd2019 ccpd2020 pubtabnet mjsynth synthtext casia-hwdb"""
    assert set(expected.split()) <= set(load_registry())


def test_every_set_states_what_a_user_needs() -> None:
    for known in load_registry().values():
        assert re.fullmatch(r"[a-z0-9-]+", known.name)
        assert re.match(r"https?://[\w.-]+/", known.home), known.name
        assert known.licence, known.name
        assert known.size, known.name
        assert known.layout, known.name
        assert set(known.tasks) <= {"det", "rec", "kie", "table"}, known.name
        assert bool(known.why) != known.importer, f"{known.name}: say why it has no importer"
        assert (known.access == "direct") == bool(known.files), known.name
        assert all(file.url.startswith(("http://", "https://")) for file in known.files)


def test_every_set_is_in_the_bibliography() -> None:
    keys = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.M))
    assert {known.cite for known in load_registry().values()} <= keys


def test_the_table_is_package_data() -> None:
    assert resources.files("ocrlib.data").joinpath("registry.toml").is_file()
    assert REGISTRY.is_file()


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(DataError) as caught:
        find("icdar15")
    assert str(caught.value) == (
        "unknown data set (got 'icdar15'). Remedy: did you mean icdar2015?"
    )
    with pytest.raises(DataError, match="see: ocrlib data list"):
        find("zzzz")


def test_a_broken_table_is_named(tmp_path) -> None:
    file = tmp_path / "registry.toml"
    file.write_text('[[set]]\nname = "a"\nlicense = "MIT"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"unknown key a\.license\. Remedy: did you mean a\.lic"):
        load_registry(file)
    one = REGISTRY.read_text(encoding="utf-8").split("[[set]]")[1]
    file.write_text(f"[[set]]{one}[[set]]{one}", encoding="utf-8")
    with pytest.raises(DataError, match="a data set stands twice"):
        load_registry(file)
