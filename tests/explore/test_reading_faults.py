from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pytest

from ocrlib.explore.reading_faults import show_characters, show_confusions, show_lengths
from ocrlib.metrics.confusion import Confusions, by_length

READ, WRITTEN = ["BOY 1l", "O0", "l0t", "cat"], ["B0Y 11", "00", "lot", "cats"]


@pytest.fixture(autouse=True)
def _figures():
    plt.close("all")
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


@pytest.fixture
def confusions() -> Confusions:
    confusions = Confusions()
    confusions.update(READ, WRITTEN)
    return confusions


def test_confusions(confusions):
    show_confusions(confusions)
    ax = plt.gca()
    signs = [tick.get_text() for tick in ax.get_yticklabels()]
    assert sorted(signs) == sorted(["0", "1", "l", "o", "O", "s", "∅"])
    assert signs[-1] == "∅"
    shown = ax.images[0].get_array()
    assert shown[signs.index("0"), signs.index("O")] == pytest.approx(2 / 3)
    assert shown[signs.index("0"), signs.index("0")] == 0  # the diagonal is pale
    assert "2" in [text.get_text() for text in ax.texts]


def test_nothing_confused():
    show_confusions(Confusions())
    right = Confusions()
    right.update(["ab"], ["ab"])
    show_confusions(right, ax=plt.figure().gca())
    ax = plt.gca()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "b"]
    assert ax.images[0].get_array().max() == 0


def test_lengths_and_characters(confusions):
    show_lengths({"one": by_length(READ, WRITTEN), "two": by_length(WRITTEN, WRITTEN)})
    ax = plt.gca()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1 to 2", "3 to 5", "6 to 9"]
    assert [bar.get_height() for bar in ax.patches] == [0, 0, 0, 1, 1, 1]
    assert [text.get_text() for text in ax.texts] == ["1", "2", "1"] * 2
    show_characters(confusions.characters(), most=3)
    assert len(plt.gca().lines[0].get_xdata()) == 3
