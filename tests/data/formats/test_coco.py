"""COCO files: polygons, boxes, texts in pieces, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrlib.data.formats.coco import scan_coco, write_coco
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import LabelError
from ocrlib.types import TextInstance

BOX = [[1, 1], [9, 1], [9, 5], [1, 5]]
FLAT = [1, 1, 9, 1, 9, 5, 1, 5]
IMAGE = {"id": 7, "file_name": "a.png", "height": 30, "width": 40}
CATEGORIES = [{"id": 1, "name": "text"}, {"id": 2, "name": "total"}]


def write(folder: Path, *annotations: object, **more: object) -> Path:
    file = folder / "labels.json"
    content = {"images": [IMAGE], "annotations": list(annotations), "categories": CATEGORIES}
    file.write_text(json.dumps({**content, **more}), encoding="utf-8")
    return file


def annotation(**more: object) -> dict[str, object]:
    return {"id": 3, "image_id": 7, "category_id": 1, "segmentation": [FLAT], **more}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("", False, "")),
        ({"utf8_string": "A", "text": "B"}, ("A", False, "")),
        ({"text": "B", "category_id": 2}, ("B", False, "total")),
        ({"text": "B", "iscrowd": 1}, ("B", True, "")),
        ({"text": "###"}, ("###", True, "")),
        ({"segmentation": [], "bbox": [1, 1, 8, 4]}, ("", False, "")),
        ({"category_id": 99}, ("", False, "")),
    ],
)
def test_an_annotation(tmp_path, fields, expected):
    (entry,) = scan_coco(write(tmp_path, annotation(**fields)))
    (region,) = entry.label.instances
    assert (region.text, region.ignore, region.key) == expected
    assert region.polygon.tolist() == BOX
    assert entry.label.picture == tmp_path / "a.png"
    assert entry.faults == ()


def test_pieces_of_a_text_are_regions_without_a_transcription(tmp_path):
    pieces = annotation(segmentation=[FLAT, [v + 10 for v in FLAT]], utf8_string="AB")
    (entry,) = scan_coco(write(tmp_path, pieces), tmp_path / "pictures")
    assert [r.text for r in entry.label.instances] == ["", ""]
    assert entry.label.instances[1].polygon.tolist() == (np.array(BOX) + 10).tolist()
    assert entry.label.picture == tmp_path / "pictures" / "a.png"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"segmentation": {"counts": "x", "size": [30, 40]}},
            "annotation 3: its outline is a mask in run lengths, which has no corners "
            "(got ['counts', 'size']). Remedy: export polygons",
        ),
        ({"segmentation": [FLAT[:6]]}, "annotation 3: a region needs at least 4 points"),
        ({"segmentation": [FLAT[:7]]}, "annotation 3: a polygon has 7 coordinates, an odd number"),
        ({"segmentation": FLAT}, "annotation 3: its segmentation is not a list of polygons"),
        ({"segmentation": [["x"] * 8]}, "annotation 3: points are not pairs of numbers"),
        ({"segmentation": None}, "annotation 3: it has neither polygons nor a box"),
        ({"segmentation": None, "bbox": [1, 2, 3, None]}, "annotation 3: its box is not four num"),
        ({"text": 5}, "annotation 3: its transcription is not a text"),
    ],
)
def test_wrong_annotations_are_named(tmp_path, fields, problem):
    file = write(tmp_path, annotation(**fields), annotation(id=4))
    (entry,) = scan_coco(file)
    assert str(entry.faults[0]).startswith(f"{file}: {problem}")
    assert len(entry.label.instances) == 1


def test_annotations_and_pictures_must_belong_together(tmp_path):
    wrong = [IMAGE, IMAGE, {"id": 8}, "x"]
    file = write(tmp_path, annotation(image_id=9), annotation(image_id=None), 5, images=wrong)
    entries = list(scan_coco(file))
    assert [entry.faults[0].problem for entry in entries if entry.faults] == [
        "annotation 3 belongs to no picture of the file",
        "annotation 3 belongs to no picture of the file",
        "annotation 3 belongs to no picture of the file",
        "two pictures have the same id",
        "picture 3 has no id and file_name",
        "picture 4 has no id and file_name",
    ]
    assert [entry.label.picture.name for entry in entries if entry.label] == ["a.png"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{}", "labels.json: it has no list images"),
        ('{"images": []}', "labels.json: it has no list annotations"),
        ('{"images": [], "annotations": [], "categories": 1}', "it has no list categories"),
        ("nonsense", "labels.json:1: broken JSON"),
    ],
)
def test_wrong_files_are_named(tmp_path, content, problem):
    (tmp_path / "labels.json").write_text(content, encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        list(scan_coco(tmp_path / "labels.json"))
    assert problem in str(caught.value)


def test_what_is_written(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "x.png")
    box = np.array(BOX, np.float32)
    regions = (TextInstance(box, "9.50", key="total"), TextInstance(box + 0.5, "", True))
    label = DetLabel(tmp_path / "x.png", regions, tmp_path, 1)
    write_coco(tmp_path / "out" / "labels.json", [label])
    content = json.loads((tmp_path / "out" / "labels.json").read_text())
    assert content["images"] == [{"id": 1, "file_name": "../x.png", "height": 30, "width": 40}]
    first, second = content["annotations"]
    assert first == {
        "id": 1,
        "image_id": 1,
        "category_id": 2,
        "segmentation": [FLAT],
        "bbox": [1, 1, 8, 4],
        "area": 32,
        "iscrowd": 0,
        "utf8_string": "9.50",
    }
    assert second["segmentation"][0][:2] == [1.5, 1.5]
    assert content["categories"] == CATEGORIES
    refused = DetLabel(tmp_path / "x.png", (TextInstance(box, "###"),), tmp_path, 1)
    with pytest.raises(LabelError, match="has a meaning of its own here"):
        write_coco(tmp_path / "labels.json", [refused])
