"""Questions of chapter 10: the deciding step of each family of recognisers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Prices = Mapping[tuple[int, int], float]
Array = NDArray[np.float64]
Region = tuple[float, Sequence[int]]


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    return lambda reference: behaves_like(reference, *inputs)


def _cheapest(prices: Prices, cuts: int) -> float:
    best = [0.0]
    for j in range(1, cuts):
        best.append(min([best[i] + prices[i, j] for i in range(j) if (i, j) in prices] + [np.inf]))
    return float(best[-1])


def _cheapest_first(prices: Prices, cuts: int) -> float:
    """Takes the cheapest next piece, again and again."""
    total, i = 0.0, 0
    while i < cuts - 1:
        options = [(prices[i, j], j) for j in range(i + 1, cuts) if (i, j) in prices]
        if not options:
            return float("inf")
        price, i = min(options)
        total += price
    return total


def _finest(prices: Prices, cuts: int) -> float:
    return sum(prices.get((i, i + 1), float("inf")) for i in range(cuts - 1))


def _one_piece(prices: Prices, cuts: int) -> float:
    return prices.get((0, cuts - 1), float("inf"))


def _fewest(prices: Prices, cuts: int) -> float:
    """The cheapest among the rows with the fewest pieces."""
    best = [(0, 0.0)]
    for j in range(1, cuts):
        options = [
            (best[i][0] + 1, best[i][1] + prices[i, j]) for i in range(j) if (i, j) in prices
        ]
        best.append(min([*options, (cuts, np.inf)]))
    return float(best[-1][1])


_ROWS: tuple[tuple[Prices, int], ...] = (
    ({(0, 1): 3.0, (1, 2): 3.0, (0, 2): 5.0}, 3),
    ({(0, 1): 1.0, (0, 2): 4.0, (1, 2): 9.0, (1, 3): 9.0, (2, 3): 2.0}, 4),
    ({(0, 1): 1.0, (1, 2): 1.0, (2, 3): 1.0, (0, 3): 9.0}, 4),
    ({(0, 1): 2.0, (0, 2): 2.5, (1, 3): 2.0, (2, 4): 2.5, (3, 4): 2.0, (0, 4): 8.0}, 5),
)


def _letters(regions: Sequence[Region]) -> list[int]:
    return [int(np.bincount(votes).argmax()) for _, votes in sorted(regions)]


def _letters_unsorted(regions: Sequence[Region]) -> list[int]:
    return [int(np.bincount(votes).argmax()) for _, votes in regions]


def _letters_first_vote(regions: Sequence[Region]) -> list[int]:
    return [votes[0] for _, votes in sorted(regions)]


def _letters_largest(regions: Sequence[Region]) -> list[int]:
    return [max(votes) for _, votes in sorted(regions)]


def _letters_reversed(regions: Sequence[Region]) -> list[int]:
    return _letters(regions)[::-1]


def _letters_merged(regions: Sequence[Region]) -> list[int]:
    found = _letters(regions)
    return [c for i, c in enumerate(found) if i == 0 or c != found[i - 1]]


_REGIONS: tuple[tuple[Sequence[Region]], ...] = (
    ([(9.0, (4, 2, 2, 2)), (3.0, (1, 1, 5))],),
    ([(12.5, (3, 3)), (4.0, (7, 6, 6)), (8.0, (3, 3, 9, 3))],),
    ([(2.0, (5, 5)), (6.0, (5, 5, 1))],),
    ([],),
)


def _until_end(row: Sequence[int]) -> list[int]:
    row = list(row)
    return row[: row.index(0)] if 0 in row else row


def _without_zeros(row: Sequence[int]) -> list[int]:
    return [c for c in row if c]


def _collapsed(row: Sequence[int]) -> list[int]:
    return [c for i, c in enumerate(row) if c and (i == 0 or c != row[i - 1])]


def _end_included(row: Sequence[int]) -> list[int]:
    return [*_until_end(row), 0] if 0 in row else list(row)


def _end_needed(row: Sequence[int]) -> list[int]:
    return _until_end(row) if 0 in row else []


_SLOTS: tuple[tuple[Sequence[int]], ...] = (
    ([3, 5, 5, 0, 0, 0],),
    ([4, 0, 7, 0, 0],),
    ([1, 2, 3],),
    ([0, 0, 6],),
)


def _columns(text: str) -> int:
    return len(text) + sum(a == b for a, b in pairwise(text))


def _columns_plain(text: str) -> int:
    return len(text)


def _columns_merged(text: str) -> int:
    return len(text) - sum(a == b for a, b in pairwise(text))


def _columns_all_blanks(text: str) -> int:
    return 2 * len(text) + 1


def _columns_between(text: str) -> int:
    return max(0, 2 * len(text) - 1)


def _columns_repeats(text: str) -> int:
    return len(text) + len(text) - len(set(text))


_TEXTS: tuple[tuple[str], ...] = (("melon",), ("moon",), ("iiii",), ("aerial",), ("",), ("eel",))


def _softmax(scores: Array) -> Array:
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def _glimpse(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray(_softmax(keys @ query) @ columns)


def _glimpse_plain(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray((keys @ query) @ columns)


def _glimpse_not_divided(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray(np.exp(keys @ query) @ columns)


def _glimpse_hard(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray(columns[(keys @ query).argmax()])


def _glimpse_mean(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray(columns.mean(axis=0))


def _glimpse_of_keys(query: Array, keys: Array, columns: Array) -> Array:
    return np.asarray(_softmax(keys @ query) @ keys)


def _weights_only(query: Array, keys: Array, columns: Array) -> Array:
    return _softmax(keys @ query)


_LOOKS: tuple[tuple[Array, Array, Array], ...] = tuple(
    (rng.normal(size=2), rng.normal(size=(4, 2)), rng.normal(size=(4, 2)) + 2)
    for rng in map(np.random.default_rng, range(3))
)

QUESTIONS = (
    Question(
        "10-cheapest",
        right=_like(_ROWS)(_cheapest),
        mistakes=(
            Mistake(
                _like(_ROWS)(_cheapest_first),
                "You take the cheapest next piece. A piece that is cheap now may leave something"
                " expensive; keep the best total for *every* cut.",
            ),
            Mistake(_like(_ROWS)(_finest), "That cuts everywhere. Pieces may span several cuts."),
            Mistake(_like(_ROWS)(_one_piece), "That is the price of the word as one piece."),
            Mistake(
                _like(_ROWS)(_fewest),
                "You prefer few pieces whatever they cost. Here only the sum counts.",
            ),
        ),
        hint="Let best[0] be 0. best[j] is the least best[i] + prices[i, j] over all i before j for"
        " which there is such a piece, infinity if there is none. The answer is the last one.",
    ),
    Question(
        "10-letters",
        right=_like(_REGIONS)(_letters),
        mistakes=(
            Mistake(
                _like(_REGIONS)(_letters_unsorted),
                "The right letters in the order in which the regions came. Text runs from left to"
                " right.",
            ),
            Mistake(_like(_REGIONS)(_letters_reversed), "That runs from right to left."),
            Mistake(
                _like(_REGIONS)(_letters_first_vote),
                "You trust the first px of each region. Let all of them vote.",
            ),
            Mistake(
                _like(_REGIONS)(_letters_largest),
                "That is the largest class number in the region, not the one named most often.",
            ),
            Mistake(
                _like(_REGIONS)(_letters_merged),
                "Equal neighbours are two letters here: each has a region of its own. Merging is"
                " CTC's business.",
            ),
        ),
        hint="Sort the regions by x. From each take the class that most of its px name.",
    ),
    Question(
        "10-slots",
        right=_like(_SLOTS)(_until_end),
        mistakes=(
            Mistake(
                _like(_SLOTS)(_without_zeros),
                "You drop the zeros and keep what stands behind them. The first 0 is the end.",
            ),
            Mistake(
                _like(_SLOTS)(_collapsed),
                "That is CTC's collapse. Slots do not merge: each is a letter of its own.",
            ),
            Mistake(_like(_SLOTS)(_end_included), "The 0 itself is not part of the text."),
            Mistake(
                _like(_SLOTS)(_end_needed),
                "A word may fill all slots; then there is no 0 and all of them are text.",
            ),
        ),
        hint="All classes before the first 0, or all of them if there is none.",
    ),
    Question(
        "10-columns",
        right=_like(_TEXTS)(_columns),
        mistakes=(
            Mistake(
                _like(_TEXTS)(_columns_plain),
                "Right for melon. In moon, two equal letters need something between them.",
            ),
            Mistake(
                _like(_TEXTS)(_columns_merged),
                "Twins need one column more, not one less.",
            ),
            Mistake(
                _like(_TEXTS)(_columns_all_blanks),
                "Blanks may stand everywhere and must stand only between twins.",
            ),
            Mistake(
                _like(_TEXTS)(_columns_between),
                "A blank is needed between *equal* neighbours only.",
            ),
            Mistake(
                _like(_TEXTS)(_columns_repeats),
                "Only *neighbours* that are equal need a blank: aerial has a letter twice and"
                " needs none.",
            ),
        ),
        hint="One column for each letter, and one for each pair of equal neighbours.",
    ),
    Question(
        "10-glimpse",
        right=_like(_LOOKS)(_glimpse),
        mistakes=(
            Mistake(
                _like(_LOOKS)(_glimpse_plain),
                "The similarities themselves are no weights: they may be negative, and do not sum"
                " to 1.",
            ),
            Mistake(
                _like(_LOOKS)(_glimpse_not_divided),
                "Positive now, but the weights do not sum to 1.",
            ),
            Mistake(
                _like(_LOOKS)(_glimpse_hard),
                "That takes the most similar column alone. Such a choice has no gradient; take the"
                " weighted mean of all.",
            ),
            Mistake(
                _like(_LOOKS)(_glimpse_mean),
                "All columns count alike in yours. Weigh them by their similarity to the query.",
            ),
            Mistake(
                _like(_LOOKS)(_glimpse_of_keys),
                "Right weights. But keys only decide where to look; what is seen stands in"
                " `columns`.",
            ),
            Mistake(
                _like(_LOOKS)(_weights_only),
                "These are the weights. The glimpse is the mean of the columns under them.",
            ),
        ),
        hint="Similarities keys @ query, softmax over the columns, then the weighted sum of the"
        " rows of `columns`.",
    ),
)
