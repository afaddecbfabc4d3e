"""What cameras, scanners, printers and light do to a picture, and backgrounds to print on.

All effects take and give uint8 pictures, (H, W) or (H, W, 3), of unchanged size; randomness comes
from the generator that is passed in.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W) or (H, W, 3)
Plane = NDArray[np.float32]  # (H, W)


def blur(image: Pixels, sigma: float) -> Pixels:
    """Gaussian blur, as from a lens out of focus. `sigma` in px."""
    if sigma < 0.2:
        return image
    size = 2 * int(np.ceil(2 * sigma)) + 1
    result: Pixels = cv2.GaussianBlur(image, (size, size), sigma)
    return result


def motion_blur(image: Pixels, length: float, angle: float) -> Pixels:
    """Blur along a line: `length` in px, `angle` in radians."""
    size = 2 * int(np.ceil(length / 2)) + 1
    if size < 3:
        return image
    kernel = np.zeros((size, size), np.float32)
    centre = size // 2
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    start = (round((centre - dx) * 16), round((centre - dy) * 16))  # 1/16 px
    end = (round((centre + dx) * 16), round((centre + dy) * 16))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 4)
    result: Pixels = cv2.filter2D(image, -1, kernel / kernel.sum())
    return result


def low_resolution(image: Pixels, factor: float) -> Pixels:
    """Shrink by `factor` (>= 1) and enlarge again: the detail of a text seen from afar."""
    if factor <= 1.05:
        return image
    height, width = image.shape[:2]
    small = (max(2, round(width / factor)), max(2, round(height / factor)))
    shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    result: Pixels = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_CUBIC)
    return result


def gaussian_noise(image: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Independent noise per pixel and channel; `sigma` in grey levels."""
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    return np.clip(image + noise * np.float32(sigma) + 0.5, 0, 255).astype(np.uint8)


def camera_noise(image: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Noise of a high ISO setting: clumped, common to the channels, stronger in the dark."""
    height, width = image.shape[:2]
    grain = rng.standard_normal((height, width), dtype=np.float32)
    grain = cv2.GaussianBlur(grain, (3, 3), 0.7) * np.float32(1.9 * sigma)
    values = image.astype(np.float32)
    weight = 1.2 - values / np.float32(320)
    if image.ndim == 3:
        grain = grain[:, :, None]  # (H, W, 1)
    noisy: Pixels = np.clip(values + grain * weight + 0.5, 0, 255).astype(np.uint8)
    return noisy


def salt_and_pepper(image: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """Sets a `share` (0-1) of the pixels to black or white."""
    dice = rng.random(image.shape[:2], dtype=np.float32)
    result = image.copy()
    result[dice < share / 2] = 0
    result[dice > 1 - share / 2] = 255
    return result


def jpeg(image: Pixels, quality: int) -> Pixels:
    """Compresses and decompresses; `quality` 1-100."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    flag = cv2.IMREAD_COLOR if image.ndim == 3 else cv2.IMREAD_GRAYSCALE
    result = cv2.imdecode(data, flag)
    assert result is not None  # just encoded
    decoded: Pixels = result.astype(np.uint8, copy=False)
    return decoded


def tone(image: Pixels, brightness: float, contrast: float, gamma: float) -> Pixels:
    """Shifts by `brightness` (grey levels), scales about mid-grey, bends by `gamma`."""
    levels = np.arange(256, dtype=np.float32) / 255
    curve = levels ** np.float32(gamma)
    curve = (curve - 0.5) * np.float32(contrast) + 0.5 + np.float32(brightness / 255)
    table = np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)
    result: Pixels = cv2.LUT(image, table)
    return result


def lighting(image: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Uneven light: brightness changes smoothly across the picture by up to `strength` (0-1)."""
    height, width = image.shape[:2]
    corners = 1 + (rng.random((2, 3), dtype=np.float32) - np.float32(0.6)) * np.float32(
        2 * strength
    )
    light = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    if image.ndim == 3:
        light = light[:, :, None]  # (H, W, 1)
    lit: Pixels = np.clip(image * light + 0.5, 0, 255).astype(np.uint8)
    return lit


def sharpen(image: Pixels, amount: float) -> Pixels:
    """Unsharp mask, as scanners and phones apply it; leaves bright and dark seams."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    result: Pixels = cv2.addWeighted(image, 1 + amount, soft, -amount, 0)
    return result


def degrade(image: Pixels, rng: np.random.Generator, strength: float = 0.5) -> Pixels:
    """A random chain of what happens between a printed text and the file.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        rng: source of randomness.
        strength: 0 (hardly anything) to 1 (barely legible at 32 px).
    """
    chance = rng.random(9)
    amount = rng.random(9) * strength
    if chance[0] < 0.35:
        image = lighting(image, 0.1 + 0.5 * amount[0], rng)
    if chance[1] < 0.5:
        spread = 2 * amount[1]
        image = tone(
            image,
            (rng.random() - 0.5) * 70 * spread,
            1 - 0.35 * spread * (rng.random() - 0.2),
            float(np.exp((rng.random() - 0.5) * 0.9 * spread)),
        )
    if chance[2] < 0.45:
        image = blur(image, 0.2 + 1.7 * amount[2])
    elif chance[2] < 0.55:
        image = motion_blur(image, 1.5 + 4 * amount[2], rng.random() * np.pi)
    if chance[3] < 0.4 * strength + 0.05:
        image = low_resolution(image, 1.1 + 1.8 * amount[3])
    if chance[4] < 0.3:
        image = gaussian_noise(image, 1 + 14 * amount[4], rng)
    elif chance[4] < 0.5:
        image = camera_noise(image, 1 + 16 * amount[4], rng)
    elif chance[4] < 0.52:
        image = salt_and_pepper(image, 0.03 * amount[4], rng)
    if chance[5] < 0.12:
        image = sharpen(image, 0.3 + 1.2 * amount[5])
    if chance[6] < 0.5:
        image = jpeg(image, int(92 - 65 * amount[6]))
    return image


def octave_noise(rng: np.random.Generator, height: int, width: int, cell: float = 24) -> Plane:
    """Cloudy noise, (H, W) float32 about 0 with values mostly in [-1, 1].

    Args:
        rng: source of randomness.
        height: rows, px.
        width: columns, px.
        cell: size of the largest blobs, px; four octaves below it are added.
    """
    total = np.zeros((height, width), np.float32)
    weight = 0.6
    while cell >= 1.5 and weight > 0.1:
        grid = (max(2, round(height / cell)), max(2, round(width / cell)))
        coarse = rng.random(grid, dtype=np.float32) * np.float32(2) - np.float32(1)
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
        cell /= 2.5
        weight *= 0.7
    return total


def _stripes(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Parallel bars such as siding, shutters and corrugated iron."""
    angle = (rng.integers(0, 2) * 0.5 + rng.normal(0, 0.04)) * np.pi
    period = 3 + rng.random() * 14
    columns = np.arange(width, dtype=np.float32) * np.float32(np.cos(angle) / period)
    rows = np.arange(height, dtype=np.float32) * np.float32(np.sin(angle) / period)
    phase = np.mod(columns[None, :] + rows[:, None] + np.float32(rng.random()), 1)  # (H, W)
    if rng.random() < 0.5:
        return np.where(phase < 0.2 + 0.6 * rng.random(), 1, -1).astype(np.float32)
    return (phase * 2 - 1).astype(np.float32)


def _bricks(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Courses of bricks or tiles, each with its own shade, and joints between them."""
    tall = int(6 + rng.random() * 14)
    long = int(tall * (1 + 2 * rng.random()))
    shades = rng.random((height // tall + 2, width // long + 3), dtype=np.float32) - 0.5
    rows, columns = np.arange(height) // tall, np.arange(width)
    shifted = columns[None, :] + (rows[:, None] % 2) * (long // 2)  # (H, W)
    plane: Plane = shades[rows[:, None], shifted // long]
    joint = 1.0 if rng.random() < 0.5 else -1.0
    plane[np.arange(height) % tall == 0] = joint
    plane[shifted % long == 0] = joint
    return plane


def _shapes(image: Pixels, rng: np.random.Generator, contrast: float) -> Pixels:
    """Blots, bars and edges of whatever else is in view; `contrast` in grey levels."""
    height, width = image.shape[:2]
    base = image[0, 0].astype(np.float32)
    for _ in range(1 + int(rng.random() * 4)):
        red, green, blue = np.clip(base + rng.normal(0, contrast, 3), 0, 255)
        colour = int(red), int(green), int(blue)
        x, y = int(rng.random() * width), int(rng.random() * height)
        kind = rng.random()
        if kind < 0.3:
            radius = 2 + int(rng.random() * height * 0.6)
            cv2.circle(image, (x, y), radius, colour, -1, cv2.LINE_AA)
        elif kind < 0.6:
            end = (int(rng.random() * width), int(rng.random() * height))
            cv2.line(image, (x, y), end, colour, 1 + int(rng.random() * 6), cv2.LINE_AA)
        else:
            corners = rng.random((4, 2)) * (1.6 * width, 1.6 * height) - (0.3 * width, 0.3 * height)
            cv2.fillConvexPoly(image, cv2.convexHull(corners.astype(np.int32)), colour, cv2.LINE_AA)
    return image


def texture_background(
    rng: np.random.Generator,
    height: int,
    width: int,
    base: tuple[int, int, int] | None = None,
    calm: float = 0.5,
) -> Pixels:
    """A surface that text may stand on: plain, shaded, cloudy, striped, bricks, or cluttered.

    Args:
        rng: source of randomness.
        height: rows, px.
        width: columns, px.
        base: its mean colour (RGB, 0-255); None draws one.
        calm: 0 (strong patterns and clutter) to 1 (nearly plain).

    Returns:
        uint8 (H, W, 3).
    """
    if base is None:
        red, green, blue = (int(value) for value in rng.integers(20, 236, 3))
        base = (red, green, blue)
    kind = rng.random()
    image = np.empty((height, width, 3), np.uint8)
    image[:] = base
    if kind < 0.25 + 0.35 * calm:
        return image
    amplitude = (6 + 60 * rng.random() ** 2) * (1.3 - calm)
    tint = np.float32(0.6) + rng.random(3, dtype=np.float32) * np.float32(0.4)
    if kind < 0.75:
        plane = octave_noise(rng, height, width, 4 + rng.random() * 60)
    elif kind < 0.85:
        corners = rng.random((2, 2), dtype=np.float32) * 2 - 1
        plane = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    elif kind < 0.91:
        plane = _stripes(rng, height, width)
    elif kind < 0.95:
        plane = _bricks(rng, height, width)
    else:
        return _shapes(image, rng, 70 * (1.1 - calm))
    change = plane[:, :, None] * (tint * np.float32(amplitude))  # (H, W, 3)
    return np.clip(image + change, 0, 255).astype(np.uint8)
