"""COCO's layout: one JSON file with ``images``, ``annotations`` and ``categories``.

The outline is ``segmentation``, a list of polygons ``[x1, y1, x2, y2, ...]``; without one, the box
``[left, top, width, height]`` is. The transcription is ``utf8_string``, as in COCO-Text and
TextOCR, or else ``text``. The category is a region's key, unless it is just ``text``. What has
``iscrowd`` 1 or says ``###`` does not count. Masks in run lengths are refused: they have no
corners.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ocrlib.data.formats.common import PLAIN, Entry, load_json, picture_size
from ocrlib.data.label_lines import IGNORE, DetLabel, parse_polygon
from ocrlib.data.label_write import picture_name, shortest, write_lines
from ocrlib.errors import LabelError
from ocrlib.geometry import polygon_area
from ocrlib.types import FloatArray, TextInstance

_LAYOUT = 'write {"images": [...], "annotations": [...], "categories": [...]}'
_REMEDY = "give its outline as polygons [[x1, y1, x2, y2, ...]] in px"
_TEXTS = ("utf8_string", "text")


def scan_coco(file: Path, folder_images: Path | None = None) -> Iterator[Entry]:
    """Read a file, and go on where something is wrong.

    A text in several pieces becomes as many regions, none of them with a transcription, for nobody
    says which piece holds which letters.

    Args:
        file: the JSON file.
        folder_images: what ``file_name`` is relative to; None: the file's folder.

    Returns:
        One entry per picture, in the file's order, and one more per annotation without a picture.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    content = load_json(file, _LAYOUT)
    images, annotations, categories = (
        _list(content, name, file) for name in ("images", "annotations", "categories")
    )
    names = {c["id"]: str(c.get("name", "")) for c in categories if _has_id(c, "id")}
    regions: dict[Any, list[TextInstance]] = {}
    faults: dict[Any, list[LabelError]] = {}
    ids = {image["id"] for image in images if _has_id(image, "id")}
    for index, annotation in enumerate(annotations, start=1):
        found = _regions(annotation, names)
        home = annotation["image_id"] if _has_id(annotation, "image_id") else None
        where = f"annotation {_id_of(annotation, index)}"
        if home not in ids:
            problem = f"{where} belongs to no picture of the file"
            fault = LabelError(problem, file=file, value=home, remedy="correct its image_id")
            yield Entry(None, (fault,))
        elif isinstance(found, list):
            regions.setdefault(home, []).extend(found)
        else:
            fault = LabelError(f"{where}: {found[0]}", file=file, value=found[1], remedy=found[2])
            faults.setdefault(home, []).append(fault)
    base = file.parent if folder_images is None else folder_images
    for index, image in enumerate(images, start=1):
        name = image.get("file_name") if isinstance(image, dict) else None
        if not _has_id(image, "id") or not isinstance(name, str) or not name:
            fault = LabelError(
                f"picture {index} has no id and file_name", file=file, value=image, remedy=_LAYOUT
            )
            yield Entry(None, (fault,))
            continue
        # Taken out, so that a second picture with this id gets nothing and is found out.
        if image["id"] not in ids:
            fault = LabelError(
                "two pictures have the same id",
                file=file,
                value=image["id"],
                remedy="give each an id of its own",
            )
            yield Entry(None, (fault,))
            continue
        ids.remove(image["id"])
        label = DetLabel(base / name, tuple(regions.get(image["id"], ())), file, index)
        yield Entry(label, tuple(faults.get(image["id"], ())))


def write_coco(path: str | Path, labels: Iterable[DetLabel]) -> None:
    """Write a COCO file.

    Args:
        path: the file to write; pictures stay where they are, and their paths become relative.
        labels: the labels.

    Raises:
        LabelError: a picture that cannot be read, or a text or key that the format cannot tell
            from another one.
    """
    file = Path(path)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    categories = {PLAIN: 1}
    for number, label in enumerate(labels, start=1):
        height, width = picture_size(label)
        name = picture_name(label.picture, file)
        images.append({"id": number, "file_name": name, "height": height, "width": width})
        for region in label.instances:
            if region.key == PLAIN or (region.text == IGNORE and not region.ignore):
                raise LabelError(
                    "this text or key has a meaning of its own here",
                    file=file,
                    value=region.text if region.text == IGNORE else region.key,
                    remedy="change it, or use another format",
                )
            category = categories.setdefault(region.key or PLAIN, len(categories) + 1)
            low, high = region.polygon.min(axis=0), region.polygon.max(axis=0)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": category,
                    "segmentation": [[shortest(v) for v in region.polygon.flat]],
                    "bbox": [shortest(v) for v in (*low, *(high - low))],
                    "area": round(abs(polygon_area(region.polygon)), 3),
                    "iscrowd": int(region.ignore),
                    "utf8_string": region.text,
                }
            )
    content = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
    }
    write_lines(file, [json.dumps(content, ensure_ascii=False)])


def _list(content: dict[str, Any], name: str, file: Path) -> list[Any]:
    found = content.get(name, [] if name == "categories" else None)
    if not isinstance(found, list):
        raise LabelError(f"it has no list {name}", file=file, remedy=_LAYOUT)
    return found


def _has_id(thing: object, name: str) -> bool:
    return isinstance(thing, dict) and isinstance(thing.get(name), int | str)


def _id_of(annotation: object, index: int) -> object:
    return annotation["id"] if isinstance(annotation, dict) and "id" in annotation else index


def _regions(
    annotation: object, names: dict[Any, str]
) -> list[TextInstance] | tuple[str, object, str]:
    """The regions of an annotation, or (what is wrong, the value, the remedy)."""
    if not isinstance(annotation, dict):
        return "not an object", annotation, _LAYOUT
    outlines = _outlines(annotation)
    if isinstance(outlines, tuple):
        return outlines
    text = next((annotation[name] for name in _TEXTS if annotation.get(name) is not None), "")
    if not isinstance(text, str):
        return "its transcription is not a text", text, "write it into utf8_string"
    key = names.get(annotation.get("category_id", ""), "")
    ignore = annotation.get("iscrowd") == 1 or text == IGNORE
    if len(outlines) > 1:
        text = ""
    return [TextInstance(p, text, ignore, "" if key == PLAIN else key) for p in outlines]


def _outlines(annotation: dict[str, Any]) -> list[FloatArray] | tuple[str, object, str]:
    shape = annotation.get("segmentation") or None
    if isinstance(shape, dict):
        return (
            "its outline is a mask in run lengths, which has no corners",
            sorted(shape),
            "export polygons, or trace the mask with cv2.findContours",
        )
    if shape is None:
        return _box(annotation.get("bbox"))
    if not isinstance(shape, list) or not all(isinstance(piece, list) for piece in shape):
        return "its segmentation is not a list of polygons", shape, _REMEDY
    polygons = []
    for piece in shape:
        if len(piece) % 2:
            return f"a polygon has {len(piece)} coordinates, an odd number", piece, _REMEDY
        polygon = parse_polygon([piece[i : i + 2] for i in range(0, len(piece), 2)])
        if isinstance(polygon, str):
            return polygon, piece, _REMEDY
        polygons.append(polygon)
    return polygons


def _box(box: object) -> list[FloatArray] | tuple[str, object, str]:
    if not isinstance(box, list) or len(box) != 4:
        return "it has neither polygons nor a box", box, _REMEDY
    try:
        x, y, w, h = map(float, box)
    except (TypeError, ValueError):
        return "its box is not four numbers", box, _REMEDY
    polygon = parse_polygon([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    return (polygon, box, _REMEDY) if isinstance(polygon, str) else [polygon]
