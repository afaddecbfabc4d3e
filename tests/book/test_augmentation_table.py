"""book/tools/augmentation_table.py compares augmentations, seed by seed."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

import augmentation_table as tool
from ocrlib.bundle import load_bundle
from ocrlib.data.rendered import SynthText
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.models.lite import rec_lite
from ocrlib.types import RecSample

SPEC = load_bundle("rec-lite-en").spec


def fake_run(arm: tool.Arm, seed: int) -> dict[str, object]:
    value = 0.3 + 0.1 * seed + (0.02 * seed if arm.mixup else 0.0)
    return {
        "settings": asdict(arm),
        "seed": seed,
        "report": {"accuracy": value, "norm_edit_similarity": 0.9},
        "practised": {"accuracy": 0.8, "norm_edit_similarity": 0.9},
        "computing_s": 1.0,
    }


@pytest.fixture(scope="module")
def crops() -> list[RecSample]:
    renderer = SynthText(load_fonts("bundled"), words_ratio=1.0, longest=6)
    return [renderer.sample(0, np.random.default_rng(i)) for i in range(60)]


def batches(crops: list[RecSample], title: str, seed: int = 1, count: int = 6):
    source = tool.batches(crops, SPEC.preprocess, SPEC.charset, tool.ARMS[title], seed)
    return [next(source) for _ in range(count)]


def pictures(crops: list[RecSample]) -> set[bytes]:
    return {SPEC.preprocess(one.image).tobytes() for one in crops}


def test_no_two_arms_are_the_same():
    assert len(set(tool.ARMS.values())) == len(tool.ARMS)
    assert next(iter(tool.ARMS.values())) == tool.NONE


def test_differences_are_taken_seed_by_seed():
    runs = [fake_run(arm, seed) for arm in tool.ARMS.values() for seed in (1, 2, 3)]
    found = tool.summarise(runs[::-1])  # in whatever order they ended
    assert list(found) == list(tool.ARMS)
    entry = found["mixup"]["report"]["accuracy"]
    assert entry["values"] == pytest.approx({1: 0.42, 2: 0.54, 3: 0.66})
    assert entry["difference"]["values"] == pytest.approx([0.02, 0.04, 0.06])
    # By hand: t = 4.303, s = 0.02, so half the width is 4.303 * 0.02 / sqrt(3).
    half = entry["difference"]["high"] - entry["difference"]["mean"]
    assert half == pytest.approx(0.049687, abs=1e-5)
    assert found["TIA"]["report"]["accuracy"]["difference"]["high"] == pytest.approx(0)


def test_what_is_stored_is_not_run_again():
    runs = [fake_run(arm, 1) for arm in tool.ARMS.values()] + [fake_run(tool.NONE, 2)]
    todo = tool.missing(json.loads(json.dumps(runs)))
    assert len(todo) == len(tool.ARMS) * len(tool.SEEDS) - len(runs)
    assert todo[0] == ("base", 2)


def test_without_augmentation_crops_come_as_they_are(crops):
    plain = pictures(crops)
    rows = [row for batch in batches(crops, "none") for row in batch["image"]]
    assert all(row.tobytes() in plain for row in rows)


@pytest.mark.parametrize("title", [title for title, arm in tool.ARMS.items() if arm.steps])
def test_an_arm_changes_about_every_second_crop(crops, title):
    plain = pictures(crops)
    rows = [row for batch in batches(crops, title) for row in batch["image"]]
    changed = np.mean([row.tobytes() not in plain for row in rows])
    assert 0.25 < changed < 0.75


def test_joined_crops_have_joined_labels(crops):
    texts = {one.text for one in crops}
    pairs = {a + b for a in texts for b in texts}
    labels = set()
    for batch in batches(crops, "TextConAug"):
        for row, length in zip(batch["label"], batch["length"], strict=True):
            labels.add(SPEC.charset.decode(row[:length]))
    assert labels <= texts | pairs
    assert labels - texts


def test_seed_and_arm_fix_the_batches(crops):
    one, again, other = (batches(crops, "TIA", seed, 1)[0]["image"] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("mixup", [0.0, 1.0])
def test_weights_move_mixed_or_not(crops, mixup):
    model = rec_lite(SPEC.charset.size)
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    tool.train(model, iter(batches(crops, "none", count=2)), 1, 2, mixup)
    after = {name: value.numpy() for name, value in model.state_dict().items()}
    assert all(np.isfinite(value).all() for value in after.values())
    assert any(not np.array_equal(before[name], after[name]) for name in before)
