"""The maps from PP-OCR's configuration to the recipe name nothing that is not there."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass

import pytest

from ocrlib.config import DetRecipe, RecRecipe, load_recipe, recipe_to_dict
from ocrlib.explore.yaml_map import YAML_MAP, only_ours, recipe_fields, show_rows
from ocrlib.explore.yaml_rec import REC_YAML_MAP, show_rec_rows

# The names in PP-OCRv3's detector configuration (student), each with how many fields it holds.
SECTIONS = {
    "Global": 18,
    "Architecture": 12,
    "Loss": 6,
    "Optimizer": 7,
    "PostProcess": 5,
    "Metric": 2,
    "Train": 29,
    "Eval": 17,
}


@pytest.mark.parametrize(("rows", "recipe"), [(YAML_MAP, DetRecipe), (REC_YAML_MAP, RecRecipe)])
def test_every_recipe_field_in_the_map_exists(rows, recipe):
    names = {item.name for item in recipe_fields(recipe)}
    for row in rows:
        assert set(row.ours) <= names, row


def test_every_piece_of_code_in_the_map_exists():
    for row in filter(lambda row: row.code, YAML_MAP + REC_YAML_MAP):
        module, thing, rest = resolve(row.code)
        for step in rest:
            callable_ = thing.__call__ if not callable(thing) else thing
            if step in inspect.signature(callable_).parameters:
                break
            thing = getattr(thing, step)
        assert module


def resolve(dotted: str):
    """Module, the first thing in it, and the steps that are left."""
    steps = dotted.split(".")
    for i in range(len(steps), 0, -1):
        try:
            module = importlib.import_module(".".join(["ocrlib", *steps[:i]]))
        except ModuleNotFoundError:
            continue
        return module, getattr(module, steps[i]), steps[i + 1 :]
    raise AssertionError(dotted)


def test_a_name_that_does_not_exist_is_noticed():
    with pytest.raises(AttributeError):
        resolve("losses.db.NoLoss")


def test_every_field_of_theirs_stands_once_and_says_something():
    names = [row.theirs for row in YAML_MAP]
    assert len(set(names)) == len(names)
    for row in YAML_MAP:
        assert row.ours or row.code or row.note, row.theirs
    for section, least in SECTIONS.items():
        assert sum(name.startswith(f"{section}.") for name in names) >= least, section


def test_fields_are_those_that_a_recipe_has():
    values = recipe_to_dict(load_recipe("det-lite"))
    for item in recipe_fields():
        inside = values
        for step in item.name.split("."):
            name = step.removesuffix("[]")
            if name == "reset" and inside is None:  # init may be left out
                break
            if inside is None:
                break
            assert name in inside, item.name
            inside = inside[name]
            if step.endswith("[]"):
                inside = inside[0] if inside else None
    assert {item.name: item.default for item in recipe_fields()}["data.crop"] == "320"
    assert all(item.meaning for item in recipe_fields() if item.name.startswith("train."))


def test_rows_show_the_default_and_what_differs():
    (row,) = [r for r in show_rows("Optimizer") if "learning_rate" in r["PP-OCR"]]
    assert row["recipe (default)"] == "train.<wbr>lr (0.001)"
    assert len(show_rows("Loss")) == SECTIONS["Loss"]
    assert any("DBLoss.<wbr>ohem_ratio" in row["remark"] for row in show_rows("Loss"))


def test_what_is_only_ours_is_found_without_a_list():
    names = {item.name for item in only_ours()}
    assert {"train.freeze", "train.ema", "seed"} <= names
    assert "train.lr" not in names


def test_a_long_description_is_read_whole():
    @dataclass(frozen=True)
    class Thing:
        """A thing.

        Args:
            size: how large,
                in px.
        """

        size: int = 3

    (item,) = recipe_fields(Thing)
    assert (item.default, item.meaning) == ("3", "how large, in px.")


# Sections of a recogniser's file, each with how many fields are not a detector's.
REC_SECTIONS = {"Global": 6, "Architecture": 16, "Loss": 3, "Metric": 3, "Train": 12, "Eval": 3}


def test_what_a_recogniser_has_besides_stands_once_and_says_something():
    names = [row.theirs for row in REC_YAML_MAP]
    assert len(set(names)) == len(names)
    for row in REC_YAML_MAP:
        assert row.ours or row.code or row.note, row.theirs
    for section, least in REC_SECTIONS.items():
        assert sum(name.startswith(f"{section}.") for name in names) >= least, section


def test_a_recognisers_rows_show_its_own_defaults():
    (row,) = [r for r in show_rec_rows("Train") if "RecResizeImg" in r["PP-OCR"]]
    assert "preprocess.<wbr>height (32)" in row["recipe (default)"]
