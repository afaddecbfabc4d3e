from __future__ import annotations

import pytest

from ocrlib.errors import OcrError
from ocrlib.explore.costs import reading_costs


def test_one_cost_per_picture_in_order(tiny_bundles) -> None:
    small = tiny_bundles.page({(20, 20): "rgb"}, (120, 200))
    large = tiny_bundles.page({(20, 20): "rgb", (20, 70): "bb"}, (1200, 2000))
    costs = reading_costs([small, large], str(tiny_bundles.det), str(tiny_bundles.rec))
    assert [cost.lines for cost in costs] == [1, 2]
    assert 0 <= costs[0].cpu_ms < costs[1].cpu_ms
    assert 20 < costs[0].peak_mb <= costs[1].peak_mb


def test_no_pictures_cost_nothing(tiny_bundles) -> None:
    assert reading_costs([], str(tiny_bundles.det), str(tiny_bundles.rec)) == []


def test_a_bundle_that_does_not_exist(tiny_bundles, tmp_path) -> None:
    page = tiny_bundles.page({(20, 20): "rgb"}, (120, 200))
    with pytest.raises(OcrError):
        reading_costs([page], str(tmp_path / "none"), str(tiny_bundles.rec))
