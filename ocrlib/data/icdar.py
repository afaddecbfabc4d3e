"""Labels as in the ICDAR robust-reading tasks: one text file per picture."""

from __future__ import annotations

from pathlib import Path

from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon, read_lines
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
    if file.stat().st_size == 0:
        return DetLabel(picture, (), file, 1)
    regions = []
    for number, line in read_lines(file):
        if isinstance(line, LabelError):
            raise line
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
            raise LabelError(
                problem,
                file=file,
                line=number,
                value=line,
                remedy="write x1,y1,x2,y2,x3,y3,x4,y4,text",
            )
    return DetLabel(picture, tuple(regions), file, 1)
