"""How well a page was read as a whole: found and read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from ocrlib.metrics.detection import harmonic, match
from ocrlib.metrics.recognition import edit_distance, normalise


class EndToEndMetric:
    """Detection and recognition judged together.

    A text is right when its region overlaps that of a ground truth by more than ``iou`` and it
    reads the same. The edit distance of a picture is that of its pairs, plus all characters that
    were missed, plus all characters that were made up.

    Args:
        iou: least overlap of a pair, exclusive.
        ignore_case: upper and lower case are the same.
        alnum_only: only letters and digits count.
    """

    def __init__(
        self, iou: float = 0.5, ignore_case: bool = False, alnum_only: bool = False
    ) -> None:
        self.iou = iou
        self.ignore_case = ignore_case
        self.alnum_only = alnum_only
        self.right = self.predicted = self.expected = 0
        self.distance = self.characters = self.images = 0

    def update(
        self,
        pred_polygons: Sequence[ArrayLike],
        pred_texts: Sequence[str],
        gt_polygons: Sequence[ArrayLike],
        gt_texts: Sequence[str],
        gt_ignore: Sequence[bool],
    ) -> None:
        """Add one picture.

        Args:
            pred_polygons: where texts were found, each (n, 2) px.
            pred_texts: what was read there.
            gt_polygons: where texts are, each (n, 2) px.
            gt_texts: what they say.
            gt_ignore: which of these do not count.

        Raises:
            ValueError: not one text per polygon.
        """
        if len(pred_polygons) != len(pred_texts) or len(gt_polygons) != len(gt_texts):
            raise ValueError("every polygon needs one text")
        matches = match(pred_polygons, gt_polygons, gt_ignore, self.iou)
        read = {i: self._normalise(pred_texts[i]) for i in matches.predictions}
        written = {i: self._normalise(gt_texts[i]) for i in matches.truths}
        self.images += 1
        self.predicted += len(read)
        self.expected += len(written)
        self.characters += sum(map(len, written.values()))
        for p, g in matches.pairs:
            distance = edit_distance(read.pop(p), written.pop(g))
            self.right += distance == 0
            self.distance += distance
        self.distance += sum(map(len, read.values())) + sum(map(len, written.values()))

    def _normalise(self, text: str) -> str:
        return normalise(text, self.ignore_case, self.alnum_only)

    def compute(self) -> dict[str, float]:
        """All figures over the pictures so far.

        Returns:
            "precision", "recall", "hmean" of texts, 0-1; "character_accuracy", 1 - edit distance /
            characters written, at least 0; "edit_distance_per_field" (per text written) and
            "edit_distance_per_image", in characters.
        """
        accuracy = 1 - self.distance / self.characters if self.characters else 0.0
        return harmonic(self.right, self.predicted, self.expected) | {
            "character_accuracy": max(0.0, accuracy),
            "edit_distance_per_field": self.distance / max(1, self.expected),
            "edit_distance_per_image": self.distance / max(1, self.images),
        }


class WordCounts(NamedTuple):
    """Words of a page: found in both texts, in the reading, and on the page."""

    matched: int
    predicted: int
    expected: int


def bag_of_words(pred_text: str, gt_text: str) -> WordCounts:
    """Compare two texts as bags of words: order and place do not count, repetition does.

    A word is what stands between white space, case-folded, with its punctuation.

    Args:
        pred_text: what was read.
        gt_text: what is written.
    """
    pred, truth = Counter(pred_text.casefold().split()), Counter(gt_text.casefold().split())
    return WordCounts((pred & truth).total(), pred.total(), truth.total())


class WordMetric:
    """Precision, recall and hmean of words over pages, each page a bag of words."""

    def __init__(self) -> None:
        self.counts = WordCounts(0, 0, 0)

    def update(self, pred_text: str, gt_text: str) -> WordCounts:
        """Add one page and give its counts; see ``bag_of_words``."""
        page = bag_of_words(pred_text, gt_text)
        self.counts = WordCounts(*(a + b for a, b in zip(self.counts, page, strict=True)))
        return page

    def compute(self) -> dict[str, float]:
        """{"precision", "recall", "hmean"}, 0-1, over all pages so far."""
        return harmonic(*self.counts)
