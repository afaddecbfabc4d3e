"""Text to a mask of ink, and masks through one geometric warp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]  # (H, W), 0 = no ink, 255 = full ink
Matrix = NDArray[np.float64]  # (3, 3) homography


@dataclass(frozen=True, eq=False)
class Ink:
    """Drawn text.

    Args:
        mask: ink, uint8 (H, W), trimmed to what is drawn.
        baseline: row of the baseline in the mask, px; may lie below it.
    """

    mask: Mask
    baseline: int


def draw_text(
    face: ImageFont.FreeTypeFont, text: str, tracking: float = 0.0, gap: float = 1.0
) -> Ink:
    """Draws one line of text.

    Args:
        face: the typeface at its size.
        text: what to draw.
        tracking: extra distance between characters, px (may be negative).
        gap: factor on the width of spaces.

    Returns:
        the ink; a mask without pixels (0, 0) if nothing is visible.
    """
    # Pieces that keep their own spacing and kerning, each with its advance.
    space = face.getlength(" ") * gap + tracking
    if tracking:
        pieces = [(char, face.getlength(char) + tracking) for char in text]
    elif gap == 1:
        pieces = [(text, face.getlength(text))]
    else:
        words = text.split(" ")
        pieces = [(word, face.getlength(word) + space) for word in words]
    margin = int(face.size)  # glyphs may reach out of their boxes
    width = int(sum(space if piece == " " else advance for piece, advance in pieces))
    canvas = Image.new("L", (max(width, 1) + 2 * margin, 3 * margin))
    pencil = ImageDraw.Draw(canvas)
    pen = float(margin)
    for piece, advance in pieces:
        if piece == " ":
            pen += space
        else:
            pencil.text((pen, 2 * margin), piece, fill=255, font=face, anchor="ls")
            pen += advance
    mask = np.asarray(canvas)
    left, top, columns, rows = cv2.boundingRect(mask)
    return Ink(mask[top : top + rows, left : left + columns], 2 * margin - top)


def affine(scale_x: float, scale_y: float, angle: float, slant: float) -> Matrix:
    """Scale, then slant (shear along x), then rotate (radians, clockwise in the picture)."""
    cos, sin = np.cos(angle), np.sin(angle)
    rotate = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    shape = np.array([[scale_x, slant * scale_y, 0], [0, scale_y, 0], [0, 0, 1.0]])
    matrix: Matrix = rotate @ shape
    return matrix


def tilt(width: float, height: float, horizontal: float, vertical: float) -> Matrix:
    """A perspective about the origin for an object of the given size (px).

    Args:
        width: of the object, px.
        height: of the object, px.
        horizontal: how much taller its right end is than its left, as a share (-0.8 to 0.8).
        vertical: how much wider its lower edge is than its upper, as a share.
    """
    return np.array([[1, 0, 0], [0, 1, 0], [-horizontal / width, -vertical / height, 1.0]])


def transform_points(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sends (n, 2) points through a homography."""
    projected = points @ matrix[:, :2].T + matrix[:, 2]  # (n, 3)
    return projected[:, :2] / projected[:, 2:]


def warp_flat(mask: Mask, matrix: Matrix, size: tuple[int, int]) -> Mask:
    """Warps a mask by a homography into a picture of `size` (height, width); no ink outside."""
    warped: Mask = cv2.warpPerspective(mask, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR)
    return warped


def warp_arc(mask: Mask, matrix: Matrix, size: tuple[int, int], bend: float) -> Mask:
    """Bends a mask along a circle, then warps it as `warp_flat` does.

    Args:
        mask: ink, (H, W).
        matrix: from coordinates about the mask's centre to the picture.
        size: (height, width) of the picture, px.
        bend: angle that the text spans, radians; positive arches upwards.
    """
    height, width = size
    inverse: Matrix = np.linalg.inv(matrix).astype(np.float64)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    points = transform_points(inverse, np.stack([x.ravel(), y.ravel()], 1).astype(np.float64))
    radius = mask.shape[1] / bend
    # A circle's centre lies `radius` below the middle of the text (above it if bend < 0).
    dx, dy = points[:, 0], radius - points[:, 1]
    angle = np.arctan2(dx * np.sign(bend), dy * np.sign(bend))
    distance = np.hypot(dx, dy) * np.sign(bend)
    source_x = angle * radius + (mask.shape[1] - 1) / 2
    source_y = radius - distance + (mask.shape[0] - 1) / 2
    columns = source_x.reshape(size).astype(np.float32)  # (H, W)
    rows = source_y.reshape(size).astype(np.float32)  # (H, W)
    bent: Mask = cv2.remap(mask, columns, rows, cv2.INTER_LINEAR)
    return bent


def arc_points(points: NDArray[np.float64], width: float, bend: float) -> NDArray[np.float64]:
    """Where `warp_arc` bends points to, (n, 2) about the mask's centre; `width` of the mask."""
    radius = width / bend
    angle = points[:, 0] / radius
    distance = radius - points[:, 1]
    return np.stack([distance * np.sin(angle), radius - distance * np.cos(angle)], 1)
