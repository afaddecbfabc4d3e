"""Questions of chapter 13: who looks at whom, what that costs, and what a guide is taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Floats = NDArray[np.float64]


def _sees(i: int, j: int, columns: int, window: tuple[int, int]) -> bool:
    (y, x), (v, u) = divmod(i, columns), divmod(j, columns)
    return abs(y - v) <= window[0] // 2 and abs(x - u) <= window[1] // 2


def _sees_too_far(i: int, j: int, columns: int, window: tuple[int, int]) -> bool:
    (y, x), (v, u) = divmod(i, columns), divmod(j, columns)
    return abs(y - v) <= window[0] and abs(x - u) <= window[1]


def _sees_along_the_list(i: int, j: int, columns: int, window: tuple[int, int]) -> bool:
    return abs(i - j) <= window[1] // 2


def _sees_turned(i: int, j: int, columns: int, window: tuple[int, int]) -> bool:
    return _sees(i, j, columns, window[::-1])


def _sees_either(i: int, j: int, columns: int, window: tuple[int, int]) -> bool:
    (y, x), (v, u) = divmod(i, columns), divmod(j, columns)
    return abs(y - v) <= window[0] // 2 or abs(x - u) <= window[1] // 2


_PLACES = (*((87, j, 25, (7, 11)) for j in range(200)), (24, 25, 25, (7, 11)))


def _weights(q: Floats, k: Floats) -> Floats:
    return _softmax(k @ q / np.sqrt(len(q)))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float64)


def _weights_unscaled(q: Floats, k: Floats) -> Floats:
    return _softmax(k @ q)


def _weights_scaled_twice(q: Floats, k: Floats) -> Floats:
    return _softmax(k @ q / len(q))


def _weights_as_scores(q: Floats, k: Floats) -> Floats:
    return np.asarray(k @ q / np.sqrt(len(q)), np.float64)


def _weights_as_powers(q: Floats, k: Floats) -> Floats:
    return np.asarray(np.exp(k @ q / np.sqrt(len(q))), np.float64)


_KEYS = (
    (np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]])),
    (np.array([0.5, -1.0, 2.0, 0.0]), np.array([[1.0, 1.0, 0.3, 0.0], [0.0, 0.0, 1.0, 4.0]])),
)


def _products(places: int, channels: int) -> int:
    return 2 * places**2 * channels


def _products_once(places: int, channels: int) -> int:
    return places**2 * channels


def _products_of_scores(places: int, channels: int) -> int:
    return places**2


def _products_linear(places: int, channels: int) -> int:
    return 4 * places * channels**2


def _products_not_squared(places: int, channels: int) -> int:
    return 2 * places * channels


_MAPS = ((200, 64), (40, 120), (50, 256))


def _columns(width: int) -> int:
    first = (width + 1) // 2
    return (first + 1) // 2 // 2


def _columns_rounded_down(width: int) -> int:
    return width // 8


def _columns_rounded_up(width: int) -> int:
    return -(-width // 8)


def _columns_of_crnn(width: int) -> int:
    return -(-width // 2) // 2


_WIDTHS = ((320,), (61,), (33,), (66,), (100,), (47,))

Labels = Sequence[int]


def _targets(label: Labels, places: int, start: int, padding: int) -> list[int]:
    return [start, *label, start, *[padding] * (places - len(label) - 2)]


def _targets_open(label: Labels, places: int, start: int, padding: int) -> list[int]:
    return [start, *label, *[padding] * (places - len(label) - 1)]


def _targets_without_start(label: Labels, places: int, start: int, padding: int) -> list[int]:
    return [*label, start, *[padding] * (places - len(label) - 1)]


def _targets_blank(label: Labels, places: int, start: int, padding: int) -> list[int]:
    return _targets(label, places, start, 0)


def _targets_unfilled(label: Labels, places: int, start: int, padding: int) -> list[int]:
    return [start, *label, start]


_TEXTS: tuple[tuple[list[int], int, int, int], ...] = (
    ([3, 1, 2], 7, 11, 12),
    ([5], 4, 11, 12),
    ([], 3, 11, 12),
    ([1, 2], 4, 37, 38),
)


def _loss(p: Floats, targets: Labels, padding: int) -> float:
    wanted = [(t, c) for t, c in enumerate(targets[1:]) if c != padding]
    return float(-np.mean([np.log(p[t, c]) for t, c in wanted]))


def _loss_with_padding(p: Floats, targets: Labels, padding: int) -> float:
    return float(-np.mean([np.log(p[t, c]) for t, c in enumerate(targets[1:])]))


def _loss_summed(p: Floats, targets: Labels, padding: int) -> float:
    return _loss(p, targets, padding) * sum(c != padding for c in targets[1:])


def _loss_of_the_present(p: Floats, targets: Labels, padding: int) -> float:
    wanted = [(t, c) for t, c in enumerate(targets) if c != padding]
    return float(-np.mean([np.log(p[t, c]) for t, c in wanted]))


def _loss_negative(p: Floats, targets: Labels, padding: int) -> float:
    return -_loss(p, targets, padding)


def _loss_of_means(p: Floats, targets: Labels, padding: int) -> float:
    wanted = [(t, c) for t, c in enumerate(targets[1:]) if c != padding]
    return float(-np.log(np.mean([p[t, c] for t, c in wanted])))


_SAID = np.array(
    [
        [0.1, 0.6, 0.1, 0.1, 0.1],
        [0.3, 0.1, 0.2, 0.3, 0.1],
        [0.1, 0.1, 0.1, 0.5, 0.2],
        [0.2, 0.2, 0.2, 0.3, 0.1],
        [0.4, 0.1, 0.2, 0.2, 0.1],
    ]
)
_GUIDED = ((_SAID, (3, 1, 2, 3, 4), 4), (_SAID, (3, 2, 3, 4, 4), 4), (_SAID, (3, 1, 1, 0, 3), 4))


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_places, _keys, _maps = _like(_PLACES), _like(_KEYS), _like(_MAPS)
_widths, _texts, _guided = _like(_WIDTHS), _like(_TEXTS), _like(_GUIDED)

QUESTIONS = (
    Question(
        "13-sees",
        right=_places(_sees),
        mistakes=(
            Mistake(
                _places(_sees_too_far),
                "The window is that wide in all: half of it lies on either side.",
            ),
            Mistake(
                _places(_sees_along_the_list),
                "Neighbours in the list need not be neighbours in the picture: the end of one row"
                " is followed by the beginning of the next.",
            ),
            Mistake(_places(_sees_turned), "Which of the two numbers counts rows?"),
            Mistake(_places(_sees_either), "Both distances have to be small enough, not one."),
        ),
        hint="Find row and column of both patches, `divmod` does it, and compare each of the two"
        " distances with half of the window.",
    ),
    Question(
        "13-weights",
        right=_keys(_weights),
        mistakes=(
            Mistake(_keys(_weights_unscaled), "A division is missing in front of the exponential."),
            Mistake(_keys(_weights_scaled_twice), "Scores are divided by the root of d."),
            Mistake(_keys(_weights_as_scores), "Those are the scores. Weights are above 0."),
            Mistake(_keys(_weights_as_powers), "What should all weights add up to?"),
        ),
        hint="Compare the question with each key by a product, divide by the root of their length,"
        " take the exponential, and make the sum 1.",
    ),
    Question(
        "13-products",
        right=_maps(_products),
        mistakes=(
            Mistake(
                _maps(_products_once),
                "That is comparing. The means of the offers are taken, too.",
            ),
            Mistake(_maps(_products_of_scores), "That counts pairs. What does one pair cost?"),
            Mistake(
                _maps(_products_linear),
                "Those are the layers that make q, k, v and what comes out: work with weights."
                " Asked is the work between places.",
            ),
            Mistake(_maps(_products_not_squared), "Every place looks at every place."),
        ),
        hint="Every place compares itself with every place, one product per channel, and then takes"
        " a mean over every place, again one product per channel.",
    ),
    Question(
        "13-columns",
        right=_widths(_columns),
        mistakes=(
            Mistake(
                _widths(_columns_rounded_down),
                "Nearly: a convolution with padding rounds up, and only the pooling rounds down.",
            ),
            Mistake(
                _widths(_columns_rounded_up),
                "Nearly: the pooling at the end leaves a column out that has no partner.",
            ),
            Mistake(_widths(_columns_of_crnn), "The last block steps, too. Count three halvings."),
        ),
        hint="Halve three times: the stem and the last block round up, the pooling rounds down.",
    ),
    Question(
        "13-texts",
        right=_texts(_targets),
        mistakes=(
            Mistake(_texts(_targets_open), "How would the guide learn when to stop?"),
            Mistake(
                _texts(_targets_without_start),
                "Something has to stand in front, from which the first character follows.",
            ),
            Mistake(_texts(_targets_blank), "Class 0 is not the padding here."),
            Mistake(_texts(_targets_unfilled), "All texts of a batch must be equally long."),
        ),
        hint="Start, the characters, start once more as the end, and padding up to `places`.",
    ),
    Question(
        "13-guide-loss",
        right=_guided(_loss),
        mistakes=(
            Mistake(_guided(_loss_with_padding), "Padding teaches nothing: leave it out."),
            Mistake(_guided(_loss_summed), "Take the mean, or long texts count for more."),
            Mistake(
                _guided(_loss_of_the_present),
                "At place t the guide knows `targets[t]` already. What shall it say there?",
            ),
            Mistake(_guided(_loss_negative), "A loss falls as the guide gets better."),
            Mistake(_guided(_loss_of_means), "First the logarithm of each, then the mean."),
        ),
        hint="Row t of `p` speaks of `targets[t + 1]`. Take -ln of what it gives to that class,"
        " and the mean over all that are not padding.",
    ),
)
