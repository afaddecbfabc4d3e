from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocrlib.charset import Charset
from ocrlib.config import recipe_from_dict
from ocrlib.config_sources import SourceRecipe
from ocrlib.data.build import (
    build_charset,
    build_chunks,
    det_eval_samples,
    det_source,
    example_images,
    rec_eval_samples,
    rec_source,
    used_data,
    used_fonts,
)
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.errors import DataError, RecipeError
from ocrlib.preprocess import RecPreprocess

TEXT = {"kind": "synth-text", "fonts": "bundled", "words_ratio": 0.9}
PAGES = {"kind": "synth-pages", "fonts": "bundled", "size": 384}


def recipe(task: str, **data):
    source = TEXT if task == "rec" else PAGES
    return recipe_from_dict(
        {
            "name": "tiny",
            "task": task,
            "model": {"architecture": f"{task}_lite"},
            "data": {"sources": [source], "chunk": 24, "crop": 256, **data},
            "train": {"steps": 2, "warmup": 0, "batch": 4},
            "eval": [{"name": "renders", "count": 3, "source": source}],
        }
    )


def test_rec_batches_of_a_recipe():
    maker = build_chunks(recipe("rec"))
    chunk = pickle.loads(pickle.dumps(maker)).chunk(0)
    again = maker.chunk(0)
    assert chunk.batches
    for one, two in zip(chunk.batches, again.batches, strict=True):
        assert all((one[name] == two[name]).all() for name in one)


def test_det_batches_of_a_recipe():
    chunk = build_chunks(recipe("det", chunk=4, crops_per_page=2)).chunk(0)
    assert [batch["image"].shape for batch in chunk.batches] == [(4, 3, 256, 256)]
    assert chunk.batches[0]["shrink_map"].max() == 1


def test_the_shrink_ratio_follows_the_run_and_not_the_worker():
    plan = recipe("det", chunk=4, shrink_ratio=0.4, shrink_ratio_end=0.8)
    plan = replace(plan, train=replace(plan.train, steps=6, batch=2, accumulate=2))
    ratios = [build_chunks(plan).shrink_ratio_of(number) for number in range(8)]
    # 12 batches, two a chunk
    assert ratios == pytest.approx([0.4 + 0.4 * min(1, n / 6) for n in range(8)])
    shared = build_chunks(plan, processes=2)
    assert shared.shrink_ratio_of(6) == pytest.approx(0.6)
    constant = build_chunks(recipe("det", chunk=4))
    assert {constant.shrink_ratio_of(number) for number in range(9)} == {0.4}


def test_evaluation_samples_are_the_same_every_time():
    for task, samples_of in (("det", det_eval_samples), ("rec", rec_eval_samples)):
        entry = recipe(task).eval[0]
        first, again = samples_of(entry, "refuse"), samples_of(entry, "refuse")
        assert len(first) == 3
        assert all((a.image == b.image).all() for a, b in zip(first, again, strict=True))
        other = samples_of(replace(entry, seed=5), "refuse")
        assert any(
            a.image.tobytes() != b.image.tobytes() for a, b in zip(first, other, strict=True)
        )


def test_sources_of_the_wrong_kind_are_refused():
    with pytest.raises(RecipeError, match="detector cannot learn"):
        det_source(recipe("rec").data.sources[0], "refuse")
    with pytest.raises(RecipeError, match="recogniser cannot learn"):
        rec_source(recipe("det").data.sources[0], "refuse")


def test_a_charset_of_its_own(tmp_path):
    file = tmp_path / "chars.txt"
    file.write_text("a\nb\n", encoding="utf-8")
    plan = recipe("rec")
    assert build_charset(plan).size == 96
    own = replace(plan, model=replace(plan.model, charset=str(file)))
    assert build_charset(own).characters == "ab "


def test_what_the_bundles_card_needs():
    assert used_data(recipe("rec")) == (
        {"name": "synth-text", "licence": "rendered by this project", "use": "train"},
    )
    fonts = used_fonts(recipe("rec"))
    assert {font["family"] for font in fonts} == {f.family for f in load_fonts("bundled")}
    assert all(len(font["sha256"]) == 64 for font in fonts)
    images = example_images(recipe("det"))
    assert [image.dtype for image in images] == [np.uint8] * 3


def test_workers_that_prepare_data_do_not_import_paddle():
    code = (
        "import sys, ocrlib.data.build; print(sorted({'paddle', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


def images(maker) -> list[bytes]:
    return [batch["image"].tobytes() for batch in maker.chunk(0).batches]


def test_a_list_of_augmentations_is_used_and_its_default_is_what_happens_without_one():
    plain = images(build_chunks(recipe("rec")))
    assert images(build_chunks(recipe("rec", augment=False))) != plain
    some = [{"name": "tia"}, {"name": "rand-augment", "probability": 0.5}]
    maker = build_chunks(recipe("rec", rec_augment=some))
    assert images(maker) != plain
    assert images(pickle.loads(pickle.dumps(maker))) == images(maker)


def test_texts_are_joined_when_the_list_says_so():
    steps = [{"name": "concatenate", "probability": 0.9}]
    lengths = [
        np.concatenate([b["length"] for b in build_chunks(one).chunk(0).batches])
        for one in (recipe("rec", augment=False), recipe("rec", rec_augment=steps))
    ]
    assert lengths[1].mean() > 1.3 * lengths[0].mean()


def test_labels_too_long_for_the_networks_columns_are_refused_before_training(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((32, 32, 3), np.uint8))
    (tmp_path / "rec.txt").write_text("a.png\tstart\n", encoding="utf-8")
    source = SourceRecipe("labels", file=str(tmp_path / "rec.txt"))
    charset = Charset.english()
    assert len(rec_source(source, "refuse", charset, RecPreprocess(), 4)) == 1  # 8 columns
    with pytest.raises(DataError, match="the text needs 5 time steps"):
        rec_source(source, "refuse", charset, RecPreprocess(), 8)
    (tmp_path / "rec.txt").write_text("a.png\taAaAa\n", encoding="utf-8")
    assert len(rec_source(source, "refuse", charset)) == 1  # 5 columns of 8
    with pytest.raises(DataError, match="the text needs 9 time steps"):
        rec_source(replace(source, case="fold"), "refuse", charset)
