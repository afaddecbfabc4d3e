from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from PIL import Image

from ocrlib.charset import Charset
from ocrlib.data.validate import (
    check_det_labels,
    check_rec_labels,
    guess_task,
    time_steps_needed,
    validate_labels,
)
from ocrlib.errors import DataError
from ocrlib.preprocess import RecPreprocess

GOOD = [[1, 1], [60, 1], [60, 20], [1, 20]]


@pytest.fixture
def folder(tmp_path) -> Path:
    Image.new("RGB", (100, 50), "white").save(tmp_path / "a.png")
    Image.new("RGB", (100, 50), "white").save(tmp_path / "b.png")
    return tmp_path


def write(folder: Path, *lines: str) -> Path:
    file = folder / "labels.txt"
    file.write_bytes("".join(line + "\n" for line in lines).encode())
    return file


def regions(*points: object, text: str = "x") -> str:
    return json.dumps([{"transcription": text, "points": p} for p in points])


def messages(file: Path, **options) -> list[str]:
    """The problems without the file's name."""
    report = validate_labels(file, **options)
    return [str(problem).replace(f"{file}", "F") for problem in report.problems]


def test_a_good_file_has_no_problems(folder) -> None:
    file = write(folder, f"a.png\t{regions(GOOD, GOOD)}", "b.png\t[]")
    report = validate_labels(file, open_pictures=True, charset=Charset.english())
    assert report.problems == ()
    assert report.summary == f"{file}: 2 lines checked, 2 usable, 0 errors, 0 warnings"
    assert report.require_usable() == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "a.png []",
            "no tab between picture and label (got 'a.png []'). "
            "Remedy: write picture, one tab, label",
        ),
        (
            "a.png\t[{]",
            "broken JSON after the tab at column 3 (got '[{]'). "
            'Remedy: write [{"transcription": "...", "points": [[x, y], ...]}, ...]',
        ),
        (
            f"a.png\t{regions(GOOD[:3])}",
            "region 1: a region needs at least 4 points, this one has 3 (got [[1, 1], [60, 1], "
            "[60, 20]]). Remedy: give the corners as [[x, y], ...] in px, clockwise from "
            "top-left, and the text (or ###)",
        ),
        (
            f"a.png\t{regions([*GOOD[:3], [float('nan'), 5]])}",
            "region 1: a coordinate is NaN or infinite (got [[1, 1], [60, 1], [60, 20], "
            "[nan, 5]]). Remedy: give the corners as [[x, y], ...] in px, clockwise from "
            "top-left, and the text (or ###)",
        ),
        (
            "none.png\t[]",
            "no such picture (got 'none.png'). Remedy: paths start at the label file's folder",
        ),
        (
            f"a.png\t{regions([[200, 1], [260, 1], [260, 9], [200, 9]])}",
            "region 1: outside the picture of 100x50 px (got [[200.0, 1.0], [260.0, 1.0], "
            "[260.0, 9.0], [200.0, 9.0]]). Remedy: correct the corners, or check that the "
            "picture was not resized",
        ),
    ],
)
def test_an_error_in_a_detection_file(folder, line: str, message: str) -> None:
    file = write(folder, "b.png\t[]", line)
    assert messages(file, task="det") == [f"error: F:2: {message}"]
    good, report = check_det_labels(file)
    assert [label.picture.name for label in good] == ["b.png"]
    assert report.bad_lines == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            f"a.png\t{regions([GOOD[0], GOOD[2], GOOD[1], GOOD[3]])}",
            "region 1: the outline crosses itself or has no area; training ignores the region "
            "(got [[1.0, 1.0], [60.0, 20.0], [60.0, 1.0], [1.0, 20.0]]). "
            "Remedy: give the corners in order, clockwise from top-left",
        ),
        (
            f"a.png\t{regions([[5, 5]] * 4)}",
            "region 1: the outline crosses itself or has no area; training ignores the region "
            "(got [[5.0, 5.0], [5.0, 5.0], [5.0, 5.0], [5.0, 5.0]]). "
            "Remedy: give the corners in order, clockwise from top-left",
        ),
        (
            f"a.png\t{regions([[-2, 1], [60, 1], [60, 9], [-2, 9]])}",
            "region 1: partly outside the picture of 100x50 px; it is clipped (got [[-2.0, 1.0], "
            "[60.0, 1.0], [60.0, 9.0], [-2.0, 9.0]]). Remedy: correct the corners, or check "
            "that the picture was not resized",
        ),
        (
            f"a.png\t{regions(GOOD, text='')}",
            "region 1: the text is empty (got ''). Remedy: write the text, or ###",
        ),
    ],
)
def test_a_warning_in_a_detection_file(folder, line: str, message: str) -> None:
    file = write(folder, "b.png\t[]", line)
    assert messages(file, task="det") == [f"warning: F:2: {message}"]
    good, report = check_det_labels(file)
    assert len(good) == 2
    assert report.require_usable() == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.png abc", "no tab between picture and label (got 'a.png abc'). Remedy: write picture,"),
        ("a.png\t ", "the text is empty (got 'a.png\\t '). Remedy: write picture, one tab, the te"),
        ("a.png\ta\tb", "more than one tab (got 'a.png\\ta\\tb'). Remedy: write picture, one tab,"),
        ("a.png\ta\rb", "a carriage return in the text (got 'a.png\\ta\\rb'). Remedy: write pict"),
        (
            "a.png\t5 €",
            "not in the charset: '€' (U+20AC) (got '5 €'). "
            "Remedy: add the characters to the charset, or leave the line out",
        ),
        (
            "a.png\t" + "x" * 9,
            "the text needs 17 time steps, but a crop of 100x50 px gives 16 (got 'xxxxxxxxx'). "
            "Remedy: check that text and crop belong together; else leave the line out",
        ),
        ("none.png\tx", "no such picture (got 'none.png'). Remedy: paths start at the label file'"),
    ],
)
def test_an_error_in_a_recognition_file(folder, line: str, message: str) -> None:
    file = write(folder, "b.png\tgood", line)
    (found,) = messages(file, task="rec", charset=Charset.english())
    assert found.startswith(f"error: F:2: {message}")
    good, report = check_rec_labels(file, charset=Charset.english())
    assert [label.text for label in good] == ["good"]
    assert report.bad_lines == 1


def test_the_longest_text_that_fits_is_no_problem(folder) -> None:
    # 100x50 px -> 64 px wide at height 32 -> 16 time steps
    file = write(folder, "a.png\t" + "xy" * 8, "b.png\t" + "xxy" * 4)
    assert messages(file, task="rec") == []
    assert messages(file, task="rec", stride=8) != []
    assert messages(file, task="rec", preprocess=RecPreprocess(height=16)) != []


@pytest.mark.parametrize(
    ("text", "steps"), [("", 0), ("a", 1), ("ab", 2), ("aa", 3), ("aaa", 5), ("noon", 5)]
)
def test_time_steps_needed(text: str, steps: int) -> None:
    assert time_steps_needed(text) == steps


def test_turned_pictures_count_upright(folder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (50, 100)).save(folder / "turned.jpg", exif=exif)
    file = write(folder, f"turned.jpg\t{regions([[60, 1], [99, 1], [99, 20], [60, 20]])}")
    assert messages(file) == []


def test_wrong_encoding(folder) -> None:
    file = folder / "labels.txt"
    file.write_bytes(b"a.png\tok\n" + "b.png\t文字\n".encode("gb18030"))
    assert messages(file) == [
        "error: F:2: the line is not UTF-8 (got b'b.png\\t\\xce\\xc4\\xd7\\xd6'). "
        "Remedy: convert the file, for example: iconv -f gb18030 -t utf-8"
    ]


def test_windows_line_ends_and_bom_are_warned_of_once(folder) -> None:
    file = folder / "labels.txt"
    file.write_bytes("\ufeffa.png\tok\r\n\r\nb.png\tok\r\n".encode())
    assert messages(file, charset=Charset.english()) == [
        "warning: F:1: a byte order mark. Remedy: save as UTF-8 without BOM",
        "warning: F:1: Windows line ends (CRLF) on 3 lines, first on this one. "
        r"Remedy: convert the file: sed -i 's/\r$//' FILE",
        "warning: F:2: 1 empty lines, first this one. Remedy: remove",
    ]
    assert [label.text for label in check_rec_labels(file)[0]] == ["ok", "ok"]


def test_pictures_that_cannot_be_read(folder) -> None:
    (folder / "text.png").write_text("not a picture", encoding="utf-8")
    noise = Image.effect_noise((100, 50), 80)
    noise.save(folder / "cut.png")
    whole = (folder / "cut.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    file = write(folder, "text.png\tx", "cut.png\tx", "a.png\tx")
    assert messages(file) == [
        "error: F:1: not a picture that can be read (got 'text.png'). "
        "Remedy: replace the picture or remove the line"
    ]
    opened = messages(file, open_pictures=True)
    assert [message[:10] for message in opened] == ["error: F:1", "error: F:2"]


def test_pictures_beyond_the_limit_are_not_opened(folder) -> None:
    Image.new("1", (9000, 9000)).save(folder / "big.png")
    assert messages(write(folder, "big.png\tx"))[0].startswith(
        "error: F:1: the picture has more than 80000000 pixels (got 'big.png')"
    )


def test_duplicates(folder) -> None:
    file = write(folder, "a.png\tone", "a.png\tone", "a.png\ttwo")
    assert messages(file) == [
        "warning: F:2: the picture stands on line 1 already, with the same label (got 'a.png'). "
        "Remedy: remove one of the lines",
        "error: F:3: the picture stands on line 1 already, with another label (got 'a.png'). "
        "Remedy: remove one of the lines",
    ]


def test_all_problems_of_a_line_are_listed(folder) -> None:
    file = write(folder, f"none.png\t{regions(GOOD[:3], GOOD, 'abc')}")
    assert [message.split(" (got")[0] for message in messages(file)] == [
        "error: F:1: region 1: a region needs at least 4 points, this one has 3",
        "error: F:1: region 3: points are not pairs of numbers",
        "error: F:1: no such picture",
    ]
    report = validate_labels(file)
    assert (report.errors, report.bad_lines, report.checked) == (3, 1, 1)
    assert report.summary.endswith("1 lines checked, 0 usable, 3 errors, 0 warnings")


def test_an_empty_file_has_no_usable_line(tmp_path):
    file = tmp_path / "none.txt"
    file.write_text("")
    report = validate_labels(file)
    assert report.summary == f"{file}: 0 lines checked, 0 usable, 1 error, 0 warnings"


def test_a_file_that_cannot_be_read_is_one_error(folder) -> None:
    assert messages(folder / "none.txt") == [
        f"error: {folder / 'none.txt'}: cannot read the label file: No such file or directory. "
        "Remedy: check the path".replace(str(folder / "none.txt"), "F")
    ]


def test_training_refuses_or_skips_and_counts(folder) -> None:
    file = write(folder, "a.png\tok", "b.png", "none.png\tx")
    report = validate_labels(file)
    with pytest.raises(DataError) as caught:
        report.require_usable()
    assert str(caught.value) == (
        f"2 of 3 label lines cannot be used; the first: {file}:2: no tab between picture and "
        "label (got 'b.png'). Remedy: write picture, one tab, label. "
        f"Remedy: see them all with: ocrlib validate {file}; mend them, or set "
        "on_bad = 'skip' in the recipe"
    )
    assert report.require_usable("skip") == 2
    with pytest.raises(DataError, match="1 of 1 label lines cannot be used"):
        validate_labels(write(folder, "none.png\tx")).require_usable("skip")


def test_the_task_is_found_out(folder) -> None:
    assert guess_task(write(folder, "a.png\t[]", "b.png\t[{", "no tab")) == "det"
    assert guess_task(write(folder, "a.png\t[x]", "b.png\t(", "no tab")) == "rec"


def test_five_thousand_lines_are_fast(folder) -> None:
    file = write(folder, *(f"a.png\t{regions(GOOD, GOOD)}" for _ in range(5000)))
    start = time.process_time()
    report = validate_labels(file)
    assert report.checked == 5000
    assert time.process_time() - start < 6  # about 1 s alone on the reference machine
