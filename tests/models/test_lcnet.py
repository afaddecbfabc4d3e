import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.lcnet import DetLCNetV3, RecLCNetV3, RepLayer, fold


def used(layer):
    """A layer whose running statistics are not all 0 and 1."""
    layer.train()
    with paddle.no_grad():
        channels = layer.branches[0].conv.weight.shape[1] * layer.branches[0].conv._groups
        for _ in range(3):
            layer(2 * paddle.randn([4, channels, 8, 8]) + 1)
    layer.affine.scale.set_value(paddle.full([1], 1.5))
    layer.affine.bias.set_value(paddle.full([1], 0.25))
    layer.eval()
    return layer


@pytest.mark.parametrize(
    ("layer", "parts"),
    [
        ((8, 8, 3, 1, 8), (True, True)),
        ((8, 8, 5, 2, 8), (False, True)),
        ((8, 8, 1, 1, 1), (True, False)),
        ((8, 12, 1, 1, 1), (False, False)),
        ((8, 8, 3, (2, 1), 8), (False, True)),
        ((8, 8, 3, 1, 1), (True, True)),
    ],
)
def test_one_convolution_takes_the_place_of_all(layer, parts):
    paddle.seed(0)
    layer = used(RepLayer(*layer))
    assert (layer.identity is not None, layer.point is not None) == parts
    x = paddle.randn([2, 8, 9, 7])
    with paddle.no_grad():
        before = layer(x).numpy()
        folded = fold(layer)
        np.testing.assert_allclose(folded(x).numpy(), before, atol=2e-5)
        assert (layer(x).numpy() == before).all()
    assert len(folded.state_dict()) == 6  # one weight, one bias, two affines


def test_stepping_layers_have_no_activation():
    paddle.seed(0)
    x = paddle.randn([1, 4, 8, 8])
    plain, act = used(RepLayer(4, 4, 3, 2, 4)), used(RepLayer(4, 4, 3, (2, 1), 4))
    assert plain(x).min().item() < -0.5  # hardswish never goes below -0.375
    assert act(x).min().item() >= -0.38
    plain.train()
    plain(x).sum().backward()
    assert plain.affine.scale.grad is not None
    assert plain.act_affine.scale.stop_gradient  # nothing uses it, so no optimiser holds it


def test_affines_learn_ten_times_slower():
    paddle.seed(0)
    layer = RepLayer(4, 4, 3, 1, 4)
    optimizer = paddle.optimizer.AdamW(0.01, parameters=layer.parameters(), weight_decay=0.0)
    layer(paddle.randn([2, 4, 8, 8])).square().sum().backward()
    optimizer.step()  # the first step of Adam is the learning rate itself
    assert abs(layer.affine.scale.item() - 1) == pytest.approx(0.001, rel=0.01)
    assert np.abs(layer.identity.weight.numpy() - 1) == pytest.approx(0.01, rel=0.01)


def test_levels():
    model = DetLCNetV3(0.75)
    model.eval()
    assert model.out_channels == (12, 18, 42, 360)
    levels = model(paddle.zeros([1, 3, 32, 64]))
    assert [tuple(x.shape) for x in levels] == [
        (1, c, 32 >> (i + 2), 64 >> (i + 2)) for i, c in enumerate(model.out_channels)
    ]


def test_a_line_has_forty_time_steps_while_training_only():
    model = RecLCNetV3(0.25)
    for width in (96, 320):
        model.train()
        assert tuple(model(paddle.zeros([2, 3, 48, width])).shape) == (2, 128, 1, 40)
        model.eval()
        assert tuple(model(paddle.zeros([1, 3, 48, width])).shape) == (1, 128, 1, width // 8)
