import pytest

from ocrlib.engine import paddle
from ocrlib.losses.db import DBLoss
from ocrlib.models.detectors import NECKS, db_lcnetv3, db_mobilenetv3, db_resnet_vd


def loss_of(model, size=32):
    text = (paddle.rand([2, size, size]) > 0.7).astype("float32")
    ones = paddle.ones_like(text)
    return DBLoss()(model(paddle.randn([2, 3, size, size])), text, ones, text, ones)["loss"]


@pytest.mark.parametrize("neck", NECKS)
def test_any_neck_fits_any_backbone(neck):
    model = db_mobilenetv3(scale=0.35, neck=neck, width=32)
    model.eval()
    assert tuple(model(paddle.zeros([1, 3, 32, 64])).logits.shape) == (1, 1, 32, 64)


@pytest.mark.parametrize(
    "build",
    [
        lambda: db_mobilenetv3(se=True, neck="rse-fpn"),
        lambda: db_resnet_vd(18, "lk-pan-intra-cl", 32),
        lambda: db_lcnetv3(width=32, head="db"),
    ],
    ids=["mobile", "server", "v4"],
)
def test_every_weight_learns(build):
    paddle.seed(0)
    model = build()
    loss_of(model).backward()
    weights = {n: p for n, p in model.named_parameters() if not p.stop_gradient}
    assert [n for n, p in weights.items() if p.grad is None] == []
    # Hard sigmoids cut off at initialisation may leave a gate without a gradient; nothing else.
    still = [n for n, p in weights.items() if not p.grad.abs().max()]
    assert [n for n in still if ".se." not in n] == []


def test_before_training_little_is_text():
    paddle.seed(0)
    model = db_mobilenetv3()
    model.train()
    assert model(paddle.randn([4, 3, 32, 32])).probabilities.mean().item() < 0.35


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: db_mobilenetv3(neck="pan"), "unknown neck 'pan'; known: fpn, rse-fpn"),
        (lambda: db_mobilenetv3(width=100), "width must be a multiple of 8, not 100"),
        (lambda: db_lcnetv3(head="east"), "unknown head 'east'; known: db, pf"),
        (lambda: db_resnet_vd(19), "19 layers"),
    ],
)
def test_impossible_values(build, message):
    with pytest.raises(ValueError, match=message):
        build()
