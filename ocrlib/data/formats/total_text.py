r"""Total-Text's labels (Ch'ng and Chan, ICDAR 2017): polygons, one text file per picture.

A record is ``x: [[1 9 9 1]], y: [[1 1 5 5]], ornt: [u'h'], transcriptions: [u'TEXT']``, where the
orientation is h (level), m (slanted), c (curved) or # (does not count). Numbers may run over
several lines, and texts are quoted as Python does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ocrlib.data.formats.common import (
    Entry,
    label_files,
    named_apart,
    no_picture_for,
    pictures_by_stem,
)
from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon
from ocrlib.data.label_write import shortest, write_lines
from ocrlib.errors import LabelError
from ocrlib.types import FloatArray, TextInstance

_HASH = "#"
_START = re.compile(r"x:\s*\[\[")
_RECORD = re.compile(
    r"x:\s*\[\[(?P<x>[^\]]*)\]\],\s*y:\s*\[\[(?P<y>[^\]]*)\]\],\s*ornt:\s*\[[^\]]*\],\s*"
    r"transcriptions:\s*\[u?(?P<quote>['\"])(?P<text>(?:\\.|[^\\])*?)(?P=quote)\]",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_REMEDY = "write x: [[...]], y: [[...]], ornt: [u'c'], transcriptions: [u'TEXT']"


def read_total_text_file(file: Path, picture: Path) -> DetLabel:
    """Read the label file of one picture.

    Args:
        file: the label file.
        picture: the picture's path.

    Raises:
        LabelError: the file is not UTF-8, or the first record that is wrong.
    """
    label, faults = _parse(file, picture)
    if faults:
        raise faults[0]
    return label


def scan_total_text(folder_images: Path, folder_gt: Path) -> Iterator[Entry]:
    """Read a folder of label files ``poly_gt_NAME.txt``, and go on where something is wrong.

    Args:
        folder_images: the pictures, ``NAME.jpg``.
        folder_gt: the label files; ``gt_NAME.txt`` and ``NAME.txt`` are found, too.

    Returns:
        One entry per label file, ordered by name.

    Raises:
        DataError: a folder is missing or has no label file.
    """
    known = pictures_by_stem(folder_images)
    for file in label_files(folder_gt, "*.txt", "poly_gt_NAME.txt"):
        stem = file.stem.removeprefix("poly_").removeprefix("gt_")
        picture = known.get(stem, known.get(file.stem))
        if picture is None:
            yield no_picture_for(file, stem, folder_images)
            continue
        try:
            label, faults = _parse(file, picture)
            yield Entry(label, tuple(faults))
        except LabelError as error:
            yield Entry(None, (error,))


def write_total_text(folder: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write a ``poly_gt_NAME.txt`` per picture.

    Args:
        folder: where to write; pictures stay where they are.
        labels: the labels.

    Raises:
        LabelError: a text ``#`` of a region that counts, or two pictures of one name.
    """
    out = Path(folder)
    files = {}
    for label in named_apart(labels, out):
        file = out / f"poly_gt_{label.picture.stem}.txt"
        files[file] = [_line(region, file) for region in label.instances]
    for file, lines in files.items():  # all of them, or none
        write_lines(file, lines)


def _parse(file: Path, picture: Path) -> tuple[DetLabel, list[LabelError]]:
    try:
        content = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(
            f"cannot read the label file: {error.strerror}", file=file, remedy="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise LabelError(
            "the file is not UTF-8", file=file, remedy="convert it with iconv"
        ) from error
    regions: list[TextInstance] = []
    faults: list[LabelError] = []

    def fault(problem: str, start: int, end: int) -> None:
        line, value = content.count("\n", 0, start) + 1, content[start:end].strip()
        faults.append(LabelError(problem, file=file, line=line, value=value, remedy=_REMEDY))

    end = 0
    while (begin := _START.search(content, end)) is not None:
        start = begin.start()
        if rest := content[end:start].strip():
            fault("something that is no record", content.index(rest, end), start)
        match = _RECORD.match(content, start)
        if match is None:
            following = _START.search(content, begin.end())
            end = len(content) if following is None else following.start()
            fault("not a polygon and a text", start, end)
            continue
        end = match.end()
        polygon = _polygon(match["x"], match["y"])
        if isinstance(polygon, str):
            fault(polygon, start, end)
            continue
        text = _ESCAPE.sub(_plain, match["text"])
        regions.append(TextInstance(polygon, text, text in (_HASH, IGNORE)))
    if rest := content[end:].strip():
        fault("something that is no record", content.index(rest, end), len(content))
    return DetLabel(picture, tuple(regions), file, 1), faults


def _polygon(x: str, y: str) -> FloatArray | str:
    try:
        xs, ys = ([float(value) for value in values.split()] for values in (x, y))
        return parse_polygon(list(zip(xs, ys, strict=True)))
    except ValueError:
        return "x and y are not equally many numbers"


def _plain(escape: re.Match[str]) -> str:
    code = escape[1]
    if code in _CONTROL:
        return _CONTROL[code]
    if len(code) > 1 and int(code[1:], 16) <= 0x10FFFF:
        return chr(int(code[1:], 16))
    return escape[0]  # as Python: a backslash before anything else is a backslash


def _line(region: TextInstance, file: Path) -> str:
    if not region.ignore and region.text in (_HASH, IGNORE):
        raise LabelError(
            "this text would mark a region that does not count",
            file=file,
            value=region.text,
            remedy="use another format",
        )
    xs, ys = (" ".join(str(shortest(v)) for v in axis) for axis in region.polygon.T)
    text = _HASH if region.ignore else region.text
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    quoted = quoted.replace("\n", "\\n").replace("\r", "\\r")
    return (
        f"x: [[{xs}]], y: [[{ys}]], ornt: [u'{_orientation(region)}'], "
        f"transcriptions: [u'{quoted}']"
    )


def _orientation(region: TextInstance) -> str:
    if region.ignore:
        return _HASH
    if len(region.polygon) > 4:
        return "c"
    (_, y0), (_, y1), *_ = region.polygon
    return "h" if y0 == y1 else "m"
