from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.explore.ctc_numpy import count_paths, forward_backward
from ocrlib.explore.ctc_tables import show_gradient, show_table

CHARSET = Charset("ab", space=True)


@pytest.fixture(autouse=True)
def _figures():
    plt.close("all")
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def labels(ax) -> list[str]:
    return [tick.get_text() for tick in ax.get_yticklabels()]


@pytest.mark.parametrize("what", ["alpha", "beta", "occupancy"])
def test_tables(what):
    result = forward_backward(np.random.default_rng(0).normal(size=(6, 4)), [1, 3])
    show_table(result, CHARSET, what)
    ax = plt.gca()
    assert labels(ax) == ["∅", "a", "∅", "␣", "∅"]
    assert ax.images[0].get_array().shape == (5, 6)
    assert ax.images[0].get_array().max() <= 1


def test_ways_are_those_of_the_paths():
    # "aa" in three steps has one path, so two ways; "a" in two steps has three.
    for label, steps, expected in (([1, 1], 3, 2), ([1], 2, 3)):
        plt.close("all")
        assert count_paths(label, steps) in (1, 3)
        show_table(forward_backward(np.zeros((steps, 4)), label), CHARSET)
        assert len(plt.gca().lines) == expected
    show_table(forward_backward(np.zeros((3, 4)), [1]), CHARSET, ways=False, ax=plt.figure().gca())
    assert not plt.gca().lines


def test_gradient():
    logits = np.zeros((4, 4))
    logits[:, 3] = 6  # a space everywhere, but b is wanted
    show_gradient(forward_backward(logits, [2]), CHARSET)
    ax = plt.gcf().axes[0]
    assert labels(ax) == ["b", "␣", "∅"]
    pull = ax.images[0].get_array()
    assert pull[0].min() < -0.2  # pushed up
    assert pull[1].min() > 0.9  # pressed down
