"""What stands where on pages: names of shops, products, sums, labels of forms and buttons."""

from __future__ import annotations

import numpy as np

from ocrlib.data.synth.content import (
    address,
    company,
    pick,
    plain_word,
    price,
    sentence,
    vary_case,
)
from ocrlib.data.synth.vocabulary import ITEMS, LABELS, SIGNS

_UNITS = ("500ML", "1KG", "(WHITE)", "A4", "12PCS", "30CM", "X2", "250G", "L", "(BLUE)", "#14", "")
_FIELDS = ("name", "first name", "address", "city", "date of birth", "phone", "email", "signature",
           "account no", "amount", "title", "company", "zip", "country", "yes", "no", "n/a", "male",
           "female", "type", "brand", "region", "department", "approved by", "remarks", "start",
           "reference", "source", "volume", "quantity", "status", "id", "version")  # fmt: skip
_BUTTONS = ("OK", "Cancel", "Save", "Open", "Close", "Edit", "File", "View", "Help", "Search",
            "Settings", "Next", "Back", "Log in", "Sign up", "Share", "Delete", "New folder",
            "Download", "Upload", "Home", "Inbox", "Reply", "Send", "Play", "Apply", "Undo",
            "Tools", "Window", "Insert", "Format", "Profile", "Add to cart", "More")  # fmt: skip


def words(rng: np.random.Generator, count: int) -> str:
    """`count` plain words, case as in a dictionary."""
    return " ".join(plain_word(rng) for _ in range(count))


def shop(rng: np.random.Generator) -> str:
    """A shop's name."""
    name = company(rng)
    return name.upper() if rng.random() < 0.6 else name.title()


def product(rng: np.random.Generator) -> str:
    """A thing to buy, as tills abbreviate it."""
    name = pick(rng, ITEMS) if rng.random() < 0.4 else words(rng, int(rng.integers(1, 4)))
    name = f"{name} {pick(rng, _UNITS)}".strip()
    return name.upper() if rng.random() < 0.7 else name.title()


def amount(rng: np.random.Generator) -> str:
    """A sum of money in figures, without currency."""
    value = float(np.exp(rng.random() * 9 - 2))  # 0.14 to 1,100
    text = f"{value:,.2f}"
    return f"-{text}" if rng.random() < 0.04 else text


def prose(rng: np.random.Generator, low: int, high: int) -> str:
    """A sentence of `low` to `high` words with a capital at its start."""
    text = sentence(rng, low, high)
    return text[0].upper() + text[1:]


def field(rng: np.random.Generator) -> str:
    """The label of a field in a form or of a column in a table."""
    text = pick(rng, _FIELDS) if rng.random() < 0.6 else pick(rng, LABELS)
    return vary_case(rng, text)


def button(rng: np.random.Generator) -> str:
    """What a button, a menu or a tab says."""
    return pick(rng, _BUTTONS) if rng.random() < 0.8 else words(rng, 1).title()


def sign_text(rng: np.random.Generator, most: int = 3) -> str:
    """One to `most` words of a sign, mostly in capitals."""
    kind = rng.random()
    if kind < 0.1:
        return price(rng)
    if kind < 0.18:
        return f"{rng.integers(5, 95)}%"
    parts = [
        pick(rng, SIGNS) if rng.random() < 0.5 else plain_word(rng)
        for _ in range(int(rng.integers(1, most + 1)))
    ]
    text = " ".join(parts)
    return text.upper() if rng.random() < 0.6 else text.title()


def address_lines(rng: np.random.Generator) -> list[str]:
    """An address in one to four rows."""
    rows = [address(rng) for _ in range(int(rng.integers(1, 5)))]
    return [row.upper() if rng.random() < 0.5 else row.title() for row in rows]
