"""book/tools/training_results.py keeps what the book draws of a run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import training_results


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "some-run"
    folder.mkdir()
    state = {
        "step": 20,
        "steps": 20,
        "seed": 3,
        "best_step": 10,
        "best_score": 0.5,
        "description": {"recipe": {"name": "small", "task": "det"}, "commit": "abc"},
    }
    save_file({"x": np.zeros(1)}, folder / "last.safetensors", {"state": json.dumps(state)})
    entries = [
        {"step": 10, "loss": 4.0, "per_s": 8.0},
        {"step": 10, "eval": {"hmean": 0.51239}},
        {"step": 20, "loss": 2.0, "per_s": 10.0},
    ]
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    (folder / "metrics.jsonl").write_text(text, encoding="utf-8")
    stamps = ("2026-11-20 23:50:00", "2026-11-20 23:59:30", "2026-11-21 08:00:00")
    log = "".join(f"{stamp} step\n" for stamp in (*stamps, "2026-11-21 08:01:00"))
    (folder / "train.log").write_text(log, encoding="utf-8")
    return folder


def test_a_run_is_summarised(run: Path):
    result = training_results.summarise(run)
    assert result["command"] == "ocrlib train small runs/small"
    assert (result["seed"], result["commit"], result["date"]) == (3, "abc", "2026-11-21")
    assert result["minutes"] == 10.5  # the night between is no training time
    assert result["finished"] is True
    assert result["losses"] == [
        {"step": 10, "loss": 4.0, "per_s": 8.0},
        {"step": 20, "loss": 2.0, "per_s": 10.0},
    ]
    assert result["evaluations"] == [{"step": 10, "hmean": 0.5124}]


def test_many_entries_are_averaged():
    entries = [{"step": i + 1, "loss": float(i)} for i in range(10)]
    thinned = training_results.thin(entries, points=4)
    assert thinned == [
        {"step": 3, "loss": 1.0},
        {"step": 6, "loss": 4.0},
        {"step": 9, "loss": 7.0},
        {"step": 10, "loss": 9.0},
    ]


def test_no_time_without_lines():
    assert training_results.minutes([]) == 0
    assert training_results.minutes([datetime(2026, 1, 1)]) == 0


def test_the_command_writes_the_file(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(training_results, "ROOT", tmp_path)
    monkeypatch.setattr(training_results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("sys.argv", ["training_results.py", str(run)])
    assert training_results.main() == 0
    stored = json.loads((tmp_path / "results" / "small-training.json").read_text("utf-8"))
    assert stored["best_score"] == 0.5
    monkeypatch.setattr("sys.argv", ["training_results.py", str(tmp_path / "nothing")])
    assert training_results.main() == 1
    assert "not a run" in capsys.readouterr().err
