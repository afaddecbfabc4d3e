"""book/tools/choose_postprocess.py weighs evaluation sets alike."""

from __future__ import annotations

import pytest

import choose_postprocess
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.sweep import Trial


def trials(*hmeans: float) -> list[Trial]:
    return [Trial(DBPostprocess(), {choose_postprocess.IOU: {"hmean": h}}) for h in hmeans]


def test_every_set_counts_the_same():
    few, many = trials(0.5, 0.9, 0.7), trials(0.7, 0.5, 0.9)
    assert choose_postprocess.means([few, many]) == pytest.approx([0.6, 0.7, 0.8])
