"""Label files: which text stands where in which picture. Formats: see ``data.label_lines``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from ocrlib.data.icdar import read_icdar
from ocrlib.data.label_lines import (
    IGNORE,
    SPLITS,
    DetLabel,
    RecLabel,
    parse_det_line,
    parse_rec_line,
    read_lines,
    split_line,
)
from ocrlib.data.label_write import picture_name, shortest, write_lines
from ocrlib.errors import LabelError

__all__ = [
    "IGNORE",
    "SPLITS",
    "DetLabel",
    "RecLabel",
    "picture_name",
    "read_det_labels",
    "read_icdar",
    "read_rec_labels",
    "read_split",
    "write_det_labels",
    "write_rec_labels",
    "write_split",
]

_Label = TypeVar("_Label")


def _det_label(text: str, file: Path, line: int) -> DetLabel:
    label, faults = parse_det_line(text, file, line)
    if faults:
        raise faults[0]
    return label


def _read(file: Path, parse: Callable[[str, Path, int], _Label]) -> Iterator[_Label]:
    for number, text in read_lines(file):
        if isinstance(text, LabelError):
            raise text
        yield parse(text, file, number)


def read_det_labels(file: str | Path) -> list[DetLabel]:
    """Read a detection label file; polygons are taken as they are, also degenerate ones.

    Args:
        file: the label file.

    Returns:
        One label per line, in the file's order.

    Raises:
        LabelError: at the first line that is wrong. ``data.validate`` lists them all.
    """
    return list(_read(Path(file), _det_label))


def read_rec_labels(file: str | Path) -> list[RecLabel]:
    """Read a recognition label file.

    Args:
        file: the label file.

    Returns:
        One label per line, in the file's order.

    Raises:
        LabelError: at the first line that is wrong. ``data.validate`` lists them all.
    """
    return list(_read(Path(file), parse_rec_line))


def read_split(file: str | Path) -> dict[str, str]:
    """Read which picture belongs to which part: lines ``images/x.jpg<TAB>train|val|report``.

    Args:
        file: the split file; its paths are relative to its folder, like those of the labels.

    Returns:
        Part by picture name, as written in the file.

    Raises:
        LabelError: a line without a tab, an unknown part, or a picture in two parts.
    """
    path = Path(file)
    parts: dict[str, str] = {}
    for number, text in read_lines(path):
        if isinstance(text, LabelError):
            raise text
        name, part = split_line(text, path, number)
        if part not in SPLITS:
            raise LabelError(
                "unknown part",
                file=path,
                line=number,
                value=part,
                remedy=f"use one of {', '.join(SPLITS)}",
            )
        if parts.setdefault(name, part) != part:
            raise LabelError(
                "the picture is in two parts",
                file=path,
                line=number,
                value=name,
                remedy="keep one of its lines",
            )
    return parts


def write_det_labels(path: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write a detection label file atomically; ignored regions get the text ``###``.

    Args:
        path: the file to write; picture paths become relative to its folder.
        labels: the labels; their own ``file`` and ``line`` play no part.

    Raises:
        LabelError: a picture's name or a text cannot be written.
    """
    file = Path(path)

    def line(label: DetLabel) -> str:
        regions = [
            {
                "transcription": IGNORE if instance.ignore else instance.text,
                "points": [[shortest(x), shortest(y)] for x, y in instance.polygon],
                **({"key_cls": instance.key} if instance.key else {}),
            }
            for instance in label.instances
        ]
        return f"{picture_name(label.picture, file)}\t{json.dumps(regions, ensure_ascii=False)}"

    write_lines(file, map(line, labels))


def write_rec_labels(path: str | Path, labels: Iterable[RecLabel]) -> None:
    """Write a recognition label file atomically.

    Args:
        path: the file to write; picture paths become relative to its folder.
        labels: the labels; their own ``file`` and ``line`` play no part.

    Raises:
        LabelError: a picture's name or a text cannot be written, or a text is empty.
    """
    file = Path(path)

    def line(label: RecLabel) -> str:
        if not label.text.strip() or any(mark in label.text for mark in "\t\n\r"):
            raise LabelError(
                "a text is empty or has a tab or line break",
                file=file,
                value=label.text,
                remedy="leave it out or write it as one line",
            )
        return f"{picture_name(label.picture, file)}\t{label.text}"

    write_lines(file, map(line, labels))


def write_split(path: str | Path, parts: Mapping[str, str]) -> None:
    """Write a split file atomically.

    Args:
        path: the file to write.
        parts: ``train``, ``val`` or ``report`` by picture name as the label file writes it.

    Raises:
        LabelError: an unknown part.
    """
    file = Path(path)

    def line(name: str) -> str:
        if parts[name] not in SPLITS:
            raise LabelError(
                "unknown part",
                file=file,
                value=parts[name],
                remedy=f"use one of {', '.join(SPLITS)}",
            )
        return f"{name}\t{parts[name]}"

    write_lines(file, map(line, parts))
