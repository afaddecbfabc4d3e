"""Changes to a crop of text that leave it readable: what a recogniser sees of one text over time.

A recogniser gets crops from a detector: a little too wide or too tight, not quite level, in any
light and quality. Labels stay as they are, so nothing here mirrors a crop or cuts characters off.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ocrlib.data.synth import effects
from ocrlib.types import ByteImage


def augment(image: ByteImage, rng: np.random.Generator, strength: float = 0.5) -> ByteImage:
    """What recogniser training does to a crop: a slight warp, other light, loss of quality.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 (hardly anything) to 1 (hard to read).

    Returns:
        RGB uint8; height and width change a little.
    """
    if rng.random() < 0.6:
        image = warp(image, rng, strength)
    if rng.random() < 0.5:
        image = light(image, rng, strength)
    if rng.random() < 0.5:
        image = wear(image, rng, strength)
    return image


def warp(image: ByteImage, rng: np.random.Generator, strength: float = 0.5) -> ByteImage:
    """Turn, slant and tilt a crop, and move its borders in or out, in one step.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 to 1; at 1 up to 6 degrees of turn and 25 of slant.

    Returns:
        RGB uint8: as large as the warped crop needs, a few percent more or less on each side.
    """
    height, width = image.shape[:2]
    turn = math.radians(6 * strength * rng.uniform(-1, 1))
    # A long line may rise by no more than a part of its height, or it would get too small.
    turn = math.copysign(min(abs(turn), 0.5 * strength * height / width), turn)
    slant = math.tan(math.radians(25 * strength * rng.uniform(-1, 1)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = np.array(
        [[math.cos(turn), slant - math.sin(turn)], [math.sin(turn), math.cos(turn)]], np.float32
    )
    moved = corners @ matrix.T  # (4, 2)
    moved += rng.uniform(-0.08, 0.08, (4, 2)).astype(np.float32) * np.float32(strength * height)
    # Borders: cut a twentieth of the height at most, for labels are tight; leave more room freely.
    left, top, right, bottom = rng.uniform(-0.1, 0.25, 4) * strength * height
    low = moved.min(axis=0) - np.array([left, top])
    extent = moved.max(axis=0) + np.array([right, bottom]) - low
    size = max(2, round(float(extent[0]))), max(2, round(float(extent[1])))
    # OpenCV counts from the middle of the first pixel, corners are edges of pixels.
    matrix = cv2.getPerspectiveTransform(corners - 0.5, (moved - low - 0.5).astype(np.float32))
    warped = cv2.warpPerspective(
        image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def light(image: ByteImage, rng: np.random.Generator, strength: float = 0.5) -> ByteImage:
    """Brightness, contrast, gamma and colour cast in one table; sometimes a negative.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 to 1.
    """
    brightness, contrast, bend = (strength * rng.uniform(-1, 1, 3)).tolist()
    levels = (np.arange(256, dtype=np.float32) / 255) ** np.float32(math.exp(0.6 * bend))
    cast = 1 + 0.2 * strength * rng.uniform(-1, 1, 3)  # (3,)
    gain = np.exp(0.5 * contrast) * cast
    curves = (levels[:, None] - 0.5) * gain + 0.5 + 0.25 * brightness  # (256, 3)
    if rng.random() < 0.1:
        curves = 1 - curves
    table = np.clip(curves * 255 + 0.5, 0, 255).astype(np.uint8)[None]  # (1, 256, 3)
    return np.asarray(cv2.LUT(image, table), np.uint8)


def wear(image: ByteImage, rng: np.random.Generator, strength: float = 0.5) -> ByteImage:
    """One loss of sharpness and one trace of the sensor or the file format, each sometimes.

    Sizes go with the height of the crop, so that a large crop loses as much as a small one.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 to 1.
    """
    amount = strength * rng.random()
    unit = image.shape[0] / 32  # px of this crop per px at the recogniser's usual height
    kind = rng.random()
    if kind < 0.3:
        image = effects.blur(image, unit * (0.2 + 1.4 * amount))
    elif kind < 0.45:
        image = effects.motion_blur(image, unit * (1.5 + 3 * amount), rng.uniform(0, math.pi))
    elif kind < 0.7:
        image = effects.low_resolution(image, unit * (1.1 + 1.2 * amount))
    amount = strength * rng.random()
    kind = rng.random()
    if kind < 0.25:
        image = effects.gaussian_noise(image, 1 + 18 * amount, rng)
    elif kind < 0.4:
        image = effects.camera_noise(image, 1 + 18 * amount, rng)
    elif kind < 0.7:
        image = effects.jpeg(image, round(90 - 65 * amount))
    return image
