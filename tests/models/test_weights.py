import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.lite import rec_lite
from ocrlib.models.weights import load_weights, model_arrays


@pytest.fixture
def arrays():
    return model_arrays(rec_lite(7))


def test_round_trip(arrays):
    paddle.seed(5)
    model = rec_lite(7)
    load_weights(model, arrays)
    now = model_arrays(model)
    assert now.keys() == arrays.keys()
    assert all((now[name] == arrays[name]).all() for name in now)


def test_every_tensor_is_listed_once(arrays):
    assert sum(name.startswith("sequence") for name in arrays) == 8
    assert "backbone.convs.0.bn._mean" in arrays


def refused(arrays, message):
    model = rec_lite(7)
    before = model_arrays(model)
    with pytest.raises(CheckpointError, match=message):
        load_weights(model, arrays, "some.safetensors")
    after = model_arrays(model)
    assert all((before[name] == after[name]).all() for name in before)


def test_missing(arrays):
    del arrays["head.bias"]
    refused(arrays, r"some.safetensors: 1 weights are missing, the first is head\.bias")


def test_unexpected(arrays):
    arrays["head.scale"] = np.ones(1)
    refused(arrays, r"1 weights are unexpected, the first is head\.scale")


def test_wrong_shape(arrays):
    arrays["head.bias"] = np.ones(8)
    refused(arrays, r"head\.bias has the shape \(8,\), the model needs \(7,\)")
