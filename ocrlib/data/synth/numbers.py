"""Numbers as signs and receipts print them: prices, dates, times, telephone numbers, codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ocrlib.data.synth.vocabulary import MONTHS

Item = TypeVar("Item")
DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def pick(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """One of `items`, all equally likely (much faster than `rng.choice`)."""
    return items[int(rng.random() * len(items))]


def digits(rng: np.random.Generator, count: int) -> str:
    """`count` random digits."""
    return "".join(pick(rng, DIGITS) for _ in range(count))


def number(rng: np.random.Generator) -> str:
    """A house number, year, quantity, ordinal or percentage."""
    kind = rng.random()
    if kind < 0.55:
        return digits(rng, 1 + int(rng.random() * 4))
    if kind < 0.65:
        return str(int(rng.integers(1900, 2031)))
    if kind < 0.75:
        value = int(rng.integers(1, 100))
        ending = (
            "th" if 10 <= value % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        )
        return f"{value}{ending}"
    if kind < 0.85:
        return f"{rng.integers(1, 101)}%"
    if kind < 0.93:
        return f"{int(rng.integers(1000, 10**7)):,}"
    return f"{rng.integers(0, 100)}.{digits(rng, 1 + int(rng.random() * 3))}"


def price(rng: np.random.Generator) -> str:
    """An amount of money with or without its currency."""
    value = float(np.exp(rng.random() * 9 - 2))  # 0.14 to 1,100
    amount = f"{value:,.2f}" if rng.random() < 0.9 else f"{value:.0f}"
    kind = rng.random()
    if kind < 0.6:
        return amount
    if kind < 0.85:
        return pick(rng, ("$", "RM", "RM ", "$ ", "USD ", "EUR ")) + amount
    return amount + pick(rng, (" RM", " SR", "-", " S", " ZRL", "*", " T"))


def date(rng: np.random.Generator) -> str:
    """A date in one of the usual notations."""
    day, month = int(rng.integers(1, 29)), int(rng.integers(1, 13))
    year = int(rng.integers(1990, 2031))
    name = MONTHS[month - 1]
    name = name.upper() if rng.random() < 0.5 else name.title()
    forms = (
        f"{day:02}/{month:02}/{year}",
        f"{day:02}-{month:02}-{year}",
        f"{day:02}.{month:02}.{year}",
        f"{day:02}/{month:02}/{year % 100:02}",
        f"{year}-{month:02}-{day:02}",
        f"{day}/{month}/{year}",
        f"{day:02} {name} {year}",
        f"{day:02}-{name}-{year}",
        f"{name} {day}, {year}",
    )
    return pick(rng, forms)


def clock(rng: np.random.Generator) -> str:
    """A time of day."""
    hour, minute, second = (
        int(rng.integers(0, 24)),
        int(rng.integers(0, 60)),
        int(rng.integers(0, 60)),
    )
    half = "AM" if hour < 12 else "PM"
    forms = (
        f"{hour:02}:{minute:02}",
        f"{hour:02}:{minute:02}:{second:02}",
        f"{(hour + 11) % 12 + 1}:{minute:02} {half}",
        f"{(hour + 11) % 12 + 1:02}:{minute:02}:{second:02} {half}",
        f"{(hour + 11) % 12 + 1}:{minute:02}{half.lower()}",
    )
    return pick(rng, forms)


def phone(rng: np.random.Generator) -> str:
    """A telephone number."""
    forms = (
        f"0{digits(rng, 1)}-{digits(rng, 4)} {digits(rng, 4)}",
        f"0{digits(rng, 1)}-{digits(rng, 8)}",
        f"0{digits(rng, 2)}-{digits(rng, 3)} {digits(rng, 4)}",
        f"({digits(rng, 3)}) {digits(rng, 3)}-{digits(rng, 4)}",
        f"{digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 4)}",
        f"+6{digits(rng, 2)}-{digits(rng, 7)}",
        f"+{digits(rng, 2)} {digits(rng, 2)} {digits(rng, 7)}",
        digits(rng, 10),
    )
    return pick(rng, forms)


def code(rng: np.random.Generator) -> str:
    """An article, invoice or registration number such as `A1234-B`."""

    def capitals(count: int) -> str:
        return "".join(pick(rng, CAPITALS) for _ in range(count))

    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{capitals(1)}{digits(rng, 4)}-{capitals(1)}",
        lambda: f"{capitals(2)}{digits(rng, 6)}",
        lambda: f"{capitals(2)}-{capitals(2)}-{digits(rng, 7)}",
        lambda: f"({digits(rng, 6)}-{capitals(1)})",
        lambda: digits(rng, 12),
        lambda: digits(rng, 13),
        lambda: f"{capitals(1)}{digits(rng, 10)}",
        lambda: f"#{digits(rng, 3 + int(rng.random() * 5))}",
        lambda: f"{digits(rng, 4)}/{digits(rng, 2)}/{digits(rng, 4)}",
        lambda: f"{capitals(3)} {digits(rng, 4)}",
        lambda: "X" * 12 + digits(rng, 4),
    )
    return pick(rng, forms)()
