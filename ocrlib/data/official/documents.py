"""Documents and number plates: SROIE, FUNSD, XFUND, CCPD."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ocrlib.data.formats.ccpd import read_plate
from ocrlib.data.icdar import read_icdar_file
from ocrlib.data.label_lines import DetLabel, read_lines
from ocrlib.data.official.common import Item, Part, box, files, no_picture, pictures
from ocrlib.errors import LabelError
from ocrlib.images import SUFFIXES
from ocrlib.types import TextInstance


def sroie(root: Path) -> list[Part]:
    """Lines ``x1,y1,...,x4,y4,text``, one file per receipt, anywhere below the folder."""
    return [Part("all", "det", _sroie(root))] if files(root, "X*.txt") else []


def _sroie(root: Path) -> Iterator[Item]:
    known = pictures([root])
    for file in files(root, "X*.txt"):
        picture = known.get(file.stem)
        if picture is None:
            yield no_picture(file, file.stem)
            continue
        try:
            yield read_icdar_file(file, picture)
        except LabelError as error:
            yield error


def funsd(root: Path) -> list[Part]:
    """One JSON file per form, with words in upright boxes; words without text do not count."""
    base = root / "dataset" if (root / "dataset").is_dir() else root
    return [
        Part(name, "det", _funsd(folder))
        for name, folder in (("train", base / "training_data"), ("test", base / "testing_data"))
        if (folder / "annotations").is_dir()
    ]


def _funsd(folder: Path) -> Iterator[Item]:
    known = pictures([folder / "images"])
    for file in sorted((folder / "annotations").glob("*.json")):
        picture = known.get(file.stem)
        if picture is None:
            yield no_picture(file, file.stem)
            continue
        try:
            entities = json.loads(file.read_text(encoding="utf-8"))["form"]
            yield DetLabel(picture, _words(entities), file, 1)
        except (ValueError, KeyError, TypeError) as error:
            yield _not_a_form(file, file.stem, error)


def xfund(root: Path) -> list[Part]:
    """One JSON file per language and part, as FUNSD otherwise."""
    return [
        Part(file.stem.replace(".", "_"), "det", _xfund(file))
        for file in sorted(root.glob("??.*.json"))
    ]


def _xfund(file: Path) -> Iterator[Item]:
    try:
        documents = json.loads(file.read_text(encoding="utf-8"))["documents"]
    except (ValueError, KeyError, TypeError) as error:
        yield _not_a_form(file, file.name, error)
        return
    for document in documents:
        try:
            name = document["img"]["fname"]
            places = (file.parent / file.stem / name, file.parent / name)
            picture = next((path for path in places if path.is_file()), None)
            yield (
                no_picture(file, name)
                if picture is None
                else DetLabel(picture, _words(document["document"]), file, 1)
            )
        except (ValueError, KeyError, TypeError) as error:
            yield _not_a_form(file, str(document)[:40], error)


def _words(entities: list[Mapping[str, Any]]) -> tuple[TextInstance, ...]:
    words = [word for entity in entities for word in entity["words"]]
    return tuple(
        TextInstance(box(*map(float, word["box"])), word["text"].strip(), not word["text"].strip())
        for word in words
    )


def _not_a_form(file: Path, value: str, error: Exception) -> LabelError:
    return LabelError(
        f"not a form with words, their box and text ({type(error).__name__})",
        file=file,
        value=value,
        remedy="unpack the labels again",
    )


def ccpd(root: Path) -> list[Part]:
    """Pictures whose file names hold the four corners and the plate's characters.

    The parts are those of ``splits/*.txt`` if it is there, else of folders train, val, test.
    """
    splits = [root / "splits" / f"{name}.txt" for name in ("train", "val", "test")]
    if any(split.is_file() for split in splits):
        return [Part(s.stem, "det", _ccpd_split(root, s)) for s in splits if s.is_file()]
    base = root / "ccpd_green" if (root / "ccpd_green").is_dir() else root
    named = [base / name for name in ("train", "val", "test") if (base / name).is_dir()]
    if named:
        return [Part(folder.name, "det", _ccpd_folder(folder)) for folder in named]
    found = any(path.suffix.lower() == ".jpg" for path in files(root))
    return [Part("all", "det", _ccpd_folder(root))] if found else []


def _ccpd_split(root: Path, split: Path) -> Iterator[Item]:
    for number, line in read_lines(split):
        if isinstance(line, LabelError):
            yield line
        elif not (root / line).is_file():
            yield no_picture(split, line, number)
        else:
            yield _plate(root / line)


def _ccpd_folder(folder: Path) -> Iterator[Item]:
    for path in files(folder):
        if path.suffix.lower() in SUFFIXES:
            yield _plate(path)


def _plate(picture: Path) -> Item:
    try:
        return read_plate(picture)
    except LabelError as error:
        return error
