"""PPOCRLabel's folder: paths from one folder higher, difficult regions, keys, states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.formats.ppocrlabel import read_states, scan_ppocrlabel, write_ppocrlabel
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import LabelError
from ocrlib.types import TextInstance

POINTS = "[[1, 1], [9, 1], [9, 5], [1, 5]]"
BOX = np.array([[1, 1], [9, 1], [9, 5], [1, 5]], np.float32)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "receipts").mkdir()
    return tmp_path / "receipts"


def test_a_file_as_the_program_writes_it(folder):
    regions = (
        f'[{{"transcription": "9.50", "points": {POINTS}, "difficult": false, "key_cls": "total"}},'
        f' {{"transcription": "blur", "points": {POINTS}, "difficult": true, "key_cls": "None"}}]'
    )
    (folder / "Label.txt").write_text(f"receipts/a b.jpg\t{regions}\n", encoding="utf-8")
    for source in (folder, folder / "Label.txt"):
        (entry,) = scan_ppocrlabel(source)
        assert entry.label.picture == folder / "a b.jpg"
        assert entry.label.line == 1
        assert [(r.text, r.ignore, r.key) for r in entry.label.instances] == [
            ("9.50", False, "total"),
            ("blur", True, ""),
        ]


def test_what_is_written(folder):
    instances = (TextInstance(BOX, "A"), TextInstance(BOX, "", True), TextInstance(BOX, "B", True))
    write_ppocrlabel(folder, [DetLabel(folder / "x.jpg", instances, folder, 1)])
    assert (folder / "Label.txt").read_text(encoding="utf-8") == (
        f'receipts/x.jpg\t[{{"transcription": "A", "points": {POINTS}, "difficult": false}}, '
        f'{{"transcription": "###", "points": {POINTS}, "difficult": true}}, '
        f'{{"transcription": "B", "points": {POINTS}, "difficult": true}}]\n'
    )
    assert read_states(folder / "fileState.txt") == {"x.jpg": True}
    keyed = TextInstance(BOX, "C", key="date")
    write_ppocrlabel(folder, [DetLabel(folder / "x.jpg", (instances[0], keyed), folder, 1)])
    (entry,) = scan_ppocrlabel(folder)
    assert [region.key for region in entry.label.instances] == ["", "date"]
    assert (folder / "Label.txt").read_text().count('"key_cls": "None"') == 1


def test_states_of_any_machine(tmp_path):
    file = tmp_path / "fileState.txt"
    file.write_text("C:\\photos\\a.jpg\t1\n/home/me/b.jpg\t0\n", encoding="utf-8")
    assert read_states(file) == {"a.jpg": True, "b.jpg": False}
    file.write_text("/home/me/b.jpg\tyes\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"fileState\.txt:1: the state is not 0 or 1 \(got 'yes'"):
        read_states(file)


def test_faults_are_listed(folder):
    lines = [
        "receipts/a.jpg",
        f'receipts/b.jpg\t[{{"transcription": "x", "points": {POINTS}, "key_cls": 3}}]',
        "receipts/c.jpg\t[]",
    ]
    (folder / "Label.txt").write_text("\n".join(lines), encoding="utf-8")
    entries = list(scan_ppocrlabel(folder))
    problems = [[fault.problem for fault in entry.faults] for entry in entries]
    assert problems == [
        ["no tab between picture and label"],
        ["region 1: its key_cls is not a text"],
        [],
    ]
    assert [fault.line for entry in entries for fault in entry.faults] == [1, 2]


def test_a_text_with_a_meaning_is_refused(folder):
    label = DetLabel(folder / "x.jpg", (TextInstance(BOX, "###"),), folder, 1)
    with pytest.raises(LabelError, match="the text ### would mark a region"):
        write_ppocrlabel(folder, [label])
    assert list(folder.iterdir()) == []


def test_pictures_elsewhere_are_refused(folder):
    with pytest.raises(LabelError, match="the picture is not in the folder of the labels"):
        write_ppocrlabel(folder, [DetLabel(folder.parent / "x.jpg", (), folder, 1)])
