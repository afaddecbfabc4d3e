from __future__ import annotations

import numpy as np
import pytest

from ocrlib.deploy.pipeline import Pipeline
from ocrlib.explore import reading_trouble as trouble


def gaps(image: np.ndarray) -> list[int]:
    """Widths of what is empty between the ink of a line, px."""
    ink = np.flatnonzero(trouble.inked(image).any(axis=0))
    found = np.diff(ink) - 1
    return [int(gap) for gap in found if gap > 0]


@pytest.mark.parametrize("tracking", [12, 24, 36])
def test_tightening_brings_letters_together_and_keeps_spaces(tracking: int) -> None:
    wide = trouble.line("WINTER SALE", tracking=tracking)
    tight = trouble.tighten(wide)
    assert tight.shape[1] < wide.shape[1] - 6 * tracking
    found = sorted(gaps(tight))
    assert len(found) == len(gaps(wide))  # no letter was glued to its neighbour
    assert found[-1] >= 10 > 2 * np.median(found)  # the space stands out


def test_a_line_without_gaps_stays() -> None:
    blank = np.full((20, 30, 3), 200, np.uint8)
    blank[5:15, 3:25] = 20
    assert np.array_equal(trouble.tighten(blank), blank)


def test_stacked_letters_are_read_side_by_side() -> None:
    reader = Pipeline()
    for text in ("HOTEL", "BAKERY"):
        image = trouble.stacked(text)
        assert image.shape[0] > 2 * image.shape[1]
        flat = trouble.unstack(image)
        assert flat.shape[1] > flat.shape[0]
        assert reader.recognize_crops([flat])[0][0].strip() == text
    blank = np.full((60, 20, 3), 200, np.uint8)
    assert trouble.unstack(blank) is blank


def test_crops_have_the_sizes_they_should() -> None:
    image = trouble.line("Fresh bread")
    height, width, _ = image.shape
    assert trouble.stretched(image, 0.5).shape == (height, round(width / 2), 3)
    assert trouble.turned(image, 90).shape == (width, height, 3)
    assert np.array_equal(trouble.turned(image, 0), image)
    assert trouble.quarter(image, 1).shape == (width, height, 3)
    stamped = trouble.stamped(np.random.default_rng(0), image)
    assert stamped.shape == image.shape
    assert (stamped <= image).all()
    red = (stamped[..., 0] > 150) & (stamped[..., 1] < 100)
    assert 0.05 < red.mean() < 0.6


def test_writing_differs_from_print_and_follows_the_seed() -> None:
    texts = ["harbour", "window"]
    first, again = (trouble.handwritten(np.random.default_rng(5), texts) for _ in range(2))
    assert [sample.text for sample in first] == texts
    assert np.array_equal(first[1].image, again[1].image)
    assert {len(word) for word in trouble.words(4, 6)} == {4, 5, 6}
    assert [sample.text for sample in trouble.lines(texts)] == texts
