"""Miniatures: shapes, sizes, what each can and cannot do by its making; each learns eight words."""

from __future__ import annotations

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.explore.families import letter_maps, words
from ocrlib.losses.ctc import CTCLoss
from ocrlib.models import miniatures
from ocrlib.postprocess.ctc import greedy

F = paddle.nn.functional
CLASSES = words.CHARSET.size


def size(*layers: paddle.nn.Layer) -> int:
    return sum(int(np.prod(p.shape)) for layer in layers for p in layer.parameters())


def test_shapes() -> None:
    eye = miniatures.Eye()
    features = eye(paddle.randn([2, 1, 24, 64]))
    assert tuple(features.shape) == (2, 24, 12, 32)
    seen = miniatures.to_columns(features)
    assert tuple(seen.shape) == (2, 32, 24)
    assert np.array_equal(seen.numpy()[0, 5], features.numpy()[0, :, :, 5].max(axis=1))
    assert tuple(miniatures.PixelHead(CLASSES)(features).shape) == (2, 12, 32, CLASSES)
    assert tuple(miniatures.SlotHead(CLASSES, 6)(seen).shape) == (2, 6, CLASSES)
    assert tuple(miniatures.CTCHead(CLASSES)(seen).shape) == (2, 32, CLASSES)
    for head in (miniatures.AttentionHead(CLASSES), miniatures.ParallelHead(CLASSES, 12)):
        logits, looks = head(seen)
        assert tuple(logits.shape) == (2, 12, CLASSES)
        assert tuple(looks.shape) == (2, 12, 32)
        assert np.allclose(looks.numpy().sum(axis=2), 1, atol=1e-5)


def test_every_miniature_is_small() -> None:
    eye = miniatures.Eye()
    heads = [
        miniatures.PixelHead(CLASSES),
        miniatures.SlotHead(CLASSES, 6),
        miniatures.CTCHead(CLASSES),
        miniatures.AttentionHead(CLASSES),
        miniatures.ParallelHead(CLASSES, 6),
    ]
    assert all(size(eye, head) < 60_000 for head in heads)


def test_only_slots_are_bound_to_a_width() -> None:
    wide = paddle.randn([1, 64, 24])
    assert tuple(miniatures.CTCHead(CLASSES)(wide).shape) == (1, 64, CLASSES)
    assert tuple(miniatures.AttentionHead(CLASSES)(wide)[1].shape) == (1, 12, 64)
    assert tuple(miniatures.ParallelHead(CLASSES, 6)(wide)[1].shape) == (1, 6, 64)
    with pytest.raises(ValueError):
        miniatures.SlotHead(CLASSES, 6)(wide)


def test_the_writer_goes_by_what_it_wrote() -> None:
    paddle.seed(2)
    head = miniatures.AttentionHead(CLASSES)
    seen = paddle.randn([3, 32, 24])
    free = head(seen, steps=5)[0]
    told = head(seen, free.argmax(axis=2))[0]
    assert np.allclose(free.numpy(), told.numpy(), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["pixels", "slots", "ctc", "attention", "parallel"])
def test_learns_eight_words(family: str) -> None:
    paddle.seed(1)
    some = words.random_words(4, "straight", 8)
    x = paddle.to_tensor(words.to_input(some))
    classes = words.to_classes(some, 6)
    target = paddle.to_tensor(classes)
    lengths = paddle.to_tensor((classes > 0).sum(axis=1))
    maps = paddle.to_tensor(letter_maps.encode(some))
    eye = miniatures.Eye()
    head = {
        "pixels": lambda: miniatures.PixelHead(CLASSES),
        "slots": lambda: miniatures.SlotHead(CLASSES, 6),
        "ctc": lambda: miniatures.CTCHead(CLASSES),
        "attention": lambda: miniatures.AttentionHead(CLASSES),
        "parallel": lambda: miniatures.ParallelHead(CLASSES, 6),
    }[family]()
    adam = paddle.optimizer.Adam(0.01, parameters=eye.parameters() + head.parameters())
    for _ in range(120):
        features = eye(x)
        if family == "pixels":
            logits = head(features)
            loss = F.cross_entropy(logits, maps.unsqueeze(3))
        else:
            out = head(miniatures.to_columns(features), *([target] * (family == "attention")))
            logits = out[0] if isinstance(out, tuple) else out
            if family == "ctc":
                loss = CTCLoss()(logits, target, lengths)
            else:
                loss = F.cross_entropy(logits, target.unsqueeze(2))
        loss.backward()
        adam.step()
        adam.clear_grad()
    answer = logits.numpy()
    if family == "pixels":
        right = letter_maps.decode(answer.argmax(axis=3))
    elif family == "ctc":
        right = [words.CHARSET.decode(found.indices) for found in greedy(answer)]
    else:
        right = [words.CHARSET.decode(row) for row in answer.argmax(axis=2)]
    assert sum(a == word.text for a, word in zip(right, some, strict=True)) >= 7
