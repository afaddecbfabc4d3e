"""What a guide that writes one character after the other is taught by."""

from __future__ import annotations

from ocrlib.engine import paddle

F = paddle.nn.functional


class GuideLoss:
    """Mean of ``-ln p(next character)`` over all characters of a batch, ends of texts included.

    Hu et al., 2020, "GTC: Guided Training of CTC", train their guide so.

    Args:
        padding: the class that fills short texts up; it teaches nothing.
    """

    def __init__(self, padding: int) -> None:
        self.padding = padding

    def __call__(self, logits: paddle.Tensor, targets: paddle.Tensor) -> paddle.Tensor:
        """Compare what the guide said with what came next.

        Args:
            logits: before the softmax, (B, L or L - 1, C); those at place t tell what follows
                ``targets[:, t]``. Nothing follows the last place.
            targets: start, text, end, padding, (B, L), whole numbers.

        Returns:
            A scalar, 0 if everything is padding.
        """
        wanted = targets[:, 1:].flatten()  # (B * (L - 1),)
        said = logits[:, : targets.shape[1] - 1].flatten(0, 1)  # (B * (L - 1), C)
        counts = wanted != self.padding
        losses = F.cross_entropy(said, paddle.where(counts, wanted, 0 * wanted), reduction="none")
        counts = counts.astype(losses.dtype)
        return (losses.flatten() * counts).sum() / counts.sum().clip(min=1)
