"""Wrong answers to the questions of chapter 11, each with a part of the hint it must get."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from ocrlib.explore.ctc_numpy import collapse, forward_backward, log_softmax


def states(label):
    return [0] + [c for cls in label for c in (cls, 0)]


def states_parted(label):
    parted = []
    for i, cls in enumerate(label):
        parted += [0, cls] if i and label[i - 1] == cls else [cls]
    return parted


def runs(label, steps, rule, ends=2):
    """All paths of states, one after the other, under a rule for jumps."""
    row = states(label)
    paths = [[s] for s in range(min(2, len(row)))]
    for _ in range(steps - 1):
        paths = [
            [*path, to]
            for path in paths
            for to in range(path[-1], path[-1] + 3)
            if to < len(row) and (to < path[-1] + 2 or rule(row, to))
        ]
    return [path for path in paths if path[-1] >= len(row) - ends]


def right(row, s):
    return row[s] != 0 and row[s] != row[s - 2]


def twins(row, s):
    return row[s] != 0


def never(row, s):
    return False


def count_of(rule, ends=2):
    return lambda label, steps: len(runs(label, steps, rule, ends))


def sum_of(rule, ends=2, over=sum):
    def answer(p, label):
        row = states(label)
        found = runs(label, len(p), rule, ends)
        return float(over([math.prod(p[t, row[s]] for t, s in enumerate(q)) for q in found] or [0]))

    return answer


def loss(p, label):
    paths = product(range(p.shape[1]), repeat=len(p))
    spelt = [q for q in paths if collapse(q) == tuple(label)]
    total = sum(math.prod(p[t, c] for t, c in enumerate(q)) for q in spelt)
    return -math.log(total) if total else math.inf


def wanted(logits, label, last=False):
    found = forward_backward(logits, label)
    target = np.zeros(logits.shape)
    for s, cls in enumerate(found.states):
        target[:, cls] = found.occupancy[:, s] + (0 if last else target[:, cls])
    return target


def gradient(logits, label):
    return np.exp(log_softmax(logits)) - wanted(logits, label)


def step(beams, column, merge=True, parted=True, add=True):
    grown = {}

    def put(text, blank, letter):
        b, r = grown.get(text, (0, 0)) if add else (0, 0)
        grown[text] = (b + blank, r + letter)

    for text, (blank, letter) in beams.items():
        put(text, (blank + letter) * column[0], 0)
        for cls in range(1, len(column)):
            if merge and text[-1:] == (cls,):
                put(text, 0, letter * column[cls])
                put((*text, cls), 0, (blank if parted else blank + letter) * column[cls])
            else:
                put((*text, cls), 0, (blank + letter) * column[cls])
    return grown


WRONG = {
    "11-states": [
        (lambda label: states(label)[1:-1], "not begin or end"),
        (lambda label: states(label)[1:], "margin of the picture"),
        (states_parted, "Only twins"),
        (lambda label: [0, *label, 0], "followed by a blank"),
    ],
    "11-count": [
        (count_of(twins), "to its twin"),
        (count_of(never), "Nobody jumps"),
        (count_of(right, ends=1), "end in two states"),
        (lambda label, steps: math.comb(steps, len(label)), "one way each"),
    ],
    "11-forward": [
        (sum_of(right, over=max), "best path alone"),
        (loss, "That is the loss"),
        (sum_of(twins), "Too much comes out"),
        (sum_of(never), "Too little"),
        (sum_of(right, ends=1), "one of them"),
        (lambda p, label: float(p[:, label].sum()), "multiplied by p"),
    ],
    "11-gradient": [
        (lambda logits, label: -gradient(logits, label), "other way round"),
        (
            lambda logits, label: np.exp(log_softmax(logits)) - wanted(logits, label, last=True),
            "keeps the last one",
        ),
        (lambda logits, label: logits - wanted(logits, label), "You subtract from the logits"),
        (lambda logits, label: wanted(logits, label), "minus the occupancy"),
    ],
    "11-beam-step": [
        (lambda beams, column: step(beams, column, merge=False), "goes on for another column"),
        (lambda beams, column: step(beams, column, parted=False), "only after a blank"),
        (lambda beams, column: step(beams, column, add=False), "from several sides"),
        (lambda beams, column: list(beams), "ends in a blank"),
    ],
    "11-head": [
        (120 * 5000 + 5000, "without a waist"),
        (120 * 80 + 80 * 5000, "a bias for each"),
        (200 * 5000 + 5000, "as many as the waist"),
        (120, "Two linear layers"),
    ],
}
