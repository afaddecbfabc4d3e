"""The loss of differentiable binarisation (Liao et al., 2020, section 3.5)."""

from __future__ import annotations

from typing import Literal, get_args

from ocrlib.engine import paddle
from ocrlib.models.db import DetOutput

F = paddle.nn.functional

EPS = 1e-6
MainLoss = Literal["dice", "bce", "dice+bce"]


def dice_loss(
    prediction: paddle.Tensor, target: paddle.Tensor, mask: paddle.Tensor
) -> paddle.Tensor:
    """One minus the overlap of two maps (Milletari et al., 2016, "V-Net").

    Args:
        prediction: 0-1, (B, H, W).
        target: 0 or 1, (B, H, W).
        mask: 1 where px count, (B, H, W).

    Returns:
        A scalar, 0 (same) to 1 (nothing in common, or nothing to find).
    """
    overlap = (prediction * target * mask).sum()
    total = (prediction * mask).sum() + (target * mask).sum() + EPS
    return 1 - 2 * overlap / total


def masked_l1_loss(
    prediction: paddle.Tensor, target: paddle.Tensor, mask: paddle.Tensor
) -> paddle.Tensor:
    """Mean absolute difference inside ``mask``; all three are (B, H, W)."""
    return ((prediction - target).abs() * mask).sum() / (mask.sum() + EPS)


def masked_bce(logits: paddle.Tensor, target: paddle.Tensor, mask: paddle.Tensor) -> paddle.Tensor:
    """Mean cross entropy over all px that count, however few of them are text.

    Args:
        logits: before the sigmoid, (B, H, W).
        target: 0 or 1, (B, H, W).
        mask: 1 where px count, (B, H, W).
    """
    return (_pixel_bce(logits, target) * mask).sum() / (mask.sum() + EPS)


def hard_negative_bce(
    logits: paddle.Tensor, target: paddle.Tensor, mask: paddle.Tensor, ratio: float
) -> paddle.Tensor:
    """Cross entropy over all text px and the worst ``ratio`` times as many background px.

    Background is most of a picture and mostly easy; without the selection it would drown the
    rest (Shrivastava et al., 2016, "Online Hard Example Mining"). Counts are taken over the
    whole batch. Without any text px the loss is 0.

    Args:
        logits: before the sigmoid, (B, H, W).
        target: 0 or 1, (B, H, W).
        mask: 1 where px count, (B, H, W).
        ratio: background px per text px.
    """
    positive = target * mask
    negative = (1 - target) * mask
    positives = int(positive.sum().item())
    negatives = min(int(negative.sum().item()), int(positives * ratio))
    loss = _pixel_bce(logits, target)
    total = (loss * positive).sum()
    if negatives > 0:
        hardest, _ = (loss * negative).flatten().topk(negatives, sorted=False)
        total = total + hardest.sum()
    return total / (positives + negatives + EPS)


def _pixel_bce(logits: paddle.Tensor, target: paddle.Tensor) -> paddle.Tensor:
    """Cross entropy of every px.

    In softplus form: finite for any logit, unlike log(sigmoid(x)). Paddle's own function without a
    reduction has a wrong gradient at a logit of exactly 0.
    """
    return F.softplus(logits) - logits * target


class DBLoss:
    """``alpha * main(shrink map) + beta * L1(threshold map) + gamma * dice(binary map)``.

    Args:
        alpha: weight of the shrink map. (The paper's own alpha, 1, stands at the binary map; the
            5 at the shrink map is that of its authors' programs.)
        beta: weight of the threshold map.
        ohem_ratio: background px per text px in the cross entropy; None takes all of them.
        main: "dice", "bce" as in the paper (cross entropy with hard negatives), or "dice+bce",
            their sum.
        gamma: weight of the binary map.

    Raises:
        ValueError: another ``main``.
    """

    def __init__(
        self,
        alpha: float = 5.0,
        beta: float = 10.0,
        ohem_ratio: float | None = 3.0,
        main: MainLoss = "dice",
        gamma: float = 1.0,
    ) -> None:
        if main not in get_args(MainLoss):
            raise ValueError(f"unknown main loss {main!r}; known: {', '.join(get_args(MainLoss))}")
        self.alpha = alpha
        self.beta = beta
        self.ohem_ratio = ohem_ratio
        self.main = main
        self.gamma = gamma

    def __call__(
        self,
        output: DetOutput,
        shrink_map: paddle.Tensor,
        shrink_mask: paddle.Tensor,
        threshold_map: paddle.Tensor,
        threshold_mask: paddle.Tensor,
    ) -> dict[str, paddle.Tensor]:
        """Compare a detector's training output with the targets.

        Args:
            output: maps (B, 1, H, W) of a model in training mode.
            shrink_map: 1 inside the shrunk text regions, (B, H, W).
            shrink_mask: 1 where px count, (B, H, W).
            threshold_map: the wanted threshold, 0-1, (B, H, W).
            threshold_mask: 1 near text borders, where the threshold counts, (B, H, W).

        Returns:
            Scalars: "loss" and its weighted parts "shrink", "threshold", "binary".

        Raises:
            ValueError: ``output`` comes from a model in eval mode.
        """
        if output.threshold_logits is None or output.binary is None:
            raise ValueError("the loss needs all three maps: call model.train() first")
        logits = output.logits.squeeze(1)  # (B, H, W)
        threshold = F.sigmoid(output.threshold_logits.squeeze(1))  # (B, H, W)
        main = self._main(logits, shrink_map, shrink_mask)
        parts = {
            "shrink": self.alpha * main,
            "threshold": self.beta * masked_l1_loss(threshold, threshold_map, threshold_mask),
            "binary": self.gamma * dice_loss(output.binary.squeeze(1), shrink_map, shrink_mask),
        }
        return {"loss": parts["shrink"] + parts["threshold"] + parts["binary"], **parts}

    def _main(
        self, logits: paddle.Tensor, target: paddle.Tensor, mask: paddle.Tensor
    ) -> paddle.Tensor:
        """The loss of the probability map; all three are (B, H, W)."""
        total = paddle.zeros([])
        if "dice" in self.main:
            dice = dice_loss(F.sigmoid(logits), target, mask)
            # Balancing a loss that is one number only matters without text: then it is 0.
            total = total + dice * (target * mask).sum().clip(0, 1)
        if "bce" not in self.main:
            return total
        if self.ohem_ratio is None:
            return total + masked_bce(logits, target, mask)
        return total + hard_negative_bce(logits, target, mask, self.ohem_ratio)
