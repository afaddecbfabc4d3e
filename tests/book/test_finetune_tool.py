"""book/tools/finetune.py: what its runs change, and how it measures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import finetune
from ocrlib.bundle import load_bundle
from ocrlib.config import DetRecipe, load_recipe
from ocrlib.data.det_targets import shrink_map
from ocrlib.engine import paddle
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import DetSample, TextInstance


@pytest.mark.parametrize("name", list(finetune.RECIPES))
def test_recipes_start_from_the_shipped_detector_and_never_see_the_report_part(name):
    recipe = load_recipe(name)
    assert isinstance(recipe, DetRecipe)
    assert recipe.init.bundle == "det-lite"
    assert [source.part for source in recipe.data.sources] == ["train"]
    assert [entry.source.part for entry in recipe.eval] == ["val"]


def test_a_variant_changes_what_it_says():
    recipe = load_recipe("det-finetune-ccpd")
    assert finetune.FINE_TUNED.of(recipe, 2).seed == 2
    frozen = finetune.Variant((1,), freeze=("backbone",)).of(recipe, 1)
    assert (frozen.train.freeze, frozen.train.lr) == (("backbone",), recipe.train.lr)
    nothing = finetune.Variant((1,), start=False, lr=2e-3).of(recipe, 1)
    assert (nothing.init, nothing.train.lr) == (None, 2e-3)


class Perfect:
    """A task whose maps are the targets."""

    def __init__(self, pages):
        self.model = paddle.nn.Linear(1, 1)
        self.postprocess = DBPostprocess(unclip_ratio=0.5)
        self.pages = pages

    def probability_map(self, image):
        (page,) = [page for page in self.pages if page.image is image]
        lines = [line.polygon for line in page.instances]
        return shrink_map(lines, [False] * len(lines), image.shape[:2], 0.6)[0]


def test_the_choice_is_made_on_val_and_measured_on_report():
    pages = []
    for x in (20, 40):
        box = np.array([[x, 20], [x + 180, 20], [x + 180, 60], [x, 60]], np.float32)
        line = (TextInstance(box, "line"),)
        pages.append(DetSample(np.zeros((80, 240, 3), np.uint8), line, "test"))
    found = finetune.measure(Perfect(pages), pages[:1], pages[1:], iou=0.7)
    assert found["report"]["0.7"]["hmean"] == 0
    assert found["report, chosen"]["0.7"]["hmean"] == pytest.approx(1)
    assert found["val, chosen"]["unclip_ratio"] == found["report, chosen"]["unclip_ratio"] > 0.5


def test_the_spread_is_over_seeds():
    def one(value):
        figures = {iou: {"hmean": value} for iou in ("0.5", "0.7")}
        return {"report": figures, "report, chosen": figures}

    table = finetune.spread([one(0.5), one(0.7)])
    assert table["report, 0.5"]["mean"] == pytest.approx(0.6)
    assert table["report, 0.5"]["std"] == pytest.approx(0.1414, abs=1e-3)
    assert finetune.spread([one(0.5)])["report, 0.5"]["std"] is None


def test_stored_figures_are_of_the_recipes_as_they_are():
    if not Path(finetune.PATH).exists():
        pytest.skip("no stored figures")
    stored = json.loads(finetune.PATH.read_text(encoding="utf-8"))["recipes"]
    for name, found in stored.items():
        assert found["recipe"]["train"]["steps"] == load_recipe(name).train.steps
        for variant in found["variants"].values():
            again = finetune.spread(variant["runs"])
            assert variant["spread"]["report, 0.5"]["mean"] == again["report, 0.5"]["mean"]


@pytest.mark.parametrize("name", list(finetune.RECIPES))
def test_targets_are_those_that_the_bundle_was_trained_with(name):
    recipe, base = load_recipe(name), load_bundle("det-lite").spec
    data = base.recipe["data"]
    assert recipe.data.shrink_ratio == data.get("shrink_ratio", 0.4)
    assert recipe.data.min_text_size == data.get("min_text_size", 8)
    assert recipe.postprocess.unclip_ratio == base.postprocess["unclip_ratio"]
    assert recipe.preprocess.mean == base.preprocess.mean
