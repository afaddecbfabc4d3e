from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocrlib.data.labels import (
    DetLabel,
    RecLabel,
    read_det_labels,
    read_rec_labels,
    read_split,
    write_det_labels,
    write_rec_labels,
    write_split,
)
from ocrlib.errors import DataError, LabelError
from ocrlib.types import TextInstance

SQUARE = "[[0, 0], [9, 0], [9, 5], [0, 5]]"
REMEDY = (
    "Remedy: give the corners as [[x, y], ...] in px, clockwise from top-left, "
    "and the text (or ###)"
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\t\n\r/\0\ufeff"), min_size=1
).filter(lambda name: name.strip() and name not in (".", ".."))
COORDINATES = st.floats(-1e6, 1e6, width=32)
POLYGONS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=4, max_size=9)
REUSE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def det_file(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "det.txt"
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="")
    return file


def test_reads_a_detection_line(tmp_path) -> None:
    file = det_file(
        tmp_path,
        "images/a b 文.jpg\t"
        f'[{{"transcription": "x, y", "points": {SQUARE}}},'
        f' {{"transcription": "###", "points": {SQUARE}, "difficult": true}}]',
        "images/none.jpg\t[]",
    )
    first, second = read_det_labels(file)
    assert first.picture == tmp_path / "images" / "a b 文.jpg"
    assert (first.file, first.line, second.line) == (file, 1, 2)
    assert [(item.text, item.ignore) for item in first.instances] == [
        ("x, y", False),
        ("###", True),
    ]
    assert first.instances[0].polygon.dtype == np.float32
    assert first.instances[0].polygon.tolist() == [[0, 0], [9, 0], [9, 5], [0, 5]]
    assert second.instances == ()


@REUSE_FOLDER
@given(names=NAMES, regions=st.lists(st.tuples(POLYGONS, TEXTS, st.booleans()), max_size=4))
def test_detection_round_trip(
    tmp_path: Path, names: str, regions: list[tuple[list[tuple[float, float]], str, bool]]
) -> None:
    instances = tuple(
        TextInstance(np.array(points, dtype=np.float32), text, ignore or text == "###")
        for points, text, ignore in regions
    )
    file = tmp_path / "labels" / "det.txt"
    write_det_labels(file, [DetLabel(tmp_path / "images" / names, instances, Path(), 7)])
    (back,) = read_det_labels(file)
    assert back.picture.resolve() == (tmp_path / "images" / names).resolve()
    assert len(back.instances) == len(instances)
    for one, two in zip(instances, back.instances, strict=True):
        assert np.array_equal(one.polygon, two.polygon)
        assert one.ignore == two.ignore
        assert two.text == ("###" if one.ignore else one.text)


@REUSE_FOLDER
@given(
    names=NAMES,
    text=st.text(
        st.characters(exclude_categories=("Cs",), exclude_characters="\t\n\r"), min_size=1
    ).filter(str.strip),
)
def test_recognition_round_trip(tmp_path: Path, names: str, text: str) -> None:
    file = tmp_path / "rec.txt"
    write_rec_labels(file, [RecLabel(tmp_path / names, text, Path(), 1)])
    assert read_rec_labels(file) == [RecLabel(tmp_path / names, text, file, 1)]


def test_crlf_and_bom_are_not_part_of_the_label(tmp_path) -> None:
    file = tmp_path / "rec.txt"
    file.write_bytes("\ufeffa.jpg\tone\r\nb.jpg\ttwo \r\n".encode())
    assert [(label.picture.name, label.text) for label in read_rec_labels(file)] == [
        ("a.jpg", "one"),
        ("b.jpg", "two "),
    ]


def test_only_line_feeds_end_a_line(tmp_path) -> None:
    file = tmp_path / "rec.txt"
    file.write_text("a.jpg\tone\u2028two\x0cthree\n", encoding="utf-8")
    assert [label.text for label in read_rec_labels(file)] == ["one\u2028two\x0cthree"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "images/x.jpg []",
            "no tab between picture and label (got 'images/x.jpg []'). "
            "Remedy: write picture, one tab, label",
        ),
        (
            "\t[]",
            "no picture before the tab (got '\\t[]'). "
            "Remedy: write the picture's path, relative to the label file",
        ),
        (
            "x.jpg\t[{",
            "broken JSON after the tab at column 3 (got '[{'). "
            'Remedy: write [{"transcription": "...", "points": [[x, y], ...]}, ...]',
        ),
        (
            'x.jpg\t{"a": 1}',
            "the JSON after the tab is not a list of regions (got '{\"a\": 1}'). "
            "Remedy: put the regions into [...], also a single one",
        ),
        (
            'x.jpg\t[{"transcription": "a", "points": [[0, 0], [9, 0], [9, 5]]}]',
            "region 1: a region needs at least 4 points, this one has 3 "
            f"(got [[0, 0], [9, 0], [9, 5]]). {REMEDY}",
        ),
        (
            'x.jpg\t[{"transcription": "a", "points": [[0, 0], [NaN, 0], [9, 5], [0, 5]]}]',
            "region 1: a coordinate is NaN or infinite "
            f"(got [[0, 0], [nan, 0], [9, 5], [0, 5]]). {REMEDY}",
        ),
        (
            'x.jpg\t[{"transcription": "a", "points": [[0, 0], [1e99, 0], [9, 5], [0, 5]]}]',
            "region 1: a coordinate is NaN or infinite "
            f"(got [[0, 0], [1e+99, 0], [9, 5], [0, 5]]). {REMEDY}",
        ),
        (
            'x.jpg\t[{"transcription": "a", "points": [[0, 0], [9], [9, 5], [0, 5]]}]',
            "region 1: points are not pairs of numbers "
            f"(got [[0, 0], [9], [9, 5], [0, 5]]). {REMEDY}",
        ),
        (
            'x.jpg\t[{"transcription": "a", "points": [["0", "0"]]}]',
            f"region 1: points are not pairs of numbers (got [['0', '0']]). {REMEDY}",
        ),
        (
            f'x.jpg\t[{{"points": {SQUARE}}}]',
            f"region 1: it has no transcription (got {SQUARE}). {REMEDY}",
        ),
        (
            'x.jpg\t[{"transcription": "a"}]',
            f"region 1: it has no points (got {{'transcription': 'a'}}). {REMEDY}",
        ),
        ("x.jpg\t[5]", f"region 1: it has no points (got 5). {REMEDY}"),
    ],
)
def test_a_bad_detection_line_is_named(tmp_path, line: str, message: str) -> None:
    file = det_file(tmp_path, "ok.jpg\t[]", line)
    with pytest.raises(LabelError) as caught:
        read_det_labels(file)
    assert str(caught.value) == f"{file}:2: {message}"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x.jpg text", "no tab between picture and label"),
        ("x.jpg\t", "the text is empty"),
        ("x.jpg\t  ", "the text is empty"),
        ("x.jpg\ta\tb", "more than one tab"),
    ],
)
def test_a_bad_recognition_line_is_named(tmp_path, line: str, problem: str) -> None:
    file = det_file(tmp_path, "ok.jpg\tok", line)
    with pytest.raises(LabelError) as caught:
        read_rec_labels(file)
    assert str(caught.value).startswith(f"{file}:2: {problem} (got {line!r}). Remedy: write ")


def test_wrong_encoding_is_named(tmp_path) -> None:
    file = tmp_path / "rec.txt"
    file.write_bytes(b"a.jpg\tok\n" + "b.jpg\t文字\n".encode("gb18030"))
    with pytest.raises(LabelError) as caught:
        read_rec_labels(file)
    assert str(caught.value) == (
        f"{file}:2: the line is not UTF-8 (got b'b.jpg\\t\\xce\\xc4\\xd7\\xd6'). "
        "Remedy: convert the file, for example: iconv -f gb18030 -t utf-8"
    )
    file.write_text("a.jpg\tok\n", encoding="utf-16")
    with pytest.raises(LabelError, match="the file is UTF-16, not UTF-8"):
        read_rec_labels(file)


def test_missing_and_empty_files_are_named(tmp_path) -> None:
    with pytest.raises(LabelError, match=r"none\.txt: cannot read the label file: No such file"):
        read_det_labels(tmp_path / "none.txt")
    with pytest.raises(LabelError, match="cannot read the label file: Is a directory"):
        read_rec_labels(tmp_path)
    (tmp_path / "empty.txt").write_bytes(b"\n")
    with pytest.raises(LabelError, match=r"empty\.txt: the label file is empty"):
        read_rec_labels(tmp_path / "empty.txt")


def test_writers_refuse_what_a_line_cannot_hold(tmp_path) -> None:
    file = tmp_path / "rec.txt"
    write_rec_labels(file, [RecLabel(tmp_path / "a.jpg", "kept", Path(), 1)])
    before = file.read_bytes()
    for picture, text in [("a\tb.jpg", "x"), ("a.jpg", "x\ny"), ("a.jpg", ""), ("a.jpg", "\ud800")]:
        with pytest.raises(LabelError):
            write_rec_labels(file, [RecLabel(tmp_path / picture, text, Path(), 1)])
        assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["rec.txt"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"rec\.txt: cannot write the labels: .*Remedy: choose ano"):
        write_rec_labels(tmp_path / "file" / "rec.txt", [])


def test_five_thousand_lines_are_fast(tmp_path) -> None:
    region = f'{{"transcription": "text", "points": {SQUARE}}}'
    file = det_file(
        tmp_path, *(f"images/{i}.jpg\t[{', '.join([region] * 5)}]" for i in range(5000))
    )
    start = time.process_time()
    assert sum(len(label.instances) for label in read_det_labels(file)) == 25_000
    assert time.process_time() - start < 5  # about 0.5 s alone on the reference machine


def test_split_round_trip(tmp_path) -> None:
    parts = {"images/a b.jpg": "train", "images/文.jpg": "val", "c.jpg": "report"}
    write_split(tmp_path / "split.tsv", parts)
    assert read_split(tmp_path / "split.tsv") == parts


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("a.jpg\ttest\n", "1: unknown part (got 'test'). Remedy: use one of train, val, report"),
        (
            "a.jpg\ttrain\na.jpg\tval\n",
            "2: the picture is in two parts (got 'a.jpg'). Remedy: keep one of its lines",
        ),
        ("a.jpg train\n", "1: no tab between picture and label"),
    ],
)
def test_a_bad_split_is_named(tmp_path, lines: str, message: str) -> None:
    file = tmp_path / "split.tsv"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        read_split(file)
    assert str(caught.value).startswith(f"{file}:{message}")
    with pytest.raises(LabelError, match="unknown part"):
        write_split(file, {"a.jpg": "test"})
