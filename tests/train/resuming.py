"""A recipe trained whole, and again with a stop and a resume."""

from __future__ import annotations

import os
import signal

from ocrlib.data.build import build_chunks
from ocrlib.engine import paddle
from ocrlib.train.build import build_task
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.loop import LAST, train
from ocrlib.train.tracker import read_metrics


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
