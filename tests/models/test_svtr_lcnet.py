import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models.count import parameters
from ocrlib.models.svtr_lcnet import MixingEncoder, drop_guide, svtr_lcnet, svtr_lcnetv3


def small(guide):
    paddle.seed(0)
    return svtr_lcnet(11, guide, scale=0.25)


def gradients(loss, model):
    loss.backward()
    return {n for n, p in model.named_parameters() if p.grad is not None and p.grad.any()}


def test_with_a_guide_ctc_does_not_teach_the_backbone():
    x, targets = paddle.randn([2, 3, 48, 64]), paddle.to_tensor([[11, 3, 12], [11, 4, 12]])
    model = small("sar")
    taught = gradients((model(x, targets).logits ** 2).sum(), model)
    assert {name.partition(".")[0] for name in taught} == {"encoder", "head"}
    model = small("sar")
    taught = gradients((model(x, targets).guide_logits ** 2).sum(), model)
    assert {name.partition(".")[0] for name in taught} == {"backbone", "guide"}
    model = small(None)
    output = model(x)
    assert output.features is None
    assert output.guide_logits is None
    taught = gradients((output.logits**2).sum(), model)
    assert {name.partition(".")[0] for name in taught} == {"backbone", "encoder", "head"}
    # Hard sigmoids cut off at initialisation may leave a gate without a gradient; nothing else.
    weights = {n for n, p in model.named_parameters() if not p.stop_gradient}
    assert [n for n in weights - taught if ".se." not in n] == []


def test_training_with_a_guide_needs_targets_and_reading_does_not():
    model = small("nrtr")
    with pytest.raises(ValueError, match=r"needs targets; drop_guide\(\)"):
        model(paddle.zeros([1, 3, 48, 32]))
    model.eval()
    assert tuple(model(paddle.zeros([1, 3, 48, 32])).logits.shape) == (1, 4, 11)


def test_without_its_guide_it_reads_the_same_and_can_be_trained():
    model = small("sar")
    model.eval()
    x = paddle.randn([1, 3, 48, 64])
    guide = model.guide
    smaller = drop_guide(model)
    assert model.guide is guide
    assert (smaller(x).logits == model(x).logits).all()
    assert parameters(smaller) == parameters(small(None))
    smaller.train()
    assert smaller(x).guide_logits is None


def test_time_steps():
    for model in (small(None), svtr_lcnetv3(5, None, scale=0.25)):
        model.eval()
        for width in (32, 33, 61, 66):
            half = -(-width // 2)
            steps = -(-half // 2) // 2
            assert model(paddle.zeros([1, 3, 48, width])).logits.shape[1] == steps


def test_mixing_carries_far():
    paddle.seed(0)
    encoder = MixingEncoder(16, 4)
    encoder.eval()
    x = paddle.randn([1, 16, 1, 20])
    before = encoder(x).numpy()
    x[0, :, 0, 0] = 5.0
    changed = np.abs(encoder(x).numpy() - before).max(axis=(0, 1, 2))
    assert before.shape == (1, 4, 1, 20)
    assert (changed > 1e-7).all()  # not only next to it


def test_unknown_guide():
    with pytest.raises(ValueError, match="unknown guide 'rare'; known: sar, nrtr"):
        svtr_lcnet(5, "rare")


@pytest.mark.slow
def test_guide_and_ctc_overfit_eight_crops():
    rng = np.random.default_rng(0)
    model = small("sar")
    x = paddle.to_tensor(rng.standard_normal((8, 3, 48, 64)).astype(np.float32))
    texts = rng.integers(1, 11, (8, 3))
    labels, lengths = paddle.to_tensor(texts.astype(np.int32)), paddle.full([8], 3, dtype="int64")
    known = paddle.to_tensor(np.concatenate([np.full((8, 1), 11), texts], axis=1))
    adam = paddle.optimizer.Adam(2e-3, parameters=model.parameters())
    loss = CTCLoss()
    for _ in range(110):
        output = model(x, known)
        ctc = loss(output.logits, labels, lengths)
        said = output.guide_logits[:, :-1].reshape([-1, 12])
        guided = paddle.nn.functional.cross_entropy(said, known[:, 1:].flatten())
        (ctc + guided).backward()
        adam.step()
        adam.clear_grad()
    assert ctc.item() < 0.2
    assert guided.item() < 0.5  # a tenth of its scores are dropped while training
