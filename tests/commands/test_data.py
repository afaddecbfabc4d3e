from __future__ import annotations

import http.server
import threading
from pathlib import Path

import pytest
from PIL import Image

from ocrlib import cli
from ocrlib.data.labels import read_det_labels, read_rec_labels
from ocrlib.data.registry import load_registry


def run(*args: object) -> int:
    return cli.main([str(arg) for arg in args])


@pytest.fixture
def labels(tmp_path) -> Path:
    Image.new("RGB", (100, 50)).save(tmp_path / "a.png")
    file = tmp_path / "rec.txt"
    file.write_text("a.png\tgood\na.png good\nb.png\t€\n", encoding="utf-8")
    return file


def test_validate_lists_everything_and_exits_with_2(labels, capsys) -> None:
    assert run("validate", labels, "--charset", "english") == 2
    out, err = capsys.readouterr()
    assert [line.split(" (got")[0] for line in out.splitlines()] == [
        f"error: {labels}:2: no tab between picture and label",
        f"error: {labels}:3: no such picture",
        f"error: {labels}:3: not in the charset: '€' (U+20AC)",
        f"{labels}: 3 lines checked, 1 usable, 3 errors, 0 warnings",
    ]
    assert "Traceback" not in err


def test_validate_a_good_file(labels, capsys) -> None:
    labels.write_text("a.png\tgood\n", encoding="utf-8")
    assert run("validate", labels, "--task", "rec", "--open") == 0
    assert capsys.readouterr().out == (
        f"{labels}: 1 lines checked, 1 usable, 0 errors, 0 warnings\n"
    )
    assert run("validate", labels, "--stride", "16") == 2  # 64 px give 4 columns, oo needs 5


def test_validate_warnings_fail_only_when_strict(labels) -> None:
    labels.write_bytes(b"a.png\tgood\r\n")
    assert run("validate", labels) == 0
    assert run("validate", labels, "--strict") == 2


def test_validate_several_files(labels, tmp_path, capsys) -> None:
    assert run("validate", labels, tmp_path / "none.txt") == 2
    assert "none.txt: cannot read the label file: No such file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "ocrlib: nothing to check. Remedy: give label files: ocrlib validate det.txt\n"),
        (["x", "--stride", "0"], "ocrlib: the stride must be at least 1 px (got 0)\n"),
        (["x", "--charset", "/none"], "ocrlib: /none: cannot read the charset: No such file"),
    ],
)
def test_validate_refuses_in_one_line(args, message, capsys) -> None:
    assert run("validate", *args) == 2
    err = capsys.readouterr().err
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_list(capsys) -> None:
    assert run("data", "list") == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == list(load_registry())
    assert run("data", "list", "--details") == 0
    out = capsys.readouterr().out
    assert "licence: CC BY 4.0" in out
    assert max(map(len, out.splitlines())) <= 110


def test_import(tmp_path, capsys) -> None:
    root = tmp_path / "svt1"
    (root / "img").mkdir(parents=True)
    (root / "img" / "1.jpg").touch()
    (root / "test.xml").write_text(
        "<t><image><imageName>img/1.jpg</imageName>"
        '<taggedRectangle x="1" y="2" width="9" height="5"><tag>CAFE</tag></taggedRectangle>'
        "</image><image><imageName>img/2.jpg</imageName></image></t>"
    )
    assert run("data", "import", "svt", tmp_path) == 2
    assert capsys.readouterr().err.startswith(f"ocrlib: {root / 'test.xml'}: no such picture")
    assert run("data", "import", "svt", tmp_path, "--on-bad", "skip", "--out", tmp_path / "o") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"left out: {root / 'test.xml'}: no such picture")
    assert out[1] == f"{tmp_path / 'o' / 'det_test.txt'}: 1 pictures, 1 regions, 1 left out"
    assert out[2].startswith("licence: none stated; see http")
    (label,) = read_det_labels(tmp_path / "o" / "det_test.txt")
    assert label.instances[0].text == "CAFE"
    assert run("data", "import", "svt", tmp_path, "--on-bad", "skip") == 0
    assert (tmp_path / "det_test.txt").is_file()


def test_fetch(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "f.zip").write_bytes(b"data")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path / "site"))

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/f.zip"
        assert run("data", "fetch", url, "--out", tmp_path, "--size", 4) == 0
        assert run("data", "fetch", url, "--out", tmp_path, "--size", 5) == 2
        server.shutdown()
        thread.join()
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'f.zip'}\n"
    assert "the file has 4 bytes, the source states 5" in err
    assert (tmp_path / "f.zip").read_bytes() == b"data"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["lsvt"], "lsvt cannot be fetched (registration). Remedy: get it at https://rrc.cvc."),
        (["fnsd"], "unknown data set (got 'fnsd'). Remedy: did you mean funsd?"),
        (["funsd", "--size", "5"], "size and sha256 belong to an address, not to a name"),
    ],
)
def test_fetch_refuses_in_one_line(args, message, capsys) -> None:
    assert run("data", "fetch", *args) == 2
    assert capsys.readouterr().err.startswith(f"ocrlib: {message}")


@pytest.mark.parametrize("kind", ["words", "lines", "pages"])
def test_synth(kind, tmp_path, capsys) -> None:
    args = ["data", "synth", "--kind", kind, "--count", 2, "--seed", 3, "--format", "png"]
    for name in ("one", "two"):
        assert run(*args, "--size", 160, 200, "--out", tmp_path / name) == 0
    file = tmp_path / "one" / ("det.txt" if kind == "pages" else "rec.txt")
    assert capsys.readouterr().out.startswith(f"{file}\n")
    labels = read_det_labels(file) if kind == "pages" else read_rec_labels(file)
    assert len(labels) == 2
    for label in labels:
        same = tmp_path / "two" / label.picture.relative_to(tmp_path / "one")
        assert label.picture.read_bytes() == same.read_bytes()
    assert run("validate", file, "--open", "--charset", "english") == 0


def test_synth_refuses_in_one_line(tmp_path, capsys) -> None:
    assert run("data", "synth", "--count", 0, "--out", tmp_path) == 2
    assert capsys.readouterr().err.startswith("ocrlib: nothing to render (got 0)")


@pytest.fixture
def boxes(tmp_path) -> Path:
    Image.new("RGB", (100, 50), "white").save(tmp_path / "a.png")
    region = '[{"transcription": "x", "points": [[20, 10], [80, 10], [80, 30], [20, 30]]}]'
    (tmp_path / "det.txt").write_text(f"a.png\t{region}\n", encoding="utf-8")
    return tmp_path


def test_convert_and_validate_what_was_written(boxes, capsys) -> None:
    assert run("data", "convert", boxes / "det.txt", boxes / "gt", "--to", "icdar") == 0
    assert capsys.readouterr().out == f"{boxes / 'gt'}: 1 pictures, 1 regions\n"
    options = ("--format", "icdar", "--pictures", boxes)
    assert run("validate", boxes / "gt", *options) == 0
    assert "1 pictures checked, 1 usable, 0 errors, 0 warnings" in capsys.readouterr().out
    assert run("validate", boxes / "gt", "--format", "icdar") == 2  # no pictures there
    assert "gt_a.txt: no picture belongs to this label file" in capsys.readouterr().out
    back = ("data", "convert", boxes / "gt", boxes / "back.txt")
    assert run(*back, "--from", "icdar", "--pictures", boxes) == 0
    assert (boxes / "back.txt").read_text() == (boxes / "det.txt").read_text()


def test_convert_leaves_out_and_tells(boxes, capsys) -> None:
    with (boxes / "det.txt").open("a") as file:
        file.write("b.png\n")
    convert = ("data", "convert", boxes / "det.txt", boxes / "c.json", "--to", "coco")
    assert run(*convert) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "det.txt:2: no tab between picture and label" in err
    assert run(*convert, "--on-bad", "skip") == 0
    assert capsys.readouterr().out.startswith("left out: ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["validate", "x", "--pictures", "y"], "a folder of pictures needs a format"),
        (["validate", "x", "--format", "coco", "--task", "rec"], "coco is a format of detection"),
        (["data", "convert", "none", "out", "--from", "labelme"], "no such folder"),
        (["data", "convert", "none", "out", "--pictures", "x"], "det says itself where"),
        (["data", "draw", "none", "out"], "none: cannot read the label file"),
        (["data", "draw", "none", "out", "--count", "0"], "at least one picture"),
    ],
)
def test_format_commands_refuse_in_one_line(args, message, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*args) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_unknown_format_is_refused(tmp_path, capsys) -> None:
    assert run("data", "convert", tmp_path, tmp_path, "--from", "voc") == 2
    assert "total-text" in capsys.readouterr().err


def test_draw(boxes, capsys) -> None:
    assert run("data", "draw", boxes / "det.txt", boxes / "drawn") == 0
    assert capsys.readouterr().out == f"{boxes / 'drawn' / '001_a.png'}\n"
    with Image.open(boxes / "drawn" / "001_a.png") as image:
        assert image.getpixel((50, 40)) == (255, 255, 255)
        assert image.size == (100, 50)
