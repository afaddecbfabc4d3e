from __future__ import annotations

import math
import time

import cv2

from ocrlib.train.tracker import Meter, Tracker, read_metrics


def test_metrics_log_and_curve(tmp_path):
    tracker = Tracker(tmp_path)
    for step in range(1, 6):
        tracker.record(step, {"loss": 1 / step})
    tracker.record(5, {"eval": {"accuracy": 0.5}})
    tracker.say("step 5 done")
    tracker.draw()
    assert [e["loss"] for e in read_metrics(tracker.metrics)[:5]] == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert tracker.log_file.read_text().endswith(" step 5 done\n")
    assert cv2.imread(str(tracker.curve_file)).shape == (600, 800, 3)


def test_going_on_drops_what_a_killed_run_wrote_after_its_checkpoint(tmp_path):
    tracker = Tracker(tmp_path)
    for step in range(1, 6):
        tracker.record(step, {"loss": float(step)})
    with tracker.metrics.open("a") as file:
        file.write('{"step": 6, "lo')  # killed while writing
    tracker = Tracker(tmp_path, 3)
    tracker.record(4, {"loss": 0.0})
    assert [(e["step"], e["loss"]) for e in read_metrics(tracker.metrics)] == [
        (1, 1.0),
        (2, 2.0),
        (3, 3.0),
        (4, 0.0),
    ]


def test_a_new_run_starts_an_empty_file(tmp_path):
    Tracker(tmp_path).record(1, {"loss": 1.0})
    Tracker(tmp_path)
    assert read_metrics(tmp_path / "metrics.jsonl") == []
    assert read_metrics(tmp_path / "none.jsonl") == []


def test_an_empty_curve_can_be_drawn(tmp_path):
    Tracker(tmp_path).draw()
    assert (tmp_path / "curve.png").exists()


def test_meter_takes_means(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    meter = Meter()
    meter.add({"loss": 2.0, "part": 1.0}, 8, 0.5)
    meter.add({"loss": 4.0, "part": 2.0}, 8, 0.5)
    clock[0] += 4
    assert meter.take() == {"loss": 3.0, "part": 1.5, "per_s": 4.0, "waiting": 0.25}
    assert math.isnan(meter.take()["loss"])
