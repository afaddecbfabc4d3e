import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.fpn import LiteFPN, upsample_to


def levels(height=64, width=96):
    return [paddle.randn([1, c, height >> s, width >> s]) for s, c in ((2, 4), (3, 6), (4, 8))]


def test_upsample_repeats_px():
    x = paddle.to_tensor([[[[1.0, 2.0]]]])
    like = paddle.zeros([1, 3, 2, 4])
    assert upsample_to(x, like).numpy()[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]


def test_all_levels_meet_at_the_finest():
    neck = LiteFPN([4, 6, 8], width=12)
    assert neck.out_channels == 12
    assert tuple(neck(levels()).shape) == (1, 12, 16, 24)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_level_matters(level):
    paddle.seed(0)
    neck = LiteFPN([4, 6, 8], width=12)
    neck.eval()
    inputs = levels()
    before = neck(inputs).numpy()
    inputs[level] = inputs[level] + 1
    assert np.abs(neck(inputs).numpy() - before).max() > 1e-3
