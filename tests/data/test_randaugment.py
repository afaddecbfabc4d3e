from __future__ import annotations

import numpy as np
import pytest

from ocrlib.config_augment import OPERATIONS, READABLE
from ocrlib.data.randaugment import TEXT_POLICY, auto_policy, rand_augment
from ocrlib.data.rec_ops import apply
from ocrlib.errors import DataError


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 90, 3), np.uint8)


def test_the_drawn_operations_are_applied_in_turn(image):
    drawn = np.random.default_rng(5)
    names = [READABLE[i] for i in drawn.integers(len(READABLE), size=3)]
    expected = image
    for name in names:
        expected = apply(name, expected, drawn, 0.7)
    got = rand_augment(image, np.random.default_rng(5), count=3, strength=0.7)
    np.testing.assert_array_equal(got, expected)


def test_nothing_at_strength_zero_or_without_operations(image):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        np.testing.assert_array_equal(rand_augment(image, rng, 4, 0.0), image)
        np.testing.assert_array_equal(auto_policy(image, rng, 0.0), image)
        np.testing.assert_array_equal(rand_augment(image, rng, 0), image)


def test_every_operation_comes_up(image):
    image = np.clip(image, 60, 190)  # autocontrast has something to spread
    only = [rand_augment(image, np.random.default_rng(0), 1, 1.0, [n]) for n in OPERATIONS]
    assert all(r.shape != image.shape or (r != image).any() for r in only)
    with pytest.raises(DataError, match="no operation"):
        rand_augment(image, np.random.default_rng(0), 1, 1.0, [])


def test_what_wipes_a_text_out_is_not_drawn():
    image = np.full((32, 60, 3), 215, np.uint8)
    image[8:24, 10:50:8] = 50
    contrasts = {}
    for name in OPERATIONS:
        changed = apply(name, image, np.random.default_rng(0), 0.7).max(axis=2).astype(int)
        contrasts[name] = np.percentile(changed, 97) - np.percentile(changed, 3)
    assert {name for name, value in contrasts.items() if value < 40} == {"solarize"}
    assert set(OPERATIONS) - set(READABLE) == {"solarize"}


def test_one_row_of_the_policy_is_taken(image):
    policy = [(("brightness", 1.0, 0.4), ("blur", 0.0, 1.0))]
    got = auto_policy(image, np.random.default_rng(1), 0.5, policy)
    rng = np.random.default_rng(1)
    rng.integers(1), rng.random()
    np.testing.assert_array_equal(got, apply("brightness", image, rng, 0.4))
    with pytest.raises(DataError, match="a row"):
        auto_policy(image, np.random.default_rng(1), 0.5, [])


def test_the_policy_holds_probabilities_and_strengths():
    for row in TEXT_POLICY:
        for operation, probability, strength in row:
            assert operation in OPERATIONS
            assert 0 < probability <= 1
            assert 0 < strength <= 1


@pytest.mark.parametrize("function", [rand_augment, auto_policy])
def test_same_seed_same_result_and_input_untouched(function, image):
    before = image.copy()
    results = [function(image, np.random.default_rng(s), strength=1.0) for s in (2, 2, 3, 4)]
    np.testing.assert_array_equal(results[0], results[1])
    assert any(r.shape != results[0].shape or (r != results[0]).any() for r in results[2:])
    np.testing.assert_array_equal(image, before)
