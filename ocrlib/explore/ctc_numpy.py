"""CTC in numpy, to look inside: all paths of a small case, and forwards-backwards for any case.

Graves et al., "Connectionist Temporal Classification", ICML 2006. Training uses
``losses.ctc.CTCLoss``; this gives the same loss and gradient, one sample at a time, and the tables
on the way there. Class 0 is the blank.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocrlib.charset import BLANK
from ocrlib.errors import DataError

Table = NDArray[np.float64]
_NEVER = -math.inf  # logarithm of a probability of 0


class ForwardBackward(NamedTuple):
    """Loss, gradient and tables of one sample; logarithms are natural ones.

    Args:
        loss: ``-ln p(label)``.
        gradient: of the loss with respect to the logits, (T, C).
        states: class of each state: blank, character, blank, ..., character, blank, (S,) with
            S = 2 L + 1.
        alpha: log probability of all ways to begin that are in state s at step t, that step's
            class included, (T, S).
        beta: log probability of all ways to go on from state s at step t to the end, that step's
            class not included, (T, S). So the log probability of all paths through (t, s) is
            ``alpha + beta``.
        occupancy: probability of being in state s at step t, given that the label is read, 0-1,
            (T, S); every row sums to 1.
    """

    loss: float
    gradient: Table
    states: NDArray[np.int64]
    alpha: Table
    beta: Table
    occupancy: Table


def log_softmax(logits: ArrayLike) -> Table:
    """Logarithms of the probabilities behind logits (..., C)."""
    values = np.asarray(logits, np.float64)
    shifted = values - values.max(axis=-1, keepdims=True)
    result: Table = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def collapse(path: Sequence[int]) -> tuple[int, ...]:
    """The label that a path reads: repeats merged, then blanks dropped."""
    return tuple(cls for cls, _ in itertools.groupby(path) if cls != BLANK)


def paths(label: Sequence[int], steps: int) -> Iterator[tuple[int, ...]]:
    """Every path of so many steps that reads a label.

    There are many: "cat" alone has 5,005 of 12 steps. Count before you list.

    Args:
        label: classes, without blanks.
        steps: length of a path.

    Yields:
        Classes, ``steps`` of them.
    """
    states = spelling(label)
    skips = skippable(states)
    last = len(states) - 1

    def go_on(path: list[int]) -> Iterator[tuple[int, ...]]:
        state = path[-1]
        if len(path) == steps:
            if state >= last - 1:
                yield tuple(int(states[s]) for s in path)
            return
        for ahead in (0, 1, 2):
            to = state + ahead
            if to <= last and (ahead < 2 or skips[to]):
                yield from go_on([*path, to])

    if steps > 0:
        for first in range(min(2, len(states))):
            yield from go_on([first])


def count_paths(label: Sequence[int], steps: int) -> int:
    """How many paths of so many steps read a label."""
    states = spelling(label)
    skips = skippable(states)
    ways = [1 if s < 2 else 0 for s in range(len(states))]
    for _ in range(steps - 1):
        before = [0, 0, *ways]
        ways = [
            before[s + 2] + before[s + 1] + (before[s] if skips[s] else 0)
            for s in range(len(states))
        ]
    return sum(ways[-2:]) if steps > 0 else 0


def spelling(label: Sequence[int]) -> NDArray[np.int64]:
    """The states of a label, blanks between and around its characters, (2 L + 1,)."""
    states = np.full(2 * len(label) + 1, BLANK, np.int64)
    states[1::2] = label
    return states


def skippable(states: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which states may be entered from two states back, over a blank, (S,).

    A character may, unless it equals the one before: without the blank the two would be one.
    """
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return skips


def forward_backward(logits: ArrayLike, label: Sequence[int]) -> ForwardBackward:
    """CTC's loss and its gradient, with all tables.

    Args:
        logits: values before the softmax, (T, C).
        label: classes 1 to C - 1, without blanks; may be empty.

    Returns:
        See the class.

    Raises:
        DataError: logits that are not (T, C), a class that they do not have, or a label that
            needs more than T steps.
    """
    log_p = log_softmax(logits)
    if log_p.ndim != 2:
        raise DataError("forwards-backwards needs logits (T, C) of one sample", value=log_p.shape)
    steps, classes = log_p.shape
    for cls in label:
        if not 0 < cls < classes:
            raise DataError(f"a label has classes from 1 to {classes - 1}", value=cls)
    needed = len(label) + sum(a == b for a, b in itertools.pairwise(label))
    if needed > steps:
        raise DataError(
            f"the label needs {needed} steps, but there are {steps}",
            value=list(label),
            remedy="a character takes a step, and so does the blank between equal neighbours",
        )
    states = spelling(label)
    skips = skippable(states)
    emitted = log_p[:, states]  # (T, S)
    alpha = _forward(emitted, skips)
    # Read backwards, the states and the rule for skipping are the same; a step's own class is
    # taken out, because alpha has it.
    back = _forward(emitted[::-1, ::-1], skippable(states[::-1].copy()))
    beta = np.where(emitted > _NEVER, back[::-1, ::-1] - emitted, _NEVER)
    total = float(np.logaddexp.reduce(alpha[-1, -2:]))
    occupancy = np.exp(alpha + beta - total)  # (T, S)
    wanted = np.zeros((steps, classes))
    np.add.at(wanted.T, states, occupancy.T)  # several states have the same class
    gradient = np.exp(log_p) - wanted
    return ForwardBackward(-total, gradient, states, alpha, beta, occupancy)


def _forward(emitted: Table, skips: NDArray[np.bool_]) -> Table:
    """The table of ``alpha``; ``emitted`` holds the log probability of each state's class."""
    alpha = np.full(emitted.shape, _NEVER)
    alpha[0, :2] = emitted[0, :2]
    for t in range(1, len(emitted)):
        stay = alpha[t - 1]
        step = np.concatenate([[_NEVER], stay])[: len(stay)]
        skip = np.where(skips, np.concatenate([[_NEVER, _NEVER], stay])[: len(stay)], _NEVER)
        alpha[t] = np.logaddexp(np.logaddexp(stay, step), skip) + emitted[t]
    return alpha
