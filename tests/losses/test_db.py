import json
from pathlib import Path

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.losses.db import DBLoss, dice_loss, hard_negative_bce, masked_bce, masked_l1_loss
from ocrlib.models.db import DetOutput

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden_det_losses.npz"
MAPS = ("shrink_map", "shrink_mask", "threshold_map", "threshold_mask")


def tensor(values):
    return paddle.to_tensor(np.asarray(values, np.float32))


def test_dice_by_hand():
    prediction, target = tensor([[[0.5, 1.0, 0.25, 1.0]]]), tensor([[[1, 1, 0, 0]]])
    mask = tensor([[[1, 1, 1, 0]]])  # the last px does not count
    # 1 - 2 * (0.5 + 1) / ((0.5 + 1 + 0.25) + 2)
    assert dice_loss(prediction, target, mask).item() == pytest.approx(1 - 3 / 3.75, abs=1e-6)


def test_dice_of_nothing_is_one():
    zeros = paddle.zeros([1, 2, 2])
    assert dice_loss(zeros, zeros, zeros).item() == 1.0


def test_masked_l1_by_hand():
    value = masked_l1_loss(tensor([[[0.3, 0.9]]]), tensor([[[0.7, 0.0]]]), tensor([[[1, 0]]]))
    assert value.item() == pytest.approx(0.4, abs=1e-6)


def test_hard_negatives_by_hand():
    # One text px allows two background px: the worst two of three (logits 2 and 0).
    logits, target = tensor([[[0.0, 2.0, 0.0, -5.0]]]), tensor([[[1, 0, 0, 0]]])
    worst = np.log(1 + np.exp(2.0)) + np.log(2)
    value = hard_negative_bce(logits, target, paddle.ones_like(logits), ratio=2)
    assert value.item() == pytest.approx((np.log(2) + worst) / 3, abs=1e-6)


def test_hard_negatives_without_text_are_zero():
    logits = tensor([[[3.0, -3.0]]])
    assert hard_negative_bce(logits, logits * 0, paddle.ones_like(logits), 3).item() == 0.0


def test_bce_by_hand():
    logits, target = tensor([[[0.0, 2.0, 0.0, 9.0]]]), tensor([[[1, 0, 0, 0]]])
    mask = tensor([[[1, 1, 1, 0]]])  # the last px does not count
    value = masked_bce(logits, target, mask)
    assert value.item() == pytest.approx((2 * np.log(2) + np.log(1 + np.exp(2.0))) / 3, abs=1e-6)


def test_gradient_of_bce_by_hand():
    logits, target = tensor([[[0.0, 0.0, 40.0, -40.0, 800.0]]]), tensor([[[1, 0, 1, 1, 0]]])
    logits.stop_gradient = False
    (masked_bce(logits, target, paddle.ones_like(target)) * 5).backward()
    np.testing.assert_allclose(logits.grad.numpy().ravel(), [-0.5, 0.5, 0, -1, 1], atol=1e-5)


def test_bce_counts_background_without_text():
    logits = tensor([[[0.0, 0.0]]])
    assert masked_bce(logits, logits * 0, paddle.ones_like(logits)).item() == pytest.approx(
        np.log(2), abs=1e-6
    )
    assert masked_bce(logits, logits, logits).item() == 0.0  # nothing counts


def output_of(shrink, threshold, binary):
    """A detector output whose probabilities are the given maps (B, H, W)."""
    logits = [paddle.log(p / (1 - p)).unsqueeze(1) for p in (shrink, threshold)]
    return DetOutput(*logits, binary.unsqueeze(1))


def test_total_by_hand():
    shrink, threshold, binary = tensor([[[0.5, 0.25]]]), tensor([[[0.4, 0.5]]]), tensor([[[1, 0]]])
    target, ones = tensor([[[1, 0]]]), paddle.ones([1, 1, 2])
    parts = DBLoss()(output_of(shrink, threshold, binary), target, ones, ones * 0.5, ones)
    assert parts["shrink"].item() == pytest.approx(5 * (1 - 1 / 1.75), abs=1e-5)
    assert parts["threshold"].item() == pytest.approx(10 * 0.05, abs=1e-5)
    assert parts["binary"].item() == pytest.approx(0, abs=1e-5)
    whole = sum(parts[name].item() for name in ("shrink", "threshold", "binary"))
    assert parts["loss"].item() == pytest.approx(whole, abs=1e-5)


def test_weights_belong_to_their_maps():
    shrink, threshold, binary = tensor([[[0.5, 0.25]]]), tensor([[[0.4, 0.5]]]), tensor([[[1, 1]]])
    target, ones = tensor([[[1, 0]]]), paddle.ones([1, 1, 2])
    output = output_of(shrink, threshold, binary)
    one = DBLoss(alpha=1, beta=1, gamma=1)(output, target, ones, ones * 0.5, ones)
    for weights in ({"alpha": 4}, {"beta": 0}, {"gamma": 3}):
        given = {"alpha": 1, "beta": 1, "gamma": 1} | weights
        parts = DBLoss(**given)(output, target, ones, ones * 0.5, ones)
        for weight, name in (("alpha", "shrink"), ("beta", "threshold"), ("gamma", "binary")):
            wanted = given[weight] * one[name].item()
            assert parts[name].item() == pytest.approx(wanted, abs=1e-6), (weights, name)
        whole = sum(parts[name].item() for name in ("shrink", "threshold", "binary"))
        assert parts["loss"].item() == pytest.approx(whole, abs=1e-5)


def test_without_mining_all_background_counts():
    logits, target = tensor([[[[0.0, 2.0, 0.0, -5.0]]]]), tensor([[[1, 0, 0, 0]]])
    output, ones = DetOutput(logits, logits, paddle.sigmoid(logits)), paddle.ones([1, 1, 4])
    parts = DBLoss(alpha=1, main="bce", ohem_ratio=None)(output, target, ones, ones, ones)
    whole = 2 * np.log(2) + np.log(1 + np.exp(2.0)) + np.log(1 + np.exp(-5.0))
    assert parts["shrink"].item() == pytest.approx(whole / 4, abs=1e-6)


def test_dice_and_cross_entropy_add_up():
    logits, target = tensor([[[[0.5, 2.0, -1.0, -5.0]]]]), tensor([[[1, 0, 1, 0]]])
    output, ones = DetOutput(logits, logits, paddle.sigmoid(logits)), paddle.ones([1, 1, 4])
    alone = [
        DBLoss(main=main)(output, target, ones, ones, ones)["shrink"].item()
        for main in ("dice", "bce")
    ]
    both = DBLoss(main="dice+bce")(output, target, ones, ones, ones)["shrink"].item()
    assert min(alone) > 0.1
    assert both == pytest.approx(sum(alone), abs=1e-5)


@pytest.mark.parametrize("main", ["dice", "bce", "dice+bce"])
def test_extreme_logits_stay_finite(main):
    logits = tensor([[[[500.0, -500.0]]]])
    logits.stop_gradient = False
    output = DetOutput(logits, logits * 1.0, paddle.nn.functional.sigmoid(logits))
    target, ones = tensor([[[0, 1]]]), paddle.ones([1, 1, 2])
    loss = DBLoss(main=main)(output, target, ones, ones, ones)["loss"]
    loss.backward()
    assert np.isfinite(loss.item())
    assert np.isfinite(logits.grad.numpy()).all()


@pytest.mark.parametrize("main", ["dice", "bce", "dice+bce"])
def test_a_batch_without_text_is_allowed(main):
    logits = paddle.zeros([1, 1, 2, 2])
    zeros = paddle.zeros([1, 2, 2])
    output = DetOutput(logits, logits, logits + 0.5)
    parts = DBLoss(main=main)(output, zeros, zeros + 1, zeros, zeros)
    assert parts["shrink"].item() == 0.0
    assert parts["threshold"].item() == 0.0


def test_unknown_main_loss():
    with pytest.raises(ValueError, match="dice, bce"):
        DBLoss(main="focal")


def test_eval_output_is_refused():
    zeros = paddle.zeros([1, 2, 2])
    with pytest.raises(ValueError, match="train"):
        DBLoss()(DetOutput(paddle.zeros([1, 1, 2, 2])), zeros, zeros, zeros, zeros)


@pytest.mark.parametrize("main", ["dice", "bce"])
@pytest.mark.parametrize("alpha", [1, 5])
def test_same_values_and_gradients_as_the_reference(main, alpha):
    golden = np.load(GOLDEN)
    values = json.loads(str(golden["values"]))[f"{main}_alpha{alpha}"]
    pred = tensor(golden["pred"])
    pred.stop_gradient = False
    maps = [tensor(golden[name]) for name in MAPS]
    output = output_of(pred[:, 0], pred[:, 1], pred[:, 2])
    parts = DBLoss(alpha=alpha, main=main)(output, *maps)
    for name, value in values.items():
        assert parts[name].item() == pytest.approx(value, rel=1e-5), name
    parts["loss"].backward()
    np.testing.assert_allclose(
        pred.grad.numpy(), golden[f"grad_{main}_alpha{alpha}"], rtol=1e-3, atol=2e-6
    )
