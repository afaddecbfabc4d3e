"""CTC stepper and TIA playground in the built page and in JupyterLab: every control, what it shows.

What is shown is compared with the library each time.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from notebook_files import ROOT, read_notebook
from ocrlib.data import tia
from ocrlib.errors import DataError
from ocrlib.explore.ctc_numpy import forward_backward, log_softmax
from ocrlib.explore.widgets.ctc_stepper import CtcStepper, stepper_words
from ocrlib.explore.widgets.tia_playground import TiaPlayground
from ocrlib.postprocess import prefix_search
from ocrlib.postprocess.ctc import beam, greedy

pytestmark = pytest.mark.browser

_spec = importlib.util.spec_from_file_location("watching", Path(__file__).with_name("watching.py"))
assert _spec is not None
assert _spec.loader is not None
watching = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(watching)

PAGE = "book/playgrounds"
FAST = 16  # ms
DESKTOP = {"width": 1280, "height": 1000}


@pytest.fixture(scope="module")
def stored() -> dict[str, tuple[dict[str, Any], dict[tuple, bytes]]]:
    """State and buffers of the two widgets that are stored in the notebook, by their class."""
    notebook = read_notebook(ROOT / f"{PAGE}.ipynb")
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"].state
    found = {}
    for model in states.values():
        kind = "stepper" if "words" in model.state else "playground"
        if model.model_module == "anywidget":
            buffers = {tuple(b.path): base64.b64decode(b.data) for b in model.buffers}
            found[kind] = (model.state, buffers)
    return found


def wait_for(root: Locator, name: str, agrees: Callable[[str], bool]) -> None:
    """Wait until a figure of a widget is as it shall be; a busy kernel may take a minute."""
    for _ in range(1200):
        if agrees(root.get_attribute(f"data-{name}") or ""):
            return
        root.page.wait_for_timeout(50)
    raise AssertionError(f"{name} is {root.get_attribute(f'data-{name}')!r}")


def slide(root: Locator, name: str, value: float) -> None:
    root.locator(f"input[type=range][name={name}]").fill(str(value))


def ready(page: Page, kind: str) -> Locator:
    root = page.locator(kind).first
    expect(root).to_have_attribute("data-ready", "true", timeout=60_000)
    return root


@pytest.fixture(params=["http", "file"])
def watched(request: pytest.FixtureRequest, browser: Browser, html: Path) -> Iterator[Any]:
    """The page, over http and as a plain file."""
    base = request.getfixturevalue("site") if request.param == "http" else html.as_uri()
    context = browser.new_context(viewport=DESKTOP)
    watched = watching.Watched(context.new_page(), base)
    watched.page.goto(f"{base}/{PAGE}.html")
    yield watched
    context.close()


# ---- CTC stepper ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """A word as it travels in the notebook."""

    name: str
    label: str
    logits: np.ndarray  # (T, C)
    characters: tuple[str, ...]

    def encode(self, text: str) -> list[int]:
        return [1 + self.characters.index(c) for c in text]

    def decode(self, indices: Any) -> str:
        return "".join(self.characters[c - 1] for c in indices)


@dataclass(frozen=True)
class Seen:
    """What a reader has set."""

    word: Word
    label: str
    frame: int = 0
    pushes: int = 0
    width: int = 4
    decoder: str = "greedy"

    def expected(self) -> dict[str, Any]:
        """What the stepper must show then, by the library."""
        logits, word = self.word.logits.astype(np.float64), self.word
        loss, labelled = None, all(c in word.characters for c in self.label)
        if labelled:
            try:
                for _ in range(self.pushes):
                    logits = logits - forward_backward(logits, word.encode(self.label)).gradient
                loss = forward_backward(logits, word.encode(self.label)).loss
            except DataError:
                assert self.pushes == 0
        seen = log_softmax(logits)[: self.frame + 1]
        beams, _ = prefix_search._run(seen, self.width, None, None)
        return {
            "word": word.name,
            "frame": self.frame,
            "pushes": self.pushes,
            "greedy": word.decode(greedy(logits[None])[0].indices),
            "sofar": word.decode(greedy(logits[None, : self.frame + 1])[0].indices),
            "beam": word.decode(beam(logits[None], self.width)[0].indices),
            "beams": [word.decode(prefix) for prefix in beams],
            "loss": loss,
        }


def shows(root: Locator, seen: Seen) -> None:
    """The figures, and the words in which the page says them."""
    wanted = seen.expected()
    for name, value in wanted.items():
        if name == "beams":
            wait_for(root, name, lambda got, value=value: bool(got) and json.loads(got) == value)
        elif name == "loss" and value is not None:
            close = pytest.approx(value, rel=1e-6)
            wait_for(root, name, lambda got, close=close: bool(got) and float(got) == close)
        else:
            text = "" if value is None else str(value)
            wait_for(root, name, lambda got, text=text: got == text)
    says = root.locator(".ocr-ctc-bars li")
    expect(says).to_have_count(5)
    expect(root.locator(".ocr-ctc-text")).to_have_text(wanted["sofar"] or "(nothing yet)")
    expect(root.locator("[data-answer=greedy]")).to_contain_text(f"“{wanted['greedy']}”")
    expect(root.locator("[data-answer=beam]")).to_contain_text(f"“{wanted['beam']}”")
    rows = root.locator(".ocr-ctc-decode tbody tr")
    expect(rows).to_have_count(len(wanted["beams"]) if seen.decoder == "beam" else 1)
    expect(root.locator(".ocr-ctc-sum")).to_be_visible(visible=wanted["loss"] is not None)


@pytest.fixture(scope="module")
def words(stored: dict[str, Any]) -> dict[str, Word]:
    state, buffers = stored["stepper"]
    found = {}
    for i, word in enumerate(state["words"]):
        flat = np.frombuffer(zlib.decompress(buffers["words", i, "logits"]), "<f4")
        logits = flat.reshape(word["steps"], -1)
        found[word["name"]] = Word(word["name"], word["label"], logits, tuple(word["characters"]))
    return found


def key(name: str, times: int = 1) -> Callable[[Locator], None]:
    def press(root: Locator) -> None:
        for _ in range(times):
            root.locator("canvas").press(name)

    return press


def click(name: str) -> Callable[[Locator], None]:
    return lambda root: root.locator(f"button[name={name}]").click()


def write(text: str) -> Callable[[Locator], None]:
    return lambda root: root.locator("input[name=label]").fill(text)


def choose(name: str, value: str) -> Callable[[Locator], None]:
    return lambda root: root.locator(f"input[data-name={name}][value={value}]").check(force=True)


def every_move(word: Word) -> list[tuple[Callable[[Locator], None], dict[str, Any]]]:
    """Every control of the stepper, and what it changes."""
    last, doubled = len(word.logits) - 1, word.label + word.label[-1]
    return [
        (click("next"), {"frame": 1}),
        (key("ArrowRight", 5), {"frame": 6}),
        (key("ArrowLeft"), {"frame": 5}),
        (lambda root: slide(root, "frame", 9), {"frame": 9}),
        (click("previous"), {"frame": 8}),
        (click("last"), {"frame": last}),
        (click("next"), {"frame": last}),
        (key("Home"), {"frame": 0}),
        (key("End"), {"frame": last}),
        (click("first"), {"frame": 0}),
        (write(doubled), {"label": doubled}),
        (click("once"), {"pushes": 1}),
        (click("often"), {"pushes": 11}),
        (lambda root: slide(root, "frame", 7), {"frame": 7}),
        (click("undo"), {"pushes": 0}),
        (click("once"), {"pushes": 1}),
        (write(""), {"label": "", "pushes": 0}),
        (write(word.label[0] * 25), {"label": word.label[0] * 25}),
        (write("é"), {"label": "é"}),
        (write(word.label), {"label": word.label}),
        (choose("decoder", "beam"), {"decoder": "beam"}),
        (lambda root: slide(root, "width", 1), {"width": 1}),
        (lambda root: slide(root, "width", 16), {"width": 16}),
        (key("End"), {"frame": last}),
        (lambda root: slide(root, "width", 4), {"width": 4}),
        (choose("decoder", "greedy"), {"decoder": "greedy"}),
    ]


def move_everything(root: Locator, words: dict[str, Word]) -> None:
    for name, word in words.items():
        choose("word", name)(root)
        seen = Seen(word, word.label)
        shows(root, seen)
        for move, change in every_move(word):
            move(root)
            seen = replace(seen, **change)
            shows(root, seen)


def test_every_control_of_the_stepper(watched: Any, words: dict[str, Word]) -> None:
    assert set(words) == {"doubled", "lookalike", "blurred"}
    move_everything(ready(watched.page, ".ocr-ctc"), words)
    watched.is_quiet()


def test_impossible_labels_are_explained(watched: Any, words: dict[str, Word]) -> None:
    root, word = ready(watched.page, ".ocr-ctc"), words["doubled"]
    trouble, steps = root.locator(".ocr-ctc-trouble"), len(word.logits)
    expect(trouble).to_be_hidden()
    write("o" * 20)(root)
    expect(trouble).to_contain_text(f"needs 39 frames, but there are {steps}. 20 characters")
    expect(trouble).to_contain_text("19 blanks must stand between equal neighbours")
    expect(root.locator("input[name=label]")).to_have_attribute("aria-invalid", "true")
    write("abcdefghijklmnopqrstuvwxyz")(root)
    expect(trouble).to_contain_text("needs 26 frames")
    write("caf\u00e9")(root)
    expect(trouble).to_contain_text("“é” is none of the characters")
    write(word.label)(root)
    expect(trouble).to_be_hidden()
    watched.is_quiet()


def test_a_cell_of_the_table_is_worked_out(watched: Any, words: dict[str, Word]) -> None:
    """By pointer and by keys; the figures are those of alpha and of the occupancy."""
    root, word, page = ready(watched.page, ".ocr-ctc"), words["doubled"], watched.page
    table = forward_backward(word.logits, word.encode(word.label))
    canvas = root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    column = (box["width"] - 24) / len(word.logits)
    page.mouse.move(box["x"] + 24 + 3.5 * column, box["y"] + 20)
    page.mouse.down()
    wait_for(root, "frame", lambda got: got == "3")
    page.mouse.move(box["x"] + 24 + 11.5 * column, box["y"] + 25)  # dragging goes on
    page.mouse.up()
    wait_for(root, "frame", lambda got: got == "11")
    for press, change in ((key("ArrowDown"), 1), (key("ArrowUp", 2), -2)):
        before = int(root.get_attribute("data-state") or -1)
        press(root)
        wait_for(root, "state", lambda got, want=before + change: got == str(want))
        state = before + change
        share = f"{100 * table.occupancy[11, state]:.1f} %"
        expect(root.locator(".ocr-ctc-sum")).to_contain_text(share)
        expect(root.locator(".ocr-ctc-cell")).to_contain_text("Frame 12")
    # Low in the table, at the left: no way leads there.
    page.mouse.click(box["x"] + 24 + 1.5 * column, box["y"] + box["height"] - 24)
    expect(root.locator(".ocr-ctc-formula")).to_contain_text("No path")
    watched.is_quiet()


def test_the_push_shows_posterior_minus_expected(watched: Any, words: dict[str, Word]) -> None:
    root, word = ready(watched.page, ".ocr-ctc"), words["lookalike"]
    choose("word", "lookalike")(root)
    # The next drawing writes the word's own label into the field: not while we write ours.
    wait_for(root, "word", lambda got: got == "lookalike")
    expect(root.locator("input[name=label]")).to_have_value(word.label)
    label = "t" + word.label[1:]  # whatever the network reads, it is not this
    write(label)(root)
    result = forward_backward(word.logits, word.encode(label))
    frame = int(np.abs(result.gradient).max(axis=1).argmax())
    slide(root, "frame", frame)
    wait_for(root, "frame", lambda got: got == str(frame))
    strongest = int(np.abs(result.gradient[frame]).argmax())
    row = root.locator(".ocr-ctc-push tbody tr").first
    expect(row).to_have_attribute("data-class", str(strongest))
    way = "up" if result.gradient[frame, strongest] < 0 else "down"
    expect(row.locator(".ocr-ctc-pull")).to_have_attribute("data-way", way)
    says = np.exp(log_softmax(word.logits))[frame, strongest]
    expect(row.locator("td").nth(0)).to_have_text(f"{says:.3f}")
    wanted = says - result.gradient[frame, strongest]
    expect(row.locator("td").nth(1)).to_have_text(f"{wanted:.3f}")
    before = root.get_attribute("data-greedy")
    assert before != label
    click("often")(root)
    click("often")(root)
    wait_for(root, "greedy", lambda got: got == label)  # pushed until it is read
    expect(root.locator(".ocr-ctc-push")).to_contain_text("Pushed 20 times")
    watched.is_quiet()


def test_frames_and_tables_look_different(watched: Any) -> None:
    root, seen = ready(watched.page, ".ocr-ctc"), set()
    for act in (lambda _: None, key("ArrowRight", 6), choose("table", "occupancy")):
        act(root)
        watched.page.wait_for_timeout(150)
        seen.add(root.locator("canvas").evaluate("canvas => canvas.toDataURL()"))
    assert len(seen) == 3
    watched.is_quiet()


# ---- TIA playground ------------------------------------------------------------------------


@dataclass(frozen=True)
class Bent:
    """Where the points are, by the library."""

    size: tuple[int, int]
    segments: int = 4
    strength: float = 0.5
    seed: int = 0
    kind: str = "rest"
    rigid: bool = False

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """At rest and moved, each (n, 2) px."""
        image, rng = np.zeros((*self.size, 3), np.uint8), np.random.default_rng(self.seed)
        if self.kind == "rest":
            points = tia.edge_points(*self.size, self.segments)
            return points, points
        with mock.patch.object(tia, "warp") as warp:
            if self.kind == "perspective":
                tia.perspective(image, rng, self.strength)
            else:
                getattr(tia, self.kind)(image, rng, self.segments, self.strength)
        return warp.call_args.args[1], warp.call_args.args[2]

    def farthest(self) -> float:
        """Of the distances from which pixels are fetched, px."""
        height, width = self.size
        x, y = tia.pixel_map(height, width, *self.points(), self.rigid)
        rows, columns = np.mgrid[0:height, 0:width]
        return float(np.hypot(x - columns, y - rows).max())


def bent_as(root: Locator, bent: Bent) -> None:
    for name in ("kind", "segments", "seed"):
        wanted = str(getattr(bent, name))
        wait_for(root, name, lambda got, wanted=wanted: got == wanted)
    moved = pytest.approx(bent.points()[1], abs=1e-6)
    wait_for(root, "moved", lambda got: np.array(json.loads(got)) == moved)
    close = pytest.approx(bent.farthest(), abs=0.01)
    wait_for(root, "far", lambda got: float(got) == close)
    expect(root.locator(".ocr-tia-point")).to_have_count(2 * (bent.segments + 1))


@pytest.fixture(scope="module")
def size(stored: dict[str, Any]) -> tuple[int, int]:
    _, buffers = stored["playground"]
    image = cv2.imdecode(np.frombuffer(buffers["jpeg",], np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.shape[0], image.shape[1]


def set_seed(root: Locator, seed: int) -> None:
    field = root.locator("input[name=seed]")
    field.fill(str(seed))
    field.press("Enter")
    field.blur()


TIA_MOVES: list[tuple[Callable[[Locator], None], dict[str, Any]]] = [
    (click("distort"), {"kind": "distort"}),
    (click("another"), {"seed": 1}),
    (lambda root: slide(root, "strength", 0.9), {"strength": 0.9}),
    (lambda root: slide(root, "segments", 7), {"segments": 7}),
    (lambda root: root.locator("input[name=rigid]").click(), {"rigid": True}),
    (lambda root: set_seed(root, 4294967295), {"seed": 4294967295}),
    (click("stretch"), {"kind": "stretch"}),
    (lambda root: root.locator("input[name=rigid]").click(), {"rigid": False}),
    (lambda root: root.locator("input[name=segments]").press("ArrowLeft"), {"segments": 6}),
    (lambda root: set_seed(root, 12), {"seed": 12}),
    (click("perspective"), {"kind": "perspective", "segments": 1}),
    (lambda root: root.locator("input[name=strength]").press("End"), {"strength": 1.0}),
    (click("another"), {"seed": 13}),
    (lambda root: slide(root, "segments", 3), {"kind": "rest", "segments": 3}),
    (click("distort"), {"kind": "distort"}),
    (click("reset"), {"kind": "rest"}),
]


def bend_everything(root: Locator, size: tuple[int, int]) -> None:
    bent = Bent(size)
    bent_as(root, bent)
    for move, change in TIA_MOVES:
        move(root)
        bent = replace(bent, **change)
        bent_as(root, bent)


def test_every_control_of_the_playground(watched: Any, size: tuple[int, int]) -> None:
    bend_everything(ready(watched.page, ".ocr-tia"), size)
    watched.is_quiet()


@pytest.mark.parametrize("way", ["mouse", "touch", "keys"])
def test_points_can_be_dragged(
    browser: Browser, site: str, size: tuple[int, int], way: str
) -> None:
    """To the place that was meant; the others stay, and so does the page."""
    context = browser.new_context(viewport=DESKTOP, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}/{PAGE}.html")
    root = ready(page, ".ocr-tia")
    before = root.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    point = root.locator("button[name=point-2]")
    point.scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    box, canvas = point.bounding_box(), root.locator("canvas").bounding_box()
    assert box is not None
    assert canvas is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shift = np.array([30.0, 24.0])  # px of the page
    if way == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 30, y + 24, steps=4)
        page.mouse.up()
    elif way == "touch":
        cdp = context.new_cdp_session(page)
        for kind, at in (("Start", 0.0), ("Move", 0.5), ("Move", 1.0), ("End", None)):
            touch = [] if at is None else [{"x": x + 30 * at, "y": y + 24 * at}]
            cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touch})
    else:
        point.focus()
        for name in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "ArrowUp"):
            point.press(name)
    scale = canvas["width"] / (size[1] + 2 * round(0.36 * size[0]))
    wanted = tia.edge_points(*size, 4)
    wanted[2] += np.array([6.0, 4.0]) if way == "keys" else shift / scale
    close = pytest.approx(wanted, abs=1e-6 if way == "keys" else 0.5)
    wait_for(root, "moved", lambda got: np.array(json.loads(got)) == close)
    expect(root).to_have_attribute("data-kind", "free")
    expect(root.locator(".ocr-tia-touched")).to_contain_text("Upper point 3 of 5")
    assert root.locator("canvas").evaluate("canvas => canvas.toDataURL()") != before
    assert page.evaluate("scrollY") == scrolled
    # Strength scales what was moved by hand, too.
    home = tia.edge_points(*size, 4)[2]
    slide(root, "strength", 0.25)
    half = pytest.approx((wanted[2] - home) / 2 + home, abs=0.5)
    wait_for(root, "moved", lambda got: np.array(json.loads(got)[2]) == half)
    context.close()


def test_points_stay_apart_and_on_the_stage(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{site}/{PAGE}.html")
    root = ready(page, ".ocr-tia")
    slide(root, "segments", 8)
    for name, times, keyname in (("point-0", 20, "Shift+ArrowUp"), ("point-3", 20, "ArrowRight")):
        for _ in range(times if name == "point-0" else 60):
            root.locator(f"button[name={name}]").press(keyname)
    page.wait_for_timeout(200)
    moved = np.array(json.loads(root.get_attribute("data-moved") or "[]"))
    assert np.isfinite(moved).all()
    gaps = np.hypot(*(moved[:, None] - moved[None]).transpose(2, 0, 1)) + 99 * np.eye(len(moved))
    assert gaps.min() >= 3
    canvas = root.locator("canvas").bounding_box()
    box = root.locator("button[name=point-0]").bounding_box()
    assert canvas is not None
    assert box is not None
    assert box["y"] + box["height"] / 2 >= canvas["y"]
    context.close()


def test_the_grid_can_be_switched_off(watched: Any) -> None:
    root, seen = ready(watched.page, ".ocr-tia"), set()
    for _ in range(2):
        seen.add(root.locator("canvas").evaluate("canvas => canvas.toDataURL()"))
        root.locator("input[name=grid]").click()
        watched.page.wait_for_timeout(150)
    assert len(seen) == 2
    watched.is_quiet()


# ---- Both ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [".ocr-ctc", ".ocr-tia"])
def test_every_control_has_a_name_and_a_place_on_a_phone(
    browser: Browser, site: str, kind: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}/{PAGE}.html")
    root = ready(page, kind)
    if kind == ".ocr-ctc":
        choose("decoder", "beam")(root)
    else:
        slide(root, "segments", 8)
    page.wait_for_timeout(200)
    for control in root.locator("input:visible, button:visible, canvas").all():
        name = control.evaluate(
            "e => e.getAttribute('aria-label') || [...(e.labels ?? [])].map(l => l.innerText)"
            ".join(' ') || e.innerText"
        )
        assert name.strip(), control.evaluate("e => e.outerHTML")
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_an_update_takes_less_than_a_frame(browser: Browser, site: str) -> None:
    """With drawing; the least of many, as other work on the machine only adds: on a busy one, of
    more.
    """
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{site}/{PAGE}.html")
    stepper, playground = ready(page, ".ocr-ctc"), ready(page, ".ocr-tia")
    choose("decoder", "beam")(stepper)
    slide(playground, "segments", 8)
    click("distort")(playground)
    for root, slider in ((stepper, "frame"), (stepper, "width"), (playground, "strength")):
        times: list[float] = []
        while len(times) < 24 or (min(times) > FAST and len(times) < 240):
            step = len(times)
            root.locator(f"input[name={slider}]").press(
                "ArrowLeft" if step % 4 < 2 else "ArrowRight"
            )
            page.wait_for_timeout(30)
            times.append(float(root.get_attribute("data-ms") or "inf"))
        print(f"{slider}: least {min(times):.1f} ms, median {np.median(times):.1f} ms")
        assert min(times) <= FAST, (slider, times)
    context.close()


def test_widgets_travel_light(stored: dict[str, Any]) -> None:
    for state, buffers in stored.values():
        text = len(state["_esm"]) + len(state["_css"])
        assert text + sum(4 / 3 * len(data) for data in buffers.values()) < 300_000  # bytes


def test_the_page_carries_the_shipped_widgets(stored: dict[str, Any]) -> None:
    """After a change: book/tools/execute.py book/playgrounds.ipynb."""
    for kind in (CtcStepper, TiaPlayground):
        name = "stepper" if kind is CtcStepper else "playground"
        assert stored[name][0]["_esm"] == kind._esm
        assert stored[name][0]["_css"] == kind._css


# ---- JupyterLab ----------------------------------------------------------------------------

CELLS = [
    "from ocrlib.explore.widgets.ctc_stepper import CtcStepper\n"
    "from ocrlib.explore.widgets.tia_playground import TiaPlayground\n"
    "stepper = CtcStepper()\nstepper",
    "playground = TiaPlayground()\nplayground",
    'CtcStepper(language="zh")',
    'TiaPlayground(language="zh")',
    "stepper.frame, playground.strength = 7, 1.0",
    'print("python sees", stepper.label, playground.kind, playground.moved.round(1).tolist())',
]


def test_both_in_jupyterlab(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    with watching.jupyterlab(tmp_path, CELLS) as base:
        context = browser.new_context(viewport={"width": 1500, "height": 1000})
        watched = watching.Watched(context.new_page(), base)
        page = watched.page
        watching.open_notebook(page, base)
        stepper, playground = ready(page, ".ocr-ctc"), ready(page, ".ocr-tia")
        # The fifth cell has moved two sliders from Python.
        wait_for(stepper, "frame", lambda got: got == "7")
        wait_for(playground, "strength", lambda got: got == "1")
        # JupyterLab leaves the arrow keys to the canvas and to the points.
        key("ArrowRight", 2)(stepper)
        # The notebook may have been stored with another model: so read the word here.
        one = stepper_words()[0]
        characters = tuple(one.charset.decode([c]) for c in range(1, one.charset.size))
        word = Word(one.name, one.label, one.logits, characters)
        shows(stepper, Seen(word, word.label, frame=9))
        write("toffee")(stepper)
        shows(stepper, Seen(word, "toffee", frame=9))
        click("distort")(playground)
        bent = Bent(size, strength=1.0, kind="distort")
        bent_as(playground, bent)
        expect(page.locator(".ocr-ctc").nth(1)).to_contain_text("网络的输出")
        expect(page.locator(".ocr-tia").nth(1)).to_contain_text("随机移动")
        last = page.locator(".jp-CodeCell").last
        last.locator(".cm-content").click()
        last.locator(".cm-content").press("Shift+Enter")
        wanted = bent.points()[1].round(1).tolist()
        expect(page.locator(".jp-Notebook")).to_contain_text(
            f"python sees toffee distort {wanted}", timeout=30_000
        )
        watched.is_quiet()
        context.close()
