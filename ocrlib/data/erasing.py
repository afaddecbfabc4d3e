"""Parts of a picture hidden: CutOut, random erasing, Hide-and-Seek, GridMask.

They teach a network not to hang everything on one detail. On texts they can hide a letter whole,
and then the label asks for what nobody can see; sizes are therefore shares of the height, small
ones by default.
"""

from __future__ import annotations

import math

import numpy as np

from ocrlib.types import ByteImage


def cut_out(image: ByteImage, rng: np.random.Generator, side: float = 0.35) -> ByteImage:
    """One square in the picture's mean colour (DeVries and Taylor, 2017).

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance; the square's middle is anywhere, so part may lie outside.
        side: of the square, as a share of the height, 0-1.
    """
    height, width = image.shape[:2]
    size = round(side * height)
    y, x = int(rng.integers(height)) - size // 2, int(rng.integers(width)) - size // 2
    result = image.copy()
    result[max(0, y) : max(0, y + size), max(0, x) : max(0, x + size)] = _mean(image)
    return result


def random_erasing(
    image: ByteImage,
    rng: np.random.Generator,
    area: float = 0.1,
    aspect: float = 0.3,
) -> ByteImage:
    """One rectangle of random size and proportions, filled with noise (Zhong et al., AAAI 2020).

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        area: largest share of the square over the height that is hidden, 0-1; at least a fifth
            of it. The paper's share of the whole picture would hide long words.
        aspect: least ratio of height to width; the largest is 1 / aspect.
    """
    height, width = image.shape[:2]
    pixels = rng.uniform(0.2, 1) * area * height**2
    ratio = math.exp(rng.uniform(math.log(aspect), -math.log(aspect)))
    tall = min(height, round(math.sqrt(pixels * ratio)))
    wide = min(width, round(math.sqrt(pixels / ratio)))
    y, x = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    result = image.copy()
    result[y : y + tall, x : x + wide] = rng.integers(0, 256, (tall, wide, 3), np.uint8)
    return result


def hide_and_seek(
    image: ByteImage, rng: np.random.Generator, probability: float = 0.1, cell: float = 0.25
) -> ByteImage:
    """Cells of a grid hidden, each on its own, in the mean colour (Singh and Lee, ICCV 2017).

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        probability: of a cell to be hidden, 0-1.
        cell: side of a cell, as a share of the height.
    """
    height, width = image.shape[:2]
    side = max(1, round(cell * height))
    rows, columns = -(-height // side), -(-width // side)
    hidden = rng.random((rows, columns)) < probability  # (r, c)
    mask = hidden.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]  # (H, W)
    result = image.copy()
    result[mask] = _mean(image)
    return result


def grid_mask(
    image: ByteImage, rng: np.random.Generator, hidden: float = 0.3, period: float = 0.5
) -> ByteImage:
    """Squares at the crossings of a grid hidden in the mean colour (Chen et al., 2020).

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance; it decides where the grid begins.
        hidden: side of a square, as a share of the grid's period, 0-1.
        period: of the grid, as a share of the height.
    """
    height, width = image.shape[:2]
    step = max(2, round(period * height))
    side = round(hidden * step)
    first_y, first_x = int(rng.integers(step)), int(rng.integers(step))
    rows = (np.arange(height) + first_y) % step < side  # (H,)
    columns = (np.arange(width) + first_x) % step < side  # (W,)
    result = image.copy()
    result[rows[:, None] & columns] = _mean(image)
    return result


def _mean(image: ByteImage) -> ByteImage:
    """The picture's mean colour, (3,)."""
    mean: ByteImage = np.rint(image.mean(axis=(0, 1))).astype(np.uint8)
    return mean
