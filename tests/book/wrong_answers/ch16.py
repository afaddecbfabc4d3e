"""Wrong answers to the questions of chapter 16, each with a part of the hint it must get."""

from __future__ import annotations

import math
import unicodedata


def seen(texts):
    return {c for text in texts for c in text}


def in_order(old, texts):
    out = old
    for text in texts:
        for c in text:
            if c not in out:
                out += c
    return out


def positions(before, after, missing=-1, first=1):
    where = {c: i for i, c in enumerate(before, start=first)}
    return [where.get(c, missing) for c in after]


def glued(text, most):
    signs = []
    for c in text:
        if unicodedata.category(c)[0] == "M" and signs and len(signs[-1]) <= most:
            signs[-1] = signs[-1] + c
        else:
            signs.append(c)
    return signs


def glued_backwards(text):
    return [sign[::-1] for sign in glued(text[::-1], 99)][::-1]


def linear(a, b, bias=True):
    return a * b + (b if bias else 0)


WRONG = {
    "16-append": [
        (lambda old, texts: "".join(sorted(seen(texts) | set(old))), "change their classes"),
        (lambda old, texts: old + "".join(sorted(seen(texts))), "already"),
        (lambda old, texts: "".join(sorted(seen(texts) - set(old))) + old, "behind the old"),
        (in_order, "Sort them"),
        (lambda old, texts: old, "as it is"),
    ],
    "16-move": [
        (lambda before, after: positions(before, after, first=0), "Class 0 is the blank"),
        (lambda before, after: [0, *positions(after, before)], "other direction"),
        (lambda before, after: [0, *positions(before, after, first=0)], "count from 1"),
        (lambda before, after: [0, *positions(before, after, missing=0)], "was nothing"),
        (lambda before, after: [0] * (len(after) + 1), "The first entry"),
    ],
    "16-split": [
        (lambda text: [*text], "code points"),
        (lambda text: glued(text, 1), "more than one"),
        (glued_backwards, "Marks follow"),
        (lambda text: [c for c in text if unicodedata.category(c)[0] != "M"], "drops the marks"),
        (lambda text: [text], "added to the last sign"),
    ],
    "16-head": [
        (
            lambda features, classes, waist: (
                linear(features, waist, False) + linear(waist, classes, False)
                if waist
                else linear(features, classes, False)
            ),
            "a bias",
        ),
        (lambda features, classes, waist: linear(waist or features, classes), "two layers"),
        (lambda features, classes, waist: linear(features, classes), "And the waist"),
        (lambda features, classes, waist: classes, "a * b"),
    ],
    "16-samples": [
        (lambda classes, least, length: classes * least, "So many characters"),
        (lambda classes, least, length: int(classes * least / length), "Rounded down"),
        (lambda classes, least, length: math.ceil(classes / length) * least, "round once"),
        (lambda classes, least, length: least, "rounded up"),
    ],
}
