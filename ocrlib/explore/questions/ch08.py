"""Questions of chapter 8: what a fine-tuning takes over, trains, and chooses."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ocrlib.explore.check import Mistake, Question, Test, behaves_like
from ocrlib.preprocess import DetPreprocess

Names = Sequence[str]


def _steps(epochs: int, pictures: int, batch: int) -> int:
    return epochs * math.ceil(pictures / batch)


_RUNS: tuple[tuple[int, int, int], ...] = ((50, 128, 4), (3, 10, 4), (1, 7, 8), (500, 1000, 8))


def _under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _trained(names: Names, freeze: Names) -> list[str]:
    return [name for name in names if not any(_under(name, prefix) for prefix in freeze)]


def _frozen(names: Names, freeze: Names) -> list[str]:
    return [name for name in names if any(_under(name, prefix) for prefix in freeze)]


def _by_letters(names: Names, freeze: Names) -> list[str]:
    return [name for name in names if not name.startswith(tuple(freeze))]


def _with_a_dot_only(names: Names, freeze: Names) -> list[str]:
    return [n for n in names if not any(n.startswith(f"{prefix}.") for prefix in freeze)]


def _anywhere(names: Names, freeze: Names) -> list[str]:
    return [name for name in names if not any(prefix in name for prefix in freeze)]


def _whole_names(names: Names, freeze: Names) -> list[str]:
    return [name for name in names if name not in freeze]


_NAMES = (
    "backbone.stem.conv.weight",
    "backbone.stages.1.conv.weight",
    "backbone.stages.10.conv.weight",
    "neck.backbone.bias",
    "head.bias",
    "head.bias_scale",
)
_FREEZES: tuple[tuple[Names, Names], ...] = (
    (_NAMES, ("backbone",)),
    (_NAMES, ("backbone.stages.1",)),
    (_NAMES, ("head.bias",)),
    (_NAMES, ()),
    (_NAMES, ("backbone.stem", "head")),
)

Scales = Mapping[str, float]


def _rate(name: str, lr: float, scales: Scales) -> float:
    fits = [prefix for prefix in scales if _under(name, prefix)]
    return lr * scales[max(fits, key=len)] if fits else lr


def _first_scale(name: str, lr: float, scales: Scales) -> float:
    fits = [prefix for prefix in scales if _under(name, prefix)]
    return lr * scales[fits[0]] if fits else lr


def _last_scale(name: str, lr: float, scales: Scales) -> float:
    fits = [prefix for prefix in scales if _under(name, prefix)]
    return lr * scales[fits[-1]] if fits else lr


def _all_scales(name: str, lr: float, scales: Scales) -> float:
    return lr * math.prod(scale for prefix, scale in scales.items() if _under(name, prefix))


def _smallest_scale(name: str, lr: float, scales: Scales) -> float:
    return lr * min((s for prefix, s in scales.items() if _under(name, prefix)), default=1.0)


def _zero_elsewhere(name: str, lr: float, scales: Scales) -> float:
    return _rate(name, lr, scales) if any(_under(name, prefix) for prefix in scales) else 0.0


_SCALES = {"backbone": 0.1, "backbone.stages.3": 0.5, "backbone.stages": 0.2}
_TURNED = {"backbone.stages.3": 0.5, "backbone": 0.1}
_RATES: tuple[tuple[str, float, Scales], ...] = (
    ("head.weight", 1e-3, _SCALES),
    ("backbone.stem.weight", 1e-3, _SCALES),
    ("backbone.stages.3.weight", 2e-3, _SCALES),
    ("backbone.stages.3.weight", 2e-3, _TURNED),
    ("backbone.stages.0.weight", 2e-3, _SCALES),
)


def _side(height: int, width: int, limit: int) -> tuple[int, int]:
    return DetPreprocess(limit_side=limit, max_side=10**6).target_size(height, width)


def _rounded(limit: int, height: int, width: int, how: Callable[[float], int]) -> tuple[int, int]:
    scale = min(1.0, limit / max(height, width))
    return 32 * how(height * scale / 32), 32 * how(width * scale / 32)


def _half_up(value: float) -> int:
    return max(1, math.floor(value + 0.5))


def _floored(height: int, width: int, limit: int) -> tuple[int, int]:
    return _rounded(limit, height, width, lambda value: max(1, math.floor(value)))


def _ceiled(height: int, width: int, limit: int) -> tuple[int, int]:
    return _rounded(limit, height, width, math.ceil)


def _to_even(height: int, width: int, limit: int) -> tuple[int, int]:
    return _rounded(limit, height, width, lambda value: max(1, round(value)))


def _to_nothing(height: int, width: int, limit: int) -> tuple[int, int]:
    return _rounded(limit, height, width, lambda value: math.floor(value + 0.5))


def _enlarged(height: int, width: int, limit: int) -> tuple[int, int]:
    scale = limit / max(height, width)
    return 32 * _half_up(height * scale / 32), 32 * _half_up(width * scale / 32)


def _each_side(height: int, width: int, limit: int) -> tuple[int, int]:
    return 32 * _half_up(min(height, limit) / 32), 32 * _half_up(min(width, limit) / 32)


def _not_rounded(height: int, width: int, limit: int) -> tuple[int, int]:
    scale = min(1.0, limit / max(height, width))
    return round(height * scale), round(width * scale)


_SIZES: tuple[tuple[int, int, int], ...] = (
    (1160, 720, 960),
    (100, 240, 960),
    (1008, 1040, 2000),
    (10, 5000, 960),
    (640, 640, 960),
    (336, 600, 960),
)

Trials = Mapping[float, float]


def _choose(trials: Trials, now: float) -> float:
    best = max(trials.values())
    return min((value for value in trials if trials[value] == best), key=lambda v: abs(v - now))


def _first_best(trials: Trials, now: float) -> float:
    return max(trials, key=lambda value: trials[value])


def _last_best(trials: Trials, now: float) -> float:
    return max(trials, key=lambda value: (trials[value], value))


def _best_figure(trials: Trials, now: float) -> float:
    return max(trials.values())


def _farthest(trials: Trials, now: float) -> float:
    best = max(trials.values())
    return max((value for value in trials if trials[value] == best), key=lambda v: abs(v - now))


_TRIALS: tuple[tuple[Trials, float], ...] = (
    ({0.4: 0.81, 0.5: 0.86, 0.6: 0.84}, 0.6),
    ({0.3: 0.90, 0.4: 0.92, 0.5: 0.92, 0.6: 0.92, 0.7: 0.88}, 0.6),
    ({0.2: 0.7, 0.3: 0.9, 0.4: 0.9, 0.5: 0.9}, 0.33),
    ({0.3: 0.5, 0.4: 0.8, 0.5: 0.8, 0.6: 0.8}, 0.5),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_runs, _freezes, _rates = _like(_RUNS), _like(_FREEZES), _like(_RATES)
_sizes, _trials = _like(_SIZES), _like(_TRIALS)

QUESTIONS = (
    Question(
        "08-steps",
        right=_runs(_steps),
        mistakes=(
            Mistake(
                _runs(lambda epochs, pictures, batch: epochs * (pictures // batch)),
                "The pictures that do not fill a batch make a step, too, if the last batch is not"
                " dropped. With 7 pictures and batches of 8 yours never does a step.",
            ),
            Mistake(
                _runs(lambda epochs, pictures, batch: math.ceil(epochs * pictures / batch)),
                "Batches do not reach over the end of an epoch: round up once per epoch.",
            ),
            Mistake(
                _runs(lambda epochs, pictures, batch: epochs * pictures),
                "That many pictures are seen. Several of them share a step.",
            ),
            Mistake(
                _runs(lambda epochs, pictures, batch: math.ceil(pictures / batch)),
                "That is one epoch.",
            ),
        ),
        hint="How many batches does one epoch take, the last one perhaps not full? 10 pictures in"
        " batches of 4 take three.",
    ),
    Question(
        "08-trained",
        right=_freezes(_trained),
        mistakes=(
            Mistake(_freezes(_frozen), "Those are the ones that stay as they are."),
            Mistake(
                _freezes(_by_letters),
                "backbone.stages.10 begins with the letters of backbone.stages.1, but it is another"
                " stage. What has to follow the prefix?",
            ),
            Mistake(
                _freezes(_with_a_dot_only),
                "A prefix may also be a whole name, such as head.bias. Then no dot follows.",
            ),
            Mistake(
                _freezes(_anywhere),
                "neck.backbone.bias has the word in it, but does not begin with it.",
            ),
            Mistake(_freezes(_whole_names), "A prefix stands for everything below it."),
        ),
        hint="Keep a name unless it is one of the prefixes or begins with one and a dot.",
    ),
    Question(
        "08-rate",
        right=_rates(_rate),
        mistakes=(
            Mistake(
                _rates(_first_scale),
                "The order in which the scales are written should not matter. Which prefix says"
                " most about the name?",
            ),
            Mistake(
                _rates(_last_scale),
                "The order in which the scales are written should not matter. Which prefix says"
                " most about the name?",
            ),
            Mistake(_rates(_all_scales), "Scales do not multiply: one of them decides."),
            Mistake(
                _rates(_smallest_scale),
                "Not the smallest scale decides, but the prefix that says most about the name.",
            ),
            Mistake(_rates(_zero_elsewhere), "What no prefix names learns at the full rate."),
        ),
        hint="Of the prefixes that fit, the longest decides; without one the rate is lr itself.",
    ),
    Question(
        "08-side",
        right=_sizes(_side),
        mistakes=(
            Mistake(
                _sizes(_to_nothing),
                "A strip 10 px high would get a side of 0. Each side needs at least 32.",
            ),
            Mistake(
                _sizes(_to_even),
                "Python's round goes to the even neighbour at one half, so 1008 and 1040 become the"
                " same. Here halves go up.",
            ),
            Mistake(_sizes(_floored), "To the nearest multiple, not always down."),
            Mistake(_sizes(_ceiled), "To the nearest multiple, not always up."),
            Mistake(_sizes(_enlarged), "A picture that is small enough is not enlarged."),
            Mistake(
                _sizes(_each_side),
                "Both sides shrink by the same factor, or letters change their shape.",
            ),
            Mistake(_sizes(_not_rounded), "The sides still have to become multiples of 32."),
        ),
        hint="One factor for both sides, at most 1, so that the longer one meets the limit; then"
        " each to the nearest multiple of 32, halves up, at least 32.",
    ),
    Question(
        "08-choose",
        right=_trials(_choose),
        mistakes=(
            Mistake(
                _trials(_first_best),
                "Several values are equally good. The first of them is no better a choice than any"
                " other; which one changes least?",
            ),
            Mistake(
                _trials(_last_best),
                "Several values are equally good. The largest of them is no better a choice than"
                " any other; which one changes least?",
            ),
            Mistake(_trials(_best_figure), "That is how good it is. Which value was it?"),
            Mistake(_trials(_farthest), "Of equally good values yours changes most."),
        ),
        hint="Find the highest hmean, then, among the values that reach it, the one nearest to"
        " `now`.",
        praise="Right. Measure it once more, on pages that had no say in this.",
    ),
)
