from __future__ import annotations

import numpy as np
import pytest

from ocrlib.explore.trouble import small_print, spaced_headline
from ocrlib.geometry import min_area_quad


def test_small_print_fills_the_sheet_and_is_always_the_same() -> None:
    page, again = small_print(400, 300, 12), small_print(400, 300, 12)
    assert page.image.shape == (400, 300, 3)
    assert np.array_equal(page.image, again.image)
    bottoms = [line.polygon[:, 1].max() for line in page.instances]
    assert len(page.instances) == len(range(48, 364, 36))
    assert 300 < max(bottoms) <= 400
    heights = [min_area_quad(line.polygon)[1] for line in page.instances]
    assert 8 <= min(heights) <= max(heights) <= 18


def test_a_sheet_narrower_than_a_word_still_has_text() -> None:
    assert small_print(200, 60, 12).instances


@pytest.mark.parametrize("tracking", [0, 24])
def test_headline_keeps_its_two_lines(tracking: int) -> None:
    sample = spaced_headline(tracking)
    assert [line.text for line in sample.instances] == ["WINTER SALE", "until the end of May"]
    plain = spaced_headline(0).instances[0].polygon
    grown = np.ptp(sample.instances[0].polygon[:, 0]) - np.ptp(plain[:, 0])
    assert grown == pytest.approx(9 * tracking, abs=12)  # five gaps, one, three
