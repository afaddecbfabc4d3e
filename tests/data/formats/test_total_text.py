"""Total-Text's records: quotes, line breaks, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.data.formats.total_text import (
    _line,
    read_total_text_file,
    scan_total_text,
    write_total_text,
)
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import LabelError
from ocrlib.types import TextInstance

BOX = np.array([[1, 1], [9, 1], [9, 5], [1, 5]], np.float32)
SQUARE = "x: [[1 9 9 1]], y: [[1 1 5 5]], ornt: [u'h'], transcriptions: "


@pytest.fixture
def write(tmp_path):
    def make(content: str) -> Path:
        file = tmp_path / "poly_gt_img1.txt"
        file.write_text(content, encoding="utf-8", newline="")
        (tmp_path / "img1.jpg").touch()
        return file

    return make


def texts(file: Path) -> list[tuple[str, bool]]:
    label = read_total_text_file(file, file.with_name("img1.jpg"))
    return [(region.text, region.ignore) for region in label.instances]


def test_texts_are_quoted_as_python_does_it(write):
    quoted = ["u'A'", 'u"IT\'S"', "'caf\\xe9'", "u'\\u4e2d\"\\''", "u'C:\\\\x'", "u'#'", "u''"]
    file = write("\n".join(f"{SQUARE}[{text}]" for text in quoted))
    assert [text for text, _ in texts(file)] == ["A", "IT'S", "café", "中\"'", "C:\\x", "#", ""]
    assert [ignore for _, ignore in texts(file)] == [False] * 5 + [True, False]


@given(st.text(st.characters(exclude_categories=("Cs",))).filter(lambda t: t not in ("#", "###")))
def test_any_text_survives(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("t") / "poly_gt_a.txt"
    line = _line(TextInstance(BOX, text), file)
    assert "\n" not in line
    assert "\r" not in line
    file.write_text(f"{line}\n{line}\n", encoding="utf-8", newline="")
    assert texts(file) == [(text, False)] * 2


def test_orientation_is_written(tmp_path):
    bent = np.array([[0, 0], [5, 1], [9, 0], [9, 5], [5, 6], [0, 5]], np.float32)
    slanted = BOX + np.array([[0, 0], [0, 2], [0, 2], [0, 0]], np.float32)
    regions = [TextInstance(p, "A") for p in (BOX, bent, slanted)] + [TextInstance(BOX, "x", True)]
    write_total_text(tmp_path, [DetLabel(tmp_path / "img1.jpg", tuple(regions), tmp_path, 1)])
    lines = (tmp_path / "poly_gt_img1.txt").read_text().splitlines()
    assert [line.split("ornt: ")[1][:6] for line in lines] == [
        "[u'h']",
        "[u'c']",
        "[u'm']",
        "[u'#']",
    ]
    assert lines[0] == SQUARE + "[u'A']"


def test_every_fault_is_listed(write, tmp_path):
    file = write(
        f"{SQUARE}[u'A']\nx: [[1 9 9]], y: [[1 1 5]], ornt: [u'h'], transcriptions: [u'B']\n"
        f"x: [[1 9]]\nx: [[1 9 9 1]], y: [[1 1 5]], ornt: [u'h'], transcriptions: [u'C']\n"
        f"rubbish\n{SQUARE}[u'D']\nthe end"
    )
    (entry,) = scan_total_text(tmp_path, tmp_path)
    assert [region.text for region in entry.label.instances] == ["A", "D"]
    assert [(fault.line, fault.problem) for fault in entry.faults] == [
        (2, "a region needs at least 4 points, this one has 3"),
        (3, "not a polygon and a text"),
        (4, "x and y are not equally many numbers"),
        (5, "something that is no record"),
        (7, "something that is no record"),
    ]
    with pytest.raises(LabelError, match=r"poly_gt_img1\.txt:2: .* Remedy: write x: "):
        read_total_text_file(file, tmp_path / "img1.jpg")


def test_not_utf_8_and_no_picture(write, tmp_path):
    write("").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "poly_gt_img2.txt").write_text(f"{SQUARE}[u'A']", encoding="utf-8")
    first, second = scan_total_text(tmp_path, tmp_path)
    assert first.faults[0].problem == "the file is not UTF-8"
    assert second.label is None
    assert "put img2.jpg into" in str(second.faults[0])


def test_a_hash_that_counts_is_refused(tmp_path):
    label = DetLabel(tmp_path / "a.jpg", (TextInstance(BOX, "#"),), tmp_path, 1)
    with pytest.raises(LabelError, match="would mark a region that does not count"):
        write_total_text(tmp_path, [label])
