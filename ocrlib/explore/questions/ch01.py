"""Questions of chapter 1: the measures of detection and recognition."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from ocrlib.explore.check import Mistake, Question, behaves_like
from ocrlib.metrics.detection import harmonic
from ocrlib.metrics.end_to_end import bag_of_words
from ocrlib.metrics.recognition import edit_distance, edit_similarity

Box = tuple[float, float, float, float]  # left, top, right, bottom, px
Overlaps = Sequence[Sequence[float]]  # [prediction][label]


def _shared(a: Box, b: Box) -> tuple[float, float]:
    """Width and height of what two boxes share; negative where they are apart."""
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _iou(a: Box, b: Box) -> float:
    width, height = _shared(a, b)
    inside = max(0.0, width) * max(0.0, height)
    return inside / (_area(a) + _area(b) - inside)


def _iou_without_clipping(a: Box, b: Box) -> float:
    width, height = _shared(a, b)
    return width * height / (_area(a) + _area(b) - width * height)


def _iou_counting_twice(a: Box, b: Box) -> float:
    width, height = _shared(a, b)
    return max(0.0, width) * max(0.0, height) / (_area(a) + _area(b))


def _part_of_first(a: Box, b: Box) -> float:
    width, height = _shared(a, b)
    return max(0.0, width) * max(0.0, height) / _area(a)


def _iou_in_pixels(a: Box, b: Box) -> float:
    return _iou((a[0], a[1], a[2] + 1, a[3] + 1), (b[0], b[1], b[2] + 1, b[3] + 1))


_BOXES: tuple[tuple[Box, Box], ...] = (
    ((0, 0, 10, 4), (0, 0, 10, 4)),
    ((2, 2, 12, 6), (4, 3, 14, 7)),
    ((0, 0, 10, 4), (2, 1, 6, 3)),  # one inside the other
    ((0, 0, 10, 4), (10, 0, 20, 4)),  # side by side
    ((0, 0, 10, 4), (30, 20, 40, 24)),  # apart in both directions
    ((0, 0, 10, 4), (30, 2, 40, 6)),  # apart in one
)


def _matches(overlaps: Overlaps) -> int:
    free = list(range(len(overlaps)))
    count = 0
    for label in range(len(overlaps[0]) if overlaps else 0):
        for box in free:
            if overlaps[box][label] > 0.5:
                free.remove(box)
                count += 1
                break
    return count


def _all_pairs(overlaps: Overlaps) -> int:
    return sum(value > 0.5 for row in overlaps for value in row)


def _labels_hit(overlaps: Overlaps) -> int:
    return sum(any(value > 0.5 for value in column) for column in zip(*overlaps, strict=True))


def _boxes_that_hit(overlaps: Overlaps) -> int:
    return sum(any(value > 0.5 for value in row) for row in overlaps)


def _half_is_enough(overlaps: Overlaps) -> int:
    return _matches([[value + 1e-9 for value in row] for row in overlaps])


_OVERLAPS: tuple[tuple[Overlaps], ...] = (
    (((0.9, 0.0), (0.0, 0.7)),),
    (((0.9, 0.0), (0.6, 0.0)),),  # two boxes on one label
    (((0.8, 0.7), (0.0, 0.1)),),  # one box on two labels
    (((0.5, 0.0), (0.0, 0.51)),),
    (((0.2, 0.1), (0.3, 0.4), (0.0, 0.0)),),
    ((),),
)


def _scores(matched: int, predicted: int, expected: int) -> tuple[float, float, float]:
    found = harmonic(matched, predicted, expected)
    return found["precision"], found["recall"], found["hmean"]


def _with_mean(mean: Callable[[float, float], float]) -> Callable[[int, int, int], object]:
    def scores(matched: int, predicted: int, expected: int) -> tuple[float, float, float]:
        precision, recall, _ = _scores(matched, predicted, expected)
        return precision, recall, mean(precision, recall)

    return scores


def _swapped(matched: int, predicted: int, expected: int) -> tuple[float, float, float]:
    return _scores(matched, expected, predicted)


_COUNTS = ((2, 5, 4), (3, 4, 4), (1, 1, 10), (0, 3, 7), (0, 0, 5), (0, 4, 0), (0, 0, 0))


def _hamming(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))


def _hamming_cut(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=False))


def _no_replacing(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(above[j - 1] if x == y else 1 + min(above[j], row[-1]))
    return row[-1]


def _no_case(a: str, b: str) -> int:
    return edit_distance(a.casefold(), b.casefold())


_PAIRS = (
    ("TOTAL", "TOTAL"),
    ("22.1O", "22.10"),
    ("bread", "breads"),
    ("2 Rye  bread", "Rye bread"),
    ("inn", "Linden"),
    ("cinamon roll", "cinnamon roll"),
    ("total", "TOTAL"),
    ("", "1.82"),
    ("1.82", ""),
    ("", ""),
    # Long enough that trying every way again and again does not end.
    ("the quick brown fox jumps over it", "a quick brown ox jumped over them"),
)


def _by_written(read: str, written: str) -> float:
    distance = edit_distance(read, written)
    return 1 - distance / len(written) if written else float(not read)


def _error_rate(read: str, written: str) -> float:
    return 1 - edit_similarity(read, written)


def _bag(read: str, written: str) -> tuple[int, int, int]:
    counts = bag_of_words(read, written)
    return counts.matched, counts.predicted, counts.expected


def _as_sets(read: str, written: str) -> tuple[int, int, int]:
    have, want = set(read.casefold().split()), set(written.casefold().split())
    return len(have & want), len(have), len(want)


def _found_anywhere(read: str, written: str) -> tuple[int, int, int]:
    have, want = read.casefold().split(), written.casefold().split()
    return sum(word in want for word in have), len(have), len(want)


def _case_kept(read: str, written: str) -> tuple[int, int, int]:
    have, want = Counter(read.split()), Counter(written.split())
    return (have & want).total(), have.total(), want.total()


def _in_place(read: str, written: str) -> tuple[int, int, int]:
    have, want = read.casefold().split(), written.casefold().split()
    return sum(a == b for a, b in zip(have, want, strict=False)), len(have), len(want)


_PAGES = (
    ("Rye bread 7.80", "2 Rye bread 7.80"),
    ("bread bread 2.45", "2 bread 2.45 bread bread"),
    ("no no no", "no"),
    ("TOTAL eur", "total EUR"),
    ("eur total", "total eur"),
    ("", "total"),
    ("total", ""),
)

QUESTIONS = (
    Question(
        "01-box-iou",
        right=behaves_like(_iou, *_BOXES),
        mistakes=(
            Mistake(
                behaves_like(_iou_without_clipping, *_BOXES),
                "Try two boxes far apart in both directions: a negative width times a negative"
                " height is a positive area.",
            ),
            Mistake(
                behaves_like(_iou_counting_twice, *_BOXES),
                "The IoU of a box with itself should be 1. What do the two areas count twice?",
            ),
            Mistake(
                behaves_like(_part_of_first, *_BOXES),
                "That is the part of the first box which the second one covers. A huge second box"
                " would always win; the union prevents it.",
            ),
            Mistake(
                behaves_like(_iou_in_pixels, *_BOXES),
                "No + 1: these boxes are shapes with corners, not rows of pixels.",
            ),
        ),
        hint="Draw two boxes on squared paper and count: squares in both, squares in at least one.",
        praise="Right. With polygons only the intersection is more work; the division stays.",
    ),
    Question(
        "01-count-matches",
        right=behaves_like(_matches, *_OVERLAPS),
        mistakes=(
            Mistake(
                behaves_like(_all_pairs, *_OVERLAPS),
                "You count pairs. A label with two boxes on it was found once, not twice.",
            ),
            Mistake(
                behaves_like(_labels_hit, *_OVERLAPS),
                "One box that covers two labels cannot be right twice: a box is used up.",
            ),
            Mistake(
                behaves_like(_boxes_that_hit, *_OVERLAPS),
                "Two boxes on one label cannot both be right: a label is used up.",
            ),
            Mistake(
                behaves_like(_half_is_enough, *_OVERLAPS),
                "Exactly 0.5 is not above 0.5.",
            ),
        ),
        hint="Go through the labels. Each takes the first box that is still free and overlaps it by"
        " more than 0.5.",
    ),
    Question(
        "01-scores",
        right=behaves_like(_scores, *_COUNTS),
        mistakes=(
            Mistake(
                behaves_like(_with_mean(lambda p, r: (p + r) / 2), *_COUNTS),
                "That is the ordinary mean. With it, one lucky box on a page of ten lines (P = 1,"
                " R = 0.1) would get more than one half.",
            ),
            Mistake(
                behaves_like(_with_mean(lambda p, r: math.sqrt(p * r)), *_COUNTS),
                "That is the geometric mean; the harmonic one is 2PR / (P + R).",
            ),
            Mistake(
                behaves_like(_swapped, *_COUNTS),
                "Precision and recall have changed places: precision is a part of what was found.",
            ),
        ),
        hint="Precision is matched / predicted, recall is matched / expected, hmean"
        " 2PR / (P + R). All three are 0 where there would be nothing to divide by.",
    ),
    Question(
        "01-edit-distance",
        right=behaves_like(edit_distance, *_PAIRS),
        mistakes=(
            Mistake(
                behaves_like(_hamming, *_PAIRS),
                "You compare place by place. One lost character shifts all that follow, and costs 1"
                " nevertheless.",
            ),
            Mistake(
                behaves_like(_hamming_cut, *_PAIRS),
                "You compare place by place and only as far as the shorter text goes.",
            ),
            Mistake(
                behaves_like(_no_replacing, *_PAIRS),
                "Replacing a character costs 1; you pay for deleting and inserting it.",
            ),
            Mistake(
                behaves_like(_no_case, *_PAIRS),
                "Upper and lower case are different characters here; who wants them to be the same"
                " folds both texts before.",
            ),
        ),
        hint="What does it take to turn the first i characters of a into the first j of b, when you"
        " know it for i - 1 and for j - 1? Begin with i = 0: insert j characters.",
        praise="Right, and fast: a table of len(a) times len(b) numbers is enough.",
    ),
    Question(
        "01-similarity",
        right=behaves_like(edit_similarity, *_PAIRS),
        mistakes=(
            Mistake(
                behaves_like(_by_written, *_PAIRS),
                "Divided by the text that is written, a long and wrong reading falls below 0."
                " Divide by the longer one.",
            ),
            Mistake(
                behaves_like(_error_rate, *_PAIRS),
                "That is the share of mistakes. A similarity of equal texts is 1.",
            ),
        ),
        hint="1 - edit distance / length of the longer text; two empty texts are alike.",
    ),
    Question(
        "01-bag-of-words",
        right=behaves_like(_bag, *_PAGES),
        mistakes=(
            Mistake(
                behaves_like(_as_sets, *_PAGES),
                "In a set every word is there once. The receipt has 22.10 twice, and both have to"
                " be read.",
            ),
            Mistake(
                behaves_like(_found_anywhere, *_PAGES),
                "A word that stands on the page once can be matched once. What does your function"
                " give for the reading 'no no no' of the page 'no'?",
            ),
            Mistake(
                behaves_like(_case_kept, *_PAGES),
                "Fold the case of both texts first.",
            ),
            Mistake(
                behaves_like(_in_place, *_PAGES),
                "A bag has no order: compare how often each word is there, not where.",
            ),
        ),
        hint="Count each word of both texts; of a word that is there m and n times, min(m, n)"
        " match. Return matched, words read, words written.",
    ),
)
