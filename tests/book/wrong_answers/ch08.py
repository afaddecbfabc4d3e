"""Wrong answers to the questions of chapter 8, each with a part of the hint it must get."""

from __future__ import annotations

import math


def steps_down(epochs, pictures, batch):
    return epochs * (pictures // batch)


def steps_over_epochs(epochs, pictures, batch):
    return -(-epochs * pictures // batch)


def steps_pictures(epochs, pictures, batch):
    return epochs * pictures


def steps_one_epoch(epochs, pictures, batch):
    return -(-pictures // batch)


def _fits(name, prefix):
    return name == prefix or name.startswith(prefix + ".")


def trained_frozen(names, freeze):
    return [n for n in names if any(_fits(n, p) for p in freeze)]


def trained_letters(names, freeze):
    kept = []
    for name in names:
        for prefix in freeze:
            if name[: len(prefix)] == prefix:
                break
        else:
            kept.append(name)
    return kept


def trained_dot(names, freeze):
    return [n for n in names if not any(n.startswith(p + ".") for p in freeze)]


def trained_anywhere(names, freeze):
    return [n for n in names if all(n.find(p) < 0 for p in freeze)]


def trained_whole(names, freeze):
    return [n for n in names if n not in set(freeze)]


def rate_first(name, lr, scales):
    for prefix, scale in scales.items():
        if _fits(name, prefix):
            return lr * scale
    return lr


def rate_last(name, lr, scales):
    found = lr
    for prefix, scale in scales.items():
        if _fits(name, prefix):
            found = lr * scale
    return found


def rate_product(name, lr, scales):
    for prefix, scale in scales.items():
        if _fits(name, prefix):
            lr *= scale
    return lr


def rate_smallest(name, lr, scales):
    return lr * min([1.0, *(s for p, s in scales.items() if _fits(name, p))])


def rate_nothing(name, lr, scales):
    fits = [p for p in scales if _fits(name, p)]
    return lr * scales[max(fits, key=len)] if fits else 0.0


def _sides(height, width, limit, how):
    scale = min(1, limit / max(height, width))
    return tuple(32 * how(side * scale / 32) for side in (height, width))


def side_zero(height, width, limit):
    return _sides(height, width, limit, lambda x: int(x + 0.5))


def side_even(height, width, limit):
    return _sides(height, width, limit, lambda x: max(1, round(x)))


def side_down(height, width, limit):
    return _sides(height, width, limit, lambda x: max(1, int(x)))


def side_up(height, width, limit):
    return _sides(height, width, limit, math.ceil)


def side_enlarged(height, width, limit):
    scale = limit / max(height, width)
    return tuple(32 * max(1, int(side * scale / 32 + 0.5)) for side in (height, width))


def side_each(height, width, limit):
    return tuple(32 * max(1, int(min(side, limit) / 32 + 0.5)) for side in (height, width))


def side_plain(height, width, limit):
    scale = min(1, limit / max(height, width))
    return round(height * scale), round(width * scale)


def choose_first(trials, now):
    return max(trials, key=trials.get)


def choose_last(trials, now):
    best = max(trials.values())
    return [v for v in trials if trials[v] == best][-1]


def choose_figure(trials, now):
    return max(trials.values())


def choose_farthest(trials, now):
    best = max(trials.values())
    return sorted((v for v in trials if trials[v] == best), key=lambda v: -abs(v - now))[0]


WRONG = {
    "08-steps": [
        (steps_down, "never does a step"),
        (steps_over_epochs, "once per epoch"),
        (steps_pictures, "share a step"),
        (steps_one_epoch, "one epoch"),
        (lambda epochs, pictures, batch: 0, "take three"),
    ],
    "08-trained": [
        (trained_frozen, "stay as they are"),
        (trained_letters, "another stage"),
        (trained_dot, "no dot follows"),
        (trained_anywhere, "does not begin with it"),
        (trained_whole, "everything below it"),
        (lambda names, freeze: [], "and a dot"),
    ],
    "08-rate": [
        (rate_first, "says most about the name"),
        (rate_last, "says most about the name"),
        (rate_product, "do not multiply"),
        (rate_smallest, "Not the smallest"),
        (rate_nothing, "full rate"),
        (lambda name, lr, scales: lr, "the longest decides"),
    ],
    "08-side": [
        (side_zero, "at least 32"),
        (side_even, "halves go up"),
        (side_down, "not always down"),
        (side_up, "not always up"),
        (side_enlarged, "not enlarged"),
        (side_each, "same factor"),
        (side_plain, "multiples of 32"),
        (lambda height, width, limit: (limit, limit), "One factor for both"),
    ],
    "08-choose": [
        (choose_first, "changes least"),
        (choose_last, "changes least"),
        (choose_figure, "Which value was it"),
        (choose_farthest, "changes most"),
        (lambda trials, now: now, "nearest to"),
    ],
}
