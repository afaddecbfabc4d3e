"""Words in streets and rooms: on boards or on the wall itself, in perspective, sometimes bent."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth.canvas import Box, Canvas, InkedLine
from ocrlib.data.synth.colours import Colour, colour_pair, luminance, random_colour
from ocrlib.data.synth.content import code, phone, random_word
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.labelling import Placed
from ocrlib.data.synth.layouts import body_size, chance, pick_font
from ocrlib.data.synth.phrases import sign_text
from ocrlib.data.synth.textures import scenery
from ocrlib.data.synth.warp import Warp, Wave, composite
from ocrlib.types import ByteImage

_NO_TEXT = 0.12  # share of scenes in which there is nothing to read


def scene(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    size: tuple[int, int],
    curved: bool = False,
) -> tuple[ByteImage, list[Placed]]:
    """A picture of a place with some words in it, or with none.

    Args:
        rng: source of randomness.
        fonts: the faces to write with.
        size: (height, width) of the picture in px.
        curved: most texts run along an arc; otherwise few do, and less.

    Returns:
        The picture (H, W, 3) and, for every piece of text, its lines and where they went.
    """
    image = scenery(rng, *size)
    if chance(rng, _NO_TEXT):
        return image, []
    return image, write_on(rng, fonts, image, curved=curved)


def write_on(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    image: ByteImage,
    occupied: Sequence[Box] = (),
    curved: bool = False,
) -> list[Placed]:
    """Put up some words in a picture that has none, or few.

    Args:
        rng: source of randomness.
        fonts: the faces to write with.
        image: RGB uint8 (H, W, 3); changed in place.
        occupied: boxes where nothing may be put, in px.
        curved: most texts run along an arc.

    Returns:
        For every piece of text, its lines and where they went.
    """
    size = image.shape[0], image.shape[1]
    placed: list[Placed] = []
    taken = list(occupied)
    for _ in range(int(rng.integers(1, 9))):
        sheet, alpha, lines = _board(rng, fonts, size)
        for _ in range(6):  # tries to find a free place
            warp = _view(rng, (sheet.shape[0], sheet.shape[1]), size, curved)
            corners = warp.points(
                np.array([[0, 0], [sheet.shape[1], 0], sheet.shape[1::-1], [0, sheet.shape[0]]],
                         np.float32)
            )  # fmt: skip
            x0, y0 = corners.min(axis=0).tolist()
            x1, y1 = corners.max(axis=0).tolist()
            if all(x0 > b[2] or x1 < b[0] or y0 > b[3] or y1 < b[1] for b in taken):
                break
        else:
            continue
        taken.append((x0, y0, x1, y1))
        if alpha is None:
            opaque = np.full(sheet.shape[:2], 255, np.uint8)
            composite(image, sheet, opaque, warp)
        else:
            colour = _legible_on(rng, image, (x0, y0, x1, y1))
            if chance(rng, 0.25):  # a shadow or a body of raised letters
                shift = rng.uniform(-0.08, 0.08, 2) * sheet.shape[0]
                moved = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
                dark = tuple(c // 3 for c in colour)
                under = cv2.warpAffine(alpha, moved, alpha.shape[::-1])
                composite(image, np.full_like(sheet, dark), under, warp)
            sheet[:] = colour
            composite(image, sheet, alpha, warp)
        placed.append((lines, warp))
    return placed


def _board(
    rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]
) -> tuple[ByteImage, NDArray[np.uint8] | None, tuple[InkedLine, ...]]:
    """One to four lines of text: a board (alpha None), or letters alone with their alpha."""
    text_size = body_size(rng, 10, 100)
    rows = int(rng.integers(1, 5)) if chance(rng, 0.45) else 1
    shouting = chance(rng, 0.3)
    font = pick_font(rng, fonts, capitals=shouting)
    texts = []
    for _ in range(rows):
        style = rng.random()
        text = sign_text(rng, 3) if style < 0.6 else random_word(rng)
        text = phone(rng) if style > 0.95 else code(rng) if style > 0.92 else text
        texts.append(text.upper() if shouting else text)
    # Long texts get small enough to fit, as on real boards.
    face = get_face(font, text_size)
    longest = max(face.getlength(text) for text in texts)
    text_size = max(9, min(text_size, int(text_size * 0.9 * size[1] / max(longest, 1))))
    face = get_face(font, text_size)
    tracking = float(rng.uniform(0.05, 0.4)) * text_size if chance(rng, 0.15) else 0.0
    widths = [face.getlength(text) + tracking * len(text) for text in texts]
    pad = float(rng.uniform(0.3, 1.2)) * text_size
    pitch = text_size * float(rng.uniform(1.05, 1.5))
    width, height = int(max(widths) + 2 * pad), int(pitch * rows + 1.2 * pad)
    on_board = chance(rng, 0.5)
    fill, ground = colour_pair(rng)
    canvas = Canvas(height, width, ground if on_board else (0, 0, 0))
    if on_board and chance(rng, 0.4):
        inset = float(rng.uniform(0, 0.25)) * pad
        canvas.draw.rectangle(
            (inset, inset, width - 1 - inset, height - 1 - inset),
            outline=fill if chance(rng, 0.5) else random_colour(rng),
            width=max(1, round(text_size * float(rng.uniform(0.03, 0.12)))),
        )
    align = "center" if chance(rng, 0.7) else "left"
    x = width / 2 if align == "center" else pad
    stroke = max(1, text_size // 24) if chance(rng, 0.15) else 0
    for number, text in enumerate(texts):
        base = 0.6 * pad + pitch * (number + 0.5) + 0.35 * text_size
        canvas.write(
            x, base, text, face, fill if on_board else (255, 255, 255),
            align=align, stroke=stroke, tracking=tracking,
        )  # fmt: skip
    sheet = canvas.pixels()
    alpha = None if on_board else sheet[..., 0].copy()
    if alpha is not None and chance(rng, 0.3):
        alpha = cv2.convertScaleAbs(alpha, alpha=float(rng.uniform(0.6, 0.95)))
    return sheet, alpha, canvas.lines()


def _view(
    rng: np.random.Generator, sheet: tuple[int, int], page: tuple[int, int], curved: bool
) -> Warp:
    """Somewhere in the picture, turned a little (rarely by a quarter), in perspective or bent."""
    height, width = sheet
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    angle = np.deg2rad(rng.normal(0, 7))
    if chance(rng, 0.04):
        angle += np.pi / 2 * (1 if chance(rng, 0.5) else -1)
    cos, sin = np.cos(angle), np.sin(angle)
    moved = (corners - np.array([width, height]) / 2) @ np.array([[cos, sin], [-sin, cos]])
    if chance(rng, 0.6):  # foreshortened: one side nearer than the other
        squeeze = float(rng.uniform(0.6, 1.0))
        moved[:, 0] *= squeeze
        near = 1 + rng.uniform(-0.25, 0.25) * np.array([-1, 1, 1, -1])
        moved[:, 1] = moved[:, 1] * near + moved[:, 0] * rng.normal(0, 0.08)
    reach = np.abs(moved).max(axis=0)
    room = np.maximum(np.array([page[1], page[0]]) / 2 - 0.9 * reach, 1)
    moved += np.array([page[1], page[0]]) / 2 + rng.uniform(-room, room)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    wave = None
    if chance(rng, 0.9 if curved else 0.12):
        low, high, steepest = (0.5, 1.5, 0.3) if curved else (0.15, 0.5, 0.2)
        depth = float(rng.uniform(low, high)) * min(height, steepest * width)
        turn = np.pi / 2 if chance(rng, 0.5) else -np.pi / 2
        wave = Wave((0.0, depth), (float(height), 2.2 * width), (0.0, turn - np.pi / 2.2))
    return Warp(matrix, wave)


def _legible_on(
    rng: np.random.Generator, image: ByteImage, box: tuple[float, float, float, float]
) -> Colour:
    """A colour that differs from what is in the box."""
    height, width = image.shape[:2]
    x0, y0 = int(np.clip(box[0], 0, width - 2)), int(np.clip(box[1], 0, height - 2))
    x1, y1 = int(np.clip(box[2], x0 + 1, width)), int(np.clip(box[3], y0 + 1, height))
    red, green, blue, _ = cv2.mean(image[y0:y1, x0:x1])
    ground = luminance((int(red), int(green), int(blue)))
    for _ in range(6):
        colour = random_colour(rng)
        if abs(luminance(colour) - ground) > 60:
            return colour
    return (250, 250, 245) if ground < 128 else (15, 15, 20)
