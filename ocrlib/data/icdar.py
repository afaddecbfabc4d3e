"""Labels as in the ICDAR robust-reading tasks: one text file per picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ocrlib.data.formats.common import (
    Entry,
    label_files,
    named_apart,
    no_picture_for,
    pictures_by_stem,
)
from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon, read_lines
from ocrlib.data.label_write import shortest, write_lines
from ocrlib.errors import DataError, LabelError
from ocrlib.images import SUFFIXES
from ocrlib.types import TextInstance


def read_icdar(
    folder_images: str | Path, folder_gt: str | Path, *, fields_before_text: int = 8
) -> list[DetLabel]:
    """Read a set labelled as in the ICDAR robust-reading tasks.

    Every picture ``NAME.jpg`` has a ``gt_NAME.txt`` (or ``NAME.txt``) whose lines are
    ``x1,y1,x2,y2,x3,y3,x4,y4,TEXT``; the text may hold commas, and ``###`` means ignore.

    Args:
        folder_images: the pictures.
        folder_gt: the label files.
        fields_before_text: 8; 9 where the script stands before the text, as in MLT.

    Returns:
        One label per label file, ordered by name; ``line`` is 1.

    Raises:
        DataError: a folder is missing, has no label file, or a picture is missing.
        LabelError: a line has too few fields or a coordinate is not a number.
    """
    images, labels = Path(folder_images), Path(folder_gt)
    for folder in (images, labels):
        if not folder.is_dir():
            raise DataError("no such folder", file=folder, remedy="check the path")
    pictures = {path.stem: path for path in images.iterdir() if path.suffix.lower() in SUFFIXES}
    files = sorted(labels.glob("*.txt"))
    if not files:
        raise DataError("no label file here", file=labels, remedy="expected gt_NAME.txt")
    result = []
    for file in files:
        picture = pictures.get(file.stem.removeprefix("gt_"), pictures.get(file.stem))
        if picture is None:
            raise DataError(
                "no picture belongs to this label file",
                file=file,
                remedy=f"put {file.stem.removeprefix('gt_')}.jpg into {images}",
            )
        result.append(read_icdar_file(file, picture, fields_before_text=fields_before_text))
    return result


def read_icdar_file(file: Path, picture: Path, *, fields_before_text: int = 8) -> DetLabel:
    """Read the label file of one picture; see ``read_icdar``.

    Args:
        file: the label file; an empty one belongs to a picture without text.
        picture: the picture's path.
        fields_before_text: 8, or 9 where something stands before the text.

    Returns:
        The label; its ``line`` is 1.

    Raises:
        LabelError: a line has too few fields or a coordinate is not a number.
    """
    label, faults = _parse(file, picture, fields_before_text)
    if faults:
        raise faults[0]
    return label


def scan_icdar(folder_images: Path, folder_gt: Path) -> Iterator[Entry]:
    """Read a set as ``read_icdar`` does, but go on where something is wrong.

    Args:
        folder_images: the pictures.
        folder_gt: the label files.

    Returns:
        One entry per label file, ordered by name.

    Raises:
        DataError: a folder is missing or has no label file.
    """
    known = pictures_by_stem(folder_images)
    for file in label_files(folder_gt, "*.txt", "gt_NAME.txt"):
        stem = file.stem.removeprefix("gt_")
        picture = known.get(stem, known.get(file.stem))
        if picture is None:
            yield no_picture_for(file, stem, folder_images)
            continue
        try:
            label, faults = _parse(file, picture, 8)
            yield Entry(label, tuple(faults))
        except LabelError as error:  # the file as a whole
            yield Entry(None, (error,))


def write_icdar(folder: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write a ``gt_NAME.txt`` per picture; regions that do not count get the text ``###``.

    Args:
        folder: where to write; pictures stay where they are.
        labels: the labels; every region has four corners.

    Raises:
        LabelError: a region with more than four corners, a text with a line break or with blanks
            at an end, or two pictures of one name.
    """
    out = Path(folder)
    files = {}
    for label in named_apart(labels, out):
        file = out / f"gt_{label.picture.stem}.txt"
        files[file] = [_line(region, file) for region in label.instances]
    for file, lines in files.items():  # all of them, or none
        write_lines(file, lines)


def _line(region: TextInstance, file: Path) -> str:
    text = IGNORE if region.ignore else region.text
    if len(region.polygon) != 4:
        raise LabelError(
            f"this format knows four corners only, not {len(region.polygon)}",
            file=file,
            value=text,
            remedy="use total-text, or another format for polygons",
        )
    if text != text.strip() or any(mark in text for mark in "\n\r"):
        raise LabelError(
            "a text has a line break, or blanks at an end",
            file=file,
            value=text,
            remedy="write it as one line without blanks around it",
        )
    return ",".join([*(str(shortest(value)) for value in region.polygon.flat), text])


def _parse(file: Path, picture: Path, fields_before_text: int) -> tuple[DetLabel, list[LabelError]]:
    """The label with the acceptable regions, and one error per line that is not."""
    regions: list[TextInstance] = []
    faults: list[LabelError] = []
    try:
        lines = read_lines(file) if file.stat().st_size else []
    except OSError as error:
        raise LabelError(
            f"cannot read the label file: {error.strerror}", file=file, remedy="check the path"
        ) from error
    for number, line in lines:
        if isinstance(line, LabelError):
            faults.append(line)
            continue
        fields = line.split(",", fields_before_text)
        try:
            corners = [float(field) for field in fields[:8]]
        except ValueError:
            corners = []
        problem = ""
        if len(corners) != 8 or len(fields) != fields_before_text + 1:
            problem = "not eight coordinates and a text, separated by commas"
        else:
            polygon = parse_polygon([corners[i : i + 2] for i in range(0, 8, 2)])
            if isinstance(polygon, str):
                problem = polygon
            else:
                text = fields[-1].strip()
                regions.append(TextInstance(polygon, text, text == IGNORE))
        if problem:
            faults.append(
                LabelError(
                    problem,
                    file=file,
                    line=number,
                    value=line,
                    remedy="write x1,y1,x2,y2,x3,y3,x4,y4,text",
                )
            )
    return DetLabel(picture, tuple(regions), file, 1), faults
