import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.lkpan import LKPAN, IntraCL

CHANNELS = [4, 6, 8, 10]


def levels(height=64, width=96):
    return [
        paddle.randn([1, c, height >> (i + 2), width >> (i + 2)]) for i, c in enumerate(CHANNELS)
    ]


@pytest.mark.parametrize(("light", "intra_cl"), [(False, False), (True, False), (False, True)])
def test_every_level_matters_and_all_meet_at_the_finest(light, intra_cl):
    paddle.seed(0)
    neck = LKPAN(CHANNELS, 16, light, intra_cl)
    neck.eval()
    inputs = levels()
    before = neck(inputs).numpy()
    assert before.shape == (1, neck.out_channels, 16, 24)
    for i in range(4):
        changed = [x + 1 if i == j else x for j, x in enumerate(inputs)]
        assert np.abs(neck(changed).numpy() - before).max() > 1e-3


def test_the_finest_level_reaches_the_coarsest_quarter():
    paddle.seed(0)
    neck = LKPAN(CHANNELS, 16)
    inputs = levels()
    before = neck(inputs).numpy()
    after = neck([inputs[0] + 1, *inputs[1:]]).numpy()
    coarsest = np.abs(after - before)[:, :4]  # coarsest first
    assert coarsest.max() > 1e-3  # carried up by the convolutions that halve


def test_light_kernels_need_a_fraction_of_the_weights():
    def weights(light):
        return sum(p.size for p in LKPAN([64] * 4, 64, light).parameters())

    assert weights(light=True) < 0.5 * weights(light=False)


def test_looking_along_lines_reaches_six_px_and_keeps_the_input():
    paddle.seed(0)
    layer = IntraCL(4)
    layer.eval()
    x = paddle.zeros([1, 4, 31, 31])
    before = layer(x).numpy()
    x[0, :, 15, 15] = 1.0
    seen = np.flatnonzero(np.abs(layer(x).numpy() - before).max(axis=(0, 1, 3)) > 1e-7)
    assert (seen.min(), seen.max()) == (9, 21)  # 3 + 2 + 1 px each way
    layer.bn.weight.set_value(paddle.zeros([4]))
    np.testing.assert_array_equal(layer(x).numpy(), x.numpy())
