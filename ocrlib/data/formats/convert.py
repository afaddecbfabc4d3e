"""All label formats under their names: reading, writing, and from one to another."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ocrlib.data.formats.ccpd import scan_ccpd, write_ccpd
from ocrlib.data.formats.coco import scan_coco, write_coco
from ocrlib.data.formats.common import Converted, Entry
from ocrlib.data.formats.labelme import scan_labelme, write_labelme
from ocrlib.data.formats.ppocrlabel import scan_ppocrlabel, write_ppocrlabel
from ocrlib.data.formats.total_text import scan_total_text, write_total_text
from ocrlib.data.icdar import scan_icdar, write_icdar
from ocrlib.data.label_lines import DetLabel, parse_det_line, read_lines
from ocrlib.data.labels import write_det_labels
from ocrlib.errors import DataError, LabelError

Format = Literal["det", "ppocrlabel", "icdar", "total-text", "ccpd", "labelme", "coco"]


def scan_labels(
    source: str | Path, format: Format, pictures: Path | None = None
) -> Iterator[Entry]:
    """Read a labelled set, and go on where something is wrong.

    Args:
        source: a label file (det, coco), a folder of them (icdar, total-text), either (ppocrlabel,
            labelme), or a folder of pictures (ccpd).
        format: how it is written.
        pictures: where the pictures are, if not beside the labels (icdar, total-text, labelme,
            coco).

    Returns:
        One entry per picture.

    Raises:
        DataError: a folder is missing or empty, or ``pictures`` means nothing for the format.
        LabelError: the file as a whole cannot be read.
    """
    path = Path(source)
    if pictures is not None and format in ("det", "ppocrlabel", "ccpd"):
        raise DataError(
            f"{format} says itself where its pictures are", value=str(pictures), remedy="leave out"
        )
    match format:
        case "det":
            return _scan_det(path)
        case "ppocrlabel":
            return scan_ppocrlabel(path)
        case "icdar":
            return scan_icdar(path if pictures is None else pictures, path)
        case "total-text":
            return scan_total_text(path if pictures is None else pictures, path)
        case "ccpd":
            return scan_ccpd(path)
        case "labelme":
            return scan_labelme(path, pictures)
        case "coco":
            return scan_coco(path, pictures)


def write_labels(out: str | Path, labels: Iterable[DetLabel], format: Format) -> None:
    """Write labels in one of the formats.

    Args:
        out: a file (det, coco) or a folder (the others).
        labels: what to write.
        format: how.

    Raises:
        LabelError: something that the format cannot hold.
        DataError: a file cannot be written.
    """
    match format:
        case "det":
            write_det_labels(out, labels)
        case "ppocrlabel":
            write_ppocrlabel(out, labels)
        case "icdar":
            write_icdar(out, labels)
        case "total-text":
            write_total_text(out, labels)
        case "ccpd":
            write_ccpd(out, labels)
        case "labelme":
            write_labelme(out, labels)
        case "coco":
            write_coco(out, labels)


def convert_labels(
    source: str | Path,
    out: str | Path,
    source_format: Format,
    format: Format,
    *,
    pictures: Path | None = None,
    on_bad: Literal["refuse", "skip"] = "refuse",
) -> Converted:
    """Write the labels of one format in another one.

    Pictures stay where they are, but for two formats that want them in their own folder:
    PPOCRLabel, for which they are copied, and CCPD, for which they are copied and renamed.

    Args:
        source: what ``scan_labels`` takes.
        out: what ``write_labels`` takes.
        source_format: how the source is written.
        format: how to write.
        pictures: where the pictures are, if not beside the labels.
        on_bad: ``refuse`` stops at the first fault, before anything is written; ``skip`` leaves
            out the pictures with faults and tells.

    Returns:
        What was written and what was left out.

    Raises:
        DataError, LabelError: as reading and writing do, or no picture is left.
    """
    labels: list[DetLabel] = []
    problems: list[LabelError] = []
    for entry in scan_labels(source, source_format, pictures):
        if entry.faults and on_bad == "refuse":
            raise entry.faults[0]
        problems += entry.faults
        if entry.label is not None and not entry.faults:
            labels.append(entry.label)
    if not labels:
        raise DataError("no picture with usable labels", file=source, remedy="see ocrlib validate")
    target = Path(out)
    if format == "ppocrlabel":
        moved = _moved(labels, target)
        write_labels(target, [label for label, _ in moved], format)
        for label, source_picture in moved:
            _copy(source_picture, label.picture)
    else:
        write_labels(target, labels, format)
    regions = [region for label in labels for region in label.instances]
    ignored = sum(region.ignore for region in regions)
    return Converted(target, len(labels), len(regions), ignored, tuple(problems))


def _scan_det(file: Path) -> Iterator[Entry]:
    for number, text in read_lines(file):
        if isinstance(text, LabelError):
            yield Entry(None, (text,))
            continue
        try:
            label, faults = parse_det_line(text, file, number)
            yield Entry(label, tuple(faults))
        except LabelError as error:
            yield Entry(None, (error,))


def _moved(labels: list[DetLabel], folder: Path) -> list[tuple[DetLabel, Path]]:
    """Labels for copies of their pictures in a folder, each with the picture to copy.

    Raises:
        DataError: two pictures of one name, or another one of that name there already.
    """
    moved = []
    sources: dict[Path, Path] = {}
    for label in labels:
        target, source = folder / label.picture.name, label.picture.resolve()
        other = target.resolve() if target.exists() else source
        if sources.setdefault(target, source) != source or other != source:
            raise DataError(
                "another picture of this name is there already",
                file=target,
                remedy="rename one of them, or choose an empty folder",
            )
        moved.append((replace(label, picture=target), label.picture))
    return moved


def _copy(source: Path, target: Path) -> None:
    """Copy a picture, unless it is there already."""
    try:
        if not target.exists():
            shutil.copyfile(source, target)
    except OSError as error:
        raise DataError(
            f"cannot copy the picture: {error.strerror}",
            file=source,
            remedy="check that it is there, and that the folder can be written",
        ) from error
