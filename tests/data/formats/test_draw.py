"""Drawn labels: the picture stays, outlines lie on its regions."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ocrlib.data.formats.draw import COUNTS, IGNORED, draw_labels, draw_regions
from ocrlib.errors import DataError, ImageError, LabelError
from ocrlib.types import TextInstance

BOX = np.array([[20, 30], [120, 30], [120, 60], [20, 60]], np.float32)


def differs(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(pixels.astype(int) - colour).max(axis=1)


def test_outlines_and_nothing_else():
    image = np.full((100, 160, 3), 255, np.uint8)
    drawn = draw_regions(image, (TextInstance(BOX, "x"),))
    assert (image == 255).all()
    assert differs(drawn[57:63, 60], COUNTS).min() < 40
    assert differs(drawn[57:63, 60], COUNTS).max() > 100
    changed = np.argwhere((drawn != 255).any(axis=2))
    near = (np.abs(changed[:, [1]] - [20, 120]).min(1) <= 2) | (
        np.abs(changed[:, [0]] - [30, 60]).min(1) <= 2
    )
    label = (changed < [34, 40]).all(axis=1)  # number and dot at the first corner
    assert (near | label).all()
    faint = draw_regions(image, (TextInstance(BOX, "x", ignore=True),))
    assert differs(faint[45, 117:123], IGNORED).min() < 40


def test_corners_far_outside_do_no_harm():
    image = np.zeros((20, 20, 3), np.uint8)
    assert draw_regions(image, (TextInstance(BOX * 1e6, "x"),)).shape == (20, 20, 3)


def test_files(tmp_path):
    for name in "abc":
        Image.new("RGB", (160, 100), "white").save(tmp_path / f"{name}.png")
    file = tmp_path / "det.txt"
    region = '[{"transcription": "x", "points": [[20, 30], [120, 30], [120, 60], [20, 60]]}]'
    file.write_text("".join(f"{name}.png\t{region}\n" for name in "abc"), encoding="utf-8")
    drawn = list(draw_labels(file, tmp_path / "out", "det", count=2))
    assert [path.name for path in drawn] == ["001_a.png", "002_b.png"]
    with Image.open(drawn[0]) as image:
        assert (np.asarray(image) != 255).any()
    with pytest.raises(DataError, match="at least one"):
        list(draw_labels(file, tmp_path / "out", "det", count=0))
    file.write_text("none.png\t[]\n", encoding="utf-8")
    with pytest.raises(ImageError, match=r"none\.png"):
        list(draw_labels(file, tmp_path / "out", "det"))
    file.write_text("none.png\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"det\.txt:1"):
        list(draw_labels(file, tmp_path / "out", "det"))
