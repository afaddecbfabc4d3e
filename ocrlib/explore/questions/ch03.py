"""Questions of chapter 3: paths, texts and confidence of CTC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, pairwise, product

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import BLANK
from ocrlib.explore.check import Mistake, Question, behaves_like, text

Path = Sequence[int]
Lattice = NDArray[np.float64]  # probabilities (T, C), rows sum to 1


def _merged(path: Path) -> list[int]:
    return [c for c, _ in groupby(path)]


def _unblanked(path: Path) -> list[int]:
    return [c for c in path if c != BLANK]


def _collapse(path: Path) -> list[int]:
    return _unblanked(_merged(path))


def _blanks_first(path: Path) -> list[int]:
    return _merged(_unblanked(path))


def _every_class_once(path: Path) -> list[int]:
    return list(dict.fromkeys(_unblanked(path)))


_PATHS: tuple[tuple[list[int]], ...] = (
    ([3, 3, 0, 1, 1, 0, 20, 0],),
    ([0, 3, 0, 1, 1, 20, 0],),
    ([20, 20, 0, 15, 0, 15],),  # a double letter
    ([20, 20, 15, 15, 15],),
    ([1, 2, 1],),  # a letter that comes back
    ([5],),
    ([0, 0, 0],),
    ([],),
)


def _columns(word: str) -> int:
    return len(word) + sum(a == b for a, b in pairwise(word))


def _columns_between_all(word: str) -> int:
    return 2 * len(word) - 1


def _columns_around_all(word: str) -> int:
    return 2 * len(word) + 1


def _columns_any_repeat(word: str) -> int:
    return 2 * len(word) - len(set(word))


_WORDS = (("ab",), ("hello",), ("mississippi",), ("banana",), ("aaa",), ("a",))


def _paths_to(p: Lattice, classes: Path) -> list[tuple[int, ...]]:
    every = product(range(p.shape[1]), repeat=len(p))
    return [path for path in every if _collapse(path) == list(classes)]


def _along(p: Lattice, path: Path) -> float:
    return float(np.prod([p[t, c] for t, c in enumerate(path)]))


def _probability(p: Lattice, classes: Path) -> float:
    return sum(_along(p, path) for path in _paths_to(p, classes))


def _best_path(p: Lattice, classes: Path) -> float:
    return max((_along(p, path) for path in _paths_to(p, classes)), default=0.0)


def _mean_of_paths(p: Lattice, classes: Path) -> float:
    paths = _paths_to(p, classes)
    return _probability(p, classes) / len(paths) if paths else 0.0


def _loss(p: Lattice, classes: Path) -> float:
    total = _probability(p, classes)
    return -math.log(total) if total else math.inf


def _sums_along(p: Lattice, classes: Path) -> float:
    return float(sum(p[t, c] for path in _paths_to(p, classes) for t, c in enumerate(path)))


_P4 = np.array([[0.5, 0.4, 0.1], [0.3, 0.5, 0.2], [0.4, 0.1, 0.5], [0.6, 0.1, 0.3]])
_LATTICES = (
    (_P4, (1, 2)),
    (_P4, (2, 2)),
    (_P4[:3], (2, 1)),
    (_P4[:2], (1,)),
    (_P4[:2], ()),
    (_P4[:2], (1, 1)),  # no path
)


def _runs(p: Lattice) -> list[tuple[int, list[float]]]:
    """The runs of equal best classes, each with its class and the probabilities of its columns."""
    best = p.argmax(axis=1)
    places = groupby(range(len(p)), key=lambda t: int(best[t]))
    return [(c, [float(p[t, c]) for t in run]) for c, run in places]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _confidence(p: Lattice) -> float:
    return _mean([values[0] for c, values in _runs(p) if c != BLANK])


def _confidence_with_blanks(p: Lattice) -> float:
    return _mean([value for _, values in _runs(p) for value in values])


def _confidence_of_columns(p: Lattice) -> float:
    return _mean([value for c, values in _runs(p) if c != BLANK for value in values])


def _confidence_after_blanks(p: Lattice) -> float:
    runs = _runs(p)
    before = [BLANK] + [c for c, _ in runs]
    pairs = zip(runs, before, strict=False)
    return _mean([values[0] for (c, values), last in pairs if c != BLANK and last == BLANK])


def _confidence_product(p: Lattice) -> float:
    return math.prod(values[0] for c, values in _runs(p) if c != BLANK)


def _confidence_of_path(p: Lattice) -> float:
    return math.prod(value for _, values in _runs(p) for value in values)


_READINGS = tuple(
    (np.array(rows),)
    for rows in (
        [[0.1, 0.8, 0.1], [0.2, 0.6, 0.2], [0.9, 0.05, 0.05], [0.3, 0.0, 0.7]],
        [[0.2, 0.8, 0.0], [0.7, 0.3, 0.0], [0.4, 0.6, 0.0], [0.0, 1.0, 0.0]],
        [[0.9, 0.1, 0.0], [0.8, 0.1, 0.1]],  # nothing is written
        [[0.1, 0.9, 0.0], [0.1, 0.2, 0.7], [0.9, 0.1, 0.0]],  # no blank between
    )
)


def _is_lattice(p: object) -> bool:
    values = np.asarray(p, float)
    if values.ndim != 2 or not 1 <= len(values) <= 6 or not 2 <= values.shape[1] <= 5:
        return False
    return bool((values >= 0).all() and np.allclose(values.sum(axis=1), 1, atol=1e-3))


def _texts(p: object) -> tuple[tuple[int, ...], dict[tuple[int, ...], float]]:
    """What greedy decoding reads, and the probability of every text."""
    values = np.asarray(p, float)
    sums: dict[tuple[int, ...], float] = {}
    for path in product(range(values.shape[1]), repeat=len(values)):
        found = tuple(_collapse(path))
        sums[found] = sums.get(found, 0.0) + _along(values, path)
    return tuple(_collapse(values.argmax(axis=1).tolist())), sums


def _greedy_fails(p: object) -> bool:
    if not _is_lattice(p):
        return False
    read, sums = _texts(p)
    return sums[read] < max(sums.values()) - 1e-6


def _greedy_is_best(p: object) -> bool:
    return _is_lattice(p) and not _greedy_fails(p)


def _no_probabilities(p: object) -> bool:
    return np.asarray(p, float).ndim == 2 and not _is_lattice(p)


QUESTIONS = (
    Question(
        "03-collapse",
        right=behaves_like(_collapse, *_PATHS),
        mistakes=(
            Mistake(
                behaves_like(_blanks_first, *_PATHS),
                "You drop the blanks first. What is left then to keep the o of 'o-o' from being"
                " merged with its twin?",
            ),
            Mistake(
                behaves_like(_merged, *_PATHS),
                "The repeats are merged. The blanks are still there.",
            ),
            Mistake(
                behaves_like(_unblanked, *_PATHS),
                "The blanks are gone. A letter that fills several columns still comes out several"
                " times.",
            ),
            Mistake(
                behaves_like(_every_class_once, *_PATHS),
                "Each class comes out once only. What about 'a', then 'b', then 'a' again?",
            ),
        ),
        hint="Two steps, in this order: of equal neighbours keep the first; then drop every 0."
        " Return a list of class numbers.",
        praise="Right. The order of the two steps is what keeps double letters apart.",
    ),
    Question(
        "03-columns-needed",
        right=behaves_like(_columns, *_WORDS),
        mistakes=(
            Mistake(
                behaves_like(len, *_WORDS),
                "One column for each character is enough for 'world' but not for 'hello': merge"
                " the repeats of h-e-l-l-o without a blank and see.",
            ),
            Mistake(
                behaves_like(_columns_between_all, *_WORDS),
                "Different neighbours need no blank between them; a path may step from one letter"
                " straight to the next.",
            ),
            Mistake(
                behaves_like(_columns_around_all, *_WORDS),
                "That is the number of rows of the lattice, with a blank around every letter. Most"
                " of these blanks may be jumped over.",
            ),
            Mistake(
                behaves_like(_columns_any_repeat, *_WORDS),
                "In 'banana' letters come back, but never as neighbours. Only neighbours get"
                " merged.",
            ),
        ),
        hint="One for each character, and one for the blank that keeps two equal neighbours apart.",
    ),
    Question(
        "03-text-probability",
        right=behaves_like(_probability, *_LATTICES),
        mistakes=(
            Mistake(
                behaves_like(_best_path, *_LATTICES),
                "That is the best single path. All paths that collapse to the text count.",
            ),
            Mistake(
                behaves_like(_mean_of_paths, *_LATTICES),
                "The mean over the paths? A text is likelier the more paths lead to it: add them"
                " up.",
            ),
            Mistake(
                behaves_like(_loss, *_LATTICES),
                "That is the loss, -ln of what is asked for.",
            ),
            Mistake(
                behaves_like(_sums_along, *_LATTICES),
                "Along a path the probabilities of the columns are multiplied; only the paths are"
                " added.",
            ),
        ),
        hint="Go through product(range(C), repeat=T), keep the paths that collapse to the classes,"
        " multiply along each, add them up. Without any path the probability is 0.",
        praise="Right. The loss does the same sum without listing paths, column by column.",
    ),
    Question(
        "03-confidence",
        right=behaves_like(_confidence, *_READINGS),
        mistakes=(
            Mistake(
                behaves_like(_confidence_with_blanks, *_READINGS),
                "You average over all columns. Most are blanks, and sure ones: a long empty margin"
                " would make any reading look good.",
            ),
            Mistake(
                behaves_like(_confidence_of_columns, *_READINGS),
                "A letter that fills two columns counts twice with you. Take the first column of"
                " each run.",
            ),
            Mistake(
                behaves_like(_confidence_after_blanks, *_READINGS),
                "A letter may follow another one without a blank between them.",
            ),
            Mistake(
                behaves_like(_confidence_product, *_READINGS),
                "A product gets smaller with every letter, so that long words always look unsure;"
                " and it is 1 for an empty reading. Take the mean.",
            ),
            Mistake(
                behaves_like(_confidence_of_path, *_READINGS),
                "That is the probability of the whole path, blanks and all.",
            ),
        ),
        hint="Find the columns at which a character begins: its class is not blank and differs from"
        " the column before. Average the largest probabilities there; 0 if there are none.",
    ),
    Question(
        "03-greedy-fails",
        right=_greedy_fails,
        mistakes=(
            Mistake(
                _no_probabilities,
                "Give probabilities: 1 to 6 rows (columns of the picture) of 2 to 5 classes, class"
                " 0 being the blank, and each row sums to 1.",
            ),
            Mistake(
                _greedy_is_best,
                "Here greedy decoding finds the likeliest text. Make one path the best by a little,"
                " while several others together spell another text.",
            ),
        ),
        hint="Give an array (T, C), for example np.array([[0.9, 0.1], [0.8, 0.2]]).",
        praise="Right: the best path spells one text, and more probability goes to another.",
    ),
    Question(
        "03-remedy",
        right=text("c"),
        mistakes=(
            Mistake(
                text("a"),
                "The network gave 'm' 0.98. Whatever else a beam adds up, it has 0.02 to share.",
            ),
            Mistake(
                text("b"),
                "At 0.98 no threshold of use would have caught this one; and refusing is not"
                " reading.",
            ),
            Mistake(
                text("d"),
                "'rn' needs two columns and has six. Room is not what is missing.",
            ),
        ),
        hint='Answer with one letter: "a", "b", "c" or "d".',
        praise="Right: only seeing more of the hard pairs teaches the difference.",
    ),
)
