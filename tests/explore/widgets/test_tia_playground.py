"""The TIA playground in Python, and its JavaScript against the library: points, maps, pixels."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from traitlets import TraitError

from ocrlib.data import tia
from ocrlib.explore.augmentations import word
from ocrlib.explore.widgets import tia_playground
from ocrlib.explore.widgets.tia_playground import TiaPlayground

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BUNDLE = Path(tia_playground.__file__).with_suffix(".js").read_text(encoding="utf-8")
CASES = 200
# Arrays travel as text: element by element they would take minutes.
PACK = """
() => {
  window.packed = (array) => btoa(Array.from(
    new Uint8Array(array.buffer), (byte) => String.fromCharCode(byte)).join(""));
}
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with the committed bundle in it as `lab`."""
    page = browser.new_page()
    page.evaluate(
        "async (text) => { window.lab = await import("
        "URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))); }",
        BUNDLE,
    )
    page.evaluate(PACK)
    yield page
    page.close()


def in_javascript(page: Page, call: str, **values: Any) -> Any:
    names = ", ".join(values)
    return page.evaluate(f"({{ {names} }}) => {call}", values)


def dealt_by_the_library(
    monkeypatch: pytest.MonkeyPatch, kind: str, seed: int, size: tuple[int, int], segments: int
) -> np.ndarray:
    """The moves that `tia` makes at strength 1, (n, 2) px."""
    seen: list[np.ndarray] = []

    def note(image: np.ndarray, handles: np.ndarray, moved: np.ndarray) -> np.ndarray:
        seen.append(moved - handles)
        return image

    monkeypatch.setattr(tia, "warp", note)
    image, rng = np.zeros((*size, 3), np.uint8), np.random.default_rng(seed)
    if kind == "perspective":
        tia.perspective(image, rng, 1.0)
    else:
        getattr(tia, kind)(image, rng, segments, 1.0)
    monkeypatch.undo()
    return seen[0]


@pytest.mark.parametrize("kind", ["distort", "stretch", "perspective"])
def test_a_seed_deals_the_same_moves(
    page: Page, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    call = "lab.deal(kind, seed, height, width, segments)"
    for seed in [*range(12), 12345, 2**31 + 7, 2**32 - 1]:
        for height, width, segments in [(64, 286, 4), (32, 100, 1), (48, 120, 8)]:
            got = in_javascript(
                page, call, kind=kind, seed=seed, height=height, width=width, segments=segments
            )
            wanted = dealt_by_the_library(monkeypatch, kind, seed, (height, width), segments)
            np.testing.assert_allclose(got, wanted, atol=1e-9)


def make_case(rng: np.random.Generator) -> tuple[int, int, np.ndarray, np.ndarray, bool]:
    """A picture's size, its points and where they go: near, far, or all to one side."""
    height, width = int(rng.integers(2, 100)), int(rng.integers(2, 300))
    handles = tia.edge_points(height, width, int(rng.integers(1, 9)))
    reach = float(rng.choice([0, 1, height / 8, height / 3]))
    moved = handles + rng.uniform(-reach, reach, handles.shape)
    if rng.random() < 0.2:
        moved += rng.uniform(-height, height, 2)
    return height, width, handles, moved, bool(rng.random() < 0.5)


@pytest.mark.slow
def test_displacement_grids_are_the_same(page: Page) -> None:
    """The map from which pixels are fetched; within 0.5 px asked for, 0.001 px found."""
    call = """(() => {
      const map = lab.pixelMap(height, width, handles, moved, rigid);
      return [packed(map.x), packed(map.y)];
    })()"""
    rng, worst = np.random.default_rng(2026), 0.0
    for _ in range(CASES):
        height, width, handles, moved, rigid = make_case(rng)
        got = in_javascript(
            page, call, height=height, width=width, handles=handles.tolist(),
            moved=moved.tolist(), rigid=rigid,
        )  # fmt: skip
        wanted = tia.pixel_map(height, width, handles, moved, rigid)
        grids = [np.frombuffer(base64.b64decode(axis), np.float32) for axis in got]
        found = np.abs(np.reshape(grids, wanted.shape) - wanted)
        # Where points of a small picture overtake each other, positions themselves are huge.
        worst = max(worst, float((found / np.maximum(1, np.abs(wanted) / 100)).max()))
    assert worst < 1e-3


def test_points_on_handles_go_where_those_go(page: Page) -> None:
    rng = np.random.default_rng(3)
    for rigid in (False, True):
        handles = tia.edge_points(40, 120, 4)
        moved = handles + rng.uniform(-9, 9, handles.shape)
        points = np.concatenate([handles, rng.uniform(0, 100, (30, 2))])
        got = in_javascript(
            page, "lab.mls(points, handles, moved, rigid)", points=points.tolist(),
            handles=handles.tolist(), moved=moved.tolist(), rigid=rigid,
        )  # fmt: skip
        np.testing.assert_allclose(got, tia.mls(points, handles, moved, rigid), atol=1e-6)
        np.testing.assert_allclose(got[: len(handles)], moved, atol=1e-4)


def test_pictures_are_bent_alike(page: Page) -> None:
    """OpenCV fetches at steps of 1/32 px, so single pixels may differ a little at edges."""
    call = """(() => {
      const pixels = Uint8ClampedArray.from(atob(data), (c) => c.charCodeAt(0));
      const map = lab.pixelMap(height, width, handles, moved, false);
      return packed(lab.remap(pixels, height, width, map));
    })()"""
    image = word(height=48)
    height, width = image.shape[:2]
    rgba = np.dstack([image, np.full((height, width), 255, np.uint8)])
    rng = np.random.default_rng(8)
    for _ in range(8):
        handles = tia.edge_points(height, width, 4)
        moved = handles + rng.uniform(-12, 12, handles.shape)
        got = in_javascript(
            page, call, data=base64.b64encode(rgba.tobytes()).decode(), height=height,
            width=width, handles=handles.tolist(), moved=moved.tolist(),
        )  # fmt: skip
        bent = np.frombuffer(base64.b64decode(got), np.uint8).reshape(rgba.shape)
        assert (bent[..., 3] == 255).all()
        difference = np.abs(bent[..., :3] - tia.warp(image, handles, moved).astype(int))
        assert difference.max() <= 12
        assert difference.mean() < 1


def test_python_sees_what_the_page_shows(page: Page) -> None:
    """The state that a page would send: moves at strength 1."""
    playground = TiaPlayground(segments=3, strength=0.7)
    assert np.array_equal(playground.moved, playground.handles)
    assert np.array_equal(playground.warped, playground.image)
    height, width = playground.image.shape[:2]
    call = "lab.deal('distort', 5, height, width, 3)"
    playground.moves = in_javascript(page, call, height=height, width=width)
    wanted = tia.distort(playground.image, np.random.default_rng(5), 3, 0.7)
    difference = np.abs(playground.warped.astype(int) - wanted)
    assert difference.max() <= 1
    playground.segments = 4  # the moves are those of other points
    assert np.array_equal(playground.warped, playground.image)


def test_traits_are_checked() -> None:
    image = np.full((20, 60, 3), 90, np.uint8)
    playground = TiaPlayground(image, text="grey", language="zh")
    assert (playground.text, playground.kind, playground.moves) == ("grey", "rest", [])
    for name, value in {"segments": 9, "strength": 0.0, "kind": "bend", "seed": -1}.items():
        with pytest.raises(TraitError):
            setattr(playground, name, value)
    assert repr(playground) == "TiaPlayground()"
    assert len(playground._esm) + len(playground._css) < 80_000
    assert len(TiaPlayground().jpeg) < 12_000
