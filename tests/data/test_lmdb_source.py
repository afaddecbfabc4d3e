"""Crops in an LMDB folder."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from ocrlib.cli import main
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import rec_source
from ocrlib.data.labels import read_rec_labels
from ocrlib.data.lmdb_source import LmdbRec, pack_lmdb
from ocrlib.errors import DataError, ImageError
from ocrlib.images import read_image, write_image

lmdb = pytest.importorskip("lmdb")
TEXTS = ["Straße 7", "two words", "三"]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for i, _ in enumerate(TEXTS):
        write_image(tmp_path / f"{i}.png", rng.integers(0, 256, (8 + i, 20, 3)).astype(np.uint8))
    file = tmp_path / "rec.txt"
    rows = (f"{i}.png\t{text}\n" for i, text in enumerate(TEXTS))
    file.write_text("".join(rows), encoding="utf-8")
    return file


@pytest.fixture
def packed(labels: Path, tmp_path: Path) -> Path:
    pack_lmdb(read_rec_labels(labels), tmp_path / "packed")
    return tmp_path / "packed"


def rewrite(folder: Path, key: bytes, value: bytes | None) -> None:
    environment = lmdb.open(str(folder), map_size=1 << 24)
    with environment, environment.begin(write=True) as transaction:
        transaction.delete(key) if value is None else transaction.put(key, value)


def test_pixels_and_texts_come_back_also_in_another_process(labels: Path, packed: Path):
    rng = np.random.default_rng(0)
    source = pickle.loads(pickle.dumps(LmdbRec(packed, fold_case=True)))  # as workers get it
    assert len(source) == len(TEXTS)
    for i, label in enumerate(read_rec_labels(labels)):
        sample = source.sample(i, rng)
        np.testing.assert_array_equal(sample.image, read_image(label.picture))
        assert (sample.text, sample.fold_case) == (label.text, True)


def test_bytes_are_kept_as_they_are_and_numbers_start_at_one(labels: Path, packed: Path):
    environment = lmdb.open(str(packed), readonly=True, lock=False)
    with environment, environment.begin() as transaction:
        assert transaction.get(b"num-samples") == b"3"
        first = transaction.get(b"image-000000001")
        assert first == (labels.parent / "0.png").read_bytes()
        assert transaction.get(b"label-000000003").decode() == TEXTS[2]


def test_a_recipe_names_it_as_a_source(packed: Path):
    source = rec_source(SourceRecipe("lmdb", file=str(packed)), "refuse")
    assert source.sample(1, np.random.default_rng(0)).text == TEXTS[1]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        (b"num-samples", None, "num-samples should hold a count"),
        (b"num-samples", b"many", "num-samples should hold a count .got 'many'"),
        (b"num-samples", b"4", "fewer crops than num-samples says"),
    ],
)
def test_another_layout_is_refused(packed: Path, key: bytes, value: bytes | None, says: str):
    rewrite(packed, key, value)
    with pytest.raises(DataError, match=says):
        LmdbRec(packed)


@pytest.mark.parametrize(
    ("key", "value", "error", "says"),
    [
        (b"label-000000002", None, DataError, "image-000000002.*missing"),
        (b"label-000000002", b"\xff", DataError, "not UTF-8"),
        (b"image-000000002", b"\x89PNG", ImageError, "image-000000002.*not a picture"),
        (b"image-000000002", b"", ImageError, "empty"),
    ],
)
def test_a_bad_entry_says_which(packed: Path, key, value, error, says: str):
    rewrite(packed, key, value)
    source = LmdbRec(packed)
    assert source.sample(0, np.random.default_rng(0)).text == TEXTS[0]
    with pytest.raises(error, match=says):
        source.sample(1, np.random.default_rng(0))


def test_a_folder_without_it_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"cannot be opened as LMDB.*data\.mdb"):
        LmdbRec(tmp_path / "nothing")


def test_nothing_is_overwritten_and_nothing_half_done_stays(labels: Path, packed: Path, tmp_path):
    with pytest.raises(DataError, match="is there already"):
        pack_lmdb(read_rec_labels(labels), packed)
    (tmp_path / "1.png").unlink()
    with pytest.raises(DataError, match="cannot be packed"):
        pack_lmdb(read_rec_labels(labels), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_command_packs_one_part(labels: Path, tmp_path: Path, capsys):
    split = tmp_path / "split.tsv"
    split.write_text("0.png\ttrain\n1.png\tval\n2.png\ttrain\n", encoding="utf-8")
    out = tmp_path / "train"
    assert main(["data", "pack", str(labels), str(out), "--split", str(split)]) == 0
    assert "2 crops" in capsys.readouterr().out
    source = LmdbRec(out)
    texts = [source.sample(i, np.random.default_rng(0)).text for i in range(len(source))]
    assert texts == [TEXTS[0], TEXTS[2]]


def test_without_the_package_the_remedy_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lmdb", None)
    with pytest.raises(DataError, match="pip install lmdb"):
        pack_lmdb([], tmp_path / "packed")
