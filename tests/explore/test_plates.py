"""Rendered plates: what they say, and that they are drawn with any face that has the signs."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.errors import DataError
from ocrlib.explore.plates import LETTERS, PROVINCES, Plates, plate_text, render_plate
from ocrlib.explore.specimens import font


def test_a_plate_has_a_province_a_letter_and_five_signs():
    rng = np.random.default_rng(1)
    texts = [plate_text(rng) for _ in range(300)]
    assert {text[0] for text in texts} == set(PROVINCES)
    assert {text[1] for text in texts} <= set(LETTERS)
    assert {len(text) for text in texts} == {7}
    assert not set("IO") & set("".join(texts))


def test_a_plate_is_the_same_for_a_state_of_the_generator():
    face = font("DejaVuSans-Bold")
    one, same = (render_plate(np.random.default_rng(3), face, "AB12345") for _ in range(2))
    other = render_plate(np.random.default_rng(4), face, "AB12345")
    assert one.text == "AB12345"
    assert np.array_equal(one.image, same.image)
    assert one.image.shape != other.image.shape or not np.array_equal(one.image, other.image)
    assert 20 <= one.image.shape[0] <= 80
    red, _, blue = one.image.reshape(-1, 3).mean(axis=0)  # (H * W, 3)
    assert blue > red + 20


def test_plates_need_a_face():
    with pytest.raises(DataError, match="face"):
        Plates([])
