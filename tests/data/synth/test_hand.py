from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.synth.fonts import get_face
from ocrlib.data.synth.hand import draw_hand
from ocrlib.data.synth.typeset import draw_text
from ocrlib.errors import DataError
from ocrlib.explore.specimens import font


def test_tame_writing_is_print() -> None:
    ink = draw_hand(np.random.default_rng(0), font(), "harbour", 40, 0.0)
    plain = draw_text(get_face(font(), 40), "harbour").mask
    assert np.abs(np.subtract(ink.shape, plain.shape)).max() <= 4
    assert ink.sum() == pytest.approx(plain.sum(), rel=0.03)


def test_the_wilder_the_less_two_letters_are_alike() -> None:
    def spread(wildness: float) -> float:
        """How much the feet of equal letters, which stand apart, differ in height (px)."""
        ink = draw_hand(np.random.default_rng(3), font("DejaVuSansMono"), "n   " * 12, 40, wildness)
        columns = np.array_split(np.arange(ink.shape[1]), 12)
        return float(np.std([np.flatnonzero(ink[:, c].any(axis=1)).max() for c in columns]))

    assert spread(0.0) < 0.5
    assert spread(0.0) < spread(0.4) < spread(1.0)


def test_seeds_decide_and_nothing_is_cut_off() -> None:
    one, same, other = (
        draw_hand(np.random.default_rng(seed), font(), "Gently, Jim", 40, 1.0) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert one.shape != other.shape
    for ink in (one, other):
        assert ink[0].any()
        assert ink[-1].any()
        assert ink[:, 0].any()
        assert ink[:, -1].any()


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(DataError, match="draws nothing"):
        draw_hand(np.random.default_rng(0), font(), "  ")
