from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.synth.distractors import scribble
from ocrlib.data.synth.wear import (
    break_print,
    cast_shadow,
    crumple,
    fade,
    fold,
    photocopy,
    print_through,
    smooth_field,
)


def strong_fade(image, rng):
    return fade(image, rng, 0.9)


EFFECTS = (break_print, cast_shadow, crumple, fold, photocopy, print_through, strong_fade)


def page() -> np.ndarray:
    image = np.full((120, 200, 3), 230, np.uint8)
    image[40:60, 30:170:4] = 20
    return image


@pytest.mark.parametrize("effect", EFFECTS)
def test_wear_changes_the_picture_but_is_reproducible(effect):
    before = page()
    worn = [effect(before, np.random.default_rng(seed)) for seed in (1, 1, 2, 3)]
    assert all(image.shape == before.shape and image.dtype == np.uint8 for image in worn)
    assert np.array_equal(worn[0], worn[1])
    assert any(not np.array_equal(image, before) for image in worn)
    assert np.array_equal(before, page())  # not changed in place


def test_fading_and_broken_print_only_take_ink_away():
    for effect in (strong_fade, break_print):
        worn = effect(page(), np.random.default_rng(4))
        assert (worn >= page()).all()
        assert (worn[:30] == 230).all()


def test_a_photocopy_keeps_print_and_loses_grey():
    image = page()
    image[80:100] = 215  # a faint tint
    copied = photocopy(image, np.random.default_rng(0))
    assert copied[50, 30].max() < 100
    assert np.median(copied[85:95]) > 230


def test_smooth_field_is_within_0_and_1():
    field = smooth_field(np.random.default_rng(0), 50, 70, (2, 3))
    assert field.shape == (50, 70)
    assert field.min() >= 0
    assert field.max() <= 1
    assert np.abs(np.diff(field, axis=1)).max() < 0.2


def test_scribbles_leave_marks():
    changed = 0
    for seed in range(6):
        image = page()
        scribble(image, np.random.default_rng(seed))
        changed += not np.array_equal(image, page())
    assert changed >= 5
