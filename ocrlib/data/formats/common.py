"""What the label formats share: one picture as it was read, and how pictures are found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocrlib.data.label_checks import header_size
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import DataError, ImageError, LabelError
from ocrlib.images import SUFFIXES

PLAIN = "text"  # the class of a region about which only that is known


@dataclass(frozen=True, eq=False)
class Entry:
    """One labelled picture as a reader found it.

    Args:
        label: the picture with its acceptable regions; None where not even that could be read.
        faults: everything that is wrong with the rest.
    """

    label: DetLabel | None
    faults: tuple[LabelError, ...] = ()


@dataclass(frozen=True)
class Converted:
    """One label file or folder that was written.

    Args:
        file: where.
        pictures: how many pictures are in it.
        regions: how many labelled regions (detection) or texts (recognition).
        ignored: how many of the regions do not count.
        problems: what was left out, if that was allowed.
    """

    file: Path
    pictures: int
    regions: int
    ignored: int
    problems: tuple[LabelError, ...]


def pictures_by_stem(folder: Path) -> dict[str, Path]:
    """The pictures directly in a folder, by name without suffix.

    Raises:
        DataError: no such folder.
    """
    if not folder.is_dir():
        raise DataError("no such folder", file=folder, remedy="check the path")
    return {path.stem: path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES}


def label_files(folder: Path, pattern: str, expected: str) -> list[Path]:
    """The label files of a folder, by name.

    Raises:
        DataError: no such folder, or none of them in it.
    """
    if not folder.is_dir():
        raise DataError("no such folder", file=folder, remedy="check the path")
    files = sorted(folder.glob(pattern))
    if not files:
        raise DataError("no label file here", file=folder, remedy=f"expected {expected}")
    return files


def no_picture_for(file: Path, stem: str, folder: Path) -> Entry:
    """The entry of a label file without its picture."""
    fault = LabelError(
        "no picture belongs to this label file",
        file=file,
        value=stem,
        remedy=f"put {stem}.jpg into {folder}, or say where the pictures are",
    )
    return Entry(None, (fault,))


def load_json(file: Path, remedy: str) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Args:
        file: the file.
        remedy: what should be in it.

    Raises:
        LabelError: it cannot be read, is not JSON, or holds something else.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LabelError(
            f"cannot read the label file: {error.strerror}", file=file, remedy="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise LabelError(
            "the file is not UTF-8", file=file, remedy="convert it with iconv"
        ) from error
    except (ValueError, RecursionError) as error:  # ValueError: also a 5000-digit number
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise LabelError("broken JSON", file=file, line=line, remedy=remedy) from error
    if not isinstance(content, dict):
        raise LabelError(
            "the JSON is not an object", file=file, value=type(content).__name__, remedy=remedy
        )
    return content


def picture_size(label: DetLabel) -> tuple[int, int]:
    """(height, width) in px of a label's picture.

    Raises:
        LabelError: the picture is not there or cannot be read.
    """
    try:
        if not label.picture.is_file():
            raise ImageError("no such picture", remedy="put it there or leave its label out")
        return header_size(label.picture)
    except ImageError as error:
        raise LabelError(
            error.problem, file=label.file, value=str(label.picture), remedy=error.remedy
        ) from error


def named_apart(labels: Iterable[DetLabel], out: Path) -> Iterator[DetLabel]:
    """The labels as they come, as long as no two pictures need a file of the same name.

    Raises:
        LabelError: two pictures whose names differ in folder or suffix only.
    """
    seen: dict[str, Path] = {}
    for label in labels:
        other = seen.setdefault(label.picture.stem, label.picture)
        if other is not label.picture:
            raise LabelError(
                "two pictures would share one label file",
                file=out,
                value=[str(other), str(label.picture)],
                remedy="rename one of the pictures, or choose a format with one file for all",
            )
        yield label
