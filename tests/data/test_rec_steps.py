from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from ocrlib.config_augment import AUGMENTATIONS, AugmentRecipe
from ocrlib.data import rec_augment, tia
from ocrlib.data.rec_steps import Steps, augment_by, joining


@pytest.fixture
def image() -> np.ndarray:
    image = np.full((32, 100, 3), (225, 200, 180), np.uint8)
    image[8:24, 10:90:8] = 30
    return image


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_every_name_does_something_at_full_strength(name, image):
    step = AugmentRecipe(name, strength=1.0, count=4)
    results = [augment_by(step, image, np.random.default_rng(seed)) for seed in range(8)]
    changed = [r.shape != image.shape or (r != image).any() for r in results]
    assert any(changed) == (name != "concatenate")
    assert all(r.dtype == np.uint8 for r in results)


@pytest.mark.parametrize("name", sorted(set(AUGMENTATIONS) - {"base", "negative"}))
def test_nothing_happens_at_strength_zero(name, image):
    step = AugmentRecipe(name, strength=0.0)
    for seed in range(5):
        result = augment_by(step, image, np.random.default_rng(seed))
        np.testing.assert_array_equal(result, image)


def test_base_alone_is_what_happens_without_a_list(image):
    for seed in range(5):
        expected = rec_augment.augment(image, np.random.default_rng(seed))
        got = augment_by(AugmentRecipe("base"), image, np.random.default_rng(seed))
        np.testing.assert_array_equal(got, expected)


def test_steps_are_taken_in_turn_and_by_chance(image):
    steps = Steps((AugmentRecipe("tia", strength=1.0), AugmentRecipe("negative", probability=0.5)))
    negatives = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rng.random()
        bent = tia.tia(image, rng, 4, 1.0)
        turned = rng.random() < 0.5
        got = steps(image, np.random.default_rng(seed))
        np.testing.assert_array_equal(got, 255 - bent if turned else bent)
        negatives += turned
    assert 70 < negatives < 130


def test_steps_travel_to_workers(image):
    steps = Steps(tuple(AugmentRecipe(name) for name in AUGMENTATIONS))
    again = pickle.loads(pickle.dumps(steps))
    one, two = steps(image, np.random.default_rng(1)), again(image, np.random.default_rng(1))
    np.testing.assert_array_equal(one, two)


def test_joining_is_for_the_source():
    step = AugmentRecipe("concatenate", probability=0.3)
    assert joining([AugmentRecipe("base"), step]) == 0.3
    assert joining([AugmentRecipe("base")]) == 0
    rng = np.random.default_rng(0)
    image = np.zeros((4, 4, 3), np.uint8)
    assert Steps((replace(step, probability=1.0),))(image, rng) is image
    assert rng.random() == np.random.default_rng(0).random()  # it has drawn nothing
