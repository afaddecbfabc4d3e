from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.charset import Charset
from ocrlib.errors import CharsetError, DataError
from ocrlib.postprocess.ngram import CharNgram

CHARSET = Charset("abc", space=False)
WORDS = st.lists(st.text("abc", max_size=4), min_size=1, max_size=8)


def test_by_hand():
    # "ab" and "aa": after the beginning comes a, twice; then b or a; then the end.
    model = CharNgram.learn(["ab", "aa"], CHARSET, order=2, add=0.5)
    # No context: end 2, a 3, b 1, c 0, each plus 0.5, of 8.
    bare = np.array([2.5, 3.5, 1.5, 0.5]) / 8
    np.testing.assert_allclose(model.counts[()][1], 3)
    # After a: b, a and the end once each; three kinds leave 3 of 6 parts to the bare counts.
    after_a = (np.array([1, 1, 1, 0]) + 3 * bare) / 6
    np.testing.assert_allclose(np.exp(model.log_probabilities([1])), after_a)
    first = (np.array([0, 2, 0, 0]) + 1 * bare) / 3
    np.testing.assert_allclose(np.exp(model.log_probabilities([])), first)
    # c was never seen, so nothing is known of what follows it.
    np.testing.assert_allclose(np.exp(model.log_probabilities([3])), bare)
    assert model.score([1]) == pytest.approx(math.log(first[1]) + math.log(after_a[0]))


@settings(max_examples=30)
@given(WORDS, st.integers(1, 4), st.lists(st.integers(1, 3), max_size=5))
def test_probabilities_sum_to_one_and_none_is_zero(words, order, before):
    p = np.exp(CharNgram.learn(words, CHARSET, order).log_probabilities(before))
    assert p.sum() == pytest.approx(1)
    assert p.min() > 0


@settings(max_examples=20)
@given(WORDS, st.integers(1, 3))
def test_whole_texts_sum_to_less_than_one_and_nearly(words, order):
    model = CharNgram.learn(words, CHARSET, order, add=0.1)
    texts = [t for n in range(7) for t in itertools.product((1, 2, 3), repeat=n)]
    total = sum(math.exp(model.score(text)) for text in texts)
    assert 0.4 < total <= 1 + 1e-9


def test_only_the_last_characters_count():
    model = CharNgram.learn(["abcab", "cab"], CHARSET, order=3)
    same = [model.log_probabilities(before) for before in ([1, 2], [3, 3, 1, 2])]
    np.testing.assert_array_equal(same[0], same[1])
    with pytest.raises(ValueError, match="read-only"):
        same[0][0] = 0


def test_a_model_prefers_what_it_has_learnt():
    charset = Charset.english()
    model = CharNgram.learn(["the", "then", "there", "other", "that"], charset, order=3)
    assert model.score(charset.encode("these")) > model.score(charset.encode("htese"))


def test_saved_and_loaded_models_are_the_same(tmp_path):
    charset = Charset('ab"é中')
    model = CharNgram.learn(['a"b', "é中 a", ""], charset, order=3, add=0.25)
    file = tmp_path / "n-gram.json"
    model.save(file)
    assert json.loads(file.read_text(encoding="utf-8"))["counts"]["é"] == {"中": 1}
    again = CharNgram.load(file)
    assert (again.charset, again.order, again.add) == (charset, 3, 0.25)
    assert again.counts == model.counts
    text = charset.encode('é"')
    assert again.score(text) == model.score(text)


def test_bad_input(tmp_path):
    with pytest.raises(CharsetError, match="'x'"):
        CharNgram.learn(["ax"], CHARSET)
    with pytest.raises(DataError, match="from no text"):
        CharNgram.learn([], CHARSET)
    for order, add in ((0, 0.5), (2, 0.0)):
        with pytest.raises(DataError, match="an order from 1"):
            CharNgram(CHARSET, order, {}, add)
    file = tmp_path / "bad.json"
    with pytest.raises(DataError, match=r"cannot read .*bad\.json|bad\.json: cannot read"):
        CharNgram.load(file)
    for content in ("[", "{}", '{"version": 2}', "[1]", '{"version": 1, "characters": "ab"}'):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match="not an n-gram"):
            CharNgram.load(file)
