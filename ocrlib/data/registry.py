"""The public data sets this project knows of: facts only, the sets themselves stay where they are.

The table is ``registry.toml`` beside this module, so that it is found wherever ocrlib is installed.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ocrlib.errors import DataError
from ocrlib.tables import from_table

REGISTRY = Path(__file__).with_name("registry.toml")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a set that can be fetched.

    Args:
        url: its address.
        bytes: its size, where the source publishes it.
        sha256: its checksum, where the source publishes it.
    """

    url: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class DataSet:
    """What is known of one public data set.

    Args:
        name: how ``ocrlib data`` calls it.
        title: its name in full.
        year: when it came out.
        tasks: what it has labels for: det, rec, kie (fields), table.
        home: where it is described and given out.
        licence: as stated there; "none stated" where there is none.
        access: ``direct`` (fetch it), ``registration``, ``request`` or ``manual`` (a shared drive).
        size: how many pictures, words and so on.
        layout: the folder that ``ocrlib data import`` expects.
        cite: key in the book's bibliography.
        importer: whether ocrlib can convert it.
        why: if not, why not.
        files: what can be fetched.
    """

    name: str
    title: str
    year: int
    tasks: tuple[str, ...]
    home: str
    licence: str
    access: Literal["direct", "registration", "request", "manual"]
    size: str
    layout: str
    cite: str
    importer: bool
    why: str = ""
    files: tuple[RemoteFile, ...] = ()


def load_registry(file: Path = REGISTRY) -> dict[str, DataSet]:
    """All known sets by name, in the table's order.

    Args:
        file: the table.

    Raises:
        RecipeError: an entry is not as it should be.
        DataError: a name stands twice.
    """
    sets: dict[str, DataSet] = {}
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["set"]:
        known = from_table(DataSet, entry, file, str(entry.get("name", "set")))
        if known.name in sets:
            raise DataError("a data set stands twice", file=file, value=known.name)
        sets[known.name] = known
    return sets


def find(name: str) -> DataSet:
    """Look up one set.

    Raises:
        DataError: no such set; the message suggests the nearest name.
    """
    sets = load_registry()
    if name not in sets:
        close = difflib.get_close_matches(name, sets, n=1)
        raise DataError(
            "unknown data set",
            value=name,
            remedy=f"did you mean {close[0]}?" if close else "see: ocrlib data list",
        )
    return sets[name]
