"""Lines of label files: parsing one line, with an error that says what is wrong with it.

Two formats are native, both UTF-8, one picture per line, paths relative to the label file:

- detection: ``images/x.jpg<TAB>[{"transcription": "TEXT", "points": [[x, y], ...]}, ...]``
  (px, clockwise from top-left; the transcription ``###`` marks a region that does not count;
  ``"key_cls"`` may say what a text is on a form);
- recognition: ``crops/x.jpg<TAB>TEXT``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocrlib.errors import LabelError
from ocrlib.types import FloatArray, TextInstance

IGNORE = "###"
NO_KEY = "None"  # what PPOCRLabel writes as key_cls of a region that has none
SPLITS = ("train", "val", "report")


@dataclass(frozen=True, eq=False)
class DetLabel:
    """A picture and the text regions in it.

    Args:
        picture: the picture's path.
        instances: its labelled regions.
        file: the label file it comes from.
        line: line number in that file, from 1.
    """

    picture: Path
    instances: tuple[TextInstance, ...]
    file: Path
    line: int


@dataclass(frozen=True)
class RecLabel:
    """A picture of one word or one line and what it says.

    Args:
        picture: the picture's path.
        text: its transcription.
        file: the label file it comes from.
        line: line number in that file, from 1.
    """

    picture: Path
    text: str
    file: Path
    line: int


def read_lines(file: Path) -> list[tuple[int, str | LabelError]]:
    r"""Split a label file into numbered lines, without line ends and a byte order mark.

    Only ``\n`` (and ``\r\n``) ends a line: other Unicode separators may be part of a text.
    Empty lines are left out. A line that is not UTF-8 comes as the error it deserves.

    Args:
        file: the label file.

    Returns:
        (line number from 1, text or error) for every line that is not empty.

    Raises:
        LabelError: the file is missing, unreadable, UTF-16, or holds no line at all.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LabelError(
            f"cannot read the label file: {error.strerror}", file=file, remedy="check the path"
        ) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LabelError(
            "the file is UTF-16, not UTF-8",
            file=file,
            remedy=f"convert it: iconv -f utf-16 -t utf-8 {file.name} > new.txt",
        )
    lines: list[tuple[int, str | LabelError]] = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        raw = raw.removesuffix(b"\r")
        if not raw:
            continue
        try:
            lines.append((number, raw.decode("utf-8")))
        except UnicodeDecodeError as error:
            fault = LabelError(
                "the line is not UTF-8",
                file=file,
                line=number,
                value=raw[max(0, error.start - 10) : error.start + 10],
                remedy="convert the file, for example: iconv -f gb18030 -t utf-8",
            )
            lines.append((number, fault))
    if not lines:
        raise LabelError(
            "the label file is empty", file=file, remedy="write one line per picture into it"
        )
    return lines


def parse_polygon(points: object) -> FloatArray | str:
    """Check one region's corners.

    Args:
        points: what stood under ``points``.

    Returns:
        The corners, (n, 2) float32 px, n >= 4; or, if they are not acceptable, why.
    """
    try:
        array = np.array(points)
    except (ValueError, OverflowError):  # ragged lists
        return "points are not pairs of numbers"
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iuf":
        return "points are not pairs of numbers"
    if len(array) < 4:
        return f"a region needs at least 4 points, this one has {len(array)}"
    with np.errstate(over="ignore"):  # too large for float32 becomes inf, which is caught here
        polygon = array.astype(np.float32)
    if not np.isfinite(polygon).all():
        return "a coordinate is NaN or infinite"
    return polygon


def split_line(text: str, file: Path, line: int) -> tuple[str, str]:
    """Cut a label line at its tab into the picture's name and the label.

    Raises:
        LabelError: no tab, or no name before it.
    """
    name, tab, label = text.partition("\t")
    if not tab:
        raise LabelError(
            "no tab between picture and label",
            file=file,
            line=line,
            value=text,
            remedy="write picture, one tab, label",
        )
    if not name.strip():
        raise LabelError(
            "no picture before the tab",
            file=file,
            line=line,
            value=text,
            remedy="write the picture's path, relative to the label file",
        )
    return name, label


def parse_det_line(
    text: str, file: Path, line: int, difficult: bool = False
) -> tuple[DetLabel, list[LabelError]]:
    """Read one detection line and collect everything that is wrong with its regions.

    Args:
        text: the line without its line end.
        file: the label file.
        line: the line's number, from 1.
        difficult: whether ``"difficult": true`` marks a region that does not count, too.

    Returns:
        The label with the acceptable regions, and one error per region that is not.

    Raises:
        LabelError: the line as a whole is not readable (no tab, broken JSON, not a list).
    """
    name, label = split_line(text, file, line)
    try:
        regions = json.loads(label)
    except (ValueError, RecursionError) as error:  # ValueError: also a 5000-digit number
        column = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise LabelError(
            f"broken JSON after the tab{column}",
            file=file,
            line=line,
            value=label,
            remedy='write [{"transcription": "...", "points": [[x, y], ...]}, ...]',
        ) from error
    if not isinstance(regions, list):
        raise LabelError(
            "the JSON after the tab is not a list of regions",
            file=file,
            line=line,
            value=label,
            remedy="put the regions into [...], also a single one",
        )
    instances: list[TextInstance] = []
    faults: list[LabelError] = []
    for index, region in enumerate(regions, start=1):
        polygon: FloatArray | str
        transcription: Any = None
        key: Any = None
        if not isinstance(region, dict) or "points" not in region:
            polygon = "it has no points"
        elif not isinstance(transcription := region.get("transcription"), str):
            polygon = "it has no transcription"
        elif not isinstance(key := region.get("key_cls") or "", str):
            polygon = "its key_cls is not a text"
        else:
            polygon = parse_polygon(region["points"])
        if isinstance(polygon, str):
            faults.append(
                LabelError(
                    f"region {index}: {polygon}",
                    file=file,
                    line=line,
                    value=region.get("points", region) if isinstance(region, dict) else region,
                    remedy="give the corners as [[x, y], ...] in px, clockwise from top-left, "
                    f"and the text (or {IGNORE})",
                )
            )
        else:
            ignore = transcription == IGNORE or (difficult and region.get("difficult") is True)
            key = "" if key == NO_KEY else key
            instances.append(TextInstance(polygon, transcription, ignore, key))
    return DetLabel(file.parent / name, tuple(instances), file, line), faults


def parse_rec_line(text: str, file: Path, line: int) -> RecLabel:
    """Read one recognition line.

    Args:
        text: the line without its line end.
        file: the label file.
        line: the line's number, from 1.

    Raises:
        LabelError: no tab, more than one tab, a carriage return, or no text.
    """
    name, label = split_line(text, file, line)
    problem = ""
    if not label.strip():
        problem = "the text is empty"
    elif "\t" in label:
        problem = "more than one tab"
    elif "\r" in label:
        problem = "a carriage return in the text"
    if problem:
        raise LabelError(
            problem, file=file, line=line, value=text, remedy="write picture, one tab, the text"
        )
    return RecLabel(file.parent / name, label, file, line)
