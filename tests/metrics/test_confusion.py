from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.errors import DataError
from ocrlib.metrics.confusion import Confusions, align, by_length
from ocrlib.metrics.recognition import RecognitionMetric, edit_distance

TEXTS = st.text("ab0O", max_size=8)


def test_align_by_hand():
    assert align("B0Y", "BOY") == [("B", "B"), ("0", "O"), ("Y", "Y")]
    assert align("total", "tota") == [*((c, c) for c in "tota"), ("l", "")]
    assert align("ab", "axb") == [("a", "a"), ("", "x"), ("b", "b")]
    assert align("", "") == []


@given(TEXTS, TEXTS)
def test_align_has_every_character_once_and_no_more_faults_than_edits(written, read):
    pairs = align(written, read)
    assert "".join(a for a, _ in pairs) == written
    assert "".join(b for _, b in pairs) == read
    assert sum(a != b for a, b in pairs) == edit_distance(written, read)


def test_confusions_by_hand():
    confusions = Confusions()
    confusions.update(["BOY", "O0", "l0t", "cat"], ["B0Y", "00", "lot", "cats"])
    assert confusions.pairs["0", "O"] == 2
    assert confusions.most_common(3) == [("0", "O", 2), ("o", "0", 1), ("s", "", 1)]
    assert confusions.look_alikes() == [("0", "O", 2), ("0", "o", 1)]
    zero = next(row for row in confusions.characters() if row.character == "0")
    assert (zero.written, zero.read, zero.right) == (3, 2, 1)
    assert (zero.recall, zero.precision) == (pytest.approx(1 / 3), 0.5)
    assert confusions.characters()[0] == zero  # it has the most faults
    small = next(row for row in confusions.characters() if row.character == "o")
    assert (small.recall, small.precision) == (0, 0)
    with pytest.raises(ValueError, match="longer"):
        confusions.update(["a"], ["a", "b"])


def test_look_alikes_count_both_ways():
    confusions = Confusions()
    confusions.update(["O", "0", "0"], ["0", "O", "O"])
    assert confusions.look_alikes() == [("0", "O", 3)]
    assert confusions.most_common(1) == [("O", "0", 2)]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=10))
def test_characters_add_up(pairs):
    read, written = [a for a, _ in pairs], [b for _, b in pairs]
    confusions = Confusions()
    confusions.update(read, written)
    rows = confusions.characters()
    assert sum(row.written for row in rows) == sum(map(len, written))
    assert sum(row.read for row in rows) == sum(map(len, read))
    assert all(row.right <= min(row.written, row.read) for row in rows)


def test_by_length_by_hand():
    rows = by_length(["a", "bx", "abcdef", "q"], ["a", "bc", "abcdef", ""], (1, 3, 6))
    assert rows == [(1, 2, 2, 0.5, 0.75), (6, None, 1, 1.0, 1.0)]
    for limits in ((), (3, 3), (5, 2)):
        with pytest.raises(DataError, match="have to rise"):
            by_length([], [], limits)


@given(st.lists(st.tuples(TEXTS, st.text("ab", min_size=1, max_size=8)), min_size=1, max_size=12))
def test_lengths_add_up_to_the_metric(pairs):
    read, written = [a for a, _ in pairs], [b for _, b in pairs]
    metric = RecognitionMetric()
    metric.update(read, written)
    figures = metric.compute()
    rows = by_length(read, written, (1, 2, 5))
    assert sum(row.texts for row in rows) == len(pairs)
    for name in ("accuracy", "norm_edit_similarity"):
        mean = sum(row.texts * getattr(row, name) for row in rows) / len(pairs)
        assert mean == pytest.approx(figures[name])
