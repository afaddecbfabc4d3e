from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocrlib.deploy.runtime import OnnxModel
from ocrlib.errors import BundleError


def test_runs_a_graph_on_any_size(tiny_bundles):
    model = OnnxModel(tiny_bundles.det / "model.onnx")
    for height, width in ((32, 64), (96, 32)):
        image = np.random.default_rng(0).normal(size=(2, 3, height, width)).astype(np.float32)
        out = model(image)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, -8 * image.min(1, keepdims=True), rtol=1e-6)


def test_more_threads_give_the_same(tiny_bundles):
    image = np.random.default_rng(0).normal(size=(1, 3, 32, 256)).astype(np.float32)
    one, two = (OnnxModel(tiny_bundles.rec / "model.onnx", threads=n)(image) for n in (1, 2))
    np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)


def test_views_that_are_not_contiguous_are_accepted(tiny_bundles):
    model = OnnxModel(tiny_bundles.det / "model.onnx")
    image = np.random.default_rng(0).normal(size=(1, 64, 32, 3)).astype(np.float32)
    view = image.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(model(view), model(view.copy()))


def test_a_model_that_cannot_run_is_one_line(tmp_path: Path):
    with pytest.raises(BundleError, match="no such model file"):
        OnnxModel(tmp_path / "model.onnx")
    (tmp_path / "model.onnx").write_bytes(b"no graph\nat all")
    with pytest.raises(BundleError, match="not a model that can be run") as caught:
        OnnxModel(tmp_path / "model.onnx")
    assert "\n" not in str(caught.value)


def test_threads_must_be_positive(tiny_bundles):
    with pytest.raises(BundleError, match="at least one thread"):
        OnnxModel(tiny_bundles.det / "model.onnx", threads=0)
