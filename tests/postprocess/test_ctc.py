"""CTC decoding: golden vectors, hand-made logits, the beam against all paths."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.errors import DataError
from ocrlib.postprocess.ctc import beam, greedy


def log(probabilities: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(probabilities)


def one_hot(classes: list[int], count: int, peak: float = 0.9) -> np.ndarray:
    """Logits (1, T, C) of a path with the same probability at every step."""
    p = np.full((1, len(classes), count), (1 - peak) / (count - 1))
    p[0, range(len(classes)), classes] = peak
    return log(p)


def test_golden(golden):
    stored = np.load(golden / "ctc_decode.npz")
    characters = (golden / "dict_17.txt").read_text(encoding="utf-8").split("\n")[:17]
    cases = json.loads((golden / "ctc_decode.json").read_text(encoding="utf-8"))
    assert len(cases) >= 14
    for case in cases:
        alphabet = ["", *characters, *([" "] if case["use_space_char"] else [])]
        assert len(alphabet) == case["n_classes"]
        (decoded,) = greedy(log(stored[case["case"]]))
        assert "".join(alphabet[i] for i in decoded.indices) == case["text"], case["case"]
        assert decoded.score == pytest.approx(case["confidence"], abs=1e-6)


def test_greedy_by_hand():
    (decoded,) = greedy(one_hot([0, 3, 3, 0, 3, 2, 2, 0], 4))
    assert decoded.indices == (3, 3, 2)
    assert decoded.positions == (1, 4, 5)
    assert decoded.confidences == pytest.approx((0.9, 0.9, 0.9))
    assert decoded.score == pytest.approx(0.9)
    assert decoded.log_probability == pytest.approx(8 * np.log(0.9))


def test_the_confidence_is_that_of_the_first_step():
    p = np.array([[[0.3, 0.7], [0.1, 0.9]]])
    (decoded,) = greedy(log(p))
    assert decoded.indices == (1,)
    assert decoded.confidences == pytest.approx((0.7,))


def test_nothing_read():
    for decode in (greedy, beam):
        (decoded,) = decode(one_hot([0, 0, 0], 5))
        assert decoded.indices == decoded.positions == decoded.confidences == ()
        assert decoded.score == 0


def test_batches_and_huge_logits():
    logits = np.concatenate([one_hot([1, 0, 2], 3), one_hot([0, 2, 2], 3)]) * 1
    logits[1] += 1e4  # a shift changes no probability
    first, second = greedy(logits.astype(np.float32))
    assert (first.indices, second.indices) == ((1, 2), (2,))
    assert second.score == pytest.approx(0.9, abs=1e-3)
    assert [d.indices for d in beam(logits)] == [(1, 2), (2,)]


def test_the_beam_adds_up_paths():
    # Two steps, blank 0.6 and a 0.4 at both. Best path: blank, blank with 0.36. But "a" is read
    # along three paths: 0.4 * 0.4 + 2 * 0.4 * 0.6 = 0.64.
    logits = log(np.array([[[0.6, 0.4], [0.6, 0.4]]]))
    assert greedy(logits)[0].indices == ()
    (decoded,) = beam(logits)
    assert decoded.indices == (1,)
    assert np.exp(decoded.log_probability) == pytest.approx(0.64)


def all_texts(p: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every text, by walking every path; p is (T, C)."""
    texts: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(p.shape[1]), repeat=len(p)):
        text = tuple(c for c, _ in itertools.groupby(path) if c)
        texts[text] = texts.get(text, 0) + float(np.prod(p[range(len(p)), path]))
    return texts


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 4))
def test_a_wide_beam_finds_the_likeliest_text(seed, steps, classes):
    logits = np.random.default_rng(seed).normal(size=(1, steps, classes))
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(axis=1, keepdims=True)
    texts = all_texts(p)
    (decoded,) = beam(logits, width=400)
    assert np.exp(decoded.log_probability) == pytest.approx(max(texts.values()))
    assert texts[decoded.indices] == pytest.approx(max(texts.values()))
    assert len(decoded.positions) == len(decoded.indices)
    assert list(decoded.positions) == sorted(set(decoded.positions))
    # The beam's text is at least as likely as the greedy one.
    assert texts[decoded.indices] >= texts[greedy(logits)[0].indices] - 1e-12


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_positions_are_those_of_the_likeliest_path(seed):
    logits = np.random.default_rng(seed).normal(size=(1, 5, 3)) * 2
    (decoded,) = beam(logits, width=50)
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(axis=1, keepdims=True)
    best, begins = 0.0, ()
    for path in itertools.product(range(3), repeat=5):
        if tuple(c for c, _ in itertools.groupby(path) if c) == decoded.indices:
            probability = float(np.prod(p[range(5), path]))
            if probability > best:
                best = probability
                begins = tuple(
                    t for t in range(5) if path[t] and (t == 0 or path[t] != path[t - 1])
                )
    assert decoded.positions == begins
    expected = [p[t, c] for t, c in zip(begins, decoded.indices, strict=True)]
    assert decoded.confidences == pytest.approx(tuple(expected))


@given(st.lists(st.integers(1, 5), max_size=6))
def test_a_clean_path_reads_back(text):
    path = [c for character in text for c in (0, character)] + [0]
    for decode in (greedy, beam):
        (decoded,) = decode(one_hot(path, 6))
        assert decoded.indices == tuple(text)
        assert decoded.positions == tuple(range(1, 2 * len(text), 2))


def test_bad_input():
    for decode in (greedy, beam):
        with pytest.raises(DataError, match=r"\(B, T, C\)"):
            decode(np.zeros((4, 3)))
    with pytest.raises(DataError, match="at least 1"):
        beam(np.zeros((1, 4, 3)), width=0)
