"""Maps of letters: what is marked, and what a map that is never wrong says."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.explore.families import letter_maps
from ocrlib.explore.families.words import CHARSET, FACES, Word, draw_word, random_words


def test_a_box_by_hand() -> None:
    """A letter 8 px wide and 11 high: its middle half covers 2 x 3 px of the map."""
    quad = np.array([[[8, 4], [16, 4], [16, 15], [8, 15]]], np.float32)
    word = Word(np.zeros((24, 32), np.uint8), "e", quad)
    (plane,) = letter_maps.encode([word], core=0.5)
    assert plane.shape == (12, 16)
    ys, xs = np.nonzero(plane)
    assert sorted(set(xs)) == [5, 6]
    assert sorted(set(ys)) == [3, 4, 5]
    assert set(plane[plane > 0]) == set(CHARSET.encode("e"))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("shape", [{}, {"angle": -0.25}, {"bend": 0.2}])
def test_letters_apart_come_back(face: str, shape: dict) -> None:
    word = draw_word("amid", face, tracking=1, **shape)
    assert letter_maps.decode(letter_maps.encode([word])) == ["amid"]


def test_narrow_letters_stay_on_the_map() -> None:
    for text in ("il", "li", "ili"):
        word = draw_word(text, tracking=2)
        assert letter_maps.decode(letter_maps.encode([word], core=0.6)) == [text]


def test_whole_boxes_of_touching_letters_merge() -> None:
    some = random_words(2, "touching", 30)
    truth = [word.text for word in some]
    whole = letter_maps.decode(letter_maps.encode(some, core=1.0))
    cores = letter_maps.decode(letter_maps.encode(some))
    assert sum(a == b for a, b in zip(whole, truth, strict=True)) <= 3
    assert sum(a == b for a, b in zip(cores, truth, strict=True)) >= 10


def test_most_px_of_a_region_decide_and_specks_say_nothing() -> None:
    plane = np.zeros((6, 12), int)
    plane[1:4, 2:5] = 3
    plane[2, 4] = 7  # one px is of another opinion
    plane[0, 10] = 5  # a speck
    (found,) = letter_maps.find_letters(plane)
    assert (found.x, found.y, found.letter) == (3.0, 2.0, 3)
