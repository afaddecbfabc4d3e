"""Cropped words: ICDAR 2013 and 2015, IIIT 5K-Word, MJSynth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ocrlib.data.label_lines import read_lines
from ocrlib.data.labels import RecLabel
from ocrlib.data.official.common import Item, Part, no_picture, unquote
from ocrlib.errors import DataError, LabelError

_LINE = re.compile(r'([^,"]+),\s*"(.*)"\s*')


def icdar2013_words(root: Path) -> list[Part]:
    """Lines ``word_1.png, "TEXT"``."""
    train, test = "Challenge2_Training_Task3_Images_GT", "Challenge2_Test_Task3_Images"
    return _icdar(root, train, test, "Challenge2_Test_Task3_GT.txt")


def icdar2015_words(root: Path) -> list[Part]:
    """Lines ``word_1.png, "TEXT"``."""
    train, test = "ch4_training_word_images_gt", "ch4_test_word_images_gt"
    return _icdar(root, train, test, "Challenge4_Test_Task3_GT.txt")


def _icdar(root: Path, train: str, test: str, test_gt: str) -> list[Part]:
    return [
        Part(name, "rec", _icdar_lines(root / images, file))
        for name, images, file in (
            ("train", train, root / train / "gt.txt"),
            ("test", test, root / test_gt),
        )
        if file.is_file()
    ]


def _icdar_lines(images: Path, file: Path) -> Iterator[Item]:
    for number, line in read_lines(file):
        match = None if isinstance(line, LabelError) else _LINE.fullmatch(line)
        if isinstance(line, LabelError):
            yield line
        elif match is None:
            yield LabelError(
                "not a picture and a quoted text",
                file=file,
                line=number,
                value=line,
                remedy='write word_1.png, "TEXT"',
            )
        else:
            yield _label(images / match[1].strip(), unquote(match[2]), file, number)


def _label(picture: Path, text: str, file: Path, line: int) -> Item:
    if not picture.is_file():
        return no_picture(file, picture.name, line)
    if not text.strip():
        return LabelError(
            "the text is empty", file=file, line=line, value=picture.name, remedy="remove the line"
        )
    return RecLabel(picture, text, file, line)


def iiit5k(root: Path) -> list[Part]:
    """MATLAB files ``traindata.mat`` and ``testdata.mat``; reading them needs scipy.

    Raises:
        DataError: scipy is not installed.
    """
    base = root / "IIIT5K" if (root / "IIIT5K").is_dir() else root
    return [
        Part(name, "rec", _iiit5k(base / f"{name}data.mat", f"{name}data"))
        for name in ("train", "test")
        if (base / f"{name}data.mat").is_file()
    ]


def _iiit5k(file: Path, variable: str) -> Iterator[Item]:
    try:
        from scipy.io import loadmat  # type: ignore[import-untyped]  # not one of our dependencies
    except ImportError as error:
        raise DataError(
            "reading MATLAB files needs scipy", file=file, remedy="pip install scipy"
        ) from error
    try:
        records = np.atleast_1d(loadmat(file, squeeze_me=True)[variable])
        names, texts = records["ImgName"], records["GroundTruth"]
    except (KeyError, ValueError, TypeError, OSError):
        yield LabelError(
            f"no table {variable} with ImgName and GroundTruth",
            file=file,
            remedy="unpack the labels again",
        )
        return
    for number, (name, text) in enumerate(zip(names, texts, strict=True), start=1):
        yield _label(file.parent / str(name), str(text), file, number)


def mjsynth(root: Path) -> list[Part]:
    """Lines ``./3000/7/182_slinking_71711.jpg 71711``; the text is in the file name."""
    deep = root / "mnt" / "ramdisk" / "max" / "90kDICT32px"
    base = deep if deep.is_dir() else root
    return [
        Part(name, "rec", _mjsynth(base / f"annotation_{name}.txt"))
        for name in ("train", "val", "test")
        if (base / f"annotation_{name}.txt").is_file()
    ]


def _mjsynth(file: Path) -> Iterator[Item]:
    with file.open(encoding="utf-8") as lines:  # millions of them
        for number, line in enumerate(lines, start=1):
            name = line.split(" ")[0].strip()
            fields = Path(name).stem.split("_")
            if len(fields) != 3:
                yield LabelError(
                    "the file name does not hold number_text_number",
                    file=file,
                    line=number,
                    value=line.rstrip("\n"),
                    remedy="use the official file",
                )
            else:
                yield _label(file.parent / name, fields[1], file, number)
