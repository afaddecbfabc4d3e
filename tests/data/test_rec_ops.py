"""Single operations: nothing at strength 0, more at 1, the same for the same seed, any size."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.config_augment import OPERATIONS
from ocrlib.data import rec_ops
from ocrlib.data.rec_ops import apply

GEOMETRIC = {"rotate", "shear", "tilt", "squeeze", "margins"}
EVERY = pytest.mark.parametrize("name", OPERATIONS)


def crop(height: int = 32, width: int = 100) -> np.ndarray:
    """Dark bars on a light ground that has a slope and a colour."""
    image = np.full((height, width, 3), (215, 200, 165), np.uint8)
    image += np.linspace(0, 30, width).astype(np.uint8)[None, :, None]
    margin = height // 4
    for x in range(margin, width - 2 * margin, 2 * margin):
        image[margin : height - margin, x : x + margin] = (60, 45, 80)
    return image


@EVERY
def test_strength_zero_changes_nothing(name):
    image = crop()
    for seed in range(5):
        result = apply(name, image, np.random.default_rng(seed), 0.0)
        np.testing.assert_array_equal(result, image)


@EVERY
def test_strength_one_changes_something_and_more_than_a_little_does(name):
    image = crop()
    changes = []
    for strength in (0.15, 1.0):
        result = apply(name, image, np.random.default_rng(3), strength)
        same = result.shape == image.shape
        changes.append(np.abs(result.astype(int) - image).mean() if same else math.inf)
    assert changes[1] > 0.3
    assert changes[1] >= changes[0]


@EVERY
def test_same_seed_same_result_and_input_untouched(name):
    image = crop()
    first, again = (apply(name, image, np.random.default_rng(7), 0.8) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(image, crop())


@EVERY
@pytest.mark.parametrize("size", [(1, 1), (2, 90), (90, 2), (32, 1200)])
@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_any_size_of_crop(name, size, strength):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for seed in range(3):
        result = apply(name, image, np.random.default_rng(seed), strength)
        assert result.dtype == np.uint8
        assert result.shape[2:] == (3,)
        assert min(result.shape) > 0
        assert result.shape == image.shape or name in GEOMETRIC


@EVERY
def test_flat_pictures_of_any_level_survive(name):
    for level in (0, 127, 255):
        image = np.full((20, 40, 3), level, np.uint8)
        for strength in (0.5, 1.0):
            assert apply(name, image, np.random.default_rng(0), strength).dtype == np.uint8


@settings(max_examples=60)
# Tilting makes one end lower: how much ink is left depends on where it is, see the next test.
@given(st.sampled_from(sorted(set(GEOMETRIC) - {"tilt"})), st.integers(0, 10_000), st.floats(0, 1))
def test_no_ink_is_cut_off(name, seed, strength):
    image = crop()
    image[:] = np.where(image < 100, 30, 225)
    moved = apply(name, image, np.random.default_rng(seed), strength)
    scale = moved.shape[1] / image.shape[1] if name == "squeeze" else 1.0
    ink = (225.0 - image[:, :, 0]).sum() * scale, (225.0 - moved[:, :, 0]).sum()
    assert ink[1] == pytest.approx(ink[0], rel=0.06)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_tilting_cuts_off_no_ink(seed, strength):
    image = crop()
    image[:] = np.where(image < 100, 30, 225)
    moved = apply("tilt", image, np.random.default_rng(seed), strength)
    assert moved.shape == image.shape
    height, width = image.shape[:2]
    loss = 0.2 * strength * height
    # Which end is lower is for chance to say; the picture has to be one of the two, all of it.
    errors = []
    for left, right in ((loss, 0.0), (0.0, loss)):
        whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        tilted = np.array(
            [[0, left], [width, right], [width, height - right], [0, height - left]], np.float32
        )
        matrix = cv2.getPerspectiveTransform(whole, tilted)
        ys, xs = np.mgrid[:height, :width] + 0.5  # middles of the pixels
        depth = matrix[2, 0] * xs + matrix[2, 1] * ys + matrix[2, 2]
        area = np.linalg.det(matrix) / depth**3  # what a pixel becomes, px
        expected = ((225.0 - image[:, :, 0]) * area).sum()
        errors.append(abs((225.0 - moved[:, :, 0]).sum() / expected - 1))
    assert min(errors) < 0.06


def test_how_far_by_hand():
    image = np.full((40, 400, 3), 128, np.uint8)
    rng = np.random.default_rng
    # A turn by 40 / 400 rad at most: the long line rises by its own height only.
    assert rec_ops.rotate(image, rng(0), 1.0).shape == (80, 402, 3)
    assert rec_ops.rotate(image[:, :40], rng(0), 1.0).shape == (46, 46, 3)
    assert rec_ops.shear(image, rng(0), 1.0).shape == (40, 400 + round(40 * 0.57735), 3)
    assert {rec_ops.squeeze(image, rng(s), 1.0).shape[1] for s in range(9)} == {250, 640}
    bright = {int(apply("brightness", image, rng(s), 1.0)[0, 0, 0]) for s in range(9)}
    assert bright == {128 - 75, 128 + 75}


def test_levels_by_hand():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert rec_ops.solarize(ramp, 1.0)[0, :, 0].max() == 128
    assert rec_ops.solarize(ramp, 1.0)[0, [0, 128, 129, 255], 0].tolist() == [0, 128, 126, 0]
    assert len(np.unique(rec_ops.posterize(ramp, 1.0))) == 4
    assert len(np.unique(rec_ops.posterize(ramp, 0.5))) == 32
    pale = np.clip(ramp, 100, 150)
    spread = rec_ops.autocontrast(pale, 1.0)
    assert (spread.min(), spread.max()) == (0, 255)
    two = np.repeat(np.array([[10, 10, 10, 200]], np.uint8)[:, :, None], 3, axis=2)
    assert rec_ops.equalize(two, 1.0)[0, :, 0].tolist() == [0, 0, 0, 255]
    assert rec_ops.negative(ramp)[0, :, 0].tolist() == list(range(255, -1, -1))
    # Colours: none left, or red and blue twice as far from grey.
    faded, strong = (
        rec_ops.colour(crop(), np.random.default_rng(seed), 1.0)[0, 0].tolist() for seed in (0, 3)
    )
    assert (faded, strong) == ([200, 200, 200], [230, 200, 130])
