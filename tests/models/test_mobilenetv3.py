import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.mobilenetv3 import (
    SMALL,
    SMALL_LAST,
    InvertedResidual,
    MobileNetV3,
    RecMobileNetV3,
)


@pytest.mark.parametrize(
    ("scale", "channels"),
    [
        (0.35, (8, 16, 40, 336)),
        (0.5, (16, 24, 56, 480)),
        (0.75, (24, 32, 88, 720)),
        (1.0, (24, 40, 112, 960)),
        (1.25, (32, 48, 144, 1200)),
    ],
)
def test_levels_of_every_scale(scale, channels):
    model = MobileNetV3(scale=scale, se=False)
    model.eval()
    assert model.out_channels == channels
    levels = model(paddle.zeros([1, 3, 32, 64]))
    assert [tuple(x.shape) for x in levels] == [
        (1, c, 32 >> (i + 2), 64 >> (i + 2)) for i, c in enumerate(channels)
    ]


def test_squeeze_and_excitation_is_in_eight_blocks_or_none():
    with_se = [n for n in MobileNetV3().state_dict() if n.endswith("se.conv1.weight")]
    assert len(with_se) == 8
    assert [n for n in MobileNetV3(se=False).state_dict() if ".se." in n] == []


def test_other_strides_and_no_shortcut():
    steps = {0: 1, 1: (2, 1), 3: (2, 1), 8: (2, 1)}
    model = MobileNetV3(SMALL, SMALL_LAST, (11,), 0.5, strides=steps, no_shortcut=(0,))
    model.eval()
    (features,) = model(paddle.zeros([1, 3, 32, 64]))
    assert tuple(features.shape) == (1, 288, 2, 32)
    shortcuts = [block.shortcut for block in model.stages[0]]
    assert not shortcuts[0]
    assert MobileNetV3(SMALL, SMALL_LAST, (11,), 0.5, strides=steps).stages[0][0].shortcut


def test_shortcut_carries_the_input():
    paddle.seed(0)
    block = InvertedResidual(8, 16, 8, se=True)
    block.project.bn.weight.set_value(paddle.zeros([8]))  # the branch gives 0 now
    x = paddle.randn([2, 8, 6, 6])
    np.testing.assert_array_equal(block(x).numpy(), x.numpy())
    assert not InvertedResidual(8, 16, 8, stride=2).shortcut
    assert not InvertedResidual(8, 16, 12).shortcut


def test_impossible_values():
    with pytest.raises(ValueError, match="15 blocks"):
        MobileNetV3(stages=(3, 3))
    with pytest.raises(ValueError, match="scale"):
        MobileNetV3(scale=0)


@pytest.mark.parametrize(
    ("variant", "step", "height"), [("small", 1, 32), ("small", 2, 48), ("large", 1, 32)]
)
def test_a_line_keeps_a_quarter_of_its_columns(variant, step, height):
    model = RecMobileNetV3(variant, 0.35, step)
    model.eval()
    row = model(paddle.zeros([1, 3, height, 66]))
    assert tuple(row.shape) == (1, model.out_channels[-1], 1, 16)
    assert model.stages[0][0].shortcut == (variant == "large")
