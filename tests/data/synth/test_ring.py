from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.ring import Ring, bend_to_ring, render_seal, unroll, widest_gap
from ocrlib.deploy.pipeline import Pipeline
from ocrlib.errors import DataError

RING = Ring((100.0, 100.0), 50.0, 80.0)


def line() -> np.ndarray:
    """Three bars on a strip of 30 x 120 px, each at another height."""
    mask = np.zeros((30, 120), np.uint8)
    mask[4:26, 10:14] = mask[4:12, 50:58] = mask[18:26, 100:110] = 255
    return mask


@pytest.mark.parametrize("middle", [0.0, 1.3, -2.9])
def test_unrolling_undoes_bending(middle: float) -> None:
    bent = bend_to_ring(line(), RING, (200, 200), middle)
    cut = dataclasses.replace(RING, start=middle - np.pi)
    strip = unroll(np.repeat(bent[:, :, None], 3, axis=2), cut, 30)[:, :, 0]
    assert strip.shape == (30, round(2 * np.pi * 65))
    left = (strip.shape[1] - 120) // 2
    near = strip[:, left : left + 120].astype(float)
    assert np.abs(near - line()).mean() < 10  # twice interpolated
    assert strip.sum() == pytest.approx(near.sum(), rel=0.02)  # and nothing anywhere else


def test_letters_stand_at_the_top_with_their_heads_outside() -> None:
    bent = bend_to_ring(line(), RING, (200, 200))
    ys, xs = np.nonzero(bent > 127)
    assert ys.max() < 100  # 120 px of text on a ring of 408: the upper third
    assert xs.min() < 60
    assert 140 < xs.max() < 180
    radii = np.hypot(xs - 100, ys - 100)
    assert 50 < radii.min() < radii.max() < 80
    high = radii[(np.abs(xs - 100) < 15)]  # the bar in the upper half of the strip
    assert high.min() > 65


def test_the_gap_is_where_no_text_is() -> None:
    for middle in (0.0, 2.0, 4.5):
        bent = bend_to_ring(line(), RING, (200, 200), middle)
        image = 255 - np.repeat(bent[:, :, None], 3, axis=2)
        distance = abs((widest_gap(image, RING) - middle) % (2 * np.pi) - np.pi)
        assert distance < 0.2
    blank = np.full((200, 200, 3), 255, np.uint8)
    assert widest_gap(blank, RING) == pytest.approx(np.pi)


def test_a_seal_is_read_once_it_is_unrolled() -> None:
    fonts, reader = load_fonts("bundled"), Pipeline()
    texts = ["CITY LIBRARY", "HARBOUR OFFICE", "Museum of Clocks"]
    right = {"round": 0, "unrolled": 0}
    for seed, text in enumerate(texts):
        image, ring = render_seal(np.random.default_rng(seed), fonts, text)
        again, _ = render_seal(np.random.default_rng(seed), fonts, text)
        assert np.array_equal(image, again)
        assert image.shape == (264, 264, 3)
        cut = dataclasses.replace(ring, start=widest_gap(image, ring))
        found = reader.recognize_crops([image, unroll(image, cut)])
        for name, (read, _) in zip(right, found, strict=True):
            right[name] += read.strip() == text
    assert right["round"] == 0
    assert right["unrolled"] >= 2


def test_what_cannot_be_drawn_is_an_error() -> None:
    rng, fonts = np.random.default_rng(0), load_fonts("bundled")
    with pytest.raises(DataError, match="longer than its ring"):
        render_seal(rng, fonts, "round and round the seal " * 4)
    with pytest.raises(DataError, match="no font covers"):
        render_seal(rng, fonts, "印章")
    with pytest.raises(DataError, match="inner < outer"):
        Ring((0.0, 0.0), 5.0, 5.0)
