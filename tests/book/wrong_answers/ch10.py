"""Wrong answers to the questions of chapter 10, each with a part of the hint it must get."""

from __future__ import annotations

import itertools

import numpy as np

INF = float("inf")


def cheapest_greedy(prices, cuts):
    total, i = 0, 0
    while i < cuts - 1:
        j = min((j for j in range(cuts) if (i, j) in prices), key=lambda j: prices[i, j])
        total, i = total + prices[i, j], j
    return total


def cheapest_everywhere(prices, cuts):
    return sum(prices.get(pair, INF) for pair in itertools.pairwise(range(cuts)))


def cheapest_whole(prices, cuts):
    return prices.get((0, cuts - 1), INF)


def cheapest_few(prices, cuts):
    rows = []
    for count in range(cuts):
        for inner in itertools.combinations(range(1, cuts - 1), count):
            row = [prices.get(pair, INF) for pair in itertools.pairwise((0, *inner, cuts - 1))]
            if sum(row) < INF:
                rows.append((len(row), sum(row)))
    return min(rows)[1]


def cheapest_single(prices, cuts):
    return min(prices.values())


def most_common(votes):
    return max(set(votes), key=votes.count)


def letters_as_they_come(regions):
    return [most_common(votes) for _, votes in regions]


def letters_backwards(regions):
    return [most_common(votes) for _, votes in sorted(regions, reverse=True)]


def letters_by_first_px(regions):
    return [votes[0] for _, votes in sorted(regions)]


def letters_by_largest(regions):
    return [max(votes) for _, votes in sorted(regions)]


def letters_collapsed(regions):
    return [c for c, _ in itertools.groupby(most_common(votes) for _, votes in sorted(regions))]


def letters_by_mean(regions):
    return [round(sum(votes) / len(votes)) for _, votes in sorted(regions)]


def slots_without_zeros(row):
    return [c for c in row if c != 0]


def slots_collapsed(row):
    return [c for c, _ in itertools.groupby(row) if c != 0]


def slots_with_end(row):
    return row[: row.index(0) + 1] if 0 in row else row


def slots_must_end(row):
    return row[: row.index(0)] if 0 in row else []


def slots_until_last(row):
    return row[:-1]


def twins(text):
    return sum(a == b for a, b in itertools.pairwise(text))


def columns_plain(text):
    return len(text)


def columns_merged(text):
    return len(text) - twins(text)


def columns_with_all_blanks(text):
    return 2 * len(text) + 1


def columns_blank_between(text):
    return 2 * len(text) - 1 if text else 0


def columns_repeats(text):
    return 2 * len(text) - len(set(text))


def columns_fixed(text):
    return 32


def weights(query, keys):
    scores = np.exp(keys @ query)
    return scores / scores.sum()


def glimpse_without_softmax(query, keys, columns):
    return (keys @ query) @ columns


def glimpse_not_divided(query, keys, columns):
    return np.exp(keys @ query) @ columns


def glimpse_best(query, keys, columns):
    return columns[np.argmax(keys @ query)]


def glimpse_mean(query, keys, columns):
    return columns.mean(axis=0)


def glimpse_of_keys(query, keys, columns):
    return weights(query, keys) @ keys


def glimpse_weights(query, keys, columns):
    return weights(query, keys)


def glimpse_of_columns(query, keys, columns):
    return weights(query, columns) @ columns


WRONG = {
    "10-cheapest": [
        (cheapest_greedy, "cheapest next piece"),
        (cheapest_everywhere, "cuts everywhere"),
        (cheapest_whole, "as one piece"),
        (cheapest_few, "only the sum counts"),
        (cheapest_single, "Let best[0] be 0"),
    ],
    "10-letters": [
        (letters_as_they_come, "left to right"),
        (letters_backwards, "right to left"),
        (letters_by_first_px, "Let all of them vote"),
        (letters_by_largest, "largest class number"),
        (letters_collapsed, "CTC's business"),
        (letters_by_mean, "Sort the regions by x"),
    ],
    "10-slots": [
        (slots_without_zeros, "what stands behind them"),
        (slots_collapsed, "That is CTC's collapse"),
        (slots_with_end, "not part of the text"),
        (slots_must_end, "may fill all slots"),
        (slots_until_last, "before the first 0"),
    ],
    "10-columns": [
        (columns_plain, "need something between them"),
        (columns_merged, "one column more"),
        (columns_with_all_blanks, "must stand only between twins"),
        (columns_blank_between, "*equal* neighbours only"),
        (columns_repeats, "aerial has a letter twice"),
        (columns_fixed, "for each pair of equal neighbours"),
    ],
    "10-glimpse": [
        (glimpse_without_softmax, "no weights"),
        (glimpse_not_divided, "do not sum to 1"),
        (glimpse_best, "no gradient"),
        (glimpse_mean, "count alike"),
        (glimpse_of_keys, "only decide where to look"),
        (glimpse_weights, "These are the weights"),
        (glimpse_of_columns, "softmax over the columns"),
    ],
}
