"""Scene text: the ICDAR tasks, LSVT, RCTW, Total-Text, MSRA-TD500 and Street View Text."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ocrlib.data.formats.total_text import read_total_text_file
from ocrlib.data.icdar import read_icdar_file
from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon, read_lines
from ocrlib.data.official.common import (
    Item,
    Part,
    box,
    files,
    folders,
    no_picture,
    pictures,
    unquote,
)
from ocrlib.errors import LabelError
from ocrlib.types import TextInstance

_LINE_2013 = re.compile(r'(-?\d+),?\s+(-?\d+),?\s+(-?\d+),?\s+(-?\d+),?\s+"(.*)"\s*')


def icdar2013(root: Path) -> list[Part]:
    """Pictures with upright boxes, ``left, top, right, bottom, "text"``."""
    return _parts(
        root,
        _read_2013,
        ("train", "Challenge2_Training_Task12_Images", "Challenge2_Training_Task1_GT"),
        ("test", "Challenge2_Test_Task12_Images", "Challenge2_Test_Task1_GT"),
    )


def icdar2015(root: Path) -> list[Part]:
    """Pictures with quadrilaterals, ``x1,y1,...,x4,y4,text``."""
    gt = "ch4_training_localization_transcription_gt"
    return _parts(
        root,
        read_icdar_file,
        ("train", "ch4_training_images", gt),
        ("test", "ch4_test_images", "Challenge4_Test_Task1_GT"),
    )


def mlt2017(root: Path) -> list[Part]:
    """As ICDAR 2015, with the script before the text."""
    return _parts(
        root,
        _read_nine,
        ("train", "ch8_training_images*", "ch8_training_localization_transcription_gt*"),
        ("val", "ch8_validation_images", "ch8_validation_localization_transcription_gt*"),
    )


def mlt2019(root: Path) -> list[Part]:
    """As MLT 2017."""
    return _parts(root, _read_nine, ("train", "ImagesPart*", "train_gt_t13"))


def rctw17(root: Path) -> list[Part]:
    """As ICDAR 2015, with a flag for difficult text before the text, which is quoted."""
    return _parts(root, _read_rctw, ("train", "train_images", "train_gts"))


def _parts(
    root: Path, read: Callable[[Path, Path], DetLabel], *names: tuple[str, str, str]
) -> list[Part]:
    """The parts whose (folders of pictures, folder of labels) are there."""
    parts = []
    for name, images, labels in names:
        image_folders, label_folders = folders(root, images), folders(root, labels)
        if image_folders and label_folders:
            items = _label_files(image_folders, label_folders, read)
            parts.append(Part(name, "det", items))
    return parts


def _label_files(
    image_folders: list[Path], label_folders: list[Path], read: Callable[[Path, Path], DetLabel]
) -> Iterator[Item]:
    known = pictures(image_folders)
    for file in (file for folder in label_folders for file in files(folder, "*.txt")):
        stem = file.stem.removeprefix("poly_").removeprefix("gt_")
        picture = known.get(stem)
        if picture is None:
            yield no_picture(file, stem)
            continue
        try:
            yield read(file, picture)
        except LabelError as error:
            yield error


def _read_2013(file: Path, picture: Path) -> DetLabel:
    regions = []
    for number, line in read_lines(file):
        if isinstance(line, LabelError):
            raise line
        match = _LINE_2013.fullmatch(line)
        if match is None:
            raise LabelError(
                "not four coordinates and a quoted text",
                file=file,
                line=number,
                value=line,
                remedy='write left, top, right, bottom, "text"',
            )
        left, top, right, bottom = (float(match[i]) for i in range(1, 5))
        text = unquote(match[5])
        regions.append(TextInstance(box(left, top, right, bottom), text, text == IGNORE))
    return DetLabel(picture, tuple(regions), file, 1)


def _read_nine(file: Path, picture: Path) -> DetLabel:
    return read_icdar_file(file, picture, fields_before_text=9)


def _read_rctw(file: Path, picture: Path) -> DetLabel:
    # The flag is the ninth field, so it comes along at the front of the text.
    label = read_icdar_file(file, picture)
    regions = []
    for region in label.instances:
        flag, _, text = region.text.partition(",")
        if flag not in ("0", "1"):
            raise LabelError(
                "the field before the text is not 0 or 1",
                file=file,
                value=region.text,
                remedy='write x1,y1,x2,y2,x3,y3,x4,y4,difficult,"text"',
            )
        text = text.strip().removeprefix('"').removesuffix('"')
        regions.append(TextInstance(region.polygon, text, flag == "1" or text == IGNORE))
    return DetLabel(picture, tuple(regions), file, 1)


def total_text(root: Path) -> list[Part]:
    """Polygons of any number of points in the text format; ``#`` marks what does not count."""
    parts = []
    for name, images, labels in (
        ("train", root / "Images" / "Train", root / "txt_format" / "Train"),
        ("test", root / "Images" / "Test", root / "txt_format" / "Test"),
    ):
        if images.is_dir() and labels.is_dir():
            items = _label_files([images], [labels], read_total_text_file)
            parts.append(Part(name, "det", items))
    return parts


def msra_td500(root: Path) -> list[Part]:
    """Rotated boxes around lines, ``index difficult x y w h angle``; there are no texts."""
    return [
        Part(folder.name, "det", _td500(folder))
        for folder in folders(root, "train", "test")
        if any(folder.glob("*.gt"))
    ]


def _td500(folder: Path) -> Iterator[Item]:
    known = pictures([folder])
    for file in sorted(folder.glob("*.gt")):
        picture = known.get(file.stem)
        if picture is None:
            yield no_picture(file, file.stem)
            continue
        try:
            lines = read_lines(file) if file.stat().st_size else []
            regions = tuple(_rotated_box(file, number, str(line)) for number, line in lines)
            yield DetLabel(picture, regions, file, 1)
        except LabelError as error:
            yield error


def _rotated_box(file: Path, number: int, line: str) -> TextInstance:
    try:
        _, difficult, x, y, width, height, angle = (float(field) for field in line.split())
    except ValueError as error:
        raise LabelError(
            "not seven numbers",
            file=file,
            line=number,
            value=line,
            remedy="write index difficult x y width height angle",
        ) from error
    corners = box(-width / 2, -height / 2, width / 2, height / 2)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    centre = np.array([x + width / 2, y + height / 2])
    return TextInstance((corners @ turn + centre).astype(np.float32), "", difficult == 1)


def lsvt(root: Path) -> list[Part]:
    """One JSON file: ``{"gt_0": [{"points", "transcription", "illegibility"}]}``."""
    file = root / "train_full_labels.json"
    return [Part("train", "det", _lsvt(file))] if file.is_file() else []


def _lsvt(file: Path) -> Iterator[Item]:
    known = pictures(folders(file.parent, "train_full_images*"))
    try:
        labels = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError:
        yield LabelError("broken JSON", file=file, remedy="unpack the labels again")
        return
    for key, entries in labels.items():
        picture = known.get(key)
        if picture is None:
            yield no_picture(file, key)
            continue
        regions = []
        for index, entry in enumerate(entries, start=1):
            polygon = parse_polygon(entry.get("points"))
            if isinstance(polygon, str):
                yield LabelError(
                    f"{key}, region {index}: {polygon}",
                    file=file,
                    value=entry.get("points"),
                    remedy="mend the label or leave the picture out",
                )
                break
            text = entry.get("transcription", "")
            ignore = bool(entry.get("illegibility")) or text == IGNORE
            regions.append(TextInstance(polygon, text, ignore))
        else:
            yield DetLabel(picture, tuple(regions), file, 1)


def svt(root: Path) -> list[Part]:
    """XML with upright boxes around some of the words of each picture."""
    base = root / "svt1" if (root / "svt1").is_dir() else root
    return [
        Part(name, "det", _svt(base / f"{name}.xml"))
        for name in ("train", "test")
        if (base / f"{name}.xml").is_file()
    ]


def _svt(file: Path) -> Iterator[Item]:
    try:
        tree = ET.parse(file)
    except ET.ParseError as error:
        yield LabelError(f"broken XML: {error}", file=file, remedy="unpack the labels again")
        return
    for image in tree.iter("image"):
        name = image.findtext("imageName", "").strip()
        if not (file.parent / name).is_file():
            yield no_picture(file, name)
            continue
        try:
            regions = []
            for rectangle in image.iter("taggedRectangle"):
                x, y, w, h = (float(rectangle.attrib[key]) for key in ("x", "y", "width", "height"))
                text = rectangle.findtext("tag", "")
                regions.append(TextInstance(box(x, y, x + w, y + h), text, text == IGNORE))
            yield DetLabel(file.parent / name, tuple(regions), file, 1)
        except (KeyError, ValueError) as error:
            yield LabelError(
                "a rectangle without x, y, width and height",
                file=file,
                value=name,
                remedy=f"mend it: {error}",
            )
