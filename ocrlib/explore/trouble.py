"""Pictures for the chapter on detection that goes wrong: small print, and letters far apart."""

from __future__ import annotations

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.labelling import label_pages
from ocrlib.data.synth.warp import Warp
from ocrlib.explore.specimens import font
from ocrlib.types import DetSample

_WORDS = (
    *("market", "bridge", "yellow", "jumping", "paper", "quick", "garden", "young", "number"),
    *("river", "window", "candle", "seven", "orchard", "between", "lantern"),
)
_PAPER, _INK = (252, 250, 246), (40, 40, 46)


def small_print(height: int, width: int, size: int) -> DetSample:
    """A sheet full of lines of text, always the same for the same numbers.

    Args:
        height: of the sheet, px.
        width: of the sheet, px.
        size: of the letters (em), px; a line follows every three of these.

    Returns:
        The sheet and its lines.
    """
    rng = np.random.default_rng(0)
    canvas, face = Canvas(height, width, _PAPER), get_face(font(), size)
    for y in range(4 * size, height - 3 * size, 3 * size):
        text = " ".join(rng.choice(_WORDS, max(1, width // (7 * size))))
        canvas.write(3 * size, y, text, face, _INK)
    return _flat(canvas, "book: small print")


def spaced_headline(tracking: int) -> DetSample:
    """WINTER SALE in spaced letters, and a line of ordinary text below it.

    Args:
        tracking: added between the letters of the headline, px; they are 28 px in size.

    Returns:
        A picture of 150x900 px with its two lines.
    """
    canvas, face = Canvas(150, 900, _PAPER), get_face(font(), 28)
    canvas.write(30, 60, "WINTER SALE", face, _INK, tracking=tracking)
    canvas.write(30, 115, "until the end of May", face, _INK)
    return _flat(canvas, "book: spaced headline")


def _flat(canvas: Canvas, source: str) -> DetSample:
    image = canvas.pixels()
    lines, _ = label_pages([(canvas.lines(), Warp(np.eye(3)))], image)
    return DetSample(image, lines, source)
