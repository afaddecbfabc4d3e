"""Receipts: heading, details, items, totals, tax, farewell, in the many ways tills print them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.content import clock, code, date, digits, phone, pick, url
from ocrlib.data.synth.distractors import draw_barcode, draw_logo, draw_qr
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
)
from ocrlib.data.synth.phrases import address_lines, amount, product, prose, shop, words

_RULES = ("-", "=", "*", "_", "- ", "line", "double", "dashes", "dashes", ".")


def receipt(rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int]) -> Canvas:
    """A receipt or a part of one, about as large as a page of `size` (height, width) px."""
    text_size = body_size(rng, 11, 34)
    body, bold = faces(rng, fonts, text_size, mono=0.45)
    columns = int(rng.integers(24, 48))
    margin = float(rng.uniform(0.4, 2.5)) * text_size
    width = columns * body.getlength("0") + 2 * margin
    width = int(np.clip(width, 0.5 * size[1], size[1] * rng.uniform(0.9, 1.05)))
    height = int(size[0] * rng.uniform(0.8, 1.25))
    canvas = Canvas(height, width, paper(rng))
    roll = new_roll(rng, canvas, body, bold, ink(rng), margin=margin, spacing=(0.95, 1.5))
    parts: list[Callable[[Roll, Sequence[Font]], None]] = [
        _heading, _details, _items, _totals, _tax, _farewell
    ]  # fmt: skip
    # A page shows any part of a long receipt, so it may begin in the middle, and go on from the
    # start when paper is left.
    start = 0 if chance(rng, 0.55) else int(rng.integers(len(parts)))
    rule = pick(rng, _RULES)
    index = start
    while not roll.full and index < start + 8:
        parts[index % len(parts)](roll, fonts)
        if chance(rng, 0.6):
            roll.rule(rule if chance(rng, 0.8) else pick(rng, _RULES))
        if chance(rng, 0.3):
            roll.feed(float(rng.uniform(0.3, 1.5)))
        index += 1
    return canvas


def _heading(roll: Roll, fonts: Sequence[Font]) -> None:
    """Name, address and numbers of the shop, centred or at the left."""
    rng = roll.rng
    if chance(rng, 0.35):
        side = roll.body.size * float(rng.uniform(2, 5))
        draw_logo(roll.canvas, rng, (roll.left + roll.right) / 2, roll.y + side / 2, side)
        roll.y += side
    scale = float(rng.uniform(1.0, 2.2))
    head = get_face(pick_font(rng, fonts), round(roll.body.size * scale))
    put = roll.centre if chance(rng, 0.75) else roll.text
    put(shop(rng), head if chance(rng, 0.6) else roll.bold)
    if chance(rng, 0.6):
        put(pick(rng, ("(", "Co. No. ", "REG NO: ", "Co. Reg : ", "ROC : ")) + code(rng))
    for line in address_lines(rng):
        put(line)
    for label in ("TEL", "FAX", "GST ID", "Email", "www"):
        if chance(rng, 0.4):
            separator = pick(rng, (": ", " : ", ". ", " "))
            if label in ("Email", "www"):
                put(url(rng))
            else:
                put(label + separator + (phone(rng) if label != "GST ID" else code(rng)))
    if chance(rng, 0.5):
        roll.feed(float(rng.uniform(0.2, 0.8)))
        _title(roll, pick(rng, ("TAX INVOICE", "RECEIPT", "INVOICE", "Cash Bill", "CASH SALES")))


def _title(roll: Roll, text: str) -> None:
    """A title, sometimes in a box or white on black."""
    rng = roll.rng
    style = rng.random()
    if style < 0.7:
        roll.centre(text, roll.bold)
        return
    roll.feed(1.4)
    half = roll.bold.getlength(text) / 2 + roll.bold.size * 0.8
    middle = (roll.left + roll.right) / 2
    box = (
        middle - half,
        roll.y - 1.0 * roll.bold.size,
        middle + half,
        roll.y + 0.4 * roll.bold.size,
    )
    if style < 0.85:
        roll.canvas.draw.rectangle(box, outline=roll.fill, width=max(1, round(roll.body.size / 10)))
        roll.canvas.write(middle, roll.y, text, roll.bold, roll.fill, align="center")
    else:
        roll.canvas.draw.rectangle(box, fill=roll.fill)
        roll.canvas.write(middle, roll.y, text, roll.bold, (245, 245, 245), align="center")
    roll.feed(0.5)


def _details(roll: Roll, fonts: Sequence[Font]) -> None:
    """Bill number, date, cashier: label and value in one line, in two columns, or two a row."""
    rng = roll.rng
    labels = ["Bill No", "Date", "Cashier", "Table", "Time", "Doc No.", "Counter", "Ref", "Terms"]
    if chance(rng, 0.4):
        labels = [label.upper() for label in labels]
    order = rng.permutation(len(labels))[: int(rng.integers(2, 6))]
    style = int(rng.integers(3))
    for k in order:
        label = labels[int(k)]
        if "date" in label.lower():
            value = f"{date(rng)} {clock(rng)}" if chance(rng, 0.4) else date(rng)
        elif "time" in label.lower():
            value = clock(rng)
        elif "cashier" in label.lower():
            value = words(rng, 1)
        else:
            value = code(rng)
        if style == 0:
            roll.text(f"{label}{pick(rng, (':', ' :', ''))} {value}")
        elif style == 1:
            roll.columns([label, f": {value}"], [0, 0.35, 1], "ll")
        else:
            roll.pair(f"{label}: {value}", date(rng) if chance(rng, 0.5) else code(rng))


def _items(roll: Roll, fonts: Sequence[Font]) -> None:
    """Things bought: one of five table styles."""
    rng = roll.rng
    narrow = roll.right - roll.left < 34 * roll.body.getlength("0")
    style = pick(rng, (0, 1, 4) if narrow else (0, 1, 2, 3, 4))
    space = float(rng.uniform(0, 0.5)) if chance(rng, 0.3) else 0.0
    headed = chance(rng, 0.6)
    tables: dict[int, tuple[list[str], list[float], str]] = {
        1: (["Qty", "Description", "Amount"], [0, 0.14, 0.74, 1], "llr"),
        2: (["Item", "Qty", "S/Price", "Amount", "Tax"], [0, 0.36, 0.48, 0.68, 0.88, 1], "lrrrr"),
        3: (["No", "Code", "Price", "Disc", "Total"], [0, 0.12, 0.46, 0.64, 0.8, 1], "llrrr"),
    }
    if headed and style in tables:
        cells, edges, aligns = tables[style]
        upper = chance(rng, 0.4)
        roll.columns([c.upper() if upper else c for c in cells], edges, aligns, roll.bold)
        roll.rule(pick(rng, _RULES))
    for number in range(int(rng.integers(2, 9))):
        if roll.full:
            return
        price, count = amount(rng), int(rng.integers(1, 10))
        if style == 0:
            name = " ".join(product(rng).split()[: int(rng.integers(1, 4))])
            width = 0.72 * (roll.right - roll.left)
            while roll.body.getlength(name) > width and " " in name:
                name = name.rsplit(" ", 1)[0]
            roll.pair(name, price)
        elif style == 1:
            cells, edges, aligns = tables[1]
            roll.columns([str(count), product(rng), price], edges, aligns)
            if chance(rng, 0.25):
                roll.columns(["", f"@{price}", ""], edges, aligns)
        elif style == 2:
            cells, edges, aligns = tables[2]
            roll.text(product(rng))
            tax = pick(rng, ("SR", "ZR", "S", "T"))
            roll.columns([code(rng), str(count), amount(rng), price, tax], edges, aligns)
        elif style == 3:
            cells, edges, aligns = tables[3]
            roll.columns([f"{number + 1}.", code(rng), amount(rng), "0.00", price], edges, aligns)
            roll.text(product(rng), indent=0.12 * (roll.right - roll.left))
        else:
            roll.text(product(rng))
            indent = "  " * int(rng.integers(3))
            mark = pick(rng, (" X ", " x ", " @ ", "pc @ "))
            roll.pair(
                f"{indent}{count}{mark}{amount(rng)}", price + pick(rng, ("", "", " S", " T"))
            )
        if space:
            roll.feed(space)


def _totals(roll: Roll, fonts: Sequence[Font]) -> None:
    """Subtotal to change, the total often larger, amounts at the right or in a middle column."""
    rng = roll.rng
    labels = ["Total Qty", "SUBTOTAL", "Discount", "GST 6%", "Rounding Adj", "TOTAL", "CASH",
              "CHANGE", "Total Sales (Inclusive of GST)", "VISA CARD", "Balance"]  # fmt: skip
    keep = np.sort(rng.permutation(len(labels))[: int(rng.integers(3, 9))])
    start = float(rng.uniform(0.1, 0.45)) if chance(rng, 0.4) else 0.0
    colon = pick(rng, ("", ":", " :"))
    currency = pick(rng, ("", "", "RM ", "$", "RM"))
    big = get_face(pick_font(rng, fonts), round(roll.body.size * float(rng.uniform(1.1, 1.9))))
    left = roll.left
    roll.left = left + start * (roll.right - left)
    for k in keep:
        face = roll.body
        label = labels[int(k)]
        if label == "TOTAL":
            face = big if chance(rng, 0.5) else roll.bold
        value = amount(rng)
        while face.getlength(label + value) > 0.85 * (roll.right - roll.left) and " " in label:
            label = label.rsplit(" ", 1)[0]
        roll.pair(label + colon, (currency if chance(rng, 0.7) else "") + value, face)
    roll.left = left


def _tax(roll: Roll, fonts: Sequence[Font]) -> None:
    """The small tax table near the end."""
    rng = roll.rng
    edges, aligns = [0, 0.36, 0.72, 1.0], pick(rng, ("lrr", "llr"))
    roll.columns(
        [pick(rng, ("GST Summary", "Tax", "TAX CODE")), "Amount (RM)", "Tax (RM)"], edges, aligns
    )
    for _ in range(int(rng.integers(1, 3))):
        roll.columns(
            [pick(rng, ("SR @ 6%", "ZRL 0%", "T 6%", "SR")), amount(rng), amount(rng)],
            edges, aligns,
        )  # fmt: skip


def _farewell(roll: Roll, fonts: Sequence[Font]) -> None:
    """Thanks, conditions, a barcode."""
    rng = roll.rng
    thanks = ("THANK YOU", "Thank You, Please Come Again", "GOODS SOLD ARE NOT RETURNABLE",
              "*** THANK YOU ***", "PLEASE KEEP THIS RECEIPT", "Have a nice day!")  # fmt: skip
    for _ in range(int(rng.integers(1, 5))):
        roll.centre(pick(rng, thanks) if chance(rng, 0.6) else prose(rng, 3, 9))
    if chance(rng, 0.4) and not roll.full:
        roll.feed(0.7)
        tall = roll.body.size * float(rng.uniform(1.5, 4))
        middle = (roll.left + roll.right) / 2
        if chance(rng, 0.7):
            half = (roll.right - roll.left) * float(rng.uniform(0.2, 0.45))
            draw_barcode(
                roll.canvas, rng, (middle - half, roll.y, middle + half, roll.y + tall), roll.fill
            )
            roll.y += tall
            if chance(rng, 0.7):
                roll.centre(digits(rng, 12))
        else:
            side = roll.body.size * float(rng.uniform(4, 8))
            draw_qr(roll.canvas, rng, middle - side / 2, roll.y, side, roll.fill)
            roll.y += side
