"""End-to-end metric and bags of words: hand-made pages and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.metrics.end_to_end import EndToEndMetric, WordMetric, bag_of_words


def box(y: float) -> np.ndarray:
    return np.array([[0, y], [100, y], [100, y + 20], [0, y + 20]], np.float32)


def test_by_hand():
    metric = EndToEndMetric()
    metric.update(
        [box(0), box(40), box(200)],  # right, misread, made up
        ["total", "12.8O", "xx"],
        [box(0), box(40), box(80), box(120)],  # the third is missed, the fourth does not count
        ["total", "12.80", "cash", "###"],
        [False, False, False, True],
    )
    # Distance: 0 + 1 + 4 missed + 2 made up = 7; 5 + 5 + 4 = 14 characters in 3 fields.
    assert metric.compute() == {
        "precision": pytest.approx(1 / 3),
        "recall": pytest.approx(1 / 3),
        "hmean": pytest.approx(1 / 3),
        "character_accuracy": pytest.approx(0.5),
        "edit_distance_per_field": pytest.approx(7 / 3),
        "edit_distance_per_image": pytest.approx(7),
    }
    metric.update([box(0)], ["a"], [box(0)], ["a"], [False])
    assert metric.compute()["edit_distance_per_image"] == pytest.approx(3.5)
    assert metric.compute()["character_accuracy"] == pytest.approx(1 - 7 / 15)


def test_what_counts_as_the_same():
    for options, hits in (({}, 0), ({"ignore_case": True, "alnum_only": True}, 1)):
        metric = EndToEndMetric(**options)
        metric.update([box(0)], ["Total:"], [box(0)], ["TOTAL"], [False])
        assert metric.compute()["recall"] == hits
    far = EndToEndMetric()
    far.update([box(15)], ["a"], [box(0)], ["a"], [False])
    assert far.compute()["recall"] == 0
    near = EndToEndMetric(iou=0.1)
    near.update([box(15)], ["a"], [box(0)], ["a"], [False])
    assert near.compute()["recall"] == 1


def test_too_much_made_up_text_is_no_negative_accuracy():
    metric = EndToEndMetric()
    metric.update([box(40)], ["lorem ipsum"], [box(0)], ["a"], [False])
    assert metric.compute()["character_accuracy"] == 0
    assert set(EndToEndMetric().compute().values()) == {0}


def test_every_polygon_needs_a_text():
    with pytest.raises(ValueError, match="one text"):
        EndToEndMetric().update([box(0)], [], [], [], [])


@given(st.lists(st.text("abc", max_size=4), max_size=5), st.lists(st.text("abc", max_size=4)))
def test_properties(read, written):
    metric = EndToEndMetric()
    metric.update(
        [box(40 * i) for i in range(len(read))],
        read,
        [box(40 * i) for i in range(len(written))],
        written,
        [False] * len(written),
    )
    figures = metric.compute()
    assert all(0 <= figures[k] <= 1 for k in ("precision", "recall", "character_accuracy"))
    if read == written and read:
        assert figures["hmean"] == 1
        assert figures["edit_distance_per_image"] == 0


def test_bag_of_words_by_hand():
    counts = bag_of_words("Total: 12.80\n TOTAL: rm", "TOTAL: RM 12.80 12.80 cash")
    assert counts == (3, 4, 5)
    metric = WordMetric()
    metric.update("a b", "a b")
    metric.update("x", "y z")
    assert metric.compute() == {
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(1 / 2),
        "hmean": pytest.approx(4 / 7),
    }


@given(st.lists(st.sampled_from(["a", "B", "c.", "12"])), st.randoms())
def test_the_order_of_words_does_not_count(words, random):
    shuffled = words.copy()
    random.shuffle(shuffled)
    counts = bag_of_words(" ".join(words), "\n".join(shuffled).upper())
    assert counts == (len(words),) * 3
