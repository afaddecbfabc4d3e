"""Every augmentation carries outlines exactly: each text is painted in a colour of its own."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.data import det_augment
from ocrlib.data.copy_paste import copy_paste
from ocrlib.types import DetSample, TextInstance

SIZE = (200, 280)
PAD = 4
MARGIN = 3.5  # px from an outline within which colours may be mixed
# Pure colours stay apart from each other when neighbouring pixels are mixed.
COLOURS = np.array(
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [255, 0, 255], [0, 255, 255]]
)


def outlines(rng: np.random.Generator) -> list[np.ndarray]:
    """Six bands with 4 to 10 corners, turned by up to 20 degrees, each in its own cell."""
    found = []
    for row in range(3):
        for column in range(2):
            k = int(rng.integers(2, 6))
            w, h = rng.uniform(50, 90), rng.uniform(12, 22)
            x = np.linspace(0, w, k)
            bend = rng.uniform(-8, 8) * np.sin(np.pi * x / w)
            p = np.r_[np.c_[x, bend], np.c_[x[::-1], bend[::-1] + h]]
            a = rng.uniform(-0.35, 0.35)
            p = (p - p.mean(axis=0)) @ [[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]
            found.append((p + np.array([70 + 140 * column, 36 + 64 * row])).astype(np.float32))
    return found


def painted(polygons: list[np.ndarray], colours: np.ndarray) -> DetSample:
    """Black, with filled polygons; edges are smooth."""
    large = np.zeros((SIZE[0] * 8, SIZE[1] * 8, 3), np.uint8)
    for p, colour in zip(polygons, colours, strict=True):
        # OpenCV counts from the middle of the first pixel.
        corners = np.round((p * 8 - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(large, [corners], colour.tolist(), shift=4)
    image = cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA)
    names = [str(tuple(colour.tolist())) for colour in colours]
    instances = tuple(TextInstance(p, n) for p, n in zip(polygons, names, strict=True))
    return DetSample(np.asarray(image, np.uint8), instances, "test")


def shear(sample: DetSample, rng: np.random.Generator) -> DetSample:
    across, down = rng.uniform(-0.3, 0.3, 2)
    matrix = np.array([[rng.uniform(0.7, 1.5), across, 20], [down, rng.uniform(0.7, 1.5), 15]])
    return det_augment.affine(sample, matrix, (260, 340))


def anyhow(sample: DetSample, rng: np.random.Generator) -> DetSample:
    return det_augment.flip(sample, *(rng.random(2) < 0.5).tolist())


def stretch(sample: DetSample, rng: np.random.Generator) -> DetSample:
    height, width = rng.integers(150, 500, 2).tolist()
    return det_augment.resize(sample, (height, width))


def paste(sample: DetSample, rng: np.random.Generator) -> DetSample:
    """Half of the texts are on the page, the others come from another one."""
    colours = COLOURS[rng.permutation(6)]
    p = outlines(rng)
    page = painted([p[0], p[3], p[4]], colours[:3])
    return copy_paste(page, [painted([p[1], p[2], p[5]], colours[3:])], rng)


FUNCTIONS = {
    "flip": anyhow,
    "affine": shear,
    "rotate": partial(det_augment.rotate, max_angle=45),
    "resize": stretch,
    "random_scale": det_augment.random_scale,
    "random_crop": partial(det_augment.random_crop, size=240),
    "random_window": partial(det_augment.random_window, size=240),
    "copy_paste": paste,
}


def shares(image: np.ndarray, p: np.ndarray, colour: np.ndarray) -> tuple[float, float]:
    """Least share of a colour deep inside an outline, and largest one well outside of it, 0-1."""
    # Wider all round, so that a polygon which juts out a little has its outline on the mask, too.
    mask = np.zeros((image.shape[0] + 2 * PAD, image.shape[1] + 2 * PAD), np.uint8)
    cv2.fillPoly(mask, [np.round((p + PAD - 0.5) * 16).astype(np.int32)], 1, shift=4)
    distances = (cv2.distanceTransform(m, cv2.DIST_L2, 5) for m in (mask, 1 - mask))
    inside, outside = (d[PAD:-PAD, PAD:-PAD] for d in distances)
    # How far a pixel is from the colour, of the distance between the colour and black.
    away = np.abs(image.astype(float) - colour).max(axis=2) / 255
    core = 1 - away[inside > MARGIN]
    rest = 1 - away[outside > MARGIN]
    return float(core.min(initial=1)), float(rest.max(initial=0))


@settings(max_examples=15)
@given(seed=st.integers(0, 100_000))
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_colour_is_in_its_polygon_and_nowhere_else(name, seed):
    rng = np.random.default_rng(seed)
    before = painted(outlines(rng), COLOURS)
    after = FUNCTIONS[name](before, rng)
    for instance in after.instances:
        colour = np.array([int(v) for v in instance.text.strip("()").split(",")])
        core, rest = shares(after.image, instance.polygon, colour)
        if not instance.ignore:  # an ignored one was clipped, and its border repeats its colour
            assert core > 0.9
            assert rest < 0.5
