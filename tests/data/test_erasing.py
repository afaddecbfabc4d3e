from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.erasing import cut_out, grid_mask, hide_and_seek, random_erasing

NOTHING = {
    cut_out: {"side": 0.0},
    random_erasing: {"area": 0.0},
    hide_and_seek: {"probability": 0.0},
    grid_mask: {"hidden": 0.0},
}
EVERY = pytest.mark.parametrize("function", NOTHING, ids=lambda f: f.__name__)


@pytest.fixture
def image() -> np.ndarray:
    """Two levels that are not the mean, so that whatever is hidden shows."""
    image = np.full((40, 120, 3), 250, np.uint8)
    image[:, ::2] = 10
    return image


def hidden(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(axis=2)


@EVERY
def test_nothing_hidden_when_nothing_is_asked_for(function, image):
    for seed in range(5):
        result = function(image, np.random.default_rng(seed), **NOTHING[function])
        np.testing.assert_array_equal(result, image)


@EVERY
def test_same_seed_same_result_and_input_untouched(function, image):
    before = image.copy()
    results = [function(image, np.random.default_rng(s)) for s in (1, 1, 2, 3)]
    np.testing.assert_array_equal(results[0], results[1])
    assert any((r != results[0]).any() for r in results[2:])
    np.testing.assert_array_equal(image, before)


@EVERY
@pytest.mark.parametrize("size", [(1, 1), (2, 70), (70, 2), (33, 500)])
def test_any_size_of_crop(function, size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for seed in range(10):
        result = function(image, np.random.default_rng(seed))
        assert (result.shape, result.dtype) == (image.shape, np.uint8)


def test_cut_out_hides_one_square_in_the_mean_colour(image):
    sizes = []
    for seed in range(40):
        result = cut_out(image, np.random.default_rng(seed), side=0.5)
        mask = hidden(image, result)
        assert (result[mask] == 130).all()
        ys, xs = np.nonzero(mask)
        box = (np.ptp(ys) + 1, np.ptp(xs) + 1)
        assert mask.sum() == box[0] * box[1]
        assert max(box) <= 20
        sizes.append(box)
    assert (20, 20) in sizes


def test_erasing_hides_a_rectangle_of_the_stated_size(image):
    for seed in range(40):
        mask = hidden(image, random_erasing(image, np.random.default_rng(seed), area=0.25))
        ys, xs = np.nonzero(mask)
        tall, wide = np.ptp(ys) + 1, np.ptp(xs) + 1
        # Noise may by chance equal what was there, so boxes are compared.
        assert 0.2 * 0.25 * 1600 * 0.8 <= tall * wide <= 0.25 * 1600 * 1.2
        assert 0.25 < tall / wide < 4


def test_hide_and_seek_hides_whole_cells(image):
    mask = hidden(image, hide_and_seek(image, np.random.default_rng(0), 0.4, cell=0.25))
    cells = mask.reshape(4, 10, 12, 10).mean(axis=(1, 3))  # 10 px each
    assert set(np.unique(cells)) == {0.0, 1.0}
    assert 0.2 < cells.mean() < 0.6
    whole = hide_and_seek(image, np.random.default_rng(0), 1.0)
    assert hidden(image, whole).all()


def test_grid_mask_hides_its_share(image):
    shares = []
    for seed in range(20):
        mask = hidden(image, grid_mask(image, np.random.default_rng(seed), 0.5, period=0.5))
        shares.append(mask.mean())
        rows = mask.any(axis=1)
        assert rows.sum() == 20  # half of every period of 20 px
    assert np.mean(shares) == pytest.approx(0.25, abs=0.01)
