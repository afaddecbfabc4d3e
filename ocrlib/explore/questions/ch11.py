"""Questions of chapter 11: paths counted, the forward sum, the gradient, a step of the beam."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import BLANK
from ocrlib.explore.check import Mistake, Question, Test, behaves_like, number
from ocrlib.explore.ctc_numpy import count_paths, forward_backward, spelling

Table = NDArray[np.float64]  # probabilities (T, C), rows sum to 1
Beams = Mapping[tuple[int, ...], tuple[float, float]]
Jump = Callable[[Sequence[int], int], bool]


def _states(label: Sequence[int]) -> list[int]:
    return [int(cls) for cls in spelling(label)]


def _blanks_between(label: Sequence[int]) -> list[int]:
    return _states(label)[1:-1]


def _blanks_after(label: Sequence[int]) -> list[int]:
    return _states(label)[1:]


def _only_twins_parted(label: Sequence[int]) -> list[int]:
    states: list[int] = []
    for cls in label:
        states += [BLANK, cls] if states and states[-1] == cls else [cls]
    return states


_LABELS: tuple[tuple[list[int]], ...] = (([3, 1, 20],), ([2, 2],), ([5],), ([],), ([1, 2, 1],))


def _may_jump(states: Sequence[int], s: int) -> bool:
    return s >= 2 and states[s] != BLANK and states[s] != states[s - 2]


def _over_twins(states: Sequence[int], s: int) -> bool:
    return s >= 2 and states[s] != BLANK


def _never(states: Sequence[int], s: int) -> bool:
    return False


def _ways(jump: Jump, label: Sequence[int], steps: int, ends: int = 2) -> int:
    states = _states(label)
    ways = [1 if s < 2 else 0 for s in range(len(states))]
    for _ in range(steps - 1):
        ways = [
            ways[s] + (ways[s - 1] if s else 0) + (ways[s - 2] if jump(states, s) else 0)
            for s in range(len(states))
        ]
    return sum(ways[-ends:])


def _count(label: Sequence[int], steps: int) -> int:
    return count_paths(label, steps)


def _count_over_twins(label: Sequence[int], steps: int) -> int:
    return _ways(_over_twins, label, steps)


def _count_without_jumps(label: Sequence[int], steps: int) -> int:
    return _ways(_never, label, steps)


def _count_one_end(label: Sequence[int], steps: int) -> int:
    return _ways(_may_jump, label, steps, ends=1)


_COUNTS = (([1, 2, 3], 5), ([1, 2, 2], 6), ([4], 3), ([1, 1], 3), ([1, 2], 2), ([1, 2], 1))


def _sum(p: Table, label: Sequence[int], jump: Jump = _may_jump, ends: int = 2) -> float:
    states = _states(label)
    alpha = np.zeros(len(states))
    alpha[:2] = p[0, states[:2]]
    for row in p[1:]:
        ways = [
            alpha[s] + (alpha[s - 1] if s else 0) + (alpha[s - 2] if jump(states, s) else 0)
            for s in range(len(states))
        ]
        alpha = np.array(ways) * row[states]
    return float(alpha[-ends:].sum())


def _forward(p: Table, label: Sequence[int]) -> float:
    return _sum(p, label)


def _forward_over_twins(p: Table, label: Sequence[int]) -> float:
    return _sum(p, label, _over_twins)


def _forward_without_jumps(p: Table, label: Sequence[int]) -> float:
    return _sum(p, label, _never)


def _forward_one_end(p: Table, label: Sequence[int]) -> float:
    return _sum(p, label, ends=1)


def _forward_best(p: Table, label: Sequence[int]) -> float:
    states = _states(label)
    best = np.zeros(len(states))
    best[:2] = p[0, states[:2]]
    for row in p[1:]:
        came = [
            max(
                best[s],
                best[s - 1] if s else 0.0,
                best[s - 2] if _may_jump(states, s) else 0.0,
            )
            for s in range(len(states))
        ]
        best = np.array(came) * row[states]
    return float(best[-2:].max())


def _loss(p: Table, label: Sequence[int]) -> float:
    total = _sum(p, label)
    return float(-np.log(total)) if total else float("inf")


_P = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.4, 0.1, 0.5], [0.6, 0.3, 0.1]])
_SUMS = ((_P, [1, 2]), (_P, [2, 2]), (_P, [1]), (_P[:4], [1, 1, 2]), (_P[:2], [2, 2]))


def _gradient(logits: Table, label: Sequence[int]) -> Table:
    return forward_backward(logits, label).gradient


def _said(logits: Table) -> Table:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _wanted(logits: Table, label: Sequence[int], add: bool = True) -> Table:
    found = forward_backward(logits, label)
    wanted = np.zeros_like(np.asarray(logits, float))
    if add:
        np.add.at(wanted.T, found.states, found.occupancy.T)
    else:
        wanted[:, found.states] = found.occupancy
    return wanted


def _gradient_other_way(logits: Table, label: Sequence[int]) -> Table:
    return -_gradient(logits, label)


def _gradient_overwritten(logits: Table, label: Sequence[int]) -> Table:
    return _said(logits) - _wanted(logits, label, add=False)


def _gradient_of_logits(logits: Table, label: Sequence[int]) -> Table:
    return np.asarray(logits - _wanted(logits, label))


_Z = np.array([[0.5, 1.0, -1.0], [0.0, 0.3, 0.8], [1.2, -0.5, 0.4], [0.1, 0.9, 0.2]])
_GRADIENTS = ((_Z, [1, 2]), (_Z, [2, 2]), (_Z[:2], [1]))


def _step(beams: Beams, column: Sequence[float]) -> dict[tuple[int, ...], tuple[float, float]]:
    return _grow(beams, column, twins=True, split=True, keep=True)


def _grow(
    beams: Beams, column: Sequence[float], twins: bool, split: bool, keep: bool
) -> dict[tuple[int, ...], tuple[float, float]]:
    """A step of prefix search; what is switched off is a mistake."""
    grown: dict[tuple[int, ...], tuple[float, float]] = {}

    def put(prefix: tuple[int, ...], blank: float, letter: float) -> None:
        old = grown.get(prefix, (0.0, 0.0)) if keep else (0.0, 0.0)
        grown[prefix] = (old[0] + blank, old[1] + letter)

    for prefix, (blank, letter) in beams.items():
        total = blank + letter
        put(prefix, total * column[BLANK], 0.0)
        for cls in range(1, len(column)):
            if prefix and prefix[-1] == cls and twins:
                put(prefix, 0.0, letter * column[cls])
                put((*prefix, cls), 0.0, (blank if split else total) * column[cls])
            else:
                put((*prefix, cls), 0.0, total * column[cls])
    return grown


def _step_no_merging(
    beams: Beams, column: Sequence[float]
) -> dict[tuple[int, ...], tuple[float, float]]:
    return _grow(beams, column, twins=False, split=True, keep=True)


def _step_twin_without_blank(
    beams: Beams, column: Sequence[float]
) -> dict[tuple[int, ...], tuple[float, float]]:
    return _grow(beams, column, twins=True, split=False, keep=True)


def _step_overwrites(
    beams: Beams, column: Sequence[float]
) -> dict[tuple[int, ...], tuple[float, float]]:
    return _grow(beams, column, twins=True, split=True, keep=False)


_STEPS: tuple[tuple[Beams, Sequence[float]], ...] = (
    ({(): (1.0, 0.0)}, (0.5, 0.3, 0.2)),
    ({(1,): (0.2, 0.3), (): (0.5, 0.0)}, (0.4, 0.5, 0.1)),
    ({(1, 2): (0.1, 0.3), (1,): (0.2, 0.1)}, (0.3, 0.2, 0.5)),
)


def _grows_like(
    reference: Callable[[Beams, Sequence[float]], Mapping[tuple[int, ...], tuple[float, float]]],
) -> Test:
    """A step of the beam: the same prefixes with the same two sums."""

    def flat(step: Callable[..., Any]) -> Callable[..., Any]:
        def listed(beams: Beams, column: Sequence[float]) -> list[float]:
            prefixes = sorted({key for known, _ in _STEPS for key in _step(known, column)})
            grown = step(dict(beams), column)
            if not isinstance(grown, Mapping) or not set(grown) <= set(prefixes):
                return []
            return [float(x) for key in prefixes for x in grown.get(key, (0.0, 0.0))]

        return listed

    compare = behaves_like(flat(reference), *_STEPS)
    return lambda answer: callable(answer) and compare(flat(answer))


_HEAD = 120 * 80 + 80 + 80 * 5000 + 5000

QUESTIONS = (
    Question(
        "11-states",
        right=behaves_like(_states, *_LABELS),
        mistakes=(
            Mistake(
                behaves_like(_blanks_between, *_LABELS[:3]),
                "Blanks between the letters. May a path not begin or end with a blank?",
            ),
            Mistake(
                behaves_like(_blanks_after, *_LABELS[:3]),
                "A blank after each letter. And before the first one: the margin of the picture?",
            ),
            Mistake(
                behaves_like(_only_twins_parted, *_LABELS),
                "Only twins *need* a blank between them, but one *may* stand anywhere. States are"
                " all places a path may be in.",
            ),
        ),
        hint="Begin with a blank; then each class, followed by a blank. 2 L + 1 numbers.",
    ),
    Question(
        "11-count",
        right=behaves_like(_count, *_COUNTS),
        mistakes=(
            Mistake(
                behaves_like(_count_over_twins, *_COUNTS),
                "You also jump from a letter to its twin. Collapse 't o o' without a blank: which"
                " text is it?",
            ),
            Mistake(
                behaves_like(_count_without_jumps, *_COUNTS),
                "Nobody jumps over a blank here. Two different letters may stand side by side.",
            ),
            Mistake(
                behaves_like(_count_one_end, *_COUNTS),
                "A path may end in two states: the last blank, and the last letter.",
            ),
        ),
        hint="In the first column one way each into the first two states. Then, column by column:"
        " stay, move on, jump over a blank between different letters. Add the last two states.",
        praise="Right. Replace the ways by probabilities, and you have CTC's loss.",
    ),
    Question(
        "11-forward",
        right=behaves_like(_forward, *_SUMS),
        mistakes=(
            Mistake(
                behaves_like(_forward_best, *_SUMS),
                "That is the best path alone. Ways that meet in a cell are added.",
            ),
            Mistake(
                behaves_like(_loss, *_SUMS[:4]),
                "That is the loss, -ln of what is asked for.",
            ),
            Mistake(
                behaves_like(_forward_over_twins, *_SUMS),
                "Too much comes out when a letter is doubled. Which jump is forbidden?",
            ),
            Mistake(
                behaves_like(_forward_without_jumps, *_SUMS),
                "Too little comes out: from letter to a different letter a path may jump over the"
                " blank.",
            ),
            Mistake(
                behaves_like(_forward_one_end, *_SUMS),
                "A path may end in the last blank or in the last letter; you take one of them.",
            ),
        ),
        hint="As in counting, and each cell is multiplied by p[t, class of the state].",
        praise="Right: the sum over all paths, and no path was listed.",
    ),
    Question(
        "11-gradient",
        right=behaves_like(_gradient, *_GRADIENTS),
        mistakes=(
            Mistake(
                behaves_like(_gradient_other_way, *_GRADIENTS),
                "The other way round: that is where the classes should go. The gradient says where"
                " the loss grows.",
            ),
            Mistake(
                behaves_like(_gradient_overwritten, *_GRADIENTS),
                "Several states have the same class: all blanks, and letters that come back. Their"
                " occupancies are added; an assignment keeps the last one only.",
            ),
            Mistake(
                behaves_like(_gradient_of_logits, *_GRADIENTS),
                "You subtract from the logits. What the network *says* are probabilities.",
            ),
        ),
        hint="Probabilities (T, C), minus the occupancy of all states that have the class.",
        praise="Right: cross entropy, against labels that CTC makes for itself.",
    ),
    Question(
        "11-beam-step",
        right=_grows_like(_step),
        mistakes=(
            Mistake(
                _grows_like(_step_no_merging),
                "With you a letter that goes on for another column becomes a second letter. One"
                " more column of the same letter leaves the prefix as it is.",
            ),
            Mistake(
                _grows_like(_step_twin_without_blank),
                "The same letter again is a new one only after a blank: of the two sums, take the"
                " one that ends in a blank.",
            ),
            Mistake(
                _grows_like(_step_overwrites),
                "A prefix can be reached from several sides, and you keep the last. Add.",
            ),
        ),
        hint="Return {prefix: (ends in a blank, ends in its last letter)}. A blank keeps the"
        " prefix; its last letter keeps it, or doubles it after a blank; any other letter makes it"
        " longer.",
    ),
    Question(
        "11-head",
        right=number(_HEAD, 0.5),
        mistakes=(
            Mistake(
                number(120 * 5000 + 5000, 0.5),
                "That is the head without a waist.",
            ),
            Mistake(
                number(120 * 80 + 80 * 5000, 0.5),
                "The matrices are right. Both layers have a bias for each of their outputs.",
            ),
            Mistake(
                number((120 + 80) * 5000 + 5000, 0.5),
                "Only the second layer has 5,000 outputs; the first has as many as the waist.",
            ),
        ),
        hint="Two linear layers, one after the other: inputs x outputs + outputs, for each.",
    ),
)
