"""From the places of a decoder that writes to characters: each place is one, until the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import END
from ocrlib.errors import DataError
from ocrlib.postprocess.ctc import Decoded
from ocrlib.types import FloatArray

Follow = Callable[[NDArray[np.int64]], FloatArray]  # beginnings (N, L) to ln p of what follows


@dataclass(frozen=True)
class Written(Decoded):
    """One text that a decoder has written.

    ``positions`` are the columns that were looked at most, or, where the attention is not known,
    the places in the text. ``log_probability`` counts the end, if there is one.

    Args:
        ended: whether the decoder came to an end by itself.
    """

    ended: bool = True


def greedy(logits: FloatArray, attention: FloatArray | None = None) -> list[Written]:
    """The likeliest class at every place, up to the first end.

    Args:
        logits: values before the softmax, (B, L, C); class 0 is the end.
        attention: weight of every column at every place, (B, L, T), if positions are wanted.

    Returns:
        One text per batch entry.

    Raises:
        DataError: arrays that are not so.
    """
    if logits.ndim != 3:
        raise DataError("decoding needs logits (B, L, C)", value=logits.shape)
    if attention is not None and attention.shape[:2] != logits.shape[:2]:
        raise DataError("attention and logits have other places", value=attention.shape)
    best = logits.argmax(axis=2)  # (B, L)
    shifted = logits.astype(np.float64) - logits.max(axis=2, keepdims=True)
    log_p = -np.log(np.exp(shifted).sum(axis=2))  # (B, L), of the best class
    texts = []
    for i, classes in enumerate(best):
        ends = np.flatnonzero(classes == END)
        length = int(ends[0]) if len(ends) else len(classes)
        places = np.arange(length) if attention is None else attention[i, :length].argmax(axis=1)
        texts.append(
            Written(
                indices=tuple(classes[:length].tolist()),
                confidences=tuple(np.exp(log_p[i, :length]).tolist()),
                positions=tuple(places.tolist()),
                log_probability=float(log_p[i, : length + 1].sum()),
                ended=bool(len(ends)),
            )
        )
    return texts


def beam(follow: Follow, width: int = 5, longest: int = 32) -> Written:
    """The likeliest of the texts that stay among the ``width`` best at every place.

    A character makes a text less likely, never more, so the search is over when no beginning is
    likelier than the best text that has ended.

    Args:
        follow: tells ln p of every class, (N, C), after each of N equally long beginnings, (N, L);
            such as ``AttentionDecoder.follow`` for one picture.
        width: beginnings kept at every place.
        longest: places at most, the end included.

    Raises:
        DataError: a width or a length below 1.
    """
    if width < 1 or longest < 1:
        raise DataError("a beam needs a width and a length of at least 1", value=(width, longest))
    prefixes = np.zeros((1, 0), np.int64)
    steps = np.zeros((1, 0))  # ln p of every character of the beginnings, (N, L)
    best: Written | None = None
    for _ in range(longest):
        log_p = np.asarray(follow(prefixes), np.float64)  # (N, C)
        total = (steps.sum(axis=1, keepdims=True) + log_p).ravel()  # (N * C)
        kept = np.argsort(-total, kind="stable")[:width]
        rows, classes = np.divmod(kept, log_p.shape[1])
        grown = np.concatenate([prefixes[rows], classes[:, None]], axis=1)
        steps = np.concatenate([steps[rows], log_p[rows, classes][:, None]], axis=1)
        for i in np.flatnonzero(classes == END):
            if best is None or total[kept[i]] > best.log_probability:
                best = _written(grown[i, :-1], steps[i], ended=True)
        prefixes, steps = grown[classes != END], steps[classes != END]
        if not len(prefixes) or (best and steps[0].sum() <= best.log_probability):
            break
    return best or _written(prefixes[0], steps[0], ended=False)


def _written(classes: NDArray[np.int64], log_p: NDArray[np.float64], ended: bool) -> Written:
    """A text with the logarithms of its characters and, if it has ended, of its end."""
    confidences = np.exp(log_p[: len(classes)])
    return Written(
        indices=tuple(classes.tolist()),
        confidences=tuple(confidences.tolist()),
        positions=tuple(range(len(classes))),
        log_probability=float(log_p.sum()),
        ended=ended,
    )
