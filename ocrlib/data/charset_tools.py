"""Charsets out of label files: which characters there are, how often, and which are too rare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ocrlib.charset import Charset, is_cluster
from ocrlib.data.labels import read_det_labels, read_rec_labels
from ocrlib.data.validate import guess_task
from ocrlib.errors import CharsetError

ENOUGH = 200  # samples of a character below which a recogniser will hardly learn it


def clusters(text: str) -> Iterator[str]:
    """The text's characters as a reader counts them: a letter and the marks upon it are one."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not is_cluster(text[start : end + 1]):
            yield text[start:end]
            start = end


def label_texts(file: str | Path) -> list[str]:
    """The texts of a label file: of crops, or of the regions of pages that count.

    Raises:
        LabelError: the file cannot be read, or a line of it is wrong.
    """
    path = Path(file)
    if guess_task(path) == "rec":
        return [label.text for label in read_rec_labels(path)]
    pages = read_det_labels(path)
    return [one.text for page in pages for one in page.instances if not one.ignore]


def count_characters(
    texts: Iterable[str], charset: Charset | None = None, marks: bool = False
) -> Counter[str]:
    """How often every character occurs.

    Args:
        texts: as in label files.
        charset: if given, its own characters are what is counted, clusters as it has them.
        marks: without a charset: count a letter together with the combining marks upon it.
    """
    if charset is not None:
        return Counter(character for text in texts for character in charset.split(text))
    return Counter(character for text in texts for character in (clusters(text) if marks else text))


def build_charset(
    counts: Mapping[str, int], least: int = 1, base: Charset | None = None
) -> Charset:
    """A charset of all characters that occur often enough, by code points.

    Args:
        counts: from `count_characters`.
        least: occurrences below which a character is left out.
        base: if given, its characters keep their classes, and new ones follow them; it is kept
            whole, however rare its characters are.

    Raises:
        CharsetError: no character is left.
    """
    often = sorted(c for c, count in counts.items() if count >= least and c not in "\n\r\t")
    if base is not None:
        return base.extended(c for c in often if c not in base.entries)
    if not often:
        raise CharsetError(
            "no character is left for the charset", value=least, remedy="ask for fewer occurrences"
        )
    return Charset(often)


def rare_characters(
    charset: Charset, counts: Mapping[str, int], enough: int = ENOUGH
) -> dict[str, int]:
    """The charset's characters that occur less than `enough` times, the rarest first; no space."""
    few = {c: counts.get(c, 0) for c in charset.entries if c != " " and counts.get(c, 0) < enough}
    return dict(sorted(few.items(), key=lambda item: item[1]))


def outside_characters(charset: Charset, counts: Mapping[str, int]) -> dict[str, int]:
    """The characters that the charset lacks, the most frequent first, with their numbers."""
    known = set(charset.entries)
    lacking = {c: count for c, count in counts.items() if c not in known}
    return dict(sorted(lacking.items(), key=lambda item: (-item[1], item[0])))
