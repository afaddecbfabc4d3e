from __future__ import annotations

import sys

import numpy as np
import pytest

from ocrlib.deploy import draw
from ocrlib.types import Page, TextLine


def line(text: str, x: float, y: float, w: float, h: float) -> TextLine:
    polygon = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)
    return TextLine(polygon, text, 0.9, 0.9)


@pytest.fixture
def image() -> np.ndarray:
    return np.full((100, 200, 3), 230, np.uint8)


def test_outline_on_the_left_text_on_the_right(image: np.ndarray):
    sheet = draw.draw_page(image, Page((line("Hello", 20, 40, 120, 24),), (100, 200)))
    assert sheet.dtype == np.uint8
    assert sheet.shape == (100, 400, 3)
    assert tuple(sheet[40, 60]) == draw.OUTLINE
    right = sheet[:, 201:].min(axis=2)
    rows, columns = np.nonzero(right < 100)
    assert 36 <= rows.min() <= rows.max() <= 66  # level with the line in the picture
    assert 15 <= columns.min() <= columns.max() <= 142  # and no longer than it
    assert (image == 230).all()


def test_the_detectors_score_stands_above_the_outline(image: np.ndarray):
    one = line("Hello", 20, 40, 120, 24)
    other = TextLine(one.polygon, one.text, one.score, 0.61)
    sheets = [draw.draw_page(image, Page((each,), (100, 200))) for each in (one, other)]
    rows, columns = np.nonzero((sheets[0] != sheets[1]).any(axis=2))
    assert 25 <= rows.min() <= rows.max() < 40
    assert 20 <= columns.min() <= columns.max() < 60


def test_a_doubtful_line_has_a_grey_outline_and_no_text(image: np.ndarray):
    page = Page((), (100, 200), (line("Hello", 20, 40, 120, 24),))
    sheet = draw.draw_page(image, page)
    assert tuple(sheet[40, 60]) == draw.DOUBTFUL
    assert (sheet[:, 202:] == 255).all()


def test_long_text_is_made_smaller(image: np.ndarray):
    sheet = draw.draw_page(image, Page((line("W" * 12, 20, 40, 100, 40),), (100, 200)))
    assert np.nonzero(sheet[:, 201:].min(axis=2) < 100)[1].max() <= 125


def test_empty_page_odd_sizes_and_other_scripts(image: np.ndarray):
    assert draw.draw_page(image, Page((), (100, 200))).shape == (100, 400, 3)
    tiny = np.zeros((1, 1, 3), np.uint8)
    assert draw.draw_page(tiny, Page((line("中文", 0, 0, 0, 0),), (1, 1))).shape == (1, 2, 3)


def test_without_matplotlib(image: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    draw._font.cache_clear()
    monkeypatch.setattr(draw, "find_spec", lambda name: None)
    sheet = draw.draw_page(image, Page((line("Hello", 20, 40, 120, 24),), (100, 200)))
    draw._font.cache_clear()
    assert (sheet[:, 201:] < 100).any()


def test_matplotlib_is_not_imported(image: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    draw._font.cache_clear()
    assert draw.draw_page(image, Page((line("Hi", 5, 5, 50, 20),), (100, 200))).any()
