"""Connectionist temporal classification (Graves et al., 2006)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocrlib.engine import paddle
from ocrlib.errors import DataError

F = paddle.nn.functional


def steps_needed(labels: NDArray[np.integer], lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """The fewest time steps that can spell each label: one per character, one between twins.

    Args:
        labels: classes, padded, (B, L).
        lengths: characters per label, (B,).

    Returns:
        Time steps, (B,).
    """
    positions = np.arange(1, labels.shape[1])
    twins = (labels[:, 1:] == labels[:, :-1]) & (positions < lengths[:, None])
    return np.asarray(lengths + twins.sum(axis=1), dtype=np.int64)


class CTCLoss:
    """Mean over the batch of ``-ln p(label)``, class 0 being the blank."""

    def __call__(
        self, logits: paddle.Tensor, labels: paddle.Tensor, lengths: paddle.Tensor
    ) -> paddle.Tensor:
        """Compare a recogniser's logits with the wanted texts.

        Args:
            logits: before the softmax, (B, T, C).
            labels: classes 1..C-1, padded with 0 at the end, (B, L).
            lengths: characters per label, (B,).

        Returns:
            A scalar.

        Raises:
            DataError: a label that needs more than T time steps (Paddle would give 0 for it), or
                has a class that the logits do not have. Names the sample.
        """
        _, steps, classes = logits.shape
        _check(labels.numpy(), lengths.numpy(), steps, classes)
        if int(lengths.max().item()) == 0:  # Paddle divides by the longest length
            return -F.log_softmax(logits, axis=-1)[:, :, 0].sum(axis=1).mean()
        losses = F.ctc_loss(
            logits.transpose([1, 0, 2]),  # (T, B, C)
            labels.astype("int32"),
            paddle.full([logits.shape[0]], steps, dtype="int64"),
            lengths.astype("int64"),
            blank=0,
            reduction="none",  # "mean" would divide by each label's length first
        )  # (B, 1)
        return losses.mean()


def _check(
    labels: NDArray[np.integer], lengths: NDArray[np.integer], steps: int, classes: int
) -> None:
    needed = steps_needed(labels, lengths)
    if (needed > steps).any():
        worst = int(needed.argmax())
        raise DataError(
            f"sample {worst} of the batch needs {needed[worst]} time steps, "
            f"the network gives {steps}",
            remedy="leave the sample out or make its crop wider",
        )
    inside = np.arange(labels.shape[1]) < lengths[:, None]
    wrong = inside & ((labels < 1) | (labels >= classes))
    if wrong.any():
        sample, position = np.argwhere(wrong)[0]
        raise DataError(
            f"sample {sample} of the batch has a class that the network does not have "
            f"(1 to {classes - 1})",
            value=int(labels[sample, position]),
            remedy="encode with the charset that the network was built for",
        )
