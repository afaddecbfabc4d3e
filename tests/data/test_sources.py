from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.data.labels import DetLabel, RecLabel, write_det_labels, write_rec_labels, write_split
from ocrlib.data.sources import CroppedLines, LabelledDet, LabelledRec, Mixture
from ocrlib.errors import DataError
from ocrlib.geometry import crop_quad
from ocrlib.images import write_image
from ocrlib.types import RecSample, TextInstance

RNG = np.random.default_rng


def box(x: float, y: float, w: float, h: float) -> np.ndarray:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


@pytest.fixture
def pages(tmp_path) -> Path:
    """Two noisy pages: a line, a don't-care region, a tall one; a tilted line."""
    (tmp_path / "images").mkdir()
    labels = []
    tilted = np.array([[20, 10], [90, 20], [88, 34], [18, 24]], np.float32)
    regions = [
        [(box(10, 10, 60, 12), "Hello"), (box(10, 40, 60, 12), "###"), (box(80, 10, 6, 30), "1")],
        [(tilted, "TILTED 5")],
    ]
    for i, region in enumerate(regions):
        picture = tmp_path / "images" / f"{i}.png"
        write_image(picture, RNG(i).integers(0, 256, (60, 100, 3), dtype=np.uint8))
        instances = tuple(TextInstance(p, text, text == "###") for p, text in region)
        labels.append(DetLabel(picture, instances, tmp_path / "det.txt", i + 1))
    write_det_labels(tmp_path / "det.txt", labels)
    write_split(tmp_path / "split.tsv", {"images/0.png": "train", "images/1.png": "val"})
    return tmp_path


@pytest.fixture
def crops(tmp_path) -> Path:
    labels = []
    for i, text in enumerate(["one", "Two", "é", "four"]):
        picture = tmp_path / f"{i}.png"
        write_image(picture, np.full((32, 60, 3), 40 * i, np.uint8))
        labels.append(RecLabel(picture, text, tmp_path / "rec.txt", i + 1))
    write_rec_labels(tmp_path / "rec.txt", labels)
    write_split(
        tmp_path / "split.tsv", {"0.png": "train", "1.png": "val", "2.png": "val", "3.png": "train"}
    )
    return tmp_path


def test_labelled_pages_by_part(pages):
    assert len(LabelledDet(pages / "det.txt")) == 2
    train = LabelledDet(pages / "det.txt", pages / "split.tsv", "train")
    assert len(train) == 1
    sample = train.sample(0, RNG(0))
    assert sample.image.shape == (60, 100, 3)
    assert [i.text for i in sample.instances] == ["Hello", "###", "1"]
    assert [i.ignore for i in sample.instances] == [False, True, False]
    assert sample.source == f"{pages / 'det.txt'}:1"


def test_a_part_without_pictures_is_refused(pages):
    with pytest.raises(DataError, match="no usable label of part report"):
        LabelledDet(pages / "det.txt", pages / "split.tsv", "report")


def test_labelled_crops_by_part(crops):
    train = LabelledRec(crops / "rec.txt", crops / "split.tsv", "train", fold_case=True)
    samples = [train.sample(i, RNG(0)) for i in range(len(train))]
    assert [s.text for s in samples] == ["one", "four"]
    assert [int(s.image[0, 0, 0]) for s in samples] == [0, 120]
    assert all(s.fold_case for s in samples)
    assert not LabelledRec(crops / "rec.txt").sample(0, RNG(0)).fold_case


def test_bad_label_lines_are_refused_or_counted(crops):
    file = crops / "rec.txt"
    with file.open("a") as out:
        out.write("no tab here\nmissing.png\ttext\n")
    with pytest.raises(DataError, match=r"2 of 6 label lines cannot be used.*on_bad = 'skip'"):
        LabelledRec(file)
    source = LabelledRec(file, on_bad="skip")
    assert len(source) == 4
    assert source.skipped == {"label lines with errors": 2}
    source = LabelledRec(file, on_bad="skip", charset=Charset.english())
    assert [label.text for label in source.labels] == ["one", "Two", "four"]
    assert source.skipped == {"label lines with errors": 3}


def test_bad_label_lines_of_pages_are_refused_or_counted(pages):
    with (pages / "det.txt").open("a") as out:
        out.write('images/0.png\t[{"transcription": "x", "points": [[1, 2], [3, 4], [5, 6]]}]\n')
    for source in (LabelledDet, CroppedLines):
        with pytest.raises(DataError, match="1 of 3 label lines"):
            source(pages / "det.txt")
        assert source(pages / "det.txt", on_bad="skip").skipped["label lines with errors"] == 1


def test_cropped_lines_are_those_that_reading_would_cut(pages):
    source = CroppedLines(pages / "det.txt", jitter=0.0)
    assert [text for _, _, text in source.lines] == ["Hello", "TILTED 5"]
    assert source.skipped == {"region without text": 1, "region taller than wide": 1}
    whole = LabelledDet(pages / "det.txt")
    for index, region in enumerate([(0, 0), (1, 0)]):
        page = whole.sample(region[0], RNG(0))
        wanted = crop_quad(page.image, page.instances[region[1]].polygon)
        found = source.sample(index, RNG(0)).image
        assert found.shape == wanted.shape
        assert np.abs(found.astype(int) - wanted).max() <= 2  # rounding of the cubic weights


def test_jitter_moves_the_corners_and_is_reproducible(pages):
    source = CroppedLines(pages / "det.txt", jitter=0.2)
    first, again, other = (source.sample(1, RNG(seed)).image for seed in (1, 1, 2))
    assert (first == again).all()
    assert first.shape != other.shape or (first != other).any()


def test_the_cache_is_left_behind_on_the_way_to_a_worker(pages):
    source = CroppedLines(pages / "det.txt")
    before = source.sample(0, RNG(3)).image
    assert source._cuts
    copy = pickle.loads(pickle.dumps(source))
    assert not copy._cuts
    assert (copy.sample(0, RNG(3)).image == before).all()


def test_no_line_at_all_is_refused(pages):
    labels = LabelledDet(pages / "det.txt").labels
    ignored = tuple(TextInstance(i.polygon, "###", True) for i in labels[0].instances)
    write_det_labels(
        pages / "det.txt", [DetLabel(labels[0].picture, ignored, pages / "det.txt", 1)]
    )
    with pytest.raises(DataError, match="no usable line"):
        CroppedLines(pages / "det.txt")


class Constant:
    def __init__(self, text: str, length: int) -> None:
        self.text, self.length = text, length

    def __len__(self) -> int:
        return self.length

    def sample(self, index, rng):
        assert 0 <= index < self.length
        return RecSample(np.zeros((1, 1, 3), np.uint8), self.text, str(index))


def test_a_mixture_keeps_the_ratios_and_reaches_every_sample():
    mixture = Mixture([Constant("a", 3), Constant("b", 5)], [3, 1], 10)
    assert len(mixture) == 10
    samples = [mixture.sample(0, RNG([1, i])) for i in range(2000)]
    share = sum(s.text == "a" for s in samples) / 2000
    assert abs(share - 0.75) < 0.04  # four standard deviations
    assert {s.source for s in samples if s.text == "b"} == set("01234")


@pytest.mark.parametrize("ratios", [[], [1], [1, 0], [1, -1]])
def test_a_mixture_without_sensible_ratios_is_refused(ratios):
    with pytest.raises(DataError, match="positive ratio"):
        Mixture([Constant("a", 1), Constant("b", 1)], ratios, 10)
