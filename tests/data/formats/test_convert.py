"""What is written in a format reads back the same, in every format that can hold it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocrlib.data.formats.convert import convert_labels, scan_labels, write_labels
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import DataError, LabelError
from ocrlib.types import TextInstance

ONE_FILE = {"det": "det.txt", "coco": "labels.json"}
KEEPS_IGNORED_TEXT = {"ppocrlabel", "labelme", "coco"}
KEEPS_KEYS = {"det", "ppocrlabel", "labelme", "coco"}
ANY_FORMAT = ("det", "ppocrlabel", "icdar", "total-text", "labelme", "coco")

# What no format takes: half surrogates, and texts with a meaning of their own.
characters = st.characters(exclude_categories=("Cs", "Cc"))
texts = st.text(characters, max_size=12).filter(lambda t: t == t.strip() and t not in ("#", "###"))
coordinates = st.floats(-9999, 9999, width=32)


@st.composite
def regions(draw: st.DrawFn, most_corners: int = 9) -> TextInstance:
    corners = draw(st.lists(st.tuples(coordinates, coordinates), min_size=4, max_size=most_corners))
    text = draw(texts)
    key = draw(st.sampled_from(["", "", "total", "日期"])) if text not in ("", "text") else ""
    return TextInstance(np.array(corners, np.float32), text, draw(st.booleans()), key)


def folder_with_pictures(root: Path, count: int) -> list[Path]:
    images = root / "images"
    images.mkdir(parents=True)
    pictures = [images / f"picture {i} 图.png" for i in range(count)]
    for picture in pictures:
        Image.new("RGB", (40, 30)).save(picture)
    return pictures


def same(one: TextInstance, two: TextInstance, format: str) -> None:
    np.testing.assert_array_equal(one.polygon, two.polygon)
    assert one.ignore == two.ignore
    if not one.ignore or (format in KEEPS_IGNORED_TEXT and one.text):
        assert one.text == two.text
    if format in KEEPS_KEYS:
        assert one.key == two.key


@settings(max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("format", ANY_FORMAT)
def test_round_trip(format, data):
    most = 4 if format == "icdar" else 9
    found = data.draw(st.lists(st.lists(regions(most), max_size=3), min_size=1, max_size=3))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        pictures = folder_with_pictures(root, len(found))
        out = root / "images" if format == "ppocrlabel" else root / "labels"
        pairs = zip(pictures, found, strict=True)
        labels = [DetLabel(picture, tuple(r), Path("x"), 1) for picture, r in pairs]
        write_labels(out / ONE_FILE.get(format, ""), labels, format)
        where = root / "images" if format in ("icdar", "total-text") else None
        entries = list(scan_labels(out / ONE_FILE.get(format, ""), format, where))
        assert all(entry.faults == () for entry in entries)
        back = {entry.label.picture.resolve(): entry.label for entry in entries}
        assert set(back) == {picture.resolve() for picture in pictures}
        for label in labels:
            read = back[label.picture.resolve()].instances
            for one, two in zip(label.instances, read, strict=True):
                same(one, two, format)


@pytest.fixture
def det(tmp_path) -> Path:
    """Two pictures, three regions: a curved one, one that does not count, one with a key."""
    first, second = folder_with_pictures(tmp_path, 2)
    box = np.array([[1, 2], [21.5, 2], [21.5, 9], [1, 9]], np.float32)
    bent = np.array([[1, 10], [15, 12], [30, 10], [30, 20], [15, 22], [1, 20]], np.float32)
    labels = [
        DetLabel(first, (TextInstance(bent, "It's, 中"), TextInstance(box, "", True)), first, 1),
        DetLabel(second, (TextInstance(box, "9.50", key="total"),), second, 1),
    ]
    write_labels(tmp_path / "det.txt", labels, "det")
    return tmp_path / "det.txt"


@pytest.mark.parametrize("format", ["ppocrlabel", "total-text", "labelme", "coco"])
def test_there_and_back_again(det, tmp_path, format):
    out = tmp_path / "out" / ONE_FILE.get(format, "")
    there = convert_labels(det, out, "det", format)
    assert (there.pictures, there.regions, there.ignored) == (2, 3, 1)
    images = tmp_path / "images" if format == "total-text" else None
    convert_labels(out, tmp_path / "back.txt", format, "det", pictures=images)
    original = det.read_text(encoding="utf-8")
    if format == "ppocrlabel":  # pictures were copied
        original = original.replace("images/", "out/")
        assert (tmp_path / "out" / "fileState.txt").is_file()
    if format == "total-text":
        original = original.replace(', "key_cls": "total"', "")
    assert (tmp_path / "back.txt").read_text(encoding="utf-8") == original


def test_nothing_is_written_when_a_label_is_wrong(det, tmp_path):
    with det.open("a", encoding="utf-8") as file:
        file.write('images/x.png\t[{"transcription": "x", "points": [[1, 1]]}]\n')
    with pytest.raises(LabelError, match=r"det\.txt:3: region 1: a region needs at least 4 points"):
        convert_labels(det, tmp_path / "out.json", "det", "coco")
    assert not (tmp_path / "out.json").exists()
    result = convert_labels(det, tmp_path / "out.json", "det", "coco", on_bad="skip")
    assert result.pictures == 2
    assert len(result.problems) == 1


def test_what_a_format_cannot_hold(det, tmp_path):
    for format, problem in (
        ("icdar", "this format knows four corners only, not 6 .*use total-text"),
        ("ccpd", "a file name holds one plate, not 2"),
    ):
        with pytest.raises(LabelError, match=problem):
            convert_labels(det, tmp_path / "out", "det", format)


@pytest.mark.parametrize("format", ["icdar", "total-text", "labelme", "ccpd", "coco"])
def test_all_files_are_written_or_none(tmp_path, format):
    first, second = folder_with_pictures(tmp_path, 2)
    box = np.array([[1, 2], [21, 2], [21, 9], [1, 9]], np.float32)
    bad = {"icdar": " A", "total-text": "#", "ccpd": "plate"}.get(format, "###")
    good = "京A12345"
    labels = [
        DetLabel(picture, (TextInstance(box, text),), tmp_path / "det.txt", 1)
        for picture, text in ((first, good), (second, bad))
    ]
    out = tmp_path / "out"
    with pytest.raises(LabelError):
        write_labels(out / ONE_FILE.get(format, ""), labels, format)
    assert not out.exists()


def test_one_label_file_for_two_pictures_is_refused(tmp_path):
    labels = [
        DetLabel(tmp_path / name / "a.jpg", (), tmp_path / "det.txt", 1) for name in ("one", "two")
    ]
    with pytest.raises(LabelError, match="two pictures would share one label file"):
        write_labels(tmp_path / "out", labels, "total-text")


def test_copies_never_replace_another_picture(det, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "picture 0 图.png").write_bytes(b"something else")
    with pytest.raises(DataError, match="another picture of this name is there already"):
        convert_labels(det, tmp_path / "out", "det", "ppocrlabel")
    assert (tmp_path / "out" / "picture 0 图.png").read_bytes() == b"something else"
    assert len(list((tmp_path / "out").iterdir())) == 1
    # into the folder in which they are: nothing to copy
    convert_labels(det, tmp_path / "images", "det", "ppocrlabel")
    assert len(list((tmp_path / "images").iterdir())) == 4
    # with itself: the same labels again
    convert_labels(tmp_path / "images", tmp_path / "images", "ppocrlabel", "ppocrlabel")
    entries = list(scan_labels(tmp_path / "images", "ppocrlabel"))
    assert [len(entry.label.instances) for entry in entries] == [2, 1]


@pytest.mark.parametrize("format", ["det", "ppocrlabel", "coco", "labelme"])
def test_missing_files_are_named(tmp_path, format):
    with pytest.raises((DataError, LabelError), match="none"):
        list(scan_labels(tmp_path / "none", format))


@pytest.mark.parametrize("format", ["icdar", "total-text", "labelme", "ccpd"])
def test_empty_folders_are_refused(tmp_path, format):
    with pytest.raises(DataError, match="here"):
        list(scan_labels(tmp_path, format))
    with pytest.raises(DataError, match="no such folder"):
        list(scan_labels(tmp_path / "none", format))


def test_pictures_mean_nothing_where_the_labels_say_it(det, tmp_path):
    with pytest.raises(DataError, match="det says itself where its pictures are"):
        scan_labels(det, "det", tmp_path)


def test_labels_are_not_changed_by_writing(det):
    (first, second) = [entry.label for entry in scan_labels(det, "det")]
    assert replace(first).instances[1].ignore
    assert second.instances[0].key == "total"
