from __future__ import annotations

from io import BytesIO

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from ocrlib import preprocess
from ocrlib.charset import Charset
from ocrlib.explore import plot
from ocrlib.types import Detection, DetSample, Page, TextInstance, TextLine


@pytest.fixture(autouse=True)
def _figures():
    plt.close("all")
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # nothing may go wrong when it is really drawn
    plt.close("all")


@pytest.fixture
def image() -> np.ndarray:
    return np.full((60, 100, 3), 200, np.uint8)


def box(x: float, y: float) -> np.ndarray:
    return np.array([[x, y], [x + 30, y], [x + 30, y + 10], [x, y + 10]], np.float32)


def texts(ax: plt.Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_images_in_a_grid(image: np.ndarray):
    plot.show_images([image, image[:, :, 0], image[:20]], titles=["a", "b", "c"], columns=2)
    axes = plt.gcf().axes
    assert [len(ax.images) for ax in axes] == [1, 1, 1, 0]
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", ""]


def test_samples_in_a_grid(image: np.ndarray):
    texts = (TextInstance(box(80, 5), "juts out"), TextInstance(box(5, 5), "", ignore=True))
    pages = [DetSample(image, texts, "a"), DetSample(image, texts[:1], "b")]
    plot.show_samples(pages, ["before", "after"], columns=2)
    first, second = plt.gcf().axes
    assert [patch.get_linestyle() for patch in first.patches] == ["-", ":"]
    assert len(second.patches) == 1
    assert second.get_title() == "after"
    assert first.get_xlim() == (-0.5, 99.5)
    plt.close("all")
    plot.show_samples([])
    assert plt.get_fignums() == []


def test_images_of_extreme_shapes_and_none():
    plot.show_images([np.zeros((2, 900, 3), np.uint8), np.zeros((900, 2, 3), np.uint8)])
    assert max(plt.gcf().get_size_inches()) < 20
    plt.close("all")
    plot.show_images([])
    assert plt.get_fignums() == []


def test_as_many_titles_as_pictures(image: np.ndarray):
    with pytest.raises(ValueError, match="2 pictures but 1 titles"):
        plot.show_images([image, image], titles=["a"])


def test_regions_of_every_kind(image: np.ndarray):
    regions = [
        box(5, 5),
        Detection(box(5, 20), 0.5),
        TextLine(box(5, 35), "hi", 0.9, 0.8),
        TextInstance(box(50, 5), "###", ignore=True),
    ]
    plot.show_regions(image, regions, labels="number")
    ax = plt.gca()
    assert len(ax.patches) == 4
    assert texts(ax) == ["1", "2", "3", "4"]
    assert [patch.get_linestyle() for patch in ax.patches] == ["-", "-", "-", ":"]
    plot.show_regions(image, regions[2:], labels="text", ax=ax)
    assert len(ax.images) == 1
    assert texts(ax)[4:] == ["hi", "###"]


def test_labels_given_or_scores(image: np.ndarray):
    plot.show_regions(image, [Detection(box(5, 20), 0.5)], labels="score")
    assert texts(plt.gca()) == ["0.50"]
    plot.show_regions(image, [box(5, 20)], labels=["mine"])
    assert texts(plt.gca()) == ["mine"]
    plot.show_regions(image, [box(5, 20)])
    assert texts(plt.gca()) == []


def test_page_has_a_path_in_reading_order(image: np.ndarray):
    lines = tuple(TextLine(box(x, y), t, 1, 1) for x, y, t in [(60, 5, "b"), (5, 40, "a")])
    plot.show_page(image, Page(lines, (60, 100)))
    (path,) = plt.gca().lines
    np.testing.assert_allclose(path.get_xydata(), [[75, 10], [20, 45]])
    plt.close("all")
    plot.show_page(image, Page((), (60, 100)))
    assert list(plt.gca().lines) == []


def test_heat_covers_the_picture_whatever_its_size(image: np.ndarray):
    plot.show_heat(image, np.random.default_rng(0).random((15, 25)), "probability")
    ax = plt.gcf().axes[0]
    for shown in ax.images:
        assert tuple(shown.get_extent()) == (-0.5, 99.5, 59.5, -0.5)
    assert ax.get_title() == "probability"


def test_curves(image: np.ndarray):
    plot.show_curves({"a": ([0, 1], [1, 2]), "b": ([0, 1], [1, 3])}, ylabel="loss", log=True)
    ax = plt.gca()
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert ax.get_yscale() == "log"


def test_lattice_shows_path_blank_and_space(image: np.ndarray):
    charset = Charset("ab")
    logits = np.full((6, charset.size), -5, np.float32)
    for step, class_ in enumerate([0, 1, 1, 3, 2, 0]):
        logits[step, class_] = 5
    plot.show_lattice(logits, charset, crop=image)
    ax = plt.gcf().axes[-1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "␣", "b", "∅"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [3, 0, 0, 1, 2, 3])


def test_source_is_shown_with_its_place(monkeypatch: pytest.MonkeyPatch):
    shown: list[str] = []
    monkeypatch.setattr(plot, "display", lambda thing: shown.append(thing.data))
    plot.show_source(preprocess.resize, preprocess.RecPreprocess.padded_width)
    plot.show_source(preprocess.resize, docstrings=False)
    plot.show_source(preprocess)
    assert shown[0].startswith("`ocrlib/preprocess.py`, line ")
    assert "```python\ndef resize(" in shown[0]
    assert "\ndef padded_width(" in shown[1]  # a method, moved to the left
    assert "Resize a picture" in shown[0]
    assert "Resize a picture" not in shown[2]
    assert "interpolation=method" in shown[2]
    assert "class DetPreprocess" in shown[3]
    assert not any("/home" in text or "/work" in text for text in shown)


def test_things_without_source():
    with pytest.raises(TypeError):
        plot.show_source(len)


def test_store_as_jpeg_sets_the_notebook_format(monkeypatch: pytest.MonkeyPatch):
    asked: dict[str, object] = {}
    monkeypatch.setattr(
        plot, "set_matplotlib_formats", lambda *names, **how: asked.update(names=names, how=how)
    )
    plot.store_as_jpeg(70)
    assert asked["names"] == ("jpeg",)
    # What is handed on must be what savefig understands.
    figure, ax = plt.subplots()
    ax.plot([0, 1])
    target = BytesIO()
    figure.savefig(target, format="jpeg", **asked["how"])
    assert target.getvalue()[:2] == b"\xff\xd8"
