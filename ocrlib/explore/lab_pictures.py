"""Four pictures for the post-processing lab, each with something that goes wrong easily."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.synth.canvas import Canvas, Colour, InkedLine
from ocrlib.data.synth.effects import gaussian_noise, octave_noise
from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.labelling import label_pages, outlines
from ocrlib.data.synth.warp import Warp, composite
from ocrlib.data.synth.wear import shade
from ocrlib.explore.specimens import font, receipt
from ocrlib.types import ByteImage, DetSample, TextInstance

SIDE = 640  # px, height and width of the square ones
_BAND = 14  # points along one edge of a bent label

# Of the price list: x and line spacing in px, first price, and what is for sale.
_COLUMNS = (
    (40, 20, 0, ("chisel 6 mm", "chisel 12 mm", "marking gauge", "try square", "mallet, beech",
                 "plane No. 4", "spokeshave", "card scraper", "coping saw", "tenon saw",
                 "bench hook", "oil stone", "rasp", "bradawl")),
    (340, 25, 5, ("bar clamp 40", "bar clamp 80", "wood glue 1 l", "sandpaper", "linseed oil",
                  "beeswax", "brass screws", "steel nails", "dowels 8 mm", "pencil, flat",
                  "folding rule", "apron")),
)  # fmt: skip
_SMALL_PRINT = (
    "All prices include tax. Tools are sharpened before they leave the shop.",
    "We take back what you do not need within thirty days, unused and clean.",
    "Ask for our evening classes: dovetails on Monday, sharpening on Friday.",
)


def lab_pictures() -> dict[str, DetSample]:
    """The pictures by name: "receipt", "scene", "curved", "crowded"; always the same."""
    return {"receipt": receipt(), "scene": scene(), "curved": curved(), "crowded": crowded()}


def scene() -> DetSample:
    """A shop front: letters on boards, among bricks, a fence and an awning without letters.

    Returns:
        A picture of 640x640 px with its lines of text.
    """
    rng = np.random.default_rng(11)
    image = _bricks(rng)
    cv2.rectangle(image, (60, 250), (580, 560), (48, 58, 66), -1)  # the shop window
    for x in (66, 325):
        cv2.rectangle(image, (x, 256), (x + 249, 554), (96, 118, 128), -1)
    _awning(image)
    cv2.rectangle(image, (0, 560), (SIDE, SIDE), (122, 118, 112), -1)  # the pavement
    signs = [
        _sign("HARBOUR BOOKS", 56, (250, 240, 214), (34, 66, 58), "DejaVuSerif-Bold"),
        _sign("No. 27", 26, (30, 30, 30), (240, 236, 226), "DejaVuSans"),
        _sign("Maps & charts", 30, (255, 255, 250), (120, 40, 36), "DejaVuSerif-Italic"),
        _sign("OPEN", 40, (250, 214, 60), (28, 36, 84), "DejaVuSans-Bold"),
        _sign("used books 2 for 5", 19, (70, 52, 40), (232, 220, 190), "DejaVuSans"),
    ]
    places = [
        [[72, 60], [572, 36], [572, 124], [72, 138]],
        [[588, 292], [634, 300], [634, 322], [588, 316]],
        [[92, 300], [286, 286], [292, 336], [92, 346]],
        [[392, 330], [506, 306], [514, 362], [400, 388]],
        [[350, 468], [550, 480], [550, 510], [350, 500]],
    ]
    placed = []
    for canvas, place in zip(signs, places, strict=True):
        warp = _laid(canvas, place)
        alpha = np.full((canvas.height, canvas.width), 255, np.uint8)
        composite(image, canvas.pixels(), alpha, warp)
        placed.append((canvas.lines(), warp))
    for x in range(8, SIDE, 26):  # the fence: a row of strokes, as letters are
        cv2.rectangle(image, (x, 540), (x + 7, 628), (30, 34, 38), -1)
    for y in (552, 612):
        cv2.rectangle(image, (0, y), (SIDE, y + 6), (30, 34, 38), -1)
    image = _in_light(image, rng)
    return DetSample(image, label_pages(placed, image)[0], "book: scene")


def curved() -> DetSample:
    """A round label: two lines that run around it, two waves, two straight ones.

    Returns:
        A picture of 640x640 px; the bent lines have labels of 28 points.
    """
    rng = np.random.default_rng(3)
    image = np.full((SIDE, SIDE, 3), (206, 190, 160), np.uint8)
    middle = (SIDE // 2, SIDE // 2)
    for radius, colour in ((304, (54, 38, 30)), (294, (244, 236, 218)), (196, (54, 38, 30))):
        cv2.circle(image, middle, radius, colour, -1, cv2.LINE_AA)
    cv2.circle(image, middle, 188, (228, 214, 186), -1, cv2.LINE_AA)
    ink = (54, 38, 30)
    instances = [
        _around(image, "ROASTED BY THE CANAL", 40, ink, radius=230, clockwise=True),
        _around(image, "fresh every morning", 34, ink, radius=256, clockwise=False),
        _wave(image, "Strong, dark, slow", 34, ink, baseline=254, height=16),
        _wave(image, "since nineteen eleven", 26, ink, baseline=402, height=-14),
    ]
    canvas = Canvas(SIDE, SIDE)
    canvas.write(320, 320, "ESPRESSO", get_face(font("DejaVuSans-Bold"), 44), ink, align="center")
    canvas.write(320, 352, "250 g", get_face(font(), 22), ink, align="center")
    image = np.minimum(image, canvas.pixels())
    straight, _ = label_pages([(canvas.lines(), Warp(np.eye(3)))], image)
    image = _in_light(image, rng)
    return DetSample(image, (*instances, *straight), "book: curved")


def crowded() -> DetSample:
    """A price list whose lines nearly touch, with a heading and small print.

    Returns:
        A picture of 640x640 px with its lines of text.
    """
    rng = np.random.default_rng(5)
    canvas = Canvas(SIDE, SIDE, (252, 250, 244))
    ink = (36, 36, 42)
    title = get_face(font("DejaVuSans-Bold"), 34)
    canvas.write(320, 62, "Everything for the bench", title, ink, align="center")
    body = get_face(font(), 22)
    for x, spacing, start, names in _COLUMNS:
        for i, name in enumerate(names):
            y, price = 112 + i * spacing, f"{(start + 7 * i) % 29 + 3}.{50 * (i % 2):02d}"
            canvas.write(x, y, name, body, ink)
            canvas.write(x + 258, y, price, body, ink, align="right")
    small = get_face(font(), 13)
    for i, text in enumerate(_SMALL_PRINT):
        canvas.write(40, 486 + 15 * i, text, small, ink)
    slanted = get_face(font("DejaVuSerif-Italic"), 30)
    canvas.write(40, 586, "Delivery on Tuesday", slanted, (132, 36, 30))
    warp = _laid(canvas, [[10, 12], [628, 2], [636, 630], [4, 636]])
    image = warp.image(canvas.pixels(), np.full((SIDE, SIDE, 3), (92, 84, 78), np.uint8))
    image = _in_light(image, rng)
    return DetSample(image, label_pages([(canvas.lines(), warp)], image)[0], "book: crowded")


def _laid(canvas: Canvas, corners: list[list[int]]) -> Warp:
    """A sheet with its corners, clockwise from the top left, at these px."""
    w, h = canvas.width, canvas.height
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    return Warp(cv2.getPerspectiveTransform(flat, np.array(corners, np.float32)))


def _sign(text: str, size: int, ink: Colour, ground: Colour, face: str) -> Canvas:
    """A board with one line of text."""
    drawn = get_face(font(face), size)
    canvas = Canvas(round(1.7 * size), round(drawn.getlength(text) + 1.2 * size), ground)
    canvas.write(canvas.width / 2, round(1.2 * size), text, drawn, ink, align="center")
    return canvas


def _bricks(rng: np.random.Generator) -> ByteImage:
    image = np.full((SIDE, SIDE, 3), (150, 138, 126), np.uint8)
    for row, y in enumerate(range(0, SIDE, 20)):
        for x in range(-40 * (row % 2) // 2 - 20, SIDE, 44):
            tone = rng.normal(0, 9)
            colour = [int(np.clip(c + tone, 0, 255)) for c in (152, 84, 64)]
            cv2.rectangle(image, (x + 2, y + 2), (x + 41, y + 17), colour, -1)
    return image


def _awning(image: ByteImage) -> None:
    """Stripes above the window, in place."""
    for i, x in enumerate(range(44, 596, 46)):
        colour = (214, 206, 190) if i % 2 else (150, 52, 46)
        quad = np.array([[x + 8, 190], [x + 54, 190], [x + 46, 250], [x, 250]], np.int32)
        cv2.fillPoly(image, [quad], colour)


def _in_light(image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """A little blur, uneven light and a camera's noise."""
    light = 0.94 + 0.14 * octave_noise(rng, SIDE, SIDE, 320)
    soft = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8), np.uint8)
    return gaussian_noise(shade(soft, light), 3.0, rng)


def _strip(text: str, size: int, face: str = "DejaVuSans-Bold") -> tuple[ByteImage, InkedLine, int]:
    """One line of text in black on white with some room around it, and its baseline."""
    drawn = get_face(font(face), size)
    canvas = Canvas(2 * size, round(drawn.getlength(text)) + 2 * size)
    baseline = round(1.4 * size)
    canvas.write(size, baseline, text, drawn, (0, 0, 0))
    return canvas.pixels(), canvas.lines()[0], baseline


def _ink(image: ByteImage, strip: ByteImage, where: NDArray[np.float32], colour: Colour) -> None:
    """Colour what takes its darkness from a strip at (SIDE, SIDE, 2) px of it, in place."""
    cover = 1 - cv2.remap(strip, where, None, cv2.INTER_LINEAR, borderValue=(255, 255, 255)) / 255.0
    image[:] = np.rint(image + cover * (np.array(colour) - image))


def _edge(line: InkedLine) -> NDArray[np.float64]:
    """Points along a line's top and back along its bottom, (28, 2) px of its strip."""
    frame = outlines(np.array([line.box], np.float64))[0]
    (x0, y0), (x1, y1) = frame.min(axis=0), frame.max(axis=0)
    along = np.linspace(x0, x1, _BAND)
    top, bottom = np.stack([along, np.full(_BAND, y0)], 1), np.stack([along, np.full(_BAND, y1)], 1)
    return np.concatenate([top, bottom[::-1]])


def _around(
    image: ByteImage, text: str, size: int, colour: Colour, *, radius: float, clockwise: bool
) -> TextInstance:
    """Write along a circle around the middle: over its top, or counter-clockwise under it."""
    strip, line, baseline = _strip(text, size)
    middle, half = strip.shape[1] / 2, SIDE / 2
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64) - half
    distance = np.hypot(xs, ys)
    side = 1 if clockwise else -1  # letters stand on the circle, or hang with their feet outwards
    angle = np.arctan2(xs, -side * ys)
    where = np.stack([middle + angle * radius, baseline - side * (distance - radius)], 2)
    _ink(image, strip, where.astype(np.float32), colour)
    points = _edge(line)
    turn = (points[:, 0] - middle) / radius
    reach = radius + side * (baseline - points[:, 1])
    polygon = np.stack([half + reach * np.sin(turn), half - side * reach * np.cos(turn)], 1)
    return TextInstance(polygon.astype(np.float32), text)


def _wave(
    image: ByteImage, text: str, size: int, colour: Colour, *, baseline: float, height: float
) -> TextInstance:
    """Write along one wave across the middle."""
    strip, line, base = _strip(text, size, "DejaVuSerif-Italic")
    length, left = strip.shape[1], (SIDE - strip.shape[1]) / 2
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    lift = height * np.sin(2 * np.pi * (xs - left) / length)
    where = np.stack([xs - left, ys - baseline + base + lift], 2)
    _ink(image, strip, where.astype(np.float32), colour)
    points = _edge(line)
    up = height * np.sin(2 * np.pi * points[:, 0] / length)
    polygon = points + np.stack([np.full(len(points), left), baseline - base - up], 1)
    return TextInstance(polygon.astype(np.float32), text)
