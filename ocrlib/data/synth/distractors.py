"""Things on pages and in scenes that are not text: barcodes, logos, stamps, scribbles, textures."""

from __future__ import annotations

import cv2
import numpy as np

from ocrlib.data.synth.canvas import Box, Canvas, Colour
from ocrlib.types import ByteImage


def draw_barcode(canvas: Canvas, rng: np.random.Generator, box: Box, fill: Colour) -> None:
    """Upright bars of random widths."""
    x, unit = box[0], max(1.0, (box[2] - box[0]) / 95)
    while x < box[2]:
        bar = unit * int(rng.integers(1, 4))
        canvas.draw.rectangle((x, box[1], min(x + bar - 1, box[2]), box[3]), fill=fill)
        x += bar + unit * int(rng.integers(1, 4))


def draw_qr(
    canvas: Canvas, rng: np.random.Generator, left: float, top: float, side: float, fill: Colour
) -> None:
    """A matrix of random modules with three corner marks, in the manner of a QR code."""
    modules = int(rng.integers(21, 34))
    grid = rng.random((modules, modules)) < 0.5
    for row, column in ((0, 0), (0, modules - 7), (modules - 7, 0)):
        grid[row : row + 7, column : column + 7] = True
        grid[row + 1 : row + 6, column + 1 : column + 6] = False
        grid[row + 2 : row + 5, column + 2 : column + 5] = True
    size = max(1, round(side / modules)) * modules
    pixels = np.where(grid[..., None], np.array(fill), 255).astype(np.uint8)
    canvas.paste(
        cv2.resize(pixels, (size, size), interpolation=cv2.INTER_NEAREST), round(left), round(top)
    )


def draw_logo(canvas: Canvas, rng: np.random.Generator, x: float, y: float, side: float) -> None:
    """A mark of a few overlapping shapes around (x, y) px."""
    for _ in range(int(rng.integers(2, 6))):
        level = int(rng.integers(0, 256))
        half = side / 2 * rng.uniform(0.3, 1.0, 2)
        cx, cy = np.array([x, y]) + rng.uniform(-0.2, 0.2, 2) * side
        box = (cx - half[0], cy - half[1], cx + half[0], cy + half[1])
        style = int(rng.integers(4))
        if style == 0:
            canvas.draw.ellipse(box, fill=(level,) * 3)
        elif style == 1:
            canvas.draw.ellipse(box, outline=(level // 2,) * 3, width=max(1, int(side / 20)))
        elif style == 2:
            canvas.draw.rectangle(box, outline=(level // 2,) * 3, width=max(1, int(side / 20)))
        else:
            points = np.array([cx, cy]) + rng.uniform(-0.5, 0.5, (3, 2)) * side
            canvas.draw.polygon([(float(a), float(b)) for a, b in points], fill=(level,) * 3)


def scribble(image: ByteImage, rng: np.random.Generator) -> None:
    """Pen strokes, a stamp's ring or a punched hole, drawn into the picture (H, W, 3)."""
    height, width = image.shape[:2]
    centre = rng.uniform(0.1, 0.9, 2) * (width, height)
    level = int(rng.integers(20, 140))
    colour = (level, level, level) if rng.random() < 0.6 else (level // 2, level // 2, 180)
    style = rng.random()
    if style < 0.5:
        turns = rng.normal(0, 0.9, int(rng.integers(8, 40))).cumsum()
        steps = rng.uniform(2, 9) * np.stack([np.cos(turns) + 0.5, np.sin(turns)], axis=1)
        path = (centre + steps.cumsum(axis=0)).astype(np.int32)
        cv2.polylines(image, [path], False, colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    elif style < 0.8:
        axes = (int(rng.integers(20, 80)), int(rng.integers(15, 60)))
        turn = float(rng.uniform(0, 180))
        at = (int(centre[0]), int(centre[1]))
        for shrink in (0, 6) if rng.random() < 0.4 else (0,):  # a stamp, or a pen's ring
            inner = (max(axes[0] - shrink, 1), max(axes[1] - shrink, 1))
            cv2.ellipse(image, at, inner, turn, 0, 360, colour, 2, cv2.LINE_AA)
    else:
        at = (int(centre[0]), int(centre[1]))
        cv2.circle(image, at, int(rng.integers(4, 14)), (15, 15, 15), -1, cv2.LINE_AA)
