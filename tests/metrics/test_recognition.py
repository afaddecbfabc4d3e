"""Recognition metric: golden vectors, hand-computed values, properties."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.metrics.recognition import (
    RecognitionMetric,
    edit_distance,
    edit_similarity,
    normalise,
)

TOLERANCE = 2e-5  # deviation "epsilon": the reference divides by n + 1e-5


def test_golden(golden, deviations):
    table = deviations["rec_metric"]
    scripts = table["filter_scripts"]
    compared = deviating = 0
    for stored in json.loads((golden / "rec_metric.json").read_text(encoding="utf-8")):
        strict = stored["kwargs"].get("is_filter", False)
        spaces = stored["kwargs"].get("ignore_space", True)
        for pair in stored["per_pair"]:
            texts = [pair["pred"], pair["target"]]
            if spaces:  # the reference leaves out spaces first; ours is told explicitly
                texts = [text.replace(" ", "") for text in texts]
            metric = RecognitionMetric(ignore_case=strict, alnum_only=strict)
            metric.update([texts[0]], [texts[1]])
            figures = metric.compute()
            expected = pair["acc"], pair["norm_edit_dis"]
            if strict and texts == [scripts["prediction"], scripts["target"]]:
                assert expected == pytest.approx((1, 1), abs=TOLERANCE)
                expected = scripts["accuracy"], scripts["norm_edit_similarity"]
                deviating += 1
            got = figures["accuracy"], figures["norm_edit_similarity"]
            assert got == pytest.approx(expected, abs=TOLERANCE), pair
            compared += 1
    assert (compared, deviating) == (44, 2)


def test_by_hand():
    metric = RecognitionMetric()
    metric.update(["hello", "Hello", ""], ["hello", "hello", "abc"])
    assert metric.compute() == {
        "accuracy": pytest.approx(1 / 3),
        "norm_edit_similarity": pytest.approx((1 + 0.8 + 0) / 3),
    }
    loose = RecognitionMetric(ignore_case=True, alnum_only=True)
    loose.update(["He-l lo!"], ["hello"])
    assert loose.compute() == {"accuracy": 1, "norm_edit_similarity": 1}
    assert RecognitionMetric().compute() == {"accuracy": 0, "norm_edit_similarity": 0}


def test_normalise_by_hand():
    assert normalise("Año-2 中!") == "Año-2 中!"
    assert normalise("Año-2 中!", ignore_case=True) == "año-2 中!"
    assert normalise("Año-2 中!", alnum_only=True) == "Año2中"


def test_edit_distance_by_hand():
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "abc") == 3
    assert edit_similarity("", "") == 1
    assert edit_similarity("", "abc") == 0


def test_lists_must_match():
    with pytest.raises(ValueError, match="zip"):
        RecognitionMetric().update(["a"], [])


@given(st.text("abcß中é ", max_size=9), st.text("abcß中é ", max_size=9))
def test_properties(a, b):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))
    assert 0 <= edit_similarity(a, b) <= 1
    assert (edit_distance(a, b) == 0) == (a == b)


@given(
    st.lists(
        st.tuples(st.text("abC ", max_size=5), st.text("abC ", max_size=5)), min_size=1, max_size=8
    )
)
def test_batches_do_not_matter(pairs):
    whole, single = RecognitionMetric(), RecognitionMetric()
    whole.update(*zip(*pairs, strict=True))
    for prediction, target in pairs:
        single.update([prediction], [target])
    assert whole.compute() == pytest.approx(single.compute())
    assert whole.compute()["accuracy"] <= whole.compute()["norm_edit_similarity"] + 1e-9
