"""book/tools/head_practice.py lets chapter 10's heads practise for longer."""

from __future__ import annotations

import json

import numpy as np
import pytest

import head_practice as tool
from ocrlib.explore.families.words import KINDS, MOST, random_words, to_classes
from ocrlib.models.miniatures import Eye


@pytest.mark.parametrize("name", tool.RATES)
def test_a_head_learns_and_reads(name):
    tool.paddle.seed(1)
    some = random_words(1, "straight", 8)
    eye = Eye()
    eye.eval()
    seen, classes = tool.look(eye, some), to_classes(some, MOST + 1)
    assert seen.shape == (8, 32, 24)
    head = tool.Head(name)
    lengths = (classes > 0).sum(axis=1)
    loss = head.loss(seen, classes, lengths)
    assert 0 < loss.item() < np.inf
    loss.backward()
    assert any(np.abs(p.grad.numpy()).max() > 0 for p in head.layer.parameters())
    assert len(head.read(seen)) == 8
    assert len(head.read(tool.look(eye, random_words(2, "long", 3)))) == 3


def test_one_seed_whole_and_small(monkeypatch):
    monkeypatch.setattr(tool, "PRACTICE", 64)
    monkeypatch.setattr(tool, "TESTS", 4)
    monkeypatch.setattr(tool, "EYE_STEPS", 21)
    monkeypatch.setattr(tool, "CHECKS", (1, 21))
    found = tool.run(5)
    assert found["seed"] == 5
    assert list(found["heads"]) == list(tool.RATES)
    for head in found["heads"].values():
        assert [row["step"] for row in head["curve"]] == [1, 21]
        assert all(0 <= row[kind] <= 1 for row in head["curve"] for kind in KINDS)
    assert found["heads"] == without_times(tool.run(5)["heads"], found["heads"])


def without_times(heads, like):
    """The same figures with the times of another run, which never are the same."""
    return {n: h | {"computing_s": like[n]["computing_s"]} for n, h in heads.items()}


def test_a_seed_that_is_stored_is_not_run_again(tmp_path, monkeypatch):
    ran = []

    def run(seed):
        ran.append(seed)
        if len(ran) == 2:
            raise KeyboardInterrupt
        curve = [{"step": 1, "straight": 0.5}]
        return {"seed": seed, "computing_s": 2.0, "heads": {"CTC": {"curve": curve}}}

    monkeypatch.setattr(tool, "PATH", tmp_path / "head-practice.json")
    monkeypatch.setattr(tool, "run", run)
    with pytest.raises(KeyboardInterrupt):
        tool.main()
    tool.main()
    stored = json.loads(tool.PATH.read_text(encoding="utf-8"))
    assert [one["seed"] for one in stored["runs"]] == list(tool.SEEDS)
    assert ran == [1, 2, 2, 3]
    assert stored["computing_s"] == 6
    assert [p.name for p in tmp_path.iterdir()] == ["head-practice.json"]
