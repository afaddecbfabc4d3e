"""What is trained: a model with its loss, its evaluation and its predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ocrlib.charset import Charset
from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.db import DBLoss
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.postprocess.ctc import greedy
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.types import ByteImage, Detection, DetSample, RecSample

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
        self.primary = "hmean"

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
        height, width, _ = image.shape
        inputs = paddle.to_tensor(self.preprocess(image)[None])  # (1, 3, H', W')
        probability = self.model(inputs).probabilities[0, 0].numpy()  # (H', W')
        return self.postprocess(probability, (height, width))

    def evaluate(self) -> dict[str, float]:
        """Precision, recall and hmean at IoU 0.5 per set, and the mean ``hmean``."""
        figures: dict[str, float] = {}
        for one in self.sets:
            metric = DetectionMetric()
            for sample in one.samples:
                metric.update(
                    [found.polygon for found in self.predict(sample.image)],
                    [instance.polygon for instance in sample.instances],
                    [instance.ignore for instance in sample.instances],
                )
            figures |= {f"{one.name}/{key}": value for key, value in metric.compute().items()}
        if self.sets:
            figures["hmean"] = float(np.mean([figures[f"{s.name}/hmean"] for s in self.sets]))
        return figures


class RecTask:
    """Recognition by CTC.

    Args:
        model: gives a ``RecOutput``.
        charset: what the classes mean.
        preprocess: the one that reading will use.
        sets: what ``evaluate`` measures on; ``accuracy`` is the mean over them.
        pixels: width of a batch in px, summed over its crops, for predictions.
    """

    def __init__(
        self,
        model: paddle.nn.Layer,
        charset: Charset,
        preprocess: RecPreprocess,
        sets: Sequence[RecEvalSet] = (),
        pixels: int = 6400,
    ) -> None:
        self.model = model
        self.charset = charset
        self.preprocess = preprocess
        self.sets = tuple(sets)
        self.pixels = pixels
        self.ctc_loss = CTCLoss()
        self.fold = CaseFold(charset)
        self.primary = "accuracy"

    def loss(self, batch: TensorBatch) -> dict[str, paddle.Tensor]:
        """The CTC loss for a batch of ``RecChunks``."""
        logits = self.model(batch["image"]).logits
        if bool(batch["fold_case"].any()):
            logits = self.fold(logits, batch["fold_case"])
        return {"loss": self.ctc_loss(logits, batch["label"], batch["length"])}

    def predict(self, images: Sequence[ByteImage]) -> list[tuple[str, float]]:
        """Text and confidence (0-1) of each crop, RGB uint8 (H, W, 3)."""
        widths = [self.preprocess.padded_width(*image.shape[:2]) for image in images]
        results: list[tuple[str, float]] = [("", 0.0)] * len(images)
        for width in sorted(set(widths)):
            members = [i for i, w in enumerate(widths) if w == width]
            size = max(1, self.pixels // width)
            for start in range(0, len(members), size):
                part = members[start : start + size]
                inputs = np.stack([self.preprocess(images[i]) for i in part])
                logits = self.model(paddle.to_tensor(inputs)).logits.numpy()  # (B, T, C)
                for i, decoded in zip(part, greedy(logits), strict=True):
                    results[i] = (self.charset.decode(decoded.indices), decoded.score)
        return results

    def evaluate(self) -> dict[str, float]:
        """Accuracy and normalised edit similarity per set, and the mean ``accuracy``."""
        figures: dict[str, float] = {}
        for one in self.sets:
            metric = RecognitionMetric(ignore_case=one.ignore_case, alnum_only=one.alnum_only)
            predictions = [text for text, _ in self.predict([s.image for s in one.samples])]
            metric.update(predictions, [s.text for s in one.samples])
            figures |= {f"{one.name}/{key}": value for key, value in metric.compute().items()}
        if self.sets:
            means = [figures[f"{s.name}/accuracy"] for s in self.sets]
            figures["accuracy"] = float(np.mean(means))
        return figures


class CaseFold:
    """Makes the CTC loss blind to case for some samples of a batch.

    Receipts may be labelled in capitals whatever the print shows. For such a sample the upper
    case class gets the probability of both cases and the lower case class none, so either
    spelling satisfies a label in capitals, and case itself is learnt from the other samples.

    Args:
        charset: the classes.
    """

    def __init__(self, charset: Charset) -> None:
        classes = {character: i for i, character in enumerate(charset.characters, start=1)}
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
