"""The lab in Python, and its JavaScript against the library: the same boxes, the same figures."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import shapely
from traitlets import TraitError

from ocrlib.deploy.pipeline import Pipeline
from ocrlib.errors import ImageError
from ocrlib.explore.lab_pictures import lab_pictures
from ocrlib.explore.widgets import postprocess_lab
from ocrlib.explore.widgets.postprocess_lab import (
    LabPicture,
    PostprocessLab,
    decode,
    look_at,
    quantise,
    shrink,
)
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import TextInstance

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BUNDLE = Path(postprocess_lab.__file__).with_suffix(".js").read_text(encoding="utf-8")
RUN = """
({ map, width, height, size, options }) => {
  const bytes = Uint8Array.from(atob(map), (c) => c.charCodeAt(0));
  const prob = Float32Array.from(bytes, (v) => v / 255);
  const { candidates } = lab.postprocess(prob, width, height, options, size);
  const kept = candidates.filter((c) => !c.dropped);
  return { outlines: candidates.length, reasons: candidates.map((c) => c.dropped),
           boxes: kept.map((c) => c.box), scores: kept.map((c) => c.score) };
}
"""
CASES = 320  # made maps; with those of the four pictures there are 440


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with the committed bundle in it as `lab`."""
    page = browser.new_page()
    page.evaluate(
        "async (text) => { window.lab = await import("
        "URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))); }",
        BUNDLE,
    )
    yield page
    page.close()


@pytest.fixture(scope="module")
def looked_at() -> list[LabPicture]:
    """The four pictures with the shipped detector's maps."""
    pipeline = Pipeline()
    return [look_at(name, sample, pipeline) for name, sample in lab_pictures().items()]


def make_map(rng: np.random.Generator) -> np.ndarray:
    """Bars, bows and rings of all brightnesses, some across the border, blurred and noisy."""
    height, width = int(rng.choice([128, 160])), 160
    prob = np.zeros((height, width), np.float32)
    for _ in range(10):
        middle = rng.uniform(-5, width + 5, 2).tolist()
        size = (float(rng.uniform(8, 60)), float(rng.uniform(2, 12)))
        angle = float(rng.choice([0, 90, rng.uniform(-60, 60)]))
        drawn = np.zeros_like(prob)
        corners = cv2.boxPoints((middle, size, angle)).astype(np.int32)
        cv2.fillPoly(drawn, [corners], float(rng.uniform(0.4, 1)))
        prob = np.maximum(prob, drawn)
    for _ in range(2):
        drawn = np.zeros_like(prob)
        middle, axes = rng.integers(20, 120, 2).tolist(), rng.integers(12, 40, 2).tolist()
        start, end = int(rng.integers(0, 180)), int(rng.integers(200, 380))
        thickness = int(rng.integers(2, 8))
        cv2.ellipse(drawn, middle, axes, 0, start, end, float(rng.uniform(0.6, 1)), thickness)
        prob = np.maximum(prob, drawn)
    prob = cv2.GaussianBlur(prob, (0, 0), float(rng.uniform(0.5, 1.5)))
    return quantise(prob + rng.normal(0, 0.03, prob.shape))


def make_options(rng: np.random.Generator) -> dict[str, object]:
    return {
        "thresh": float(rng.choice([0.15, 0.2, 0.3, 0.4, 0.5])),
        "box_thresh": float(rng.choice([0.3, 0.5, 0.6, 0.7, 0.8])),
        "unclip_ratio": float(rng.choice([0.5, 1.0, 1.5, 1.6, 1.9, 2.5, 3.0])),
        "max_candidates": int(rng.choice([1000, 1000, 12])),
        "use_dilation": bool(rng.random() < 0.4),
        "score_mode": str(rng.choice(["fast", "slow"])),
        "box_type": str(rng.choice(["quad", "poly"])),
    }


def in_javascript(page: Page, map_: np.ndarray, size: tuple[int, int], options: dict) -> dict:
    height, width = map_.shape
    packed = base64.b64encode(map_.tobytes()).decode()
    case = {"map": packed, "width": width, "height": height, "size": size, "options": options}
    return page.evaluate(RUN, case)


def iou(a: np.ndarray, b: list[list[float]]) -> float:
    """Of outlines that rounding may have made touch themselves."""
    first, second = (shapely.make_valid(shapely.Polygon(np.asarray(p))) for p in (a, b))
    shared = first.intersection(second).area
    return shared / (first.area + second.area - shared)


def repaired(polygon: np.ndarray) -> np.ndarray:
    """With offset_scale=1000, rounding may leave an outline that touches itself; not this one."""
    parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(polygon)))
    largest = max(parts, key=lambda part: part.area)
    return np.array(largest.exterior.coords)[:-1]


@pytest.mark.slow
def test_python_and_javascript_find_the_same(page: Page, looked_at: list[LabPicture]) -> None:
    rng = np.random.default_rng(2026)
    cases = [(make_map(rng), int(rng.choice([2, 4])), make_options(rng)) for _ in range(CASES)]
    for picture in looked_at:
        cases += [(picture.map, 2, make_options(rng)) for _ in range(30)]
    assert len(cases) >= 400
    overlaps: dict[str, list[float]] = {"quad": [], "poly": []}
    differences = []
    for map_, scale, options in cases:
        size = (map_.shape[0] * scale, map_.shape[1] * scale)
        prob = map_.astype(np.float32) / np.float32(255)
        postprocess = DBPostprocess(**options, offset_scale=1000)  # type: ignore[arg-type]
        found = in_javascript(page, map_, size, options)
        wanted = postprocess(prob, size)
        assert found["outlines"] == len(postprocess.contours(prob)), options
        assert len(found["boxes"]) == len(wanted), options
        for detection, box, score in zip(wanted, found["boxes"], found["scores"], strict=True):
            overlaps[str(options["box_type"])].append(iou(detection.polygon, box))
            differences.append(abs(detection.score - score))
    for kind, values in overlaps.items():
        assert len(values) > 500, kind
        assert np.percentile(values, 1) >= 0.99, kind
    assert np.percentile(differences, 99) < 0.002


def test_the_boxes_of_a_case_by_hand(page: Page) -> None:
    """A bar of 40 x 10 px: 39 x 9 between its outermost pixels, growing by 351 * 2 / 96 px."""
    map_ = np.zeros((60, 100), np.uint8)
    map_[20:30, 30:70] = 204
    options = DBPostprocess(unclip_ratio=2.0).to_dict()
    found = in_javascript(page, map_, (60, 100), options)
    assert found["scores"] == [pytest.approx(0.8)]
    assert found["boxes"] == [[[23, 13], [76, 13], [76, 36], [23, 36]]]
    found = in_javascript(page, map_, (60, 100), options | {"box_thresh": 0.81})
    assert (found["boxes"], found["reasons"]) == ([], ["score"])
    map_[22:, :] = 0
    found = in_javascript(page, map_, (60, 100), options)
    assert (found["boxes"], found["reasons"]) == ([], ["small"])


def test_a_ring_has_no_single_outline(page: Page) -> None:
    map_ = np.zeros((80, 80), np.uint8)
    cv2.circle(map_, (40, 40), 24, 255, 7)
    options = DBPostprocess(box_type="poly", box_thresh=0.1, score_mode="slow").to_dict()
    found = in_javascript(page, map_, (80, 80), options)
    assert found["outlines"] == 2
    wanted = DBPostprocess.from_dict({**options, "offset_scale": 1000})(map_ / 255, (80, 80))
    assert len(found["boxes"]) == len(wanted)


@pytest.mark.slow
def test_figures_are_those_of_the_metric(page: Page, looked_at: list[LabPicture]) -> None:
    rng = np.random.default_rng(7)
    script = """({ boxes, labels, ignored }) => {
      const m = lab.match(boxes, labels, ignored);
      return { pairs: m.pairs, counted: m.counted, ...lab.figures(m) };
    }"""
    for picture in looked_at:
        labels = [label.polygon for label in picture.labels]
        for _ in range(15):
            ignored = [bool(rng.random() < 0.2) for _ in labels]
            options = make_options(rng) | {"max_candidates": 1000}
            found = DBPostprocess(**options, offset_scale=1000)(picture.prob, picture.size)  # type: ignore[arg-type]
            boxes = [repaired(detection.polygon) for detection in found]
            metric = DetectionMetric()
            matches = metric.update(boxes, labels, ignored)
            arguments = {"boxes": boxes, "labels": labels}
            arguments = {k: [p.tolist() for p in v] for k, v in arguments.items()}
            got = page.evaluate(script, {**arguments, "ignored": ignored})
            assert [tuple(pair) for pair in got["pairs"]] == list(matches.pairs)
            assert got["counted"] == len(matches.predictions)
            for name, value in metric.compute().items():
                assert got[name] == pytest.approx(value)


def tiny(name: str = "receipt") -> LabPicture:
    image = np.full((40, 60, 3), 200, np.uint8)
    map_ = np.zeros((20, 30), np.uint8)
    map_[5:12, 5:25] = 255
    square = np.array([[10, 10], [50, 10], [50, 24], [10, 24]], np.float32)
    return LabPicture(name, image, map_, (TextInstance(square, "a"),))


def test_parameters_go_in_and_come_out() -> None:
    wanted = DBPostprocess(thresh=0.4, unclip_ratio=1.9, box_type="poly", use_dilation=True)
    lab = PostprocessLab([tiny()], wanted, language="zh")
    assert lab.postprocess.to_dict() == {**wanted.to_dict(), "offset_scale": 1000}
    lab.box_thresh = 0.25
    assert lab.postprocess.box_thresh == 0.25
    with pytest.raises(TraitError):
        lab.score_mode = "medium"


def test_a_picture_is_packed_small_and_whole() -> None:
    packed = tiny().pack()
    restored = np.frombuffer(zlib.decompress(packed["map"]), np.uint8)
    assert np.array_equal(restored.reshape(packed["map_size"]), tiny().map)
    assert decode(packed["jpeg"]).shape == (40, 60, 3)
    assert packed["labels"] == [
        {"polygon": [[10, 10], [50, 10], [50, 24], [10, 24]], "text": "a", "ignore": False}
    ]
    json.dumps({k: v for k, v in packed.items() if not isinstance(v, bytes)})


def test_pictures_need_names() -> None:
    with pytest.raises(ValueError, match="names"):
        PostprocessLab([])
    with pytest.raises(ValueError, match="names"):
        PostprocessLab([tiny(), tiny()])


def test_a_reader_adds_a_picture(looked_at: list[LabPicture]) -> None:
    sent: list[object] = []
    lab = PostprocessLab([tiny()])
    lab.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    _, png = cv2.imencode(".png", looked_at[0].image[..., ::-1])
    lab._on_message(lab, {"kind": "picture", "name": "mine.png"}, [memoryview(png.tobytes())])
    assert (lab.picture, [p["name"] for p in lab.pictures], sent) == ("own", ["receipt", "own"], [])
    own = lab.pictures[1]
    assert max(own["size"]) == postprocess_lab.OWN_SIDE
    prob = np.frombuffer(zlib.decompress(own["map"]), np.uint8) / np.float32(255)
    found = DBPostprocess()(prob.reshape(own["map_size"]), tuple(own["size"]))
    assert len(found) >= 15
    lab.add(png.tobytes())  # takes the place of the first one
    assert [p["name"] for p in lab.pictures] == ["receipt", "own"]


def test_what_is_no_picture_is_refused() -> None:
    sent: list[dict] = []
    lab = PostprocessLab([tiny()])
    lab.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    lab._on_message(lab, {"kind": "picture"}, [b"plain text"])
    assert lab.picture == "receipt"
    assert sent[0]["kind"] == "refused"
    assert "no picture" in sent[0]["why"]
    with pytest.raises(ImageError, match="no picture"):
        decode(b"")


def test_large_pictures_are_shrunk() -> None:
    assert shrink(np.zeros((2000, 1000, 3), np.uint8)).shape == (640, 320, 3)
    assert shrink(np.zeros((20, 10, 3), np.uint8)).shape == (20, 10, 3)
    assert quantise(np.array([[-0.1, 0.5, 1.2]], np.float32)).tolist() == [[0, 128, 255]]
