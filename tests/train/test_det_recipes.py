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


def small(name):
    """The recipe with its network and settings, but small crops and bundled fonts."""
    recipe = load_recipe(name)
    (source,) = recipe.data.sources
    sources = (replace(source, fonts="bundled", size=320, kinds=("letter", "receipt")),)
    data = replace(
        recipe.data, sources=sources, crop=64, crops_per_page=8, chunk=8, workers=0, augment=False
    )
    settings = replace(
        recipe.train, steps=STEPS, warmup=2, batch=2, save_every=STEPS, eval_every=STEPS
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["det-mobilenetv3", "det-resnet18", "db_lcnetv3"])
def test_twenty_steps_and_a_resume_that_changes_no_bit(name, tmp_path):
    if name.startswith("det-"):
        recipe = small(name)
    else:  # a network without a recipe of its own
        recipe = replace(small("det-mobilenetv3"), model=ModelRecipe(name))
    whole = run(recipe, tmp_path / "whole")
    assert whole.step == STEPS
    assert whole.finished
    losses = [e["loss"] for e in read_metrics(tmp_path / "whole" / "metrics.jsonl") if "loss" in e]
    assert losses
    assert all(0 < loss < 100 for loss in losses)

    cut = run(recipe, tmp_path / "cut", stop_at=7)
    assert not cut.finished
    assert cut.step < STEPS
    run(recipe, tmp_path / "cut", resume=True, seed=99)
    groups, state = load_checkpoint(tmp_path / "whole" / LAST)
    resumed, resumed_state = load_checkpoint(tmp_path / "cut" / LAST)
    assert state["step"] == resumed_state["step"] == STEPS
    assert groups.keys() == resumed.keys()
    for group, arrays in groups.items():
        assert arrays.keys() == resumed[group].keys()
        for array_name, array in arrays.items():
            assert array.tobytes() == resumed[group][array_name].tobytes(), (group, array_name)
