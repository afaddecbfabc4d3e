"""What is trained: a model with its loss, its predictions and its evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ocrlib.charset import Charset
from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.db import DBLoss
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.train.predict import (
    find_text,
    measure_crops,
    measure_pages,
    probability_map,
    read_text,
)
from ocrlib.types import ByteImage, Detection, DetSample, FloatArray, RecSample

TensorBatch = Mapping[str, paddle.Tensor]


class Task(Protocol):
    """What the training loop needs to know.

    Attributes:
        model: the network that is trained.
        primary: the figure of ``evaluate`` by which the best checkpoint is chosen; higher is
            better.
    """

    model: paddle.nn.Layer
    primary: str

    @property
    def student(self) -> paddle.nn.Layer:
        """What the best checkpoint holds: ``model``, less what only training needs."""
        ...

    def loss(self, batch: TensorBatch) -> dict[str, paddle.Tensor]:
        """Scalars by name; ``loss`` is the one to minimise, the others are for the log."""
        ...

    def evaluate(self) -> dict[str, float]:
        """Figures by name, on data that was not trained on; the model is in eval mode."""
        ...


@dataclass(frozen=True)
class DetEvalSet:
    """Pages to evaluate a detector on."""

    name: str
    samples: tuple[DetSample, ...]


@dataclass(frozen=True)
class RecEvalSet:
    """Crops to evaluate a recogniser on, and how texts are compared."""

    name: str
    samples: tuple[RecSample, ...]
    ignore_case: bool = False
    alnum_only: bool = False


class DetTask:
    """Detection by differentiable binarisation.

    Args:
        model: gives a ``DetOutput``.
        loss: of the three maps.
        preprocess: the one that reading will use.
        postprocess: the one that reading will use.
        sets: what ``evaluate`` measures on; ``hmean`` is the mean over them.
    """

    primary = "hmean"

    def __init__(
        self,
        model: paddle.nn.Layer,
        loss: DBLoss,
        preprocess: DetPreprocess,
        postprocess: DBPostprocess,
        sets: Sequence[DetEvalSet] = (),
    ) -> None:
        self.model = model
        self.db_loss = loss
        self.preprocess = preprocess
        self.postprocess = postprocess
        self.sets = tuple(sets)

    @property
    def student(self) -> paddle.nn.Layer:
        """The network itself."""
        return self.model

    def loss(self, batch: TensorBatch) -> dict[str, paddle.Tensor]:
        """The DB loss and its parts for a batch of ``DetChunks``."""
        return self.db_loss(
            self.model(batch["image"]),
            batch["shrink_map"],
            batch["shrink_mask"],
            batch["threshold_map"],
            batch["threshold_mask"],
        )

    def predict(self, image: ByteImage) -> list[Detection]:
        """Text regions of one picture, RGB uint8 (H, W, 3), as reading would find them."""
        return find_text(self._logits, self.preprocess, self.postprocess, image)

    def probability_map(self, image: ByteImage) -> FloatArray:
        """Probability of text, 0-1, (H', W'), at the size that reading would use."""
        return probability_map(self._logits, self.preprocess, image)

    def evaluate(self) -> dict[str, float]:
        """Precision, recall and hmean at IoU 0.5 per set, and the mean ``hmean``."""
        return _over_sets(
            {one.name: measure_pages(self.predict, one.samples) for one in self.sets}, "hmean"
        )

    def _logits(self, images: FloatArray) -> FloatArray:
        return np.asarray(self.model(paddle.to_tensor(images)).logits.numpy(), np.float32)


class RecTask:
    """Recognition by CTC.

    Args:
        model: gives a ``RecOutput``.
        charset: what the classes mean.
        preprocess: the one that reading will use.
        sets: what ``evaluate`` measures on; ``accuracy`` is the mean over them.
    """

    primary = "accuracy"

    def __init__(
        self,
        model: paddle.nn.Layer,
        charset: Charset,
        preprocess: RecPreprocess,
        sets: Sequence[RecEvalSet] = (),
    ) -> None:
        self.model = model
        self.charset = charset
        self.preprocess = preprocess
        self.sets = tuple(sets)
        self.ctc_loss = CTCLoss()
        self.fold = CaseFold(charset)

    @property
    def student(self) -> paddle.nn.Layer:
        """The network itself."""
        return self.model

    def loss(self, batch: TensorBatch) -> dict[str, paddle.Tensor]:
        """The CTC loss for a batch of ``RecChunks``."""
        return {"loss": self.ctc(self.model(batch["image"]).logits, batch)}

    def ctc(self, logits: paddle.Tensor, batch: TensorBatch) -> paddle.Tensor:
        """The CTC loss of logits (B, T, C), blind to case where the batch says so."""
        if bool(batch["fold_case"].any()):
            logits = self.fold(logits, batch["fold_case"])
        return self.ctc_loss(logits, batch["label"], batch["length"])

    def predict(self, images: Sequence[ByteImage]) -> list[tuple[str, float]]:
        """Text and confidence (0-1) of each crop, RGB uint8 (H, W, 3)."""
        return read_text(self._logits, self.preprocess, self.charset, images)

    def evaluate(self) -> dict[str, float]:
        """Accuracy and normalised edit similarity per set, and the mean ``accuracy``."""
        figures = {
            one.name: measure_crops(self.predict, one.samples, one.ignore_case, one.alnum_only)
            for one in self.sets
        }
        return _over_sets(figures, "accuracy")

    def _logits(self, images: FloatArray) -> FloatArray:
        return np.asarray(self.model(paddle.to_tensor(images)).logits.numpy(), np.float32)


def _over_sets(figures: Mapping[str, Mapping[str, float]], primary: str) -> dict[str, float]:
    """All figures in one table, named ``set/figure``, and the mean of the primary one."""
    table = {f"{name}/{key}": v for name, values in figures.items() for key, v in values.items()}
    if figures:
        table[primary] = float(np.mean([values[primary] for values in figures.values()]))
    return table


class CaseFold:
    """Makes the CTC loss blind to case for some samples of a batch.

    Receipts may be labelled in capitals whatever the print shows. For such a sample the upper
    case class gets the probability of both cases and the lower case class none, so either
    spelling satisfies a label in capitals, and case itself is learnt from the other samples.

    Args:
        charset: the classes.
    """

    def __init__(self, charset: Charset) -> None:
        classes = {character: i for i, character in enumerate(charset.entries, start=1)}
        partner = np.arange(charset.size)
        upper, lower = np.zeros(charset.size, bool), np.zeros(charset.size, bool)
        for character, i in classes.items():
            small = classes.get(character.lower(), i)
            if small != i:
                partner[i], partner[small] = small, i
                upper[i], lower[small] = True, True
        self.partner = paddle.to_tensor(partner)
        self.upper = paddle.to_tensor(upper)
        self.lower = paddle.to_tensor(lower)

    def __call__(self, logits: paddle.Tensor, which: paddle.Tensor) -> paddle.Tensor:
        """Fold logits (B, T, C) of the samples that ``which`` (B,) marks."""
        both = paddle.logaddexp(logits, paddle.index_select(logits, self.partner, axis=2))
        marked = which.reshape([-1, 1, 1])  # (B, 1, 1)
        folded = paddle.where(marked & self.upper, both, logits)
        return paddle.where(marked & self.lower, paddle.full_like(logits, -1e4), folded)
