from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.engine import paddle
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.db import DBLoss
from ocrlib.models.crnn import RecOutput
from ocrlib.models.db import DetOutput
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.train.task import CaseFold, DetEvalSet, DetTask, RecEvalSet, RecTask
from ocrlib.types import DetSample, RecSample, TextInstance

CHARSET = Charset("aA1", space=False)  # classes: blank, a, A, 1


def spelling(probabilities: np.ndarray, text: str) -> float:
    """Probability of a text by summing over all paths: the definition of CTC."""
    wanted = tuple(CHARSET.encode(text))
    total = 0.0
    steps = len(probabilities)
    for path in itertools.product(range(4), repeat=steps):
        merged = [c for i, c in enumerate(path) if i == 0 or path[i - 1] != c]
        if tuple(c for c in merged if c != 0) == wanted:
            total += math.prod(probabilities[i, c] for i, c in enumerate(path))
    return total


def test_folding_by_hand():
    logits = paddle.to_tensor(np.log(np.float32([[[0.1, 0.2, 0.3, 0.4]], [[0.4, 0.3, 0.2, 0.1]]])))
    folded = CaseFold(CHARSET)(logits, paddle.to_tensor([True, False]))
    probabilities = paddle.nn.functional.softmax(folded, axis=-1).numpy()
    np.testing.assert_allclose(probabilities[0, 0], [0.1, 0.0, 0.5, 0.4], atol=1e-6)
    np.testing.assert_allclose(probabilities[1, 0], [0.4, 0.3, 0.2, 0.1], atol=1e-6)


def test_a_folded_loss_accepts_either_case_at_every_place():
    rng = np.random.default_rng(3)
    values = rng.standard_normal((1, 3, 4)).astype(np.float32)
    probabilities = np.exp(values[0]) / np.exp(values[0]).sum(axis=1, keepdims=True)
    task = RecTask(lambda image: RecOutput(image), CHARSET, RecPreprocess())
    label = paddle.to_tensor([CHARSET.encode("A1")], dtype="int32")
    batch = {"image": paddle.to_tensor(values), "label": label, "length": paddle.to_tensor([2])}
    plain = task.loss(batch | {"fold_case": paddle.to_tensor([False])})["loss"].item()
    folded = task.loss(batch | {"fold_case": paddle.to_tensor([True])})["loss"].item()
    assert plain == pytest.approx(-math.log(spelling(probabilities, "A1")), rel=1e-5)
    # folded before merging: "aA1" as path counts as "A1" too, but not in either spelling alone
    merged = probabilities.copy()
    merged[:, 2] += merged[:, 1]
    merged[:, 1] = 0
    assert folded == pytest.approx(-math.log(spelling(merged, "A1")), rel=1e-5)
    assert folded < plain
    assert plain == pytest.approx(
        CTCLoss()(paddle.to_tensor(values), label, paddle.to_tensor([2])).item()
    )


def test_folded_samples_do_not_push_either_case():
    """Where both cases are equally likely, the gradient is the same for both."""
    logits = paddle.zeros([1, 2, 4])
    logits.stop_gradient = False
    folded = CaseFold(CHARSET)(logits, paddle.to_tensor([True]))
    label = paddle.to_tensor([CHARSET.encode("A")], dtype="int32")
    CTCLoss()(folded, label, paddle.to_tensor([1])).backward()
    gradient = logits.grad.numpy()[0]
    assert np.isfinite(gradient).all()
    np.testing.assert_allclose(gradient[:, 1], gradient[:, 2], atol=1e-6)
    assert (gradient[:, 1] < 0).all()


class Reader(paddle.nn.Layer):
    """Reads a crop's brightness: the class is the grey level of its first px."""

    def forward(self, image):
        steps = image.shape[3] // 4
        grey = ((image[:, 0, 0, 0] + 1) * 127.5).round().astype("int64")  # (B,)
        one_hot = paddle.nn.functional.one_hot(grey, 4)  # (B, 4)
        blank = paddle.nn.functional.one_hot(paddle.zeros_like(grey), 4)
        return RecOutput(10 * paddle.stack([one_hot] + [blank] * (steps - 1), axis=1))


def crop(level: int, width: int, text: str) -> RecSample:
    return RecSample(np.full((32, width, 3), level, np.uint8), text, "x")


def test_recognition_is_evaluated_per_set():
    samples = [crop(1, 40, "a"), crop(2, 300, "A"), crop(3, 40, "1"), crop(1, 90, "A")]
    sets = [
        RecEvalSet("exact", tuple(samples)),
        RecEvalSet("folded", tuple(samples), ignore_case=True),
    ]
    task = RecTask(Reader(), CHARSET, RecPreprocess(), sets)
    assert [text for text, _ in task.predict([s.image for s in samples])] == ["a", "A", "1", "a"]
    figures = task.evaluate()
    assert figures["exact/accuracy"] == 0.75
    assert figures["folded/accuracy"] == 1.0
    assert figures[task.primary] == 0.875
    assert RecTask(Reader(), CHARSET, RecPreprocess()).evaluate() == {}


class Finder(paddle.nn.Layer):
    """Bright px are text."""

    def forward(self, image):
        return DetOutput((image.mean(axis=1, keepdim=True) > 0).astype("float32") * 20 - 10)


def test_detection_is_evaluated_on_whole_pages():
    image = np.zeros((200, 260, 3), np.uint8)
    image[40:60, 30:230] = 255
    # the finder sees shrunk text: the label is larger, as far as unclipping goes back
    grow = 20 * 200 * 1.5 / (2 * (20 + 200))
    x0, y0, x1, y1 = 30 - grow, 40 - grow, 230 + grow, 60 + grow
    box = np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    other = box + np.float32([0, 90])
    right = DetSample(image, (TextInstance(box, "x"),), "page")
    missing = DetSample(image, (TextInstance(box, "x"), TextInstance(other, "y")), "page")
    ignored = DetSample(image, (TextInstance(box, "x"), TextInstance(other, "#", True)), "page")
    task = DetTask(
        Finder(),
        DBLoss(),
        DetPreprocess(),
        DBPostprocess(),
        [DetEvalSet("all", (right, ignored)), DetEvalSet("half", (missing,))],
    )
    figures = task.evaluate()
    assert figures["all/hmean"] == 1.0
    assert figures["half/precision"] == 1.0
    assert figures["half/recall"] == 0.5
    assert figures[task.primary] == pytest.approx((1 + 2 / 3) / 2)
