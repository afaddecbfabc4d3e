"""A page with what was read on it: outlines on the picture, the text beside it."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocrlib.types import ByteImage, Page, TextLine

OUTLINE = (200, 30, 60)
DOUBTFUL = (130, 130, 130)
_SIZE_LIMITS = (6, 200)  # px of the letters drawn

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_page(image: ByteImage, page: Page) -> ByteImage:
    """The picture with outlines around its lines, and at its right the same lines as text.

    Small above each outline stands the detector's score of it. Doubtful lines have a grey outline
    and no text.

    Args:
        image: RGB uint8 (H, W, 3), the picture that was read.
        page: what was read.

    Returns:
        RGB uint8 (H, 2W, 3).
    """
    height, width, _ = image.shape
    sheet = Image.new("RGB", (2 * width, height), "white")
    sheet.paste(Image.fromarray(image))
    draw = ImageDraw.Draw(sheet)
    stroke = max(1, round(max(height, width) / 500))
    for line in page.doubtful:
        _outline(draw, line, DOUBTFUL, stroke)
    for line in page.lines:
        _outline(draw, line, OUTLINE, stroke)
        _write_score(draw, line)
        _write(draw, line, width)
    draw.line([(width, 0), (width, height)], fill=(160, 160, 160), width=stroke)
    return np.asarray(sheet)


def _outline(
    draw: ImageDraw.ImageDraw, line: TextLine, colour: tuple[int, int, int], stroke: int
) -> None:
    corners = [(float(x), float(y)) for x, y in line.polygon]
    draw.line([*corners, corners[0]], fill=colour, width=stroke)


def _write_score(draw: ImageDraw.ImageDraw, line: TextLine) -> None:
    """The score above the outline's left end; inside it where the picture ends above."""
    left, top = line.polygon.min(axis=0).tolist()
    height = float(line.polygon[:, 1].max()) - top
    size = _limit(0.35 * height)
    font = _font(size)
    draw.text((left, max(0.0, top - 1.2 * size)), f"{line.det_score:.2f}", fill=OUTLINE, font=font)


def _write(draw: ImageDraw.ImageDraw, line: TextLine, offset: int) -> None:
    """Write a line as large as it stands in the picture, level, on the right half."""
    left, top = line.polygon.min(axis=0)
    right, bottom = line.polygon.max(axis=0)
    size = _limit(0.8 * min(bottom - top, np.hypot(*(line.polygon[-1] - line.polygon[0]))))
    length = draw.textlength(line.text, _font(size))
    if length > right - left:
        size = _limit(size * (right - left) / length)
    place = (offset + float(left), float(top + bottom) / 2)
    font = _font(size)
    anchor = "lm" if isinstance(font, ImageFont.FreeTypeFont) else None
    draw.text(place, line.text, fill="black", font=font, anchor=anchor)


def _limit(size: float) -> int:
    return int(np.clip(size, *_SIZE_LIMITS))


@lru_cache(maxsize=256)
def _font(size: int) -> Font:
    """matplotlib's DejaVu Sans where it is installed (without importing it), else Pillow's own."""
    found = find_spec("matplotlib")
    if found is not None and found.origin is not None:
        path = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if path.is_file():
            return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)
