"""What the writers of label files share: names of pictures, numbers, and files that are whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ocrlib.errors import DataError, LabelError


def picture_name(picture: Path, file: Path) -> str:
    """How a label file writes a picture: relative to its own folder, with forward slashes.

    Raises:
        LabelError: the name has a tab or a line break.
    """
    name = Path(os.path.relpath(picture, file.parent)).as_posix()
    if any(mark in name for mark in "\t\n\r"):
        raise LabelError(
            "a picture's name has a tab or line break",
            file=file,
            value=name,
            remedy="rename the picture",
        )
    return name


def write_lines(file: Path, lines: Iterable[str]) -> None:
    """Write all lines or, if anything goes wrong, leave the old file as it is.

    Args:
        file: the file to write; its folder is made if need be.
        lines: the lines without their line ends.

    Raises:
        LabelError: a text that UTF-8 cannot hold.
        DataError: the file cannot be written.
    """
    part = file.with_name(file.name + ".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(line + "\n" for line in lines)
        part.replace(file)
    except UnicodeEncodeError as error:  # a lone half of a surrogate pair
        raise LabelError(
            "a text cannot be written as UTF-8",
            file=file,
            value=error.object[max(0, error.start - 20) : error.end + 20],
            remedy="remove that character",
        ) from error
    except OSError as error:
        raise DataError(
            f"cannot write the labels: {error.strerror}", file=file, remedy="choose another folder"
        ) from error
    finally:
        if part.exists():
            part.unlink()


def shortest(value: object) -> int | float:
    """The shortest decimal that reads back as the same float32; whole numbers as integers.

    Args:
        value: a coordinate in px, float32.
    """
    number = float(str(value))
    return int(number) if number.is_integer() else number
