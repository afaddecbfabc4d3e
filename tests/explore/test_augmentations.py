from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ocrlib.config_augment import AUGMENTATIONS
from ocrlib.data import tia
from ocrlib.explore.augmentations import SHEETS, contact_sheet, mixing_sheet, show_tia, word


@pytest.fixture(autouse=True)
def _figures():
    plt.close("all")
    yield
    plt.close("all")


def pictures() -> list[np.ndarray]:
    return [ax.images[0].get_array() for ax in plt.gcf().axes if ax.images]


def test_the_word_is_the_same_each_time():
    one = word("Quay 4", 40)
    assert one.shape[0] == 40
    np.testing.assert_array_equal(one, word("Quay 4", 40))
    dark = (one.max(axis=2) < 128).mean()
    assert 0.1 < dark < 0.5


def test_a_sheet_of_everything():
    contact_sheet(tries=2)
    shown = pictures()
    assert len(shown) == 1 + 2 * len(AUGMENTATIONS)
    names = [ax.texts[0].get_text() for ax in plt.gcf().axes if ax.texts]
    assert names == ["as it is", *AUGMENTATIONS]
    same = [other.shape == shown[0].shape and (other == shown[0]).all() for other in shown[1:]]
    # What works by chance may leave the word alone, but not often.
    assert sum(same) <= 4
    before = [picture.copy() for picture in shown]
    plt.close("all")
    contact_sheet(tries=2)
    assert all((a == b).all() for a, b in zip(before, pictures(), strict=True))


def test_every_augmentation_has_a_sheet():
    listed = [name for names in SHEETS.values() for name in names]
    assert len(set(listed)) == len(listed)
    # Joined texts are on the sheet of mixtures; a negative and TIA's lottery need no rows.
    assert set(AUGMENTATIONS) - set(listed) == {"concatenate", "negative", "tia"}


def test_a_sheet_of_mixtures():
    mixing_sheet(tries=2)
    assert len(pictures()) == 2 + 3 * 2
    assert pictures()[-1].shape[1] > pictures()[0].shape[1] + 10


def test_the_points_of_tia():
    image = word()
    handles = tia.edge_points(*image.shape[:2], 3)
    moved = handles + 5
    show_tia(image, handles, moved)
    before, after = plt.gcf().axes
    np.testing.assert_allclose(before.lines[0].get_xydata(), handles)
    np.testing.assert_allclose(after.lines[0].get_xydata(), moved)
    assert len(after.lines) == 1 + 13 + 5
    # Everything is shifted, so the grid begins 5 px further.
    np.testing.assert_allclose(after.lines[1].get_xydata()[0], [5, 5], atol=1e-6)
