import numpy as np

from ocrlib.engine import paddle
from ocrlib.models.sequence import BiLSTM, columns_to_sequence


def test_columns_become_time_steps_in_order():
    x = paddle.arange(6, dtype="float32").reshape([1, 2, 1, 3])  # (B, C, 1, W)
    assert columns_to_sequence(x).numpy().tolist() == [[[0, 3], [1, 4], [2, 5]]]


def test_both_directions_are_used():
    paddle.seed(0)
    layer = BiLSTM(3, 4)
    x = paddle.zeros([1, 5, 3])
    before = layer(x).numpy()
    x[0, 2] = 1.0
    changed = np.abs(layer(x).numpy() - before).max(axis=-1)[0]  # per time step
    assert before.shape == (1, 5, layer.out_channels)
    assert (changed > 1e-4).all()
