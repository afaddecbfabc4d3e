import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.resnet_vd import AveragedShortcut, RecResNetVd, ResidualBlock, ResNetVd


@pytest.mark.parametrize(("layers", "first"), [(18, 64), (34, 64), (50, 256)])
def test_levels(layers, first):
    model = ResNetVd(layers)
    model.eval()
    assert model.out_channels == (first, 2 * first, 4 * first, 8 * first)
    levels = model(paddle.zeros([1, 3, 32, 64]))
    assert [tuple(x.shape) for x in levels] == [
        (1, first << i, 32 >> (i + 2), 64 >> (i + 2)) for i in range(4)
    ]


@pytest.mark.parametrize("layers", [18, 34, 50])
def test_number_of_layers_is_that_of_convolutions_and_a_classifier(layers):
    names = [n for n in ResNetVd(layers).state_dict() if n.endswith("conv.weight")]
    without = [n for n in names if ".short." not in n]
    assert len(without) - 2 + 1 == layers  # three convolutions in place of one; the classifier


def test_steps_for_lines_of_text():
    model = ResNetVd(18, stem_stride=1, stride=(2, 1))
    model.eval()
    assert tuple(model(paddle.zeros([1, 3, 32, 64]))[-1].shape) == (1, 512, 2, 32)


def test_shortcut_averages_before_it_projects():
    shortcut = AveragedShortcut(1, 1, 2)
    shortcut.eval()
    shortcut.project.conv.weight.set_value(paddle.ones([1, 1, 1, 1]))
    x = paddle.arange(6, dtype="float32").reshape([1, 1, 2, 3])  # rows 0 1 2, 3 4 5
    found = shortcut(x).numpy().ravel()
    np.testing.assert_allclose(found, [2, 3.5], rtol=1e-4)  # a lone column counts for itself


def test_only_the_first_block_projects():
    assert isinstance(ResidualBlock(8, 8, 1, 1, first=False).short, paddle.nn.Identity)
    assert isinstance(ResidualBlock(8, 8, 1, 1, first=True).short, AveragedShortcut)


def test_no_such_network():
    with pytest.raises(ValueError, match=r"20 layers; known: 18, 34, 50"):
        ResNetVd(20)


def test_a_line_keeps_a_quarter_of_its_columns():
    model = RecResNetVd(18)
    model.eval()
    assert tuple(model(paddle.zeros([1, 3, 32, 66])).shape) == (1, 512, 1, 16)
