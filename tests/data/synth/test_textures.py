from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.synth.textures import _TEXTURES, scenery


@pytest.mark.parametrize("draw", _TEXTURES, ids=lambda draw: draw.__name__)
def test_every_texture_fills_the_picture_reproducibly(draw):
    for seed in range(6):
        image = draw(np.random.default_rng(seed), 90, 140)
        assert image.shape == (90, 140, 3)
        assert image.dtype == np.uint8
        assert np.array_equal(image, draw(np.random.default_rng(seed), 90, 140))
    pictures = [draw(np.random.default_rng(seed), 90, 140) for seed in range(6)]
    assert max(float(picture.std()) for picture in pictures) > 8  # it has structure


def test_sceneries_differ_and_are_reproducible():
    first, again, other = (scenery(np.random.default_rng(s), 100, 160) for s in (1, 1, 2))
    assert first.shape == (100, 160, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
