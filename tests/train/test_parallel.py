from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import OcrError
from ocrlib.train.parallel import Group

TOY = Path(__file__).with_name("toy.py")
STEPS = 6


def test_alone_nothing_changes():
    group = Group()
    tensor = paddle.to_tensor([1.0, 2.0])
    group.average([tensor])
    group.spread([tensor])
    assert tensor.numpy().tolist() == [1.0, 2.0]
    assert group.gather([3, 4]) == [[3, 4]]
    assert group.leads


def test_join_reads_the_launchers_environment(monkeypatch):
    monkeypatch.delenv("PADDLE_TRAINER_ID", raising=False)
    monkeypatch.delenv("PADDLE_TRAINERS_NUM", raising=False)
    assert Group.join() == Group(0, 1)
    monkeypatch.setenv("PADDLE_TRAINERS_NUM", "two")
    with pytest.raises(OcrError, match="must be numbers"):
        Group.join()


@pytest.fixture(scope="module")
def dumps(tmp_path_factory):
    """Weights after every step of two processes, and of one that accumulates both halves."""
    root = tmp_path_factory.mktemp("parallel")
    for name in ("two", "one", "two-run", "one-run"):
        (root / name).mkdir()

    def options(name: str, accumulate: int) -> list[str]:
        settings = {"steps": STEPS, "accumulate": accumulate, "eval_every": 3}
        values = {"settings": settings, "dropout": 0.0, "batches": 1, "own": 1}
        return [
            str(TOY),
            str(root / f"{name}-run"),
            json.dumps(values | {"dump": str(root / name)}),
        ]

    environment = {k: v for k, v in os.environ.items() if not k.startswith("PADDLE_")}
    environment["PYTHONPATH"] = str(TOY.parents[2])
    launch = ["-m", "paddle.distributed.launch", "--nproc_per_node", "2"]
    for command in (
        [*launch, "--log_dir", str(root / "logs"), *options("two", 1)],
        options("one", 2),
    ):
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return root


def load(file: Path) -> dict[str, np.ndarray]:
    with np.load(file) as arrays:
        return dict(arrays)


@pytest.mark.slow
def test_weights_are_equal_across_processes_after_every_step(dumps):
    # the processes began with weights of their own ("own"): rank 0's were spread
    for step in range(1, STEPS + 1):
        first, second = (load(dumps / "two" / f"{step}-{rank}.npz") for rank in range(2))
        assert first.keys() == second.keys()
        for name in first:  # running statistics of batch norm included
            assert first[name].tobytes() == second[name].tobytes(), (step, name)


@pytest.mark.slow
def test_two_processes_are_one_that_accumulates_the_two_halves(dumps):
    moved = 0.0
    begin = load(dumps / "two" / "1-0.npz")
    for step in range(1, STEPS + 1):
        two, one = load(dumps / "two" / f"{step}-0.npz"), load(dumps / "one" / f"{step}-0.npz")
        for name in two:
            np.testing.assert_allclose(two[name], one[name], rtol=1e-4, atol=1e-5, err_msg=name)
            moved = max(moved, float(np.abs(two[name] - begin[name]).max()))
    assert moved > 0.05  # the comparison is not between weights that stand still


@pytest.mark.slow
def test_only_the_first_process_writes(dumps):
    log = (dumps / "two-run" / "train.log").read_text().splitlines()
    assert sum("finished" in line for line in log) == 1
