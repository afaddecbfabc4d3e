"""A sweep gives what measuring each combination by itself gives."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.det_targets import shrink_map
from ocrlib.errors import DataError
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.sweep import Grid, best_trial, sweep
from ocrlib.types import DetSample, TextInstance

GRID = Grid((0.2, 0.5), (0.3, 0.6, 0.9), (0.5, 1.5))


@pytest.fixture(scope="module")
def pages():
    """Two pages whose maps are more or less sure, and noisy."""
    rng = np.random.default_rng(4)
    samples, maps = [], []
    for _ in range(2):
        boxes = [
            np.array([[20, y], [200, y], [200, y + 24], [20, y + 24]], np.float32)
            for y in (20, 60, 100)
        ]
        kernels, _ = shrink_map(boxes, [False] * 3, (140, 240), 0.6)
        sure = np.linspace(0.5, 1, 140, dtype=np.float32)[:, None]
        noise = rng.random((140, 240), np.float32) * 0.3
        maps.append(np.clip(kernels * sure + noise, 0, 1).astype(np.float32))
        lines = tuple(TextInstance(box, "line") for box in boxes)
        samples.append(DetSample(np.zeros((140, 240, 3), np.uint8), lines, "test"))
    return samples, maps


def test_every_combination_is_measured_as_if_alone(pages):
    samples, maps = pages
    trials = sweep(samples, maps, DBPostprocess(), GRID, (0.5, 0.7))
    assert len(trials) == 12
    settings = [t.postprocess for t in trials]
    assert len(set(settings)) == 12
    assert [s.unclip_ratio for s in settings[:2]] == [0.5, 1.5]
    values = set()
    for trial in trials:
        for iou in (0.5, 0.7):
            metric = DetectionMetric(iou)
            for sample, map_ in zip(samples, maps, strict=True):
                found = [box.polygon for box in trial.postprocess(map_, (140, 240))]
                truth = [line.polygon for line in sample.instances]
                metric.update(found, truth, [False] * len(truth))
            assert trial.figures[iou] == metric.compute()
            values.add(metric.compute()["hmean"])
    assert len(values) > 2  # the combinations differ


def test_of_equal_trials_the_one_that_changes_least_is_best(pages):
    trials = sweep(*pages, DBPostprocess(), GRID)
    best = max(trial.figures[0.5]["hmean"] for trial in trials)
    base = DBPostprocess(thresh=0.2, box_thresh=0.3, unclip_ratio=1.5)
    chosen = best_trial(trials, base)
    assert chosen.figures[0.5]["hmean"] == best
    equal = [t.postprocess for t in trials if t.figures[0.5]["hmean"] == best]
    if base in equal:
        assert chosen.postprocess == base
    assert best_trial(trials[::-1], base) == chosen


def test_a_grid_takes_in_what_is_in_use():
    grid = GRID.including(DBPostprocess(thresh=0.3, box_thresh=0.6, unclip_ratio=1.9))
    assert grid == Grid((0.2, 0.3, 0.5), (0.3, 0.6, 0.9), (0.5, 1.5, 1.9))


def test_without_pages_there_is_nothing_to_choose_by():
    with pytest.raises(DataError, match="no pages"):
        sweep([], [], DBPostprocess(), GRID)
