"""Predictions and their figures, for any network: in training, or exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ocrlib.charset import Charset
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.postprocess.ctc import greedy
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.types import ByteImage, Detection, DetSample, FloatArray, RecSample

Network = Callable[[FloatArray], FloatArray]  # pictures (B, 3, H, W) to logits

BATCH_WIDTH = 6400  # px of padded width, summed over the crops of a batch


def find_text(
    network: Network, preprocess: DetPreprocess, postprocess: DBPostprocess, image: ByteImage
) -> list[Detection]:
    """Text regions of one picture.

    Args:
        network: gives logits (B, 1, H, W).
        preprocess: resizes and normalises.
        postprocess: turns the probability map into polygons.
        image: RGB uint8 (H, W, 3).
    """
    size = image.shape[0], image.shape[1]
    return postprocess(probability_map(network, preprocess, image), size)


def probability_map(network: Network, preprocess: DetPreprocess, image: ByteImage) -> FloatArray:
    """Probability of text, 0-1, (H', W'), for a picture, RGB uint8 (H, W, 3)."""
    logits = network(preprocess(image)[None])[0, 0]  # (H', W')
    with np.errstate(over="ignore"):
        probability = 1 / (1 + np.exp(-logits))
    return np.asarray(probability, np.float32)


def read_text(
    network: Network, preprocess: RecPreprocess, charset: Charset, images: Sequence[ByteImage]
) -> list[tuple[str, float]]:
    """Text and confidence (0-1) of each crop; only crops of one padded width share a batch.

    Args:
        network: gives logits (B, T, C).
        preprocess: resizes, normalises and pads.
        charset: what the classes mean.
        images: RGB uint8 (H, W, 3) each.
    """
    widths = [preprocess.padded_width(image.shape[0], image.shape[1]) for image in images]
    results: list[tuple[str, float]] = [("", 0.0)] * len(images)
    for width in sorted(set(widths)):
        members = [i for i, w in enumerate(widths) if w == width]
        size = max(1, BATCH_WIDTH // width)
        for start in range(0, len(members), size):
            part = members[start : start + size]
            logits = network(np.stack([preprocess(images[i]) for i in part]))  # (B, T, C)
            for i, decoded in zip(part, greedy(logits), strict=True):
                results[i] = (charset.decode(decoded.indices), decoded.score)
    return results


def measure_pages(
    find: Callable[[ByteImage], list[Detection]], samples: Iterable[DetSample], iou: float = 0.5
) -> dict[str, float]:
    """Precision, recall and hmean.

    Args:
        find: finds the text regions of a picture.
        samples: labelled pages; regions marked so count neither as right nor as wrong.
        iou: a box must overlap a label by more than this.
    """
    metric = DetectionMetric(iou)
    for sample in samples:
        metric.update(
            [found.polygon for found in find(sample.image)],
            [instance.polygon for instance in sample.instances],
            [instance.ignore for instance in sample.instances],
        )
    return dict(metric.compute())


def measure_crops(
    read: Callable[[Sequence[ByteImage]], list[tuple[str, float]]],
    samples: Sequence[RecSample],
    ignore_case: bool = False,
    alnum_only: bool = False,
) -> dict[str, float]:
    """Accuracy and normalised edit similarity.

    Args:
        read: reads crops.
        samples: labelled crops.
        ignore_case: compare texts case-folded.
        alnum_only: compare letters and digits only.
    """
    metric = RecognitionMetric(ignore_case=ignore_case, alnum_only=alnum_only)
    texts = [text for text, _ in read([sample.image for sample in samples])]
    metric.update(texts, [sample.text for sample in samples])
    return dict(metric.compute())
