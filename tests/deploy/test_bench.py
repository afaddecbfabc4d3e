from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from ocrlib.data.label_lines import DetLabel, RecLabel
from ocrlib.data.labels import write_det_labels, write_rec_labels, write_split
from ocrlib.deploy.bench import (
    PROTOCOLS,
    Item,
    Program,
    Protocol,
    Score,
    load_items,
    python_of,
    run_protocol,
)
from ocrlib.errors import DataError, OcrError
from ocrlib.types import TextInstance

PAGES = Protocol("pages", "set", "pages", "split.tsv", "pages of the test")
WORDS = Protocol("words", "set", "words", None, "words of the test")
PEERS = Path(__file__).parents[2] / ".venv-peers"

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)
needs_peers = pytest.mark.skipif(
    not (PEERS / "bin" / "python").exists(), reason="make peers was not run"
)


def box(x: float, y: float, w: float, h: float) -> np.ndarray:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


@pytest.fixture
def data(tiny_bundles, tmp_path: Path) -> Path:
    """A data set in the tiny bundles' script: three pages, two of them for reports, four crops."""
    folder = tmp_path / "data" / "set"
    (folder / "images").mkdir(parents=True)
    labels, parts = [], {}
    for i, (words, part) in enumerate(
        [(("rgb", "gg"), "report"), (("bb", "r"), "report"), (("bg", "rr"), "train")]
    ):
        page = tiny_bundles.page({(20, 20): words[0], (20, 70): words[1]}, (120, 200))
        path = folder / "images" / f"页 {i}.png"
        Image.fromarray(page).save(path)
        instances = tuple(
            TextInstance(box(20, 20 + 50 * k, 24 * len(word) - 1, 23), word)
            for k, word in enumerate(words)
        )
        labels.append(DetLabel(path, instances, folder / "det.txt", i + 1))
        parts[f"images/{path.name}"] = part
    write_det_labels(folder / "det.txt", labels)
    write_split(folder / "split.tsv", parts)
    crops = []
    for i, word in enumerate(("rgb", "bb", "g", "RR!")):
        path = folder / "images" / f"crop {i}.png"
        Image.fromarray(tiny_bundles.line(word.strip("!").lower())).save(path)
        crops.append(RecLabel(path, word, folder / "rec.txt", i + 1))
    write_rec_labels(folder / "rec.txt", crops)
    return folder.parent


@pytest.fixture
def text_picture(tmp_path: Path) -> Path:
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 32)
    page = Image.new("RGB", (700, 200), "white")
    draw = ImageDraw.Draw(page)
    draw.text((40, 30), "Invoice number 4711", "black", font)
    draw.text((40, 110), "Thank you for your visit", "black", font)
    page.save(tmp_path / "one page.png")
    return tmp_path / "one page.png"


def test_items_are_the_report_part_or_the_whole_set(data: Path):
    pages = load_items(PAGES, data)
    assert [item.picture.name for item in pages] == ["页 0.png", "页 1.png"]
    assert [instance.text for instance in pages[0].instances] == ["rgb", "gg"]
    assert [item.instances[0].text for item in load_items(WORDS, data)] == ["rgb", "bb", "g", "RR!"]
    assert [i.instances[0].text for i in load_items(WORDS, data, limit=2)] == ["rgb", "g"]
    assert len(load_items(WORDS, data, limit=99)) == 4


def test_missing_sets_and_empty_parts(data: Path):
    with pytest.raises(DataError, match="not there"):
        load_items(PAGES, data / "nowhere")
    write_split(data / "set" / "split.tsv", {"images/页 0.png": "val"})
    with pytest.raises(DataError, match="report"):
        load_items(PAGES, data)


def test_our_pages_are_scored(data: Path, tiny_bundles):
    program = Program(
        "ocrlib", "pages", Path(sys.executable), [str(tiny_bundles.det), str(tiny_bundles.rec)]
    )
    items = load_items(PAGES, data)
    try:
        figures, failures = run_protocol(PAGES, items, [program])
    finally:
        program.close()
    assert failures == []
    ours = figures["ocrlib"]
    assert ours["words"] == {"precision": 1, "recall": 1, "hmean": 1}
    assert ours["detection"] == {"precision": 1, "recall": 1, "hmean": 1}
    assert 0 < ours["median_ms"] <= ours["p95_ms"]
    assert ours["median_cpu_ms"] > 0
    assert 20 < ours["peak_mb"] < 300
    assert ours["failed"] == 0
    assert program.about["model_mb"] >= 0
    assert program.about["version"]


def test_our_words_are_scored_and_failures_counted(data: Path, tiny_bundles):
    items = load_items(WORDS, data)
    items[1] = Item(data / "none.png", items[1].instances)
    program = Program(
        "ocrlib", "words", Path(sys.executable), [str(tiny_bundles.det), str(tiny_bundles.rec)]
    )
    try:
        figures, failures = run_protocol(WORDS, items, [program])
    finally:
        program.close()
    assert figures["ocrlib"]["accuracy"] == 0.75  # "RR!" counts as "rr"
    assert figures["ocrlib"]["failed"] == 1
    assert len(failures) == 1
    assert "none.png" in failures[0]


def test_pages_by_hand():
    item = Item(
        Path("a.png"),
        (
            TextInstance(box(0, 0, 100, 20), "Total 5.00"),
            TextInstance(box(0, 40, 100, 20), "Thanks"),
            TextInstance(box(0, 80, 100, 20), "###", ignore=True),
        ),
    )
    score = Score(PAGES)
    lines = [
        {"polygon": box(2, 0, 98, 20).tolist(), "text": "TOTAL 5,00"},
        {"polygon": box(0, 80, 100, 20).tolist(), "text": "unreadable"},
    ]
    score.add(item, {"lines": lines, "ms": 10.0, "cpu_ms": 8.0, "peak_mb": 50.0})
    score.add(item, {"error": "Oops: no", "peak_mb": 60.0})
    figures = score.compute()
    # Words: total, 5,00, unreadable were read; twice total, 5.00, thanks are written.
    assert figures["words"]["precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["words"]["recall"] == pytest.approx(1 / 6, abs=1e-4)
    assert figures["detection"]["precision"] == 1  # what lies in an ignored region does not count
    assert figures["detection"]["recall"] == 0.25
    assert (figures["median_ms"], figures["peak_mb"], figures["failed"]) == (10, 60, 1)


def test_programs_take_turns():
    seen = []

    class Fake:
        def __init__(self, name: str) -> None:
            self.name = name

        def read(self, picture: Path) -> dict:
            seen.append((self.name, picture.name))
            return {
                "lines": [{"polygon": None, "text": "a"}],
                "ms": 1.0,
                "cpu_ms": 1.0,
                "peak_mb": 1.0,
            }

    items = [Item(Path(name), (TextInstance(box(0, 0, 1, 1), "a"),)) for name in ("1", "2")]
    figures, _ = run_protocol(WORDS, items, [Fake("x"), Fake("y")])
    assert seen == [(p, n) for n in ("1", "1", "2") for p in ("x", "y")]  # the first is warm-up
    assert figures["x"]["accuracy"] == 1


@needs_tesseract
def test_tesseract_reads_a_page_and_a_line(text_picture: Path):
    program = Program("tesseract", "pages", python_of("tesseract", PEERS))
    try:
        answer = program.read(text_picture)
        assert [line["text"] for line in answer["lines"]] == [
            "Invoice number 4711",
            "Thank you for your visit",
        ]
        corners = np.array(answer["lines"][0]["polygon"])
        assert 35 < corners[:, 0].min() < 50
        assert 30 < corners[:, 1].min() < 50
        assert answer["ms"] > 1
        assert answer["cpu_ms"] > 1
        assert 20 < answer["peak_mb"] < 500
        assert "error" in program.read(text_picture.with_name("none.png"))
        assert program.about["version"][0].isdigit()
        assert program.about["model_mb"] > 0.5
    finally:
        program.close()


@needs_peers
@pytest.mark.slow
def test_rapidocr_reads_a_page_and_a_line(text_picture: Path):
    for mode in ("pages", "lines"):
        program = Program("rapidocr", mode, python_of("rapidocr", PEERS))
        try:
            answer = program.read(text_picture)
            assert program.about["model_mb"] > 5
        finally:
            program.close()
        if mode == "pages":
            assert "4711" in answer["lines"][0]["text"]
            assert len(answer["lines"][0]["polygon"]) == 4


def test_programs_that_cannot_start_are_one_line(tmp_path: Path):
    with pytest.raises(OcrError, match="rapidocr cannot be started"):
        Program("rapidocr", "pages", tmp_path / "python")
    with pytest.raises(OcrError, match=r"ocrlib stopped: .*no bundle 'nothing'") as caught:
        Program("ocrlib", "pages", Path(sys.executable), ["nothing", "nothing"])
    assert "\n" not in str(caught.value)


def test_protocols_have_their_own_names_and_known_modes():
    names = [protocol.name for protocol in PROTOCOLS]
    assert len(names) == len(set(names))
    assert {protocol.mode for protocol in PROTOCOLS} == {"pages", "scenes", "lines", "words"}
