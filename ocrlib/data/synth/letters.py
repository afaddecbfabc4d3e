"""Letters, articles and notices: paragraphs, lists, columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.content import date, phone, pick
from ocrlib.data.synth.distractors import draw_logo
from ocrlib.data.synth.fonts import Font, get_face
from ocrlib.data.synth.layouts import (
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
    wrap,
)
from ocrlib.data.synth.phrases import address_lines, prose, shop, words


def letter(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A letter, an article or a notice: paragraphs in one to three columns."""
    text_size = body_size(rng, 9, 24)
    body, bold = faces(rng, fonts, text_size, mono=0.1)
    canvas = Canvas(*sheet_size(rng, size), paper(rng))
    margin = float(rng.uniform(0.6, 4)) * text_size
    roll = new_roll(rng, canvas, body, bold, ink(rng), margin=margin, spacing=(1.0, 1.5))
    if chance(rng, 0.5):
        _letterhead(roll, fonts)
    if chance(rng, 0.6):
        heading = get_face(pick_font(rng, fonts), round(text_size * float(rng.uniform(1.2, 2.6))))
        (roll.centre if chance(rng, 0.4) else roll.text)(prose(rng, 2, 6), heading)
        roll.feed(0.5)
    room = (roll.right - roll.left) / body.getlength("n")
    columns = int(rng.integers(1, 2 + min(2, int(room / 30))))
    gutter = max(2.2 * text_size, 12)
    left, top = roll.left, roll.y
    width = (roll.right - roll.left - gutter * (columns - 1)) / columns
    justified = chance(rng, 0.35)
    for column in range(columns):
        roll.left = left + column * (width + gutter)
        roll.right = roll.left + width
        roll.y = top
        if column and chance(rng, 0.3):
            x = roll.left - gutter / 2
            canvas.draw.line((x, top, x, canvas.height - margin), roll.fill, 1)
        while not roll.full and not chance(rng, 0.04):
            _paragraph(roll, justified)
    return canvas


def _letterhead(roll: Roll, fonts: Sequence[Font]) -> None:
    """Sender at the left, right or centre; date; greeting."""
    rng = roll.rng
    if chance(rng, 0.3):
        side = roll.body.size * float(rng.uniform(2, 4))
        draw_logo(roll.canvas, rng, roll.right - side, roll.y + side / 2, side)
    style = pick(rng, ("left", "right", "center"))
    x = {"left": roll.left, "right": roll.right, "center": (roll.left + roll.right) / 2}[style]
    head = get_face(pick_font(rng, fonts), round(roll.body.size * float(rng.uniform(1.1, 2.0))))
    limit = 0.8 * (roll.right - roll.left)
    for number, row in enumerate((shop(rng), *address_lines(rng), phone(rng), date(rng))):
        face = head if number == 0 else roll.body
        roll.feed(max(1.0, 1.15 * face.size / roll.body.size))
        roll.canvas.write(x, roll.y, shorten(row, face, limit), face, roll.fill, align=style)
    if chance(rng, 0.3):
        roll.rule("line")
    roll.feed(0.8)
    if chance(rng, 0.5):
        roll.text(f"Dear {words(rng, int(rng.integers(1, 3))).title()},")
        roll.feed(0.4)


def _paragraph(roll: Roll, justified: bool) -> None:
    """A heading, a list or plain sentences."""
    rng = roll.rng
    style = rng.random()
    if style < 0.15:
        roll.feed(0.5)
        roll.text(prose(rng, 1, 4), roll.bold)
        return
    if style < 0.3:
        for number in range(int(rng.integers(2, 5))):
            mark = pick(rng, (f"{number + 1}.", f"({chr(97 + number)})"))
            if chance(rng, 0.5):  # a bullet is not text
                x, y = roll.left + roll.body.size * 0.4, roll.y + 0.7 * roll.pitch
                r = roll.body.size * 0.15
                roll.canvas.draw.ellipse((x - r, y - r, x + r, y + r), fill=roll.fill)
                roll.text(prose(rng, 3, 12), indent=1.2 * roll.body.size)
            else:
                roll.text(f"{mark} {prose(rng, 3, 12)}", indent=0.3 * roll.body.size)
        return
    text = " ".join(prose(rng, 5, 14) for _ in range(int(rng.integers(1, 6))))
    face = roll.bold if chance(rng, 0.08) else roll.body
    rows = wrap(text, face, roll.right - roll.left)
    for row in rows[:-1] if justified else ():
        roll.feed()
        gaps = max(1, len(row.split()) - 1)
        extra = (roll.right - roll.left - face.getlength(row)) / gaps
        extra = min(extra, 0.6 * face.size)
        roll.canvas.write(roll.left, roll.y, row, face, roll.fill, extra_space=extra)
    for row in rows[-1:] if justified else rows:
        roll.feed()
        roll.canvas.write(roll.left, roll.y, row, face, roll.fill)
    roll.feed(float(rng.uniform(0, 1)))
