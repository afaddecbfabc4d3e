"""The recipes meant for a GPU: a few steps at a small size, and a resume, on any machine."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from ocrlib.config import ModelRecipe, load_recipe
from ocrlib.data.build import build_chunks
from ocrlib.engine import paddle
from ocrlib.train.build import build_task
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.loop import LAST, train
from ocrlib.train.tracker import read_metrics

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


def run(recipe, folder, resume=False, seed=None, stop_at=None):
    paddle.seed(recipe.seed if seed is None else seed)
    task = build_task(recipe)

    def interrupt(step):
        if step == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    return train(
        task,
        build_chunks(recipe),
        recipe.train,
        folder,
        seed=recipe.seed,
        resume=resume,
        after_step=interrupt,
    )


def check_resume(recipe, folder, stop_at):
    """Train whole, and again with a stop and a resume: not a bit may differ."""
    steps = recipe.train.steps
    whole = run(recipe, folder / "whole")
    assert whole.step == steps
    assert whole.finished
    losses = [e["loss"] for e in read_metrics(folder / "whole" / "metrics.jsonl") if "loss" in e]
    assert losses
    assert all(0 < loss < 100 for loss in losses)

    cut = run(recipe, folder / "cut", stop_at=stop_at)
    assert not cut.finished
    assert cut.step < steps
    run(recipe, folder / "cut", resume=True, seed=99)
    groups, state = load_checkpoint(folder / "whole" / LAST)
    resumed, resumed_state = load_checkpoint(folder / "cut" / LAST)
    assert state["step"] == resumed_state["step"] == steps
    assert groups.keys() == resumed.keys()
    for group, arrays in groups.items():
        assert arrays.keys() == resumed[group].keys()
        for name, array in arrays.items():
            assert array.tobytes() == resumed[group][name].tobytes(), (group, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["det-mobilenetv3", "det-resnet18"])
def test_twenty_steps_and_a_resume_that_changes_no_bit(name, tmp_path):
    check_resume(small(name), tmp_path, stop_at=7)


@pytest.mark.slow
def test_weights_that_nothing_uses_do_not_disturb_a_resume(tmp_path):
    recipe = replace(small("det-mobilenetv3", steps=6), model=ModelRecipe("db_lcnetv3"))
    check_resume(recipe, tmp_path, stop_at=2)
