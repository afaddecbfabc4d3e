"""Departure boards of lamps: a domain that no rendered page of the library's training data shows.

Whole boards are for detectors, single lines of them for recognisers. Letters are made of dots that
do not touch, bright on dark, and unlit lamps shimmer between them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrlib.data.det_augment import affine
from ocrlib.data.synth.effects import gaussian_noise
from ocrlib.data.synth.fonts import get_face
from ocrlib.explore.specimens import font
from ocrlib.types import ByteImage, DetSample, RecSample, TextInstance

Lamps = NDArray[np.bool_]

_PLACES = (
    "ANTWERP", "BASEL", "BERN", "BREMEN", "COMO", "DELFT", "DIJON", "ESSEN", "FLORENCE", "GHENT",
    "GRAZ", "KIEL", "LILLE", "LINZ", "LYON", "METZ", "NANTES", "PARMA", "PISA", "TRIESTE", "TURIN",
    "ULM", "UTRECHT", "VERONA", "VIENNA", "ZURICH",
)  # fmt: skip
_NOTES = ("ON TIME", "DELAYED", "CANCELLED", "GATE OPEN", "5 MIN", "12 MIN", "VIA MAIN", "LATE")
_TRAINS = ("EC", "EN", "IC", "IR", "RB", "RE", "S", "TGV")
_COLOURS = ((255, 176, 32), (255, 72, 40), (120, 255, 96), (240, 244, 255))  # RGB


def departure_board(rng: np.random.Generator, size: tuple[int, int] = (256, 384)) -> DetSample:
    """A board of lamps with a few departures.

    Args:
        rng: source of chance; the same state gives the same board.
        size: (height, width) of the picture in px.

    Returns:
        The picture; each time, place and note is a text of its own.
    """
    pitch = float(rng.uniform(2.4, 3.3))  # px from lamp to lamp
    rows, columns = int(size[0] / pitch) + 1, int(size[1] / pitch) + 1
    lit = np.zeros((rows, columns), bool)
    texts: list[TextInstance] = []
    step = int(rng.integers(13, 17))
    for top in range(int(rng.integers(2, 6)), rows - 11, step):
        left = int(rng.integers(1, 5))
        time = f"{rng.integers(24):02d}:{rng.integers(60):02d}"
        for words in (time, _PLACES[rng.integers(len(_PLACES))], _NOTES[rng.integers(len(_NOTES))]):
            word = _dots(words)  # (h, w)
            if left + word.shape[1] + 1 > columns:
                break
            lit[top : top + word.shape[0], left : left + word.shape[1]] |= word
            box = np.array(
                [left - 0.3, top - 0.3, left + word.shape[1] + 0.3, top + len(word) + 0.3]
            )
            x0, y0, x1, y1 = box * pitch
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
            texts.append(TextInstance(corners, words))
            left += word.shape[1] + int(rng.integers(5, 9))
    image = _shine(rng, lit, pitch, size)
    return _seen(rng, DetSample(image, tuple(texts), "book: departure board"))


def lamp_line(rng: np.random.Generator, text: str = "") -> RecSample:
    """One line of such a board, as a detector would cut it out.

    Args:
        rng: source of chance; the same state gives the same picture.
        text: what it says; empty: a time, place, train, gate or note.

    Returns:
        RGB uint8 (H, W, 3), H about 20 to 40 px, and the text.
    """
    text = text or _line_text(rng)
    word = _dots(text, size=9)  # (h, w): a cheap display: 5 and S are the same lamps
    top, left, bottom, right = (int(n) for n in rng.integers(1, 3, 4))  # dark lamps around it
    lit = np.pad(word, ((top, bottom), (left, right)))
    pitch = float(rng.uniform(2.4, 3.3))  # px from lamp to lamp
    size = int(lit.shape[0] * pitch), int(lit.shape[1] * pitch)
    image = _shine(rng, lit, pitch, size)
    middle, turn = (size[1] / 2, size[0] / 2), float(rng.normal(0, 1))
    matrix = cv2.getRotationMatrix2D(middle, turn, float(rng.uniform(0.95, 1.0)))
    matrix[0, 1] += rng.normal(0, 0.08)  # a slant
    seen = cv2.warpAffine(image, matrix, size[::-1], borderMode=cv2.BORDER_REPLICATE)
    noisy = gaussian_noise(np.asarray(seen, np.uint8), float(rng.uniform(1, 8)), rng)
    return RecSample(noisy, text, "book: line of lamps")


def _line_text(rng: np.random.Generator) -> str:
    place = _PLACES[rng.integers(len(_PLACES))]
    kinds = (
        f"{rng.integers(24):02d}:{rng.integers(60):02d}",
        place if rng.random() < 0.5 else place.title(),
        f"{_TRAINS[rng.integers(len(_TRAINS))]} {rng.integers(10, 10_000)}",
        f"Gate {'ABCDEFGH'[rng.integers(8)]}{rng.integers(1, 100)}",
        _NOTES[rng.integers(len(_NOTES))],
    )
    return kinds[rng.choice(len(kinds), p=(0.3, 0.25, 0.25, 0.1, 0.1))]


def _dots(text: str, size: int = 11) -> Lamps:
    """A text as lamps that are on, (h, w) bool; ``size`` of the letters (em) in lamps."""
    face = get_face(font("DejaVuSansMono-Bold"), size)
    drawn = Image.new("L", (12 * len(text) + 8, 24))
    ImageDraw.Draw(drawn).text((4, 4), text, fill=255, font=face)
    lamps = np.asarray(drawn) > 110
    ys, xs = np.flatnonzero(lamps.any(axis=1)), np.flatnonzero(lamps.any(axis=0))
    return lamps[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]


def _shine(rng: np.random.Generator, lit: Lamps, pitch: float, size: tuple[int, int]) -> ByteImage:
    """Lamps on a dark board, (height, width, 3)."""
    height, width = size
    ys = (np.arange(height) + 0.5) / pitch
    xs = (np.arange(width) + 0.5) / pitch
    away = np.hypot((ys % 1 - 0.5)[:, None], (xs % 1 - 0.5)[None])  # of a lamp's middle, (H, W)
    lamp = np.clip((rng.uniform(0.36, 0.44) - away) * pitch + 0.5, 0, 1)
    on = lit[np.minimum(ys.astype(int), len(lit) - 1)[:, None], xs.astype(int)[None]]
    flicker = rng.uniform(0.75, 1.0, lit.shape)[ys.astype(int)[:, None], xs.astype(int)[None]]
    light = lamp * np.where(on, flicker, rng.uniform(0.06, 0.18))  # (H, W)
    colour = np.array(_COLOURS[rng.integers(len(_COLOURS))], np.float32)
    board = np.array(rng.uniform(8, 30, 3), np.float32)
    image = board + light[..., None] * (colour - board)
    glow = cv2.GaussianBlur(image, (0, 0), pitch * float(rng.uniform(0.10, 0.25)))
    return np.asarray(np.clip(glow * 1.3, 0, 255), np.uint8)


def _seen(rng: np.random.Generator, board: DetSample) -> DetSample:
    """A board as a camera sees it: a little turned, with noise."""
    height, width = board.image.shape[:2]
    middle = (width / 2, height / 2)
    turn = cv2.getRotationMatrix2D(middle, float(rng.normal(0, 2.5)), float(rng.uniform(0.85, 1.0)))
    turned = affine(board, np.asarray(turn, np.float64))
    image = gaussian_noise(turned.image, float(rng.uniform(1, 5)), rng)
    return DetSample(image, turned.instances, board.source)
