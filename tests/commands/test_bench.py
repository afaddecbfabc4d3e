from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from ocrlib import cli
from ocrlib.commands import bench as module
from ocrlib.data.label_lines import RecLabel
from ocrlib.data.labels import write_rec_labels


@pytest.fixture
def data(tiny_bundles, tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "iiit5k"
    folder.mkdir(parents=True)
    labels = []
    for i, word in enumerate(("rgb", "bb", "g")):
        Image.fromarray(tiny_bundles.line(word)).save(folder / f"{i}.png")
        labels.append(RecLabel(folder / f"{i}.png", word, folder / "rec.txt", i + 1))
    write_rec_labels(folder / "rec.txt", labels)
    return folder.parent


@pytest.fixture
def models(tiny_bundles) -> list[str]:
    det, rec = str(tiny_bundles.det), str(tiny_bundles.rec)
    return ["--det", det, "--scene-det", det, "--rec", rec]


def bench(*args: object) -> int:
    return cli.main(["bench", *map(str, args)])


def test_measures_what_is_there_and_says_what_is_not(
    data: Path, models: list[str], tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OCR_DATA", str(data))
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    out = tmp_path / "results" / "bench.json"
    assert bench("--out", out, "--peers", tmp_path / "none", *models) == 0
    shown, err = capsys.readouterr()
    assert "| iiit5k (3): accuracy | 1.000 |" in shown
    assert "left out: tesseract" in err
    assert "left out: rapidocr" in err
    result = json.loads(out.read_text())
    assert result["protocols"]["iiit5k"]["figures"]["ocrlib"]["accuracy"] == 1
    assert result["protocols"]["iiit5k"]["pictures"] == 3
    assert set(result["left_out"]) >= {"tesseract", "rapidocr", "svt", "sroie-pages"}
    assert {"command", "date", "commit", "machine", "threads", "bundles"} <= set(result)
    assert result["bundles"]["tiny-det"]["seed"] == 0


def test_the_command_is_kept_without_paths_of_this_machine(
    data: Path, models: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    args = ["bench", "--data", str(data), "--programs", "ocrlib", "--out", str(tmp_path / "x.json")]
    monkeypatch.setattr(module.sys, "argv", ["ocrlib", "bench", "--data", str(data)])
    assert cli.main([*args, *models]) == 0
    assert (
        json.loads((tmp_path / "x.json").read_text())["command"] == "ocrlib bench --data $OCR_DATA"
    )


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["--data", "nowhere"], "no such folder"),
        (["--protocols", "iit5k"], "unknown name"),
        (["--programs", "abbyy"], "unknown name"),
        (["--protocols", "svt"], "the data set is not there"),
        (["--programs", "rapidocr", "--peers", "nowhere"], "rapidocr cannot run"),
        (["--det", "no-such-model"], "no bundle"),
    ],
)
def test_bad_requests_are_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], problem: str, capsys
):
    monkeypatch.setenv("OCR_DATA", str(data))
    assert bench(*args) == 2
    err = capsys.readouterr().err
    assert problem in err.splitlines()[-1]
    assert "Traceback" not in err


def test_no_data_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys):
    monkeypatch.delenv("OCR_DATA", raising=False)
    assert bench() == 2
    assert "OCR_DATA" in capsys.readouterr().err
    assert bench("--data", tmp_path) == 2
    assert "none of the data sets" in capsys.readouterr().err


def test_table_shows_a_dash_where_there_is_no_figure():
    figures = {"words": {"precision": 0.5, "recall": 0.25}, "median_ms": 12.34, "peak_mb": 50.0}
    result = {
        "programs": {"ocrlib": {"model_mb": 3.2}, "other": {"model_mb": 31.0}},
        "protocols": {
            "p": {"pictures": 7, "figures": {"ocrlib": figures, "other": {"median_ms": 1.0}}}
        },
    }
    rows = module.table(result).splitlines()
    assert rows[0] == "|  | ocrlib | other |"
    assert rows[1] == "|---|---:|---:|"
    assert "| model, MB | 3.2 | 31.0 |" in rows
    assert "| p (7): words P | 0.500 | – |" in rows
    assert "| p (7): median ms | 12.3 | 1.0 |" in rows
