"""Every reason is recognised on a map that was drawn to show it."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.det_targets import shrink_map
from ocrlib.explore.autopsy import REASONS, why_missed
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import TextInstance

SIZE = (120, 400)
POST = DBPostprocess(unclip_ratio=1.5, box_thresh=0.6)


def rectangle(left, top, right, bottom):
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return np.array(corners, np.float32)


UPPER, LOWER = rectangle(20, 20, 380, 50), rectangle(20, 60, 380, 90)
LABELS = [TextInstance(UPPER, "upper"), TextInstance(LOWER, "lower")]


@pytest.fixture
def prob():
    return shrink_map([UPPER, LOWER], [False, False], SIZE, 0.5)[0].astype(np.float32)


def reasons(prob, post=POST, size=SIZE, labels=LABELS):
    found = why_missed(prob, labels, size, post)
    assert set(found) <= set(REASONS)
    return found


def test_a_perfect_map_has_every_line(prob) -> None:
    assert reasons(prob) == ["found", "found"]


def test_dark(prob) -> None:
    prob[:55] *= 0.2
    assert reasons(prob) == ["dark", "found"]


def test_merged_even_if_the_region_was_dropped(prob) -> None:
    prob[20:90, 200] = 1  # one column joins the two
    assert reasons(prob) == ["merged", "merged"]
    assert reasons(0.5 * prob) == ["merged", "merged"]


def test_in_pieces(prob) -> None:
    prob[:55, 190:210] = 0
    assert reasons(prob) == ["in pieces", "found"]


def test_crumbs_are_no_pieces(prob) -> None:
    prob[:55, 40:44] = 0  # the left end comes off
    prob[:55] *= 0.5
    assert reasons(prob) == ["low score", "found"]


def test_too_thin(prob) -> None:
    prob[:55] = 0
    prob[33:36, 40:360] = 1  # three rows are two px from centre to centre
    assert reasons(prob) == ["too thin", "found"]


def test_too_thin_when_grown(prob) -> None:
    prob[:55] = 0
    prob[33:37, 40:360] = 1
    assert reasons(prob, DBPostprocess(unclip_ratio=0.2))[0] == "too thin"


def test_low_score_by_the_mode_in_use() -> None:
    bent = np.array([[20, 20], [200, 60], [380, 20], [380, 50], [200, 90], [20, 50]], np.float32)
    prob = shrink_map([bent], [False], SIZE, 0.5)[0].astype(np.float32)
    labels = [TextInstance(bent, "bent")]
    strict = DBPostprocess(box_thresh=0.75)
    assert reasons(prob, strict, labels=labels) == ["low score"]
    slow = DBPostprocess(box_thresh=0.75, score_mode="slow")
    assert reasons(prob, slow, labels=labels) != ["low score"]


def test_does_not_fit(prob) -> None:
    assert reasons(prob, DBPostprocess(unclip_ratio=5.0)) == ["does not fit", "does not fit"]


def test_maps_of_another_size_than_the_picture(prob) -> None:
    labels = [TextInstance(2 * label.polygon, label.text) for label in LABELS]
    prob[:55, 190:210] = 0
    assert reasons(prob, size=(240, 800), labels=labels) == ["in pieces", "found"]
