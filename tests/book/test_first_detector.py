"""book/tools/first_detector.py trains the lesson's detector in several ways."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

import first_detector


def test_every_variant_changes_one_thing():
    lesson = asdict(first_detector.LESSON)
    for name, variant in first_detector.VARIANTS.items():
        changed = [key for key, value in asdict(variant).items() if value != lesson[key]]
        assert len(changed) == (0 if name == "as in the lesson" else 1), name


def test_a_row_is_a_crop_with_its_targets():
    pages = first_detector.render(1, 2)
    row = first_detector.make_row(pages, first_detector.LESSON, np.random.default_rng(0))
    side = first_detector.CROP
    assert [array.shape for array in row] == [(3, side, side)] + 4 * [(side, side)]
    less = first_detector.VARIANTS["shrink ratio 0.4"]
    other = first_detector.make_row(pages, less, np.random.default_rng(0))
    assert np.array_equal(row[0], other[0])
    assert 0 < other[1].sum() < row[1].sum()
