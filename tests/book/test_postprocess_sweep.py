"""book/tools/postprocess_sweep.py measures post-processing on given maps."""

from __future__ import annotations

import numpy as np
import pytest

import postprocess_sweep
from ocrlib.data.det_targets import shrink_map
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import DetSample, TextInstance


def test_a_stricter_overlap_tells_a_tight_box_from_a_fitting_one(monkeypatch):
    line = np.array([[20, 20], [220, 20], [220, 60], [20, 60]], np.float32)
    page = DetSample(np.zeros((80, 240, 3), np.uint8), (TextInstance(line, "line"),), "test")
    map_, _ = shrink_map([line], [False], (80, 240), 0.6)
    monkeypatch.setitem(postprocess_sweep.VALUES, "unclip_ratio", (1.5, 0.5))
    rows = postprocess_sweep.one_at_a_time([page], [map_], DBPostprocess(), "unclip_ratio")
    assert [row["value"] for row in rows] == [1.5, 0.5]
    fitting, tight = rows
    assert fitting["0.5"]["hmean"] == fitting["0.7"]["hmean"] == pytest.approx(1)
    assert tight["0.5"]["hmean"] == pytest.approx(1)
    assert tight["0.7"]["hmean"] == 0
