from __future__ import annotations

import cv2
import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import get_face, load_fonts
from ocrlib.data.synth.labelling import cut, label_pages, outlines
from ocrlib.data.synth.warp import Warp, Wave
from ocrlib.geometry import polygon_area

FACE = get_face(load_fonts("bundled")[0], 24)
FLAT = Warp(np.eye(3))


def sheet(text: str, x: float = 40, fill: int = 0) -> Canvas:
    canvas = Canvas(200, 600)
    canvas.write(x, 100, text, FACE, (fill,) * 3)
    return canvas


def labels(canvas: Canvas, warp: Warp = FLAT, size: tuple[int, int] = (200, 600)):
    image = warp.image(canvas.pixels(), np.full((*size, 3), 255, np.uint8))
    return image, *label_pages([(canvas.lines(), warp)], image)


def test_bent_ink_stays_inside_a_bent_polygon():
    canvas = sheet("A long line of words that bends with the sheet")
    warp = Warp(np.array([[0.9, 0.05, 10], [0.1, 0.9, 5], [0, 1e-4, 1]]),
                Wave((2, 12), (300, 500), (0, 1)))  # fmt: skip
    image, (line,), words = labels(canvas, warp)
    assert len(line.polygon) > 4
    assert len(words) == 10
    assert not line.ignore
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(line.polygon).astype(np.int32)], 1)
    dark = image[..., 0] < 140
    assert dark.sum() > 500
    assert (dark & (inside == 0)).sum() <= 0.01 * dark.sum()
    assert inside.sum() < 8 * dark.sum()  # tight: a box around the bent line would be 15 times


def test_straight_text_gets_four_corners_that_hug_it():
    image, (line,), (first, second) = labels(sheet("Hello world"))
    assert line.polygon.shape == (4, 2)
    ys, xs = np.nonzero(image[..., 0] < 140)
    ink = np.array([xs.min(), ys.min(), xs.max(), ys.max()])
    hull = np.concatenate([line.polygon[0], line.polygon[2]])
    assert (np.abs(hull - ink) <= 4).all()
    assert (first.text, second.text) == ("Hello", "world")
    assert first.polygon[1, 0] < second.polygon[0, 0]


def test_low_faint_and_cut_text_is_ignored():
    assert not labels(sheet("Hello"))[1][0].ignore
    assert labels(sheet("Hello", fill=245))[1][0].ignore  # faint
    small = Warp(np.diag([0.2, 0.2, 1.0]))
    assert labels(sheet("Hello"), small)[1][0].ignore  # low
    _, (line,), _ = labels(sheet("Hello", x=-30))  # half outside
    assert line.ignore
    assert line.polygon.min() >= 0
    gone = Warp(np.array([[1, 0, 700], [0, 1, 0], [0, 0, 1.0]]))
    assert labels(sheet("Hello"), gone)[1] == ()


def test_outlines_are_clockwise_and_a_little_larger():
    (polygon,) = outlines(np.array([[10.0, 20, 110, 40]]))
    assert polygon_area(polygon) > 0
    assert np.allclose(polygon[0], [10 - 0.08 * 19, 20 - 0.08 * 19], atol=0.1)
    assert polygon[:, 0].max() > 109
    assert polygon[:, 1].max() > 39


def test_cut_gives_a_quad_inside_or_nothing():
    quad = np.array([[-10, 10], [20, 10], [20, 20], [-10, 20]], np.float32)
    part = cut(quad, (50, 50))
    assert part.shape == (4, 2)
    assert np.isclose(polygon_area(part), 200)
    assert len(cut(quad - 100, (50, 50))) == 0
