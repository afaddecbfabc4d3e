from __future__ import annotations

import re

import numpy as np
import pytest

from ocrlib.data.synth import phrases


@pytest.mark.parametrize(
    "make",
    [
        phrases.shop,
        phrases.product,
        phrases.field,
        phrases.button,
        phrases.sign_text,
        lambda rng: phrases.words(rng, 3),
        lambda rng: phrases.prose(rng, 2, 6),
    ],
)
def test_phrases_are_short_printable_ascii_and_vary(make):
    rng = np.random.default_rng(0)
    texts = [make(rng) for _ in range(60)]
    assert all(text.isascii() and text.isprintable() and 0 < len(text) < 90 for text in texts)
    assert all(text == text.strip() and any(c.isalnum() for c in text) for text in texts)
    assert len(set(texts)) > 20


def test_amounts_and_addresses():
    rng = np.random.default_rng(0)
    assert all(re.fullmatch(r"-?[\d,]+\.\d\d", phrases.amount(rng)) for _ in range(60))
    for _ in range(20):
        rows = phrases.address_lines(rng)
        assert 1 <= len(rows) <= 4
        assert all(rows)
