"""Questions of chapter 12: attention by hand, what a decoder is taught, and the spline's kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, behaves_like

Array = NDArray[np.float64]


def _softmax(scores: Array) -> Array:
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum())


def _weights(query: Array, keys: Array, v: Array) -> Array:
    return _softmax(np.tanh(query + keys) @ v)


def _weights_no_softmax(query: Array, keys: Array, v: Array) -> Array:
    return np.asarray(np.tanh(query + keys) @ v)


def _weights_no_tanh(query: Array, keys: Array, v: Array) -> Array:
    return _softmax((query + keys) @ v)


def _weights_no_query(query: Array, keys: Array, v: Array) -> Array:
    return _softmax(np.tanh(keys) @ v)


def _weights_no_exponential(query: Array, keys: Array, v: Array) -> Array:
    scores = np.tanh(query + keys) @ v
    return np.asarray(scores / scores.sum())


_LOOKS = (
    (
        np.array([0.5, -1.0]),
        np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5]]),
        np.array([2.0, 1.0]),
    ),
    (np.array([0.0]), np.array([[3.0], [-3.0], [0.2], [0.1]]), np.array([-1.5])),
)


def _glimpse(weights: Array, columns: Array) -> Array:
    return np.asarray(weights @ columns)


def _glimpse_unweighed(weights: Array, columns: Array) -> Array:
    return np.asarray(columns.mean(axis=0))


def _glimpse_best(weights: Array, columns: Array) -> Array:
    return np.asarray(columns[weights.argmax()])


def _glimpse_not_summed(weights: Array, columns: Array) -> Array:
    return np.asarray(weights[:, None] * columns)


def _glimpse_divided(weights: Array, columns: Array) -> Array:
    return np.asarray((weights[:, None] * columns).mean(axis=0))


_SEEN = (
    (np.array([0.2, 0.7, 0.1]), np.array([[1.0, 0.0], [0.0, 2.0], [4.0, -1.0]])),
    (np.array([0.5, 0.5]), np.array([[1.0], [3.0]])),
    (np.array([0.9, 0.0, 0.1]), np.array([[5.0, 1.0], [7.0, 7.0], [-5.0, 3.0]])),
)

Pair = tuple[list[int], list[int]]


def _taught(label: Sequence[int]) -> Pair:
    return [0, *label], [*label, 0]


def _taught_no_end(label: Sequence[int]) -> Pair:
    return [0, *label][:-1], list(label)


def _taught_no_start(label: Sequence[int]) -> Pair:
    return list(label), [*label[1:], 0]


def _taught_copying(label: Sequence[int]) -> Pair:
    return [*label, 0], [*label, 0]


def _taught_swapped(label: Sequence[int]) -> Pair:
    inputs, targets = _taught(label)
    return targets, inputs


_LABELS: tuple[tuple[Sequence[int], ...], ...] = (([3, 1, 20],), ([7],), ([2, 2],))


def _counts(lengths: Sequence[int], places: int) -> list[list[bool]]:
    return [[place <= length for place in range(places)] for length in lengths]


def _counts_no_end(lengths: Sequence[int], places: int) -> list[list[bool]]:
    return [[place < length for place in range(places)] for length in lengths]


def _counts_all(lengths: Sequence[int], places: int) -> list[list[bool]]:
    return [[True] * places for _ in lengths]


def _counts_end_only(lengths: Sequence[int], places: int) -> list[list[bool]]:
    return [[place == length for place in range(places)] for length in lengths]


_BATCHES = (((3, 1), 4), ((2, 0, 4), 5))


def _loss(p: Array, counts: NDArray[np.bool_]) -> float:
    return float(-np.log(p)[counts].mean())


def _loss_everywhere(p: Array, counts: NDArray[np.bool_]) -> float:
    return float(-np.log(p).mean())


def _loss_zeros_counted(p: Array, counts: NDArray[np.bool_]) -> float:
    return float((-np.log(p) * counts).mean())


def _loss_per_text(p: Array, counts: NDArray[np.bool_]) -> float:
    return float(np.mean([-np.log(a)[b].mean() for a, b in zip(p, counts, strict=True)]))


def _loss_sum(p: Array, counts: NDArray[np.bool_]) -> float:
    return float(-np.log(p)[counts].sum())


def _loss_log_of_mean(p: Array, counts: NDArray[np.bool_]) -> float:
    return float(-np.log(p[counts].mean()))


_RIGHT = (
    (
        np.array([[0.9, 0.5, 0.8], [0.6, 0.7, 0.1]]),
        np.array([[True, True, True], [True, True, False]]),
    ),
    (
        np.array([[0.4, 0.3, 0.2, 0.9], [0.8, 0.05, 0.5, 0.5]]),
        np.array([[True, True, False, False], [True, True, True, True]]),
    ),
)


def _written(classes: Sequence[int]) -> list[int]:
    return list(classes[: classes.index(0)]) if 0 in classes else list(classes)


def _written_zeros_dropped(classes: Sequence[int]) -> list[int]:
    return [c for c in classes if c]


def _written_with_end(classes: Sequence[int]) -> list[int]:
    return list(classes[: classes.index(0) + 1]) if 0 in classes else list(classes)


def _written_merged(classes: Sequence[int]) -> list[int]:
    text = _written(classes)
    return [c for i, c in enumerate(text) if i == 0 or c != text[i - 1]]


def _written_last_end(classes: Sequence[int]) -> list[int]:
    classes = list(classes)
    return classes[: len(classes) - 1 - classes[::-1].index(0)] if 0 in classes else classes


_ROWS = (
    ((3, 1, 20, 0, 7, 0),),
    ((5, 5, 2, 0, 0),),
    ((0, 4, 4),),
    ((1, 2, 3),),
)


def _bending(distance: float) -> float:
    return float(distance**2 * np.log(distance)) if distance > 0 else 0.0


def _bending_not_squared(distance: float) -> float:
    return float(distance * np.log(distance)) if distance > 0 else 0.0


def _bending_doubled(distance: float) -> float:
    return 2 * _bending(distance)


def _bending_undefined(distance: float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(distance) ** 2 * np.log(np.float64(distance)))


_DISTANCES = ((2.0,), (0.5,), (1.0,), (0.0,))


QUESTIONS = (
    Question(
        "12-weights",
        right=behaves_like(_weights, *_LOOKS),
        mistakes=(
            Mistake(
                behaves_like(_weights_no_softmax, *_LOOKS),
                "Those are the scores. Weights are positive and add up to 1: what makes them so?",
            ),
            Mistake(
                behaves_like(_weights_no_tanh, *_LOOKS),
                "Without the tanh the query adds the same to every score, and the softmax takes"
                " it out again: all queries would look at the same place.",
            ),
            Mistake(
                behaves_like(_weights_no_query, *_LOOKS),
                "Nobody has asked anything yet: the query is added to every key.",
            ),
            Mistake(
                behaves_like(_weights_no_exponential, *_LOOKS),
                "Scores may be negative, and so would be these weights.",
            ),
        ),
        hint="Add the query to every key, take the tanh, multiply with v; one score per column."
        " Then a softmax over the columns.",
    ),
    Question(
        "12-glimpse",
        right=behaves_like(_glimpse, *_SEEN),
        mistakes=(
            Mistake(
                behaves_like(_glimpse_unweighed, *_SEEN),
                "That looks at all columns alike. What are the weights for?",
            ),
            Mistake(
                behaves_like(_glimpse_best, *_SEEN),
                "Taking the best column has no gradient with respect to the weights.",
            ),
            Mistake(
                behaves_like(_glimpse_not_summed, *_SEEN),
                "The columns are weighed, but still apart: one vector has to come out.",
            ),
            Mistake(
                behaves_like(_glimpse_divided, *_SEEN),
                "The weights add up to 1 already: do not divide by the number of columns.",
            ),
        ),
        hint="The sum over all columns of weight times column.",
    ),
    Question(
        "12-taught",
        right=behaves_like(_taught, *_LABELS),
        mistakes=(
            Mistake(
                behaves_like(_taught_no_end, *_LABELS),
                "Nobody teaches the decoder to stop: a place more is needed.",
            ),
            Mistake(
                behaves_like(_taught_no_start, *_LABELS),
                "What does the decoder get before it has written anything? The first character"
                " has to be written, too.",
            ),
            Mistake(
                behaves_like(_taught_copying, *_LABELS),
                "Each place would be told the very character that it shall write.",
            ),
            Mistake(
                behaves_like(_taught_swapped, *_LABELS),
                "You have both, but the inputs are in the place of the targets.",
            ),
        ),
        hint="Both lists have one entry more than the label; the inputs lag one behind the"
        " targets.",
    ),
    Question(
        "12-counts",
        right=behaves_like(_counts, *_BATCHES),
        mistakes=(
            Mistake(
                behaves_like(_counts_no_end, *_BATCHES),
                "The end is a class to be learnt as well: its place counts.",
            ),
            Mistake(
                behaves_like(_counts_all, *_BATCHES),
                "What stands behind the end of a short text is padding.",
            ),
            Mistake(
                behaves_like(_counts_end_only, *_BATCHES),
                "Those are the ends alone. The characters count, too.",
            ),
        ),
        hint="A text of n characters has n + 1 places that count: 0 to n.",
    ),
    Question(
        "12-loss",
        right=behaves_like(_loss, *_RIGHT),
        mistakes=(
            Mistake(
                behaves_like(_loss_everywhere, *_RIGHT),
                "Padding takes part. Leave out the places that do not count.",
            ),
            Mistake(
                behaves_like(_loss_zeros_counted, *_RIGHT),
                "Padding adds nothing to the sum, but you still divide by it.",
            ),
            Mistake(
                behaves_like(_loss_per_text, *_RIGHT),
                "A mean of means gives the characters of short texts more weight. Here every"
                " place counts the same.",
            ),
            Mistake(
                behaves_like(_loss_sum, *_RIGHT),
                "That is the sum; it would grow with the batch.",
            ),
            Mistake(
                behaves_like(_loss_log_of_mean, *_RIGHT),
                "First the logarithm, then the mean.",
            ),
        ),
        hint="-ln of every probability that counts, and the mean of these.",
    ),
    Question(
        "12-written",
        right=behaves_like(_written, *_ROWS),
        mistakes=(
            Mistake(
                behaves_like(_written_zeros_dropped, *_ROWS),
                "That treats 0 like CTC's blank. Here nothing behind the first 0 means anything.",
            ),
            Mistake(
                behaves_like(_written_with_end, *_ROWS),
                "The end itself is no character.",
            ),
            Mistake(
                behaves_like(_written_merged, *_ROWS),
                "Each place is a character of its own: nothing is merged.",
            ),
            Mistake(
                behaves_like(_written_last_end, *_ROWS),
                "The first end counts, not the last.",
            ),
        ),
        hint="Everything before the first 0; all of it if there is none.",
        praise="Right. That is all the decoding there is: no merging, no blanks.",
    ),
    Question(
        "12-bending",
        right=behaves_like(_bending, *_DISTANCES),
        mistakes=(
            Mistake(
                behaves_like(_bending_not_squared, *_DISTANCES),
                "The distance in front of the logarithm is squared.",
            ),
            Mistake(
                behaves_like(_bending_doubled, *_DISTANCES),
                "Twice too large: the logarithm is that of the distance, not of its square.",
            ),
            Mistake(
                behaves_like(_bending_undefined, *_DISTANCES),
                "At a distance of 0 you get 0 times minus infinity. Which value does it tend to?",
            ),
        ),
        hint="The square of the distance times its natural logarithm, and 0 at 0.",
    ),
)
