from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.dirt import specks
from ocrlib.types import DetSample, TextInstance

BOX = np.array([[10, 10], [60, 10], [60, 30], [10, 30]], np.float32)


def page(level: int) -> DetSample:
    return DetSample(np.full((120, 160, 3), level, np.uint8), (TextInstance(BOX, "text"),), "page")


@pytest.mark.parametrize("level", [240, 20])
def test_specks_are_few_and_stand_out(level):
    clean = page(level)
    dirty = specks(clean, np.random.default_rng(1), count=(5, 5))
    changed = (dirty.image != clean.image).any(axis=2)
    assert 0 < changed.mean() < 0.02
    difference = dirty.image.astype(int) - level
    assert (difference[changed] < 0).all() if level > 127 else (difference[changed] > 0).all()
    assert dirty.instances == clean.instances
    assert (clean.image == level).all()


def test_chance_decides_everything():
    one, same, other = (specks(page(200), np.random.default_rng(s)).image for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
