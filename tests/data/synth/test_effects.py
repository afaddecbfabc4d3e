from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocrlib.data.synth import effects, paint
from ocrlib.data.synth.colours import colour_pair, luminance


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def picture(grey: bool) -> effects.Pixels:
    image = np.full((32, 80, 3), 200, np.uint8)
    cv2.putText(image, "Exit 5", (4, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 10, 60), 2)
    return image[:, :, 0].copy() if grey else image


EFFECTS = {
    "blur": lambda image: effects.blur(image, 1.0),
    "motion": lambda image: effects.motion_blur(image, 5, 0.3),
    "low": lambda image: effects.low_resolution(image, 2.5),
    "gauss": lambda image: effects.gaussian_noise(image, 8, rng()),
    "camera": lambda image: effects.camera_noise(image, 8, rng()),
    "salt": lambda image: effects.salt_and_pepper(image, 0.05, rng()),
    "jpeg": lambda image: effects.jpeg(image, 30),
    "tone": lambda image: effects.tone(image, 10, 0.8, 1.2),
    "light": lambda image: effects.lighting(image, 0.5, rng()),
    "sharpen": lambda image: effects.sharpen(image, 1.0),
}


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("name", EFFECTS)
def test_shape_and_type_stay_and_pixels_change(name, grey):
    image = picture(grey)
    before = image.copy()
    after = EFFECTS[name](image)
    assert after.shape == image.shape
    assert after.dtype == np.uint8
    assert (after != image).any()
    np.testing.assert_array_equal(image, before)  # effects do not write into their input


def test_blur_removes_detail_and_noise_adds_it():
    def detail(image) -> float:
        return float(np.abs(np.diff(image.astype(np.float32), axis=1)).mean())

    image = picture(grey=True)
    assert detail(effects.blur(image, 2)) < 0.7 * detail(image)
    assert detail(effects.low_resolution(image, 4)) < 0.8 * detail(image)
    assert detail(effects.gaussian_noise(image, 10, rng())) > detail(image)


def test_motion_blur_runs_along_its_angle():
    dot = np.zeros((21, 21), np.uint8)
    dot[10, 10] = 255
    along = effects.motion_blur(dot, 8, 0.0)
    assert along[10].astype(bool).sum() >= 7
    assert along[:, 10].astype(bool).sum() <= 3


def test_tone_by_hand():
    image = np.array([[0, 64, 128, 255]], np.uint8)
    np.testing.assert_array_equal(effects.tone(image, 0, 1, 1), image)
    np.testing.assert_array_equal(effects.tone(image, 20, 1, 1), [[20, 84, 148, 255]])
    np.testing.assert_array_equal(effects.tone(image, 0, 0, 1), [[128] * 4])


def test_mild_effects_leave_the_picture_alone():
    image = picture(grey=False)
    assert effects.blur(image, 0.1) is image
    assert effects.low_resolution(image, 1.0) is image
    assert effects.motion_blur(image, 0.0, 1.0) is image


def test_degrade_is_reproducible_and_harsher_when_stronger():
    image = picture(grey=False)

    def change(strength: float) -> float:
        changed = [effects.degrade(image, rng(i), strength).astype(np.float32) for i in range(60)]
        return float(np.mean([np.abs(one - image).mean() for one in changed]))

    for seed in range(20):
        np.testing.assert_array_equal(
            effects.degrade(image, rng(seed)), effects.degrade(image, rng(seed))
        )
    assert change(0.0) < change(0.5) < change(1.0)


def test_backgrounds_keep_their_colour_and_size():
    plain, shape = 0, (40, 90, 3)
    for seed in range(120):
        ground = effects.texture_background(rng(seed), 40, 90, (120, 60, 200))
        assert ground.shape == shape
        assert ground.dtype == np.uint8
        plain += bool((ground == ground[0, 0]).all())
        if seed < 20:
            again = effects.texture_background(rng(seed), 40, 90, (120, 60, 200))
            np.testing.assert_array_equal(ground, again)
    assert 10 < plain < 110


def test_calm_backgrounds_vary_less():
    def spread(calm: float) -> float:
        grounds = (effects.texture_background(rng(i), 40, 90, calm=calm) for i in range(150))
        return float(np.mean([ground.std(axis=(0, 1)).mean() for ground in grounds]))

    assert spread(1.0) < 0.5 * spread(0.0)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3)])
def test_odd_sizes(size):
    for seed in range(60):
        ground = effects.texture_background(rng(seed), *size)
        assert ground.shape == (*size, 3)


def test_octave_noise_is_centred():
    noise = effects.octave_noise(rng(), 200, 300)
    assert abs(float(noise.mean())) < 0.2
    assert 0.05 < float(noise.std()) < 1


def test_colour_pairs_can_be_told_apart():
    close, darker = 0, 0
    for seed in range(300):
        text, ground = colour_pair(rng(seed), 60)
        distance = abs(luminance(text) - luminance(ground))
        assert distance >= 30
        close += bool(distance < 60)
        darker += bool(luminance(text) < luminance(ground))
    assert 0 < close < 60
    assert 80 < darker < 220


def test_blend_by_hand():
    image = np.full((1, 3, 3), 100, np.uint8)
    mask = np.array([[0, 255, 128]], np.uint8)
    result = paint.blend(image, mask, (200, 100, 0))
    np.testing.assert_array_equal(result[0], [[100, 100, 100], [200, 100, 0], [150, 100, 50]])
    half = paint.blend(image, mask, (200, 100, 0), 0.5)
    np.testing.assert_array_equal(half[0, 1], [150, 100, 50])


def test_shift_moves_and_clears():
    mask = np.arange(1, 10, dtype=np.uint8).reshape(3, 3)
    np.testing.assert_array_equal(paint.shift(mask, 1, 0), [[0, 1, 2], [0, 4, 5], [0, 7, 8]])
    np.testing.assert_array_equal(paint.shift(mask, 0, -2), [[7, 8, 9], [0, 0, 0], [0, 0, 0]])
    assert not paint.shift(mask, 5, 0).any()


def test_worn_print_never_adds_far_away_and_keeps_some_ink():
    mask = np.zeros((32, 120), np.uint8)
    mask[10:22, 20:100] = 255
    for seed in range(80):
        worn = paint.worn_print(rng(seed), mask.copy())
        assert worn.shape == mask.shape
        assert worn.dtype == np.uint8
        assert not worn[:8].any()
        assert worn[10:22, 20:100].mean() > 25
