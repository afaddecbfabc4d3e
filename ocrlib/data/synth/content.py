"""What synthetic text says: words, numbers, and the lines of receipts, letters and signs.

Everything here depends on the generator and on our own vocabulary only, so that every machine
writes the same. Training adds the system's word list: `with extra_words(system_words()): ...`;
without one, more words are invented letter by letter from the statistics of our vocabulary. A share
of random strings keeps a recogniser from learning the dictionary instead of the letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import numpy as np

from ocrlib.data.synth.numbers import (
    DIGITS,
    clock,
    code,
    date,
    digits,
    number,
    phone,
    pick,
    price,
)
from ocrlib.data.synth.vocabulary import (
    COMMON,
    COMPANY_ENDINGS,
    DOMAINS,
    FIRST_NAMES,
    ITEMS,
    LABELS,
    LAST_NAMES,
    PHRASES,
    PLACES,
    SIGNS,
    STREET_ENDINGS,
    STREET_WORDS,
    STREETS,
)

__all__ = [
    "address",
    "clock",
    "code",
    "company",
    "date",
    "digits",
    "extra_words",
    "invented_word",
    "number",
    "phone",
    "pick",
    "plain_word",
    "price",
    "random_line",
    "random_string",
    "random_word",
    "receipt_line",
    "sentence",
    "system_words",
    "url",
    "vary_case",
]
SYSTEM_WORDS = Path("/usr/share/dict/words")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_EXTRA_WORDS: ContextVar[Sequence[str]] = ContextVar("extra words", default=())
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@lru_cache(maxsize=4)
def system_words(path: Path = SYSTEM_WORDS) -> tuple[str, ...]:
    """ASCII words of 2 to 14 letters of the system's list, possessives left out; () without one."""
    if not path.is_file():
        return ()
    words = path.read_text(encoding="utf-8", errors="replace").split()
    return tuple(
        word for word in words if 2 <= len(word) <= 14 and word.isascii() and "'" not in word
    )


@contextmanager
def extra_words(words: Sequence[str]) -> Iterator[None]:
    """Within the `with` block, texts also use these words; without any, invented ones."""
    token = _EXTRA_WORDS.set(words)
    try:
        yield
    finally:
        _EXTRA_WORDS.reset(token)


@lru_cache(maxsize=1)
def _letter_followers() -> dict[str, str]:
    """For each pair of letters, what follows it in our vocabulary, as often as there ("$" ends)."""
    followers: dict[str, str] = {}
    for word in (*COMMON, *SIGNS, *LAST_NAMES):
        padded = f"^^{word.lower()}$"
        for start in range(len(padded) - 2):
            pair = padded[start : start + 2]
            followers[pair] = followers.get(pair, "") + padded[start + 2]
    return followers


def invented_word(rng: np.random.Generator) -> str:
    """A pronounceable word of 2 to 12 letters that need not exist."""
    followers = _letter_followers()
    while True:
        pair, letters = "^^", ""
        while len(letters) < 12:
            letter = pick(rng, followers[pair])
            if letter == "$":
                break
            letters += letter
            pair = pair[1] + letter
        if len(letters) >= 2:
            return letters


def plain_word(rng: np.random.Generator) -> str:
    """A word as a dictionary spells it: frequent, on signs, a name, an extra one, or invented."""
    kind = rng.random()
    if kind < 0.18:
        return pick(rng, COMMON)
    if kind < 0.42:
        return pick(rng, SIGNS)
    if kind < 0.48:
        return pick(rng, LAST_NAMES)
    words = _EXTRA_WORDS.get()
    if not words or kind > 0.9:
        return invented_word(rng)
    return pick(rng, words)


def vary_case(rng: np.random.Generator, text: str) -> str:
    """The text in capitals, with initial capitals, in small letters, or (rarely) as a medley."""
    kind = rng.random()
    if kind < 0.38:
        return text.upper()
    if kind < 0.66:
        return text.title() if "'" not in text else text.capitalize()
    if kind < 0.97:
        return text.lower()
    return "".join(char.upper() if rng.random() < 0.5 else char.lower() for char in text)


def random_string(rng: np.random.Generator, low: int = 1, high: int = 9) -> str:
    """Letters, digits and some punctuation without any sense, `low` to `high` characters long."""
    kind = rng.random()
    if kind < 0.3:
        alphabet = LETTERS.upper() + DIGITS
    elif kind < 0.5:
        alphabet = LETTERS.upper()
    elif kind < 0.65:
        alphabet = LETTERS
    elif kind < 0.85:
        alphabet = LETTERS + LETTERS.upper() + DIGITS
    else:
        alphabet = LETTERS + LETTERS.upper() + DIGITS + PUNCTUATION
    count = int(rng.integers(low, high + 1))
    return "".join(pick(rng, alphabet) for _ in range(count))


def url(rng: np.random.Generator) -> str:
    """A web or mail address, small letters."""
    name = "".join(plain_word(rng).lower() for _ in range(1 + int(rng.random() * 2)))
    domain = f"{name}.{pick(rng, DOMAINS)}"
    kind = rng.random()
    if kind < 0.5:
        return f"www.{domain}"
    if kind < 0.6:
        return f"http://{domain}"
    if kind < 0.9:
        user = (
            pick(rng, FIRST_NAMES) if rng.random() < 0.5 else pick(rng, ("info", "sales", "help"))
        )
        return f"{user}@{domain}"
    return domain


def company(rng: np.random.Generator) -> str:
    """A firm's name, case as in a dictionary."""
    names = [plain_word(rng) if rng.random() < 0.6 else pick(rng, LAST_NAMES)]
    if rng.random() < 0.6:
        names.append(plain_word(rng))
    return f"{' '.join(names)} {pick(rng, COMPANY_ENDINGS)}"


def address(rng: np.random.Generator) -> str:
    """One line of a postal address."""
    kind = rng.random()
    if kind < 0.3:
        block = pick(rng, ("", "", "ss", "pju ", "usj ", "u"))
        name = pick(rng, (pick(rng, LAST_NAMES), f"{plain_word(rng)} {rng.integers(1, 30)}"))
        where = (
            name if rng.random() < 0.7 else f"{block}{rng.integers(1, 30)}/{rng.integers(1, 60)}"
        )
        return f"no.{rng.integers(1, 300)}, {pick(rng, STREET_WORDS)} {where},"
    if kind < 0.55:
        return f"{rng.integers(1, 9999)} {pick(rng, STREETS)} {pick(rng, STREET_ENDINGS)}"
    if kind < 0.8:
        ending = pick(rng, ("", ",", ".", f", {pick(rng, PLACES)}"))
        return f"{digits(rng, 5)} {pick(rng, PLACES)}{ending}"
    if kind < 0.9:
        state = pick(rng, LETTERS) + pick(rng, LETTERS)
        return f"{pick(rng, PLACES)}, {state} {digits(rng, 5)}"
    floor = pick(rng, ("ground", "1st", "2nd", "lower"))
    return f"lot {rng.integers(1, 200)}, {floor} floor, {pick(rng, PLACES)}"


def sentence(rng: np.random.Generator, low: int = 2, high: int = 7) -> str:
    """`low` to `high` words, punctuated, case as in prose."""
    words = [plain_word(rng) for _ in range(int(rng.integers(low, high + 1)))]
    for place in range(len(words) - 1):
        if rng.random() < 0.08:
            words[place] += pick(rng, (",", ",", ";", ":", " -"))
    if rng.random() < 0.15:
        place = int(rng.random() * len(words))
        words[place] = pick(rng, ('"{}"', "({})", "'{}'", "[{}]")).format(words[place])
    text = " ".join(words)
    if rng.random() < 0.5:
        text = text[0].upper() + text[1:] + pick(rng, (".", ".", ".", "!", "?", ""))
    return text


def receipt_line(rng: np.random.Generator) -> str:
    """One line (or column) of a receipt or an invoice, case varied."""
    kind = rng.random()
    if kind < 0.24:
        return price(rng)
    if kind < 0.45:
        text = pick(rng, LABELS)
        if rng.random() < 0.35:
            text += pick(rng, (":", " :", ":", " :", "(rm)", " (rm)", "#", "*"))
        return vary_case(rng, text)
    if kind < 0.56:
        value = pick(rng, (price, price, code, code, date, phone, number))(rng)
        return vary_case(rng, pick(rng, LABELS)) + pick(rng, (": ", " : ", " ", " ", ":")) + value
    if kind < 0.68:
        text = vary_case(rng, pick(rng, ITEMS) if rng.random() < 0.6 else sentence(rng, 1, 4))
        if rng.random() < 0.3:
            text = f"{code(rng)} {text}"
        return text if rng.random() < 0.6 else f"{text} {price(rng)}"
    if kind < 0.74:
        times = pick(rng, (" x ", " X ", " @ ", "x", " * ", " PCS x "))
        return f"{rng.integers(1, 30)}{times}{price(rng)}"
    if kind < 0.8:
        both = f"{date(rng)}{pick(rng, (' ', ' ', '  ', ' - '))}{clock(rng)}"
        return pick(rng, (date(rng), both, clock(rng)))
    if kind < 0.88:
        return vary_case(rng, address(rng))
    if kind < 0.93:
        return vary_case(rng, company(rng))
    if kind < 0.97:
        return vary_case(rng, pick(rng, PHRASES))
    return pick(rng, (code, url, phone, number))(rng)


def random_line(rng: np.random.Generator) -> str:
    """A line of text: receipts (about 70 %), prose, addresses, links, nonsense.

    Never empty, printable ASCII, single spaces, at most 60 characters.
    """
    kind = rng.random()
    if kind < 0.7:
        text = receipt_line(rng)
    elif kind < 0.85:
        text = sentence(rng)
        text = text if rng.random() < 0.5 else vary_case(rng, text)
    elif kind < 0.88:
        text = vary_case(rng, address(rng))
    elif kind < 0.91:
        text = vary_case(rng, f"{pick(rng, FIRST_NAMES)} {pick(rng, LAST_NAMES)}")
    elif kind < 0.93:
        text = url(rng)
    else:
        text = " ".join(random_string(rng) for _ in range(int(rng.integers(1, 5))))
    return " ".join(text.split())[:60].rstrip()


def random_word(rng: np.random.Generator, charset_chars: str | None = None) -> str:
    """One word as scenes show it: about four fifths words, the rest numbers, codes and nonsense.

    Args:
        rng: source of randomness.
        charset_chars: if given, other characters are dropped, and a word that would lose all its
            characters is drawn again.
    """
    while True:
        word = _scene_word(rng)
        if charset_chars is not None:
            word = "".join(char for char in word if char in charset_chars)
        if word:
            return word


def _scene_word(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.72:
        word = vary_case(rng, plain_word(rng))
        if rng.random() < 0.07:
            form = pick(
                rng, ("{}'s", "{}.", "{},", "{}!", "{}:", "({})", '"{}"', "{}?", "{}-", "&{}")
            )
            word = form.format(word)
        elif rng.random() < 0.02:
            word = f"{word}{pick(rng, ('-', '/', '&', '.'))}{vary_case(rng, plain_word(rng))}"
        return word
    if kind < 0.83:
        return random_string(rng)
    if kind < 0.91:
        return number(rng)
    if kind < 0.94:
        return price(rng).replace(" ", "")
    if kind < 0.96:
        return pick(rng, (date, clock))(rng).replace(" ", "")
    if kind < 0.98:
        return pick(rng, (code, phone))(rng).replace(" ", "")
    return url(rng) if rng.random() < 0.8 else url(rng).upper()
