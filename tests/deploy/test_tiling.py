"""Long pictures in windows: the rule, the seams, and what is found on them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.bundle import BUNDLES
from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.labelling import label_pages
from ocrlib.data.synth.phrases import amount, product
from ocrlib.data.synth.warp import Warp
from ocrlib.deploy.pipeline import Pipeline
from ocrlib.deploy.tiling import Tiling, _spans, probability_map
from ocrlib.errors import RecipeError
from ocrlib.explore.specimens import font
from ocrlib.geometry import polygon_iou
from ocrlib.preprocess import DetPreprocess
from ocrlib.types import Detection, TextInstance

MAX, MIN = DetPreprocess(1280), DetPreprocess(736, "min")


@pytest.mark.parametrize(
    ("rule", "size", "canvas"),
    [
        (MAX, (3000, 4000), (960, 1280)),  # a photograph is shrunk as ever
        (MAX, (1000, 3000), (416, 1280)),  # 1.5 times as small as a page of 1000x2000: tolerated
        (MAX, (16, 400), (32, 416)),
        (MAX, (1200, 12000), (640, 6400)),  # as a page of 1200x2400 would be
        (MAX, (5, 5000), (32, 4992)),
        (MIN, (1200, 12000), (1216, 12000)),
        (MIN, (16, 400), (160, 4000)),  # windows do not enlarge: not 736x18400
        (MIN, (5, 5000), (32, 4000)),
    ],
)
def test_only_what_would_become_too_small_gets_a_larger_canvas(rule, size, canvas):
    assert Tiling().canvas_size(rule, *size) == canvas
    assert Tiling().canvas_size(rule, *size[::-1]) == canvas[::-1]


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from([MAX, MIN]))
def test_windows_shrink_less_and_never_enlarge(height: int, width: int, rule: DetPreprocess):
    whole, canvas = rule.target_size(height, width), Tiling().canvas_size(rule, height, width)
    for before, after, side in zip(whole, canvas, (height, width), strict=True):
        assert before <= after <= max(before, side + 31)
        assert after % 32 == 0
    assert Tiling(tolerance=1e9).canvas_size(rule, height, width) == whole
    assert 512 <= Tiling().window_side(rule, height, width) <= 4000


def test_small_print_can_be_asked_for():
    tiling = Tiling(max_shrink=2)
    assert tiling.canvas_size(MAX, 3000, 4000) == (1504, 2016)
    assert tiling.canvas_size(MAX, 700, 1000) == (704, 992)
    for values in ({"aspect": 0.5}, {"tolerance": 0}, {"max_shrink": 0.9}, {"overlap": -1}):
        with pytest.raises(RecipeError, match=next(iter(values))):
            Tiling(**values)


@given(st.integers(1, 300), st.integers(13, 60), st.integers(0, 6))
def test_windows_cover_a_line_once(length: int, side: int, overlap: int):
    length, side, overlap = 32 * length, 32 * side, 32 * overlap
    spans = list(_spans(length, side, overlap, 32))
    assert [first for _, _, first, _ in spans] == [0, *(last for *_, last in spans[:-1])]
    assert spans[-1][3] == length
    for start, end, first, last in spans:
        assert 0 <= start <= first < last <= end <= length
        assert end - start == min(side, length)
        assert start % 32 == 0
        assert first == 0 or first - start >= overlap // 2 - 16
        assert last == length or end - last >= overlap // 2 - 16


@pytest.mark.parametrize("size", [(90, 5000), (5000, 90), (700, 900)])
def test_the_map_is_that_of_the_whole_if_the_network_looks_at_single_pixels(size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    shapes = []

    def network(array: np.ndarray) -> np.ndarray:
        shapes.append(array.shape[1:])
        return array.mean(0)

    tiling = Tiling(max_shrink=1)
    found = probability_map(image, DetPreprocess(640), network, tiling)
    assert len(shapes) > 1
    assert max(map(max, shapes)) <= 640  # memory depends on the window
    whole = probability_map(image, DetPreprocess(9000, max_side=9000), network, None)
    np.testing.assert_array_equal(found, whole)


def test_a_long_page_is_read_across_the_seams(tiny_bundles):
    lines = {(40, y): "rgb" if y % 80 else "bbr" for y in range(20, 6000, 40)}
    page = tiny_bundles.page(lines, (6040, 200))
    reader = Pipeline(tiny_bundles.det, tiny_bundles.rec)
    result = reader(page)
    assert result.text.split("\n") == list(lines.values())
    for line, (x, y) in zip(result.lines, lines, strict=True):
        np.testing.assert_allclose(line.polygon[0], (x, y), atol=4)
    # One piece: letters of 2 px.
    shrunk = Pipeline(tiny_bundles.det, tiny_bundles.rec, tiling=None)(page)
    assert len(shrunk.lines) < len(lines)


def test_a_line_that_is_longer_than_a_window_stays_whole(tiny_bundles):
    page = np.full((60, 5000, 3), 255, np.uint8)
    page[20:44, 30:4970] = (255, 0, 0)
    (found,) = Pipeline(tiny_bundles.det, tiny_bundles.rec).detect(page)
    assert np.ptp(found.polygon[:, 0]) > 4900


def receipt(height: int, width: int) -> tuple[np.ndarray, tuple[TextInstance, ...]]:
    """Goods and prices, all the way down."""
    rng = np.random.default_rng(5)
    face = get_face(font(), 30)
    canvas = Canvas(height, width, (246, 244, 238))
    for y in range(90, height - 20, 60):
        canvas.write(60, y, product(rng)[:34], face, (35, 35, 40))
        canvas.write(width - 60, y, f"RM {amount(rng)}", face, (35, 35, 40), align="right")
    image = canvas.pixels()
    return image, label_pages([(canvas.lines(), Warp(np.eye(3)))], image)[0]


def found_by(detections: list[Detection], label: TextInstance, least: float = 0.5) -> int:
    """How many boxes share more than a part of their union with a label."""
    low, high = label.polygon.min(0), label.polygon.max(0)
    near = [
        d.polygon
        for d in detections
        if (d.polygon.min(0) < high).all() and (d.polygon.max(0) > low).all()
    ]
    return sum(polygon_iou(polygon, label.polygon) > least for polygon in near)


def check_against_pieces(
    image: np.ndarray, labels: tuple[TextInstance, ...], cuts: range, axis: int
) -> None:
    """Whole, a picture must show what its pieces show; these are cut between the lines.

    They are as large as lets both be shrunk equally.
    """
    reader = Pipeline("det-lite", "rec-lite-en", tiling=None)
    shift = np.array([0, 1] if axis == 0 else [1, 0], np.float32)
    pieces: list[Detection] = []
    for first, last in itertools.pairwise(cuts):
        part = image[first:last] if axis == 0 else image[:, first:last]
        for d in reader.detect(np.ascontiguousarray(part)):
            pieces.append(Detection(d.polygon + first * shift, d.score))
    whole = Pipeline("det-lite", "rec-lite-en").detect(image)
    # What hardly counts as found in a piece may be a pixel larger without the piece's border.
    counts = [(found_by(pieces, label, 0.6), found_by(whole, label)) for label in labels]
    assert np.mean([in_pieces > 0 for in_pieces, _ in counts]) > 0.8  # else it proves nothing
    assert [label.text for label, (a, b) in zip(labels, counts, strict=True) if a and not b] == []
    assert max(b for _, b in counts) == 1
    for i, one in enumerate(whole):
        for other in whole[:i]:
            assert polygon_iou(one.polygon, other.polygon) < 0.5
    assert len(whole) <= len(pieces) * 1.02


SHIPPED = (BUNDLES / "det-lite" / "bundle.json").exists()


@pytest.mark.slow
@pytest.mark.skipif(not SHIPPED, reason="the shipped bundle is not in this checkout")
def test_a_receipt_of_1200x12000_px_loses_and_doubles_nothing():
    image, labels = receipt(12_000, 1200)
    assert len(labels) > 390
    check_against_pieces(image, labels, range(0, 12_001, 2400), 0)


@pytest.mark.slow
@pytest.mark.skipif(not SHIPPED, reason="the shipped bundle is not in this checkout")
def test_a_panorama_loses_and_doubles_nothing():
    columns = [receipt(608, 1216) for _ in range(6)]
    image = np.concatenate([picture for picture, _ in columns], axis=1)
    labels = tuple(
        TextInstance(label.polygon + np.float32([1216 * i, 0]), label.text)
        for i, (_, part) in enumerate(columns)
        for label in part
    )
    check_against_pieces(image, labels, range(0, 6 * 1216 + 1, 1216), 1)
