"""Screenshots: windows, menus, lists, buttons, fields; small crisp text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocrlib.data.synth.canvas import Box, Canvas, Colour, fit
from ocrlib.data.synth.content import clock, date, number, pick, url
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.layouts import Face, body_size, chance, pick_font, relatives, shorten, wrap
from ocrlib.data.synth.phrases import amount, button, prose, words


@dataclass
class _Theme:
    """Colours and faces of one desktop."""

    ground: Colour
    panel: Colour
    text: Colour
    dim: Colour
    accent: Colour
    face: Face
    bold: Face
    mono: Face


def _theme(rng: np.random.Generator, fonts: Sequence[Font]) -> _Theme:
    """A light or a dark theme with an accent colour."""
    size = body_size(rng, 9, 20)
    font = pick_font(rng, fonts, styles=("sans", "mono"))
    family = relatives(font, fonts)
    hue = rng.integers(0, 256, 3)
    accent = (int(hue[0]), int(hue[1] // 2 + 40), int(hue[2] // 2 + 100))
    dark = chance(rng, 0.35)
    level = int(rng.integers(15, 55)) if dark else int(rng.integers(225, 256))
    step = int(rng.integers(8, 24)) * (1 if dark else -1)
    text = int(rng.integers(190, 256)) if dark else int(rng.integers(0, 70))
    dim = (2 * text + level) // 3
    return _Theme(
        (level,) * 3,
        (level + step,) * 3,
        (text,) * 3,
        (dim,) * 3,
        accent,
        get_face(font, size),
        get_face(family[int(rng.integers(len(family)))], size),
        get_face(pick_font(rng, fonts, styles=("mono",)), size),
    )


def screenshot(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A window, or a part of a screen."""
    theme = _theme(rng, fonts)
    height, width = size
    canvas = Canvas(height, width, theme.ground)
    unit = float(theme.face.size)
    top = 0.0
    if chance(rng, 0.7):
        top = _title_bar(canvas, rng, theme, width)
    if chance(rng, 0.7):
        top = _menu(canvas, rng, theme, top)
    if chance(rng, 0.5):
        top = _toolbar(canvas, rng, theme, top)
    left = 0.0
    if chance(rng, 0.5):
        left = width * float(rng.uniform(0.18, 0.35))
        _side_list(canvas, rng, theme, (0, top, left, height))
    y = top + unit
    box = (left + unit, y, width - unit, float(height))
    if chance(rng, 0.2):
        _code_lines(canvas, rng, theme, box)
        return canvas
    while y < height:
        box = (left + unit, y, width - unit, float(height))
        part = pick(rng, (_paragraph, _buttons, _fields, _rows, _cards))
        y = part(canvas, rng, theme, box) + unit * float(rng.uniform(0.3, 1.5))
    return canvas


def _icon(canvas: Canvas, rng: np.random.Generator, theme: _Theme, x: float, y: float) -> None:
    """A small pictogram centred at (x, y)."""
    half = 0.45 * theme.face.size
    box = (x - half, y - half, x + half, y + half)
    colour = theme.accent if chance(rng, 0.3) else theme.dim
    style = int(rng.integers(5))
    if style == 0:
        canvas.draw.ellipse(box, outline=colour, width=2)
    elif style == 1:
        canvas.draw.rectangle(box, outline=colour, width=1)
        canvas.draw.line((x - half, y, x + half, y), colour, 1)
    elif style == 2:
        canvas.draw.polygon([(x - half, y + half), (x, y - half), (x + half, y + half)], colour)
    elif style == 3:
        for step in (-half, 0.0, half):
            canvas.draw.line((x - half, y + step, x + half, y + step), colour, 2)
    else:
        canvas.draw.line((x - half, y, x + half, y), colour, 2)
        canvas.draw.line((x, y - half, x, y + half), colour, 2)


def _title_bar(canvas: Canvas, rng: np.random.Generator, theme: _Theme, width: int) -> float:
    """Window title and buttons; returns the y below."""
    unit = theme.face.size
    tall = 2.0 * unit
    coloured = chance(rng, 0.4)
    canvas.draw.rectangle((0, 0, width, tall), fill=theme.accent if coloured else theme.panel)
    fill = (255, 255, 255) if coloured else theme.text
    x, align = (width / 2, "center") if chance(rng, 0.5) else (1.2 * unit, "left")
    canvas.write(x, 1.35 * unit, prose(rng, 1, 5), theme.bold, fill, align=align)
    for k in range(3):
        _icon(canvas, rng, theme, width - (1.2 + 1.8 * k) * unit, tall / 2)
    return tall


def _menu(canvas: Canvas, rng: np.random.Generator, theme: _Theme, top: float) -> float:
    """A row of menus or tabs; each is a text of its own."""
    unit = theme.face.size
    x = unit * float(rng.uniform(0.5, 2))
    gap = unit * float(rng.uniform(1.5, 2.8))
    while True:
        text = button(rng)
        if x + theme.face.getlength(text) > canvas.width - unit or chance(rng, 0.06):
            break
        x = canvas.write(x, top + 1.3 * unit, text, theme.face, theme.text) + gap
    return top + 1.9 * unit


def _toolbar(canvas: Canvas, rng: np.random.Generator, theme: _Theme, top: float) -> float:
    """Icons and an address or search field."""
    unit = theme.face.size
    canvas.draw.rectangle((0, top, canvas.width, top + 2.2 * unit), fill=theme.panel)
    x = unit
    for _ in range(int(rng.integers(2, 10))):
        _icon(canvas, rng, theme, x, top + 1.1 * unit)
        x += 1.9 * unit
    if x < 0.6 * canvas.width:
        box = (x, top + 0.3 * unit, canvas.width - unit, top + 1.9 * unit)
        canvas.draw.rounded_rectangle(box, 0.5 * unit, fill=theme.ground, outline=theme.dim)
        text = fit(url(rng), theme.face, box[2] - x - 2 * unit)
        if text:
            canvas.write(x + 0.7 * unit, top + 1.45 * unit, text, theme.face, theme.dim)
    return top + 2.2 * unit


def _side_list(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> None:
    """Entries with icons down the side, one of them chosen."""
    unit = theme.face.size
    canvas.draw.rectangle(box, fill=theme.panel)
    pitch = unit * float(rng.uniform(1.5, 2.4))
    icons, y = chance(rng, 0.6), box[1] + 1.6 * unit
    while y < box[3] - unit:
        if chance(rng, 0.85):
            fill = theme.text
            if chance(rng, 0.08):
                row = (box[0], y - 1.15 * unit, box[2], y + 0.45 * unit)
                canvas.draw.rectangle(row, fill=theme.accent)
                fill = (255, 255, 255)
            x = box[0] + (2.3 if icons else 0.8) * unit
            if icons:
                _icon(canvas, rng, theme, box[0] + 1.2 * unit, y - 0.35 * unit)
            text = button(rng) if chance(rng, 0.5) else words(rng, int(rng.integers(1, 4)))
            text = shorten(text, theme.face, box[2] - x - 0.5 * unit)
            if text:
                canvas.write(x, y, text, theme.face, fill)
        y += pitch


def _paragraph(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> float:
    """A heading and some text."""
    unit, y = theme.face.size, box[1]
    if chance(rng, 0.6):
        big = theme.bold.font_variant(size=round(unit * float(rng.uniform(1, 2))))
        y += 1.3 * big.size
        text = fit(prose(rng, 2, 6), big, box[2] - box[0])
        if text:
            canvas.write(box[0], y, text, big, theme.text)
    fill = theme.text if chance(rng, 0.7) else theme.dim
    text = " ".join(prose(rng, 4, 12) for _ in range(int(rng.integers(1, 5))))
    for row in wrap(text, theme.face, box[2] - box[0]):
        y += 1.4 * unit
        canvas.write(box[0], y, row, theme.face, fill)
    return y + 0.5 * unit


def _buttons(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> float:
    """A row of buttons."""
    unit, x = theme.face.size, box[0]
    for _ in range(int(rng.integers(1, 6))):
        text = button(rng)
        wide = theme.face.getlength(text) + 2.2 * unit
        if x + wide > box[2]:
            break
        strong = chance(rng, 0.4)
        canvas.draw.rounded_rectangle(
            (x, box[1], x + wide, box[1] + 2 * unit),
            radius=unit * float(rng.uniform(0, 0.9)),
            fill=theme.accent if strong else theme.panel,
            outline=theme.dim,
        )
        fill = (255, 255, 255) if strong else theme.text
        middle = x + wide / 2
        canvas.write(middle, box[1] + 1.35 * unit, text, theme.face, fill, align="center")
        x += wide + unit
    return box[1] + 2.2 * unit


def _fields(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> float:
    """Labels with fields or check boxes."""
    unit, y = theme.face.size, box[1]
    start = box[0] + float(rng.uniform(0.25, 0.4)) * (box[2] - box[0])
    for _ in range(int(rng.integers(1, 6))):
        text = shorten(f"{button(rng)}:", theme.face, start - box[0] - 2 * unit)
        canvas.write(box[0], y + 1.3 * unit, text, theme.face, theme.text)
        if chance(rng, 0.7):
            canvas.draw.rectangle((start, y, box[2], y + 1.8 * unit), outline=theme.dim)
            value = words(rng, 2)
            if chance(rng, 0.5):
                value = pick(rng, (date, clock, url, number))(rng)
            value = fit(value, theme.face, box[2] - start - 2 * unit)
            if value and chance(rng, 0.8):
                canvas.write(start + 0.6 * unit, y + 1.3 * unit, value, theme.face, theme.text)
        else:
            canvas.draw.rectangle((start, y, start + unit, y + unit), outline=theme.text)
            text = shorten(words(rng, 2), theme.face, box[2] - start - 2 * unit)
            canvas.write(start + 1.6 * unit, y + unit, text, theme.face, theme.text)
        y += 2.4 * unit
    return y


def _rows(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> float:
    """A list with columns: name, date, size."""
    unit, y, width = theme.face.size, box[1], box[2] - box[0]
    pitch = unit * float(rng.uniform(1.5, 2.1))
    for row in range(int(rng.integers(3, 12))):
        if row % 2 and chance(rng, 0.5):
            canvas.draw.rectangle((box[0], y, box[2], y + pitch), fill=theme.panel)
        base = y + 0.5 * pitch + 0.35 * unit
        name = shorten(words(rng, int(rng.integers(1, 4))), theme.face, 0.45 * width)
        canvas.write(box[0] + 0.3 * unit, base, name, theme.face, theme.text)
        day = shorten(date(rng), theme.face, 0.26 * width)
        canvas.write(box[0] + 0.52 * width, base, day, theme.face, theme.dim)
        value = shorten(amount(rng), theme.face, 0.14 * width)
        canvas.write(box[2] - 0.3 * unit, base, value, theme.face, theme.dim, align="right")
        y += pitch
    return y


def _cards(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> float:
    """Tiles with a picture and a caption."""
    unit, width = theme.face.size, box[2] - box[0]
    count = int(rng.integers(2, 5))
    side = width / count - unit
    for k in range(count):
        x = box[0] + k * (side + unit)
        level = rng.integers(0, 256, 3).tolist()
        canvas.draw.rectangle((x, box[1], x + side, box[1] + 0.7 * side), fill=tuple(level))
        text = shorten(words(rng, int(rng.integers(1, 3))).title(), theme.face, side)
        if text:
            canvas.write(x, box[1] + 0.7 * side + 1.3 * unit, text, theme.face, theme.text)
    return box[1] + 0.7 * side + 1.8 * unit


def _code_lines(canvas: Canvas, rng: np.random.Generator, theme: _Theme, box: Box) -> None:
    """Lines of a program or a log, indented, in several colours."""
    unit, y = theme.mono.size, box[1] + theme.mono.size
    indent, count = 0, int(rng.integers(1, 300))
    while y < box[3]:
        indent = int(np.clip(indent + rng.integers(-1, 2), 0, 5))
        if chance(rng, 0.5):  # the line's number stands apart
            canvas.write(box[0] + 2 * unit, y, str(count), theme.mono, theme.dim, align="right")
        x = box[0] + (4.5 + 1.5 * indent) * unit
        name, other = words(rng, 1).lower(), words(rng, 1).lower()
        text = pick(rng, (f"{name} = {other}({number(rng)})", f"if {name} > {number(rng)}:",
                          f"return {name}.{other}", f"# {prose(rng, 2, 6)}", f"def {name}(self):",
                          f"[{clock(rng)}] {name}: {other}"))  # fmt: skip
        text = fit(text, theme.mono, box[2] - x)
        if text and chance(rng, 0.9):
            fill = theme.text if chance(rng, 0.7) else theme.dim
            canvas.write(x, y, text, theme.mono, fill)
        y, count = y + 1.4 * unit, count + 1
