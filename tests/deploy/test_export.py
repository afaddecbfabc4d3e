import subprocess
import sys
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file

from ocrlib.bundle import BundleSpec, write_bundle
from ocrlib.charset import Charset
from ocrlib.deploy import export
from ocrlib.deploy.export import check_equal, export_bundle, load_model, to_onnx
from ocrlib.engine import paddle
from ocrlib.errors import BundleError, CheckpointError, ExportError
from ocrlib.models.build import build_model
from ocrlib.models.svtr_lcnet import drop_guide
from ocrlib.models.weights import model_arrays
from ocrlib.preprocess import DetPreprocess, RecPreprocess

pytest.importorskip("paddle2onnx", reason="paddle2onnx has no build for this Python")

CHARSET = Charset("abcdef", space=False)
SPECS = {
    "det": BundleSpec("tiny-det", "det", {"name": "det_lite"}, DetPreprocess(), postprocess={}),
    "rec": BundleSpec(
        "tiny-rec",
        "rec",
        {"name": "rec_lite", "args": {"charset_size": CHARSET.size, "hidden": 8}},
        RecPreprocess(),
        charset=CHARSET,
    ),
}
SHAPES = {"det": [(2, 3, 64, 96), (1, 3, 32, 32)], "rec": [(3, 3, 32, 96), (1, 3, 32, 32)]}


def examples(task):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for shape in SHAPES[task]]


def network(task):
    """A network whose running statistics are no longer the initial ones."""
    paddle.seed(1)
    model = build_model(SPECS[task].architecture)
    model.train()
    model(paddle.to_tensor(examples(task)[0]))
    return model


@pytest.fixture(scope="module", params=["det", "rec"])
def exported(request, tmp_path_factory):
    task = request.param
    folder = tmp_path_factory.mktemp("bundle 小 x")
    model = network(task)
    return task, model, export_bundle(model, SPECS[task], folder, examples(task))


def session_of(graph):
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def edited(bundle, name, change):
    """The bundle's graph with one weight changed."""
    graph = onnx.load(bundle.model)
    (weight,) = [w for w in graph.graph.initializer if w.name == name]
    weight.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(weight).copy()), name))
    return graph.SerializeToString()


def test_the_bundle_is_whole_and_small(exported):
    _, _, bundle = exported
    assert set(bundle.spec.files) == {"model.onnx", "model.safetensors"}
    assert bundle.model.stat().st_size < 4_000_000
    assert sum(f.stat().st_size for f in bundle.folder.iterdir()) < 7_000_000


@pytest.mark.parametrize("batch", [1, 2, 5])
@pytest.mark.parametrize("more", [0, 32, 160])
def test_any_batch_and_size_gives_the_network_s_numbers(exported, batch, more):
    task, _, bundle = exported
    height = 32 if task == "rec" else 64 + more
    image = np.random.default_rng(2).standard_normal((batch, 3, height, 64 + more))
    image = image.astype(np.float32)
    model = load_model(bundle.folder)
    model.eval()
    (found,) = session_of(bundle.model.read_bytes()).run(["logits"], {"image": image})
    with paddle.no_grad():
        wanted = model(paddle.to_tensor(image)).logits.numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_both_files_hold_the_same_rounded_numbers(exported):
    _, model, bundle = exported
    halves = load_file(bundle.weights)
    assert {array.dtype for array in halves.values()} == {np.dtype(np.float16)}
    for name, array in model_arrays(model).items():
        np.testing.assert_array_equal(halves[name], array.astype(np.float16))
    graph = {w.name: w for w in onnx.load(bundle.model).graph.initializer}
    shared = [name for name in halves if name in graph and "lstm" not in name]
    assert len(shared) > 20
    for name in shared:
        found = numpy_helper.to_array(graph[name])
        np.testing.assert_array_equal(found, halves[name].astype(np.float32), name)


def test_the_model_is_not_changed(exported):
    task, model, _ = exported
    assert model.training
    fresh = model_arrays(network(task))
    assert all((fresh[name] == array).all() for name, array in model_arrays(model).items())


def test_no_paths_inside(exported):
    _, _, bundle = exported
    content = b"".join(f.read_bytes() for f in bundle.folder.iterdir())
    for trace in (b"/tmp", b"/home", b"/work", b"site-packages", str(bundle.folder).encode()):
        assert trace not in content


def test_the_graph_has_clean_names(exported):
    task, _, bundle = exported
    graph = onnx.load(bundle.model).graph
    assert [value.name for value in (*graph.input, *graph.output)] == ["image", "logits"]
    dims = [d.dim_param or d.dim_value for d in graph.input[0].type.tensor_type.shape.dim]
    assert dims == ["batch", 3, "height" if task == "det" else 32, "width"]
    used = {name for node in graph.node for name in node.input}
    assert {weight.name for weight in graph.initializer} <= used


@pytest.mark.slow
def test_a_network_of_one_width_gives_a_graph_of_that_width(tmp_path):
    architecture = {
        "name": "svtr_tiny",
        "args": {"charset_size": CHARSET.size, "width": 64, "steps": 8},
    }
    spec = replace(SPECS["rec"], architecture=architecture)
    paddle.seed(0)
    image = np.random.default_rng(0).standard_normal((2, 3, 32, 64)).astype(np.float32)
    bundle = export_bundle(build_model(architecture), spec, tmp_path, [image])
    dims = onnx.load(bundle.model).graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in dims] == ["batch", 3, 32, 64]


@pytest.mark.slow
def test_a_guided_network_is_shipped_without_its_guide(tmp_path):
    args = {"charset_size": CHARSET.size, "scale": 0.25}
    paddle.seed(0)
    model = drop_guide(build_model({"name": "svtr_lcnet", "args": args}))
    architecture = {"name": "svtr_lcnet", "args": {**args, "guide": None}}
    spec = replace(SPECS["rec"], architecture=architecture, preprocess=RecPreprocess(48))
    image = np.random.default_rng(0).standard_normal((2, 3, 48, 64)).astype(np.float32)
    bundle = export_bundle(model, spec, tmp_path, [image])
    assert not [name for name in load_file(bundle.weights) if name.startswith("guide.")]
    dims = onnx.load(bundle.model).graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in dims] == ["batch", 3, 48, "width"]


@pytest.mark.slow
def test_the_same_network_gives_the_same_bytes(exported):
    task, model, bundle = exported
    again = to_onnx(load_model(bundle.folder), task, 32 if task == "rec" else None)
    assert again == bundle.model.read_bytes()
    assert model.training


@pytest.mark.parametrize(
    ("task", "name"),
    [
        pytest.param("det", "neck.context.1.conv.weight", marks=pytest.mark.slow),
        ("rec", "head.bias"),
    ],
)
def test_a_graph_with_other_weights_is_refused(tmp_path, monkeypatch, task, name):
    good = export_bundle(network(task), SPECS[task], tmp_path / "good", examples(task))
    bad = edited(good, name, lambda weight: weight + np.float32(0.01))
    monkeypatch.setattr(export, "to_onnx", lambda *_: bad)
    with pytest.raises(ExportError, match=r"more than 0\.0001"):
        export_bundle(network(task), SPECS[task], tmp_path / "bad", examples(task))
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize("exported", ["rec"], indirect=True)
def test_a_graph_that_reads_another_text_is_refused(exported):
    task, _, bundle = exported
    model = load_model(bundle.folder)
    bad = edited(bundle, "head.bias", lambda bias: bias + np.linspace(0, 3, bias.size, dtype="f4"))
    with pytest.raises(ExportError, match="reads another text"):
        check_equal(model, bad, task, examples(task), tolerance=10)


def test_a_fixed_size_is_refused(exported):
    task, _, bundle = exported
    graph = onnx.load(bundle.model)
    graph.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 96
    with pytest.raises(ExportError, match="does not run on an input of shape"):
        check_equal(load_model(bundle.folder), graph.SerializeToString(), task, examples(task))


def test_not_a_number_is_refused(exported):
    task, _, bundle = exported
    name = "head.bias" if task == "rec" else "head.shrink.up2.bias"
    bad = edited(bundle, name, lambda weight: weight * np.float32(np.nan))
    with pytest.raises(ExportError, match="differs"):
        check_equal(load_model(bundle.folder), bad, task, examples(task))


def test_nothing_to_compare_is_refused(exported):
    task, _, bundle = exported
    with pytest.raises(ExportError, match="nothing to compare"):
        check_equal(load_model(bundle.folder), bundle.model.read_bytes(), task, [])


@pytest.mark.parametrize("value", [1e6, np.inf, np.nan])
def test_weights_that_fp16_cannot_hold_are_refused(tmp_path, value):
    model = network("rec")
    bias = model.head.bias.numpy()
    bias[2] = value
    model.head.bias.set_value(bias)
    with pytest.raises(ExportError, match=r"head\.bias has values that fp16 cannot hold"):
        export_bundle(model, SPECS["rec"], tmp_path, examples("rec"))


def test_an_architecture_that_is_not_the_model_s_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="missing"):
        export_bundle(network("rec"), SPECS["det"], tmp_path, examples("det"))


def test_what_cannot_be_converted_is_one_clear_error():
    class Odd(paddle.nn.Layer):
        def forward(self, x):
            raise RuntimeError("no such thing")

    with pytest.raises(ExportError, match=r"cannot be converted to ONNX: .*no such thing"):
        to_onnx(Odd(), "det")


def test_loaded_model_trains_on(exported):
    task, _, bundle = exported
    model = load_model(bundle.folder)
    model.train()
    model(paddle.to_tensor(examples(task)[0])).logits.mean().backward()
    assert next(p for p in model.parameters() if p.trainable).grad is not None


def repacked(bundle, folder, change, **fields):
    """A bundle with the same files but other weights, hashes put right."""
    folder.mkdir()
    arrays = load_file(bundle.weights)
    change(arrays)
    save_file(arrays, folder / "w")
    spec = replace(bundle.spec, **fields)
    files = {"model.onnx": bundle.model, "model.safetensors": (folder / "w").read_bytes()}
    return write_bundle(folder, spec, files).folder


def test_weights_that_do_not_fit_are_refused(exported, tmp_path):
    _, _, bundle = exported
    first = next(iter(load_file(bundle.weights)))
    cases = {
        "1 weights are missing": lambda arrays: arrays.pop(first),
        "1 weights are unexpected, the first is more": lambda a: a.update(more=np.ones(1, "f2")),
        "the model needs": lambda arrays: arrays.update({first: np.ones((1, 2), "f2")}),
    }
    for i, (message, change) in enumerate(cases.items()):
        with pytest.raises(CheckpointError, match=message):
            load_model(repacked(bundle, tmp_path / str(i), change))


def test_tampered_weights_are_refused(exported, tmp_path):
    _, _, bundle = exported
    folder = repacked(bundle, tmp_path / "copy", lambda arrays: None)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(BundleError, match="SHA-256"):
        load_model(folder)


def test_a_bundle_without_weights_is_refused(tiny_bundles):
    with pytest.raises(CheckpointError, match=r"no model\.safetensors"):
        load_model(tiny_bundles.det)


def test_without_the_converter_the_error_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "paddle2onnx", None)
    with pytest.raises(ExportError, match=r"paddle2onnx.*not installed.*3\.11 or 3\.12"):
        to_onnx(network("det"), "det")


@pytest.mark.slow
def test_export_prints_nothing(tmp_path):
    code = (
        "from ocrlib.deploy.export import to_onnx\n"
        "from ocrlib.models.lite import rec_lite\n"
        "to_onnx(rec_lite(5), 'rec', 32)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
