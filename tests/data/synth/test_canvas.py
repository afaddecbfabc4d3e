from __future__ import annotations

import numpy as np
import pytest

from ocrlib.data.synth.canvas import Canvas, fit
from ocrlib.data.synth.fonts import get_face, load_fonts

FACE = get_face(load_fonts("bundled")[0], 20)


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("tracking", [0.0, 4.0])
def test_boxes_hug_the_ink(align, tracking):
    canvas = Canvas(80, 400)
    canvas.write(200, 50, "Page 12", FACE, (0, 0, 0), align=align, tracking=tracking)
    (line,) = canvas.lines()
    assert line.text == "Page 12"
    dark = canvas.pixels()[..., 0] < 128
    for word in line.words:
        x0, y0, x1, y1 = (round(v) for v in word.box)
        inside = dark[y0:y1, x0:x1]
        assert inside[:2].any()
        assert inside[-2:].any()
        assert inside[:, :4].any()
        assert inside[:, -4:].any()
        dark[y0:y1, x0:x1] = False
    assert not dark.any()


def test_alignment_and_returned_end():
    canvas = Canvas(80, 400)
    length = FACE.getlength("Total")
    assert canvas.write(200, 40, "Total", FACE, (0, 0, 0), align="right") == pytest.approx(200)
    assert canvas.write(200, 40, "Total", FACE, (0, 0, 0)) == pytest.approx(200 + length)


def test_near_pieces_of_a_row_are_one_line_and_far_ones_are_two():
    for gap, expected in ((10, ["A B"]), (60, ["A", "B"])):
        canvas = Canvas(60, 300)
        end = canvas.write(10, 40, "A", FACE, (0, 0, 0), row=1)
        canvas.write(end + gap, 40, "B", FACE, (0, 0, 0), row=1)
        assert sorted(line.text for line in canvas.lines()) == expected
    canvas = Canvas(60, 300)
    end = canvas.write(10, 40, "A", FACE, (0, 0, 0))  # no row: never merged
    canvas.write(end + 10, 40, "B", FACE, (0, 0, 0))
    assert len(canvas.lines()) == 2


def test_what_is_not_text_or_not_on_the_sheet_is_not_labelled():
    canvas = Canvas(60, 300)
    canvas.write(10, 40, "-----", FACE, (0, 0, 0))
    canvas.write(10, 40, "scribble", FACE, (0, 0, 0), label=False)
    assert canvas.pixels().min() == 0
    canvas.write(10, 200, "below", FACE, (0, 0, 0))
    canvas.write(900, 40, "right", FACE, (0, 0, 0))
    assert canvas.lines() == ()


def test_fit_keeps_whole_words():
    text = "one two three"
    assert fit(text, FACE, 1000) == text
    assert fit(text, FACE, FACE.getlength("one two") + 1) == "one two"
    assert fit(text, FACE, 3) == ""


def test_paste_puts_a_picture_in_place():
    canvas = Canvas(20, 20)
    canvas.paste(np.zeros((5, 6, 3), np.uint8), left=2, top=3)
    pixels = canvas.pixels()
    assert (pixels[3:8, 2:8] == 0).all()
    assert (pixels == 0).sum() == 5 * 6 * 3
