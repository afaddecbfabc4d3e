"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from hypothesis import settings
from onnx import TensorProto, helper, numpy_helper

from ocrlib.bundle import BundleSpec, write_bundle
from ocrlib.charset import Charset
from ocrlib.preprocess import DetPreprocess, RecPreprocess

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("house", deadline=None)  # a busy machine is no fault
settings.load_profile("house")

CHROMIUM_FLAGS = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COLOURS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), " ": (0, 0, 0)}


@dataclass(frozen=True)
class TinyBundles:
    """Bundles around hand-made graphs that "read" coloured cells: red is r, green g, blue b."""

    det: Path
    rec: Path
    cls: Path

    @staticmethod
    def line(text: str, cell: int = 24) -> np.ndarray:
        """A line of text in that script: a coloured cell and a black one per letter."""
        cells = [COLOURS[c] for letter in text for c in (letter, " ")]
        row = np.array(cells, np.uint8)[None]  # (1, 2n, 3)
        return row.repeat(cell, 0).repeat(cell // 2, 1)

    @classmethod
    def page(cls, lines: dict[tuple[int, int], str], size: tuple[int, int]) -> np.ndarray:
        """A white page with lines at (x, y)."""
        page = np.full((*size, 3), 255, np.uint8)
        for (x, y), text in lines.items():
            line = cls.line(text)
            page[y : y + line.shape[0], x : x + line.shape[1]] = line
        return page


def _save(nodes: list, weights: dict[str, np.ndarray], inputs: list, outputs: list) -> bytes:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, outputs)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _detector() -> bytes:
    # Whatever is not white is text: logit = -8 * (smallest channel).
    nodes = [
        helper.make_node("ReduceMin", ["image"], ["least"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["least", "slope"], ["logits"]),
    ]
    return _save(nodes, {"slope": np.float32(-8)}, ["B", 3, "H", "W"], ["B", 1, "H", "W"])


def _recogniser(classes: np.ndarray, bias: np.ndarray, steps: bool) -> bytes:
    pool = (
        helper.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[32, 4], strides=[32, 4])
        if steps
        else helper.make_node("GlobalAveragePool", ["image"], ["mean"])
    )
    nodes = [
        pool,
        helper.make_node("Conv", ["mean", "classes", "bias"], ["scores"]),
        helper.make_node("Squeeze", ["scores", "axes"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["logits"], perm=[0, 2, 1] if steps else [0, 1]),
    ]
    weights = {
        "classes": classes.astype(np.float32)[:, :, None, None],
        "bias": bias.astype(np.float32),
        "axes": np.array([2] if steps else [2, 3]),
    }
    return _save(nodes, weights, ["B", 3, 32, "W"], ["B", "T", "C"] if steps else ["B", "C"])


@pytest.fixture(scope="session")
def tiny_bundles(tmp_path_factory: pytest.TempPathFactory) -> TinyBundles:
    """A detector, a recogniser and a direction classifier that need no training."""
    folder = tmp_path_factory.mktemp("tiny bundles 小")
    common = {"architecture": {"name": "tiny", "args": {}}, "commit": "none"}
    det = BundleSpec(
        name="tiny-det",
        task="det",
        preprocess=DetPreprocess(640),
        postprocess={"unclip_ratio": 0.1},
        **common,
    )
    write_bundle(folder / "det", det, {"model.onnx": _detector()})
    rec = BundleSpec(
        name="tiny-rec",
        task="rec",
        preprocess=RecPreprocess(),
        charset=Charset("rgb", space=False),
        **common,
    )
    colours = np.array([[0, 0, 0], [10, -10, -10], [-10, 10, -10], [-10, -10, 10]])
    graph = _recogniser(colours, np.array([15, 0, 0, 0]), steps=True)
    write_bundle(folder / "rec", rec, {"model.onnx": graph})
    # Upside down if it is red on the whole.
    cls = BundleSpec(name="tiny-cls", task="cls", preprocess=RecPreprocess(), **common)
    graph = _recogniser(np.array([[0, 0, 0], [50, -50, -50]]), np.array([0, 0]), steps=False)
    write_bundle(folder / "cls", cls, {"model.onnx": graph})
    return TinyBundles(folder / "det", folder / "rec", folder / "cls")


@pytest.fixture(params=["fixtures", "reference"])
def golden(request: pytest.FixtureRequest) -> Path:
    """Folders of measured PaddleOCR behaviour: the committed part, and all of it where it lies."""
    here = Path(__file__).parent
    if request.param == "fixtures":
        return here / "fixtures" / "golden"
    beside = here.parents[1] / "shared" / "reference" / "golden"
    folder = Path(os.environ.get("OCR_GOLDEN") or beside)
    if not folder.is_dir():
        pytest.skip(f"no full set of golden vectors: set OCR_GOLDEN (looked in {folder})")
    return folder


@pytest.fixture(scope="session")
def deviations() -> dict[str, dict]:
    """Where ocrlib differs from PaddleOCR on purpose: ``tests/deviations.toml``."""
    return tomllib.loads((Path(__file__).parent / "deviations.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, from the system or from $CHROMIUM."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM_NAMES)), None
    )
    if found is None:
        why = "no Chromium: install the package chromium, or set CHROMIUM to its path"
        # A person may lack it; the CI must have it.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()
