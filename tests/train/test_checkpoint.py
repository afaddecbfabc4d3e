from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.weights import model_arrays
from ocrlib.train import checkpoint
from ocrlib.train.checkpoint import (
    load_checkpoint,
    load_optimizer,
    optimizer_arrays,
    restore,
    save_checkpoint,
)

nn = paddle.nn
ARRAYS = {"model": {"a/b": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.int64([5])}}


def test_round_trip(tmp_path):
    state = {"step": 3, "nested": {"名": [1, None, 0.1]}}
    save_checkpoint(tmp_path / "x.safetensors", ARRAYS, state)
    groups, found = load_checkpoint(tmp_path / "x.safetensors")
    assert found == {"format": 1, **state}
    assert groups["model"].keys() == ARRAYS["model"].keys()
    for name, array in ARRAYS["model"].items():
        assert groups["model"][name].dtype == array.dtype
        assert (groups["model"][name] == array).all()
    assert [file.name for file in tmp_path.iterdir()] == ["x.safetensors"]


def test_disk_full_leaves_the_previous_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "x.safetensors"
    save_checkpoint(file, ARRAYS, {"step": 1})

    def full(path: Path, content: bytes) -> None:
        path.write_bytes(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint, "write_synced", full)
    with pytest.raises(CheckpointError, match=r"No space left on device.*previous.*whole"):
        save_checkpoint(file, ARRAYS, {"step": 2})
    assert load_checkpoint(file)[1]["step"] == 1
    assert [f.name for f in tmp_path.iterdir()] == ["x.safetensors"]  # nothing is left behind


def test_a_real_limit_of_the_system_leaves_the_previous_checkpoint(tmp_path):
    resource = pytest.importorskip("resource")
    file = tmp_path / "x.safetensors"
    save_checkpoint(file, ARRAYS, {"step": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(CheckpointError, match="cannot be written"):
            save_checkpoint(file, {"model": {"big": np.zeros(100_000)}}, {"step": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert load_checkpoint(file)[1]["step"] == 1
    assert [f.name for f in tmp_path.iterdir()] == ["x.safetensors"]


def test_files_that_are_no_checkpoints(tmp_path):
    file = tmp_path / "x.safetensors"
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        load_checkpoint(file)
    save_checkpoint(file, ARRAYS, {})
    whole = file.read_bytes()
    for content in (b"", b"nonsense", whole[:40], whole[:-4]):
        file.write_bytes(content)
        with pytest.raises(CheckpointError, match="not a whole checkpoint"):
            load_checkpoint(file)


def test_a_newer_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT", 2)
    save_checkpoint(tmp_path / "x.safetensors", ARRAYS, {})
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=r"another version \(got 2\)"):
        load_checkpoint(tmp_path / "x.safetensors")


def test_weights_of_another_model_are_refused():
    arrays = model_arrays(nn.Linear(2, 3))
    for model in (nn.Linear(3, 3), nn.Linear(2, 3, bias_attr=False), nn.LayerNorm(2)):
        with pytest.raises(CheckpointError, match=r"weight|bias"):
            restore(model, arrays, "x.safetensors")


def test_second_names_of_one_weight_do_not_matter():
    model = nn.LSTM(2, 3)  # Paddle lists its weights twice
    everything = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    assert len(everything) > len(model_arrays(model))
    restore(nn.LSTM(2, 3), everything, "x.safetensors")


def steps(model, optimizer, count):
    for step in range(count):
        x = paddle.to_tensor(np.random.default_rng(step).standard_normal((4, 2)), dtype="float32")
        model(x).square().mean().backward()
        optimizer.step()
        optimizer.clear_grad()


def test_an_optimizer_goes_on_exactly(tmp_path):
    def fresh():
        paddle.seed(4)
        model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
        return model, paddle.optimizer.AdamW(0.01, parameters=model.parameters())

    whole, whole_optimizer = fresh()
    steps(whole, whole_optimizer, 3)
    weights, moments = model_arrays(whole), optimizer_arrays(whole_optimizer, whole)
    assert {name.partition("/")[2] for name in moments} == {
        "moment1",
        "moment2",
        "beta1_pow_acc",
        "beta2_pow_acc",
    }
    steps(whole, whole_optimizer, 3)

    other, other_optimizer = fresh()
    restore(other, weights)
    load_optimizer(other_optimizer, other, moments)
    other_optimizer.set_lr(0.01)
    steps(other, other_optimizer, 3)
    for name, array in model_arrays(whole).items():
        assert array.tobytes() == model_arrays(other)[name].tobytes()

    moments.pop(next(iter(moments)))
    third, third_optimizer = fresh()
    with pytest.raises(CheckpointError, match="1 arrays are missing"):
        load_optimizer(third_optimizer, third, moments)
