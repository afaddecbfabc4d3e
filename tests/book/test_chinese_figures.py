"""book/tools/chinese_figures.py measures on renders and on labels that may not be spellable."""

from __future__ import annotations

import numpy as np
import pytest

import chinese_figures
from ocrlib.charset import Charset
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.errors import DataError
from ocrlib.images import write_image
from ocrlib.metrics.protocol import CHINESE_LINES
from ocrlib.types import RecSample


def reader(*texts):
    return lambda images: [(text, 1.0) for text, _ in zip(texts, images, strict=True)]


def sample(text):
    return RecSample(np.zeros((32, 64, 3), np.uint8), text, "test")


def test_width_and_spaces_do_not_count():
    read = reader("中 国，", "(ab)c", "大学")
    samples = [sample("中国,"), sample("（ab）d"), sample("大小")]
    found = chinese_figures.figures(read, samples)
    assert found["texts"] == 3
    assert found["accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["norm_edit_similarity"] == pytest.approx((1 + 0.8 + 0.5) / 3, abs=1e-4)


def test_labels_outside_the_charset_are_told_apart(tmp_path):
    labels = []
    for number, text in enumerate(["出口", "號碼", "價（元）"]):
        write_image(tmp_path / f"{number}.png", np.zeros((32, 64, 3), np.uint8))
        labels.append(f"{number}.png\t{text}\n")
    file = tmp_path / "rec.txt"
    file.write_text("".join(labels), encoding="utf-8")

    def read(images):
        return [("出口", 1.0)] * len(images)

    found = chinese_figures.on_labels(read, Charset.chinese(), file)
    assert found["outside_texts"] == 2
    assert found["outside_characters"] == 3
    assert found["all"]["accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["without_outside"] == {"texts": 1, "accuracy": 1.0, "norm_edit_similarity": 1.0}


def test_renders_have_2_to_10_characters_and_are_the_same_every_time():
    try:
        load_fonts("chinese-held-out")
    except DataError as error:
        pytest.skip(f"Debian's Chinese fonts are not installed: {error.problem}")
    first = chinese_figures.renders("chinese-held-out", 1, 40)
    again = chinese_figures.renders("chinese-held-out", 1, 40)
    assert [s.text for s in first] == [s.text for s in again]
    assert all(2 <= len(CHINESE_LINES(s.text)) <= 10 for s in first)
    assert len({len(s.text) for s in first}) > 5
