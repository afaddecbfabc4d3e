"""LabelMe's files: one JSON per picture, ``{"imagePath": ..., "shapes": [...]}``.

A shape's ``label`` is its class. The transcription stands in ``description``; where that is empty,
the label is the transcription, as in files of people who label text with its text, unless it is
just ``text``. A region does not count if its flag ``ignore`` is set, or if it says ``###``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ocrlib.data.formats.common import (
    PLAIN,
    Entry,
    label_files,
    load_json,
    named_apart,
    picture_size,
)
from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon
from ocrlib.data.label_write import picture_name, shortest, write_lines
from ocrlib.errors import LabelError
from ocrlib.types import FloatArray, TextInstance

VERSION = "5.5.0"  # of LabelMe, whose layout is written
_REMEDY = "draw it again as a polygon, a rectangle or a rotated rectangle"


def scan_labelme(source: Path, folder_images: Path | None = None) -> Iterator[Entry]:
    """Read LabelMe's files, and go on where something is wrong.

    Args:
        source: a JSON file, or a folder of them.
        folder_images: the pictures; None: where ``imagePath`` says.

    Returns:
        One entry per file, ordered by name.

    Raises:
        DataError: the folder has no JSON file.
    """
    files = [source] if source.is_file() else label_files(source, "*.json", "NAME.json")
    for file in files:
        try:
            yield _entry(file, folder_images)
        except LabelError as error:
            yield Entry(None, (error,))


def write_labelme(folder: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write a ``NAME.json`` per picture.

    Args:
        folder: where to write; pictures stay where they are, and their paths become relative.
        labels: the labels.

    Raises:
        LabelError: a picture that cannot be read, a region that this format cannot tell from
            another one, or two pictures of one name.
    """
    out = Path(folder)
    files = {}
    for label in named_apart(labels, out):
        file = out / f"{label.picture.stem}.json"
        height, width = picture_size(label)
        content: dict[str, Any] = {
            "version": VERSION,
            "flags": {},
            "shapes": [_shape(region, file) for region in label.instances],
            "imagePath": picture_name(label.picture, file),
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
        }
        files[file] = json.dumps(content, ensure_ascii=False, indent=2)
    for file, text in files.items():  # all of them, or none
        write_lines(file, [text])


def _entry(file: Path, folder_images: Path | None) -> Entry:
    content = load_json(file, "open and save it in LabelMe again")
    name, shapes = content.get("imagePath"), content.get("shapes")
    if not isinstance(name, str) or not name or not isinstance(shapes, list):
        raise LabelError(
            "no imagePath and shapes in it",
            file=file,
            value=sorted(content),
            remedy="open and save it in LabelMe again",
        )
    name = name.replace("\\", "/")  # as Windows writes it
    picture = file.parent / name if folder_images is None else folder_images / Path(name).name
    regions: list[TextInstance] = []
    faults: list[LabelError] = []
    for number, shape in enumerate(shapes, start=1):
        region = _region(shape)
        if isinstance(region, TextInstance):
            regions.append(region)
        else:
            problem, value = region
            faults.append(
                LabelError(f"shape {number}: {problem}", file=file, value=value, remedy=_REMEDY)
            )
    return Entry(DetLabel(picture, tuple(regions), file, 1), tuple(faults))


def _region(shape: object) -> TextInstance | tuple[str, object]:
    """The region of a shape, or (what is wrong, the value)."""
    if not isinstance(shape, dict):
        return "not an object", shape
    kind, points = shape.get("shape_type", "polygon"), shape.get("points")
    if kind not in ("polygon", "rectangle", "rotation", "oriented_rectangle"):
        return f"a shape of type {kind} is no region", kind
    polygon: FloatArray | str
    if kind == "rectangle" and isinstance(points, list) and len(points) == 2:
        polygon = _rectangle(points)
    else:
        polygon = parse_polygon(points)
    if isinstance(polygon, str):
        return polygon, points
    label, description = shape.get("label"), shape.get("description") or ""
    if not isinstance(label, str) or not isinstance(description, str):
        return "its label or description is not a text", label
    flags: Any = shape.get("flags") or {}
    ignore = isinstance(flags, dict) and flags.get("ignore") is True
    if not description and label != PLAIN:
        text, key = label, ""
    else:
        text, key = description, "" if label == PLAIN else label
    return TextInstance(polygon, text, ignore or text == IGNORE, key)


def _rectangle(points: list[Any]) -> FloatArray | str:
    """Four corners, clockwise from top-left, of two opposite ones."""
    try:
        (ax, ay), (bx, by) = (map(float, point) for point in points)
    except (TypeError, ValueError, OverflowError):
        return "points are not pairs of numbers"
    (x0, x1), (y0, y1) = sorted((ax, bx)), sorted((ay, by))
    return parse_polygon([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def _shape(region: TextInstance, file: Path) -> dict[str, Any]:
    problem = ""
    if region.key == PLAIN:
        problem = f"the key {PLAIN} stands for a region without one"
    elif region.key and not region.text:
        problem = "a region with a key has no text"
    elif region.text == IGNORE and not region.ignore:
        problem = f"the text {IGNORE} would mark a region that does not count"
    if problem:
        raise LabelError(
            problem, file=file, value=region.text or region.key, remedy="change it, or use coco"
        )
    return {
        "label": region.key or PLAIN,
        "points": [[shortest(x), shortest(y)] for x, y in np.asarray(region.polygon)],
        "group_id": None,
        "description": region.text,
        "shape_type": "polygon",
        "flags": {"ignore": True} if region.ignore else {},
    }
