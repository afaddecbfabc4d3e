"""From a recogniser's logits to characters: CTC decoding.

Graves et al., Connectionist Temporal Classification, ICML 2006. Class 0 is the blank.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import BLANK
from ocrlib.errors import DataError
from ocrlib.postprocess.lexicon import Lexicon
from ocrlib.postprocess.prefix_search import Prefix, Prior, search
from ocrlib.preprocess import RecPreprocess
from ocrlib.types import FloatArray


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


def beam(
    logits: FloatArray,
    width: int = 10,
    lexicon: Lexicon | None = None,
    prior: Prior | None = None,
) -> list[Decoded]:
    """The likeliest text, counting all its paths, by prefix beam search.

    Args:
        logits: values before the softmax, (B, T, C).
        width: prefixes kept after every step; at every step only the ``width`` + 1 likeliest
            classes are looked at (with a lexicon: those that it allows).
        lexicon: the texts to choose from; None: any text.
        prior: a language model and how much it counts; None: the picture alone decides.

    Returns:
        One text per batch entry; positions and confidences are those of its likeliest path. No
        characters and -inf where the lattice is too short for every word of the lexicon.

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
        prefix, total = search(log_p, width, lexicon, prior)
        positions = _align(log_p, prefix)
        confidences = tuple(math.exp(log_p[t, c]) for t, c in zip(positions, prefix, strict=True))
        decoded.append(Decoded(prefix, confidences, positions, total))
    return decoded


def positions_px(
    decoded: Decoded, steps: int, size: tuple[int, int], preprocess: RecPreprocess
) -> tuple[float, ...]:
    """Where in its crop each character was read.

    A recogniser's columns divide the padded input evenly. What a column has seen is wider than
    the column, so this tells where a character is read, not where its ink begins.

    Args:
        decoded: the text.
        steps: columns of the recogniser's output, T.
        size: (height, width) of the crop in px.
        preprocess: what brought the crop to the recogniser's input.

    Returns:
        x in px of the crop per character: the middle of its first column, at most the width.
    """
    height, width = size
    column = preprocess.padded_width(height, width) / steps  # px of the input
    scale = width / preprocess.content_width(height, width)
    return tuple(min(width, (step + 0.5) * column * scale) for step in decoded.positions)


def _check(logits: FloatArray) -> None:
    if logits.ndim != 3:
        raise DataError("CTC decoding needs logits (B, T, C)", value=logits.shape)


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
