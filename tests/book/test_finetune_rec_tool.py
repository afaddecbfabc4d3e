"""book/tools/finetune_rec.py: what its runs change, and how it measures."""

from __future__ import annotations

import json

import numpy as np
import pytest

import finetune_rec
from finetune_rec import Part, Variant
from ocrlib.charset import Charset
from ocrlib.config import RecRecipe, load_recipe
from ocrlib.engine import paddle
from ocrlib.explore.plates import PROVINCES
from ocrlib.metrics.protocol import EXACT, FOLDED
from ocrlib.types import RecSample


@pytest.mark.parametrize("name", list(finetune_rec.RECIPES))
def test_recipes_start_from_the_shipped_recogniser_and_never_see_the_report_part(name):
    recipe = load_recipe(name)
    assert isinstance(recipe, RecRecipe)
    assert recipe.init.bundle == "rec-lite-en"
    assert [source.part for source in recipe.data.sources] == ["train"]
    assert [entry.source.part for entry in recipe.eval] == ["val"]


def test_the_plates_charset_begins_with_what_the_head_knows():
    recipe = load_recipe("rec-finetune-plates")
    entries = Charset.from_file(finetune_rec.ROOT / recipe.model.charset).entries
    known = Charset.english().entries
    assert entries == (*known, *PROVINCES)
    assert recipe.init.extend


def test_a_variant_changes_what_it_says():
    recipe = load_recipe("rec-finetune-plates")
    assert Variant().of(recipe, 2).seed == 2
    assert Variant().of(recipe, 2).init == recipe.init
    nothing = Variant(start=False).of(recipe, 1)
    assert nothing.init is None
    assert nothing.train == recipe.train


class Numbers:
    """Crops that say their number."""

    def __len__(self):
        return 80

    def sample(self, index, rng):
        return RecSample(np.zeros((2, 2, 3), np.uint8), str(index), "test")


def test_a_part_is_the_same_for_a_seed_and_lies_in_larger_parts():
    def texts(share, seed):
        part = Part(Numbers(), share, seed)
        rng = np.random.default_rng(0)
        return [part.sample(i, rng).text for i in range(len(part))]

    assert len(set(texts(1 / 8, 1))) == 10
    assert texts(1 / 8, 1) == texts(1 / 8, 1) != texts(1 / 8, 2)
    assert set(texts(1 / 8, 1)) < set(texts(1 / 2, 1))
    assert sorted(texts(1, 1)) == sorted(map(str, range(80)))


class Answers:
    """A task that answers what it is told to."""

    def __init__(self, answers):
        self.model = paddle.nn.Linear(1, 1)
        self.answers = answers

    def predict(self, images):
        return [(answer, 1.0) for answer in self.answers]


def test_figures_are_those_of_the_protocol():
    crops = [RecSample(np.zeros((2, 2, 3), np.uint8), text, "test") for text in ("AB12", "CD34")]
    task = Answers(["AB12", "cD3A"])
    exact = finetune_rec.measure(task, crops, EXACT)
    assert exact["accuracy"] == 0.5
    assert exact["norm_edit_similarity"] == pytest.approx(0.75)
    assert exact["first character"] == 0.5
    assert ("4", "A", 1) in exact["look-alikes"]
    assert finetune_rec.measure(task, crops, FOLDED)["first character"] == 1


def test_the_spread_is_over_seeds():
    names = ("accuracy", "norm_edit_similarity", "first character", "last six")
    runs = [{"report": dict.fromkeys(names, value)} for value in (0.5, 0.7)]
    table = finetune_rec.spread(runs)
    assert table["accuracy"]["mean"] == pytest.approx(0.6)
    assert table["last six"]["std"] == pytest.approx(0.1414, abs=1e-3)
    assert finetune_rec.spread(runs[:1])["accuracy"]["std"] is None


def test_stored_figures_are_of_the_recipes_as_they_are():
    stored = json.loads(finetune_rec.PATH.read_text(encoding="utf-8"))["recipes"]
    assert set(stored) == set(finetune_rec.RECIPES)
    for name, found in stored.items():
        assert found["recipe"]["train"]["steps"] == load_recipe(name).train.steps
        assert set(found["variants"]) == set(finetune_rec.RECIPES[name])
        assert found["variants"]["all"]["runs"], "the recipe itself was never run"
        for variant in filter(lambda one: one["runs"], found["variants"].values()):
            assert variant["spread"] == finetune_rec.spread(variant["runs"])
            assert len({run["seed"] for run in variant["runs"]}) == len(variant["runs"])
