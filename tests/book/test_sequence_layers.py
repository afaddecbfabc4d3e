"""book/tools/sequence_layers.py compares layers and strides, seed by seed."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

import sequence_layers as tool


def fake_run(variant: tool.Variant, seed: int) -> dict[str, object]:
    value = 0.5 + 0.1 * seed - (0.02 * seed if variant.kind == "none" else 0.0)
    return {
        "settings": asdict(variant),
        "seed": seed,
        "accuracy": dict.fromkeys(tool.SETS, value),
        "computing_s": 1.0,
    }


def test_no_two_variants_are_the_same():
    assert len(set(tool.VARIANTS.values())) == len(tool.VARIANTS)
    assert next(iter(tool.VARIANTS.values())) == tool.BASE


def test_differences_are_taken_seed_by_seed():
    found = tool.summarise([fake_run(v, s) for v in tool.VARIANTS.values() for s in tool.SEEDS])
    assert list(found) == list(tool.VARIANTS)
    none = found["nothing along the line"]["words"]
    assert none["mean"] == pytest.approx(0.66)
    difference = none["difference"]
    assert difference["values"] == pytest.approx([-0.02, -0.04, -0.06])
    # By hand: t = 4.303, s = 0.02, so half the width is 4.303 * 0.02 / sqrt(3).
    assert difference["high"] - difference["mean"] == pytest.approx(0.049687, abs=1e-5)
    assert difference["low"] < -0.04 < 0 < difference["high"]
    assert found["BiGRU"]["words"]["difference"]["high"] == pytest.approx(0)


def test_what_is_stored_is_not_run_again(tmp_path, monkeypatch, capsys):
    ran = []

    def run(variant, seed):
        ran.append((variant, seed))
        if len(ran) == 4:
            raise KeyboardInterrupt
        return fake_run(variant, seed)

    monkeypatch.setattr(tool, "PATH", tmp_path / "sequence.json")
    monkeypatch.setattr(tool, "run", run)
    with pytest.raises(KeyboardInterrupt):
        tool.main()
    assert len(json.loads(tool.PATH.read_text())["runs"]) == 3
    tool.main()
    stored = json.loads(tool.PATH.read_text())["runs"]
    assert len(stored) == len(ran) - 1 == len(tool.VARIANTS) * len(tool.SEEDS)
    assert [p.name for p in tmp_path.iterdir()] == ["sequence.json"]


def test_one_seed_gives_one_set_of_pictures():
    words, tests = tool.pictures(1)
    tool.pictures.cache_clear()
    again, _ = tool.pictures(1)
    assert words.texts == again.texts
    assert set(tests) == set(tool.SETS)
    assert tests["words"].texts == tests["touching"].texts


def test_a_run_says_what_it_measured():
    found = tool.run(tool.Variant("none"), 1, steps=2)
    assert set(found["accuracy"]) == set(tool.SETS)
    assert found["parameters"] < tool.run(tool.BASE, 1, steps=1)["parameters"]
