"""``ocrlib eval --sweep``."""

from __future__ import annotations

import json

import pytest

from ocrlib.cli import main
from ocrlib.data.labels import DetLabel, write_det_labels
from ocrlib.images import write_image
from ocrlib.types import TextInstance


@pytest.fixture
def labels(tmp_path, tiny_bundles):
    """A page of two lines that the tiny detector finds, a little too small."""
    import numpy as np

    page = tiny_bundles.page({(20, 30): "rgbrgb", (20, 90): "bgr"}, (160, 240))
    write_image(tmp_path / "page.png", page)
    boxes = [
        np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        for x0, y0, x1, y1 in ((18, 28, 166, 56), (18, 88, 94, 116))
    ]
    lines = tuple(TextInstance(box, "x") for box in boxes)
    file = tmp_path / "det.txt"
    write_det_labels(file, [DetLabel(tmp_path / "page.png", lines, file, 1)])
    return file


def test_sweep_names_the_best_combination(labels, tiny_bundles, tmp_path, capsys):
    out = tmp_path / "sweep.json"
    arguments = ["eval", str(tiny_bundles.det), str(labels), "--part", "val", "--sweep"]
    assert main([*arguments, "--iou", "0.8", "--json-file", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "in use: thresh 0.3, box_thresh 0.6, unclip_ratio 0.1" in printed
    assert "report it on other pictures" in printed
    content = json.loads(out.read_text())
    assert (content["part"], content["pictures"], content["iou"]) == ("val", 1, 0.8)
    assert len(content["trials"]) == 4 * 4 * 6  # the bundle's unclip ratio is one more
    assert content["best"]["hmean"] == max(trial["hmean"] for trial in content["trials"])
    assert content["best"]["hmean"] >= content["in_use"]["hmean"]
    assert {trial["hmean"] for trial in content["trials"]} > {content["best"]["hmean"]}


def test_nothing_is_chosen_on_the_report_part(labels, tiny_bundles, capsys):
    assert main(["eval", str(tiny_bundles.det), str(labels), "--sweep"]) == 2
    error = capsys.readouterr().err
    assert "never choose anything on the report part" in error
    assert error.count("\n") == 1


def test_a_recogniser_has_nothing_to_sweep(labels, tiny_bundles, capsys):
    assert main(["eval", str(tiny_bundles.rec), str(labels), "--part", "val", "--sweep"]) == 2
    assert "only a detector has post-processing" in capsys.readouterr().err


def test_the_overlap_asked_for_counts(labels, tiny_bundles, tmp_path):
    results = []
    for iou in ("0.5", "0.95"):
        out = tmp_path / "figures.json"
        arguments = ["eval", str(tiny_bundles.det), str(labels), "--json-file", str(out)]
        assert main([*arguments, "--iou", iou]) == 0
        results.append(json.loads(out.read_text())["hmean"])
    assert results == [1.0, 0.0]


def test_texts_that_the_charset_cannot_spell_are_counted_and_said(tiny_bundles, tmp_path, capsys):
    page = tiny_bundles.page({(4, 4): "rgb"}, (36, 84))
    lines = []
    for name, text in (("a", "rgb"), ("b", "r號b"), ("c", "號碼")):
        write_image(tmp_path / f"{name}.png", page)
        lines.append(f"{name}.png\t{text}\n")
    file = tmp_path / "rec.txt"
    file.write_text("".join(lines), encoding="utf-8")
    out = tmp_path / "figures.json"
    assert main(["eval", str(tiny_bundles.rec), str(file), "--json-file", str(out)]) == 0
    assert "2 texts have characters outside the charset: 號 碼" in capsys.readouterr().out
    content = json.loads(out.read_text())
    assert content["outside_charset"] == 2
    assert content["accuracy"] <= 1 / 3  # such texts count as misread
