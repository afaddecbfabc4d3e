"""What the converters of official layouts share."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ocrlib.data.label_lines import DetLabel, RecLabel
from ocrlib.errors import LabelError
from ocrlib.images import SUFFIXES
from ocrlib.types import FloatArray

Item = DetLabel | RecLabel | LabelError  # an error stands for the label that could not be read


@dataclass(frozen=True)
class Part:
    """One part of an official set.

    Args:
        name: train, val, test, or all.
        task: what its labels are for.
        items: its labels, read while they are taken.
    """

    name: str
    task: Literal["det", "rec"]
    items: Iterator[Item]


def folders(root: Path, *patterns: str) -> list[Path]:
    """The folders directly below ``root`` that match, by name."""
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_dir()}
    return sorted(found)


def files(root: Path, pattern: str = "*") -> list[Path]:
    """All files below a folder whose names match, sorted; linked folders are entered once."""
    found: list[Path] = []
    entered: set[Path] = set()
    for folder, names, here in os.walk(root, followlinks=True):
        new = {name: Path(folder, name).resolve() for name in names}
        names[:] = [name for name in names if new[name] not in entered]
        entered.update(new[name] for name in names)
        found += [Path(folder, name) for name in fnmatch.filter(here, pattern)]
    return sorted(found)


def pictures(below: Iterable[Path]) -> dict[str, Path]:
    """All pictures below some folders, by name without suffix."""
    return {
        path.stem: path
        for folder in below
        for path in files(folder)
        if path.suffix.lower() in SUFFIXES
    }


def no_picture(file: Path, name: str, line: int | None = None) -> LabelError:
    """The error for a label whose picture is not there."""
    return LabelError(
        "no such picture", file=file, line=line, value=name, remedy="unpack all pictures of the set"
    )


def box(left: float, top: float, right: float, bottom: float) -> FloatArray:
    """The corners of an upright box in px, clockwise from top-left, (4, 2) float32."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def unquote(text: str) -> str:
    r"""Resolve ``\"`` and ``\\``, as ICDAR 2013 escapes them."""
    return re.sub(r"\\([\"\\])", r"\1", text)
