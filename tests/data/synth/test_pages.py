from __future__ import annotations

import time

import numpy as np
import pytest
import shapely

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.pages import _SHEETS, ALL_KINDS, PAGE_KINDS, render_page, render_page_levels
from ocrlib.errors import DataError
from ocrlib.geometry import is_valid_polygon, polygon_area

FONTS = load_fonts("bundled")


def test_the_same_seed_gives_the_same_page():
    for kind in PAGE_KINDS:
        first = render_page(np.random.default_rng(5), FONTS, kind=kind, size=(200, 240))
        again = render_page(np.random.default_rng(5), FONTS, kind=kind, size=(200, 240))
        other = render_page(np.random.default_rng(6), FONTS, kind=kind, size=(200, 240))
        assert np.array_equal(first.image, again.image)
        assert [i.text for i in first.instances] == [i.text for i in again.instances]
        for a, b in zip(first.instances, again.instances, strict=True):
            assert np.array_equal(a.polygon, b.polygon)
            assert a.ignore == b.ignore
        assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_labels_are_sound(kind):
    found, spent = 0, 0.0
    for seed in range(2):
        rng, start = np.random.default_rng([4, seed]), time.process_time()
        image, lines, words = render_page_levels(rng, FONTS, kind=kind)
        spent += time.process_time() - start
        assert image.shape == (640, 640, 3)
        assert image.dtype == np.uint8
        found += len(lines)
        outlines = [shapely.Polygon(line.polygon) for line in lines]
        for instance in (*lines, *words):
            polygon = instance.polygon
            assert polygon.dtype == np.float32
            assert polygon.shape[0] >= 4 or instance.ignore  # a corner cut by the border
            assert is_valid_polygon(polygon)
            assert polygon_area(polygon) > 0  # clockwise
            assert polygon.min() >= 0
            assert polygon.max() <= 639
            assert any(character.isalnum() for character in instance.text)
            assert instance.text == " ".join(instance.text.split())
        tree = shapely.STRtree(outlines)
        for word in words:
            piece = shapely.Polygon(word.polygon)
            near = tree.query(piece)
            shared = max(piece.intersection(outlines[k]).area for k in near)
            assert shared > 0.85 * piece.area or word.ignore
        clashes = 0
        for i, outline in enumerate(outlines):
            for k in tree.query(outline):
                shared = outline.intersection(outlines[k]).area
                clashes += k > i and shared > 0.5 * min(outline.area, outlines[k].area)
        assert clashes <= 0.02 * len(lines)
    assert found >= 2
    print(f"{kind}: {2 / spent:.0f} pages/s")


@pytest.mark.parametrize("kind", sorted(_SHEETS))
def test_ink_is_where_the_labels_are(kind, monkeypatch):
    """Drawn once with and once without its labelled text, a sheet differs only inside the boxes."""
    layout = _SHEETS[kind].layout
    full = layout(np.random.default_rng(11), FONTS, (640, 640))
    write = Canvas.write

    class NoText:
        def text(self, *arguments, **options):
            return None

    def write_without_ink(self, x, baseline, text, face, fill, **options):
        labelled = options.get("label", True) and any(c.isalnum() for c in text)
        draw = self.draw
        if labelled:
            self.draw = NoText()
        try:
            return write(self, x, baseline, text, face, fill, **options)
        finally:
            self.draw = draw

    monkeypatch.setattr(Canvas, "write", write_without_ink)
    bare = layout(np.random.default_rng(11), FONTS, (640, 640))
    inked = (full.pixels().astype(int) != bare.pixels().astype(int)).any(axis=2)
    assert inked.any()
    covered = np.zeros_like(inked)
    for line in full.lines():
        x0, y0, x1, y1 = (round(v) for v in line.box)
        assert inked[max(y0, 0) : y1, max(x0, 0) : x1].any(), line.text
        covered[max(y0, 0) : y1, max(x0, 0) : x1] = True
    assert not (inked & ~covered).any()


def test_texts_of_lines_are_their_words():
    _, lines, words = render_page_levels(np.random.default_rng(1), FONTS, kind="letter")
    said = " ".join(line.text for line in lines).split()
    assert {word.text for word in words} <= set(said)


def test_curved_texts_have_more_than_four_corners():
    rng = np.random.default_rng(8)
    pages = [render_page(rng, FONTS, kind="curved", size=(320, 320)) for _ in range(6)]
    corners = [len(i.polygon) for page in pages for i in page.instances if not i.ignore]
    assert len(corners) > 6
    assert np.mean([count > 4 for count in corners]) > 0.6


def test_some_scenes_have_no_text():
    pages = [
        render_page(np.random.default_rng(seed), FONTS, kind="scene", size=(160, 160))
        for seed in range(20)
    ]
    assert 1 <= sum(not page.instances for page in pages) <= 10


def test_size_level_and_kind_are_respected():
    page = render_page(np.random.default_rng(2), FONTS, size=(256, 448), kind="table")
    assert page.image.shape == (256, 448, 3)
    assert page.source == "synth:table"
    words = render_page(
        np.random.default_rng(2), FONTS, size=(256, 448), kind="table", level="word"
    )
    assert np.array_equal(words.image, page.image)
    assert len(words.instances) > len(page.instances)
    with pytest.raises(DataError, match="receipt"):
        render_page(np.random.default_rng(2), FONTS, kind="menu")
    with pytest.raises(DataError, match="line"):
        render_page(np.random.default_rng(2), FONTS, level="letter")
