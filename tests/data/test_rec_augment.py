"""Augmentation of crops: still a crop, still readable, the same for the same seed, fast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yardstick import yardsticks

from ocrlib.data.rec_augment import augment, light, warp, wear

FUNCTIONS = {"augment": augment, "light": light, "warp": warp, "wear": wear}


def crop(height: int = 32, width: int = 100) -> np.ndarray:
    """Dark bars on a light ground, clear of the border by an eighth of the height."""
    image = np.full((height, width, 3), (225, 220, 205), np.uint8)
    margin = height // 8
    for x in range(margin, width - 2 * margin, 3 * margin):
        image[margin : height - margin, x : x + margin] = (30, 25, 60)
    return image


@pytest.mark.parametrize("name", FUNCTIONS)
def test_same_seed_same_result_and_input_untouched(name):
    image = crop()
    results = [FUNCTIONS[name](image, np.random.default_rng(s), 1.0) for s in (3, 3, 4, 5, 6)]
    np.testing.assert_array_equal(results[0], results[1])
    assert any(r.shape != results[0].shape or (r != results[0]).any() for r in results[2:])
    np.testing.assert_array_equal(image, crop())


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (32, 1500), (90, 400)])
def test_any_size_of_crop(name, size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for seed in range(15):
        result = FUNCTIONS[name](image, np.random.default_rng(seed), 1.0)
        assert result.dtype == np.uint8
        assert result.ndim == 3
        assert result.shape[2] == 3
        assert min(result.shape) > 0


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_the_shape_changes_little(seed):
    height, width = augment(crop(), np.random.default_rng(seed)).shape[:2]
    assert 0.9 * 32 <= height <= 1.7 * 32
    assert 0.9 * 100 <= width <= 1.4 * 100


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_warp_loses_no_ink(seed):
    image = crop()
    warped = warp(image, np.random.default_rng(seed))
    ink = (225.0 - image[:, :, 0]).sum(), (225.0 - warped[:, :, 0]).sum()
    assert ink[1] == pytest.approx(ink[0], rel=0.15)  # tilting stretches a little
    for border in (warped[0], warped[-1], warped[:, 0], warped[:, -1]):
        assert (border[:, 0] > 127).mean() > 0.9  # no bar reaches the border


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_text_stays_apart_from_its_ground(seed):
    image = augment(crop(64, 200), np.random.default_rng(seed)).astype(int).max(axis=2)
    assert np.percentile(image, 95) - np.percentile(image, 5) > 50


def test_strength_zero_is_hardly_anything():
    image = crop()
    for seed in range(10):
        lit = light(image, np.random.default_rng(seed), 0.0).astype(int)
        assert np.minimum(np.abs(lit - image), np.abs(255 - lit - image)).max() <= 1
        assert warp(image, np.random.default_rng(seed), 0.0).shape == image.shape


def test_speed():
    image = crop()
    rng = np.random.default_rng(0)

    def hundred_crops() -> None:
        for _ in range(100):
            augment(image, rng)

    # About 3: 8,000 crops/s where a yardstick takes 4 ms; 2,000/s are wanted.
    assert yardsticks(hundred_crops, 11) < 11
