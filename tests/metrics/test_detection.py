"""Detection metric: golden vectors, hand-made pages, properties."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocrlib.metrics.detection import DetectionMetric, harmonic, match


def box(x: float, y: float, w: float = 40, h: float = 10) -> np.ndarray:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


boxes = st.lists(
    st.builds(box, st.integers(0, 60), st.integers(0, 30), st.integers(5, 50), st.integers(5, 30)),
    max_size=6,
)


def test_golden(golden):
    stored = json.loads((golden / "det_metric.json").read_text())
    together = DetectionMetric()
    assert len(stored["cases"]) >= 17
    for case in stored["cases"]:
        metric = DetectionMetric()
        metric.update(case["det"], case["gt"], case["ignore"])
        counts = case["per_image"]
        assert metric.expected == counts["gtCare"], case["case"]
        assert metric.predicted == counts["detCare"], case["case"]
        assert metric.matched == counts["detMatched"], case["case"]
        assert metric.compute() == pytest.approx(case["metric"]), case["case"]
        together.update(case["det"], case["gt"], case["ignore"])
    assert together.compute() == pytest.approx(stored["all_cases_accumulated"])


def test_by_hand():
    metric = DetectionMetric()
    # One right, one too far off (IoU 1/3), one made up in nowhere; one missed.
    found = [box(0, 0), box(20, 50), box(200, 200)]
    there = [box(0, 0), box(0, 50), box(0, 100), box(0, 150)]
    matches = metric.update(found, there, [False] * 4)
    assert matches.pairs == ((0, 0),)
    assert metric.compute() == {"precision": 1 / 3, "recall": 1 / 4, "hmean": pytest.approx(2 / 7)}


def test_the_overlap_must_be_more_than_the_threshold():
    half = box(0, 0, 20)
    assert match([half], [box(0, 0)], [False]).pairs == ()  # IoU is exactly 0.5
    assert match([half], [box(0, 0)], [False], iou=0.49).pairs == ((0, 0),)


def test_ignored_regions_count_neither_way():
    metric = DetectionMetric()
    metric.update([box(0, 0), box(5, 50, 10), box(0, 100)], [box(0, 0), box(0, 50)], [False, True])
    assert (metric.matched, metric.predicted, metric.expected) == (1, 2, 1)


def test_invalid_polygons_count_neither_way():
    bow_tie = np.array([[0, 0], [40, 10], [40, 0], [0, 10]], np.float32)
    assert match([bow_tie], [box(0, 0)], [False]).predictions == ()
    assert match([box(0, 0)], [bow_tie, box(0, 0)], [False, False]).pairs == ((0, 1),)


def test_nothing_to_count():
    assert DetectionMetric().compute() == {"precision": 0, "recall": 0, "hmean": 0}
    assert harmonic(3, 3, 3) == {"precision": 1, "recall": 1, "hmean": 1}


@settings(max_examples=60)
@given(boxes, boxes, st.integers(0, 63))
def test_properties(found, there, ignore_bits):
    ignore = [bool(ignore_bits >> i & 1) for i in range(len(there))]
    matches = match(found, there, ignore)
    predictions = [p for p, _ in matches.pairs]
    truths = [t for _, t in matches.pairs]
    assert len(set(predictions)) == len(predictions)  # one-to-one
    assert len(set(truths)) == len(truths)
    assert set(predictions) <= set(matches.predictions)
    assert set(truths) <= set(matches.truths)
    assert not any(ignore[t] for t in matches.truths)
    metric = DetectionMetric()
    metric.update(found, there, ignore)
    figures = metric.compute()
    assert all(0 <= value <= 1 for value in figures.values())
    assert min(figures["precision"], figures["recall"]) - 1e-9 <= figures["hmean"]


@given(boxes)
def test_the_truth_itself_is_perfect(there):
    distinct = [b + np.float32(100 * i) for i, b in enumerate(there)]
    metric = DetectionMetric()
    metric.update(distinct, distinct, [False] * len(there))
    assert metric.compute()["hmean"] == (1 if there else 0)
