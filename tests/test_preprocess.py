from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.errors import RecipeError
from ocrlib.preprocess import DetPreprocess, RecPreprocess, resize

sides = st.integers(1, 60_000)


@pytest.mark.parametrize(
    ("limit_type", "limit", "size", "expected"),
    [
        ("max", 960, (1400, 700), (960, 480)),
        ("max", 960, (300, 200), (288, 192)),  # never enlarged; 300 is nearer to 288 than to 320
        ("max", 960, (1, 1), (32, 32)),
        ("max", 960, (5, 5000), (32, 960)),
        ("max", 2000, (1008, 1040), (1024, 1056)),  # halves go up, both of them
        ("min", 736, (16, 400), (160, 4000)),  # not 736 x 18400
        ("min", 736, (368, 500), (736, 992)),
        ("min", 736, (800, 900), (800, 896)),
        ("min", 736, (9000, 9000), (4000, 4000)),
    ],
)
def test_target_size(limit_type: str, limit: int, size: tuple, expected: tuple):
    assert DetPreprocess(limit, limit_type).target_size(*size) == expected


@given(sides, sides, st.sampled_from(["max", "min"]), st.sampled_from([320, 736, 960]))
def test_target_size_is_a_positive_multiple_and_bounded(h: int, w: int, kind: str, limit: int):
    rule = DetPreprocess(limit, kind)
    for side in rule.target_size(h, w):
        assert side % 32 == 0
        assert 32 <= side <= (limit if kind == "max" else 4000)


def test_det_values_are_normalised_per_channel():
    image = np.zeros((64, 32, 3), np.uint8)
    image[..., 0] = 255
    out = DetPreprocess()(image)
    assert out.dtype == np.float32
    assert out.shape == (3, 64, 32)
    expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    np.testing.assert_allclose(out[:, 5, 5], expected, rtol=1e-6)
    np.testing.assert_array_equal(out, DetPreprocess().normalise(image))


@pytest.mark.parametrize(
    ("width", "padded"),
    [
        *((1, 32), (32, 32), (33, 64), (256, 256), (257, 320), (512, 512), (513, 640)),
        *((1024, 1024), (1025, 1280), (1500, 1536), (99_999, 1536)),
    ],
)
def test_padded_width_ladder(width: int, padded: int):
    assert RecPreprocess().padded_width(32, width) == padded


@given(st.integers(1, 500), st.integers(1, 5000))
def test_content_always_fits_into_the_padded_width(h: int, w: int):
    rule = RecPreprocess()
    assert 1 <= rule.content_width(h, w) <= rule.padded_width(h, w) <= 1536


@settings(max_examples=30)
@given(st.integers(1, 80), st.integers(1, 400))
def test_rec_output(h: int, w: int):
    rule = RecPreprocess()
    out = rule(np.full((h, w, 3), 255, np.uint8))
    content = rule.content_width(h, w)
    assert out.shape == (3, 32, rule.padded_width(h, w))
    np.testing.assert_allclose(out[:, :, :content], 1, atol=1e-6)
    assert (out[:, :, content:] == 0).all()


def test_rec_values_run_from_minus_one_to_one():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 32, 0).repeat(3, 2)
    out = RecPreprocess()(ramp)
    np.testing.assert_allclose(out[0, 0], (np.arange(256) / 255 - 0.5) / 0.5, atol=1e-6)


def test_long_lines_are_squeezed_to_the_limit():
    out = RecPreprocess(max_width=256)(np.full((32, 5000, 3), 255, np.uint8))
    assert out.shape == (3, 32, 256)
    assert (out > 0.99).all()


@pytest.mark.parametrize(
    ("fit", "content", "padded"),
    [
        ("ladder", (40, 320), (64, 320)),
        ("pad", (40, 320), (320, 320)),
        ("stretch", (320, 320), (320, 320)),
    ],
)
def test_three_ways_to_a_width(fit: str, content: tuple, padded: tuple):
    rule = RecPreprocess(32, 320, fit)
    shapes = ((64, 80), (16, 4000))
    assert tuple(rule.content_width(*shape) for shape in shapes) == content
    assert tuple(rule.padded_width(*shape) for shape in shapes) == padded
    out = rule(np.full((64, 80, 3), 255, np.uint8))
    assert out.shape == (3, 32, padded[0])
    assert (out[:, :, : content[0]] > 0.99).all()
    assert (out[:, :, content[0] :] == 0).all()


def test_one_width_as_the_reference_makes_it(golden: Path):
    fits = {"resize_norm_img": "pad", "resize_norm_img_nopad": "stretch"}
    cases = json.loads((golden / "rec_resize.json").read_text(encoding="utf-8"))
    cases = [case for case in cases if case["fn"] in fits]
    assert {case["fn"] for case in cases} == set(fits)
    for case in cases:
        _, height, width = case["image_shape"]
        rule = RecPreprocess(height, width, fits[case["fn"]])
        assert rule.content_width(*case["in_hw"]) == case["content_width"], case
        assert [3, height, rule.padded_width(*case["in_hw"])] == case["out_shape"], case


def test_shrinking_keeps_thin_strokes():
    page = np.full((400, 400, 3), 255, np.uint8)
    page[:, 201] = 0
    assert resize(page, (100, 100)).min() < 220  # nearest or plain linear sampling may lose it
    assert resize(page, (400, 400)) is page


@pytest.mark.parametrize(
    "rule",
    [DetPreprocess(736, "min"), RecPreprocess(48, 640), RecPreprocess(32, 100, "stretch")],
    ids=["det", "rec", "rec of one width"],
)
def test_dict_round_trip_through_json(rule: DetPreprocess | RecPreprocess):
    assert type(rule).from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


@pytest.mark.parametrize(
    ("cls", "values", "problem"),
    [
        (DetPreprocess, {"limit_side": 0}, "limit_side must be a whole number"),
        (DetPreprocess, {"limit_side": -960}, "limit_side"),
        (DetPreprocess, {"multiple": 31.5}, "multiple"),
        (DetPreprocess, {"limit_type": "long"}, "'max' or 'min'"),
        (DetPreprocess, {"mean": [0.5, 0.5]}, "mean must be three numbers"),
        (DetPreprocess, {"mean": ["a", "b", "c"]}, "mean must be three numbers"),
        (DetPreprocess, {"std": [0.5, 0.5, 0]}, "std must be positive"),
        (DetPreprocess, {"limit": 960}, "unknown key"),
        (RecPreprocess, {"height": True}, "height"),
        (RecPreprocess, {"max_width": -1}, "max_width"),
        (RecPreprocess, {"widht": 320}, "unknown key"),
        (RecPreprocess, {"fit": "crop"}, "'ladder', 'pad' or 'stretch'"),
    ],
)
def test_impossible_rules_are_refused(cls: type, values: dict, problem: str):
    with pytest.raises(RecipeError, match=problem):
        cls.from_dict(values)
