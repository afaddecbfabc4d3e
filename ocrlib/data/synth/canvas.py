"""A sheet to write on: draws words and remembers where their ink is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocrlib.types import ByteImage

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom in px

# Two pieces of text written in one row are one line when the gap between them is narrower than
# this many text heights; a wider gap (or another column) makes them separate instances.
ROW_GAP = 1.5


@dataclass(frozen=True)
class InkedWord:
    """One written word: the box of its ink in px and what it says."""

    box: Box
    text: str


@dataclass(frozen=True)
class InkedLine:
    """One written line: its words from left to right, and the row it may be merged in."""

    words: tuple[InkedWord, ...]
    row: int | None = None

    @property
    def box(self) -> Box:
        """The box around the ink of all words, in px."""
        return _around([word.box for word in self.words])

    @property
    def text(self) -> str:
        """The words with single spaces between them."""
        return " ".join(word.text for word in self.words)


class Canvas:
    """A flat sheet with text.

    Args:
        height: px.
        width: px.
        colour: of the empty sheet, RGB.
    """

    def __init__(self, height: int, width: int, colour: Colour = (255, 255, 255)) -> None:
        self.height = height
        self.width = width
        self.image = Image.new("RGB", (width, height), colour)
        self.draw = ImageDraw.Draw(self.image)
        self._lines: list[InkedLine] = []

    def paste(self, pixels: ByteImage, left: int = 0, top: int = 0) -> None:
        """Put a picture (h, w, 3) onto the sheet with its top-left corner at (left, top) px."""
        self.image.paste(Image.fromarray(pixels), (left, top))

    def write(
        self,
        x: float,
        baseline: float,
        text: str,
        face: ImageFont.FreeTypeFont,
        fill: Colour,
        *,
        align: str = "left",
        row: int | None = None,
        stroke: int = 0,
        extra_space: float = 0.0,
        tracking: float = 0.0,
        label: bool = True,
    ) -> float:
        """Write one line of text.

        Args:
            x: px of the line's left end, middle or right end, as `align` says.
            baseline: y of the baseline, px.
            text: the words, separated by spaces.
            face: the font at its size.
            fill: RGB of the ink.
            align: "left", "center" or "right".
            row: pieces with the same row number are joined into one line where they are close.
            stroke: extra thickness of the strokes, px.
            extra_space: added to every space between words, px (justified text).
            tracking: added after every character, px (signs).
            label: False draws without recording it (handwriting-like scribbles, watermarks).

        Returns:
            The x of the line's right end, px. Text outside the sheet is not drawn.
        """
        space = face.getlength(" ") + extra_space
        words = text.split()
        advances = [face.getlength(word) + tracking * (len(word) - 1) for word in words]
        total = sum(advances) + space * (len(words) - 1)
        left = x - {"left": 0.0, "center": total / 2, "right": total}[align]
        end = left + total
        size = face.size
        if baseline < 0.7 * size or baseline > self.height or end < 0 or left > self.width:
            return end
        inked = []
        for word, advance in zip(words, advances, strict=True):
            boxes, x = [], left
            for piece in word if tracking else (word,):
                at = (round(x), round(baseline))
                self.draw.text(
                    at, piece, font=face, fill=fill, anchor="ls", stroke_width=stroke,
                    stroke_fill=fill,
                )  # fmt: skip
                x0, y0, x1, y1 = face.getbbox(piece, anchor="ls", stroke_width=stroke)
                boxes.append((at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1))
                x += face.getlength(piece) + tracking if tracking else 0.0
            inked.append(InkedWord(_around(boxes), word))
            left += advance + space + tracking
        # Lone punctuation (a dash in an empty column, a row of stars) is a rule, not a text line.
        if label and any(character.isalnum() for character in text):
            self._lines.append(InkedLine(tuple(inked), row))
        return end

    def lines(self) -> tuple[InkedLine, ...]:
        """All labelled lines; neighbours in one row closer than `ROW_GAP` heights are one line."""
        free = [line for line in self._lines if line.row is None]
        rows: dict[int, list[InkedLine]] = {}
        for line in self._lines:
            if line.row is not None:
                rows.setdefault(line.row, []).append(line)
        merged: list[InkedLine] = []
        for pieces in rows.values():
            pieces.sort(key=lambda line: line.box[0])
            current = pieces[0]
            for piece in pieces[1:]:
                left, right = current.box, piece.box
                height = max(left[3] - left[1], right[3] - right[1])
                if right[0] - left[2] < ROW_GAP * height:
                    current = replace(current, words=current.words + piece.words)
                else:
                    merged.append(current)
                    current = piece
            merged.append(current)
        return tuple(free + merged)

    def pixels(self) -> ByteImage:
        """The sheet as RGB uint8 (H, W, 3)."""
        return np.array(self.image)


def _around(boxes: Sequence[Box]) -> Box:
    """The smallest box around several."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def fit(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """The longest start of `text`, in whole words, that is at most `width` px wide ("" if none)."""
    words = text.split()
    while words and face.getlength(" ".join(words)) > width:
        words.pop()
    return " ".join(words)
