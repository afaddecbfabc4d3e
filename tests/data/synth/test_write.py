from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.labels import read_det_labels, read_rec_labels
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.pages import PAGE_KINDS
from ocrlib.data.synth.write import contact_sheet, draw_samples, write_samples
from ocrlib.errors import DataError
from ocrlib.images import read_image
from ocrlib.types import DetSample, TextInstance

FONTS = load_fonts("bundled")


@pytest.mark.parametrize("kind", ["words", "lines"])
def test_pictures_and_labels_match(tmp_path: Path, kind):
    label_file = write_samples(kind, 5, 3, tmp_path / "out", FONTS, picture_format="png")
    labels = read_rec_labels(label_file)
    samples = list(draw_samples(kind, 5, 3, FONTS))
    assert [label.text for label in labels] == [sample.text for sample in samples]
    for label, sample in zip(labels, samples, strict=True):
        np.testing.assert_array_equal(read_image(label.picture), sample.image)


def test_pages(tmp_path: Path):
    label_file = write_samples("pages", 2, 3, tmp_path, FONTS, size=(160, 192))
    labels = read_det_labels(label_file)
    assert label_file.name == "det.txt"
    assert len(labels) == 2
    assert read_image(labels[0].picture).shape == (160, 192, 3)
    samples = draw_samples("pages", 2, 3, FONTS, size=(160, 192))
    for label, sample in zip(labels, samples, strict=True):
        assert [i.text for i in label.instances if not i.ignore] == [
            i.text for i in sample.instances if not i.ignore
        ]


def test_pages_take_turns():
    samples = list(draw_samples("pages", len(PAGE_KINDS), 0, FONTS, size=(96, 96)))
    assert [sample.source for sample in samples] == [f"synth:{kind}" for kind in PAGE_KINDS]


def test_a_sample_does_not_depend_on_how_many_are_drawn():
    few, many = list(draw_samples("words", 2, 8, FONTS)), list(draw_samples("words", 6, 8, FONTS))
    np.testing.assert_array_equal(few[1].image, many[1].image)
    assert few[1].text == many[1].text
    assert next(iter(draw_samples("words", 1, 9, FONTS))).text != few[0].text


@pytest.mark.parametrize(
    ("kind", "count", "seed", "said"),
    [("poems", 1, 0, "poems"), ("words", 0, 0, "nothing"), ("words", 1, -1, "negative")],
)
def test_bad_requests_leave_nothing_behind(tmp_path: Path, kind, count, seed, said):
    with pytest.raises(DataError, match=said):
        write_samples(kind, count, seed, tmp_path / "out", FONTS)
    assert not (tmp_path / "out").exists()


def test_earlier_samples_are_not_overwritten(tmp_path: Path):
    write_samples("words", 1, 0, tmp_path, FONTS)
    with pytest.raises(DataError, match="written here before"):
        write_samples("words", 1, 1, tmp_path, FONTS)


def test_contact_sheet_of_words():
    samples = list(draw_samples("words", 5, 1, FONTS))
    sheet = contact_sheet(samples, 2, cell=(30, 90))
    assert sheet.shape == (3 * 34, 2 * 94, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[68:, 94:] == 225).all()  # the sixth cell is empty
    assert (sheet[68:, :94] != 225).any()


def test_contact_sheet_outlines_regions():
    square = np.array([[10, 10], [50, 10], [50, 50], [10, 50]], np.float32)
    blank = DetSample(np.zeros((64, 64, 3), np.uint8), (TextInstance(square, "x"),), "test")
    assert (contact_sheet([blank], 1, cell=(64, 64))[2:66, 2:66, 0] > 100).any()
    assert not (contact_sheet([blank], 1, cell=(64, 64), polygons=False)[2:66, 2:66]).any()


def test_contact_sheet_needs_samples_and_columns():
    with pytest.raises(DataError, match="no samples"):
        contact_sheet([], 3)
    with pytest.raises(DataError, match="column"):
        contact_sheet(list(draw_samples("words", 1, 0, FONTS)), 0)
