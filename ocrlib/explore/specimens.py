"""Pictures with known text for the book: always the same, so that a lesson can talk about them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.effects import gaussian_noise, octave_noise
from ocrlib.data.synth.fonts import Font, get_face, load_fonts
from ocrlib.data.synth.labelling import label_pages
from ocrlib.data.synth.warp import Warp
from ocrlib.data.synth.wear import shade
from ocrlib.types import ByteImage, DetSample, FloatArray

# What the book's receipt says. A tuple is an item at the left and its price at the right.
RECEIPT: tuple[str | tuple[str, str], ...] = (
    "14 Canal Street, Delft",
    "Open daily from 7 to 18",
    "",
    ("2026-03-14", "08:27"),
    "",
    ("2 Rye bread", "7.80"),
    ("1 Almond croissant", "2.45"),
    ("3 Cinnamon roll", "8.25"),
    ("1 Coffee, large", "3.60"),
    "",
    ("TOTAL EUR", "22.10"),
    ("Paid by card", "22.10"),
    ("VAT 9% included", "1.82"),
    "",
    "Thank you!",
    "Please come again.",
    "No. 0O1l-S5B8-2Z",
)
RECEIPT_HEAD = "LINDEN BAKERY"

_PAPER, _INK = (250, 248, 242), (44, 42, 48)
_WIDTH, _MARGIN, _SIZE, _LEADING, _GAP = 440, 34, 24, 36, 24  # px


def font(name: str = "DejaVuSans") -> Font:
    """One of matplotlib's text faces.

    Args:
        name: of its file, without ".ttf".

    Raises:
        ValueError: there is no such face.
    """
    for face in load_fonts("bundled"):
        if face.path.stem == name:
            return face
    raise ValueError(f"no face {name!r} among matplotlib's")


def receipt_sheet() -> Canvas:
    """The book's receipt, flat: 440 px wide, letters 24 px in size."""
    body, bold = (get_face(font(name), _SIZE) for name in ("DejaVuSans", "DejaVuSans-Bold"))
    head = get_face(font("DejaVuSans-Bold"), 36)
    height = 140 + sum(_LEADING if row else _GAP for row in RECEIPT)
    canvas = Canvas(height, _WIDTH, _PAPER)
    middle, right, y = _WIDTH / 2, _WIDTH - _MARGIN, 68
    canvas.write(middle, y, RECEIPT_HEAD, head, _INK, align="center")
    y += 14
    for row in RECEIPT:
        y += _LEADING if row else _GAP
        if isinstance(row, tuple):
            face = bold if row[0].startswith("TOTAL") else body
            canvas.write(_MARGIN, y, row[0], face, _INK)
            canvas.write(right, y, row[1], face, _INK, align="right")
        elif row:
            canvas.write(middle, y, row, body, _INK, align="center")
        else:
            canvas.draw.line([(_MARGIN, y), (right, y)], fill=_INK, width=2)
    return canvas


def receipt() -> DetSample:
    """The book's receipt as a camera sees it: on a table, a little turned, in uneven light.

    Returns:
        A picture of 960x720 px (height, width) with its 22 lines of text.
    """
    canvas, size = receipt_sheet(), (960, 720)
    corners = [[122, 56], [600, 88], [648, 902], [56, 882]]
    return lay(canvas, np.array(corners, np.float32), size)


def lay(canvas: Canvas, corners: FloatArray, size: tuple[int, int]) -> DetSample:
    """Lay a sheet on a dark table, in uneven light.

    Args:
        canvas: the sheet.
        corners: where its corners go, clockwise from its top left, (4, 2) px.
        size: (height, width) of the picture in px.

    Returns:
        The picture with the sheet's lines.
    """
    rng = np.random.default_rng(7)
    flat = np.array(
        [[0, 0], [canvas.width, 0], [canvas.width, canvas.height], [0, canvas.height]], np.float32
    )
    warp = Warp(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)))
    table = _table(rng, *size)
    shadow = np.zeros(size, np.float32)
    cv2.fillPoly(shadow, [np.rint(corners + np.array([10, 14])).astype(np.int32)], 1.0)
    table = shade(table, 1 - 0.6 * cv2.GaussianBlur(shadow, (0, 0), max(size) / 70))
    image = warp.image(canvas.pixels(), table)
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    light = 1.04 - 0.30 * (0.6 * xs / size[1] + 0.4 * ys / size[0]) ** 1.5
    image = gaussian_noise(shade(image, light), 2.0, rng)
    lines, _ = label_pages([(canvas.lines(), warp)], image)
    return DetSample(image, lines, "book: receipt")


def _table(rng: np.random.Generator, height: int, width: int) -> ByteImage:
    """Dark wood: long streaks along the picture, (height, width, 3)."""
    streaks = octave_noise(rng, height, width, 40)
    streaks = cv2.resize(streaks[:, : max(2, width // 24)], (width, height))
    fine = octave_noise(rng, height, width, 3)[:, : max(2, width // 60)]
    grain = 0.7 * streaks + 0.3 * cv2.resize(fine, (width, height))
    spread = float(grain.max() - grain.min()) or 1.0
    grain = (grain - grain.min()) / spread
    dark, light = np.array([58.0, 44.0, 36.0]), np.array([112.0, 82.0, 60.0])
    return np.asarray(dark + (light - dark) * grain[..., None], np.uint8)


def block(
    texts: Sequence[str], *, size: int = 20, spacing: float = 1.5, face: str = "DejaVuSans"
) -> DetSample:
    """Lines of text, black on white, one under the other.

    Args:
        texts: one per line.
        size: of the letters (em), px.
        spacing: from one baseline to the next, in multiples of ``size``.
        face: name of one of matplotlib's faces, see :func:`font`.

    Returns:
        The picture, as large as the text needs, with its lines.
    """
    drawn = get_face(font(face), size)
    width = round(max(drawn.getlength(text) for text in texts)) + 4 * size
    height = round((len(texts) - 1) * spacing * size) + 5 * size
    canvas = Canvas(height, width)
    for i, text in enumerate(texts):
        canvas.write(2 * size, round(2.8 * size + i * spacing * size), text, drawn, (20, 20, 20))
    image = canvas.pixels()
    lines, _ = label_pages([(canvas.lines(), Warp(np.eye(3)))], image)
    return DetSample(image, lines, "book: block")
