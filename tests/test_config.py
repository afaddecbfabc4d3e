from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ocrlib.config import RECIPES, expand, load_recipe, recipe_from_dict, recipe_to_dict
from ocrlib.config_augment import AugmentRecipe
from ocrlib.errors import RecipeError
from ocrlib.preprocess import RecPreprocess

MINIMAL = """
name = "small"
task = "rec"
[model]
architecture = "rec_lite"
[preprocess]
height = 32
[data]
[[data.sources]]
kind = "synth-text"
[train]
steps = 200
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "r.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_renamed_weights_are_names(tmp_path):
    init = '[init]\nbundle = "rec-lite-en"\nrename = { "backbone.convs.3" = %s }\n'
    recipe = load_recipe(write(tmp_path, MINIMAL + init % '"backbone.convs.4"'))
    assert recipe.init.rename == {"backbone.convs.3": "backbone.convs.4"}
    with pytest.raises(RecipeError, match=r"rename\.backbone\.convs\.3 must be of type str"):
        load_recipe(write(tmp_path, MINIMAL + init % "4"))


def test_a_minimal_recipe_gets_defaults(tmp_path):
    recipe = load_recipe(write(tmp_path, MINIMAL))
    assert recipe.preprocess == RecPreprocess()
    assert recipe.data.on_bad == "refuse"
    assert recipe.train.steps == 200


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_every_shipped_recipe_loads_and_survives_json(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe_from_dict(json.loads(json.dumps(recipe_to_dict(recipe)))) == recipe


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 200", "step = 200", "unknown key train.step. Remedy: did you mean train.steps?"),
        ("steps = 200", "steps = -5", "train.steps must be at least 1 (got -5)"),
        ("steps = 200", "steps = 50", "train.warmup must be smaller than train.steps"),
        ("height = 32", "height = -32", "preprocess: height must be a whole number"),
        ("height = 32", "heigth = 32", "did you mean preprocess.height?"),
        ('task = "rec"', 'task = "cls"', "task must be det or rec (got 'cls')"),
        ('task = "rec"', "", "task must be det or rec"),
        ('name = "small"', "name = 3", "name must be of type str"),
        ('kind = "synth-text"', 'kind = "labels"', "data.sources[0].file is missing"),
        ('kind = "synth-text"', 'kind = "synth"', "data.sources[0].kind is not one of"),
        (
            'kind = "synth-text"',
            'kind = "synth-text"\nlevel = "word"',
            "data.sources[0].level means nothing for kind synth-text",
        ),
        ("[train]", "[postprocess]\nthresh = 0.3\n[train]", "unknown key postprocess"),
        ("[train]", "[train", "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(tmp_path, old, new, message):
    file = write(tmp_path, MINIMAL.replace(old, new))
    with pytest.raises(RecipeError) as caught:
        load_recipe(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "renders need a count"),
        ("count = 5\nseed = 1", "a seed that is not the training's"),
    ],
)
def test_renders_to_evaluate_on_differ_from_the_training_ones(tmp_path, keys, message):
    text = f'{MINIMAL}\n[[eval]]\nname = "x"\n{keys}\n[eval.source]\nkind = "synth-text"\n'
    with pytest.raises(RecipeError, match=message):
        load_recipe(write(tmp_path, text))


def test_nothing_is_chosen_on_the_report_part(tmp_path):
    text = f'{MINIMAL}\n[[eval]]\nname = "x"\n[eval.source]\nkind = "labels"\nfile = "x"\n'
    load_recipe(write(tmp_path, text + 'part = "val"'))
    with pytest.raises(RecipeError, match="report part"):
        load_recipe(write(tmp_path, text + 'part = "report"'))


def test_missing_recipes(tmp_path):
    with pytest.raises(RecipeError, match=r"no such recipe.*det-lite.*rec-lite-en"):
        load_recipe("nonsense")
    with pytest.raises(RecipeError, match="no such file"):
        load_recipe(tmp_path / "x.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path / "bytes.toml")


def test_paths_are_expanded_or_refused(monkeypatch):
    monkeypatch.setenv("OCR_DATA", "/data sets")
    assert expand("${OCR_DATA}/sroie/det.txt") == Path("/data sets/sroie/det.txt")
    monkeypatch.delenv("OCR_DATA")
    with pytest.raises(RecipeError, match=r"OCR_DATA is not set.*export OCR_DATA=FOLDER"):
        expand("${OCR_DATA}/sroie/det.txt")


def test_recipes_state_the_licence_of_every_set_they_train_on():
    for path in RECIPES.glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for source in table["data"]["sources"]:
            assert source["kind"].startswith("synth") or (
                source["licence"] and source["split"] and source["part"] == "train"
            )


STEPS = '[[data.rec_augment]]\nname = "tia"\nprobability = 0.4\n'


def test_a_list_of_augmentations(tmp_path):
    text = MINIMAL + STEPS + '[[data.rec_augment]]\nname = "base"\nstrength = 0.7\n'
    recipe = load_recipe(write(tmp_path, text))
    assert recipe.data.rec_augment == (
        AugmentRecipe("tia", probability=0.4),
        AugmentRecipe("base", strength=0.7),
    )
    assert recipe_from_dict(json.loads(json.dumps(recipe_to_dict(recipe)))) == recipe
    assert load_recipe(write(tmp_path, MINIMAL)).data.rec_augment == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"tia"', '"tai"', "data.rec_augment[0].name is not one of"),
        ("0.4", "1.4", "data.rec_augment[0].probability must be at most 1"),
        ("probability", "probabilty", "did you mean data.rec_augment[0].probability?"),
        ("[data]", "[data]\naugment = false", "data.augment is off"),
        ('name = "tia"', 'name = "concatenate"', "concatenate twice"),
        ('task = "rec"', 'task = "det"', "mean nothing for a detector"),
    ],
)
def test_augmentations_that_cannot_be(tmp_path, old, new, message):
    text = MINIMAL.replace("[preprocess]\nheight = 32\n", "") + STEPS
    text += '[[data.rec_augment]]\nname = "concatenate"\n' if "concatenate" in new else ""
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(tmp_path, text.replace(old, new)))
    assert message in str(caught.value)
