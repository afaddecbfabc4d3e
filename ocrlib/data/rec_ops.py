"""Single changes of a crop of text, each with a strength: what RandAugment and others choose from.

Nothing happens at strength 0; at 1 the text is hard to read, but can be. Which way a change goes,
to the left or to the right, darker or lighter, is left to chance; how far it goes is not, so that
a strength means the same each time. No change mirrors the text or cuts characters off; solarizing
alone, which the papers have, can wipe a text out.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.config_augment import Operation
from ocrlib.data.synth import effects
from ocrlib.types import ByteImage

_HEIGHT = 32  # px; blur and the like are sized for a crop of this height, and grow with it


def apply(
    name: Operation, image: ByteImage, rng: np.random.Generator, strength: float
) -> ByteImage:
    """Do what a name says.

    Args:
        name: of the operation.
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0 (nothing) to 1.

    Returns:
        RGB uint8; of another size after "rotate", "shear", "tilt", "squeeze" and "margins".
    """
    unit = image.shape[0] / _HEIGHT
    match name:
        case "rotate":
            return rotate(image, rng, strength)
        case "shear":
            return shear(image, rng, strength)
        case "tilt":
            return tilt(image, rng, strength)
        case "squeeze":
            return squeeze(image, rng, strength)
        case "margins":
            return margins(image, rng, strength)
        case "blur":
            return effects.blur(image, 1.6 * strength * unit)
        case "motion-blur":
            if strength == 0:
                return image
            return effects.motion_blur(image, 5 * strength * unit, rng.uniform(0, math.pi))
        case "low-resolution":
            return effects.low_resolution(image, 1 + 1.5 * strength * max(1.0, unit))
        case "noise":
            return effects.gaussian_noise(image, 28 * strength, rng)
        case "camera-noise":
            return camera_noise(image, rng, strength)
        case "salt-and-pepper":
            return effects.salt_and_pepper(image, 0.08 * strength, rng)
        case "jpeg":
            return jpeg(image, strength)
        case "sharpen":
            return effects.sharpen(image, 2 * strength)
        case "brightness":
            return effects.tone(image, 75 * strength * _side(rng), 1, 1)
        case "contrast":
            return effects.tone(image, 0, math.exp(0.9 * strength * _side(rng)), 1)
        case "gamma":
            return effects.tone(image, 0, 1, math.exp(0.8 * strength * _side(rng)))
        case "colour":
            return colour(image, rng, strength)
        case "lighting":
            return effects.lighting(image, 0.6 * strength, rng)
        case "autocontrast":
            return autocontrast(image, strength)
        case "equalize":
            return equalize(image, strength)
        case "posterize":
            return posterize(image, strength)
        case "solarize":
            return solarize(image, strength)


def rotate(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Turn by 10 degrees at strength 1; a long line by less, so that it rises by its height only.

    The picture grows, so that nothing is cut off.
    """
    height, width = image.shape[:2]
    angle = math.radians(10 * strength) * _side(rng)
    angle = math.copysign(min(abs(angle), strength * height / width), angle)
    cos, sin = math.cos(angle), math.sin(angle)
    return _transform(image, np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]))


def shear(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Slant the letters by 30 degrees at strength 1, as italics or backwards."""
    slant = math.tan(math.radians(30 * strength)) * _side(rng)
    return _transform(image, np.array([[1, slant, 0], [0, 1, 0], [0, 0, 1]]))


def tilt(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """See the text from the side: one end is 40 % lower than the other at strength 1."""
    height, width = image.shape[:2]
    loss = 0.2 * strength * height
    left, right = (loss, 0.0) if _side(rng) > 0 else (0.0, loss)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[0, left], [0, right], [0, -right], [0, -left]], np.float32)
    return _transform(image, cv2.getPerspectiveTransform(corners, corners + inwards))


def squeeze(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Make the letters narrower or wider, by a factor of 1.6 at strength 1."""
    height, width = image.shape[:2]
    size = max(1, round(width * math.exp(0.47 * strength * _side(rng))))
    if size == width:
        return image
    method = cv2.INTER_AREA if size < width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, height), interpolation=method), np.uint8)


def margins(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Leave room around the text, as a detector's box does: up to 0.4 of the height on a side.

    The border's colours are repeated outwards.
    """
    room = np.rint(rng.uniform(0, 0.4, 4) * strength * image.shape[0]).astype(int)
    top, bottom, left, right = room.tolist()
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_REPLICATE)
    return np.asarray(padded, np.uint8)


def camera_noise(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Noise as of a high ISO setting; 24 grey levels at strength 1."""
    return effects.camera_noise(image, 24 * strength, rng)


def jpeg(image: ByteImage, strength: float) -> ByteImage:
    """Traces of compression: quality 90 just above strength 0, 10 at strength 1."""
    return effects.jpeg(image, round(90 - 80 * strength)) if strength > 0 else image


def colour(image: ByteImage, rng: np.random.Generator, strength: float) -> ByteImage:
    """Fade to grey, or make colours twice as strong at strength 1."""
    return _blend(_grey(image), image, 1 + strength * _side(rng))


def autocontrast(image: ByteImage, strength: float) -> ByteImage:
    """Spread each channel over the whole range, from black to white at strength 1."""
    low = image.min(axis=(0, 1)).astype(np.float32)  # (3,)
    span = np.maximum(image.max(axis=(0, 1)) - low, 1)
    levels = np.arange(256, dtype=np.float32)[:, None]  # (256, 1)
    return _curve(image, (levels - low) * (255 / span), strength)


def equalize(image: ByteImage, strength: float) -> ByteImage:
    """Make every grey level about equally frequent, in each channel, at strength 1."""
    curves = np.empty((256, 3), np.float32)
    for channel in range(3):
        counts = np.bincount(image[:, :, channel].ravel(), minlength=256)
        total = counts.cumsum().astype(np.float32)
        first = total[np.flatnonzero(counts)[0]]
        curves[:, channel] = (total - first) * (255 / max(1, total[-1] - first))
    return _curve(image, curves, strength)


def posterize(image: ByteImage, strength: float) -> ByteImage:
    """Keep fewer grey levels: eight bits at strength 0, two at 1."""
    step = 1 << round(6 * strength)
    levels = np.arange(256) // step * step + step // 2
    return _curve(image, np.repeat(levels[:, None], 3, axis=1).astype(np.float32), 1.0)


def solarize(image: ByteImage, strength: float) -> ByteImage:
    """Turn the lightest levels into their negative, from 128 upwards at strength 1."""
    levels = np.arange(256, dtype=np.float32)
    turned = np.where(levels > 255 - 127 * strength, 255 - levels, levels)
    return _curve(image, np.repeat(turned[:, None], 3, axis=1), 1.0)


def negative(image: ByteImage) -> ByteImage:
    """Light for dark: a text that was black on white is white on black. It has no strength."""
    return 255 - image


def _side(rng: np.random.Generator) -> float:
    """-1 or 1."""
    return 1.0 if rng.random() < 0.5 else -1.0


def _curve(image: ByteImage, curves: NDArray[np.float32], strength: float) -> ByteImage:
    """Map grey levels by (256, 3) curves, mixed with leaving them alone."""
    same = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip(same + strength * (curves - same) + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def _blend(base: ByteImage, image: ByteImage, share: float) -> ByteImage:
    """``base`` plus ``share`` of the way to ``image`` and beyond."""
    return np.asarray(cv2.addWeighted(base, 1 - share, image, share, 0), np.uint8)


def _grey(image: ByteImage) -> ByteImage:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)


def _transform(image: ByteImage, matrix: NDArray[np.floating]) -> ByteImage:
    """Map a picture by a (3, 3) matrix into one that is just large enough for its corners.

    A strength near 0 gives back the same size: the corners are rounded to whole px.
    """
    height, width = image.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], float)
    moved = corners @ matrix.T
    moved = moved[:, :2] / moved[:, 2:]  # (4, 2)
    low = moved.min(axis=0)
    size = np.maximum(np.rint(moved.max(axis=0) - low), 1).astype(int)
    # OpenCV counts from the middle of the first pixel, corners are edges of pixels.
    to_edges = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    back = np.array([[1, 0, -low[0] - 0.5], [0, 1, -low[1] - 0.5], [0, 0, 1]])
    warped = cv2.warpPerspective(
        image,
        back @ matrix @ to_edges,
        (int(size[0]), int(size[1])),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(warped, np.uint8)
