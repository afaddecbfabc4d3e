"""From a trained network to a bundle: rounding, conversion to ONNX and the gate in between.

The weights are rounded to fp16 first. The fp32 graph and the fp16 safetensors then hold the same
numbers, and the gate compares exactly what is shipped.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from safetensors.numpy import load as parse_safetensors
from safetensors.numpy import save as to_safetensors

from ocrlib.bundle import (
    MODEL_FILE,
    WEIGHTS_FILE,
    Bundle,
    BundleSpec,
    load_bundle,
    write_bundle,
)
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError, ExportError
from ocrlib.models.build import build_model
from ocrlib.models.weights import load_weights, model_arrays, named_tensors
from ocrlib.types import FloatArray

OPSET = 17
TOLERANCE = 1e-4  # of the largest absolute output, at least of 1
INPUT = "image"
OUTPUT = "logits"
DIMENSIONS = {
    "det": ("batch", "channels", "height", "width"),
    "rec": ("batch", "time", "class"),
    "cls": ("batch", "class"),
}


class _Inference(paddle.nn.Layer):  # type: ignore[misc]
    """A network reduced to the one tensor that reading needs."""

    def __init__(self, model: paddle.nn.Layer) -> None:
        super().__init__()
        self.model = model
        self.eval()

    def forward(self, image: paddle.Tensor) -> paddle.Tensor:
        return self.model(image).logits


def export_bundle(
    model: paddle.nn.Layer,
    spec: BundleSpec,
    folder: str | os.PathLike[str],
    example_inputs: Sequence[FloatArray],
    tolerance: float = TOLERANCE,
) -> Bundle:
    """Write ``model`` as a bundle, if its ONNX graph gives the same numbers.

    Args:
        model: the trained network; it is not changed.
        spec: what the bundle's card says; its architecture must describe ``model``.
        folder: where to write. Nothing is written when the export is refused.
        example_inputs: real pictures after preprocessing, each (B, 3, H, W), better of several
            sizes; the gate also tries the first picture of each alone and a larger size.
        tolerance: largest difference allowed, as a share of the largest absolute output (of 1
            if that is smaller).

    Returns:
        The bundle, loaded and verified.

    Raises:
        ExportError: weights that fp16 cannot hold, a network that cannot be converted, or a
            graph whose numbers or text differ.
        CheckpointError: ``spec.architecture`` does not describe ``model``.
    """
    weights = to_safetensors(_round_to_half(model_arrays(model)))
    rounded = build_model(spec.architecture)
    load_weights(rounded, parse_safetensors(weights))
    # A recogniser's height is fixed by its network, the width of some too; the rest stays free.
    height = getattr(spec.preprocess, "height", None)
    graph = to_onnx(rounded, spec.task, height, getattr(rounded, "input_width", None))
    check_equal(rounded, graph, spec.task, example_inputs, tolerance)
    return write_bundle(folder, spec, {MODEL_FILE: graph, WEIGHTS_FILE: weights})


def load_model(name_or_path: str | os.PathLike[str]) -> paddle.nn.Layer:
    """The network of a bundle, with its weights, ready to be trained further.

    Args:
        name_or_path: the name of a bundle that ships with ocrlib, or a bundle's folder.

    Raises:
        BundleError: no such bundle, or a file of it is missing or altered.
        CheckpointError: it has no weights, or they do not fit the architecture.
    """
    bundle = load_bundle(name_or_path)
    if WEIGHTS_FILE not in bundle.spec.files:
        raise CheckpointError(
            f"the bundle has no {WEIGHTS_FILE}",
            file=bundle.folder,
            remedy="export it again from a checkpoint",
        )
    model = build_model(bundle.spec.architecture)
    load_weights(model, parse_safetensors(bundle.weights.read_bytes()), bundle.weights)
    return model


def to_onnx(
    model: paddle.nn.Layer, task: str, height: int | None = None, width: int | None = None
) -> bytes:
    """Convert a network to an ONNX graph with free batch size and, usually, width.

    Args:
        model: the network; its mode (training or evaluation) is the same afterwards.
        task: "det", "rec" or "cls".
        height: the input's height in px; None leaves it free.
        width: the input's width in px; None leaves it free. SVTR has a learnt place for every
            patch, so it needs one.

    Returns:
        The serialised graph from ``image`` to ``logits``; its weights keep the network's names.

    Raises:
        ExportError: the network has an operation that cannot be converted, or the converter is
            not there.
    """
    try:
        import paddle2onnx
    except ModuleNotFoundError as error:
        raise ExportError(
            "paddle2onnx, which converts networks to ONNX, is not installed",
            remedy="pip install paddle2onnx; it has no build for Python 3.13 yet: use 3.11 or 3.12",
        ) from error

    was_training = model.training
    shape = paddle.static.InputSpec([None, 3, height, width], "float32", INPUT)
    try:
        with tempfile.TemporaryDirectory() as folder, _quiet() as log:
            stem = str(Path(folder) / "model")
            paddle.jit.save(_Inference(model), stem, input_spec=[shape])
            # Without a file name no "Polygraphy" pass runs, which would pip-install packages.
            graph = paddle2onnx.export(
                f"{stem}.json", f"{stem}.pdiparams", None, opset_version=OPSET
            )
    except Exception as error:  # whatever Paddle raises, it means the same here
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        raise ExportError(
            f"the network cannot be converted to ONNX: {' '.join([str(error), *last])}",
            remedy="use operations that paddle2onnx knows",
        ) from error
    finally:
        model.train() if was_training else model.eval()
    names = {tensor.name: name for name, tensor in named_tensors(model).items()}
    return _tidy(graph, names, task)


def check_equal(
    model: paddle.nn.Layer,
    graph: bytes,
    task: str,
    example_inputs: Sequence[FloatArray],
    tolerance: float = TOLERANCE,
) -> float:
    """The gate: run network and graph on the same pictures and compare.

    Args:
        model: the network with the rounded weights.
        graph: a serialised ONNX graph.
        task: "det", "rec" or "cls".
        example_inputs: pictures after preprocessing, each (B, 3, H, W).
        tolerance: as for :func:`export_bundle`.

    Returns:
        The largest difference found, as a share of the largest output (of 1 if smaller).

    Raises:
        ExportError: there is no input, numbers differ by more than ``tolerance``, or the best
            class of a time step differs.
    """
    if not example_inputs:
        raise ExportError("nothing to compare the graphs on", remedy="give example inputs")
    was_training = model.training
    inference = _Inference(model)
    worst = 0.0
    try:
        for image in _variants(example_inputs, task, _free_width(graph)):
            with paddle.no_grad():
                wanted = inference(paddle.to_tensor(image)).numpy()
            found = _run(graph, image)
            worst = max(worst, _difference(wanted, found, image.shape, task, tolerance))
    finally:
        model.train() if was_training else model.eval()
    return worst


def _run(graph: bytes, image: FloatArray) -> FloatArray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return np.asarray(session.run([OUTPUT], {INPUT: image})[0], np.float32)
    except Exception as error:  # its exceptions have no common base class
        raise ExportError(
            f"the ONNX graph does not run on an input of shape {image.shape}: {error}"
        ) from error


def _free_width(graph: bytes) -> bool:
    """Whether the graph takes pictures of any width."""
    image = onnx.load_from_string(graph).graph.input[0]
    return not image.type.tensor_type.shape.dim[3].dim_value


def _variants(
    example_inputs: Sequence[FloatArray], task: str, free_width: bool
) -> Iterator[FloatArray]:
    """Every input as it is, its first picture alone, and that one padded to another size."""
    for image in example_inputs:
        yield image
        yield image[:1]
        if not free_width:
            continue
        more = (0, 32)
        rows = more if task == "det" else (0, 0)
        yield np.pad(image[:1], ((0, 0), (0, 0), rows, more))


def _difference(
    wanted: FloatArray, found: FloatArray, shape: tuple[int, ...], task: str, tolerance: float
) -> float:
    if wanted.shape != found.shape:
        raise ExportError(
            f"for an input of shape {shape} the network gives {wanted.shape}, "
            f"the ONNX graph {found.shape}"
        )
    difference = float(np.abs(wanted - found).max() / max(1.0, float(np.abs(wanted).max())))
    if not difference <= tolerance:  # also when it is NaN
        raise ExportError(
            f"the ONNX graph differs from the network by more than {tolerance:g} "
            f"on an input of shape {shape}",
            value=difference,
            remedy="the graph does not hold these weights, or an operation converts wrongly",
        )
    if task != "det" and (wanted.argmax(-1) != found.argmax(-1)).any():
        raise ExportError(f"the ONNX graph reads another text on an input of shape {shape}")
    return difference


def _round_to_half(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float16]]:
    rounded = {}
    for name, array in arrays.items():
        with np.errstate(over="ignore"):
            rounded[name] = array.astype(np.float16)
        if not np.isfinite(rounded[name]).all():
            raise ExportError(
                f"the weight {name} has values that fp16 cannot hold",
                value=float(np.abs(array).max()),
                remedy="training has diverged: use a smaller learning rate",
            )
    return rounded


def _tidy(graph: bytes, names: Mapping[str, str], task: str) -> bytes:
    """Give weights, output and dimensions their proper names; drop what nothing uses."""
    model = onnx.load_from_string(graph)
    new = {**names, model.graph.output[0].name: OUTPUT}
    nodes = []
    constants = list(model.graph.initializer)
    for node in model.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
        if node.op_type == "Constant":  # weights arrive as nodes
            constants.append(node.attribute[0].t)
            constants[-1].name = node.output[0]
        else:
            nodes.append(node)
    # Paddle numbers what it makes in a process, so other names and another order of the weights
    # come with every network built before; ours follow from the graph alone.
    proper = {INPUT, OUTPUT, *names.values()}
    plain: dict[str, str] = {"": ""}
    for node in nodes:
        for name in (*node.input, *node.output):
            plain.setdefault(name, name if name in proper else f"value.{len(plain)}")
        node.input[:] = [plain[name] for name in node.input]
        node.output[:] = [plain[name] for name in node.output]
        node.name = ""
    kept = [constant for constant in constants if constant.name in plain]
    for constant in kept:
        constant.name = plain[constant.name]
    kept.sort(key=lambda constant: constant.name)
    for part, content in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        del part[:]
        part.extend(content)
    model.graph.output[0].name = OUTPUT
    del model.graph.value_info[:]
    model.graph.name = f"ocrlib-{task}"
    model.producer_name = "ocrlib"
    image, output = model.graph.input[0], model.graph.output[0]
    _name_dimensions(image, DIMENSIONS["det"])
    _name_dimensions(output, DIMENSIONS[task])
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _name_dimensions(value: onnx.ValueInfoProto, names: Sequence[str]) -> None:
    for dimension, name in zip(value.type.tensor_type.shape.dim, names, strict=True):
        if not dimension.dim_value:
            dimension.dim_param = name


@contextmanager
def _quiet() -> Iterator[Path]:
    """Send what C++ code prints (file descriptors 1 and 2) to a file and yield its path."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        sys.stdout.flush()
        sys.stderr.flush()
        saved = [os.dup(1), os.dup(2)]
        try:
            with log.open("wb") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
                yield log
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for target, copy in zip((1, 2), saved, strict=True):
                os.dup2(copy, target)
                os.close(copy)
