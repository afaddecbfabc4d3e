"""What is printed on pages: shops, products, sentences, labels of forms and buttons."""

from __future__ import annotations

import numpy as np

from ocrlib.data.synth.layouts import chance, pick

_STREETS = ("JALAN", "Jalan", "Street", "ROAD", "Avenue", "LORONG", "Lane", "Drive", "PARK")
_TOWNS = ("KUALA LUMPUR", "Johor Bahru", "PETALING JAYA", "Springfield", "SELANGOR", "Oakdale",
          "Penang", "Riverside", "SHAH ALAM", "Ashford", "MELAKA", "Georgetown")  # fmt: skip
_TRADES = ("STATIONERY", "TRADING", "MARKET", "Restaurant", "CAFE", "HARDWARE", "BOOKS", "Pharmacy",
           "BAKERY", "Electrical", "MINI MART", "Enterprise", "SUPPLY", "Motors")  # fmt: skip
_FORMS = ("SDN BHD", "(M) SDN. BHD.", "LTD", "Inc.", "& CO", "", "", "ENTERPRISE")
_UNITS = ("500ML", "1KG", "(WHITE)", "A4", "12PCS", "30CM", "X2", "250G", "L", "(BLUE)", "#14", "")


def words(rng: np.random.Generator, count: int) -> str:
    """`count` random words."""
    onsets, vowels, codas = "bcdfghklmnprstvw", "aeiou", ("", "n", "r", "s", "t", "l", "ck", "ng")
    made = []
    for _ in range(count):
        parts = [
            pick(rng, onsets) + pick(rng, vowels) + pick(rng, codas)
            for _ in range(int(rng.integers(1, 4)))
        ]
        made.append("".join(parts))
    return " ".join(made)


def sentence(rng: np.random.Generator, fewest: int, most: int) -> str:
    """A row of words with a capital and now and then a comma."""
    parts = words(rng, int(rng.integers(fewest, most + 1))).lower().split()
    parts[0] = parts[0].capitalize()
    if len(parts) > 4 and chance(rng, 0.4):
        parts[2] += ","
    return " ".join(parts) + pick(rng, (".", "", "", "!"))


def cased(rng: np.random.Generator, text: str) -> str:
    """The text in upper case, title case or lower case."""
    style = rng.random()
    if style < 0.5:
        return text.upper()
    return text.title() if style < 0.85 else text.lower()


def shop(rng: np.random.Generator) -> str:
    """A shop's name."""
    name = f"{words(rng, int(rng.integers(1, 3)))} {pick(rng, _TRADES)} {pick(rng, _FORMS)}"
    return cased(rng, name.strip())


def product(rng: np.random.Generator) -> str:
    """A thing to buy, as tills abbreviate it."""
    name = f"{words(rng, int(rng.integers(1, 4)))} {pick(rng, _UNITS)}".strip()
    return name.upper() if chance(rng, 0.7) else name.title()


def amount(rng: np.random.Generator) -> str:
    """An amount of money without currency."""
    value = float(np.exp(rng.uniform(np.log(0.05), np.log(2000.0))))
    text = f"{value:,.2f}" if chance(rng, 0.8) else f"{value:.2f}"
    return f"-{text}" if chance(rng, 0.04) else text


def code(rng: np.random.Generator) -> str:
    """A number of a document: digits, sometimes letters, dashes and slashes."""
    digits = str(rng.integers(10 ** int(rng.integers(2, 6)), 10 ** int(rng.integers(6, 12))))
    style = int(rng.integers(5))
    if style == 0:
        return digits
    letters = "".join(chr(65 + int(k)) for k in rng.integers(0, 26, int(rng.integers(1, 4))))
    if style == 1:
        return f"{letters}-{digits}"
    if style == 2:
        return f"{letters}{digits}"
    if style == 3:
        return f"{digits[:4]}-{digits[4:] or letters}"
    return f"{digits}-{letters}"


def date(rng: np.random.Generator) -> str:
    """A date in one of the usual notations."""
    day, month, year = (int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(90)))
    name = pick(rng, ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"))
    style = int(rng.integers(5))
    if style == 0:
        return f"{day:02d}/{month:02d}/20{year:02d}"
    if style == 1:
        return f"{day:02d}-{month:02d}-{year:02d}"
    if style == 2:
        return f"{day:02d}-{name}-20{year:02d}"
    return f"20{year:02d}-{month:02d}-{day:02d}" if style == 3 else f"{name} {day}, 20{year:02d}"


def time(rng: np.random.Generator) -> str:
    """A time of day."""
    hour, minute, second = (int(rng.integers(24)), int(rng.integers(60)), int(rng.integers(60)))
    style = int(rng.integers(3))
    if style == 0:
        return f"{hour:02d}:{minute:02d}"
    if style == 1:
        return f"{hour:02d}:{minute:02d}:{second:02d}"
    return f"{hour % 12 + 1}:{minute:02d} {pick(rng, ('AM', 'PM', 'am'))}"


def phone(rng: np.random.Generator) -> str:
    """A telephone number."""
    area, first, second = (int(rng.integers(1, 99)), int(rng.integers(100, 9999)),
                           int(rng.integers(1000, 9999)))  # fmt: skip
    style = int(rng.integers(4))
    if style == 0:
        return f"0{area}-{first}{second}"
    if style == 1:
        return f"+{area} {first} {second}"
    return f"({area:03d}) {first}-{second}" if style == 2 else f"0{area}-{first} {second}"


def address_lines(rng: np.random.Generator) -> list[str]:
    """An address in one to four rows."""
    rows = [
        f"{pick(rng, ('NO. ', 'No ', 'LOT ', ''))}{rng.integers(1, 200)}, {pick(rng, _STREETS)}"
        f" {words(rng, int(rng.integers(1, 3)))} {rng.integers(1, 30)}/{rng.integers(1, 30)},",
        f"{words(rng, 2)},",
        f"{rng.integers(10000, 99999)} {pick(rng, _TOWNS)}",
        pick(rng, _TOWNS) + pick(rng, (".", "", ", MALAYSIA")),
    ]
    keep = rows[: int(rng.integers(1, 5))]
    return [row.upper() for row in keep] if chance(rng, 0.5) else keep
