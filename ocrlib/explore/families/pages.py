"""Six kinds of pages, each hard in one way, on which chapter 4 tries the families of detectors.

Their texts, places and angles are fixed, so that every figure of the chapter can be repeated.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth.canvas import Canvas, Colour, fit
from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.labelling import Placed, label_pages
from ocrlib.data.synth.warp import Warp, Wave, composite
from ocrlib.explore.specimens import font
from ocrlib.types import ByteImage, DetSample

# What is hard about the pages of each kind.
KINDS = {
    "straight": "nothing: short upright lines, far apart",
    "tilted": "sheets turned by 12, 25 and 40 degrees",
    "curved": "lines that bend",
    "crowded": "lines that touch, columns close together",
    "crossing": "a stamp across several lines",
    "long": "lines sixty times as long as high",
}
PAGES = 3  # of each kind
SIZE = (360, 480)  # (height, width) px
LONG_SIZE = (180, 1000)

_TEXTS = (
    *("Harbour office", "Second floor", "Open from nine", "Ring twice", "North gate"),
    *("Mind the step", "Fresh bread", "Platform 4", "No bicycles", "Keep it dry"),
    *("Winter coats", "Ask inside", "Blue door", "Tickets here", "Room 118"),
    *("Left luggage", "Garden seeds", "Do not lean", "Quiet please", "Hot soup"),
)
_SENTENCES = (
    "The ferry leaves the island at six in the morning and comes back when the tide allows it,"
    " with mail and milk and whoever slept too long",
    "Every drawer of the old cabinet held a different kind of screw, and none of them fitted the"
    " one clock that had stopped in the hall",
    "She counted the lamps along the river until the fog took them, then counted them again from"
    " memory, and the numbers did not agree",
    "Nobody had read the notice to its end, because it began with the rules of a game that had not"
    " been played here since the war",
)
_INK: Colour = (38, 36, 44)
_PAPER: Colour = (247, 244, 236)
_BOARD: Colour = (150, 140, 122)


def hard_pages(kind: str) -> list[DetSample]:
    """The pages of one kind, with the outlines of their lines.

    Args:
        kind: a key of :data:`KINDS`.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no pages {kind!r}; there are {', '.join(KINDS)}")
    draw = {
        "straight": _straight,
        "tilted": _tilted,
        "curved": _curved,
        "crowded": _crowded,
        "crossing": _crossing,
        "long": _long,
    }[kind]
    samples = []
    for number in range(PAGES):
        image, placed = draw(number)
        lines, _ = label_pages(placed, image)
        samples.append(DetSample(image, lines, f"book: {kind} {number + 1}"))
    return samples


def _text(number: int) -> str:
    return _TEXTS[number % len(_TEXTS)]


def _flat(canvas: Canvas) -> tuple[ByteImage, list[Placed]]:
    return canvas.pixels(), [(canvas.lines(), Warp(np.eye(3)))]


def _straight(number: int) -> tuple[ByteImage, list[Placed]]:
    canvas = Canvas(*SIZE, _PAPER)
    for row in range(6):
        size = (18, 26, 14, 22, 32, 16)[(row + number) % 6]
        x = 30 + 70 * ((row * 2 + number) % 4)
        text = _text(7 * number + row)
        canvas.write(x, 50 + 56 * row, text, get_face(font(), size), _INK)
    return _flat(canvas)


def _tilted(number: int) -> tuple[ByteImage, list[Placed]]:
    sheet = Canvas(220, 270, _PAPER)
    for row in range(6):
        size = (16, 13, 18)[(row + number) % 3]
        text = f"{_text(6 * number + row)}, {_text(5 * number + row + 9).lower()}"
        sheet.write(12, 34 + 34 * row, text, get_face(font(), size), _INK)
    angle = math.radians((12, -25, 40)[number])
    warp = Warp(_turn(angle, (sheet.height, sheet.width), SIZE))
    board = Canvas(*SIZE, _BOARD).pixels()
    return warp.image(sheet.pixels(), board), [(sheet.lines(), warp)]


def _turn(
    angle: float, sheet: tuple[int, int], page: tuple[int, int], at: tuple[float, float] = (0, 0)
) -> NDArray[np.float64]:
    """Turn a sheet about its middle and lay that on the page's middle, moved by ``at`` px."""
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    middle = np.array([page[1] / 2 + at[0], page[0] / 2 + at[1]])
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = middle - turn @ np.array([sheet[1] / 2, sheet[0] / 2])
    return matrix


def _curved(number: int) -> tuple[ByteImage, list[Placed]]:
    sheet = Canvas(250, 420, _PAPER)
    for row in range(4):
        text = f"{_text(9 * number + row)} - {_text(4 * number + row + 6)}".lower()
        sheet.write(210, 54 + 54 * row, text, get_face(font(), 26), _INK, align="center")
    # Half a wave over the sheet is an arch, a whole one an S.
    depth, length = ((78, 840), (-78, 840), (32, 420))[number]
    wave = Wave((0.0, float(depth)), (250.0, float(length)), (0.0, 0.0))
    matrix = np.eye(3)
    matrix[:2, 2] = (30, (95, 20, 55)[number])
    warp = Warp(matrix, wave)
    board = Canvas(*SIZE, _BOARD).pixels()
    return warp.image(sheet.pixels(), board), [(sheet.lines(), warp)]


def _crowded(number: int) -> tuple[ByteImage, list[Placed]]:
    canvas = Canvas(*SIZE, _PAPER)
    size = (14, 16, 18)[number]
    face = get_face(font(), size)
    left = 60.0
    for column in range(2):
        ends = []
        for row in range(300 // size - 1):
            text = f"{_text(row * 3 + number)} {_text(row + 5 * column + 2)}".lower()
            text = fit(text, face, 11 * size)
            baseline = 50 + 0.96 * size * row
            ends.append(canvas.write(left, round(baseline), text, face, _INK))
        left = max(ends) + 12
    return _flat(canvas)


def _crossing(number: int) -> tuple[ByteImage, list[Placed]]:
    canvas = Canvas(*SIZE, _PAPER)
    face = get_face(font(), 20)
    for row in range(7):
        text = f"{_text(8 * number + row)}, {_text(3 * number + row + 8).lower()}"
        canvas.write(50, 60 + 42 * row, text, face, _INK)
    image, placed = _flat(canvas)
    word = ("PAID IN FULL", "CANCELLED", "DUPLICATE")[number]
    stamp = Canvas(70, 330)
    stamp.write(165, 54, word, get_face(font("DejaVuSans-Bold"), 42), (0, 0, 0), align="center")
    alpha = cv2.cvtColor(255 - stamp.pixels(), cv2.COLOR_RGB2GRAY)
    ink = Canvas(70, 330, (190, 30, 40)).pixels()
    angle = math.radians((-28, 24, -20)[number])
    warp = Warp(_turn(angle, (70, 330), SIZE, at=(-30.0, 10.0)))
    composite(image, ink, (alpha * 0.65).astype(np.uint8), warp)
    return image, [*placed, (stamp.lines(), warp)]


def _long(number: int) -> tuple[ByteImage, list[Placed]]:
    canvas = Canvas(*LONG_SIZE, _PAPER)
    face = get_face(font(), 14)
    for row in range(4):
        text = _SENTENCES[(row + number) % len(_SENTENCES)]
        canvas.write(30, 35 + 40 * row, text, face, _INK)
    return _flat(canvas)
