"""Kernels by hand: how large they are, how they grow, who gets a contested pixel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.explore.families import kernels
from ocrlib.explore.families.boxes import corners
from ocrlib.geometry import polygon_iou

SIZE = (120, 240)


def box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return corners([[x, y, x + width, y + height]])[0]


def test_kernels_lie_in_each_other_and_have_the_sizes_of_the_formula() -> None:
    maps = kernels.kernel_maps([box(20, 30, 150, 40)], [False], SIZE)
    assert maps.shape == (6, *SIZE)
    for inner, outer in itertools.pairwise(maps):
        assert (inner <= outer).all()
        assert inner.sum() < outer.sum()
    reach = 150 * 40 / 380
    for painted, scale in zip(maps, np.linspace(0.5, 1, 6), strict=True):
        rows = np.flatnonzero(painted.any(axis=1))
        inset = reach * (1 - scale**2)
        assert rows.min() == pytest.approx(30 + inset, abs=1)
        assert rows.max() == pytest.approx(70 - inset, abs=1)


def test_growing_by_hand() -> None:
    labels = np.array([[1, 0, 0, 0, 2], [0, 0, 0, 0, 0]], np.int32)
    allowed = np.array([[1, 1, 1, 1, 1], [0, 1, 0, 0, 0]], np.uint8)
    once = kernels.grow_once(labels, allowed)
    assert once.tolist() == [[1, 1, 0, 2, 2], [0, 0, 0, 0, 0]]
    twice = kernels.grow_once(once, allowed)
    assert twice.tolist() == [[1, 1, 1, 2, 2], [0, 1, 0, 0, 0]]  # asked first, served first
    assert labels.sum() == 3  # the input is left alone


def test_texts_that_touch_stay_apart() -> None:
    texts = [box(20, 20, 150, 24), box(20, 43, 150, 24)]
    assert len(kernels.find_with_mask(texts, [False] * 2, SIZE)) == 1
    found = kernels.find_with_kernels(texts, [False] * 2, SIZE)
    assert len(found) == 2
    for text in texts:
        assert max(polygon_iou(text, f.polygon) for f in found) > 0.9


def test_texts_that_cross_do_not() -> None:
    texts = [box(20, 50, 200, 24), box(100, 10, 30, 100)]
    assert len(kernels.find_with_kernels(texts, [False] * 2, SIZE)) == 1


def test_coarse_maps_lose_low_texts() -> None:
    low = box(20, 20, 150, 9)
    assert len(kernels.find_with_kernels([low], [False], SIZE)) == 1
    fine, coarse = (
        int(kernels.kernel_maps([low], [False], SIZE, stride=s)[0].any(axis=1).sum())
        for s in (1, 4)
    )
    assert coarse <= 1 < fine


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_growing_keeps_what_it_has_and_fills_what_it_reaches(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    maps = np.sort(rng.random((count, 12, 16)) < 0.5, axis=0).astype(np.uint8)  # nested
    steps = list(kernels.expand(maps))
    assert len(steps) == count
    for before, after in itertools.pairwise(steps):
        assert np.array_equal(before[before > 0], after[before > 0])
    for labels, allowed in zip(steps, maps, strict=True):
        assert not labels[allowed == 0].any()
        # No free pixel is left beside a region.
        assert np.array_equal(kernels.grow_once(labels, allowed), labels)


def test_outlines_are_in_px_of_the_page_and_noise_is_dropped() -> None:
    labels = np.zeros((20, 30), np.int32)
    labels[5:11, 4:25] = 1
    labels[15, 2] = 2
    (found,) = kernels.outlines(labels, stride=4)
    assert found.polygon.min(axis=0).tolist() == [16, 20]
    assert found.polygon.max(axis=0).tolist() == [96, 40]
    assert kernels.outlines(np.zeros((4, 4), np.int32)) == []


def test_colours_differ_and_background_is_clear() -> None:
    labels = np.arange(6, dtype=np.int32).reshape(2, 3)
    found = kernels.painted(labels)
    assert found.shape == (2, 3, 4)
    assert found[0, 0].tolist() == [0, 0, 0, 0]
    colours = {tuple(c) for c in found.reshape(-1, 4)[1:].tolist()}
    assert len(colours) == 5
