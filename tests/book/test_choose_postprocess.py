"""book/tools/choose_postprocess.py weighs evaluation sets alike."""

from __future__ import annotations

import argparse

import pytest

import choose_postprocess
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.sweep import Trial


def trials(*hmeans: float) -> list[Trial]:
    return [Trial(DBPostprocess(), {choose_postprocess.IOU: {"hmean": h}}) for h in hmeans]


def test_every_set_counts_the_same():
    few, many = trials(0.5, 0.9, 0.7), trials(0.7, 0.5, 0.9)
    assert choose_postprocess.means([few, many]) == pytest.approx([0.6, 0.7, 0.8])


def test_reading_sizes_are_read_and_refused() -> None:
    assert choose_postprocess.reading("min:960") == ("min", 960)
    for wrong in ("960", "least:960", "min:", "min:9.5"):
        with pytest.raises(argparse.ArgumentTypeError, match="write min:960"):
            choose_postprocess.reading(wrong)


def test_of_nearly_equal_ones_the_most_precise_is_chosen() -> None:
    rows = [
        {"mean hmean": hmean, "a": {"precision": a}, "b": {"precision": b}}
        for hmean, a, b in ((0.8, 0.7, 0.8), (0.795, 0.9, 0.7), (0.75, 0.99, 0.99))
    ]
    assert choose_postprocess.choose(rows, ["a", "b"]) is rows[1]
    assert choose_postprocess.choose(rows[::2], ["a"]) is rows[0]
