"""Crops for the chapter on recognition that goes wrong, and small repairs of crops."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocrlib.data.synth import vocabulary
from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import Font, get_face, load_fonts
from ocrlib.data.synth.hand import draw_hand
from ocrlib.explore.specimens import font
from ocrlib.preprocess import resize
from ocrlib.types import ByteImage, RecSample

FACES = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral")
PAPER, INK, RED = (250, 248, 242), (40, 40, 46), (205, 45, 50)


def words(shortest: int = 4, longest: int = 9) -> list[str]:
    """Common English words, lower case, in alphabetical order."""
    return sorted(w for w in set(vocabulary.COMMON) if shortest <= len(w) <= longest)


def line(
    text: str, face: str = "DejaVuSans", size: int = 28, tracking: float = 0.0, gap: float = 0.0
) -> ByteImage:
    """A clean crop of one line, dark on paper.

    Args:
        text: what it says.
        face: name of one of matplotlib's faces, see `specimens.font`.
        size: of the letters (em), px.
        tracking: added between letters, px.
        gap: added to every space, px; may be negative.
    """
    drawn, margin = get_face(font(face), size), 8
    extra = tracking * (len(text) - 1) + gap * text.count(" ")
    canvas = Canvas(round(1.45 * size), round(drawn.getlength(text) + extra) + 2 * margin, PAPER)
    canvas.write(margin, round(1.08 * size), text, drawn, INK, tracking=tracking, extra_space=gap)
    return canvas.pixels()


def lines(texts: Sequence[str], faces: Sequence[str] = FACES) -> list[RecSample]:
    """Clean crops of some texts, the faces in turn."""
    return [
        RecSample(line(text, faces[i % len(faces)]), text, "book: line")
        for i, text in enumerate(texts)
    ]


def handwritten(rng: Generator, texts: Sequence[str], wildness: float = 0.9) -> list[RecSample]:
    """Crops of texts in a hand that wanders, see `draw_hand`; the slant and the face vary."""
    faces, crops = load_fonts("bundled"), []
    for text in texts:
        face: Font = faces[int(rng.integers(len(faces)))]
        ink = draw_hand(rng, face, text, 36, wildness).astype(np.float32) / 255
        share = np.pad(ink, ((5, 5), (8, 8)))[:, :, None]  # (H, W, 1)
        image = np.rint(PAPER + (np.array(INK) - PAPER) * share).astype(np.uint8)
        crops.append(RecSample(image, text, "book: hand"))
    return crops


def stretched(image: ByteImage, factor: float) -> ByteImage:
    """The crop with another width: 0.5 squeezes it to a half."""
    height, width, _ = image.shape
    return resize(image, (height, max(1, round(width * factor))))


def turned(image: ByteImage, degrees: float) -> ByteImage:
    """The crop turned anticlockwise, in the upright rectangle around it, the rest paper."""
    height, width, _ = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    out: ByteImage = cv2.warpAffine(image, matrix, size, borderValue=PAPER)
    return out


def quarter(image: ByteImage, turns: int) -> ByteImage:
    """The crop turned anticlockwise by so many right angles."""
    return np.ascontiguousarray(np.rot90(image, turns))


def stacked(text: str, size: int = 28) -> ByteImage:
    """Upright letters, one under the other, as on signs that hang from walls."""
    face = get_face(font(), size)
    canvas = Canvas(round(1.2 * size * len(text)) + 12, round(1.6 * size), PAPER)
    for i, letter in enumerate(text):
        canvas.write(0.8 * size, round(1.2 * size * (i + 1)), letter, face, INK, align="center")
    return canvas.pixels()


def stamped(rng: Generator, image: ByteImage) -> ByteImage:
    """The crop with a red rubber stamp across it; inks multiply."""
    height, width, _ = image.shape
    mask = np.zeros((height, width), np.uint8)
    x, y = int(rng.uniform(0.25, 0.75) * width), height // 2 + int(rng.integers(-8, 9))
    for radius in (0.9, 0.7):
        cv2.circle(mask, (x, y), round(radius * height), 255, max(3, height // 9), cv2.LINE_AA)
    at = (x - height // 2, height // 2 + 6)
    cv2.putText(mask, "PAID", at, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 4, cv2.LINE_AA)
    tint = 255 + (np.array(RED) - 255.0) * (mask[:, :, None] / 255)
    return np.rint(image * tint / 255).astype(np.uint8)


def inked(image: ByteImage) -> NDArray[np.bool_]:
    """Where a dark-on-light crop has ink, (H, W)."""
    grey = image.min(axis=2).astype(np.float32)
    dark: NDArray[np.bool_] = grey.max() - grey > 0.3 * (grey.max() - grey.min())
    return dark


def tighten(image: ByteImage, keep: int = 4, space: int = 18) -> ByteImage:
    """Take out what all gaps between letters have in common; wider gaps become clear spaces.

    Args:
        image: a line, dark on light.
        keep: px left of an ordinary gap.
        space: px that a gap has at most that is clearly wider than the ordinary one.
    """
    ink = np.flatnonzero(inked(image).any(axis=0))
    gaps = np.diff(ink) - 1
    if not (gaps > 0).any():
        return image
    cut = max(0, int(np.median(gaps[gaps > 0])) - keep)
    stays = np.ones(image.shape[1], bool)
    for end, gap in zip(ink[:-1], gaps, strict=True):
        drop = min(gap - 1, cut)
        if gap - drop > 2 * keep:
            drop = min(drop, max(0, gap - space))
        stays[end + 1 : end + 1 + max(0, drop)] = False
    return image[:, stays]


def unstack(image: ByteImage) -> ByteImage:
    """Letters that stand one under the other, set side by side."""
    ink = inked(image)
    edges = np.flatnonzero(np.diff(np.pad(ink.any(axis=1).astype(int), 1))).reshape(-1, 2)
    if not len(edges):
        return image
    tallest = int((edges[:, 1] - edges[:, 0]).max())
    parts = []
    for top, bottom in edges:
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        top, bottom = max(0, top - 2), min(len(image), bottom + 2)  # a rim of paper to repeat
        letter = image[top:bottom, max(0, columns[0] - 3) : columns[-1] + 4]
        room = ((7 + tallest - len(letter), 3), (0, 0), (0, 0))
        parts.append(np.pad(letter, room, mode="edge"))
    return np.pad(np.concatenate(parts, axis=1), ((0, 0), (4, 4), (0, 0)), mode="edge")
