from __future__ import annotations

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.explore import small_reader as small


def test_words_follow_from_the_seed():
    one, two = (small.practice(3, 6) for _ in range(2))
    assert one.texts == two.texts
    assert np.array_equal(one.images, two.images)
    assert one.images.shape == (6, 3, small.HEIGHT, small.WIDTH)
    assert np.abs(one.images).max() <= 1
    assert small.practice(4, 6).texts != one.texts


def test_no_word_of_the_test_is_practised():
    texts = small.practice(1, 300).texts
    assert len(small.real_words()) > 50
    assert not set(texts) & set(small.real_words())
    assert all(3 <= len(text) <= 5 and set(text) <= set(small.LETTERS) for text in texts)


def test_ink_stays_inside_the_crop():
    rng = np.random.default_rng(1)
    for text in ("moons", "rooms", "ill") * 8:
        ink = small.draw(rng, text).mean(axis=2)
        paper = np.median(ink)
        assert ink[:, -1].mean() > paper - 25, text  # nothing is cut off at the right


@pytest.mark.parametrize("kind", ["none", "conv", "bilstm", "bigru"])
def test_every_kind_gives_a_class_for_every_column(kind):
    for strides, columns in ((small.STRIDES, 16), (small.TALL, 16), (small.COARSE, 8)):
        model = small.build(kind, strides)
        logits = model(paddle.zeros([2, 3, small.HEIGHT, small.WIDTH])).logits
        assert logits.shape == [2, columns, small.CHARSET.size]


def test_kinds_share_the_weights_of_their_convolutions():
    models = []
    for kind in ("none", "bigru"):
        paddle.seed(5)
        models.append(small.build(kind).backbone)
    pairs = zip(*(model.parameters() for model in models), strict=True)
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs)


def test_eight_pictures_are_learnt_by_heart():
    words = small.practice(2, 8)
    paddle.seed(1)
    model = small.build("none")
    losses = small.train(model, words, 1, steps=60, batch=8)
    assert losses[-1] < 0.2 * losses[0]
    again = small.build("none")
    assert small.accuracy(model, words) > small.accuracy(again, words)


def test_what_one_layer_sees_beyond_a_column():
    x = paddle.zeros([1, 16, 64])
    moved = x.clone()
    moved[0, 8] = 1.0
    reach = {}
    for kind in ("none", "conv", "bilstm", "bigru"):
        model = small.build(kind)
        model.eval()
        with paddle.no_grad():
            difference = (model.sequence(moved) - model.sequence(x)).abs().sum(axis=2)
        reach[kind] = int((difference.numpy() > 0).sum())
    assert reach == {"none": 1, "conv": 9, "bilstm": 16, "bigru": 16}
