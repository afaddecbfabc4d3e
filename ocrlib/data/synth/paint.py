"""Ink on a ground: colours, shadows, outlines, raised letters, frames, and worn print."""

from __future__ import annotations

import cv2
import numpy as np

from ocrlib.data.synth import effects
from ocrlib.data.synth.colours import Colour, colour_pair, luminance, random_colour
from ocrlib.data.synth.typeset import Mask
from ocrlib.types import ByteImage


def blend(image: ByteImage, mask: Mask, colour: Colour | ByteImage, share: float = 1) -> ByteImage:
    """Paints over a picture where there is ink.

    Args:
        image: RGB uint8 (H, W, 3).
        mask: ink, uint8 (H, W).
        colour: one colour, or a picture of the same size to take colours from.
        share: how opaque full ink is, 0-1.
    """
    alpha = mask.astype(np.float32)[:, :, None] * np.float32(share / 255)  # (H, W, 1)
    paint = np.asarray(colour, np.float32)
    under = image.astype(np.float32)
    return (under + (paint - under) * alpha + np.float32(0.5)).astype(np.uint8)


def shift(mask: Mask, dx: int, dy: int) -> Mask:
    """The mask moved by whole pixels; empty where nothing moves in."""
    height, width = mask.shape
    moved = np.zeros_like(mask)
    if abs(dx) < width and abs(dy) < height:
        moved[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = mask[
            max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
        ]
    return moved


def decorate(
    rng: np.random.Generator, image: ByteImage, mask: Mask, ink: Colour, reach: int
) -> ByteImage:
    """Draws what lies under letters: mostly nothing, else a shadow, an outline, sides or a glow.

    Args:
        rng: source of randomness.
        image: the ground, RGB uint8 (H, W, 3).
        mask: the letters, uint8 (H, W).
        ink: the letters' colour.
        reach: how far the decoration reaches, px (about a 22nd of the height).
    """
    kind = rng.random()
    if kind < 0.14:  # shadow
        dx, dy = (int(step) for step in rng.integers(-2 * reach, 2 * reach + 1, 2))
        shade = effects.blur(shift(mask, dx, dy), rng.random() * 1.5 * reach)
        opposite = (0, 0, 0) if luminance(ink) > 70 else (255, 255, 255)
        colour = opposite if rng.random() < 0.7 else random_colour(rng)
        return blend(image, shade, colour, 0.3 + 0.6 * rng.random())
    if kind < 0.24:  # outline
        radius = 1 + int(rng.random() * 1.5 * reach)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        edge, _ = colour_pair(rng, 0)
        if abs(luminance(edge) - luminance(ink)) < 40:
            edge = (255, 255, 255) if luminance(ink) < 128 else (0, 0, 0)
        wide: Mask = cv2.dilate(mask, kernel)
        return blend(image, wide, edge)
    if kind < 0.31:  # solid letters: their sides, seen from one direction
        dx, dy = (int(step) for step in rng.integers(-1, 2, 2))
        dim = 0.35 + 0.35 * rng.random()
        side = (int(ink[0] * dim), int(ink[1] * dim), int(ink[2] * dim))
        body = mask
        for step in range(1, 2 * reach + 1):
            body = np.maximum(body, shift(mask, dx * step, dy * step))
        return blend(image, body, side)
    if kind < 0.34:  # glow
        return blend(image, effects.blur(mask, 1.5 * reach), ink, 0.6)
    return image


def fill(rng: np.random.Generator, mask: Mask, ink: Colour) -> Colour | ByteImage:
    """Colour for letters: usually one, sometimes shaded or cloudy."""
    if rng.random() < 0.82:
        return ink
    height, width = mask.shape
    return effects.texture_background(rng, height, width, ink, calm=0.4 * float(rng.random()))


def relief(image: ByteImage, mask: Mask, amount: float) -> ByteImage:
    """Light from above left on raised letters; `amount` 0-1."""
    slope = cv2.Sobel(mask, cv2.CV_32F, 1, 1, ksize=3) * np.float32(amount)
    lit: ByteImage = np.clip(image + slope[:, :, None], 0, 255).astype(np.uint8)
    return lit


def frame(rng: np.random.Generator, image: ByteImage) -> ByteImage:
    """The edge of a sign along one side of the crop (changes the picture)."""
    height, width = image.shape[:2]
    end = int(rng.random() * height * 0.12) + 1 + int(rng.random() * height * 0.08)
    colour = random_colour(rng)
    side = int(rng.random() * 4)
    if side == 0:
        image[:end] = colour
    elif side == 1:
        image[height - end :] = colour
    elif side == 2:
        image[:, :end] = colour
    else:
        image[:, width - end :] = colour
    return image


def worn_print(rng: np.random.Generator, mask: Mask) -> Mask:
    """Ink as cheap printers leave it: fat, thin, missing in places, dotted, or in bands.

    Args:
        rng: source of randomness.
        mask: clean ink, uint8 (H, W).
    """
    height, width = mask.shape
    kind = rng.random()
    if kind < 0.15:  # too hot, or too much ink
        mask = cv2.dilate(mask, np.ones((2, 2 if rng.random() < 0.6 else 1), np.uint8))
    elif kind < 0.25:  # too cold
        thin = cv2.erode(mask, np.ones((2, 2 if rng.random() < 0.5 else 1), np.uint8))
        mask = cv2.addWeighted(mask, 0.45, thin, 0.55, 0)
    if rng.random() < 0.2:  # ink missing in places
        wear = effects.octave_noise(rng, height, width, 3 + rng.random() * 8)
        keep = np.clip(0.75 + rng.random() * 0.5 + wear * 1.2, 0.15, 1)
        mask = (mask * keep).astype(np.uint8)
    if rng.random() < 0.1:  # dot matrix: a grid of pins
        period = 2 * np.pi / max(2.0, height / (9 + 5 * rng.random()))  # radians per px
        rows = 0.6 + 0.6 * np.cos(np.arange(height, dtype=np.float32) * period)
        columns = 0.6 + 0.6 * np.cos(np.arange(width, dtype=np.float32) * period)
        grid = np.clip(rows[:, None] * columns[None, :] * 1.5, 0.25, 1)  # (H, W)
        mask = (mask * grid).astype(np.uint8)
    if rng.random() < 0.15:  # heating elements of uneven strength
        bands = np.float32(0.45) + np.float32(0.55) * rng.random(
            (1, max(2, width // 12)), dtype=np.float32
        )
        mask = (mask * cv2.resize(bands, (width, 1))).astype(np.uint8)
    return mask.astype(np.uint8, copy=False)
