"""DB post-processing: golden vectors, hand-made maps, bad parameters, speed."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yardstick import yardsticks

from ocrlib.data.det_targets import shrink_map
from ocrlib.errors import ImageError, RecipeError
from ocrlib.geometry import polygon_area, polygon_iou
from ocrlib.postprocess.db import DBPostprocess, mean_inside


def rectangles(*boxes: tuple[int, int, int, int, float], size=(160, 240)) -> np.ndarray:
    prob = np.zeros(size, np.float32)
    for x, y, w, h, value in boxes:
        prob[y : y + h, x : x + w] = value
    return prob


def test_golden(golden, deviations):
    table = deviations["dbpost"]
    assert {"border", "poly_slow"} == set(table)
    maps = np.load(golden / "dbpost_maps.npz")
    cases = json.loads((golden / "dbpost_cases.json").read_text())
    assert len(cases) >= 100
    differing_scores = 0
    for case in cases:
        p, (height, width) = case["params"], (case["src_h"], case["src_w"])
        found = DBPostprocess(**p)(maps[case["map"]], (height, width))
        name = f"{case['map']} {p}"
        assert len(found) == len(case["boxes"]), name
        inside = (width - 1, height - 1)  # deviation "border"
        expected = {
            tuple(map(tuple, np.clip(b, 0, inside).tolist())): s
            for b, s in zip(case["boxes"], case["scores"], strict=True)
        }
        for detection in found:
            key = tuple(map(tuple, detection.polygon.astype(int).tolist()))
            assert key in expected, name
            if p["box_type"] == "poly" and p["score_mode"] == "slow":  # deviation "poly_slow"
                differing_scores += abs(detection.score - expected[key]) > 1e-6
            else:
                assert detection.score == pytest.approx(expected[key], abs=1e-6), name
    assert differing_scores >= 4  # or the table has an entry too many


def test_by_hand():
    prob = rectangles((50, 40, 101, 21, 0.8))
    (found,) = DBPostprocess()(prob, (160, 240))
    # The outline runs through middles of pixels: 100 x 20. 2000 * 1.5 / 240 = 12.5 px go outwards,
    # and the clipper rounds; twice the size, twice the coordinates.
    np.testing.assert_allclose(
        found.polygon, [[37, 27], [163, 27], [163, 73], [37, 73]], atol=1, rtol=0
    )
    assert found.score == pytest.approx(0.8)
    assert found.polygon.dtype == np.float32
    (double,) = DBPostprocess()(prob, (320, 480))
    np.testing.assert_allclose(double.polygon, found.polygon * 2, atol=1)
    (exact,) = DBPostprocess(offset_scale=1000)(prob, (1600, 2400))
    np.testing.assert_allclose(
        exact.polygon, [[375, 275], [1625, 275], [1625, 725], [375, 725]], atol=1
    )


def test_threshold_is_exclusive_and_box_threshold_inclusive():
    prob = rectangles((20, 20, 60, 20, 0.5))
    assert DBPostprocess(thresh=0.5, box_thresh=0)(prob, (160, 240)) == []
    assert len(DBPostprocess(thresh=0.499, box_thresh=0.5)(prob, (160, 240))) == 1
    assert DBPostprocess(thresh=0.3, box_thresh=0.501)(prob, (160, 240)) == []


def test_small_regions_are_noise():
    assert DBPostprocess()(rectangles((20, 20, 40, 3, 0.9)), (160, 240)) == []
    assert len(DBPostprocess()(rectangles((20, 20, 40, 4, 0.9)), (160, 240))) == 1
    two = rectangles((20, 20, 40, 9, 0.9), (20, 60, 40, 9, 0.9))
    assert len(DBPostprocess()(two, (160, 240))) == 2
    assert len(DBPostprocess(max_candidates=1)(two, (160, 240))) == 1


def test_dilation_joins_what_a_gap_of_one_pixel_parts():
    prob = rectangles((20, 20, 40, 9, 0.9), (61, 20, 40, 9, 0.9))
    assert len(DBPostprocess()(prob, (160, 240))) == 2
    assert len(DBPostprocess(use_dilation=True)(prob, (160, 240))) == 1


def band() -> np.ndarray:
    """A half ring: text on an arc."""
    prob = np.zeros((160, 240), np.float32)
    cv2.ellipse(prob, (120, 130), (90, 90), 0, 200, 340, 0.9, 16)
    return prob


def test_a_curved_band_is_no_quad_but_a_polygon():
    assert DBPostprocess()(band(), (160, 240)) == []  # half of the rectangle is empty
    (found,) = DBPostprocess(box_type="poly")(band(), (160, 240))
    assert len(found.polygon) > 8
    assert polygon_area(found.polygon) > 0  # clockwise
    (slow,) = DBPostprocess(score_mode="slow")(band(), (160, 240))
    assert slow.score == pytest.approx(0.9, abs=0.01)


def test_score_mode_counts_for_polygons_too():
    prob = band()
    prob[prob > 0] = np.linspace(0.5, 1, int((prob > 0).sum()))
    fast, slow = (
        DBPostprocess(box_type="poly", score_mode=mode, box_thresh=0.1)(prob, (160, 240))[0].score
        for mode in ("fast", "slow")
    )
    assert slow == pytest.approx(prob[prob > 0].mean(), abs=1e-4)
    assert fast != pytest.approx(slow, abs=1e-4)


def test_a_ring_has_no_single_outline():
    prob = rectangles((40, 40, 100, 100, 0.9))
    prob[70:110, 70:110] = 0
    for found in DBPostprocess(box_type="poly", box_thresh=0.1)(prob, (160, 240)):
        assert polygon_area(found.polygon) > 0


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["quad", "poly"]), st.integers(1, 300))
def test_coordinates_are_pixels_of_the_picture(seed, box_type, side):
    rng = np.random.default_rng(seed)
    prob = cv2.GaussianBlur(rng.random((64, 96), dtype=np.float32), (0, 0), 3)
    prob = (prob - prob.min()) / np.ptp(prob)
    found = DBPostprocess(0.5, 0.4, box_type=box_type)(prob, (side, 2 * side))
    for detection in found:
        assert (detection.polygon >= 0).all()
        assert (detection.polygon <= (2 * side - 1, side - 1)).all()
        assert (detection.polygon == np.round(detection.polygon)).all()
        assert polygon_area(detection.polygon) != 0
        assert 0.4 <= detection.score <= 1


@settings(max_examples=40)
@given(st.floats(40, 90), st.floats(10, 30), st.floats(-60, 60))
def test_shrinking_and_growing_return_to_the_text(w, h, degrees):
    """What the targets shrink (ratio 0.4), growing by the matching ratio brings back."""
    quad = cv2.boxPoints(((120, 120), (w, h), degrees))
    prob, _ = shrink_map([quad], [False], (240, 240))
    # d = A (1 - r^2) / P of the text; unclip d' = A' k / P' of the kernel: k that makes d' = d.
    d = w * h * 0.84 / (2 * (w + h))
    ratio = d * 2 * (w - 2 * d + h - 2 * d) / ((w - 2 * d) * (h - 2 * d))
    if min(w, h) - 2 * d < 4:
        return
    (found,) = DBPostprocess(unclip_ratio=ratio)(prob, (240, 240))
    assert polygon_iou(found.polygon, quad) > 0.6


@pytest.mark.parametrize(
    "values",
    [
        {"thresh": 1.5},
        {"thresh": math.nan},
        {"box_thresh": -0.1},
        {"max_candidates": 0},
        {"max_candidates": 2.5},
        {"unclip_ratio": 0},
        {"unclip_ratio": "1.5"},
        {"unclip_ratio": math.inf},
        {"offset_scale": 0},
        {"score_mode": "medium"},
        {"box_type": "circle"},
        {"tresh": 0.3},
    ],
)
def test_bad_parameters(values):
    with pytest.raises(RecipeError, match=next(iter(values))):
        DBPostprocess.from_dict(values)


def test_parameters_survive_a_dictionary():
    post = DBPostprocess(0.2, 0.5, 500, 1.6, True, "slow", "poly", 1000)
    assert DBPostprocess.from_dict(json.loads(json.dumps(post.to_dict()))) == post


def test_bad_maps():
    for shape in [(1, 8, 8), (8,), (0, 8)]:
        with pytest.raises(ImageError, match="probability map"):
            DBPostprocess()(np.zeros(shape, np.float32), (8, 8))
    assert DBPostprocess()(np.ones((1, 1), np.float32), (1, 1)) == []
    assert DBPostprocess()(np.full((32, 32), np.nan, np.float32), (32, 32)) == []


def test_mean_inside_by_hand():
    prob = np.arange(16, dtype=np.float32).reshape(4, 4)  # (4, 4)
    assert mean_inside(prob, np.array([[1, 1], [2, 1], [2, 2], [1, 2]])) == 7.5
    assert mean_inside(prob, np.array([[-9.0, -9], [90, -9], [90, 90], [-9, 90]])) == 7.5


def test_speed():
    prob = np.zeros((640, 640), np.float32)
    for i in range(100):
        x, y = 20 + i % 5 * 122, 10 + i // 5 * 31
        quad = cv2.boxPoints(((x + 45, y + 8), (60 + i % 7 * 6, 9), i % 11 - 5))
        cv2.fillPoly(prob, [quad.astype(np.int32)], 0.9)
    post = DBPostprocess()
    assert len(post(prob, (900, 900))) == 100
    assert yardsticks(lambda: post(prob, (900, 900)), 6) < 6  # about 2.4
