from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ocrlib import bundle as module
from ocrlib.bundle import BundleSpec, find_bundle, load_bundle, write_bundle
from ocrlib.charset import Charset
from ocrlib.errors import BundleError
from ocrlib.preprocess import DetPreprocess, RecPreprocess

DET = BundleSpec(
    name="det-test",
    task="det",
    architecture={"name": "det_lite", "args": {"in_channels": 3}},
    preprocess=DetPreprocess(640),
    postprocess={"thresh": 0.3},
    data=({"name": "renders", "licence": "own", "use": "train"},),
    seed=7,
    figures={"hmean": 0.5},
)
REC = BundleSpec(
    name="rec-test",
    task="rec",
    architecture={"name": "rec_lite", "args": {}},
    preprocess=RecPreprocess(32, 640),
    charset=Charset("abc 中"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "b 中", DET, {"model.onnx": b"graph", "model.safetensors": b"weights"})
    return tmp_path / "b 中"


def edit(folder: Path, **changes: object) -> None:
    file = folder / "bundle.json"
    values = json.loads(file.read_text())
    values.update(changes)
    file.write_text(json.dumps(values))


@pytest.mark.parametrize("spec", [DET, REC], ids=["det", "rec"])
def test_round_trip(tmp_path: Path, spec: BundleSpec):
    graph = tmp_path / "graph.bin"
    graph.write_bytes(b"graph")
    written = write_bundle(tmp_path / "x", spec, {"model.onnx": graph, "model.safetensors": b"w"})
    loaded = load_bundle(tmp_path / "x")
    assert loaded == written
    assert replace(loaded.spec, files={}) == spec
    assert set(loaded.spec.files) == {"model.onnx", "model.safetensors"}
    assert loaded.model.read_bytes() == b"graph"
    assert loaded.weights.read_bytes() == b"w"


def test_files_that_are_in_the_folder_already_may_be_named(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"graph")
    write_bundle(tmp_path, DET, {"model.onnx": tmp_path / "model.onnx"})
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bundle.json", "model.onnx"]


def test_bundles_are_found_by_name_and_by_path(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BUNDLES", tmp_path)
    assert find_bundle("b 中") == folder
    assert find_bundle(folder) == folder
    assert find_bundle(str(folder)) == folder
    monkeypatch.setattr(module, "BUNDLES", tmp_path / "none")
    monkeypatch.chdir(tmp_path)
    assert load_bundle("b 中").spec.name == "det-test"


def test_missing_bundles_say_what_to_do(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BUNDLES", tmp_path / "none")
    with pytest.raises(BundleError, match=r"no bundle 'det-lite'.*make weights"):
        load_bundle("det-lite")
    monkeypatch.setattr(module, "BUNDLES", tmp_path)
    with pytest.raises(BundleError, match=r"no bundle 'det-lite'.*b 中"):
        load_bundle("det-lite")
    with pytest.raises(BundleError, match="no such folder"):
        load_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleError, match=r"has no bundle\.json"):
        load_bundle(tmp_path)


def test_a_missing_file_is_named(folder: Path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(BundleError, match=r"model\.safetensors.*missing"):
        load_bundle(folder)


def test_a_tampered_file_is_named(folder: Path):
    (folder / "model.onnx").write_bytes(b"grapH")
    with pytest.raises(BundleError, match=r"model\.onnx.*SHA-256 differs"):
        load_bundle(folder)


def test_a_newer_format_asks_for_an_update(folder: Path):
    edit(folder, format_version=2, something_new=1)
    with pytest.raises(BundleError, match=r"newer format.*update ocrlib"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"extra": 1}, "unknown key"),
        ({"task": "table"}, "unknown task"),
        ({"name": 3}, "'name' has a value of a wrong kind"),
        ({"charset": {"characters": "ab"}}, "has a charset"),
        ({"preprocess": {"height": 32}}, "unknown key in a DetPreprocess"),
        ({"preprocess": {"limit_side": -1}}, "limit_side"),
        ({"files": {"../model.onnx": "0" * 64}}, "list of files"),
        ({"files": {"model.onnx": 5}}, "list of files"),
        ({"files": {}}, r"does not list model\.onnx"),
        ({"format_version": 0}, "unknown format"),
    ],
)
def test_wrong_values_in_the_specification(folder: Path, changes: dict, problem: str):
    edit(folder, **changes)
    with pytest.raises(BundleError, match=problem) as caught:
        load_bundle(folder)
    assert "bundle.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_broken_json(folder: Path, content: bytes):
    (folder / "bundle.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"bundle\.json"):
        load_bundle(folder)


def test_wrong_charset_and_preprocess_for_the_task():
    with pytest.raises(BundleError, match="charset"):
        replace(REC, charset=None)
    with pytest.raises(BundleError, match="must be a RecPreprocess"):
        replace(REC, preprocess=DetPreprocess())


def test_writing_needs_a_model_and_json_values(tmp_path: Path):
    with pytest.raises(BundleError, match=r"needs a model\.onnx"):
        write_bundle(tmp_path / "x", DET, {"model.safetensors": b"w"})
    bad = replace(DET, figures={"hmean": float("nan")})
    with pytest.raises(BundleError, match="cannot be written"):
        write_bundle(tmp_path / "x", bad, {"model.onnx": b"graph"})
    with pytest.raises(BundleError, match=r"has no bundle\.json"):
        load_bundle(tmp_path / "x")


def test_a_failed_write_leaves_no_loadable_mixture(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(folder, DET, {"model.onnx": b"new", "model.safetensors": b"new"})
    monkeypatch.undo()
    assert load_bundle(folder).model.read_bytes() == b"graph"


@pytest.mark.parametrize(
    "name", [spec.parent.name for spec in module.BUNDLES.glob("*/bundle.json")]
)
def test_shipped_bundles_are_whole_and_small(name: str):
    shipped = load_bundle(name)
    assert shipped.spec.name == name
    assert shipped.model.stat().st_size <= 4_000_000
    assert sum(file.stat().st_size for file in shipped.folder.iterdir()) <= 7_000_000
    assert shipped.weights.exists()
    assert all({"name", "licence", "use"} <= set(entry) for entry in shipped.spec.data)


def test_moving_a_bundle_does_not_matter(folder: Path, tmp_path: Path):
    shutil.move(folder, tmp_path / "elsewhere")
    assert load_bundle(tmp_path / "elsewhere").spec.seed == 7
