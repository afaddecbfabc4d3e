"""Small words: always the same, hard in the way they claim, with true outlines of their letters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ocrlib.explore.families import words
from ocrlib.explore.families.words import CHARSET, KINDS, draw_word, random_words


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_words_inside_their_pictures(kind: str) -> None:
    for a, b in zip(random_words(3, kind, 20), random_words(3, kind, 20), strict=True):
        assert np.array_equal(a.image, b.image)
        assert a.text == b.text
        assert a.image.dtype == np.uint8
        assert a.image.shape == (words.LONG_SIZE if kind == "long" else words.SIZE)
        assert len(a.quads) == len(a.text)
        assert (a.quads >= -1).all()
        assert (a.quads <= np.array(a.image.shape[::-1]) + 1).all()


@pytest.mark.parametrize(
    "shape", [{}, {"angle": 0.25}, {"bend": 0.2}, {"bend": np.float64(-0.2)}, {"at": (3, -2)}]
)
def test_ink_lies_inside_the_quads(shape: dict) -> None:
    word = draw_word("dome", "DejaVuSans-Bold", tracking=2, **shape)
    ys, xs = np.nonzero(word.image < 128)
    inside = np.zeros(len(xs), bool)
    for quad in word.quads:
        edges = np.roll(quad, -1, axis=0) - quad
        to = np.stack([xs, ys], 1)[:, None] + 0.5 - quad
        cross = edges[:, 0] * to[..., 1] - edges[:, 1] * to[..., 0]
        away = cross / np.linalg.norm(edges, axis=1)
        inside |= (away > -1).all(axis=1)
    assert len(xs) > 100
    assert inside.mean() > 0.97


def test_kinds_are_hard_in_their_way() -> None:
    def gaps(kind: str) -> list[float]:
        pairs = (itertools.pairwise(w.quads) for w in random_words(1, kind, 40))
        return [float(b[:, 0].min() - a[:, 0].max()) for p in pairs for a, b in p]

    assert np.mean(gaps("straight")) > 1
    assert np.mean(gaps("touching")) < 0
    assert all(8 <= len(w.text) <= 10 for w in random_words(1, "long", 40))
    twins = [
        any(a == b for a, b in itertools.pairwise(w.text)) for w in random_words(1, "doubled", 40)
    ]
    assert all(twins)
    for word in random_words(1, "tilted", 40):
        right = word.quads[0][1] - word.quads[0][0]
        assert 10 < abs(np.degrees(np.arctan2(right[1], right[0]))) < 18
    for word in random_words(1, "curved", 40):
        feet = word.quads[:, 2:, 1]  # y of the lower corners
        assert np.ptp(feet) > 4
    for word in random_words(1, "straight", 40):
        assert np.ptp(word.quads[:, 2:, 1]) < 0.1


def test_network_input_and_classes() -> None:
    some = [draw_word("ace"), draw_word("it")]
    x = words.to_input(some)
    assert x.shape == (2, 1, 24, 64)
    assert x.dtype == np.float32
    assert x.min() == -0.5  # paper
    a, c, e = CHARSET.encode("ace")
    assert words.to_classes(some, 4).tolist()[0] == [a, c, e, 0]
    with pytest.raises(ValueError, match="3 letters does not fit into 2 places"):
        words.to_classes(some, 2)


def test_unknown_kind() -> None:
    with pytest.raises(ValueError, match="no words 'wavy'; there are straight"):
        random_words(1, "wavy", 1)
