from __future__ import annotations

from dataclasses import replace

import pytest

from ocrlib.config import load_recipe, recipe_from_dict
from ocrlib.config_losses import DetLossRecipe
from ocrlib.errors import RecipeError
from ocrlib.train.build import build_task


@pytest.mark.parametrize("time_step", [4, 8])
def test_the_columns_of_the_recipe_are_those_of_the_network(time_step):
    recipe = recipe_from_dict(
        {
            "name": "tiny",
            "task": "rec",
            "model": {"architecture": "rec_lite"},
            "data": {"sources": [{"kind": "synth-text"}], "time_step": time_step},
            "train": {},
        }
    )
    if time_step == 4:
        assert build_task(recipe).model.training
    else:
        with pytest.raises(RecipeError, match=r"32 columns for 128 px \(got 8\).*set it to 4"):
            build_task(recipe)


def test_the_recipe_chooses_the_detectors_loss():
    plan = load_recipe("det-quick")
    assert build_task(plan, evaluate=False).db_loss.main == "dice"
    chosen = DetLossRecipe(main="bce", alpha=3.0, beta=7.0, ohem_ratio=2.0)
    loss = build_task(replace(plan, loss=chosen), evaluate=False).db_loss
    assert (loss.main, loss.alpha, loss.beta, loss.ohem_ratio) == ("bce", 3.0, 7.0, 2.0)
