from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrlib import cli
from ocrlib.images import read_image


@pytest.fixture
def folder(tiny_bundles, tmp_path: Path) -> Path:
    """Pages with spaces and Chinese in their names."""
    place = tmp_path / "收据 2026"
    place.mkdir()
    for name, text in (("b 乙.png", "gbg"), ("a 甲.png", "rgb")):
        Image.fromarray(tiny_bundles.page({(20, 20): text}, (80, 160))).save(place / name)
    (place / "notes.txt").write_text("not a picture, and not asked for")
    return place


@pytest.fixture
def models(tiny_bundles) -> list[str]:
    return ["--det", str(tiny_bundles.det), "--rec", str(tiny_bundles.rec)]


def read(*args: object) -> int:
    return cli.main(["read", *map(str, args)])


def test_one_picture_prints_its_text_only(folder: Path, models: list[str], capsys):
    assert read(folder / "a 甲.png", *models) == 0
    out, err = capsys.readouterr()
    assert out == "rgb\n"
    assert err == ""


def test_a_folder_is_read_in_the_order_of_names(folder: Path, models: list[str], capsys):
    assert read(folder, *models) == 0
    out, err = capsys.readouterr()
    assert out == f"==> {folder / 'a 甲.png'} <==\nrgb\n\n==> {folder / 'b 乙.png'} <==\ngbg\n\n"
    assert err == ""


def test_json_is_one_object_per_line(folder: Path, models: list[str], capsys):
    assert read(folder, folder / "none.png", "--json", *models) == 2
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(row["file"]).name for row in rows] == ["a 甲.png", "b 乙.png", "none.png"]
    assert rows[0]["lines"][0]["text"] == "rgb"
    assert 0.9 < rows[0]["lines"][0]["det_score"] <= 1
    assert (rows[0]["height"], rows[0]["width"]) == (80, 160)
    assert "no such file" in rows[2]["error"]


def test_polygons_that_follow_curved_text(tiny_bundles, tmp_path: Path, models: list[str], capsys):
    page = tiny_bundles.page({(20, 30): "rgbrgbrgb"}, (90, 260))
    columns = [np.roll(page[:, x], int(6 * np.sin(x / 35)), axis=0) for x in range(260)]
    wavy = np.stack(columns, axis=1)
    Image.fromarray(wavy).save(tmp_path / "wave.png")
    for box_type, corners in (("poly", 8), ("quad", 4)):
        assert read(tmp_path / "wave.png", "--json", "--box-type", box_type, *models) == 0
        (line,) = json.loads(capsys.readouterr().out)["lines"]
        assert len(line["polygon"]) >= corners
        assert line["text"] == "rgbrgbrgb"
    assert len(line["polygon"]) == 4


def test_one_bad_picture_is_one_line_and_2(folder: Path, models: list[str], capsys):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    assert read(folder / "broken.jpg", *models) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "broken.jpg" in err


def test_failures_are_summed_up_and_the_others_read(folder: Path, models: list[str], capsys):
    (folder / "c.jpg").write_bytes(b"")
    empty = folder / "empty"
    empty.mkdir()
    assert read(folder / "none.png", folder, empty, *models) == 2
    out, err = capsys.readouterr()
    assert "rgb" in out
    assert "gbg" in out
    lines = err.splitlines()
    assert len(lines) == 4
    assert "none.png: no such file" in lines[0]
    assert "c.jpg: the file is empty" in lines[1]
    assert "empty: no pictures in this folder" in lines[2]
    assert lines[3] == "ocrlib: 3 of 5 could not be read"


def test_annotated_pictures(folder: Path, models: list[str], tmp_path: Path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a 甲.png").write_bytes((folder / "b 乙.png").read_bytes())
    out = tmp_path / "drawn 画" / "deep"
    assert read(folder, other, "--draw", out, *models) == 0
    names = ["a 甲.png-2.png", "a 甲.png.png", "b 乙.png.png"]
    assert sorted(file.name for file in out.iterdir()) == names
    drawn = read_image(out / "a 甲.png.png")
    assert drawn.shape == (80, 320, 3)
    original = read_image(folder / "a 甲.png")
    assert (drawn[:, :160] != original).any()
    np.testing.assert_array_equal(original[0], drawn[0, :160])


def test_a_folder_that_cannot_be_made(folder: Path, models: list[str], capsys):
    assert read(folder, "--draw", folder / "notes.txt", *models) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_nothing_to_read_and_no_models(folder: Path, capsys):
    assert read() == 2
    assert "nothing to read" in capsys.readouterr().err
    assert read(folder, "--det", "no-such-model") == 2
    assert "no bundle 'no-such-model'" in capsys.readouterr().err


def test_bar_on_a_terminal_only(folder: Path, models: list[str]):
    command = [sys.executable, "-m", "ocrlib.cli", "read", str(folder), *models]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=True, text=True)
    bar = os.read(ours, 10_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "2/2" in bar or "0/2" in bar
    assert "rgb" in done.stdout
    quiet = subprocess.run(command, capture_output=True, check=True, text=True)
    assert quiet.stderr == ""


def test_an_output_that_closes_early_is_no_fault(folder: Path, models: list[str]):
    command = [sys.executable, "-m", "ocrlib.cli", "read", str(folder), *models]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait() == 0
