"""Prefix beam search over CTC's lattice, with a lexicon and a language model if wanted.

Graves et al., "Connectionist Temporal Classification", ICML 2006, for the search over prefixes;
Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional
Recurrent DNNs", 2014, for the way a language model joins in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import BLANK
from ocrlib.postprocess.lexicon import ROOT, Lexicon
from ocrlib.postprocess.ngram import CharNgram

Prefix = tuple[int, ...]
_NEVER = -math.inf


@dataclass(frozen=True)
class Prior:
    """What speaks for a text before anything was seen of it.

    A text is ranked by ``ln p(text | picture) + weight * ln p(text) + bonus * characters``.

    Args:
        language: gives p(text).
        weight: how much it counts; 0 is not at all.
        bonus: for every character: language models like short texts, this makes up for it.
    """

    language: CharNgram
    weight: float = 0.3
    bonus: float = 0.0


@dataclass
class _Entry:
    """A prefix: log probability of its paths that end in a blank and of those that do not; what
    the prior says; its node in the lexicon.
    """

    blank: float = _NEVER
    char: float = _NEVER
    prior: float = 0.0
    node: int = ROOT

    @property
    def total(self) -> float:
        return add(self.blank, self.char)


def add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))


def search(
    log_p: NDArray[np.float64],
    width: int,
    lexicon: Lexicon | None = None,
    prior: Prior | None = None,
) -> tuple[Prefix, float]:
    """The best text of a lattice.

    Args:
        log_p: logarithms of the probabilities, (T, C).
        width: prefixes kept after every step. Without a lexicon, only the ``width`` + 1 likeliest
            classes of a step are looked at.
        lexicon: what may be answered; None: anything. Where no word survives, the search is done
            again twice as wide.
        prior: what else speaks for a text; None: nothing.

    Returns:
        Classes of the text, and the logarithm of its probability, all its paths that were kept
        together; the prior is not part of it. Nothing and -inf when the lattice is too short for
        every word of the lexicon, or gives each of them a probability of 0.
    """
    while True:
        beams, pruned = _run(log_p, width, lexicon, prior)
        best: tuple[Prefix, float] = ((), _NEVER)
        best_rank = _NEVER
        for prefix, entry in beams.items():
            if lexicon is not None and not lexicon.ends[entry.node]:
                continue
            rank = entry.total + entry.prior
            if prior is not None:
                rank += prior.weight * float(prior.language.log_probabilities(prefix)[BLANK])
            if rank > best_rank:
                best, best_rank = (prefix, entry.total), rank
        if best_rank > _NEVER or not pruned:
            return best
        width *= 2


def _run(
    log_p: NDArray[np.float64], width: int, lexicon: Lexicon | None, prior: Prior | None
) -> tuple[dict[Prefix, _Entry], bool]:
    """The prefixes left after all steps, best first, and whether any was ever dropped."""
    beams: dict[Prefix, _Entry] = {(): _Entry(blank=0.0)}
    pruned = False
    for step in log_p:
        blank = float(step[BLANK])
        likely = _likely(step, width) if lexicon is None else []
        grown: dict[Prefix, _Entry] = {}
        for prefix, entry in beams.items():
            total = entry.total
            last = prefix[-1] if prefix else BLANK
            # The same prefix goes on: by a blank, or by one more step of its last character.
            same = grown.setdefault(prefix, _Entry(prior=entry.prior, node=entry.node))
            same.blank = add(same.blank, total + blank)
            if prefix:
                same.char = add(same.char, entry.char + float(step[last]))
            classes: Iterable[int] = likely
            if lexicon is not None:
                classes = lexicon.children[entry.node]
            for cls in classes:
                # The same character again is a new one only after a blank.
                source = (entry.blank if cls == last else total) + float(step[cls])
                if source == _NEVER:
                    continue
                longer = grown.get((*prefix, cls))
                if longer is None:
                    longer = _longer(prefix, cls, entry, lexicon, prior)
                    grown[(*prefix, cls)] = longer
                longer.char = add(longer.char, source)
        ranked = sorted(grown.items(), key=lambda item: -(item[1].total + item[1].prior))
        pruned |= len(ranked) > width
        beams = dict(ranked[:width])
    return beams, pruned


def _likely(step: NDArray[np.float64], width: int) -> list[int]:
    """The classes that a step's prefixes are continued with: the likeliest ones, no blank."""
    if len(step) <= width + 1:
        return list(range(1, len(step)))
    likeliest = np.argpartition(-step, width)[: width + 1]
    return [int(cls) for cls in likeliest if cls != BLANK]


def _longer(
    prefix: Prefix, cls: int, entry: _Entry, lexicon: Lexicon | None, prior: Prior | None
) -> _Entry:
    """The entry of a prefix with one more character; nothing leads to it yet."""
    said = entry.prior
    if prior is not None:
        following = float(prior.language.log_probabilities(prefix)[cls])
        said += prior.weight * following + prior.bonus
    node = ROOT if lexicon is None else lexicon.children[entry.node][cls]
    return _Entry(prior=said, node=node)
