"""CCPD (Xu et al., ECCV 2018): pictures of cars whose file names hold the label.

``area-tilt-box-corners-characters-brightness-blurriness.jpg``; the plates of 2019 have seven
characters, the green ones of 2020 eight. Pictures in a folder ``ccpd_np`` show no plate.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from ocrlib.data.formats.common import Entry, picture_size
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import DataError, LabelError
from ocrlib.geometry import polygon_area
from ocrlib.images import SUFFIXES, read_image
from ocrlib.types import FloatArray, TextInstance

PROVINCES = "皖沪津渝冀晋蒙辽吉黑苏浙京闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新警学"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS_AND_DIGITS = LETTERS + "0123456789"
NO_PLATE = "ccpd_np"


@dataclass(frozen=True, eq=False)
class PlateName:
    """What a file name says.

    Args:
        area: the plate's share of the picture, 0-1; the name holds the digits behind "0.".
        tilt: horizontal and vertical, in degrees; 90 is upright.
        box: left, top, right and bottom of the box around the plate, in whole px.
        corners: the plate's corners, (4, 2) float32 px, clockwise from top-left. (In the name they
            start at the bottom right.)
        text: the plate's seven or eight characters.
        brightness: of the plate; in this set close to its mean grey, 0-255.
        blurriness: of the plate; how it was measured, the source does not say.
    """

    area: float
    tilt: tuple[int, int]
    box: tuple[int, int, int, int]
    corners: FloatArray
    text: str
    brightness: int
    blurriness: int


def parse_plate_name(picture: Path) -> PlateName:
    """Read a file name.

    Args:
        picture: the picture's path; it need not be there.

    Raises:
        LabelError: says which of the fields is not acceptable.
    """

    def wrong(problem: str) -> LabelError:
        return LabelError(
            problem, file=picture, value=picture.stem, remedy="keep the official file names"
        )

    fields = picture.stem.split("-")
    if len(fields) != 7:
        raise wrong("the file name is not area-tilt-box-corners-characters-brightness-blur")
    area, tilt, box, corners, characters, brightness, blurriness = fields
    if not (area.isascii() and area.isdigit()):
        raise wrong("field 1, the area, is not a row of digits")
    tilts = _numbers(tilt, 1, 2, "_")
    if tilts is None:
        raise wrong("field 2, the tilt, is not two numbers, as in 95_113")
    ends = _numbers(box, 2, 2, "&")
    if ends is None:
        raise wrong("field 3, the box, is not two points, as in 154&383_386&473")
    points = _numbers(corners, 4, 2, "&")
    if points is None:
        raise wrong("field 4, the corners, is not four points x&y")
    text = _plate_text(characters)
    if text is None:
        raise wrong("field 5, the characters, is not seven or eight known numbers")
    rest = _numbers(f"{brightness}&{blurriness}", 1, 2, "&")
    if rest is None:
        raise wrong("fields 6 and 7, brightness and blurriness, are not numbers")
    polygon = np.array([points[2], points[3], points[0], points[1]], np.float32)
    (left, top), (right, bottom) = ends
    return PlateName(
        float(f"0.{area}"),
        (tilts[0][0], tilts[0][1]),
        (left, top, right, bottom),
        polygon,
        text,
        rest[0][0],
        rest[0][1],
    )


def format_plate_name(name: PlateName) -> str:
    """The file name without suffix that says this; ``parse_plate_name`` reads it back.

    Args:
        name: what it shall say; corners are rounded to whole px.

    Raises:
        LabelError: a text that is no plate, or a corner left of or above the picture.
    """
    numbers = _character_numbers(name.text)
    corners = np.round(name.corners).astype(int)
    if corners.shape != (4, 2) or (corners < 0).any():
        raise LabelError(
            "a plate needs four corners within the picture",
            value=name.corners.tolist(),
            remedy="clip the region, or leave it out",
        )
    left, top, right, bottom = name.box
    fields = (
        format(Decimal(repr(name.area)), "f").partition(".")[2] or "0",
        "_".join(map(str, name.tilt)),
        f"{left}&{top}_{right}&{bottom}",
        "_".join(f"{x}&{y}" for x, y in corners[[2, 3, 0, 1]]),
        "_".join(map(str, numbers)),
        str(name.brightness),
        str(name.blurriness),
    )
    return "-".join(fields)


def read_plate(picture: Path) -> DetLabel:
    """The label in a file name.

    Args:
        picture: the picture's path.

    Raises:
        LabelError: the name is not acceptable.
    """
    if picture.parent.name == NO_PLATE:
        return DetLabel(picture, (), picture, 1)
    name = parse_plate_name(picture)
    return DetLabel(picture, (TextInstance(name.corners, name.text),), picture, 1)


def scan_ccpd(folder: Path) -> Iterator[Entry]:
    """Read all file names below a folder, and go on where one is wrong.

    Args:
        folder: the pictures, also in folders within.

    Returns:
        One entry per picture, ordered by path.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise DataError("no such folder", file=folder, remedy="check the path")
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not pictures:
        raise DataError("no picture here", file=folder, remedy="give the folder of the pictures")
    for picture in pictures:
        try:
            yield Entry(read_plate(picture))
        except LabelError as error:
            yield Entry(None, (error,))


def write_ccpd(folder: str | Path, labels: Iterable[DetLabel]) -> None:
    """Copy pictures under names that hold their labels.

    A picture whose name says the same already keeps it. Otherwise area and tilt come from the
    corners, the brightness is the mean grey of the box, and the blurriness, of which no measure is
    published, is 0.

    Args:
        folder: where the pictures go; those without a plate go to ``ccpd_np`` in it.
        labels: the labels, with one plate of four corners per picture, or none.

    Raises:
        LabelError: several regions, a region that does not count, or a text that is no plate.
        DataError: a picture of that name is there already, or cannot be written.
    """
    out = Path(folder)
    targets: dict[Path, Path] = {}
    for label in labels:
        if label.instances:
            target = out / (_name(label) + label.picture.suffix)
        else:
            target = out / NO_PLATE / label.picture.name
        if target.exists() or target in targets:
            raise DataError(
                "a picture of this name is there already",
                file=target,
                remedy="choose an empty folder, and label no picture twice",
            )
        targets[target] = label.picture
    for target, picture in targets.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(picture, target)
        except OSError as error:
            raise DataError(f"cannot copy the picture: {error.strerror}", file=target) from error


def _name(label: DetLabel) -> str:
    problem = ""
    if len(label.instances) != 1:
        problem = f"a file name holds one plate, not {len(label.instances)}"
    elif label.instances[0].ignore:
        problem = "a file name cannot say that a region does not count"
    elif len(label.instances[0].polygon) != 4:
        problem = f"a plate has four corners, not {len(label.instances[0].polygon)}"
    if problem:
        raise LabelError(
            problem, file=label.file, value=label.picture.name, remedy="use another format"
        )
    (plate,) = label.instances
    try:
        old = parse_plate_name(label.picture)
        if old.text == plate.text and np.array_equal(old.corners, plate.polygon):
            return label.picture.stem
    except LabelError:
        pass  # an ordinary name
    height, width = picture_size(label)
    (ax, ay), (bx, by), _, (dx, dy) = plate.polygon.tolist()
    level = math.degrees(math.atan2(by - ay, bx - ax))
    lean = math.degrees(math.atan2(dx - ax, dy - ay))
    left, top = np.floor(plate.polygon.min(axis=0)).astype(int).clip(0).tolist()
    right, bottom = np.ceil(plate.polygon.max(axis=0)).astype(int).tolist()
    part = read_image(label.picture)[top:bottom, left:right]
    try:
        return format_plate_name(
            PlateName(
                round(min(0.9999, abs(polygon_area(plate.polygon)) / (height * width)), 4),
                (round(90 + level) % 360, round(90 + lean) % 360),
                (left, top, right, bottom),
                plate.polygon,
                plate.text,
                round(float(part.mean())) if part.size else 0,
                0,
            )
        )
    except LabelError as error:
        raise LabelError(
            f"{label.picture.name}: {error.problem}",
            file=label.file,
            value=error.value,
            remedy=error.remedy,
        ) from error


def _numbers(text: str, groups: int, each: int, mark: str) -> list[list[int]] | None:
    """``groups`` of ``each`` whole numbers, or None; groups stand apart by ``_``."""
    parts = [text.split(mark)] if groups == 1 else [part.split(mark) for part in text.split("_")]
    if len(parts) != groups or any(len(part) != each for part in parts):
        return None
    if not all(value.isascii() and value.isdigit() for part in parts for value in part):
        return None
    return [[int(value) for value in part] for part in parts]


def _plate_text(characters: str) -> str | None:
    numbers = characters.split("_")
    if len(numbers) not in (7, 8) or not all(n.isascii() and n.isdigit() for n in numbers):
        return None
    alphabets = (PROVINCES, LETTERS, *([LETTERS_AND_DIGITS] * (len(numbers) - 2)))
    pairs = list(zip(map(int, numbers), alphabets, strict=True))
    if any(number >= len(alphabet) for number, alphabet in pairs):
        return None
    return "".join(alphabet[number] for number, alphabet in pairs)


def _character_numbers(text: str) -> list[int]:
    alphabets = (PROVINCES, LETTERS, *([LETTERS_AND_DIGITS] * (len(text) - 2)))
    if len(text) not in (7, 8) or any(c not in a for c, a in zip(text, alphabets, strict=False)):
        raise LabelError(
            "not a plate: a province, a letter, and five or six letters (not I, O) or digits",
            value=text,
            remedy="correct the text, or use another format",
        )
    return [alphabet.index(c) for c, alphabet in zip(text, alphabets, strict=True)]
