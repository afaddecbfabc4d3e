"""TIA: handles go where they are told, nothing happens at strength 0, and it is fast."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yardstick import yardsticks

from ocrlib.data.tia import distort, edge_points, mls, perspective, pixel_map, stretch, tia, warp
from ocrlib.errors import DataError

MOVES = {"distort": distort, "stretch": stretch, "perspective": perspective, "tia": tia}
RIGID = pytest.mark.parametrize("rigid", [False, True])


def crop(height: int = 32, width: int = 100) -> np.ndarray:
    image = np.full((height, width, 3), (225, 220, 205), np.uint8)
    margin = height // 4
    for x in range(margin, width - 2 * margin, 2 * margin):
        image[margin : height - margin, x : x + margin] = (30, 25, 60)
    return image


@RIGID
@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_handles_go_exactly_where_they_are_told(rigid, seed, count):
    rng = np.random.default_rng(seed)
    handles = rng.uniform(0, 100, (count, 2))
    moved = handles + rng.uniform(-20, 20, (count, 2))
    np.testing.assert_allclose(mls(handles, handles, moved, rigid), moved, atol=1e-6)


@RIGID
def test_a_similarity_of_the_handles_is_one_of_all_points(rigid):
    rng = np.random.default_rng(1)
    handles, points = rng.uniform(0, 50, (5, 2)), rng.uniform(-20, 80, (7, 3, 2))
    zoom = 1.0 if rigid else 1.7
    turn = zoom * np.array([[math.cos(0.4), -math.sin(0.4)], [math.sin(0.4), math.cos(0.4)]])
    expected = points @ turn.T + (3, -8)
    got = mls(points, handles, handles @ turn.T + (3, -8), rigid)
    np.testing.assert_allclose(got, expected, atol=1e-8)


def test_rigid_keeps_lengths_nearby():
    handles = np.array([[0.0, 0], [10, 0]])
    points = np.array([[5.0, 3], [5.0, 3.001]])
    pulled = handles * 2
    near = np.linalg.norm(np.diff(mls(points, handles, pulled, rigid=True), axis=0))
    assert near == pytest.approx(0.001, rel=1e-3)
    assert np.linalg.norm(np.diff(mls(points, handles, pulled), axis=0)) > 0.0015


def test_two_handles_by_hand():
    # Twice as far apart: everything is twice as large about their middle.
    handles, moved = np.array([[0.0, 0], [2, 0]]), np.array([[-1.0, 0], [3, 0]])
    np.testing.assert_allclose(mls(np.array([1.0, 1.0]), handles, moved), [1, 2], atol=1e-9)


def test_handles_without_a_place_are_refused():
    with pytest.raises(DataError, match="two handles"):
        mls(np.zeros((4, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(DataError, match="two handles"):
        mls(np.zeros((4, 2)), np.zeros((3, 2)), np.zeros((2, 2)))
    with pytest.raises(DataError, match="a segment"):
        edge_points(32, 100, 0)


def test_edge_points_by_hand():
    assert edge_points(33, 101, 2).tolist() == [
        *([0, 0], [50, 0], [100, 0]),
        *([0, 32], [50, 32], [100, 32]),
    ]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_a_mark_on_a_handle_travels_with_it(seed):
    rng = np.random.default_rng(seed)
    handles = np.array([[30, 30], [85, 25], [35, 70], [90, 72]], float)
    moved = handles + rng.integers(-8, 9, (4, 2))
    image = np.zeros((100, 120, 3), np.uint8)
    for x, y in handles.astype(int):
        cv2.circle(image, (int(x), int(y)), 4, (255, 255, 255), -1)
    warped = warp(image, handles, moved)[:, :, 0].astype(float)
    for x, y in moved.astype(int):
        ys, xs = np.mgrid[y - 8 : y + 9, x - 8 : x + 9]
        weight = warped[y - 8 : y + 9, x - 8 : x + 9]
        assert warped[y, x] > 200
        assert abs((weight * xs).sum() / weight.sum() - x) < 1
        assert abs((weight * ys).sum() / weight.sum() - y) < 1


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from([(32, 100), (48, 61), (20, 300)]))
def test_the_coarse_lattice_is_fine_enough(seed, size):
    height, width = size
    rng = np.random.default_rng(seed)
    handles = edge_points(height, width, 4)
    moved = handles + rng.uniform(-1, 1, handles.shape) * min(height, width / 4) / 3
    pixels = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    exact = mls(pixels.astype(float), moved, handles)
    got = pixel_map(height, width, handles, moved).transpose(1, 2, 0)
    error = np.linalg.norm(got - exact, axis=2)
    assert error.max() < 1.0  # beside a handle, at full strength
    assert error.mean() < 0.04


@pytest.mark.parametrize("name", MOVES)
def test_strength_zero_changes_nothing(name):
    image = np.random.default_rng(0).integers(0, 256, (32, 100, 3), np.uint8)
    for seed in range(5):
        result = MOVES[name](image, np.random.default_rng(seed), strength=0.0)
        np.testing.assert_array_equal(result, image)


@pytest.mark.parametrize("name", MOVES)
def test_same_seed_same_result_and_input_untouched(name):
    image = crop()
    results = [MOVES[name](image, np.random.default_rng(s), strength=1.0) for s in (3, 3, 4)]
    np.testing.assert_array_equal(results[0], results[1])
    assert (results[0] != results[2]).any()
    np.testing.assert_array_equal(image, crop())


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 2), (3, 200), (200, 3), (32, 1500)])
def test_any_size_of_crop(name, size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for seed in range(3):
        result = MOVES[name](image, np.random.default_rng(seed), strength=1.0)
        assert result.dtype == np.uint8
        assert result.shape == image.shape


@settings(max_examples=25)
@given(st.integers(0, 100_000), st.sampled_from(sorted(MOVES)), st.integers(1, 6))
def test_ink_stays_in_the_picture(seed, name, segments):
    image = crop()
    rng = np.random.default_rng(seed)
    keys = {} if name == "perspective" else {"segments": segments}
    warped = MOVES[name](image, rng, strength=1.0, **keys)
    bars, blank = (225 - image[:, :, 0].astype(int)).sum(), 12 * 100
    left = (225 - warped[:, :, 0].astype(int)).sum()
    assert 0.3 * bars < left < 1.5 * bars + blank
    columns = (warped[:, :, 0] < 128).any(axis=0)
    # As many separate bars as before: none is lost, none merged with another.
    count = int((np.diff(columns.astype(int)) == 1).sum() + columns[0])
    assert count == 5 or name in ("distort", "tia", "perspective")


def test_stretching_moves_columns_only():
    image = np.repeat(np.arange(32, dtype=np.uint8)[:, None] * 8, 100, axis=1)
    image = np.repeat(image[:, :, None], 3, axis=2)  # every row has one grey level
    warped = stretch(image, np.random.default_rng(2), strength=1.0).astype(int)
    assert np.abs(warped - image).mean() < 2
    assert (stretch(crop(), np.random.default_rng(2), strength=1.0) != crop()).any()


def test_speed():
    image = crop()
    rng = np.random.default_rng(0)

    def twenty_crops() -> None:
        for _ in range(20):
            tia(image, rng)

    # About 2: 2,500 crops/s where a yardstick takes 4 ms.
    assert yardsticks(twenty_crops, 5.5) < 5.5
