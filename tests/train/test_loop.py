from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.batching import Chunk
from ocrlib.errors import CheckpointError, OcrError
from ocrlib.models.weights import model_arrays
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.loop import BEST, LAST, train
from ocrlib.train.tracker import read_metrics

TOY = Path(__file__).with_name("toy.py")
_spec = importlib.util.spec_from_file_location("toy", TOY)
toy = importlib.util.module_from_spec(_spec)
sys.modules["toy"] = toy
_spec.loader.exec_module(toy)


def assert_same(first: Path, second: Path) -> None:
    groups, state = load_checkpoint(first)
    other_groups, other_state = load_checkpoint(second)
    assert groups.keys() == other_groups.keys() == {"model", "optimizer", "average"}
    for group, arrays in groups.items():
        assert arrays.keys() == other_groups[group].keys()
        for name, array in arrays.items():
            assert array.tobytes() == other_groups[group][name].tobytes(), (group, name)
    assert state == other_state


def test_training_learns_and_leaves_its_files(tmp_path):
    result = train(toy.ToyTask(), toy.ToyChunks(32), toy.settings(steps=60), tmp_path)
    assert result.finished
    assert result.step == 60
    assert result.best_score == max(
        e["eval"]["score"] for e in read_metrics(tmp_path / "metrics.jsonl") if "eval" in e
    )
    assert result.best_score > 0.8
    losses = [e for e in read_metrics(tmp_path / "metrics.jsonl") if "loss" in e]
    assert losses[0]["loss"] > losses[-1]["loss"]
    assert losses[0]["half"] == pytest.approx(losses[0]["loss"] / 2)
    assert result.skipped == {"odd": 19 + 0}  # chunks that were used up: 60 steps, 3 batches each
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert "finished" in (tmp_path / "train.log").read_text()
    assert (tmp_path / BEST).exists()


def test_two_runs_are_bit_identical_whatever_the_workers(tmp_path):
    train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), tmp_path / "a")
    train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), tmp_path / "b")
    assert_same(tmp_path / "a" / LAST, tmp_path / "b" / LAST)


@pytest.mark.parametrize("stop_at", [1, 6, 11])
def test_stopped_and_resumed_is_the_same_as_undisturbed(tmp_path, stop_at):
    train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), tmp_path / "whole")

    def interrupt(step: int) -> None:
        if step == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    cut = tmp_path / "cut"
    result = train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), cut, after_step=interrupt)
    assert not result.finished or stop_at == 11
    assert result.step == stop_at + 1  # the step under way is finished, then all is saved
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    train(toy.ToyTask(seed=77), toy.ToyChunks(), toy.settings(), cut, resume=True)
    assert_same(tmp_path / "whole" / LAST, cut / LAST)
    whole = [e for e in read_metrics(tmp_path / "whole" / "metrics.jsonl") if "eval" in e]
    assert whole == [e for e in read_metrics(cut / "metrics.jsonl") if "eval" in e]


def test_a_run_is_not_overwritten(tmp_path):
    train(toy.ToyTask(), toy.ToyChunks(), toy.settings(steps=3), tmp_path)
    with pytest.raises(CheckpointError, match="holds a run already"):
        train(toy.ToyTask(), toy.ToyChunks(), toy.settings(steps=3), tmp_path)


def test_resuming_with_another_seed_or_without_checkpoint_is_refused(tmp_path):
    train(toy.ToyTask(), toy.ToyChunks(), toy.settings(steps=3), tmp_path, seed=1)
    with pytest.raises(CheckpointError, match="another seed"):
        train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), tmp_path, seed=2, resume=True)
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        train(toy.ToyTask(), toy.ToyChunks(), toy.settings(), tmp_path / "none", resume=True)


def test_a_loss_that_is_not_a_number_stops_the_run(tmp_path):
    class Broken:
        def chunk(self, number: int) -> Chunk:
            batch = dict(toy.ToyChunks().chunk(number).batches[0])
            batch["y"] = batch["y"] * (np.nan if number == 6 else 1)
            return Chunk((batch,))

    with pytest.raises(OcrError, match="not a number at step 6"):
        train(toy.ToyTask(), Broken(), toy.settings(), tmp_path)
    groups, state = load_checkpoint(tmp_path / LAST)
    assert state["step"] == 5
    assert all(np.isfinite(array).all() for array in groups["model"].values())


def test_weights_that_are_not_numbers_are_never_saved(tmp_path):
    task = toy.ToyTask()

    def poison(step: int) -> None:
        if step == 5:  # after a checkpoint; the loss of the next steps does not show it
            task.model[1]._mean.set_value(np.full(8, np.nan, np.float32))

    with pytest.raises(OcrError, match="not numbers"):
        train(task, toy.ToyChunks(), toy.settings(), tmp_path, after_step=poison)
    groups, state = load_checkpoint(tmp_path / LAST)
    assert state["step"] == 5
    assert all(np.isfinite(array).all() for array in groups["model"].values())


def test_accumulating_averages_gradients_and_statistics(tmp_path):
    """One step on parts a and b: gradients and running statistics are means over the parts."""
    whole = toy.ToyTask(dropout=0.0)
    train(whole, toy.ToyChunks(), toy.settings(steps=1, warmup=0, accumulate=2), tmp_path / "x")
    parts = []
    for part in range(2):

        class One:
            def chunk(self, number: int, part: int = part) -> Chunk:
                return Chunk((toy.ToyChunks().chunk(0).batches[part],))

        task = toy.ToyTask(dropout=0.0)
        train(task, One(), toy.settings(steps=1, warmup=0), tmp_path / str(part))
        parts.append(model_arrays(task.model))
    found = model_arrays(whole.model)
    for name in ("1._mean", "1._variance"):
        assert np.abs(parts[0][name] - parts[1][name]).max() > 1e-3
        mean = (parts[0][name] + parts[1][name]) / 2
        np.testing.assert_allclose(found[name], mean, rtol=1e-5)


def run_toy(folder: Path, **options) -> list[str]:
    folder.mkdir(exist_ok=True)
    os.environ["PYTHONPATH"] = str(TOY.parents[2])
    return [sys.executable, str(TOY), str(folder), json.dumps(options)]


@pytest.mark.slow
def test_killed_in_mid_epoch_and_resumed_is_the_same_as_undisturbed(tmp_path):
    steps = {"settings": {"steps": 40, "eval_every": 16}, "workers": 2}
    subprocess.run(run_toy(tmp_path / "whole", **steps), check=True, timeout=300)
    cut = tmp_path / "cut"
    process = subprocess.Popen(run_toy(cut, **steps, pause=0.05))
    deadline = time.monotonic() + 280
    while time.monotonic() < deadline and process.poll() is None:
        if (cut / "reached").exists() and int((cut / "reached").read_text() or 0) >= 18:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    _, state = load_checkpoint(cut / LAST)
    assert 15 <= state["step"] < 40
    assert state["positions"][0][1] != 0 or state["step"] % 3 == 0  # in the middle of a chunk
    subprocess.run(run_toy(cut, **steps, resume=True), check=True, timeout=300)
    assert_same(tmp_path / "whole" / LAST, cut / LAST)
