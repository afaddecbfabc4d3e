"""book/tools/guided_training.py compares who teaches the backbone, seed by seed."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

import guided_training as tool


def fake_run(variant: tool.Variant, seed: int) -> dict[str, object]:
    value = 0.5 + 0.1 * seed + (0.03 * seed if variant.guide else 0.0)
    return {
        "settings": asdict(variant),
        "seed": seed,
        "accuracy": dict.fromkeys(tool.SETS, value),
        "computing_s": 1.0,
    }


def test_differences_are_taken_seed_by_seed():
    found = tool.summarise([fake_run(v, s) for v in tool.VARIANTS.values() for s in (1, 2, 3)])
    assert list(found) == list(tool.VARIANTS)
    guided = found["guide and CTC"]["words"]
    assert guided["mean"] == pytest.approx(0.76)
    difference = guided["difference"]
    assert difference["values"] == pytest.approx([0.03, 0.06, 0.09])
    # By hand: t = 4.303, s = 0.03, so half the width is 4.303 * 0.03 / sqrt(3).
    assert difference["mean"] - difference["low"] == pytest.approx(0.074530, abs=1e-5)
    assert found["CTC alone"]["words"]["difference"]["values"] == [0, 0, 0]


def test_what_reads_starts_alike_and_ends_without_a_guide():
    networks = [tool.build(variant, seed=4) for variant in tool.VARIANTS.values()]
    plain, shared, guided = networks
    assert plain.guide is None
    assert (shared.share, guided.share) == (True, False)
    for name, tensor in plain.state_dict().items():
        for other in (shared, guided):
            assert np.array_equal(other.state_dict()[name].numpy(), tensor.numpy()), name


@pytest.mark.slow
def test_a_run_in_small(monkeypatch):
    monkeypatch.setattr(tool, "PICTURES", 40)
    monkeypatch.setattr(tool, "TEST", 10)
    tool.pictures.cache_clear()
    for variant in (tool.BASE, tool.VARIANTS["guide and CTC"]):
        found = json.loads(json.dumps(tool.run(variant, seed=5, steps=tool.EVERY)))
        assert found["accuracy"].keys() == set(tool.SETS)
        assert len(found["ctc"]) == 1
        more = found["parameters"]["trained"] > found["parameters"]["kept"]
        assert more == variant.guide
    tool.pictures.cache_clear()


def test_what_is_stored_is_not_run_again(tmp_path, monkeypatch):
    ran = []

    def run(variant, seed):
        ran.append((variant, seed))
        if len(ran) == 3:
            raise KeyboardInterrupt
        return fake_run(variant, seed)

    monkeypatch.setattr(tool, "PATH", tmp_path / "guided.json")
    monkeypatch.setattr(tool, "run", run)
    with pytest.raises(KeyboardInterrupt):
        tool.main()
    assert len(json.loads(tool.PATH.read_text())["runs"]) == 2
    tool.main()
    stored = json.loads(tool.PATH.read_text())
    assert len(stored["runs"]) == len(ran) - 1 == len(tool.VARIANTS) * len(tool.SEEDS)
    assert stored["seeds"] == list(tool.SEEDS)
    assert [p.name for p in tmp_path.iterdir()] == ["guided.json"]
