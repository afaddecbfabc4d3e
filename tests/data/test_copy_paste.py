"""Pasted texts: outlines are exact, nothing is covered, only texts change the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.data.copy_paste import copy_paste
from ocrlib.geometry import polygon_area, polygon_perimeter
from ocrlib.types import DetSample, TextInstance

seeds = st.integers(0, 100_000)


def polygons(rng: np.random.Generator, count: int, size: tuple[int, int]) -> list[np.ndarray]:
    """Turned boxes and wavy bands anywhere in a picture, also over each other."""
    found = []
    for _ in range(count):
        w, h = rng.uniform(24, 80), rng.uniform(10, 20)
        k = int(rng.integers(2, 6))
        x = np.linspace(0, w, k)
        bend = rng.uniform(-8, 8) * np.sin(np.pi * x / w)
        p = np.r_[np.c_[x, bend], np.c_[x[::-1], bend[::-1] + h]]
        a = rng.uniform(-0.6, 0.6)
        p = p @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        p -= p.min(axis=0)
        p += rng.uniform(0, 1, 2) * (np.array(size[::-1]) - p.max(axis=0))
        found.append(p.astype(np.float32))
    return found


def page(outlines: list[np.ndarray], size: tuple[int, int], colours: np.ndarray) -> DetSample:
    """Filled polygons on black, drawn smoothly."""
    large = np.zeros((size[0] * 4, size[1] * 4, 3), np.uint8)
    for p, colour in zip(outlines, colours, strict=True):
        corners = np.round((p * 4 - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(large, [corners], colour.tolist(), shift=4)
    image = cv2.resize(large, size[::-1], interpolation=cv2.INTER_AREA)
    instances = tuple(TextInstance(p, f"text {i}") for i, p in enumerate(outlines))
    return DetSample(image, instances, "test")


def inside(p: np.ndarray, size: tuple[int, int], margin: float) -> np.ndarray:
    """Pixels whose middle lies in the polygon, widened by a margin in px (or narrowed)."""
    ys, xs = np.mgrid[: size[0], : size[1]] + 0.5
    area = shapely.Polygon(p).buffer(margin)
    return shapely.contains_xy(area, xs.ravel(), ys.ravel()).reshape(size)


@settings(max_examples=40)
@given(seeds)
def test_pasted_texts_lie_exactly_in_their_polygons(seed):
    rng = np.random.default_rng(seed)
    old = polygons(rng, 3, (160, 240))
    before = page(old, (160, 240), np.full((3, 3), 90))
    # One text per page, so that none is painted over; its colour tells which one it is.
    colours = rng.permutation([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]])
    others = [page(polygons(rng, 1, (200, 300)), (200, 300), colour[None]) for colour in colours]
    texts = {
        tuple(c): page_.instances[0].polygon
        for c, page_ in zip(colours.tolist(), others, strict=True)
    }
    after = copy_paste(before, others, rng, mirror=0.5)
    assert after.instances[:3] == before.instances
    changed = (after.image != before.image).any(axis=2)
    for instance in after.instances[3:]:
        core, around = (inside(instance.polygon, (160, 240), m) for m in (-2.5, 2))
        if core.any():
            (colour,) = np.unique(after.image[core], axis=0)
            source = texts[tuple(colour.tolist())]
            ratio = polygon_area(instance.polygon) / polygon_area(source)
            assert 0.7 * 0.7 * 0.8**2 * 0.9 < ratio < 1.4 * 1.4 * 0.8**2 * 1.1
            # Sides are rounded to whole px, so shapes are kept but for that.
            lengths = polygon_perimeter(instance.polygon) / polygon_perimeter(source)
            assert lengths == pytest.approx(np.sqrt(ratio), rel=0.05)
        changed &= ~around
    assert not changed.any()


@settings(max_examples=40)
@given(seeds)
def test_nothing_is_covered(seed):
    rng = np.random.default_rng(seed)
    size = (160, 240)
    before = page(polygons(rng, 4, size), size, np.full((4, 3), 90))
    hidden = TextInstance(before.instances[0].polygon, "###", ignore=True)
    before = DetSample(before.image, (hidden, *before.instances[1:]), "test")
    other = page(polygons(rng, 12, size), size, rng.integers(100, 255, (12, 3)))
    after = copy_paste(before, [other], rng, most=12, gap=2)
    new = [shapely.Polygon(i.polygon) for i in after.instances[4:]]
    everything = [shapely.Polygon(i.polygon) for i in after.instances]
    for number, outline in enumerate(new, start=4):
        assert all(outline.distance(x) > 2 for i, x in enumerate(everything) if i != number)
        x0, y0, x1, y1 = outline.bounds
        assert x0 >= -1e-3
        assert y0 >= -1e-3
        assert x1 <= 240 + 1e-3
        assert y1 <= 160 + 1e-3
    for instance in before.instances:
        shown = inside(instance.polygon, size, 0)
        np.testing.assert_array_equal(after.image[shown], before.image[shown])


def test_how_many_are_pasted_is_left_to_chance():
    rng = np.random.default_rng(3)
    empty = DetSample(np.zeros((600, 600, 3), np.uint8), (), "empty")
    other = page(polygons(rng, 5, (300, 300)), (300, 300), rng.integers(100, 255, (5, 3)))
    counts, texts = set(), set()
    for seed in range(40):
        after = copy_paste(empty, [other], np.random.default_rng(seed), most=4)
        counts.add(len(after.instances))
        texts |= {i.text for i in after.instances}
        assert len({i.text for i in after.instances}) == len(after.instances)  # none twice
    assert counts == {1, 2, 3, 4}
    assert texts == {f"text {i}" for i in range(5)}


def test_same_seed_same_page_and_input_untouched():
    rng = np.random.default_rng(0)
    before = page(polygons(rng, 2, (160, 240)), (160, 240), np.full((2, 3), 90))
    other = page(polygons(rng, 5, (160, 240)), (160, 240), np.full((5, 3), 200))
    copies = before.image.copy(), other.image.copy()
    first, second = (copy_paste(before, [other], np.random.default_rng(4)) for _ in range(2))
    assert len(first.instances) > 2
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(before.image, copies[0])
    np.testing.assert_array_equal(other.image, copies[1])


def test_a_page_twice_as_large_gives_texts_half_as_large():
    box = np.array([[20, 20], [120, 20], [120, 60], [20, 60]], np.float32)
    other = page([box], (400, 400), np.array([[255, 0, 0]]))
    small = DetSample(np.zeros((200, 200, 3), np.uint8), (), "empty")
    (pasted,) = copy_paste(small, [other], np.random.default_rng(0), zoom=(1, 1)).instances
    assert np.ptp(pasted.polygon, axis=0).tolist() == [50, 20]
    assert pasted.text == "text 0"


def test_a_mirrored_text_is_mirrored():
    triangle = np.array([[10, 10], [60, 10], [10, 40], [10, 25]], np.float32)
    other = page([triangle], (80, 80), np.array([[255, 0, 0]]))
    empty = DetSample(np.zeros((80, 80, 3), np.uint8), (), "empty")
    rng = np.random.default_rng(0)
    (one,) = copy_paste(empty, [other], rng, zoom=(1, 1), mirror=1).instances
    right = one.polygon[:, 0] == one.polygon[:, 0].max()
    assert right.sum() == 3
    (same,) = copy_paste(empty, [other], rng, zoom=(1, 1), mirror=0).instances
    assert (same.polygon[:, 0] == same.polygon[:, 0].min()).sum() == 3


def test_what_is_never_taken():
    image = np.full((100, 100, 3), 200, np.uint8)
    box = np.array([[10, 10], [50, 10], [50, 30], [10, 30]], np.float32)
    refused = (
        TextInstance(box, "###", ignore=True),
        TextInstance(box[[0, 2, 1, 3]], "crossing itself"),
        TextInstance(box - 20, "jutting out"),
    )
    empty = DetSample(np.zeros((100, 100, 3), np.uint8), (), "empty")
    rng = np.random.default_rng(0)
    assert copy_paste(empty, [DetSample(image, refused, "x")], rng) is empty
    assert copy_paste(empty, [], rng) is empty


def test_no_place_no_text():
    full = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], np.float32)
    before = DetSample(np.zeros((100, 100, 3), np.uint8), (TextInstance(full, "x"),), "full")
    other = page([full[:4] * 0.5], (100, 100), np.array([[255, 0, 0]]))
    after = copy_paste(before, [other], np.random.default_rng(0))
    assert after.instances == before.instances
    np.testing.assert_array_equal(after.image, before.image)
    huge = page([full * 3], (301, 301), np.array([[255, 0, 0]]))
    empty = DetSample(np.zeros((50, 301, 3), np.uint8), (), "empty")
    assert copy_paste(empty, [huge], np.random.default_rng(0)).instances == ()
