"""A short fine-tuning of a shipped recogniser, in front of the reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from safetensors.numpy import load_file

from ocrlib.bundle import load_bundle
from ocrlib.charset import Charset
from ocrlib.engine import paddle
from ocrlib.errors import BundleError
from ocrlib.explore.ctc_fit import fit_ctc
from ocrlib.explore.reading_autopsy import columns_needed
from ocrlib.models.crnn import CRNN
from ocrlib.models.lite import rec_lite
from ocrlib.models.weights import load_weights
from ocrlib.preprocess import RecPreprocess
from ocrlib.train.predict import read_text
from ocrlib.types import ByteImage, FloatArray, RecSample

PREPARE = RecPreprocess()
_COLUMN = 4  # px of input per column of a rec_lite


def open_bundle(name: str = "rec-lite-en") -> tuple[CRNN, Charset]:
    """A shipped recogniser as a network that can be trained on, and its charset.

    Args:
        name: of the bundle, or its folder; of the architecture ``rec_lite``.

    Raises:
        BundleError: it is missing, damaged, or of another architecture.
    """
    bundle = load_bundle(name)
    charset = bundle.spec.charset
    if charset is None or bundle.spec.architecture["name"] != "rec_lite":
        raise BundleError("not a rec_lite", file=bundle.folder, remedy="use rec-lite-en")
    model = rec_lite(**bundle.spec.architecture["args"])
    load_weights(model, load_file(bundle.weights), bundle.weights)
    model.eval()
    return model, charset


def tune(
    model: CRNN,
    charset: Charset,
    samples: Sequence[RecSample],
    steps: int,
    *,
    width: int = 128,
    batch: int = 16,
    rate: float = 1e-3,
    seed: int = 1,
) -> list[float]:
    """Train all of a network with CTC for a few steps, in place; the rate falls along a cosine.

    Args:
        model: reads crops of 32 px height into a column for every 4 px.
        charset: what its classes mean.
        samples: to draw batches from, by lot.
        steps: how many.
        width: of the batches, px; wider crops are squeezed to it.
        batch: crops per step.
        rate: the highest learning rate.
        seed: decides the batches; the same seed gives the same weights.

    Returns:
        The loss of every step. The network is left in evaluation mode.

    Raises:
        ValueError: a text does not fit into ``width``, or there are fewer samples than a batch.
    """
    labels = [charset.encode(sample.text) for sample in samples]
    if len(samples) < batch or max(map(columns_needed, labels)) > width // _COLUMN:
        raise ValueError("too few samples, or texts too long for this width")
    rule = RecPreprocess(PREPARE.height, width, fit="pad")
    images = np.stack([rule(sample.image) for sample in samples])  # (N, 3, H, W)
    rng = np.random.default_rng(seed)
    return fit_ctc(model, images, labels, rng, steps=steps, batch=batch, rate=rate)


def read(model: CRNN, charset: Charset, images: Sequence[ByteImage]) -> list[tuple[str, float]]:
    """Text and mean confidence (0-1) of crops, RGB uint8 (H, W, 3), read as in the pipeline."""

    def network(batch: FloatArray) -> FloatArray:
        with paddle.no_grad():
            logits: FloatArray = model(paddle.to_tensor(batch)).logits.numpy()
        return logits

    return read_text(network, PREPARE, charset, images)
