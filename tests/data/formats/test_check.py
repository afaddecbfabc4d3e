"""Labels of other formats are checked as ours are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ocrlib.charset import Charset
from ocrlib.data.formats.check import check_format


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("a", "b", "c"):
        Image.new("RGB", (40, 30)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_icdar(folder):
    (folder / "gt_a.txt").write_text("1,1,9,1,9,5,1,5,good\n", encoding="utf-8")
    (folder / "gt_b.txt").write_text(
        "1,1,9,1,9,5,1,5\n1,1,9,5,9,1,1,5,crossing\n1,1,9,1,9,5,1,5,€\n", encoding="utf-8"
    )
    (folder / "gt_d.txt").write_text("1,1,9,1,9,5,1,5,good\n", encoding="utf-8")
    report = check_format(folder, "icdar", charset=Charset.english())
    assert report.summary == f"{folder}: 3 pictures checked, 1 usable, 3 errors, 1 warning"
    problems = [str(p).replace(f"{folder}/", "").split(" (got")[0] for p in report.problems]
    assert problems == [
        "error: gt_b.txt:1: not eight coordinates and a text, separated by commas",
        "warning: gt_b.txt: b.png, region 1: the outline crosses itself or has no area; "
        "training ignores the region",
        "error: gt_b.txt: b.png, region 2: not in the charset: '€' (U+20AC)",
        "error: gt_d.txt: no picture belongs to this label file",
    ]


def test_a_good_set_of_every_kind(folder):
    box = "x: [[1 9 9 1]], y: [[1 1 5 5]], ornt: [u'h'], transcriptions: [u'A']\n"
    (folder / "poly_gt_a.txt").write_text(box, encoding="utf-8")
    report = check_format(folder, "total-text", open_pictures=True)
    assert report.summary == f"{folder}: 1 pictures checked, 1 usable, 0 errors, 0 warnings"
    (folder / "labels.json").write_text(
        '{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "a.png"},'
        ' {"id": 3, "file_name": "z.png"}], "annotations": []}'
    )
    report = check_format(folder / "labels.json", "coco")
    assert [str(p).split(": ")[2].split(" (got")[0] for p in report.problems] == [
        "the picture is labelled twice",
        "no such picture",
    ]


def test_unconfirmed_pictures_of_ppocrlabel(folder):
    lines = "".join(f"{folder.name}/{name}.png\t[]\n" for name in "abc")
    (folder / "Label.txt").write_text(lines, encoding="utf-8")
    assert check_format(folder, "ppocrlabel").problems == ()
    (folder / "fileState.txt").write_text("/there/a.png\t1\n/there/b.png\t0\n", encoding="utf-8")
    report = check_format(folder / "Label.txt", "ppocrlabel")
    assert [(p.line, p.error) for p in report.problems] == [(2, False), (3, False)]
    assert "fileState.txt does not say that this picture was confirmed (got 'b.png')" in str(
        report.problems[0]
    )
    (folder / "fileState.txt").write_text("b.png\n", encoding="utf-8")
    assert check_format(folder, "ppocrlabel").errors == 1


def test_lines_keep_their_numbers(folder):
    file = folder / "det.txt"
    file.write_text("a.png\t[]\nb.png []\n", encoding="utf-8")
    report = check_format(file, "det")
    assert [problem.line for problem in report.problems] == [2]
    assert "2 lines checked" in report.summary


def test_what_cannot_be_read_is_one_error(tmp_path):
    for format in ("icdar", "coco", "ppocrlabel", "ccpd"):
        report = check_format(tmp_path / "none", format)
        assert report.errors == 1
        assert report.summary.endswith("0 pictures checked, 0 usable, 1 error, 0 warnings")
