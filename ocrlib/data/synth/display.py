"""Signs and posters: large, coloured, set in few lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.colours import Colour, colour_pair, luminance, random_colour
from ocrlib.data.synth.content import clock, date, phone, pick, price, url
from ocrlib.data.synth.distractors import draw_logo
from ocrlib.data.synth.effects import texture_background
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.layouts import Face, body_size, chance, pick_font, wrap
from ocrlib.data.synth.phrases import address_lines, prose, sign_text


def sign(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A board with one to five lines that fill it, perhaps with a border, an arrow or a mark."""
    fill, ground = colour_pair(rng, 60)
    height = int(size[0] * rng.uniform(0.25, 0.95))
    width = int(size[1] * rng.uniform(0.5, 0.98))
    canvas = Canvas(height, width, ground)
    if chance(rng, 0.3):
        canvas.paste(texture_background(rng, height, width, ground, calm=0.8))
    if chance(rng, 0.5):
        inset = float(rng.uniform(0, 0.04)) * height
        canvas.draw.rectangle(
            (inset, inset, width - inset, height - inset),
            outline=fill if chance(rng, 0.7) else random_colour(rng),
            width=max(1, int(height * rng.uniform(0.01, 0.04))),
        )
    left, right = 0.07 * width, 0.93 * width
    if chance(rng, 0.35):
        side = min(0.3 * width, 0.6 * height)
        if chance(rng, 0.5):
            draw_logo(canvas, rng, left + side / 2, height / 2, side)
        else:
            _arrow(canvas, rng, left + side / 2, height / 2, 0.8 * side, fill)
        left += 1.15 * side
    rows = int(rng.integers(1, 6))
    shouting = chance(rng, 0.5)
    font = pick_font(rng, fonts, capitals=shouting)
    y, bottom = 0.08 * height, 0.92 * height
    for row in range(rows):
        room = (bottom - y) / (rows - row) * float(rng.uniform(0.6, 1.0))
        text = _sign_row(rng)
        text = text.upper() if shouting else text
        if chance(rng, 0.2):
            font = pick_font(rng, fonts, capitals=shouting)
        tall = min(room * 0.8, size[0] * 0.3)
        length = get_face(font, 40).getlength(text) / 40
        text_size = int(min(tall, (right - left) / max(length, 0.1)))
        if text_size < 9 or y + room > bottom + 1:
            continue
        face = get_face(font, text_size)
        align = "left" if chance(rng, 0.3) else "center"
        x = left if align == "left" else (left + right) / 2
        canvas.write(x, y + 0.5 * room + 0.35 * text_size, text, face, fill, align=align)
        y += room if chance(rng, 0.6) else max(text_size * 1.15, 0.5 * room)
    return canvas


def _sign_row(rng: np.random.Generator) -> str:
    """One row of a sign."""
    style = rng.random()
    if style < 0.8:
        return sign_text(rng, 4)
    return pick(rng, (phone, price, clock, url, date))(rng)


def _arrow(
    canvas: Canvas, rng: np.random.Generator, x: float, y: float, side: float, fill: Colour
) -> None:
    """An arrow in one of eight directions."""
    angle = np.pi / 4 * int(rng.integers(8))
    shape = np.array([(-0.5, -0.1), (0.1, -0.1), (0.1, -0.35), (0.5, 0), (0.1, 0.35), (0.1, 0.1),
                      (-0.5, 0.1)])  # fmt: skip
    cos, sin = np.cos(angle), np.sin(angle)
    points = shape @ np.array([[cos, sin], [-sin, cos]]) * side + np.array([x, y])
    canvas.draw.polygon([(float(a), float(b)) for a, b in points], fill=fill)


def poster(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A poster, an advertisement, a book cover: big titles, blocks of small text, pictures."""
    fill, ground = colour_pair(rng, 70)
    height, width = int(size[0] * rng.uniform(0.8, 1.1)), int(size[1] * rng.uniform(0.6, 1.1))
    canvas = Canvas(height, width, ground)
    if chance(rng, 0.5):
        calm = float(rng.uniform(0.4, 1))
        canvas.paste(texture_background(rng, height, width, ground, calm))
    for _ in range(int(rng.integers(0, 5))):
        _picture(canvas, rng, ground)
    y = float(rng.uniform(0.02, 0.2)) * height
    while y < 0.95 * height:
        style = rng.random()
        colour = fill if chance(rng, 0.7) else _readable(rng, ground, fill)
        if style < 0.4:
            y = _title(canvas, rng, fonts, y, colour)
        elif style < 0.85:
            y = _block(canvas, rng, fonts, y, colour)
        else:
            y += float(rng.uniform(0.05, 0.3)) * height
    return canvas


def _readable(rng: np.random.Generator, ground: Colour, otherwise: Colour) -> Colour:
    """A second colour that stands out from the ground."""
    colour = random_colour(rng)
    return colour if abs(luminance(colour) - luminance(ground)) > 60 else otherwise


def _picture(canvas: Canvas, rng: np.random.Generator, ground: Colour) -> None:
    """A shape in a colour near the ground's brightness, so that text over it stays legible."""
    shift = int(rng.integers(-35, 36))
    red, green, blue = (int(np.clip(c + shift + rng.integers(-15, 16), 0, 255)) for c in ground)
    x, y = rng.random(2) * (canvas.width, canvas.height)
    half = rng.uniform(0.05, 0.45, 2) * (canvas.width, canvas.height)
    box = (float(x - half[0]), float(y - half[1]), float(x + half[0]), float(y + half[1]))
    if chance(rng, 0.5):
        canvas.draw.ellipse(box, fill=(red, green, blue))
    else:
        canvas.draw.rectangle(box, fill=(red, green, blue))


def _title(
    canvas: Canvas, rng: np.random.Generator, fonts: Sequence[Font], y: float, fill: Colour
) -> float:
    """One to three big lines; returns the y below them."""
    shouting = chance(rng, 0.6)
    font = pick_font(rng, fonts, capitals=shouting)
    align = "left" if chance(rng, 0.4) else "center"
    x = 0.06 * canvas.width if align == "left" else canvas.width / 2
    for _ in range(int(rng.integers(1, 4))):
        text = sign_text(rng, 3)
        text = text.upper() if shouting else text
        wanted = float(np.exp(rng.uniform(np.log(24), np.log(130))))
        length = get_face(font, 40).getlength(text) / 40
        text_size = int(min(wanted, 0.88 * canvas.width / max(length, 0.1)))
        if y + 1.1 * text_size > canvas.height:
            break
        tracking = text_size * 0.12 if chance(rng, 0.1) and align == "left" else 0.0
        y += text_size * float(rng.uniform(1.0, 1.3))
        face = get_face(font, text_size)
        canvas.write(x, y - 0.15 * text_size, text, face, fill, align=align, tracking=tracking)
    return y + 0.1 * canvas.height * float(rng.random())


def _block(
    canvas: Canvas, rng: np.random.Generator, fonts: Sequence[Font], y: float, fill: Colour
) -> float:
    """Details in small print; returns the y below them."""
    text_size = body_size(rng, 10, 30)
    face: Face = get_face(pick_font(rng, fonts), text_size)
    width = canvas.width * float(rng.uniform(0.35, 0.88))
    style = int(rng.integers(3))
    if style == 0:
        rows = wrap(" ".join(prose(rng, 5, 12) for _ in range(3)), face, width)
    elif style == 1:
        rows = [row for row in address_lines(rng) if face.getlength(row) < 0.9 * canvas.width]
    else:
        options = (phone, date, clock, url, price)
        rows = [pick(rng, options)(rng) for _ in range(int(rng.integers(1, 4)))]
    align = "left" if chance(rng, 0.5) else "center"
    x = 0.06 * canvas.width if align == "left" else canvas.width / 2
    pitch = text_size * float(rng.uniform(1.1, 1.5))
    for row in rows[: int(rng.integers(1, 8))]:
        y += pitch
        if y < canvas.height - 0.3 * text_size:
            canvas.write(x, y, row, face, fill, align=align)
    return y + text_size * float(rng.uniform(0.5, 2))
