"""Wrong answers to the questions of chapter 15, each with a part of the hint it must get."""

from __future__ import annotations

import math
from collections import Counter


def _fold(text):
    return " ".join(text.lower().split())


def same_no_spaces(read, written):
    return read.lower().replace(" ", "") == written.lower().replace(" ", "")


def same_no_marks(read, written):
    def kept(text):
        return _fold("".join(c if c.isalnum() else " " * (c == " ") for c in text))

    return kept(read) == kept(written)


def pair_counts(faults, right=False, nothing=False):
    counts = Counter()
    for a, b, n in faults:
        if (a != b or right) and ((a and b) or nothing):
            counts["".join(sorted((a, b))) if a and b else (a, b)] += n
    top = counts.most_common(1)[0][0]
    return tuple(sorted(top)) if len(top) == 2 else (top, top)


def pair_one_way(faults):
    kept = [f for f in faults if f[0] and f[1] and f[0] != f[1]]
    kept.sort(key=lambda f: f[2])
    return tuple(sorted(kept[-1][:2]))


def pair_kinds(faults):
    counts = Counter(tuple(sorted(f[:2])) for f in faults if f[0] and f[1] and f[0] != f[1])
    top = max(counts.values())
    return sorted(pair for pair in counts if counts[pair] == top)[0]


def _fitting(aspects, height, share):
    return sorted(aspects)[round(math.ceil(round(share * len(aspects), 6))) - 1] * height


def width_down(aspects, height, share, step):
    return int(_fitting(aspects, height, share) / step + 1e-6) * step


def width_nearest(aspects, height, share, step):
    return int(_fitting(aspects, height, share) / step + 0.5) * step


def width_mean(aspects, height, share, step):
    return -int(-height * sum(aspects) / len(aspects) // step) * step


def width_part(aspects, height, share, step):
    return math.ceil(max(aspects) * share * height / step) * step


def width_all(aspects, height, share, step):
    return math.ceil(max(aspects) * height / step) * step


def width_plain(aspects, height, share, step):
    return _fitting(aspects, height, share)


def draws_list(sizes, ratios, source, samples):
    return samples / sum(sizes)


def draws_unshared(sizes, ratios, source, samples):
    return ratios[source] * samples / sizes[source]


def draws_source(sizes, ratios, source, samples):
    return ratios[source] * samples / sum(ratios)


def draws_file(sizes, ratios, source, samples):
    epoch = sum(s * r for s, r in zip(sizes, ratios, strict=True))
    return ratios[source] * samples / epoch


def step_training(curve):
    top = max(train for _, train, _ in curve)
    return next(step for step, train, _ in curve if train == top)


def step_last(curve):
    return max(step for step, _, _ in curve)


def step_late(curve):
    return max(curve, key=lambda row: (row[2], row[0]))[0]


def step_gap(curve):
    gaps = {step: train - val for step, train, val in curve}
    return min(gaps, key=gaps.get)


def step_value(curve):
    return max(row[2] for row in curve)


def needed_linear(count, now, gain, target):
    return count + count * (target - now) / gain


def needed_proportional(count, now, gain, target):
    return count / now * target


def needed_natural(count, now, gain, target):
    return count * math.e ** ((target - now) / gain)


def needed_more(count, now, gain, target):
    return count * (2 ** ((target - now) / gain) - 1)


WRONG = {
    "15-same": [
        (same_no_spaces, "that there is one does"),
        (same_no_marks, "marks go as well"),
        (lambda read, written: read.split() == written.split(), "still different"),
        (lambda read, written: read.lower() == written.lower(), "two spaces for one"),
        (lambda read, written: read == written, "exact protocol"),
        (lambda read, written: True, "one form"),
    ],
    "15-pair": [
        (lambda faults: pair_counts(faults, right=True), "read rightly"),
        (lambda faults: pair_counts(faults, nothing=True), "left out"),
        (pair_one_way, "add them up"),
        (pair_kinds, "third entry"),
        (lambda faults: ("0", "8"), "both directions"),
    ],
    "15-width": [
        (width_down, "Rounded down"),
        (width_nearest, "to the nearest"),
        (width_mean, "The mean holds"),
        (width_part, "share of the widest"),
        (width_all, "Only a share"),
        (width_plain, "multiple of the step"),
        (lambda aspects, height, share, step: step, "Sort the aspect ratios"),
    ],
    "15-draws": [
        (draws_list, "one list"),
        (draws_unshared, "Divide by their sum"),
        (draws_source, "share these draws"),
        (draws_file, "ratio_list"),
        (lambda sizes, ratios, source, samples: 1.0, "share that evenly"),
    ],
    "15-step": [
        (step_training, "own lines"),
        (step_last, "last step"),
        (step_late, "cost less"),
        (step_gap, "no aim"),
        (step_value, "At which step"),
        (lambda curve: 0, "first time"),
    ],
    "15-needed": [
        (needed_linear, "twice as many"),
        (needed_proportional, "not proportional"),
        (needed_natural, "multiplied by itself"),
        (needed_more, "to be added"),
        (lambda count, now, gain, target: count, "How many doublings"),
    ],
}
