import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.models.svtr import MixingBlock, SelfAttention, SVTRNet, local_mask, svtr_tiny


def test_window_of_local_mixing():
    mask = local_mask(8, 25, (7, 11))
    assert mask.shape == (200, 200)
    patch = 4 * 25 + 12  # row 4, column 12
    seen = {divmod(int(i), 25) for i in np.flatnonzero(mask[patch] == 0)}
    assert seen == {(r, c) for r in range(1, 8) for c in range(7, 18)}
    assert (mask[mask != 0] == -np.inf).all()
    assert (mask == mask.T).all()


def test_local_attention_sees_its_window_only():
    paddle.seed(0)
    layer = SelfAttention(8, 2, mask=paddle.to_tensor(local_mask(3, 9, (1, 3))))
    x = paddle.randn([1, 27, 8])
    before = layer(x).numpy()
    x[0, 9 + 4] = 3.0  # row 1, column 4
    changed = np.abs(layer(x).numpy() - before).max(axis=-1)[0] > 1e-6
    assert np.flatnonzero(changed).tolist() == [9 + 3, 9 + 4, 9 + 5]


def test_attention_by_hand():
    layer = SelfAttention(2, 1)
    # q = k = v = x, and nothing after it
    layer.qkv.weight.set_value(paddle.concat([paddle.eye(2)] * 3, axis=1))
    layer.proj.weight.set_value(paddle.eye(2))
    x = paddle.to_tensor([[[1.0, 0.0], [0.0, 2.0]]])
    scores = np.array([[1.0, 0.0], [0.0, 4.0]]) / np.sqrt(2)
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(layer(x).numpy()[0], weights @ x.numpy()[0], rtol=1e-5)


def test_dropped_paths_leave_whole_samples_as_they_are():
    paddle.seed(0)
    block = MixingBlock(4, 1, drop_path=0.5)
    block.mlp.fc2.weight.set_value(paddle.zeros([16, 4]))  # only the attention adds something
    x = paddle.randn([64, 3, 4])
    block.eval()
    branch = (block(x) - x).numpy()
    block.train()
    ratio = (block(x) - x).numpy() / branch
    dropped = np.abs(ratio).max(axis=(1, 2)) < 1e-3
    np.testing.assert_allclose(ratio[~dropped], 2, rtol=0.05)  # survivors count twice
    assert 16 <= dropped.sum() <= 48


def test_last_dropout_keeps_the_scale_while_training_only():
    paddle.seed(0)
    net = SVTRNet((32, 32), steps=8, depths=(1, 1, 1), local=1, drop_path=0.0)
    # The one batch norm that training changes sees the same numbers in both modes.
    for conv in net.patch:
        conv.bn.eval()
    x = paddle.randn([2, 3, 32, 32])
    net.eval()
    read = net(x).numpy()
    net.train()
    for conv in net.patch:
        conv.bn.eval()
    trained = net(x).numpy()
    kept = trained != 0
    np.testing.assert_allclose(0.9 * trained[kept], read[kept], atol=1e-5)
    assert 0.85 < kept[read != 0].mean() < 0.95


def test_time_steps():
    model = svtr_tiny(7, width=64, steps=8)
    model.eval()
    assert tuple(model(paddle.zeros([2, 3, 32, 64])).logits.shape) == (2, 8, 7)
    assert model.input_width == 64
    assert svtr_tiny(7, width=64, steps=8, rectify=True).input_width is None


@pytest.mark.parametrize(
    ("size", "steps", "message"),
    [
        ((32, 102), 25, "height must be a multiple of 16 and width of 4"),
        ((24, 100), 25, "height must be a multiple of 16"),
        ((32, 100), 10, "25 columns cannot be joined to 10 time steps"),
        ((32, 100), 0, "to 0 time steps"),
    ],
)
def test_impossible_values(size, steps, message):
    with pytest.raises(ValueError, match=message):
        SVTRNet(size, steps)


@pytest.mark.parametrize("rectify", [False, True])
def test_every_weight_learns(rectify):
    paddle.seed(0)
    model = svtr_tiny(7, width=32, steps=8, rectify=rectify)
    if rectify:  # it starts at 0, which hides what is before it
        model.rectifier.fc2.weight.set_value(0.01 * paddle.randn([512, 40]))
    (model(paddle.randn([4, 3, 32, 32])).logits ** 2).sum().backward()
    still = [
        n
        for n, p in model.named_parameters()
        if not p.stop_gradient and (p.grad is None or not p.grad.abs().max())
    ]
    assert still == []
