"""The committed sample set is what its card says, and the commands there still make it."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ocrlib.data.labels import read_det_labels, read_rec_labels
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.write import draw_samples
from ocrlib.data.validate import validate_labels
from ocrlib.images import read_image

SAMPLES = Path(__file__).resolve().parents[3] / "datasets" / "samples"
COMMAND = re.compile(r"--kind (\w+) --count (\d+) --seed (\d+) --out datasets/samples/(\w+)")
COMMANDS = COMMAND.findall((SAMPLES / "README.md").read_text(encoding="utf-8"))


def test_the_card_names_every_folder():
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()}
    assert {command[3] for command in COMMANDS} == folders == {"words", "lines", "pages"}


def test_small_enough_to_be_committed():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 3_000_000


@pytest.mark.parametrize(("kind", "count", "seed", "folder"), COMMANDS)
def test_labels_are_complete_and_faultless(kind, count, seed, folder):
    file = SAMPLES / folder / ("det.txt" if kind == "pages" else "rec.txt")
    labels = read_det_labels(file) if kind == "pages" else read_rec_labels(file)
    assert len(labels) == int(count)
    assert len(list((SAMPLES / folder / "images").iterdir())) == int(count)
    report = validate_labels(file)
    assert report.errors == 0, report.problems


@pytest.mark.parametrize(("kind", "count", "seed", "folder"), COMMANDS)
def test_the_command_still_makes_them(kind, count, seed, folder):
    few = 2 if kind == "pages" else 12
    samples = islice(draw_samples(kind, int(count), int(seed), load_fonts("bundled")), few)
    file = SAMPLES / folder / ("det.txt" if kind == "pages" else "rec.txt")
    labels = read_det_labels(file) if kind == "pages" else read_rec_labels(file)
    for label, sample in zip(labels[:few], samples, strict=True):
        if kind == "pages":
            wanted = [one.text for one in sample.instances if not one.ignore]
            assert [one.text for one in label.instances if not one.ignore] == wanted
        else:
            assert label.text == sample.text
        stored = read_image(label.picture).astype(np.float32)  # after JPEG
        assert stored.shape == sample.image.shape
        assert np.abs(stored - sample.image).mean() < 12
