from __future__ import annotations

import pytest

from ocrlib.config import recipe_from_dict
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
