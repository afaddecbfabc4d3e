"""The book's pictures say what they claim to say, and say it every time."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.explore import specimens
from ocrlib.geometry import is_valid_polygon


def test_receipt_carries_every_text_of_its_list() -> None:
    sample = specimens.receipt()
    wanted = [specimens.RECEIPT_HEAD]
    for row in specimens.RECEIPT:
        wanted += [row] if isinstance(row, str) else list(row)
    assert sorted(i.text for i in sample.instances) == sorted(text for text in wanted if text)
    assert sample.image.shape == (960, 720, 3)
    assert sample.image.dtype == np.uint8
    assert not any(i.ignore for i in sample.instances)


def test_receipt_is_always_the_same() -> None:
    first, second = specimens.receipt(), specimens.receipt()
    assert np.array_equal(first.image, second.image)
    for a, b in zip(first.instances, second.instances, strict=True):
        assert np.array_equal(a.polygon, b.polygon)


def test_polygons_of_the_receipt_surround_dark_ink_on_light_paper() -> None:
    sample = specimens.receipt()
    for instance in sample.instances:
        assert is_valid_polygon(instance.polygon)
        x0, y0 = instance.polygon.min(axis=0).astype(int)
        x1, y1 = instance.polygon.max(axis=0).astype(int)
        inside = sample.image[y0:y1, x0:x1].mean(axis=2)
        assert inside.min() < 90 < 150 < np.median(inside)


def test_items_and_prices_are_separate_lines() -> None:
    texts = {i.text for i in specimens.receipt().instances}
    assert {"1 Coffee, large", "3.60"} <= texts


def test_block_keeps_its_spacing() -> None:
    sample = specimens.block(["nose", "seen", "once"], size=20, spacing=1.5)
    assert [i.text for i in sample.instances] == ["nose", "seen", "once"]
    tops = [float(i.polygon[:, 1].min()) for i in sample.instances]
    assert np.diff(tops) == pytest.approx([30, 30], abs=1)


def test_unknown_face() -> None:
    with pytest.raises(ValueError, match="no face"):
        specimens.font("Comic")
