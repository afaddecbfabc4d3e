"""From a recogniser's logits to characters: CTC decoding.

Graves et al., Connectionist Temporal Classification, ICML 2006. Class 0 is the blank.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrlib.errors import DataError
from ocrlib.types import FloatArray

BLANK = 0
Prefix = tuple[int, ...]


@dataclass(frozen=True)
class Decoded:
    """One decoded text.

    Args:
        indices: class of each character; ``Charset.decode`` turns them into text.
        confidences: probability of each character at its step, 0-1.
        positions: time step at which each character begins, 0 to T - 1.
        log_probability: natural logarithm of the probability of the path (greedy) or of the text,
            all its paths that the beam kept together (beam).
    """

    indices: tuple[int, ...]
    confidences: tuple[float, ...]
    positions: tuple[int, ...]
    log_probability: float

    @property
    def score(self) -> float:
        """Mean confidence of the characters, 0-1; 0 when there are none."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


def greedy(logits: FloatArray) -> list[Decoded]:
    """The likeliest class at every step; repeats merged, blanks dropped.

    Args:
        logits: values before the softmax, (B, T, C).

    Returns:
        One text per batch entry. A character's confidence is that of the first step of its run.

    Raises:
        DataError: logits that are not (B, T, C).
    """
    _check(logits)
    best = logits.argmax(axis=2)  # (B, T)
    top = logits.max(axis=2)  # (B, T)
    # The probability of the best class alone: no softmax over all classes is needed.
    log_top = -np.log(np.exp(logits - top[:, :, None], dtype=np.float64).sum(axis=2))  # (B, T)
    begins = best != BLANK
    begins[:, 1:] &= best[:, 1:] != best[:, :-1]
    decoded = []
    for classes, log_p, begin in zip(best, log_top, begins, strict=True):
        steps = np.flatnonzero(begin)
        decoded.append(
            Decoded(
                indices=tuple(classes[steps].tolist()),
                confidences=tuple(np.exp(log_p[steps]).tolist()),
                positions=tuple(steps.tolist()),
                log_probability=float(log_p.sum()),
            )
        )
    return decoded


def beam(logits: FloatArray, width: int = 10) -> list[Decoded]:
    """The likeliest text, counting all its paths, by prefix beam search.

    Args:
        logits: values before the softmax, (B, T, C).
        width: prefixes kept after every step; at every step only the ``width`` + 1 likeliest
            classes are looked at.

    Returns:
        One text per batch entry; positions and confidences are those of its likeliest path.

    Raises:
        DataError: logits that are not (B, T, C), or a width below 1.
    """
    _check(logits)
    if width < 1:
        raise DataError("a beam needs a width of at least 1", value=width)
    shifted = logits.astype(np.float64) - logits.max(axis=2, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))  # (B, T, C)
    decoded = []
    for log_p in log_probs:
        prefix, total = _search(log_p, width)
        positions = _align(log_p, prefix)
        confidences = tuple(math.exp(log_p[t, c]) for t, c in zip(positions, prefix, strict=True))
        decoded.append(Decoded(prefix, confidences, positions, total))
    return decoded


def _check(logits: FloatArray) -> None:
    if logits.ndim != 3:
        raise DataError("CTC decoding needs logits (B, T, C)", value=logits.shape)


def _add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    if a < b:
        a, b = b, a
    return a if b == -math.inf else a + math.log1p(math.exp(b - a))


def _search(log_p: NDArray[np.float64], width: int) -> tuple[Prefix, float]:
    """The best prefix after all steps and its log probability; ``log_p`` is (T, C)."""
    # For every prefix: log probability of its paths that end in a blank, and of those that do not.
    beams: dict[Prefix, tuple[float, float]] = {(): (0.0, -math.inf)}
    for step in log_p:
        likely: Iterable[int] = range(len(step))
        if len(step) > width + 1:
            likely = np.argpartition(-step, width)[: width + 1].tolist()
        candidates = [(c, float(step[c])) for c in likely if c != BLANK]
        blank = float(step[BLANK])
        grown: dict[Prefix, tuple[float, float]] = {}
        for prefix, (ends_blank, ends_char) in beams.items():
            total = _add(ends_blank, ends_char)
            last = prefix[-1] if prefix else BLANK
            # The same prefix goes on: by a blank, or by one more step of its last character.
            was_blank, was_char = grown.get(prefix, (-math.inf, -math.inf))
            repeated = ends_char + float(step[last]) if prefix else -math.inf
            grown[prefix] = _add(was_blank, total + blank), _add(was_char, repeated)
            for c, log_c in candidates:
                longer = (*prefix, c)
                was_blank, was_char = grown.get(longer, (-math.inf, -math.inf))
                # The same character again is a new one only after a blank.
                source = ends_blank if c == last else total
                grown[longer] = was_blank, _add(was_char, source + log_c)
        ranked = sorted(grown.items(), key=lambda item: -_add(*item[1]))
        beams = dict(ranked[:width])
    prefix, ends = next(iter(beams.items()))
    return prefix, _add(*ends)


def _align(log_p: NDArray[np.float64], indices: Prefix) -> tuple[int, ...]:
    """The step at which each character begins on the likeliest path of a text (Viterbi)."""
    if not indices:
        return ()
    # States: blank, character, blank, character, ..., blank.
    states = np.zeros(2 * len(indices) + 1, int)
    states[1::2] = indices
    skips = np.zeros(len(states), bool)  # may the state be entered from two states back?
    skips[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = log_p[0, states[:2]]
    came = np.zeros((len(log_p), len(states)), int)  # how many states back the best path was
    for t in range(1, len(log_p)):
        options = np.full((3, len(states)), -np.inf)
        options[0] = score
        options[1, 1:] = score[:-1]
        options[2, 2:] = np.where(skips[2:], score[:-2], -np.inf)
        came[t] = options.argmax(axis=0)
        score = options.max(axis=0) + log_p[t, states]
    state = len(states) - 1 if score[-1] > score[-2] else len(states) - 2
    path = [state]
    for t in range(len(log_p) - 1, 0, -1):
        state -= int(came[t, state])
        path.append(state)
    path.reverse()
    return tuple(path.index(2 * k + 1) for k in range(len(indices)))
