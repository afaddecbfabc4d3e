"""Outlines in few numbers: exact for an ellipse, better with more of them for a line."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.explore.families.fourier import from_fourier, resample, to_fourier
from ocrlib.geometry import polygon_iou

LINE = np.array([[10, 10], [110, 10], [110, 30], [10, 30]], np.float32)


def test_points_lie_at_equal_distances() -> None:
    points = resample(LINE, 24)  # 240 px of outline
    assert points[0].tolist() == [10, 10]
    assert points[10].tolist() == [110, 10]
    assert points[12].tolist() == [110, 30]
    assert np.hypot(*np.diff(points, axis=0).T) == pytest.approx(np.full(23, 10))


def test_the_middle_number_is_the_centre() -> None:
    assert to_fourier(LINE, 0) == pytest.approx([60 + 20j])
    assert len(to_fourier(LINE, 3)) == 7
    assert to_fourier(LINE, 3)[3] == pytest.approx(60 + 20j)


def test_a_circle_needs_one_frequency() -> None:
    turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    circle = np.stack([50 + 30 * np.cos(turn), 40 + 30 * np.sin(turn)], 1)
    found = from_fourier(to_fourier(circle, 1), 90)
    assert np.hypot(*(found - (50, 40)).T) == pytest.approx(np.full(90, 30), abs=0.01)


def test_more_numbers_describe_a_line_better() -> None:
    fits = [polygon_iou(from_fourier(to_fourier(LINE, d)), LINE) for d in (1, 2, 5, 20)]
    assert fits == sorted(fits)
    assert fits[0] < 0.8
    assert fits[-1] > 0.97
