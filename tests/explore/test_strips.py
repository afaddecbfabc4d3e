import itertools

import numpy as np
import pytest

from ocrlib.explore import strips
from ocrlib.models.rectify import edge_points, spline_basis


def test_spoken_words_take_turns():
    rng = np.random.default_rng(0)
    for length in (1, 4, 9):
        word = strips.spoken(rng, length)
        kinds = [letter in strips.VOWELS for letter in word]
        assert len(word) == length
        assert all(a != b for a, b in itertools.pairwise(kinds))


def test_no_word_is_both_practised_and_tested():
    rng = np.random.default_rng(0)
    practice = strips.words(rng, 300, (3, 4), practice=True)
    tests = strips.words(rng, 300, (3, 4), practice=False)
    assert not {*practice} & {*tests}
    assert {len(word) for word in practice} == {len(word) for word in tests} == {3, 4}


def test_a_pack_holds_pictures_and_labels():
    found = strips.render(np.random.default_rng(0), ["tea", "salmon"], width=96)
    assert found.images.shape == (2, 3, 16, 96)
    assert found.images.min() >= -1
    assert found.images.max() <= 1
    assert [
        strips.CHARSET.decode(row[:n]) for row, n in zip(found.labels, found.lengths, strict=True)
    ] == [
        "tea",
        "salmon",
    ]
    assert found.labels[0, 3:].tolist() == [0, 0, 0]


def test_same_seed_same_px():
    one, other = (strips.draw(np.random.default_rng(3), "tone") for _ in range(2))
    assert (one == other).all()


def test_letters_have_one_size():
    # A word without tall letters is as high as its letters are elsewhere.
    rng = np.random.default_rng(0)
    ink = [(strips.draw(rng, "n" * 5) < 0.5).any(axis=1).sum() for _ in range(20)]
    assert max(ink) - min(ink) <= 2


@pytest.mark.parametrize("bend", [0.0, 1.2, -1.8])
def test_edges_of_a_bent_strip_straighten_it(bend):
    picture, edges = strips.bent(np.random.default_rng(0), "lentil", bend)
    assert (picture.shape, edges.shape) == ((32, 64), (2 * strips.EDGE_POINTS, 2))
    upper = edges[: strips.EDGE_POINTS]
    assert edges[:, 1].min() == pytest.approx(0, abs=1e-5)
    assert edges[:, 1].max() == pytest.approx(1, abs=1e-5)
    rise = float(upper[0, 1] - upper[strips.EDGE_POINTS // 2, 1])
    assert rise * bend > 0.1 if bend else abs(rise) < 0.01
    # Ink lies between the edges: pulled straight by them it is inside, and all rows have some.
    places = spline_basis(edge_points(2 * strips.EDGE_POINTS, 1e-4), (16, 64)) @ edges
    x, y = np.rint(places.clip(0, 1) * [63, 31]).astype(int).T
    straight = picture[y, x].reshape(16, 64)
    rows = np.flatnonzero((straight < 0.5).any(axis=1))
    assert 8 <= np.ptp(rows) <= 13
