from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocrlib.data.synth.warp import Warp, Wave, composite, random_warp

WAVE = Wave((3.0, 5.0), (200.0, 260.0), (0.3, 1.1))


def perspective() -> np.ndarray:
    source = np.array([[0, 0], [300, 0], [300, 200], [0, 200]], np.float32)
    target = np.array([[30, 40], [290, 20], [310, 250], [15, 230]], np.float32)
    return cv2.getPerspectiveTransform(source, target)


@pytest.mark.parametrize("wave", [None, WAVE])
def test_points_go_where_pixels_go(wave):
    warp = Warp(perspective(), wave)
    spots = np.array([[40, 30], [250, 40], [150, 100], [60, 170], [270, 180]], np.float32)
    for x, y in spots:
        sheet = np.zeros((200, 300, 3), np.uint8)
        cv2.circle(sheet, (int(x), int(y)), 3, (255, 255, 255), -1)
        image = warp.image(sheet, np.zeros((280, 330, 3), np.uint8))
        ys, xs = np.nonzero(image[..., 0] > 100)
        where = warp.points(np.array([[x, y]], np.float32))[0]
        assert np.hypot(xs.mean() - where[0], ys.mean() - where[1]) < 0.6


def test_the_background_stays_around_the_sheet():
    sheet = np.zeros((50, 60, 3), np.uint8)
    background = np.full((100, 120, 3), 77, np.uint8)
    image = Warp(np.diag([1.0, 1.0, 1.0])).image(sheet, background)
    assert (image[60:] == 77).all()
    assert (image[:48, :58] == 0).all()
    assert (background == 77).all()  # a copy was drawn on


@pytest.mark.parametrize("wave", [None, WAVE])
def test_composite_equals_a_whole_warp(wave):
    rng = np.random.default_rng(0)
    sheet = cv2.GaussianBlur(rng.integers(0, 256, (200, 300, 3), dtype=np.uint8), (0, 0), 3)
    warp = Warp(perspective(), wave)
    expected = warp.image(sheet, np.full((280, 330, 3), 50, np.uint8))
    image = np.full((280, 330, 3), 50, np.uint8)
    composite(image, sheet, np.full((200, 300), 255, np.uint8), warp)
    difference = np.abs(image.astype(int) - expected)
    assert (difference > 6).mean() < 0.01  # only along the sheet's edge
    clear = np.full((280, 330, 3), 50, np.uint8)
    composite(clear, sheet, np.zeros((200, 300), np.uint8), warp)
    assert (clear == 50).all()


def test_composite_outside_the_picture_does_nothing():
    image = np.full((40, 40, 3), 9, np.uint8)
    shift = np.array([[1, 0, 500], [0, 1, 0], [0, 0, 1.0]])
    composite(image, np.zeros((10, 10, 3), np.uint8), np.full((10, 10), 255, np.uint8), Warp(shift))
    composite(
        image, np.zeros((10, 10, 3), np.uint8), np.full((10, 10), 255, np.uint8),
        Warp(np.array([[1, 0, -500], [0, 1, -500], [0, 0, 1.0]])),
    )  # fmt: skip
    assert (image == 9).all()


def test_random_warp_without_freedom_only_shifts():
    warp = random_warp(
        np.random.default_rng(1), (100, 80), (300, 300),
        degrees=0, perspective=0, bend=0, fill=1,
    )  # fmt: skip
    corners = warp.points(np.array([[0, 0], [80, 0], [80, 100]], np.float32))
    assert np.allclose(corners[1] - corners[0], [80, 0], atol=1e-3)
    assert np.allclose(corners[2] - corners[1], [0, 100], atol=1e-3)
    assert warp.wave is None
    assert corners.min() >= 0
    assert corners.max() <= 300
