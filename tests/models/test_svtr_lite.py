import numpy as np
import pytest

from ocrlib.deploy.export import check_equal, to_onnx
from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.guide import GuideLoss
from ocrlib.models.count import parameters
from ocrlib.models.svtr_lcnet import drop_guide
from ocrlib.models.svtr_lite import LocalThenGlobal, svtr_lite


def tiny(**changes):
    paddle.seed(0)
    return svtr_lite(11, **{"channels": 16, **changes})


def crops(width=64, count=8):
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, 3, 32, width)).astype(np.float32)


def test_columns_follow_the_width():
    model = tiny()
    model.eval()
    for width in (32, 100, 256):
        assert tuple(model(paddle.zeros([1, 3, 32, width])).logits.shape) == (1, width // 4, 11)


def test_a_place_sees_all_rows_of_the_columns_around_it():
    mixing = LocalThenGlobal(8, heads=2, reach=1)
    window = mixing.window(paddle.zeros([1, 8, 2, 5])).numpy()
    seen = {
        divmod(int(place), 5) for place in np.flatnonzero(window[5 + 2] == 0)
    }  # row 1, column 2
    assert seen == {(row, column) for row in (0, 1) for column in (1, 2, 3)}
    assert (window[window != 0] == -np.inf).all()


def test_local_blocks_stay_near_and_global_ones_do_not():
    paddle.seed(0)
    x = paddle.randn([1, 8, 2, 30])
    x.stop_gradient = False
    for local, far, columns in ((1, 0, 7), (2, 0, 13), (0, 1, 30)):
        mixing = LocalThenGlobal(8, heads=2, local=local, far=far, reach=3)
        mixing.eval()
        x.clear_gradient()
        mixing(x)[0, :, 0, 15].max().backward()
        # Paddle's softmax of minus infinity is not 0 but 1e-28.
        seen = np.abs(x.grad.numpy()).max(axis=(0, 1, 2)) > 1e-12
        assert seen.sum() == columns


def test_a_crop_is_read_alike_alone_and_in_company():
    model = tiny()
    model.eval()
    x = paddle.to_tensor(crops())
    together = model(x).logits.numpy()
    alone = np.concatenate([model(x[i : i + 1]).logits.numpy() for i in range(8)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"channels": 18}, "multiple of 4, not 18"), ({"guide": "nrtr"}, "unknown guide 'nrtr'")],
)
def test_impossible_values(changes, message):
    with pytest.raises(ValueError, match=message):
        tiny(**changes)


def taught(loss, model):
    """Parts of the network that a loss teaches."""
    model.clear_gradients()
    loss.backward(retain_graph=True)
    learnt = {n for n, p in model.named_parameters() if p.grad is not None and p.grad.any()}
    return {name.partition(".")[0] for name in learnt}


@pytest.mark.parametrize("share", [True, False])
def test_who_teaches_the_backbone(share):
    model = tiny(guide="sar", share=share)
    targets = model.guide.targets(
        paddle.to_tensor([[1, 2, 3], [4, 5, 0]]), paddle.to_tensor([3, 2])
    )
    output = model(paddle.to_tensor(crops(count=2)), targets)
    ctc = {"backbone", "encoder", "head"} if share else {"encoder", "head"}
    assert taught((output.logits**2).sum(), model) == ctc
    assert taught((output.guide_logits**2).sum(), model) == {"backbone", "guide"}


def test_every_weight_learns():
    model = tiny(guide="sar")
    targets = model.guide.targets(
        paddle.to_tensor([[1, 2, 3], [4, 5, 0]]), paddle.to_tensor([3, 2])
    )
    output = model(paddle.to_tensor(crops(count=2)), targets)
    ((output.logits**2).sum() + (output.guide_logits**2).sum()).backward()
    weights = {n: p for n, p in model.named_parameters() if not p.stop_gradient}
    assert [n for n, p in weights.items() if p.grad is None or not p.grad.any()] == []


@pytest.mark.slow
def test_the_graph_is_equal_small_and_of_any_width():
    paddle.seed(0)
    model = svtr_lite(97, guide="sar")
    graph = to_onnx(drop_guide(model), "rec", 32)
    assert len(graph) <= 4_000_000
    assert b"guide." not in graph
    assert check_equal(model, graph, "rec", [crops(64, 2), crops(100, 1)]) < 1e-5
    assert parameters(model) > parameters(drop_guide(model)) == parameters(svtr_lite(97))


@pytest.mark.slow
@pytest.mark.parametrize("guide", [None, "sar"])
def test_it_overfits_eight_crops(guide):
    rng = np.random.default_rng(0)
    model = tiny(channels=64, guide=guide)
    x, texts = paddle.to_tensor(crops()), rng.integers(1, 11, (8, 4)).astype(np.int32)
    labels, lengths = paddle.to_tensor(texts), paddle.full([8], 4, dtype="int64")
    targets = model.guide.targets(labels, lengths) if guide else None
    adam = paddle.optimizer.Adam(3e-3, parameters=model.parameters())
    said = paddle.zeros([])
    for _ in range(100):
        output = model(x, targets)
        loss = CTCLoss()(output.logits, labels, lengths)
        if guide:
            said = GuideLoss(model.guide.padding)(output.guide_logits, targets)
        (loss + said).backward()
        adam.step()
        adam.clear_grad()
    assert loss.item() < 0.3
    assert said.item() < 1.0  # a tenth of a guide's scores are dropped while training
