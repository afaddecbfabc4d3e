"""The recipes meant for a GPU: a few steps at a small size, and a resume, on any machine."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from ocrlib.config import ModelRecipe, load_recipe

_spec = importlib.util.spec_from_file_location("resuming", Path(__file__).with_name("resuming.py"))
resuming = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(resuming)

STEPS = 20


def small(name, steps=STEPS):
    """The recipe with its network and settings, but small crops and bundled fonts."""
    recipe = load_recipe(name)
    (source,) = recipe.data.sources
    sources = (replace(source, fonts="bundled", size=320, kinds=("letter", "receipt")),)
    data = replace(
        recipe.data, sources=sources, crop=64, crops_per_page=8, chunk=8, workers=0, augment=False
    )
    settings = replace(
        recipe.train, steps=steps, warmup=2, batch=2, save_every=steps, eval_every=steps
    )
    return replace(recipe, data=data, train=settings, eval=())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["det-mobilenetv3", "det-resnet18"])
def test_twenty_steps_and_a_resume_that_changes_no_bit(name, tmp_path):
    resuming.check_resume(small(name), tmp_path, stop_at=7)


@pytest.mark.slow
def test_weights_that_nothing_uses_do_not_disturb_a_resume(tmp_path):
    recipe = replace(small("det-mobilenetv3", steps=6), model=ModelRecipe("db_lcnetv3"))
    resuming.check_resume(recipe, tmp_path, stop_at=2)
