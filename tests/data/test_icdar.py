from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.icdar import scan_icdar, write_icdar
from ocrlib.data.labels import DetLabel, read_icdar
from ocrlib.errors import DataError, LabelError
from ocrlib.types import TextInstance


def test_reads_icdar(tmp_path) -> None:
    images, gt = tmp_path / "images", tmp_path / "gt"
    images.mkdir()
    gt.mkdir()
    (images / "img_1.JPG").touch()
    (images / "img_2.png").touch()
    (gt / "gt_img_1.txt").write_bytes(
        "\ufeff1,2,11,2,11,8,1,8,Hello, world\r\n0,0,5,0,5,5,0,5,###\r\n".encode()
    )
    (gt / "img_2.txt").write_bytes(b"")
    first, second = read_icdar(images, gt)
    assert first.picture == images / "img_1.JPG"
    assert [(item.text, item.ignore) for item in first.instances] == [
        ("Hello, world", False),
        ("###", True),
    ]
    assert first.instances[0].polygon.tolist() == [[1, 2], [11, 2], [11, 8], [1, 8]]
    assert second.picture == images / "img_2.png"
    assert second.instances == ()


def test_icdar_with_a_script_column(tmp_path) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "gt_a.txt").write_text("1,2,11,2,11,8,1,8,Latin,a,b\n", encoding="utf-8")
    (label,) = read_icdar(tmp_path, tmp_path, fields_before_text=9)
    assert label.instances[0].text == "a,b"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1,2,3,4,5,6,7,text", "not eight coordinates and a text, separated by commas"),
        ("1,2,3,4,5,6,7,8", "not eight coordinates and a text, separated by commas"),
        ("1,2,3,4,5,6,7,nan,text", "a coordinate is NaN or infinite"),
    ],
)
def test_a_bad_icdar_line_is_named(tmp_path, line: str, problem: str) -> None:
    (tmp_path / "a.jpg").touch()
    file = tmp_path / "gt_a.txt"
    file.write_text(f"1,2,11,2,11,8,1,8,ok\n{line}\n", encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        read_icdar(tmp_path, tmp_path)
    assert str(caught.value) == (
        f"{file}:2: {problem} (got {line!r}). Remedy: write x1,y1,x2,y2,x3,y3,x4,y4,text"
    )


def test_icdar_folders_are_checked(tmp_path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read_icdar(tmp_path / "none", tmp_path)
    with pytest.raises(DataError, match="no label file here"):
        read_icdar(tmp_path, tmp_path)
    (tmp_path / "gt_a.txt").touch()
    with pytest.raises(DataError, match=r"gt_a\.txt: no picture belongs to this label file"):
        read_icdar(tmp_path, tmp_path)


def test_writes_icdar(tmp_path) -> None:
    box = np.array([[1, 2], [11.5, 2], [11.5, 8], [1, 8]], np.float32)
    regions = (TextInstance(box, "a, b"), TextInstance(box, "unclear", ignore=True))
    (tmp_path / "a.jpg").touch()
    write_icdar(tmp_path, [DetLabel(tmp_path / "a.jpg", regions, tmp_path, 1)])
    assert (tmp_path / "gt_a.txt").read_text() == (
        "1,2,11.5,2,11.5,8,1,8,a, b\n1,2,11.5,2,11.5,8,1,8,###\n"
    )
    (label,) = read_icdar(tmp_path, tmp_path)
    assert [region.text for region in label.instances] == ["a, b", "###"]


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        (TextInstance(np.zeros((6, 2), np.float32), "x"), "four corners only, not 6"),
        (TextInstance(np.zeros((4, 2), np.float32), "x\ny"), "a line break, or blanks at an end"),
        (TextInstance(np.zeros((4, 2), np.float32), " x"), "a line break, or blanks at an end"),
    ],
)
def test_icdar_cannot_hold_everything(tmp_path, region, problem) -> None:
    with pytest.raises(LabelError, match=problem):
        write_icdar(tmp_path, [DetLabel(tmp_path / "a.jpg", (region,), tmp_path, 1)])


def test_every_fault_of_a_folder_is_listed(tmp_path) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "gt_a.txt").write_text("1,2\n1,2,11,2,11,8,1,8,x\n1,2,11,2,x,8,1,8,y\n")
    (tmp_path / "gt_b.txt").write_text("1,2\n")
    (first, second) = scan_icdar(tmp_path, tmp_path)
    assert [region.text for region in first.label.instances] == ["x"]
    assert [fault.line for fault in first.faults] == [1, 3]
    assert second.label is None
    assert second.faults[0].problem == "no picture belongs to this label file"
