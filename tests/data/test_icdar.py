from __future__ import annotations

import pytest

from ocrlib.data.labels import read_icdar
from ocrlib.errors import DataError, LabelError


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
