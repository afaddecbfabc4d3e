from __future__ import annotations

import numpy as np
import pytest

from ocrlib.deploy.pipeline import Pipeline
from ocrlib.errors import BundleError
from ocrlib.explore import tuning
from ocrlib.explore.reading_trouble import handwritten, lines
from ocrlib.models.weights import model_arrays


def test_the_opened_bundle_reads_as_the_pipeline_does() -> None:
    model, charset = tuning.open_bundle()
    crops = [sample.image for sample in lines(["Fresh bread", "No 27", "harbour"])]
    ours, theirs = tuning.read(model, charset, crops), Pipeline().recognize_crops(crops)
    assert [text for text, _ in ours] == [text for text, _ in theirs]
    assert np.allclose([s for _, s in ours], [s for _, s in theirs], atol=1e-3)


def test_a_detector_is_no_recogniser() -> None:
    with pytest.raises(BundleError, match="not a rec_lite"):
        tuning.open_bundle("det-lite")


def test_tuning_lowers_the_loss_and_follows_the_seed() -> None:
    samples = handwritten(np.random.default_rng(0), ["harbour", "window", "yellow", "bread"], 1.2)
    weights = []
    for seed in (1, 1, 2):
        model, charset = tuning.open_bundle()
        losses = tuning.tune(model, charset, samples, 12, width=96, batch=3, rate=2e-3, seed=seed)
        assert np.mean(losses[-4:]) < np.mean(losses[:4])
        weights.append(model_arrays(model)["head.weight"])
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_what_does_not_fit_is_refused() -> None:
    model, charset = tuning.open_bundle()
    with pytest.raises(ValueError, match="too few samples"):
        tuning.tune(model, charset, lines(["bread"]), 1)
    with pytest.raises(ValueError, match="too long"):
        tuning.tune(model, charset, lines(["a rather long text"] * 2), 1, width=64, batch=2)
