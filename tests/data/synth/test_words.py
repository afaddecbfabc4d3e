from __future__ import annotations

import string
from dataclasses import replace

import numpy as np
import pytest

from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.words import render_line, render_word
from ocrlib.errors import DataError

FONTS = load_fonts("bundled")
PRINTABLE = set(string.ascii_letters + string.digits + string.punctuation + " ")


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("render", [render_word, render_line])
def test_same_seed_same_pixels(render):
    for seed in range(12):
        first, second = render(rng(seed), FONTS), render(rng(seed), FONTS)
        assert first.text == second.text
        np.testing.assert_array_equal(first.image, second.image)


@pytest.mark.parametrize("render", [render_word, render_line])
def test_pictures_are_what_they_should_be(render):
    texts = set()
    for seed in range(80):
        sample = render(rng(1, seed), FONTS)
        height, width = sample.image.shape[:2]
        assert sample.image.dtype == np.uint8
        assert sample.image.shape[2] == 3
        assert 12 <= height <= 64
        assert 4 <= width <= 2400
        assert sample.text == " ".join(sample.text.split())
        assert sample.text
        assert set(sample.text) <= PRINTABLE
        assert sample.source == "synth"
        texts.add(sample.text)
    assert len(texts) > 55


@pytest.mark.parametrize("render", [render_word, render_line])
def test_something_is_drawn_nearly_always(render):
    # The middle rows of a crop must differ from each other more than noise does.
    blank = 0
    for seed in range(80):
        image = render(rng(2, seed), FONTS, text="Hamburg").image.astype(np.float32)
        columns = image[image.shape[0] // 4 : -image.shape[0] // 4].mean((0, 2))
        blank += bool(columns.std() < 2)
    assert blank <= 4


def test_text_and_height_are_kept():
    for height in (8, 24, 100):
        sample = render_word(rng(3), FONTS, text="Grand HOTEL", height=height)
        assert sample.text == "Grand HOTEL"
        assert sample.image.shape[0] == height


def test_longer_text_is_wider():
    def mean_width(text: str) -> float:
        shapes = (
            render_word(rng(4, i), FONTS, text=text, height=32).image.shape for i in range(40)
        )
        return float(np.mean([shape[1] for shape in shapes]))

    assert mean_width("HAMBURGER") > 2 * mean_width("HAM")


def test_capital_faces_get_capital_labels():
    capitals = tuple(replace(font, upper_only=True) for font in FONTS)
    assert render_word(rng(5), capitals, text="Exit").text == "EXIT"
    assert render_line(rng(5), capitals, text="one Two").text == "ONE TWO"
    assert not any(c.islower() for i in range(20) for c in render_word(rng(6, i), capitals).text)


def test_faces_that_lack_a_character_are_passed_over():
    # Only DejaVu has this character among matplotlib's faces.
    sample = render_word(rng(7), FONTS, text="Ж")
    assert sample.text == "Ж"
    with pytest.raises(DataError, match="no font covers"):
        render_word(rng(7), FONTS, text="漢")


def test_one_style_only_still_draws_lines():
    hand = tuple(replace(font, style="hand") for font in FONTS)
    for seed in range(8):
        assert render_line(rng(8, seed), hand).text


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_text_is_refused(text):
    with pytest.raises(DataError, match="nothing to draw"):
        render_word(rng(0), FONTS, text=text)


def test_no_fonts_are_refused():
    with pytest.raises(DataError, match="no fonts"):
        render_line(rng(0), ())


def test_receipts_are_mostly_grey_words_mostly_coloured():
    def grey_share(render) -> float:
        images = (render(rng(9, i), FONTS).image.astype(np.int16) for i in range(40))
        return float(np.mean([np.ptp(image, axis=2).max() <= 2 for image in images]))

    assert grey_share(render_line) > 0.5
    assert grey_share(render_word) < 0.3
