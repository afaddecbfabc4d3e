import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.fpn import DBFPN, RSEFPN, LiteFPN, stack, top_down, upsample_to


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


def test_top_down_adds_what_is_above():
    maps = [paddle.full([1, 1, 4 >> i, 4 >> i], float(10**i)) for i in range(3)]
    assert [x.max().item() for x in top_down(maps)] == [111, 110, 100]


def test_stack_puts_the_coarsest_first():
    maps = [paddle.full([1, 2, 4 >> i, 4 >> i], float(i)) for i in range(3)]
    assert stack(maps)[0, :, 3, 3].numpy().tolist() == [2, 2, 1, 1, 0, 0]


@pytest.mark.parametrize("build", [DBFPN, RSEFPN])
def test_plain_pyramids(build):
    paddle.seed(0)
    neck = build([4, 6, 8, 10], width=32)
    inputs = [*levels(), paddle.randn([1, 10, 2, 3])]
    before = neck(inputs).numpy()
    assert before.shape == (1, neck.out_channels, 16, 24)
    for i in range(4):
        changed = [x + 1 if i == j else x for j, x in enumerate(inputs)]
        assert np.abs(neck(changed).numpy() - before).max() > 1e-3
