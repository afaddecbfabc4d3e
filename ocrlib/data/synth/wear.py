"""What happens to printed paper: fading, folds, crumple, stains, shadows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.types import ByteImage


def smooth_field(
    rng: np.random.Generator, height: int, width: int, cells: tuple[int, int]
) -> NDArray[np.float32]:
    """Smooth noise from 0 to 1, (H, W): `cells` random values down and across, interpolated."""
    coarse = rng.random((cells[0] + 2, cells[1] + 2), dtype=np.float32)
    field: NDArray[np.float32] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(field, 0, 1)


def shade(image: ByteImage, factor: NDArray[np.float32]) -> ByteImage:
    """Multiply every px (H, W, 3) by a factor (H, W)."""
    scaled: ByteImage = cv2.multiply(image, cv2.merge([factor] * 3), dtype=cv2.CV_8U)
    return scaled


def fade(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Let the ink pale in patches and stripes, as on thermal paper.

    Args:
        image: the sheet, (H, W, 3).
        rng: source of randomness.
        strength: 0-1, how much of the ink goes where it goes most.
    """
    height, width = image.shape[:2]
    cells = (int(rng.integers(2, 30)), int(rng.integers(1, 8)))
    loss = smooth_field(rng, height, width, cells)
    if rng.random() < 0.4:  # a dead dot of the print head pales a column from top to bottom
        columns = rng.random((1, width), dtype=np.float32) < 0.03
        loss = np.maximum(loss, columns.astype(np.float32))
    ground = np.array(image[0, 0], np.float32)
    keep = cv2.merge([1 - strength * loss] * 3)
    faded: ByteImage = np.clip(ground + (image - ground) * keep, 0, 255).astype(np.uint8)
    return faded


def break_print(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """Leave out specks of the ink, as a worn print head or ribbon does."""
    height, width = image.shape[:2]
    cell = float(rng.uniform(1.0, 2.5))
    grid = (int(height / cell) + 1, int(width / cell) + 1)
    dots = (rng.random(grid, dtype=np.float32) < rng.uniform(0.05, 0.35)).astype(np.float32)
    if rng.random() < 0.5:  # the fault runs along the row
        dots = cv2.blur(dots, (int(rng.integers(3, 9)), 1)) * np.float32(1.5)
    loss = cv2.resize(dots, (width, height), interpolation=cv2.INTER_LINEAR)
    loss = np.minimum(loss, 1)[..., None]  # (H, W, 1)
    ground = np.array(image[0, 0], np.float32)
    broken: ByteImage = (image + (ground - image) * loss).clip(0, 255).astype(np.uint8)
    return broken


def photocopy(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """Nearly black and white, with ragged edges and stray specks, as a fax or a cheap copy."""
    height, width = image.shape[:2]
    middle = float(rng.uniform(0.6, 0.88)) * float(image[0, 0].mean())
    gain = float(rng.uniform(2, 9))
    levels = (np.arange(256) - middle) * gain + 128
    copied = cv2.LUT(cv2.blur(image, (2, 2)), np.clip(levels, 0, 255).astype(np.uint8))
    count = int(rng.integers(0, 80))
    for x, y in (rng.random((count, 2)) * (width, height)).astype(int).tolist():
        cv2.circle(copied, (x, y), int(rng.integers(0, 2)), (30, 30, 30), -1)
    result: ByteImage = copied
    return result


def fold(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """One to three creases: each side of a crease is lit a little differently."""
    height, width = image.shape[:2]
    factor = np.ones((height, width), np.float32)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle = float(rng.normal(0, 0.12)) + (np.pi / 2 if rng.random() < 0.7 else 0.0)
        x0, y0 = rng.uniform(0, width), rng.uniform(0, height)
        side = (xs - x0) * np.float32(np.cos(angle)) + (ys - y0) * np.float32(np.sin(angle))
        reach = float(rng.uniform(8, 60))
        step = float(rng.uniform(-0.2, 0.2))
        factor += np.float32(step) * np.exp(-np.abs(side) / np.float32(reach)) * np.sign(side)
        factor -= np.float32(rng.uniform(0, 0.25)) * (np.abs(side) < rng.uniform(0.5, 1.5))
    return shade(image, factor)


def crumple(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """Light and shade of crumpled paper: the slope of random facets."""
    height, width = image.shape[:2]
    count = int(rng.integers(3, 10))
    heights = smooth_field(rng, height // 4, width // 4, (count, count))
    slope = cv2.Sobel(heights, cv2.CV_32F, 1, 0) + cv2.Sobel(heights, cv2.CV_32F, 0, 1)
    slope = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    peak = float(np.abs(slope).max()) or 1.0
    return shade(image, 1 + slope * np.float32(rng.uniform(0.05, 0.25) / peak))


def cast_shadow(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """Uneven light or the soft shadow of a hand across the picture."""
    height, width = image.shape[:2]
    cells = (int(rng.integers(1, 3)), int(rng.integers(1, 3)))
    light = smooth_field(rng, height, width, cells)
    depth = np.float32(rng.uniform(0.1, 0.4))
    if rng.random() < 0.2:
        edge = float(rng.uniform(2, 12))
        light = np.clip((light - np.float32(0.5)) * np.float32(edge) + np.float32(0.5), 0, 1)
    return shade(image, 1 - depth * light)


def print_through(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """The other side of the paper shines through, mirrored and faint; it is not to be read."""
    other = cv2.blur(image[::-1, ::-1] if rng.random() < 0.5 else image[:, ::-1], (5, 5))
    weight = float(rng.uniform(0.03, 0.1))
    faint: ByteImage = cv2.addWeighted(image, 1.0, cv2.bitwise_not(other), -weight, 0)
    return faint
