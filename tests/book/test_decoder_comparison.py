"""book/tools/decoder_comparison.py compares decoders, seed by seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

import decoder_comparison as tool
from ocrlib.engine import paddle


def test_no_two_runs_are_the_same():
    assert len(set(tool.RUNS)) == len(tool.RUNS)


def test_every_alphabet_has_as_many_characters_as_it_says():
    assert {name: charset.size - 1 for name, charset in tool.ALPHABETS.items()} == {
        "10": 10,
        "26": 26,
        "90": 90,
    }


@pytest.mark.parametrize("run", [tool.RUNS[1], tool.RUNS[4], tool.RUNS[5], tool.RUNS[-1]])
def test_a_short_run(run, monkeypatch):
    for name, value in {"STEPS": 2, "BENT_STEPS": 2, "PICTURES": 8, "TESTS": 6}.items():
        monkeypatch.setattr(tool, name, value)
    found = tool.work((run, 1))
    assert found["settings"]["head"] == run.head
    assert json.loads(json.dumps(found)) == found
    rectified = {"points", *(f"{bend:g} rad" for bend in tool.BENDS)}
    names = {
        ("spoken", "straight"): {"test", "scrambled", *(f"{n} letters" for n in tool.LONGER)},
        ("scrambled", "straight"): {"test"},
        ("spoken", "rectified"): rectified,
        ("spoken", "slowly rectified"): rectified,
    }
    assert set(found["figures"]) == names[run.text, run.view]


def test_readers_of_one_seed_begin_alike():
    weights = []
    for run in (tool.Run("ctc"), tool.Run("parallel")):
        paddle.seed(3)
        weights.append(tool.Reader(run).backbone.convs[0].conv.weight.numpy())
    assert np.array_equal(*weights)


def test_readers_of_one_seed_see_the_same(monkeypatch):
    monkeypatch.setattr(tool, "PICTURES", 4)
    same = [tool.practice(tool.Run(head), 1).images for head in ("ctc", "attention")]
    assert np.array_equal(*same)


def test_a_slow_rectifier_moves_less(monkeypatch):
    for name, value in {"BENT_STEPS": 3, "PICTURES": 8}.items():
        monkeypatch.setattr(tool, name, value)
    moved = []
    for view in ("rectified", "slowly rectified"):
        trained = tool.train(tool.Run("ctc", view=view), 1)
        paddle.seed(1)
        before = tool.Reader(tool.Run("ctc", view=view))
        moved.append((trained.rectifier.fc2.bias - before.rectifier.fc2.bias).abs().max().item())
    assert 0 < moved[1] < 0.2 * moved[0]
