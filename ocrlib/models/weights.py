"""Weights in and out of a network as named arrays; loading is strict."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError


def named_tensors(model: paddle.nn.Layer) -> dict[str, paddle.Tensor]:
    """Weights and running statistics of ``model``, each under its first name only.

    Paddle's LSTM lists every weight twice (``lstm.weight_ih_l0``, ``lstm.0.cell_fw.weight_ih``).
    """
    seen: set[int] = set()
    named = {}
    for name, tensor in model.state_dict().items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            named[name] = tensor
    return named


def model_arrays(model: paddle.nn.Layer) -> dict[str, NDArray[Any]]:
    """Copies of what :func:`named_tensors` lists."""
    return {name: tensor.numpy().copy() for name, tensor in named_tensors(model).items()}


def load_weights(
    model: paddle.nn.Layer, arrays: Mapping[str, NDArray[Any]], file: str | Path | None = None
) -> None:
    """Put ``arrays`` into ``model``; every name and shape has to fit, else nothing changes.

    Args:
        model: the network to fill.
        arrays: one array per name in :func:`named_tensors`, any float type.
        file: where they come from, for the message.

    Raises:
        CheckpointError: arrays are missing, unexpected or of another shape; names the first.
    """
    tensors = named_tensors(model)
    remedy = "build the model with the architecture that these weights were trained with"
    missing = sorted(tensors.keys() - arrays.keys())
    unexpected = sorted(arrays.keys() - tensors.keys())
    if missing:
        problem = f"{len(missing)} weights are missing, the first is {missing[0]}"
        raise CheckpointError(problem, file=file, remedy=remedy)
    if unexpected:
        problem = f"{len(unexpected)} weights are unexpected, the first is {unexpected[0]}"
        raise CheckpointError(problem, file=file, remedy=remedy)
    for name, tensor in tensors.items():
        if tuple(tensor.shape) != arrays[name].shape:
            raise CheckpointError(
                f"{name} has the shape {arrays[name].shape}, the model needs {tuple(tensor.shape)}",
                file=file,
                remedy=remedy,
            )
    for name, tensor in tensors.items():
        tensor.set_value(arrays[name].astype("float32"))
