"""How well texts were read: exact matches and edit distance."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein


def normalise(text: str, ignore_case: bool = False, alnum_only: bool = False) -> str:
    """What of a text is compared.

    Args:
        text: the text.
        ignore_case: upper and lower case are the same.
        alnum_only: only letters and digits count, those of every script.
    """
    if alnum_only:
        text = "".join(c for c in text if c.isalnum())
    return text.casefold() if ignore_case else text


def edit_distance(a: str, b: str) -> int:
    """Fewest insertions, deletions and replacements of a character that turn a into b."""
    return int(Levenshtein.distance(a, b))


def edit_similarity(a: str, b: str) -> float:
    """1 - edit distance / length of the longer text, 0-1; two empty texts are alike."""
    longer = max(len(a), len(b))
    return 1 - edit_distance(a, b) / longer if longer else 1.0


class RecognitionMetric:
    """Share of texts read without a fault, and mean normalised edit similarity.

    Args:
        ignore_case: upper and lower case are the same.
        alnum_only: only letters and digits count.
    """

    def __init__(self, ignore_case: bool = False, alnum_only: bool = False) -> None:
        self.ignore_case = ignore_case
        self.alnum_only = alnum_only
        self.total = self.correct = 0
        self.similarity = 0.0

    def update(self, predictions: Sequence[str], targets: Sequence[str]) -> None:
        """Add texts.

        Args:
            predictions: what was read.
            targets: what is written, in the same order.

        Raises:
            ValueError: the two are not equally many.
        """
        for prediction, target in zip(predictions, targets, strict=True):
            read = normalise(prediction, self.ignore_case, self.alnum_only)
            written = normalise(target, self.ignore_case, self.alnum_only)
            self.total += 1
            self.correct += read == written
            self.similarity += edit_similarity(read, written)

    def compute(self) -> dict[str, float]:
        """{"accuracy", "norm_edit_similarity"}, 0-1, over all texts so far; 0 without any."""
        total = max(1, self.total)
        return {
            "accuracy": self.correct / total,
            "norm_edit_similarity": self.similarity / total,
        }
