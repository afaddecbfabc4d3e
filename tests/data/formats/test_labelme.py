"""LabelMe's shapes: polygons and rectangles, label and description, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrlib.data.formats.labelme import scan_labelme, write_labelme
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import LabelError
from ocrlib.types import TextInstance

BOX = [[1, 1], [9, 1], [9, 5], [1, 5]]


def write(folder: Path, *shapes: object, **more: object) -> Path:
    file = folder / "a.json"
    content = {"version": "5.0.1", "imagePath": "a.png", "shapes": list(shapes), **more}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def shape(**more: object) -> dict[str, object]:
    return {"label": "text", "points": BOX, "shape_type": "polygon", "flags": {}, **more}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"label": "STOP"}, ("STOP", False, "")),
        ({"label": "STOP", "description": ""}, ("STOP", False, "")),
        ({"label": "STOP", "description": None}, ("STOP", False, "")),
        ({"description": "9.50"}, ("9.50", False, "")),
        ({"label": "total", "description": "9.50"}, ("9.50", False, "total")),
        ({}, ("", False, "")),
        ({"label": "###"}, ("###", True, "")),
        ({"label": "STOP", "flags": {"ignore": True}}, ("STOP", True, "")),
        ({"flags": None}, ("", False, "")),
    ],
)
def test_label_and_description(tmp_path, fields, expected):
    (entry,) = scan_labelme(write(tmp_path, shape(**fields)))
    (region,) = entry.label.instances
    assert (region.text, region.ignore, region.key) == expected
    assert region.polygon.tolist() == BOX


def test_rectangles_have_their_corners_in_any_order(tmp_path):
    rectangle = shape(shape_type="rectangle", points=[[9, 1], [1, 5]])
    turned = shape(shape_type="rotation")
    (entry,) = scan_labelme(write(tmp_path, rectangle, turned).parent)
    assert [region.polygon.tolist() for region in entry.label.instances] == [BOX, BOX]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (shape(shape_type="circle"), "shape 2: a shape of type circle is no region"),
        (shape(points=BOX[:3]), "shape 2: a region needs at least 4 points, this one has 3"),
        (shape(points="x"), "shape 2: points are not pairs of numbers"),
        (shape(shape_type="rectangle", points=[[1], [2]]), "shape 2: points are not pairs"),
        (shape(label=7), "shape 2: its label or description is not a text"),
        ([], "shape 2: not an object"),
    ],
)
def test_wrong_shapes_are_named(tmp_path, wrong, problem):
    file = write(tmp_path, shape(), wrong)
    (entry,) = scan_labelme(file)
    assert len(entry.label.instances) == 1
    assert str(entry.faults[0]).startswith(f"{file}: {problem}")
    assert "Remedy: draw it again" in str(entry.faults[0])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "a.json:1: broken JSON"),
        ("[]", "a.json: the JSON is not an object (got 'list')"),
        ('{"shapes": []}', "a.json: no imagePath and shapes in it (got ['shapes'])"),
        ('{"imagePath": "a.png", "shapes": {}}', "a.json: no imagePath and shapes in it"),
    ],
)
def test_wrong_files_are_named(tmp_path, content, problem):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    (entry,) = scan_labelme(tmp_path)
    assert entry.label is None
    assert problem in str(entry.faults[0])


def test_pictures_of_windows_and_of_another_folder(tmp_path):
    file = write(tmp_path, imagePath="..\\images\\a.png")
    (entry,) = scan_labelme(file)
    assert entry.label.picture == tmp_path / ".." / "images" / "a.png"
    (entry,) = scan_labelme(file, tmp_path / "here")
    assert entry.label.picture == tmp_path / "here" / "a.png"


def test_what_is_written(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "x.png")
    box = np.array(BOX, np.float32)
    regions = (TextInstance(box, "9.50", key="total"), TextInstance(box, "", True))
    write_labelme(tmp_path / "out", [DetLabel(tmp_path / "x.png", regions, tmp_path, 1)])
    content = json.loads((tmp_path / "out" / "x.json").read_text())
    assert (content["imagePath"], content["imageData"]) == ("../x.png", None)
    assert (content["imageHeight"], content["imageWidth"]) == (30, 40)
    shapes = [(s["label"], s["description"], s["flags"]) for s in content["shapes"]]
    assert shapes == [("total", "9.50", {}), ("text", "", {"ignore": True})]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": "x", "key": "text"}, "the key text stands for a region without one"),
        ({"text": "", "key": "total"}, "a region with a key has no text"),
        ({"text": "###"}, "would mark a region that does not count"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(tmp_path, fields, problem):
    Image.new("RGB", (40, 30)).save(tmp_path / "x.png")
    region = TextInstance(np.array(BOX, np.float32), **fields)
    with pytest.raises(LabelError, match=problem):
        write_labelme(tmp_path, [DetLabel(tmp_path / "x.png", (region,), tmp_path, 1)])


def test_no_picture_no_size(tmp_path):
    label = DetLabel(tmp_path / "x.png", (), tmp_path / "det.txt", 1)
    with pytest.raises(LabelError, match=r"det\.txt: no such picture"):
        write_labelme(tmp_path, [label])
