"""The loss of readers that write: each place of a text is a choice among the characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import END
from ocrlib.engine import paddle
from ocrlib.errors import DataError

F = paddle.nn.functional


def with_end(labels: paddle.Tensor, lengths: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
    """What a decoder should write, and which of its places count.

    Args:
        labels: classes, padded with 0 at the end, (B, L).
        lengths: characters per label, (B,).

    Returns:
        Classes, the end among them, (B, L + 1), and whether a place counts, bool, (B, L + 1):
        those of the text and of its first end.
    """
    labels = labels.astype("int64")
    end = paddle.full([labels.shape[0], 1], END, "int64")
    counts = paddle.arange(labels.shape[1] + 1).unsqueeze(0) <= lengths.unsqueeze(1)
    return paddle.concat([labels, end], axis=1), counts


class WritingLoss:
    """Mean of ``-ln p`` over all characters and ends of a batch."""

    def __call__(
        self, logits: paddle.Tensor, labels: paddle.Tensor, lengths: paddle.Tensor
    ) -> paddle.Tensor:
        """Compare what a decoder would write with the wanted texts.

        Args:
            logits: before the softmax, (B, L + 1, C).
            labels: classes 1..C-1, padded with 0 at the end, (B, L).
            lengths: characters per label, (B,).

        Returns:
            A scalar.

        Raises:
            DataError: a label with a class that the logits do not have, or another number of
                places. Names the sample.
        """
        _, places, classes = logits.shape
        if places != labels.shape[1] + 1:
            raise DataError(
                f"labels of up to {labels.shape[1]} characters need one place more, for the end",
                value=places,
                remedy="give the labels to the network, too",
            )
        _check(labels.numpy(), lengths.numpy(), classes)
        targets, counts = with_end(labels, lengths)
        each = F.cross_entropy(logits, targets, reduction="none")  # (B, L + 1)
        counts = counts.astype(each.dtype)
        return (each * counts).sum() / counts.sum()


def _check(labels: NDArray[np.integer], lengths: NDArray[np.integer], classes: int) -> None:
    inside = np.arange(labels.shape[1]) < lengths[:, None]
    wrong = inside & ((labels <= END) | (labels >= classes))
    if wrong.any():
        sample, position = np.argwhere(wrong)[0]
        raise DataError(
            f"sample {sample} of the batch has a class that is no character (1 to {classes - 1})",
            value=int(labels[sample, position]),
            remedy="encode with the charset that the network was built for",
        )
