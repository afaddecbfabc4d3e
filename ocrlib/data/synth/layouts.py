"""What the page layouts share: choosing fonts and colours, rules and running down a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import ImageFont

from ocrlib.data.synth.canvas import Canvas, Colour
from ocrlib.data.synth.fonts import STYLES, Font, covers, get_face
from ocrlib.errors import DataError

Face = ImageFont.FreeTypeFont
COLUMN_GAP = 1.1  # least gap between columns, in font sizes: about 1.5 heights of capitals
_ASCII = "".join(map(chr, range(33, 127)))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)


def pick_font(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    styles: tuple[str, ...] = STYLES,
    capitals: bool = False,
) -> Font:
    """A font that can write any ASCII text.

    Args:
        rng: source of randomness.
        fonts: to choose from.
        styles: which of `fonts.STYLES` are wanted; any will do when there is none of them.
        capitals: the text is in capitals, so fonts without small letters will do.

    Raises:
        DataError: no font has all printable ASCII characters.
    """
    usable = _usable(tuple(fonts), styles, capitals) or _usable(tuple(fonts), STYLES, capitals)
    if not usable:
        raise DataError(
            "no font has all printable ASCII characters", remedy='use load_fonts("bundled")'
        )
    return usable[int(rng.integers(len(usable)))]


@lru_cache(maxsize=32)
def _usable(fonts: tuple[Font, ...], styles: tuple[str, ...], capitals: bool) -> list[Font]:
    """The fonts that can write any page (fonts without small letters would need other labels)."""
    return [
        font
        for font in fonts
        if font.style in styles and (capitals or not font.upper_only) and covers(font, _ASCII)
    ]


def relatives(font: Font, fonts: Sequence[Font]) -> list[Font]:
    """The usable fonts of the same family (bold and italic cuts), with the font itself."""
    return [f for f in _usable(tuple(fonts), STYLES, False) if f.family == font.family] or [font]


def ink(rng: np.random.Generator, darkest: int = 0, lightest: int = 90) -> Colour:
    """A dark ink, mostly grey."""
    level = int(rng.integers(darkest, lightest + 1))
    if chance(rng, 0.8):
        return (level, level, level)
    tint = rng.integers(0, 40, 3)
    return (level + int(tint[0]), level + int(tint[1]), level + int(tint[2]))


def paper(rng: np.random.Generator) -> Colour:
    """The colour of a paper, mostly near white."""
    kind = rng.random()
    lowest, highest = (240, 255) if kind < 0.5 else (195, 255) if kind < 0.8 else (150, 230)
    level = int(rng.integers(lowest, highest + 1))
    if chance(rng, 0.7):
        return (level, level, level)
    tint = rng.integers(0, 30, 3)
    return (level - int(tint[0]), level - int(tint[1]), level - int(tint[2]))


@dataclass
class Roll:
    """Writes down a sheet row by row, as a printer does.

    Args:
        rng: source of randomness.
        canvas: the sheet.
        left: x of the left margin, px.
        right: x of the right margin, px.
        y: baseline of the row last written, px.
        pitch: distance between baselines, px.
        body: the ordinary face.
        bold: the face for what stands out.
        fill: colour of the ink.
    """

    rng: np.random.Generator
    canvas: Canvas
    left: float
    right: float
    y: float
    pitch: float
    body: Face
    bold: Face
    fill: Colour
    row: int = 0

    @property
    def full(self) -> bool:
        """True when the next row would begin below the sheet."""
        return self.y > self.canvas.height

    def feed(self, rows: float = 1.0) -> None:
        """Go down by a number of rows and start a new one."""
        self.y += rows * self.pitch
        self.row += 1

    def centre(self, text: str, face: Face | None = None) -> None:
        """A centred row; too long text is broken into further rows."""
        face = face or self.body
        for part in wrap(text, face, self.right - self.left):
            self.feed(max(1.0, 1.15 * face.size / self.body.size))
            middle = (self.left + self.right) / 2
            self.canvas.write(middle, self.y, part, face, self.fill, align="center", row=self.row)

    def text(self, text: str, face: Face | None = None, indent: float = 0.0) -> None:
        """A row (or more, wrapped) from the left margin."""
        face = face or self.body
        for part in wrap(text, face, self.right - self.left - indent):
            self.feed(max(1.0, 1.1 * face.size / self.body.size))
            self.canvas.write(self.left + indent, self.y, part, face, self.fill, row=self.row)

    def pair(self, label: str, value: str, face: Face | None = None, at: float = 1.0) -> None:
        """A row with a label at the left and a value that ends at fraction `at` of the width."""
        face = face or self.body
        self.feed(max(1.0, 1.1 * face.size / self.body.size))
        end = self.canvas.write(self.left, self.y, label, face, self.fill, row=self.row)
        x = self.left + at * (self.right - self.left)
        if x - face.getlength(value) < end + COLUMN_GAP * face.size:
            self.feed(max(1.0, 1.1 * face.size / self.body.size))
        self.canvas.write(x, self.y, value, face, self.fill, align="right", row=self.row)

    def columns(
        self, cells: Sequence[str], edges: Sequence[float], aligns: str, face: Face | None = None
    ) -> None:
        """A row of cells; cell i lies between fractions edges[i] and edges[i+1], aligned l or r."""
        face = face or self.body
        self.feed()
        width = self.right - self.left
        for text, start, stop, align in zip(cells, edges[:-1], edges[1:], aligns, strict=True):
            shown = shorten(text, face, (stop - start) * width - COLUMN_GAP * face.size)
            if not shown:
                continue
            if align == "l":
                x = self.left + start * width
                self.canvas.write(x, self.y, shown, face, self.fill)
            else:
                x = self.left + stop * width
                self.canvas.write(x, self.y, shown, face, self.fill, align="right")

    def rule(self, style: str, start: float = 0.0, stop: float = 1.0) -> None:
        """A ruled row: style "line", "double", "dashes" (drawn), or a character to repeat."""
        width = self.right - self.left
        x0, x1 = self.left + start * width, self.left + stop * width
        if style in ("line", "double", "dashes"):
            self.feed(0.6)
            thick = max(1, round(self.body.size / 12))
            for offset in (0, 3 * thick) if style == "double" else (0,):
                y = self.y - 0.2 * self.pitch + offset
                if style != "dashes":
                    self.canvas.draw.line((x0, y, x1, y), self.fill, thick)
                    continue
                dash = self.body.size * 0.35
                for x in np.arange(x0, x1, 1.8 * dash).tolist():
                    self.canvas.draw.line((x, y, x + dash, y), self.fill, thick)
            return
        self.feed()
        count = int((x1 - x0) / max(self.body.getlength(style), 1.0))
        self.canvas.write(x0, self.y, style * count, self.body, self.fill, label=False)


def sheet_size(rng: np.random.Generator, page: tuple[int, int]) -> tuple[int, int]:
    """Height and width of a sheet for a page: smaller (all is seen), or larger (a part is)."""
    scale = rng.uniform(0.98, 1.2, 2) if chance(rng, 0.25) else rng.uniform(0.85, 1.0, 2)
    return int(page[0] * scale[0]), int(page[1] * scale[1])


def new_roll(
    rng: np.random.Generator,
    canvas: Canvas,
    body: Face,
    bold: Face,
    fill: Colour,
    *,
    margin: float,
    spacing: tuple[float, float],
) -> Roll:
    """A roll over the whole canvas with equal side margins (px) and a random line spacing."""
    size = body.size
    return Roll(
        rng=rng,
        canvas=canvas,
        left=margin,
        right=canvas.width - margin,
        y=float(rng.uniform(0.3, 3.0)) * size,
        pitch=size * float(rng.uniform(*spacing)),
        body=body,
        bold=bold,
        fill=fill,
    )


def wrap(text: str, face: Face, width: float) -> list[str]:
    """Break text into rows of whole words at most `width` px wide (a longer word is cut)."""
    rows: list[str] = []
    current: list[str] = []
    space, used = face.getlength(" "), 0.0
    for word in text.split():
        length = face.getlength(word)
        if current and used + space + length > width:
            rows.append(" ".join(current))
            current = []
        if not current:
            word, used = shorten(word, face, width), -space
        if word:
            current.append(word)
            used += space + length
    return [*rows, " ".join(current)] if current else rows


def shorten(text: str, face: Face, width: float) -> str:
    """The longest start of `text` that is at most `width` px wide, as a till cuts a name."""
    while text and face.getlength(text) > width:
        text = text[: min(len(text) - 1, max(1, int(len(text) * width / face.getlength(text))))]
        if len(text) == 1 and face.getlength(text) > width:
            return ""
    return text.strip()


def body_size(rng: np.random.Generator, smallest: float, largest: float) -> int:
    """A font size in px, log-uniform."""
    return round(float(np.exp(rng.uniform(np.log(smallest), np.log(largest)))))


def faces(
    rng: np.random.Generator, fonts: Sequence[Font], size: int, mono: float = 0.0
) -> tuple[Face, Face]:
    """An ordinary face and one for emphasis (often a cut of the same family)."""
    font = pick_font(rng, fonts, styles=("mono",) if chance(rng, mono) else STYLES)
    family = relatives(font, fonts)
    other = family[int(rng.integers(len(family)))] if chance(rng, 0.7) else pick_font(rng, fonts)
    return get_face(font, size), get_face(other, size)
