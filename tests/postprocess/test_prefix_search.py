"""The beam with a lexicon and a language model: against all texts of small lattices."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.charset import Charset
from ocrlib.postprocess.ctc import beam, positions_px
from ocrlib.postprocess.lexicon import Lexicon
from ocrlib.postprocess.ngram import CharNgram
from ocrlib.postprocess.prefix_search import Prior, search
from ocrlib.preprocess import RecPreprocess

CHARSET = Charset("abc", space=False)
MODEL = CharNgram.learn(["ab", "abc", "cab", "b"], CHARSET, order=3)
SEEDS = st.integers(0, 10_000)


def lattice(seed: int, steps: int = 5) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(size=(steps, CHARSET.size)) * 1.5
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def all_texts(log_p: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every text, by walking every path."""
    texts: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(log_p.shape[1]), repeat=len(log_p)):
        text = tuple(c for c, _ in itertools.groupby(path) if c)
        p = math.exp(log_p[range(len(log_p)), path].sum())
        texts[text] = texts.get(text, 0) + p
    return texts


@settings(max_examples=20)
@given(SEEDS, st.floats(0.1, 2), st.floats(-1, 2))
def test_with_a_language_model(seed, weight, bonus):
    log_p = lattice(seed)
    ranks = {
        text: math.log(p) + weight * MODEL.score(text) + bonus * len(text)
        for text, p in all_texts(log_p).items()
    }
    best = max(ranks, key=lambda text: ranks[text])
    text, total = search(log_p, 2000, prior=Prior(MODEL, weight, bonus))
    assert ranks[text] == pytest.approx(ranks[best])
    assert math.exp(total) == pytest.approx(all_texts(log_p)[text])  # the picture's part alone


@settings(max_examples=20)
@given(SEEDS, st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=5))
def test_with_a_lexicon(seed, words):
    log_p = lattice(seed)
    texts = all_texts(log_p)
    lexicon = Lexicon(words, CHARSET)
    possible = {t: p for t, p in texts.items() if lexicon.allows(t)}
    for width in (1, 2000):  # a narrow beam is widened until a word survives
        text, total = search(log_p, width, lexicon)
        if not possible:
            assert (text, total) == ((), -math.inf)
        else:
            assert lexicon.allows(text)
    if possible:
        assert math.exp(total) == pytest.approx(max(possible.values()))


@settings(max_examples=10)
@given(SEEDS)
def test_with_both_and_several_words(seed):
    charset = Charset("ab", space=True)
    model = CharNgram.learn(["a b", "ab"], charset, order=2)
    lexicon = Lexicon(["a", "ab", "b"], charset, between=" ")
    logits = np.random.default_rng(seed).normal(size=(5, charset.size)) * 1.5
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    ranks = {
        text: math.log(p) + 0.7 * model.score(text)
        for text, p in all_texts(log_p).items()
        if lexicon.allows(text)
    }
    text, _ = search(log_p, 2000, lexicon, Prior(model, 0.7))
    assert ranks[text] == pytest.approx(max(ranks.values()))


def test_the_lexicon_mends_a_word():
    charset = Charset.english()
    logits = np.zeros((1, 7, charset.size))
    for t, c in enumerate("sl0rm"):  # "storm", badly printed
        logits[0, t, charset.encode(c)] = 8
    logits[0, 5:, 0] = 8
    logits[0, 1, charset.encode("t")] = 6
    logits[0, 2, charset.encode("o")] = 6
    assert charset.decode(beam(logits)[0].indices) == "sl0rm"
    lexicon = Lexicon(["storm", "slam", "swarm"], charset)
    (decoded,) = beam(logits, lexicon=lexicon)
    assert charset.decode(decoded.indices) == "storm"
    assert decoded.positions == (0, 1, 2, 3, 4)
    assert decoded.confidences[1] == pytest.approx(math.exp(6 - 8), rel=0.15)
    words = ["storm", "stone", "form", "torn", "sort", "store", "story"]
    prior = Prior(CharNgram.learn(words, charset, order=3), weight=1.0)
    assert charset.decode(beam(logits, prior=prior)[0].indices) == "storm"


def test_no_word_fits_into_so_few_steps():
    lexicon = Lexicon(["aaa"], CHARSET)  # needs five steps
    (decoded,) = beam(np.zeros((1, 4, 4)), lexicon=lexicon)
    assert (decoded.indices, decoded.log_probability) == ((), -math.inf)
    (decoded,) = beam(np.zeros((1, 5, 4)), lexicon=lexicon)
    assert decoded.log_probability == pytest.approx(-5 * math.log(4))


def test_a_word_of_no_probability():
    logits = np.zeros((1, 3, 4))
    logits[:, :, 1] = -np.inf
    with np.errstate(invalid="ignore"):
        (decoded,) = beam(logits, lexicon=Lexicon(["a"], CHARSET))
    assert (decoded.indices, decoded.log_probability) == ((), -math.inf)


def test_positions_in_the_crop():
    # A crop of 64x200 px becomes 32x100, padded to 128: 32 columns of 4 px, 8 px of the crop.
    logits = np.full((1, 32, 4), -5.0)
    logits[:, :, 0] = 5
    logits[0, [3, 24, 31], [1, 2, 3]] = 10
    (decoded,) = beam(logits)
    assert decoded.positions == (3, 24, 31)
    where = positions_px(decoded, 32, (64, 200), RecPreprocess())
    assert where == pytest.approx((3.5 * 8, 24.5 * 8, 200))  # never beyond the crop
