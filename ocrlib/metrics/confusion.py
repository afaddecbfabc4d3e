"""Which characters are taken for which, and which lengths and characters are read worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from ocrlib.errors import DataError
from ocrlib.metrics.recognition import edit_similarity

NOTHING = ""  # stands for a character that was left out, or for one that is not there


class LengthRow(NamedTuple):
    """How texts of some lengths were read.

    Args:
        least: characters of the shortest.
        most: characters of the longest; None: no limit.
        texts: how many.
        accuracy: share without a fault, 0-1.
        norm_edit_similarity: mean, 0-1.
    """

    least: int
    most: int | None
    texts: int
    accuracy: float
    norm_edit_similarity: float


class CharacterRow(NamedTuple):
    """How one character was read.

    Args:
        character: which.
        written: how often it is there.
        read: how often it was answered, rightly or not.
        right: how often both, at the same place.
    """

    character: str
    written: int
    read: int
    right: int

    @property
    def recall(self) -> float:
        """Share of its occurrences that were read, 0-1; 0 if there are none."""
        return self.right / self.written if self.written else 0.0

    @property
    def precision(self) -> float:
        """Share of the answers that were right, 0-1; 0 if there are none."""
        return self.right / self.read if self.read else 0.0


def align(written: str, read: str) -> list[tuple[str, str]]:
    """Pair the characters of two texts so that as few pairs as possible differ.

    Often several pairings are equally good; which one is taken depends on the two texts alone.

    Args:
        written: what is there.
        read: what was answered.

    Returns:
        (written, read) pairs from left to right; "" where one side has nothing.
    """
    pairs = []
    for part in Levenshtein.opcodes(written, read):
        left = written[part.src_start : part.src_end]
        right = read[part.dest_start : part.dest_end]
        longer = max(len(left), len(right))
        pairs += [(left[i : i + 1], right[i : i + 1]) for i in range(longer)]
    return pairs


class Confusions:
    """Counts which character was taken for which.

    Attributes:
        pairs: how often each pair (written, read) came up, equal ones included; "" for nothing.
    """

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()

    def update(self, predictions: Sequence[str], targets: Sequence[str]) -> None:
        """Add texts, in the order of ``RecognitionMetric``.

        Args:
            predictions: what was read.
            targets: what is written.

        Raises:
            ValueError: the two are not equally many.
        """
        for read, written in zip(predictions, targets, strict=True):
            self.pairs.update(align(written, read))

    def most_common(self, count: int = 20) -> list[tuple[str, str, int]]:
        """The most frequent faults: (written, read, times); equally frequent ones by character."""
        faults = [(a, b, n) for (a, b), n in self.pairs.items() if a != b]
        return sorted(faults, key=lambda fault: (-fault[2], fault[0], fault[1]))[:count]

    def look_alikes(self, count: int = 20) -> list[tuple[str, str, int]]:
        """The pairs that are mixed up most, either way: (a, b, times) with a < b."""
        both: Counter[tuple[str, str]] = Counter()
        for (a, b), n in self.pairs.items():
            if a != b and NOTHING not in (a, b):
                both[min(a, b), max(a, b)] += n
        ranked = sorted(both.items(), key=lambda item: (-item[1], item[0]))
        return [(a, b, n) for (a, b), n in ranked[:count]]

    def characters(self) -> list[CharacterRow]:
        """One row per character, those with the most faults first."""
        written: Counter[str] = Counter()
        read: Counter[str] = Counter()
        for (a, b), n in self.pairs.items():
            written[a] += n
            read[b] += n
        rows = [
            CharacterRow(c, written[c], read[c], self.pairs[c, c])
            for c in (written.keys() | read.keys()) - {NOTHING}
        ]
        return sorted(rows, key=lambda r: (2 * r.right - r.written - r.read, r.character))


def by_length(
    predictions: Sequence[str],
    targets: Sequence[str],
    limits: Sequence[int] = (1, 3, 6, 10, 15, 25),
) -> list[LengthRow]:
    """Accuracy by the length of what is written.

    Args:
        predictions: what was read.
        targets: what is written.
        limits: least length of each group, rising; the last group has no upper limit.

    Returns:
        One row per group that has texts. Texts shorter than the first limit are in none.

    Raises:
        DataError: limits that do not rise.
        ValueError: predictions and targets are not equally many.
    """
    if not limits or any(a >= b for a, b in pairwise(limits)):
        raise DataError("limits of lengths have to rise", value=tuple(limits))
    groups: list[list[tuple[str, str]]] = [[] for _ in limits]
    for read, written in zip(predictions, targets, strict=True):
        group = sum(len(written) >= limit for limit in limits) - 1
        if group >= 0:
            groups[group].append((read, written))
    rows = []
    for number, pairs in enumerate(groups):
        if pairs:
            most = limits[number + 1] - 1 if number + 1 < len(limits) else None
            right = sum(read == written for read, written in pairs) / len(pairs)
            alike = sum(edit_similarity(*pair) for pair in pairs) / len(pairs)
            rows.append(LengthRow(limits[number], most, len(pairs), right, alike))
    return rows
