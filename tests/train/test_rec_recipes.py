"""The recognisers' recipes: a few steps at a small size, and a resume, on any machine."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from ocrlib.commands.train import export
from ocrlib.config import ModelRecipe, load_recipe, recipe_to_dict
from ocrlib.data.build import build_chunks
from ocrlib.engine import paddle
from ocrlib.errors import RecipeError
from ocrlib.preprocess import RecPreprocess
from ocrlib.train.build import build_task
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.loop import BEST, train

_spec = importlib.util.spec_from_file_location("resuming", Path(__file__).with_name("resuming.py"))
resuming = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(resuming)

STEPS = 20


def small(name, steps=STEPS):
    """The recipe with its network and settings, but few, short crops and bundled fonts."""
    recipe = load_recipe(name)
    (source,) = recipe.data.sources
    sources = (replace(source, fonts="bundled", words_ratio=1.0),)
    data = replace(recipe.data, sources=sources, chunk=48, workers=0, augment=False, on_bad="skip")
    settings = replace(
        recipe.train, steps=steps, warmup=2, batch=4, save_every=steps, eval_every=steps
    )
    return replace(recipe, data=data, train=settings, eval=())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rec-mobilenetv3", "rec-svtr-lite", "rec-svtr-lcnet"])
def test_twenty_steps_and_a_resume_that_changes_no_bit(name, tmp_path):
    resuming.check_resume(small(name), tmp_path, stop_at=7)


def test_the_guide_of_the_recipe_is_most_of_what_is_trained():
    guided = build_task(small("rec-svtr-lcnet"))
    count = sum(p.size for p in guided.model.parameters())
    assert sum(p.size for p in guided.student.parameters()) < 0.2 * count


def lite(**changes):
    """A guided recipe that trains in a moment."""
    recipe = small("rec-svtr-lite", steps=4)
    model = ModelRecipe("svtr_lite", {"channels": 16, "local": 1, "far": 1})
    guide = load_recipe("rec-svtr-lcnet").guide
    entry = replace(load_recipe("rec-svtr-lite").eval[0], count=4, source=recipe.data.sources[0])
    return replace(recipe, model=model, guide=guide, eval=(entry,), **changes)


@pytest.mark.slow
@pytest.mark.parametrize("evaluated", [True, False])
def test_export_leaves_the_guide_behind(evaluated, tmp_path):
    recipe = lite()
    paddle.seed(1)
    task = build_task(recipe)
    names = set(dict(task.model.named_parameters()))
    assert any(name.startswith("guide.") for name in names)
    description = {"recipe": recipe_to_dict(recipe)}
    run = tmp_path / "run"
    train(task, build_chunks(recipe), recipe.train, run, description=description)
    if evaluated:
        best, _ = load_checkpoint(run / BEST)
        assert not [name for name in best["model"] if name.startswith("guide.")]
    else:
        (run / BEST).unlink()  # the last checkpoint holds the guide, to be resumed
    assert export(run, tmp_path / "bundle") == 0
    shipped = load_file(tmp_path / "bundle" / "model.safetensors")
    assert "head.weight" in shipped
    assert not [name for name in shipped if name.startswith("guide.")]


def fixed(fit, width=100):
    recipe = small("rec-svtr-lite", steps=2)
    rule = RecPreprocess(32, width, fit)
    return replace(recipe, model=ModelRecipe("svtr_tiny"), preprocess=rule)


def test_a_network_of_one_width_gets_crops_of_that_width():
    recipe = fixed("stretch")
    batch = build_chunks(recipe).chunk(0).batches[0]
    assert batch["image"].shape[1:] == (3, 32, 100)
    assert (batch["valid"] == 1).all()
    build_task(recipe)
    for wrong in (fixed("ladder"), fixed("pad", 320)):
        with pytest.raises(RecipeError, match=r'100 px.*"pad" or "stretch".*max_width to 100'):
            build_task(wrong)
