from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.fonts import get_face, load_fonts
from ocrlib.data.synth.layouts import (
    COLUMN_GAP,
    new_roll,
    pick_font,
    relatives,
    sheet_size,
    shorten,
    wrap,
)
from ocrlib.errors import DataError

FONTS = load_fonts("bundled")
FACE = get_face(FONTS[0], 16)


def roll(width: int = 400):
    return new_roll(
        np.random.default_rng(0), Canvas(300, width), FACE, FACE, (0, 0, 0),
        margin=10, spacing=(1.2, 1.2),
    )  # fmt: skip


def test_wrap_loses_no_word_and_keeps_the_width():
    text = "some words that are to be broken into several rows of text"
    rows = wrap(text, FACE, 120)
    assert len(rows) > 2
    assert " ".join(rows) == text
    assert all(FACE.getlength(row) <= 120 for row in rows)
    assert wrap("", FACE, 120) == []


def test_shorten_cuts_letters_until_it_fits():
    assert shorten("abc", FACE, 1000) == "abc"
    cut = shorten("WWWWWWWWWW", FACE, 60)
    assert cut
    assert "WWWWWWWWWW".startswith(cut)
    assert FACE.getlength(cut) <= 60
    assert shorten("W", FACE, 2) == ""


def test_columns_stay_apart():
    page = roll()
    for cells in (["wide words here", "12345678", "9.99"], ["a", "b", "c"]):
        page.columns(cells, [0, 0.3, 0.6, 1.0], "lrr")
    rows: dict[float, list] = {}
    for line in page.canvas.lines():
        rows.setdefault(round(line.box[3] / 10), []).append(line.box)
    assert len(page.canvas.lines()) == 6
    for boxes in rows.values():
        boxes.sort()
        for left, right in itertools.pairwise(boxes):
            assert right[0] - left[2] > 0.8 * COLUMN_GAP * FACE.size


def test_a_pair_that_does_not_fit_takes_two_rows():
    page = roll()
    page.pair("Total", "9.99")
    first, second = page.canvas.lines()
    assert abs(first.box[3] - second.box[3]) < 6
    tight = roll(width=130)
    tight.pair("Total Sales", "1,234.56")
    first, second = tight.canvas.lines()
    assert abs(first.box[3] - second.box[3]) > 0.8 * FACE.size


def test_rules_are_not_lines():
    page = roll()
    for style in ("-", "=", "line", "double", "dashes"):
        y = page.y
        page.rule(style)
        assert page.y > y
    assert page.canvas.pixels().min() < 128
    assert page.canvas.lines() == ()


def test_fonts_are_chosen_by_style_and_must_cover_ascii():
    rng = np.random.default_rng(0)
    assert all(pick_font(rng, FONTS, styles=("mono",)).style == "mono" for _ in range(9))
    pick_font(rng, FONTS, styles=("hand",))  # none there: any will do
    bold = relatives(FONTS[0], FONTS)
    assert FONTS[0] in bold
    assert len(bold) > 1
    capitals = replace(FONTS[0], upper_only=True)
    assert pick_font(rng, [capitals], capitals=True) == capitals
    with pytest.raises(DataError, match="ASCII"):
        pick_font(rng, [capitals])
    symbols = Path(FONTS[0].path).with_name("STIXSizFiveSymReg.ttf")
    with pytest.raises(DataError, match="ASCII"):
        pick_font(rng, [replace(FONTS[0], path=symbols)])


def test_sheets_are_about_as_large_as_the_page():
    rng = np.random.default_rng(0)
    sizes = np.array([sheet_size(rng, (400, 600)) for _ in range(50)])
    assert (sizes >= 0.84 * np.array([400, 600])).all()
    assert (sizes <= 1.21 * np.array([400, 600])).all()
    assert (sizes > (400, 600)).any()
