"""The CTC stepper in Python, and its JavaScript against the library: loss, greedy, beams."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from traitlets import TraitError

from ocrlib.bundle import load_bundle
from ocrlib.charset import Charset
from ocrlib.errors import BundleError, DataError
from ocrlib.explore.ctc_numpy import count_paths, forward_backward
from ocrlib.explore.widgets import ctc_stepper
from ocrlib.explore.widgets.ctc_stepper import CtcStepper, Lattice, read_lattice, stepper_words
from ocrlib.postprocess.ctc import beam, greedy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BUNDLE = Path(ctc_stepper.__file__).with_suffix(".js").read_text(encoding="utf-8")
CASES = 240  # made lattices; with those of the words there are 300
# Tables travel as text: element by element they would take minutes.
RUN = """
({ logits, steps, classes, label, width }) => {
  const packed = (array) => btoa(Array.from(
    new Uint8Array(array.buffer), (byte) => String.fromCharCode(byte)).join(""));
  const bytes = Uint8Array.from(atob(logits), (c) => c.charCodeAt(0));
  const logP = lab.logSoftmax(new Float32Array(bytes.buffer), steps, classes);
  const needed = lab.stepsNeeded(label);
  const result = needed > steps ? null : lab.forwardBackward(logP, steps, classes, label);
  const read = lab.greedy(logP, steps, classes);
  const best = lab.beamSearch(logP, steps, classes, width).at(-1)[0];
  return { needed, read, beam: best, result: result && {
    ...result, ...Object.fromEntries(["alpha", "occupancy", "gradient", "ways"].map(
      (name) => [name, packed(result[name])])) } };
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
    yield page
    page.close()


@pytest.fixture(scope="module")
def words() -> list[Lattice]:
    return stepper_words()


def in_javascript(page: Page, logits: np.ndarray, label: list[int], width: int) -> dict[str, Any]:
    steps, classes = logits.shape
    packed = base64.b64encode(np.ascontiguousarray(logits, np.float32).tobytes()).decode()
    case = {"logits": packed, "steps": steps, "classes": classes, "label": label, "width": width}
    found = page.evaluate(RUN, case)
    for name in ("alpha", "occupancy", "gradient", "ways") if found["result"] else ():
        table = np.frombuffer(base64.b64decode(found["result"][name]), np.float64)
        found["result"][name] = table.reshape(steps, -1)
    return found


def make_case(rng: np.random.Generator) -> tuple[np.ndarray, list[int], int]:
    """A lattice, flat or peaked, with a label that is often close to what it reads."""
    steps, classes = int(rng.integers(1, 40)), int(rng.integers(2, 100))
    sharpness = float(rng.choice([0.3, 1, 3, 10]))
    logits = (rng.normal(0, sharpness, (steps, classes))).astype(np.float32)
    logits[:, 0] += np.float32(rng.choice([0, 2, 6]))  # a blank that is likely, as in real ones
    label = list(greedy(logits[None])[0].indices) if rng.random() < 0.5 else []
    for _ in range(int(rng.integers(0, 6))):
        place = int(rng.integers(0, len(label) + 1))
        # Doubled characters are the interesting ones.
        doubled = place and rng.random() < 0.4
        label.insert(place, label[place - 1] if doubled else int(rng.integers(1, classes)))
    return logits, label, int(rng.choice([1, 2, 4, 10, 16]))


def compare(page: Page, logits: np.ndarray, label: list[int], width: int) -> bool:
    """Whether the label fits; all else is asserted."""
    found = in_javascript(page, logits, label, width)
    read, best = greedy(logits[None])[0], beam(logits[None], width)[0]
    assert tuple(found["read"]["indices"]) == read.indices
    assert found["read"]["logProbability"] == pytest.approx(read.log_probability, rel=1e-6)
    assert tuple(found["beam"]["prefix"]) == best.indices
    assert found["beam"]["total"] == pytest.approx(best.log_probability, rel=1e-6, abs=1e-9)
    steps = len(logits)
    if found["result"] is None:
        with pytest.raises(DataError, match=f"needs {found['needed']} steps"):
            forward_backward(logits, label)
        return False
    got, wanted = found["result"], forward_backward(logits, label)
    assert got["loss"] == pytest.approx(wanted.loss, rel=1e-6, abs=1e-9)
    assert got["states"] == wanted.states.tolist()
    for name in ("alpha", "occupancy", "gradient"):
        np.testing.assert_allclose(got[name], getattr(wanted, name), rtol=1e-6, atol=1e-9)
    assert got["ways"][-1, -2:].sum() == pytest.approx(count_paths(label, steps), rel=1e-9)
    along = [int(wanted.states[s]) for s in got["best"]]  # reads the label, and no path better
    assert [c for t, c in enumerate(along) if c and (t == 0 or c != along[t - 1])] == label
    return True


@pytest.mark.slow
def test_python_and_javascript_find_the_same(page: Page, words: list[Lattice]) -> None:
    rng = np.random.default_rng(2026)
    cases = [make_case(rng) for _ in range(CASES)]
    for word in words:
        for _ in range(20):
            noisy = word.logits + rng.normal(0, 0.5, word.logits.shape).astype(np.float32)
            cases.append((noisy, word.charset.encode(word.label), int(rng.integers(1, 17))))
    assert len(cases) >= 300
    fits = [compare(page, *case) for case in cases]
    assert fits.count(True) >= 200
    assert fits.count(False) >= 5


def test_the_shipped_words_as_they_are(page: Page, words: list[Lattice]) -> None:
    for word in words:
        assert compare(page, word.logits, word.charset.encode(word.label), 4)


def test_a_case_by_hand(page: Page) -> None:
    """Two steps, blank 0.6 and "a" 0.4: greedy reads nothing (0.36), "a" has 0.64."""
    logits = np.log(np.array([[0.6, 0.4], [0.6, 0.4]], np.float32))
    found = in_javascript(page, logits, [1], 2)
    assert found["read"]["indices"] == []
    assert found["read"]["rules"] == ["blank", "blank"]
    assert found["beam"]["prefix"] == [1]
    assert np.exp(found["beam"]["total"]) == pytest.approx(0.64, abs=1e-6)
    assert np.exp(-found["result"]["loss"]) == pytest.approx(0.64, abs=1e-6)
    assert found["result"]["ways"].tolist() == [[1, 1, 0], [1, 2, 1]]
    # The likeliest of "a∅", "∅a" (0.24 each) and "aa" (0.16) has a blank.
    assert sorted(found["result"]["best"]) in ([0, 1], [1, 2])
    found = in_javascript(page, logits, [1, 1], 2)
    assert (found["needed"], found["result"]) == (3, None)
    found = in_javascript(page, logits, [], 2)
    assert np.exp(-found["result"]["loss"]) == pytest.approx(0.36, abs=1e-6)


def test_the_likeliest_path_is_the_likeliest(page: Page) -> None:
    """Against all paths of small cases."""
    from ocrlib.explore.ctc_numpy import log_softmax, paths

    rng = np.random.default_rng(5)
    for _ in range(20):
        logits = rng.normal(0, 2, (6, 4)).astype(np.float32)
        label = rng.integers(1, 4, int(rng.integers(1, 4))).tolist()
        log_p = log_softmax(logits)
        result = in_javascript(page, logits, label, 1)["result"]
        along = [result["states"][s] for s in result["best"]]
        most = max(log_p[np.arange(6), path].sum() for path in paths(label, 6))
        assert log_p[np.arange(6), along].sum() == pytest.approx(most)


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    flat = np.frombuffer(zlib.decompress(packed["logits"]), "<f4")
    return flat.reshape(packed["steps"], -1)


def test_a_lattice_is_packed_small_and_whole(words: list[Lattice]) -> None:
    for word in words:
        packed = word.pack()
        assert np.array_equal(unpacked(packed), word.logits)
        assert "".join(packed["characters"]) == "".join(
            word.charset.decode([c]) for c in range(1, word.charset.size)
        )
        assert packed["rest"] is False
        json.dumps({k: v for k, v in packed.items() if not isinstance(v, bytes)})
    widget = CtcStepper(words)
    data = sum(len(w["jpeg"]) + len(w["logits"]) for w in widget.words)
    assert len(widget._esm) + len(widget._css) + 4 / 3 * data < 200_000  # bytes


def test_many_classes_leave_a_rest(page: Page, words: list[Lattice]) -> None:
    """Loss and beams do not notice, as long as what they need is kept."""
    for word in words:
        packed = word.pack(most=24)
        kept = [word.charset.encode(c)[0] for c in packed["characters"]]
        logits = unpacked(packed)
        assert packed["rest"] is True
        assert (len(kept), logits.shape[1]) == (23, 25)
        label = [1 + packed["characters"].index(c) for c in word.label]
        wanted = forward_backward(word.logits, word.charset.encode(word.label))
        got = in_javascript(page, logits, label, 4)
        assert got["result"]["loss"] == pytest.approx(wanted.loss, rel=1e-5)
        text = [kept[c - 1] for c in got["read"]["indices"]]
        assert tuple(text) == greedy(word.logits[None])[0].indices


def test_a_text_never_has_the_rest_in_it(page: Page) -> None:
    """Even where all other classes together are the likeliest."""
    logits = np.log(np.array([[0.2, 0.1, 0.7], [0.2, 0.1, 0.7]], np.float32))
    call = """(logits) => lab.beamSearch(
        lab.logSoftmax(Float32Array.from(logits.flat()), 2, 3), 2, 3, 4, 2).at(-1)
        .map((beam) => [beam.prefix, Math.exp(beam.total)])"""
    found = page.evaluate(call, logits.tolist())
    assert found == [[[1], pytest.approx(0.05)], [[], pytest.approx(0.04)]]


def test_labels_are_encoded_as_by_the_charset(page: Page) -> None:
    """Characters of several code points too: the longest that fits."""
    charset = Charset(["a", "\u0e01", "\u0e01\u0e34", "n", "n\u0303"])
    symbols = ["", *charset.entries]
    for text in ("", "an", "\u0e01\u0e34a\u0e01", "n\u0303n a"):
        got = page.evaluate("([symbols, text]) => lab.encode({ symbols }, text)", [symbols, text])
        assert got["label"] == charset.encode(text)
    got = page.evaluate(
        "([symbols, text]) => lab.encode({ symbols }, text)", [symbols, "an\u00e9x"]
    )
    assert got == {"unknown": "\u00e9"}


def test_the_steps_of_a_word_cover_its_padded_picture(words: list[Lattice]) -> None:
    for word in words:
        assert len(word.logits) * word.step_px >= word.image.shape[1]
        assert (len(word.logits) - 9) * word.step_px < word.image.shape[1]  # pads less than 32 px


def test_what_cannot_be_stepped_through_is_refused(words: list[Lattice]) -> None:
    with pytest.raises(ValueError, match="names"):
        CtcStepper([])
    with pytest.raises(ValueError, match="names"):
        CtcStepper([words[0], words[0]])
    with pytest.raises(DataError, match=r"\(T, 4\)"):
        Lattice("x", words[0].image, words[0].logits, Charset("abc", space=False), "a", 6.0)
    with pytest.raises(BundleError, match="recogniser"):
        read_lattice("x", words[0].image, "a", load_bundle("det-lite"))


def test_traits_are_those_of_the_page(words: list[Lattice]) -> None:
    widget = CtcStepper(words, language="zh")
    assert (widget.word, widget.label, widget.frame, widget.pushes) == ("doubled", "coffee", 0, 0)
    widget.decoder = "beam"
    with pytest.raises(TraitError):
        widget.decoder = "lexicon"
    assert repr(widget) == "CtcStepper()"
