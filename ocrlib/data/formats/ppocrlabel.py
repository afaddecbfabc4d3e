r"""PPOCRLabel's files: ``Label.txt`` in the folder of the pictures, ``fileState.txt`` beside it.

A line of ``Label.txt`` is one of PP-OCR's detection lines, but its path starts one folder higher
(``FOLDER/x.jpg``); ``"difficult": true`` marks a region that does not count, and ``"key_cls"``
says what a text is on a form. ``fileState.txt`` lists the pictures that somebody has confirmed,
``PATH<TAB>1``. The program's ``rec_gt.txt`` is a recognition label file as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ocrlib.data.formats.common import Entry
from ocrlib.data.label_lines import IGNORE, NO_KEY, DetLabel, parse_det_line, read_lines, split_line
from ocrlib.data.label_write import shortest, write_lines
from ocrlib.errors import LabelError

LABELS, STATES = "Label.txt", "fileState.txt"


def scan_ppocrlabel(source: Path) -> Iterator[Entry]:
    """Read the labels of a folder, and go on where something is wrong.

    Args:
        source: ``Label.txt``, or the folder that holds it.

    Returns:
        One entry per line, in the file's order.

    Raises:
        LabelError: the file cannot be read or has no lines.
    """
    file = source / LABELS if source.is_dir() else source
    for number, text in read_lines(file):
        if isinstance(text, LabelError):
            yield Entry(None, (text,))
            continue
        try:
            label, faults = parse_det_line(text, file, number, difficult=True)
        except LabelError as error:
            yield Entry(None, (error,))
            continue
        name = split_line(text, file, number)[0]
        yield Entry(replace(label, picture=file.absolute().parent.parent / name), tuple(faults))


def read_states(file: str | Path) -> dict[str, bool]:
    """Read which pictures have been confirmed.

    Args:
        file: ``fileState.txt``.

    Returns:
        Whether it is confirmed, by the picture's name without its folder: the file holds absolute
        paths of the machine on which it was made.

    Raises:
        LabelError: a line is not a path, a tab, and 0 or 1.
    """
    path = Path(file)
    states = {}
    for number, text in read_lines(path):
        if isinstance(text, LabelError):
            raise text
        name, state = split_line(text, path, number)
        if state.strip() not in ("0", "1"):
            raise LabelError(
                "the state is not 0 or 1",
                file=path,
                line=number,
                value=state,
                remedy="write the picture's path, one tab, 1 if it is confirmed",
            )
        states[name.replace("\\", "/").rpartition("/")[2]] = state.strip() == "1"
    return states


def write_ppocrlabel(folder: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write ``Label.txt`` and ``fileState.txt`` (every picture confirmed) for PPOCRLabel.

    Args:
        folder: the folder that holds the pictures.
        labels: the labels.

    Raises:
        LabelError: a picture elsewhere, or a region that counts with the text ``###``.
    """
    home = Path(folder).absolute()
    kept = list(labels)
    keys = any(region.key for label in kept for region in label.instances)
    lines, states = [], []
    for label in kept:
        if label.picture.absolute().parent.resolve() != home.resolve():
            raise LabelError(
                "the picture is not in the folder of the labels",
                file=home / LABELS,
                value=str(label.picture),
                remedy="copy it there: PPOCRLabel knows one folder only",
            )
        if any(region.text == IGNORE and not region.ignore for region in label.instances):
            raise LabelError(
                f"the text {IGNORE} would mark a region that does not count",
                file=home / LABELS,
                value=label.picture.name,
                remedy="change it",
            )
        regions = [
            {
                "transcription": region.text if region.text or not region.ignore else IGNORE,
                "points": [[shortest(x), shortest(y)] for x, y in region.polygon],
                "difficult": region.ignore,
                **({"key_cls": region.key or NO_KEY} if keys else {}),
            }
            for region in label.instances
        ]
        name = label.picture.name
        if any(mark in name for mark in "\t\n\r"):
            raise LabelError(
                "a picture's name has a tab or line break",
                file=home / LABELS,
                value=name,
                remedy="rename the picture",
            )
        lines.append(f"{home.name}/{name}\t{json.dumps(regions, ensure_ascii=False)}")
        states.append(f"{home / name}\t1")
    write_lines(home / LABELS, lines)
    write_lines(home / STATES, states)
