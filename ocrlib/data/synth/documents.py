"""Forms and tables."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.content import code, date, phone, pick
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.layouts import (
    Face,
    Roll,
    body_size,
    chance,
    faces,
    ink,
    new_roll,
    paper,
    pick_font,
    sheet_size,
    shorten,
)
from ocrlib.data.synth.phrases import amount, field, product, prose, words


def form(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A form: rows of boxes with a small label and a filled-in value, check boxes, bars."""
    text_size = body_size(rng, 9, 20)
    body, bold = faces(rng, fonts, text_size)
    canvas = Canvas(*sheet_size(rng, size), paper(rng))
    roll = new_roll(rng, canvas, body, bold, ink(rng), margin=1.5 * text_size, spacing=(1.2, 1.7))
    written = ("hand",) if chance(rng, 0.5) else ("mono", "sans", "hand")
    writer = pick_font(rng, fonts, styles=written)
    pen = get_face(writer, round(text_size * float(rng.uniform(0.95, 1.4))))
    colour = ink(rng) if chance(rng, 0.6) else (20, 30, int(rng.integers(90, 200)))
    if chance(rng, 0.7):
        head = get_face(pick_font(rng, fonts), round(text_size * float(rng.uniform(1.2, 2.4))))
        (roll.centre if chance(rng, 0.6) else roll.text)(prose(rng, 2, 5), head)
        roll.feed(0.5)
    while not roll.full:
        style = rng.random()
        if style < 0.12:
            _bar(roll, prose(rng, 1, 4).upper())
        elif style < 0.27:
            _check_boxes(roll)
        elif style < 0.6:
            for _ in range(int(rng.integers(1, 5))):
                _boxed_fields(roll, pen, colour)
        elif style < 0.85:
            _underlined_fields(roll, pen, colour)
        else:
            roll.text(" ".join(prose(rng, 5, 12) for _ in range(int(rng.integers(1, 3)))))
        roll.feed(float(rng.uniform(0, 0.8)))
    return canvas


def _value(rng: np.random.Generator) -> str:
    """What people write into forms."""
    style = int(rng.integers(6))
    if style == 0:
        return date(rng)
    if style == 1:
        return phone(rng)
    if style == 2:
        return code(rng)
    if style == 3:
        return amount(rng)
    text = words(rng, int(rng.integers(1, 4)))
    return text.title() if style == 4 else text


def _bar(roll: Roll, text: str) -> None:
    """A section's title, white on a dark bar or on a light one."""
    dark = chance(roll.rng, 0.5)
    level = int(roll.rng.integers(0, 110)) if dark else int(roll.rng.integers(190, 235))
    roll.feed(1.4)
    size = roll.bold.size
    box = (roll.left, roll.y - 1.1 * size, roll.right, roll.y + 0.45 * size)
    roll.canvas.draw.rectangle(box, fill=(level,) * 3)
    fill = (250, 250, 250) if dark else roll.fill
    shown = shorten(text, roll.bold, roll.right - roll.left - size)
    roll.canvas.write(roll.left + 0.5 * size, roll.y, shown, roll.bold, fill)


def _check_boxes(roll: Roll) -> None:
    """A question with boxes to tick."""
    rng, size = roll.rng, roll.body.size
    roll.feed()
    x = roll.left
    while x < roll.right - 6 * size:
        side = 0.75 * size
        box = (x, roll.y - side, x + side, roll.y)
        roll.canvas.draw.rectangle(box, outline=roll.fill, width=max(1, round(size / 14)))
        if chance(rng, 0.4):
            roll.canvas.draw.line((box[0], box[1], box[2], box[3]), roll.fill, 1)
            roll.canvas.draw.line((box[0], box[3], box[2], box[1]), roll.fill, 1)
        text = shorten(field(rng), roll.body, roll.right - x - 1.5 * size)
        end = roll.canvas.write(x + 1.3 * size, roll.y, text, roll.body, roll.fill)
        x = end + float(rng.uniform(2.0, 5.0)) * size


def _boxed_fields(roll: Roll, pen: Face, colour: tuple[int, int, int]) -> None:
    """A row of one to four boxes; each has a label above or before its value."""
    rng, size = roll.rng, roll.body.size
    count = int(rng.integers(1, 5))
    stops = np.sort(rng.uniform(0.15, 0.85, count - 1))
    edges = [0.0, *stops.tolist(), 1.0]
    above = chance(rng, 0.6)
    small = (
        roll.body if chance(rng, 0.5) else roll.body.font_variant(size=max(7, round(0.75 * size)))
    )
    tall = (small.size + pen.size) * 1.35 if above else 1.7 * max(size, pen.size)
    top = roll.y + 0.4 * roll.pitch
    thick = max(1, round(size / 14))
    for start, stop in itertools.pairwise(edges):
        x0 = roll.left + start * (roll.right - roll.left)
        x1 = roll.left + stop * (roll.right - roll.left)
        roll.canvas.draw.rectangle((x0, top, x1, top + tall), outline=roll.fill, width=thick)
        pad = 0.3 * size
        name = shorten(field(rng), small, x1 - x0 - 2 * pad)
        value = _value(rng) if chance(rng, 0.8) else ""
        if above:
            if name:
                roll.canvas.write(x0 + pad, top + 1.15 * small.size, name, small, roll.fill)
            value = shorten(value, pen, x1 - x0 - 2 * pad)
            roll.canvas.write(x0 + pad, top + tall - 0.3 * pen.size, value, pen, colour)
        else:
            base = top + tall - 0.5 * size
            end = roll.canvas.write(x0 + pad, base, name, small, roll.fill) if name else x0
            gap = 2.0 * size
            value = shorten(value, pen, x1 - end - gap - pad)
            roll.canvas.write(end + gap, base, value, pen, colour)
    roll.y = top + tall


def _underlined_fields(roll: Roll, pen: Face, colour: tuple[int, int, int]) -> None:
    """Label, line, value on the line."""
    rng, size = roll.rng, roll.body.size
    start = roll.left + float(rng.uniform(0.2, 0.45)) * (roll.right - roll.left)
    for _ in range(int(rng.integers(2, 6))):
        roll.feed(max(1.0, 1.2 * pen.size / size))
        name = shorten(
            field(rng) + pick(rng, (":", "", " :")), roll.body, start - roll.left - 2 * size
        )
        roll.canvas.write(roll.left, roll.y, name, roll.body, roll.fill)
        y = roll.y + 0.3 * pen.size
        roll.canvas.draw.line((start, y, roll.right, y), roll.fill, max(1, round(size / 16)))
        value = shorten(_value(rng), pen, roll.right - start - size)
        if chance(rng, 0.85):
            roll.canvas.write(start + 0.4 * size, roll.y, value, pen, colour)


def table(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """One or more tables, with or without rules, between titles and notes."""
    text_size = body_size(rng, 9, 22)
    body, bold = faces(rng, fonts, text_size, mono=0.1)
    canvas = Canvas(*sheet_size(rng, size), paper(rng))
    margin = float(rng.uniform(0.6, 3)) * text_size
    roll = new_roll(rng, canvas, body, bold, ink(rng), margin=margin, spacing=(1.25, 2.2))
    while not roll.full:
        if chance(rng, 0.6):
            roll.text(prose(rng, 2, 8), roll.bold)
        _grid(roll)
        roll.feed(float(rng.uniform(0.5, 2)))
        if chance(rng, 0.4):
            roll.text(" ".join(prose(rng, 4, 9) for _ in range(int(rng.integers(1, 3)))))
            roll.feed(0.5)
    return canvas


def _grid(roll: Roll) -> None:
    """One table."""
    rng, size = roll.rng, roll.body.size
    width = roll.right - roll.left
    room = int(width / (5.5 * size))
    count = int(rng.integers(2, max(3, min(8, room) + 1)))
    shares = rng.uniform(0.6, 1.6, count)
    edges = np.concatenate([[0], np.cumsum(shares / shares.sum())]) * width + roll.left
    rows = int(rng.integers(2, 14))
    kinds = [pick(rng, ("words", "amount", "code", "product", "count")) for _ in range(count)]
    rules = pick(rng, ("all", "all", "rows", "columns", "head", "none"))
    zebra, head = chance(rng, 0.25), chance(rng, 0.7)
    thick = max(1, round(size / float(rng.uniform(8, 20))))
    top = roll.y + 0.3 * roll.pitch
    pad = 0.45 * size
    for row in range(rows):
        y0 = top + row * roll.pitch
        y1 = y0 + roll.pitch
        if y1 > roll.canvas.height:
            break
        if (head and row == 0 and chance(rng, 0.5)) or (zebra and row % 2):
            level = int(rng.integers(205, 240))
            roll.canvas.draw.rectangle((roll.left, y0, roll.right, y1), fill=(level,) * 3)
        base = (y0 + y1) / 2 + 0.35 * size
        for column, kind in enumerate(kinds):
            x0, x1 = float(edges[column]), float(edges[column + 1])
            face = roll.bold if head and row == 0 else roll.body
            text = field(rng) if head and row == 0 else _cell(rng, kind)
            text = shorten(text, face, x1 - x0 - 2 * pad)
            if not text or chance(rng, 0.06):
                continue
            if kind in ("amount", "count"):
                roll.canvas.write(x1 - pad, base, text, face, roll.fill, align="right")
            else:
                roll.canvas.write(x0 + pad, base, text, face, roll.fill)
        if rules in ("all", "rows") or (rules == "head" and row in (0, rows - 1)):
            roll.canvas.draw.line((roll.left, y1, roll.right, y1), roll.fill, thick)
        if rules in ("all", "columns"):
            for x in edges.tolist():
                roll.canvas.draw.line((x, y0, x, y1), roll.fill, thick)
    if rules != "none":
        roll.canvas.draw.line((roll.left, top, roll.right, top), roll.fill, thick)
    roll.y = top + rows * roll.pitch


def _cell(rng: np.random.Generator, kind: str) -> str:
    """What stands in a cell of a column of this kind."""
    if kind == "amount":
        return amount(rng)
    if kind == "count":
        return str(rng.integers(0, 10 ** int(rng.integers(1, 5))))
    if kind == "code":
        return code(rng)
    return product(rng) if kind == "product" else words(rng, int(rng.integers(1, 3)))
