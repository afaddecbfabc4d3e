"""book/tools/loss_variants.py compares losses and labels, seed by seed."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

import loss_variants as tool
from ocrlib.data.det_targets import shrink_map
from ocrlib.postprocess.db import DBPostprocess


def fake_run(variant: tool.Variant, seed: int) -> dict[str, object]:
    hmean = 0.5 + 0.1 * seed + (0.02 if variant.main == "bce" else 0.0)
    figures = {iou: {"hmean": hmean} for iou in ("0.5", "0.7")}
    return {"settings": asdict(variant), "seed": seed, "computing_s": 1.0, "chosen": figures}


def test_no_two_variants_are_the_same():
    assert len(set(tool.VARIANTS.values())) == len(tool.VARIANTS)
    assert next(iter(tool.VARIANTS.values())) == tool.BASE


def test_differences_are_taken_seed_by_seed():
    found = tool.summarise([fake_run(v, s) for v in tool.VARIANTS.values() for s in tool.SEEDS])
    assert list(found) == list(tool.VARIANTS)
    mined = found["cross entropy, hard negatives"]["0.5"]
    assert mined["hmean"]["mean"] == pytest.approx(0.72)
    assert mined["hmean"]["spread"] == pytest.approx(0.1)  # seeds differ much
    assert mined["gain"]["values"] == pytest.approx([0.02] * 3)  # the difference does not
    assert mined["gain"]["spread"] == pytest.approx(0, abs=1e-9)


def test_what_is_stored_is_not_run_again(tmp_path, monkeypatch, capsys):
    ran = []

    def run(variant, seed):
        ran.append((variant, seed))
        if len(ran) == 4:
            raise KeyboardInterrupt
        return fake_run(variant, seed)

    monkeypatch.setattr(tool, "PATH", tmp_path / "losses.json")
    monkeypatch.setattr(tool, "run", run)
    with pytest.raises(KeyboardInterrupt):
        tool.main()
    assert len(json.loads(tool.PATH.read_text())["runs"]) == 3
    tool.main()
    stored = json.loads(tool.PATH.read_text())["runs"]
    assert len(stored) == len(ran) - 1 == len(tool.VARIANTS) * len(tool.SEEDS)
    assert [p.name for p in tmp_path.iterdir()] == ["losses.json"]


def test_a_third_is_hidden_the_same_way():
    (page,) = tool.render(1, 1)
    ignored, background = (
        tool.relabel(page, tool.Variant(third=third), np.random.default_rng(3))
        for third in ("ignored", "background")
    )
    kept = [i for i in ignored.instances if not i.ignore]
    assert [i.text for i in kept] == [i.text for i in background.instances if not i.ignore]
    assert 0 < len(kept) < len(page.instances) == len(ignored.instances)
    same = tool.relabel(page, tool.BASE, np.random.default_rng(3))
    assert same.instances == page.instances


def test_variants_see_the_same_crops():
    (page,) = tool.render(1, 1)
    rows = [tool.make_row(page, ratio, np.random.default_rng([1, 1, 0, 0])) for ratio in (0.4, 0.8)]
    assert [array.shape for array in rows[0]] == [(3, 256, 256)] + 4 * [(256, 256)]
    assert np.array_equal(rows[0][0], rows[1][0])
    assert rows[0][1].sum() < rows[1][1].sum()


def test_perfect_maps_of_crowded_lines_merge_when_hardly_shrunk():
    judge = tool.Judge.__new__(tool.Judge)
    judge.pages = tool.crowd(0.8, pages=2)
    merged = {}
    for ratio in (0.4, 0.95):
        judge.maps = [
            shrink_map(*tool.outlines(page), page.image.shape[:2], ratio)[0] for page in judge.pages
        ]
        merged[ratio] = judge.merged(DBPostprocess())
    assert merged[0.4] < 0.2 < merged[0.95]
