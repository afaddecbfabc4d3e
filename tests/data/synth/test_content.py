from __future__ import annotations

import re
import string
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.synth import content, numbers

PRINTABLE = set(string.ascii_letters + string.digits + string.punctuation + " ")


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def draw(function, count: int = 400) -> list[str]:
    generator = rng(7)
    return [function(generator) for _ in range(count)]


@pytest.mark.parametrize("function", [content.random_word, content.random_line])
def test_texts_are_clean_and_reproducible(function):
    texts = draw(function, 1500)
    assert texts == draw(function, 1500)
    for text in texts:
        assert text == " ".join(text.split())
        assert 1 <= len(text) <= 60
        assert set(text) <= PRINTABLE
    assert len(set(texts)) > 900


def test_words_have_no_spaces():
    assert not any(" " in word for word in draw(content.random_word, 1500))


def test_every_printable_character_occurs():
    seen = set("".join(draw(content.random_word, 6000) + draw(content.random_line, 6000)))
    assert PRINTABLE - seen == set()


def test_cases_are_balanced():
    words = [word for word in draw(content.random_word, 4000) if word.isalpha() and len(word) > 2]
    upper = sum(word.isupper() for word in words) / len(words)
    lower = sum(word.islower() for word in words) / len(words)
    title = sum(word.istitle() for word in words) / len(words)
    assert 0.3 < upper < 0.5
    assert 0.2 < lower < 0.45
    assert 0.15 < title < 0.4


def test_lines_of_every_length():
    lengths = np.array([len(text) for text in draw(content.random_line, 2000)])
    assert (lengths <= 5).mean() > 0.08
    assert (lengths >= 30).mean() > 0.08


def test_charset_is_respected():
    generator = rng(1)
    for _ in range(300):
        word = content.random_word(generator, charset_chars=string.digits)
        assert word.isdigit()


def test_invented_words_look_like_words():
    words = draw(content.invented_word, 300)
    assert all(re.fullmatch(r"[a-z]{2,12}", word) for word in words)
    assert len(set(words)) > 200


def test_extra_words_are_used_only_where_asked_for():
    plain = draw(content.plain_word, 300)
    with content.extra_words(("zzyzx",)):
        extra = draw(content.plain_word, 300)
    assert draw(content.plain_word, 300) == plain
    assert "zzyzx" not in plain
    assert 60 < extra.count("zzyzx") < 220
    assert len(set(plain)) > 150


def test_without_a_word_list_there_are_no_system_words(tmp_path: Path):
    assert content.system_words(tmp_path / "none") == ()


def test_word_list_is_filtered(tmp_path: Path):
    path = tmp_path / "words"
    path.write_text("a\nfine\ncan't\nétude\nextraordinarilylong\nBerlin\n", encoding="utf-8")
    assert content.system_words(path) == ("fine", "Berlin")


@pytest.mark.parametrize(
    ("function", "pattern"),
    [
        (numbers.price, r"(\D{0,4})[\d,]+(\.\d\d)?( ?[A-Z*-]+)?"),
        (numbers.clock, r"\d{1,2}:\d\d(:\d\d)?( ?[AaPp][Mm])?"),
        (numbers.phone, r"[\d+() -]{9,16}"),
        (numbers.date, r"[\dA-Za-z/., -]{8,12}"),
        (numbers.code, r"[A-Z0-9#()/ -]{4,16}"),
        (content.url, r"\S+\.\S+"),
    ],
)
def test_forms(function, pattern):
    texts = draw(function, 300)
    assert [text for text in texts if not re.fullmatch(pattern, text)] == []
    assert len(set(texts)) > 100


def test_ordinals():
    ordinals = {text for text in draw(numbers.number, 6000) if text[-2:].isalpha()}
    assert {"1st", "2nd", "3rd", "11th", "12th", "13th", "21st"} <= ordinals


def test_pick_takes_all():
    generator = rng(3)
    assert {numbers.pick(generator, "abc") for _ in range(100)} == set("abc")
