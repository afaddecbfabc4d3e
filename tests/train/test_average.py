from __future__ import annotations

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.train.average import AveragedWeights


def test_by_hand():
    model = paddle.nn.Linear(1, 1, bias_attr=False)
    model.weight.set_value(np.float32([[1.0]]))
    average = AveragedWeights(model, 0.5)
    model.weight.set_value(np.float32([[2.0]]))
    average.update(0)  # decay min(0.5, 1/10): 0.1 * 1 + 0.9 * 2
    assert average.arrays()["weight"].item() == pytest.approx(1.9)
    model.weight.set_value(np.float32([[4.0]]))
    average.update(100)  # decay 0.5
    assert average.arrays()["weight"].item() == pytest.approx(2.95)


def test_the_model_gets_its_own_weights_back():
    model = paddle.nn.Linear(2, 2)
    average = AveragedWeights(model, 0.9)
    own = model.weight.numpy().copy()
    average.load({"weight": np.ones((2, 2), np.float32), "bias": np.zeros(2, np.float32)})
    with average.applied():
        assert (model.weight.numpy() == 1).all()
    assert (model.weight.numpy() == own).all()
    with pytest.raises(ZeroDivisionError), average.applied():
        _ = 1 / 0
    assert (model.weight.numpy() == own).all()


def test_arrays_are_copies():
    average = AveragedWeights(paddle.nn.Linear(1, 1), 0.9)
    before = average.arrays()
    average.model.weight.set_value(np.float32([[7.0]]))
    average.update(5)
    assert (before["weight"] != average.arrays()["weight"]).all()


def test_an_average_of_another_model_is_refused():
    average = AveragedWeights(paddle.nn.Linear(1, 1), 0.9)
    average.values = {"weight": average.values["weight"]}
    with pytest.raises(CheckpointError), average.applied():
        pass
