"""The hard pages are hard in the way they claim, and always the same."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ocrlib.explore.families import pages
from ocrlib.geometry import is_valid_polygon, min_area_quad, polygon_area, polygon_iou


@pytest.mark.parametrize("kind", pages.KINDS)
def test_pages_are_always_the_same_and_all_their_lines_count(kind: str) -> None:
    first, second = pages.hard_pages(kind), pages.hard_pages(kind)
    assert len(first) == pages.PAGES
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.image, b.image)
        height, width, _ = a.image.shape
        for line, again in zip(a.instances, b.instances, strict=True):
            assert np.array_equal(line.polygon, again.polygon)
            assert is_valid_polygon(line.polygon)
            assert not line.ignore
            assert (line.polygon >= 0).all()
            assert (line.polygon <= (width - 1, height - 1)).all()


def polygons(kind: str) -> list[list[np.ndarray]]:
    return [[line.polygon for line in page.instances] for page in pages.hard_pages(kind)]


def test_bent_lines_fill_little_of_their_rectangle() -> None:
    for page in polygons("curved"):
        for p in page:
            assert len(p) > 4
            assert abs(polygon_area(p)) < 0.62 * abs(polygon_area(min_area_quad(p)[0]))


def test_tilted_lines_are_tilted() -> None:
    angles = []
    for page in polygons("tilted"):
        for p in page:
            right = p[1] - p[0]
            angles.append(abs(np.degrees(np.arctan2(right[1], right[0]))))
    assert min(angles) > 10
    assert max(angles) < 45


def test_crowded_lines_touch_and_crossing_ones_overlap() -> None:
    for page in polygons("crowded"):
        assert sum(polygon_iou(a, b) > 0 for a, b in itertools.pairwise(page)) > 10
    for page in polygons("crossing"):
        assert sum(polygon_iou(page[-1], p) > 0.02 for p in page[:-1]) >= 3


def test_long_lines_are_long() -> None:
    for page in polygons("long"):
        for p in page:
            height = min_area_quad(p)[1]
            assert abs(polygon_area(p)) > 50 * height**2


def test_unknown_kind() -> None:
    with pytest.raises(ValueError, match="no pages 'wavy'; there are straight"):
        pages.hard_pages("wavy")
