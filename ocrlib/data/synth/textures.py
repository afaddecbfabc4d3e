"""Surfaces of streets and rooms, without any text: what a detector must learn to leave alone."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ocrlib.data.synth.colours import Colour, random_colour
from ocrlib.data.synth.content import pick
from ocrlib.data.synth.effects import texture_background
from ocrlib.types import ByteImage


def _palette(
    rng: np.random.Generator, count: int
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """`count` colours (count, 3): shades of one colour, or any."""
    if rng.random() < 0.6:
        base = np.array(random_colour(rng), np.float64)
        shades = base + rng.normal(0, rng.uniform(8, 60), (count, 1)) + rng.normal(0, 6, (count, 3))
        return np.clip(shades, 0, 255).astype(np.uint8)
    return np.array([random_colour(rng) for _ in range(count)], np.uint8)


def _bricks(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Courses of bricks, or tiles when they are not shifted."""
    tall = int(rng.integers(6, 36))
    long = int(tall * rng.uniform(0.8, 3.5))
    joint = int(rng.integers(1, max(2, tall // 5)))
    shift = long // 2 if rng.random() < 0.7 else 0
    colours = _palette(rng, int(rng.integers(2, 7)))
    rows = np.arange(height)[:, None] // tall
    across = np.arange(width)[None, :] + rows % 2 * shift
    which = rng.integers(1, len(colours), (height // tall + 1, (width + shift) // long + 1))
    which = which[rows, across // long]
    which[(np.arange(height) % tall) < joint] = 0
    which[across % long < joint] = 0
    image: ByteImage = colours[which]  # (height, width, 3)
    return image


def _stripes(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Shutters, railings, corrugated iron, escalator steps."""
    period, angle = rng.uniform(4, 40), np.pi / 2 * rng.integers(2) + rng.normal(0, 0.1)
    ys, xs = np.arange(height)[:, None], np.arange(width)[None, :]
    phase = (xs * np.cos(angle) + ys * np.sin(angle)) / period % 1
    colours = _palette(rng, 2).astype(np.float32)
    if rng.random() < 0.6:
        mix = (phase < rng.uniform(0.15, 0.85)).astype(np.float32)
    else:
        mix = (0.5 + 0.5 * np.sin(2 * np.pi * phase)).astype(np.float32)
    image: ByteImage = (colours[0] + mix[..., None] * (colours[1] - colours[0])).astype(np.uint8)
    return image


def _mesh(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """A wire fence, a grating, a lattice, over something cloudy."""
    image = texture_background(rng, height, width, calm=0.3)
    period = float(rng.uniform(7, 34))
    thick = float(rng.uniform(1, max(1.5, period / 5)))
    lean = float(rng.uniform(0.6, 1.6)) if rng.random() < 0.7 else 0.0
    ys, xs = np.arange(height)[:, None], np.arange(width)[None, :]
    wires = (xs + lean * ys) % period < thick
    wires |= ((xs - lean * ys) if lean else (ys + 0 * xs)) % period < thick
    image[wires] = random_colour(rng)
    return image


def _windows(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """A façade: rows of equal windows, each reflecting something else."""
    cell = rng.integers(14, 70, 2)
    frame = np.maximum(1, (cell * rng.uniform(0.06, 0.35, 2))).astype(int)
    colours = _palette(rng, 9)
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    which = rng.integers(1, 9, (height // cell[0] + 1, width // cell[1] + 1))
    which = which[rows // cell[0], columns // cell[1]]
    which[(rows % cell[0] < frame[0]) | (columns % cell[1] < frame[1])] = 0
    if rng.random() < 0.5:  # a cross-bar
        which[(rows % cell[0]) == cell[0] // 2 + 0 * columns] = 0
    image: ByteImage = colours[which]  # (height, width, 3)
    return image


def _foliage(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Leaves, grass, gravel, a crowd: many small strokes of like colours."""
    colours = _palette(rng, 12)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = colours[0]
    count, reach = int(rng.integers(150, 500)), float(rng.uniform(3, 14))
    places = rng.random((count, 2)) * (width, height)
    ends = places + rng.normal(0, reach, (count, 2))
    thick = rng.integers(1, max(2, int(reach)), count)
    for (x0, y0), (x1, y1), pen, colour in zip(
        places.astype(int).tolist(),
        ends.astype(int).tolist(),
        thick.tolist(),
        colours[rng.integers(1, 12, count)].tolist(),
        strict=True,
    ):
        cv2.line(image, (x0, y0), (x1, y1), colour, pen)
    return image


def _shelves(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Goods, books or people in rows: uneven upright boxes standing on lines."""
    colours = _palette(rng, 10)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = colours[0]
    tall = int(rng.integers(12, 80))
    for bottom in range(tall, height + tall, tall + int(rng.integers(2, 12))):
        widths = rng.integers(3, max(5, tall), 4 * width // tall + 2)
        lows = bottom - (tall * rng.uniform(0.4, 0.95, len(widths))).astype(int)
        x = 0
        for wide, low, which in zip(
            widths.tolist(), lows.tolist(), rng.integers(1, 10, len(widths)).tolist(), strict=True
        ):
            if x > width:
                break
            image[max(low, 0) : bottom, x : x + wide] = colours[which]
            x += wide + (which % 3 == 0) * 2
        image[bottom : bottom + 2] = colours[1]
    return image


def _frieze(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Bands of one ornament repeated: dots, diamonds, zigzags, arches, crosses."""
    colours = _palette(rng, 3)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = colours[0]
    colour: Colour = tuple(int(c) for c in colours[1])  # type: ignore[assignment]
    size = int(rng.integers(6, 30))
    step, band = int(size * rng.uniform(1.0, 2.0)), int(size * rng.uniform(1.1, 4.0))
    style, pen = int(rng.integers(5)), int(rng.integers(1, 4))
    half = size // 2
    for y in range(half, height, band):
        for x in range(half, width, step):
            if style == 0:
                cv2.circle(image, (x, y), half, colour, pen if size % 2 else -1)
            elif style == 1:
                corners = np.array([(x - half, y), (x, y - half), (x + half, y), (x, y + half)])
                cv2.polylines(image, [corners.astype(np.int32)], True, colour, pen)
            elif style == 2:
                cv2.line(image, (x - half, y - half), (x, y + half), colour, pen)
                cv2.line(image, (x, y + half), (x - half + step, y - half), colour, pen)
            elif style == 3:
                cv2.ellipse(image, (x, y + half), (half, size), 0, 180, 360, colour, pen)
            else:
                cv2.line(image, (x - half, y), (x + half, y), colour, pen)
                cv2.line(image, (x, y - half), (x, y + half), colour, pen)
    return image


def _cloth(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Plain or cloudy surfaces."""
    return texture_background(rng, height, width, calm=float(rng.uniform(0.1, 0.8)))


_TEXTURES: tuple[Callable[[np.random.Generator, int, int], ByteImage], ...] = (
    _bricks, _stripes, _mesh, _windows, _foliage, _shelves, _frieze, _cloth
)  # fmt: skip


def texture(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """A flat piece of some surface without text, RGB uint8 (height, width, 3)."""
    return pick(rng, _TEXTURES)(rng, height, width)


def scenery(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """A street or a room without text: surfaces in perspective, poles, wires, lights, shadows.

    Args:
        rng: source of randomness.
        height: rows, px.
        width: columns, px.

    Returns:
        RGB uint8 (height, width, 3).
    """
    image = texture_background(rng, height, width, calm=0.2)
    for _ in range(int(rng.integers(0, 6))):
        piece = texture(rng, int(rng.integers(120, 300)), int(rng.integers(120, 400)))
        rows, columns = piece.shape[:2]
        spread = rng.uniform(0.3, 1.6) * np.array([width, height])
        centre = rng.random(2) * (width, height)
        unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        corners = centre + (unit + rng.uniform(-0.22, 0.22, (4, 2))) * spread
        source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
        cv2.warpPerspective(
            piece,
            matrix,
            (width, height),
            dst=image,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
    for _ in range(int(rng.integers(0, 12))):
        _object(image, rng)
    if rng.random() < 0.5:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 2.0)))
    # Real places are greyer than random colours.
    grey = cv2.merge([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)] * 3)
    colour = float(rng.uniform(0.1, 1.0))
    muted: ByteImage = cv2.addWeighted(image, colour, grey, 1 - colour, 0)
    return muted


def _object(image: ByteImage, rng: np.random.Generator) -> None:
    """One thing in view: a pole or wire, a blob, a plate without writing, a lamp."""
    height, width = image.shape[:2]
    colour = random_colour(rng)
    x, y = (rng.random(2) * (width, height)).astype(int).tolist()
    style = rng.random()
    if style < 0.35:
        far = rng.normal(0, (width, height)).astype(int).tolist()
        if rng.random() < 0.5:  # mostly upright or level
            far[int(rng.integers(2))] //= 12
        cv2.line(image, (x, y), (x + far[0], y + far[1]), colour, int(rng.integers(1, 12)))
    elif style < 0.6:
        axes = rng.integers(3, 70, 2).tolist()
        turn = float(rng.uniform(0, 180))
        pen = -1 if rng.random() < 0.6 else int(rng.integers(1, 6))
        cv2.ellipse(image, (x, y), axes, turn, 0, 360, colour, pen, cv2.LINE_AA)
    elif style < 0.85:
        far = rng.integers(8, 140, 2).tolist()
        pen = -1 if rng.random() < 0.5 else int(rng.integers(1, 5))
        cv2.rectangle(image, (x, y), (x + far[0], y + far[1]), colour, pen)
    else:
        corners = np.array([x, y]) + rng.normal(0, 30, (int(rng.integers(3, 6)), 2))
        cv2.fillPoly(image, [corners.astype(np.int32)], colour, cv2.LINE_AA)
