"""Questions of chapter 15: what is measured, what is drawn, what is kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ocrlib.explore.check import Mistake, Question, Test, behaves_like
from ocrlib.metrics.protocol import FOLDED

# -- same text? ------------------------------------------------------------------------------


def _same(read: str, written: str) -> bool:
    return FOLDED(read) == FOLDED(written)


def _without_spaces(read: str, written: str) -> bool:
    return "".join(read.split()).casefold() == "".join(written.split()).casefold()


def _letters_only(read: str, written: str) -> bool:
    def kept(text: str) -> str:
        return " ".join("".join(c for c in text if c.isalnum() or c.isspace()).split()).casefold()

    return kept(read) == kept(written)


def _case_counts(read: str, written: str) -> bool:
    return " ".join(read.split()) == " ".join(written.split())


_TEXTS = (
    ("VIENNA", "Vienna"),
    ("gate  b12", "Gate B12"),
    (" ic 2047 ", "IC 2047"),
    ("GateB12", "Gate B12"),
    ("1245", "12:45"),
    ("Gate 812", "Gate B12"),
    ("", "A"),
    ("", " "),
)

# -- look-alikes -----------------------------------------------------------------------------

Faults = Sequence[tuple[str, str, int]]
Pair = tuple[str, str]


def _both_ways(faults: Faults) -> Counter[Pair]:
    counts: Counter[Pair] = Counter()
    for written, read, times in faults:
        if written and read and written != read:
            counts[min(written, read), max(written, read)] += times
    return counts


def _most(counts: Counter[Pair]) -> Pair:
    return min(counts, key=lambda pair: (-counts[pair], pair))


def _pair(faults: Faults) -> Pair:
    return _most(_both_ways(faults))


def _one_way(faults: Faults) -> Pair:
    written, read, _ = max(
        (f for f in faults if f[0] and f[1] and f[0] != f[1]), key=lambda f: f[2]
    )
    return min(written, read), max(written, read)


def _with_nothing(faults: Faults) -> Pair:
    counts: Counter[Pair] = Counter()
    for written, read, times in faults:
        if written != read:
            counts[min(written, read), max(written, read)] += times
    return _most(counts)


def _with_right_ones(faults: Faults) -> Pair:
    counts: Counter[Pair] = Counter()
    for written, read, times in faults:
        if written and read:
            counts[min(written, read), max(written, read)] += times
    return _most(counts)


def _by_kinds(faults: Faults) -> Pair:
    counts: Counter[Pair] = Counter()
    for written, read, _ in faults:
        if written and read and written != read:
            counts[min(written, read), max(written, read)] += 1
    return _most(counts)


_FAULTS: tuple[tuple[Faults], ...] = (
    ((("0", "8", 5), ("8", "0", 4), ("M", "N", 7), ("N", "N", 30)),),
    ((("0", "", 12), ("", "I", 9), ("V", "W", 3), ("B", "8", 2), ("8", "B", 2)),),
    ((("S", "5", 1), ("5", "S", 1), ("V", "W", 6)),),
)

# -- width -----------------------------------------------------------------------------------

Numbers = Sequence[float]


def _edge(aspects: Numbers, height: int, share: float) -> float:
    return height * sorted(aspects)[math.ceil(share * len(aspects) - 1e-9) - 1]


def _width(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.ceil(_edge(aspects, height, share) / step - 1e-9)


def _down(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.floor(_edge(aspects, height, share) / step + 1e-9)


def _nearest(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.floor(_edge(aspects, height, share) / step + 0.5)


def _mean_width(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.ceil(height * sum(aspects) / len(aspects) / step)


def _of_widest(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.ceil(share * height * max(aspects) / step)


def _all_of_them(aspects: Numbers, height: int, share: float, step: int) -> int:
    return step * math.ceil(height * max(aspects) / step)


def _unrounded(aspects: Numbers, height: int, share: float, step: int) -> float:
    return _edge(aspects, height, share)


_TEN = (2.1, 2.4, 2.6, 3.0, 3.1, 3.3, 3.9, 4.4, 7.2, 12.0)
_WIDTHS = (
    (_TEN, 32, 0.8, 32),
    (_TEN, 32, 0.5, 32),
    (_TEN, 48, 0.8, 16),
    (_TEN, 32, 1.0, 32),
    (_TEN[::-1], 32, 0.7, 8),
    ((4.0, 4.0, 4.0), 32, 0.8, 32),
)

# -- draws -----------------------------------------------------------------------------------


def _draws(sizes: Numbers, ratios: Numbers, source: int, samples: int) -> float:
    return samples * ratios[source] / sum(ratios) / sizes[source]


def _by_size(sizes: Numbers, ratios: Numbers, source: int, samples: int) -> float:
    return samples / sum(sizes)


def _not_shared(sizes: Numbers, ratios: Numbers, source: int, samples: int) -> float:
    return samples * ratios[source] / sizes[source]


def _of_the_source(sizes: Numbers, ratios: Numbers, source: int, samples: int) -> float:
    return samples * ratios[source] / sum(ratios)


def _of_the_file(sizes: Numbers, ratios: Numbers, source: int, samples: int) -> float:
    used = sum(size * ratio for size, ratio in zip(sizes, ratios, strict=True))
    return samples * ratios[source] / used


_MIXTURES = (
    ((24, 10_000), (1, 1), 0, 480),
    ((24, 10_000), (1, 4), 0, 480),
    ((300, 5000), (1, 10), 1, 2200),
    ((100, 200, 400), (2, 1, 1), 0, 1000),
)

# -- which step ------------------------------------------------------------------------------

Curve = Sequence[tuple[int, float, float]]


def _step(curve: Curve) -> int:
    best = max(val for _, _, val in curve)
    return next(step for step, _, val in curve if val == best)


def _last(curve: Curve) -> int:
    return curve[-1][0]


def _by_training(curve: Curve) -> int:
    return max(curve, key=lambda row: row[1])[0]


def _latest_best(curve: Curve) -> int:
    best = max(val for _, _, val in curve)
    return [step for step, _, val in curve if val == best][-1]


def _smallest_gap(curve: Curve) -> int:
    return min(curve, key=lambda row: row[1] - row[2])[0]


def _value(curve: Curve) -> float:
    return max(val for _, _, val in curve)


_CURVES: tuple[tuple[Curve], ...] = (
    (((10, 0.5, 0.45), (20, 0.8, 0.62), (30, 0.97, 0.70), (40, 1.0, 0.66)),),
    (((10, 0.6, 0.5), (20, 0.9, 0.7), (30, 0.95, 0.68), (40, 1.0, 0.7), (50, 1.0, 0.69)),),
    (((100, 0.3, 0.3), (200, 0.7, 0.4), (300, 0.9, 0.6)),),
)

# -- more labels -----------------------------------------------------------------------------


def _needed(count: int, now: float, gain: float, target: float) -> float:
    return float(count * 2 ** ((target - now) / gain))


def _linear(count: int, now: float, gain: float, target: float) -> float:
    return count * (1 + (target - now) / gain)


def _proportional(count: int, now: float, gain: float, target: float) -> float:
    return count * target / now


def _natural(count: int, now: float, gain: float, target: float) -> float:
    return float(count * math.exp((target - now) / gain))


def _more(count: int, now: float, gain: float, target: float) -> float:
    return _needed(count, now, gain, target) - count


_GOALS = (
    (100, 0.6, 0.05, 0.7),
    (24, 0.7, 0.04, 0.82),
    (1000, 0.9, 0.01, 0.93),
    (50, 0.5, 0.1, 0.5),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_texts, _faults, _widths = _like(_TEXTS), _like(_FAULTS), _like(_WIDTHS)
_mixtures, _curves, _goals = _like(_MIXTURES), _like(_CURVES), _like(_GOALS)

QUESTIONS = (
    Question(
        "15-same",
        right=_texts(_same),
        mistakes=(
            Mistake(
                _texts(_without_spaces),
                "GateB12 would be right, then. How many spaces there are does not count, but that"
                " there is one does.",
            ),
            Mistake(
                _texts(_letters_only),
                "You let marks go as well: 1245 is not 12:45 by this protocol.",
            ),
            Mistake(_texts(_case_counts), "Upper and lower case are still different for you."),
            Mistake(
                _texts(lambda read, written: read.casefold() == written.casefold()),
                "What about two spaces for one, or a space at an end?",
            ),
            Mistake(_texts(lambda read, written: read == written), "That is the exact protocol."),
        ),
        hint="Bring both texts to one form, then compare: one case, single spaces, none at the"
        " ends. Nothing else may change.",
    ),
    Question(
        "15-pair",
        right=_faults(_pair),
        mistakes=(
            Mistake(
                _faults(_with_right_ones),
                "The pair of a character with itself is no fault: it was read rightly.",
            ),
            Mistake(
                _faults(_with_nothing),
                'A character that was left out is taken for nothing: pairs with "" are no'
                " look-alikes.",
            ),
            Mistake(
                _faults(_one_way),
                "0 for 8 and 8 for 0 are the same two look-alikes: add them up first.",
            ),
            Mistake(_faults(_by_kinds), "Each fault came up several times: see the third entry."),
        ),
        hint="Leave out what is right and what is paired with nothing, give both directions one"
        " name, the smaller character first, and add up.",
    ),
    Question(
        "15-width",
        right=_widths(_width),
        mistakes=(
            Mistake(_widths(_down), "Rounded down, the last of the share is squeezed."),
            Mistake(
                _widths(_nearest), "Rounded to the nearest, some of the share may be squeezed."
            ),
            Mistake(_widths(_mean_width), "The mean holds about half of them, whatever the share."),
            Mistake(
                _widths(_of_widest),
                "That is a share of the widest crop. One very long line, and all pay for it.",
            ),
            Mistake(_widths(_all_of_them), "That holds all of them. Only a share has to fit."),
            Mistake(_widths(_unrounded), "It still has to become a multiple of the step."),
        ),
        hint="Sort the aspect ratios. Which one is the last that has to fit? Times the height, up"
        " to the next multiple.",
    ),
    Question(
        "15-draws",
        right=_mixtures(_draws),
        mistakes=(
            Mistake(
                _mixtures(_by_size),
                "So it would be if all samples were poured into one list. What are the ratios for?",
            ),
            Mistake(_mixtures(_not_shared), "Ratios need not add up to 1. Divide by their sum."),
            Mistake(
                _mixtures(_of_the_source),
                "That is how often the source comes up. How many samples share these draws?",
            ),
            Mistake(
                _mixtures(_of_the_file),
                "That is the part of a file that an epoch uses, as in ratio_list. Here the size of"
                " a source has no say in its share.",
            ),
        ),
        hint="Which part of the draws goes to the source? Its samples share that evenly.",
    ),
    Question(
        "15-step",
        right=_curves(_step),
        mistakes=(
            Mistake(_curves(_by_training), "By its own lines the longest training looks best."),
            Mistake(_curves(_last), "The last step is not always the best on validation lines."),
            Mistake(
                _curves(_latest_best),
                "Two steps are equally good there. The earlier one cost less, and knows less by"
                " heart.",
            ),
            Mistake(
                _curves(_smallest_gap),
                "A small gap is no aim: before any training it is smallest.",
            ),
            Mistake(_curves(_value), "That is how good it was. At which step?"),
        ),
        hint="The highest validation accuracy decides; if it is reached twice, the first time.",
        praise="Right. And the figure at that step is flattered by having been chosen.",
    ),
    Question(
        "15-needed",
        right=_goals(_needed),
        mistakes=(
            Mistake(
                _goals(_linear),
                "You add as many lines for each step of the gain. The second step needs twice as"
                " many as the first.",
            ),
            Mistake(_goals(_proportional), "Accuracy is not proportional to the lines."),
            Mistake(_goals(_natural), "One gain is a doubling: what is multiplied by itself?"),
            Mistake(_goals(_more), "That many are to be added. How many are there then?"),
        ),
        hint="How many doublings is it from now to the target? Each multiplies the lines by 2.",
        praise="Right. If the curve stays straight that long, which it will not for ever.",
    ),
)
