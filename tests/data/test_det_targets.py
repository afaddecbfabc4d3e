"""Shrink and threshold maps: golden vectors, hand-computed values, hopeless polygons."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from yardstick import yardsticks

from ocrlib.data.det_targets import shrink_map, shrink_ratio_at, threshold_map

SIZE = (160, 240)
BOX = np.array([[20, 30], [120, 30], [120, 60], [20, 60]], np.float32)
HOPELESS = {
    "crosses itself": [[20, 20], [80, 60], [80, 20], [20, 60]],
    "a line": [[20, 20], [80, 20], [140, 20], [50, 20]],
    "a point": [[20, 20]] * 4,
    "two corners": [[20, 20], [60, 60]],
    "no corners": np.zeros((0, 2)),
    "not a number": [[20, 20], [80, 20], [math.nan, 60], [20, 60]],
    "infinite": [[20, 20], [80, 20], [math.inf, 60], [20, 60]],
    "astronomic": [[20, 20], [8e30, 20], [80, 60], [20, 60]],
}


def test_golden(golden, deviations):
    table = deviations["det_targets"]
    stored = np.load(golden / "det_targets.npz")
    cases = json.loads((golden / "det_targets.json").read_text())
    assert len(cases) >= 13
    for case in cases:
        name, p = case["case"], case["params"]
        size = case["image_h"], case["image_w"]
        polygons = [np.array(q, np.float32) for q in case["polys"]]
        ratio = p["shrink_ratio"]
        kernels, mask = shrink_map(
            polygons, case["ignore_tags"], size, ratio, min_text_size=p["min_text_size"]
        )
        closeness, reach = threshold_map(
            polygons, case["ignore_tags"], size, ratio, low=p["thresh_min"], high=p["thresh_max"]
        )
        # Up to 13 px at polygon edges differ between versions of OpenCV.
        assert (kernels != stored[f"{name}__shrink_map"]).sum() <= 13, name
        assert (mask != stored[f"{name}__shrink_mask"]).sum() <= 13, name
        assert (reach != stored[f"{name}__threshold_mask"]).sum() <= 13, name
        expected = stored[f"{name}__threshold_map"].copy()
        if name == table["repeated_corner"]["case"]:
            x, y = table["repeated_corner"]["pixel"]
            assert expected[y, x] == pytest.approx(table["repeated_corner"]["reference"])
            expected[y, x] = table["repeated_corner"]["value"]
        np.testing.assert_allclose(closeness, expected, atol=0.03, err_msg=name)


def test_shrink_map_by_hand():
    kernels, mask = shrink_map([BOX], [False], SIZE)
    # 100 x 30: area 3000, perimeter 260; 3000 * (1 - 0.16) / 260 = 9.69 px go on every side.
    ys, xs = np.nonzero(kernels)
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (30, 110, 40, 50)
    assert kernels.sum() == 81 * 11
    assert mask.all()
    assert kernels.dtype == mask.dtype == np.float32


def test_threshold_map_by_hand():
    closeness, mask = threshold_map([BOX], [False], SIZE)
    assert closeness[30, 70] == pytest.approx(0.7)  # on the outline
    reach = 3000 * 0.84 / 260
    assert closeness[33, 70] == pytest.approx(0.7 - 0.4 * 3 / reach, abs=1e-5)
    assert closeness[25, 70] == pytest.approx(0.7 - 0.4 * 5 / reach, abs=1e-5)
    assert closeness[26, 17] == pytest.approx(0.7 - 0.4 * 5 / reach, abs=1e-5)  # 3, 4, 5 triangle
    assert closeness[45, 70] == pytest.approx(0.3)  # the middle is further than the reach
    assert closeness[100, 200] == pytest.approx(0.3)
    assert mask[22, 70] == 1
    assert mask[19, 70] == 0


@given(st.integers(0, 10_000))
def test_threshold_map_is_the_distance_to_the_outline(seed):
    rng = np.random.default_rng(seed)
    rect = (rng.uniform(10, 50, 2), rng.uniform(10, 40, 2), rng.uniform(0, 90))
    quad = cv2.boxPoints(rect)
    closeness, _ = threshold_map([quad], [False], (60, 60))
    shape = shapely.Polygon(quad)
    reach = shape.area * 0.84 / shape.length
    ys, xs = rng.integers(0, 60, (2, 20))
    distances = shapely.distance(shape.exterior, shapely.points(xs, ys))
    expected = 0.7 - 0.4 * np.minimum(distances / reach, 1)
    np.testing.assert_allclose(closeness[ys, xs], expected, atol=1e-4)


def test_maps_of_neighbours_take_the_closest_outline():
    other = BOX + np.array([0, 40], np.float32)
    both, _ = threshold_map([BOX, other], [False, False], SIZE)
    one, _ = threshold_map([BOX], [False], SIZE)
    two, _ = threshold_map([other], [False], SIZE)
    np.testing.assert_array_equal(both, np.maximum(one, two))


def test_ignored_and_small_texts_are_masked():
    small = np.array([[150, 100], [200, 100], [200, 107], [150, 107]], np.float32)
    kernels, mask = shrink_map([BOX, small], [True, False], SIZE)
    assert not kernels.any()
    assert not mask[31:60, 21:120].any()
    assert not mask[101:107, 151:200].any()
    assert mask.sum() == mask.size - 101 * 31 - 51 * 8
    slanted = small @ np.array([[0.8, 0.6], [-0.6, 0.8]])  # 7 px high, its bounding box is not
    kernels, _ = shrink_map([slanted - (60, 60)], [False], SIZE)
    assert not kernels.any()
    assert shrink_map([small], [False], SIZE, min_text_size=5)[0].any()
    closeness, reach = threshold_map([BOX], [True], SIZE)
    assert (closeness == np.float32(0.3)).all()
    assert not reach.any()


@pytest.mark.parametrize("name", HOPELESS)
def test_hopeless_polygons_are_ignored_regions(name):
    polygon = np.array(HOPELESS[name], np.float32)
    kernels, mask = shrink_map([polygon, BOX + 80], [False, False], SIZE)
    alone, _ = shrink_map([BOX + 80], [False], SIZE)
    np.testing.assert_array_equal(kernels, alone)
    if name == "crosses itself":
        assert mask[25, 75] == 0
        assert mask.sum() < mask.size
    closeness, reach = threshold_map([polygon], [False], SIZE)
    assert np.isfinite(closeness).all()
    assert not reach.any()


def test_a_shape_that_would_fall_apart_shrinks_less():
    dumbbell = [[0, 0], [40, 0], [40, 15], [80, 15], [80, 0], [120, 0]]
    dumbbell += [[120, 50], [80, 50], [80, 35], [40, 35], [40, 50], [0, 50]]
    kernels, _ = shrink_map([np.array(dumbbell) + 30], [False], SIZE)
    # Area 4800, perimeter 400: 10.08 px at ratio 0.4 would close the bar of 20 px; 0.8 gives 4.32.
    assert cv2.connectedComponents(kernels.astype(np.uint8))[0] == 2  # background and one piece
    assert kernels[55, 90] == 1


def test_targets_of_a_part_are_the_part_of_the_targets():
    wide = np.array([[20, 30], [220, 50], [217, 80], [17, 60]], np.float32)
    shift = np.array([50, 20], np.float32)
    for make in (shrink_map, threshold_map):
        for whole, part in zip(
            make([wide], [False], (120, 240)), make([wide - shift], [False], (60, 100)), strict=True
        ):
            window = whole[20:80, 50:150]
            # Texts start at whole px; only rounding of the moved outline may show.
            assert np.abs(window - part).max() < 1e-4 or (window != part).mean() < 0.02


def test_speed():
    rng = np.random.default_rng(0)
    polygons = [
        cv2.boxPoints(
            (rng.uniform(40, 600, 2), rng.uniform((40, 12), (160, 30)), rng.uniform(-9, 9))
        )
        for _ in range(50)
    ]

    def both_maps() -> None:
        shrink_map(polygons, [False] * 50, (640, 640))
        threshold_map(polygons, [False] * 50, (640, 640))

    assert yardsticks(both_maps, 5.5) < 5.5  # about 2.7


def test_shrink_ratio_grows_evenly():
    assert shrink_ratio_at(0, 0.4, 0.6) == 0.4
    assert shrink_ratio_at(0.25, 0.4, 0.6) == pytest.approx(0.45)
    assert shrink_ratio_at(1, 0.4, 0.6) == shrink_ratio_at(7, 0.4, 0.6) == pytest.approx(0.6)
    assert shrink_ratio_at(-1, 0.6, 0.4) == 0.6
    assert shrink_ratio_at(0.5, 0.5, 0.5) == 0.5
    for wrong in ((0, 0, 0.5), (0, 0.4, 1), (math.nan, 0.4, 0.6)):
        with pytest.raises(ValueError, match="no shrink ratio"):
            shrink_ratio_at(*wrong)


def test_kernels_grow_with_the_shrink_ratio():
    line = [[10, 10], [110, 10], [110, 40], [10, 40]]
    areas = [
        shrink_map([line], [False], (50, 120), shrink_ratio_at(progress))[0].sum()
        for progress in (0, 0.5, 1)
    ]
    assert areas[0] < areas[1] < areas[2]
