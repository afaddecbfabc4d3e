"""Checkpoints: one safetensors file that holds everything a run needs to go on.

Arrays are named ``group/name`` (groups: model, average, optimizer); the rest (step, best score,
positions in the data, recipe) is JSON in the file's header. One file can be replaced atomically,
which a folder cannot: whatever happens while saving, the previous checkpoint stays whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.weights import load_weights, named_tensors

FORMAT = 1
Arrays = dict[str, NDArray[Any]]


def save_checkpoint(path: Path, groups: Mapping[str, Arrays], state: Mapping[str, Any]) -> None:
    """Write a checkpoint, or leave the previous one as it is.

    Args:
        path: the file.
        groups: arrays by group and name.
        state: plain JSON-ready values.

    Raises:
        CheckpointError: it cannot be written, for example because the disk is full.
    """
    arrays = {
        f"{group}/{name}": np.ascontiguousarray(array)
        for group, members in groups.items()
        for name, array in members.items()
    }
    content = save(arrays, metadata={"state": json.dumps({"format": FORMAT, **state})})
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_synced(temporary, content)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CheckpointError(
            f"the checkpoint cannot be written: {error.strerror or error}",
            file=path,
            remedy="free some space and resume; the previous checkpoint is whole",
        ) from error


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until a renaming in this folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_checkpoint(path: Path) -> tuple[dict[str, Arrays], dict[str, Any]]:
    """Read a checkpoint.

    Returns:
        Arrays by group and name, and the state.

    Raises:
        CheckpointError: the file is missing, damaged, or of a newer format.
    """
    groups: dict[str, Arrays] = {}
    try:
        with safe_open(path, framework="numpy") as file:
            state = json.loads((file.metadata() or {})["state"])
            for key in file.keys():  # noqa: SIM118 - not a mapping
                group, _, name = key.partition("/")
                groups.setdefault(group, {})[name] = file.get_tensor(key)
    except FileNotFoundError:
        raise CheckpointError("no such checkpoint", file=path) from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise CheckpointError(f"not a whole checkpoint: {error}", file=path) from error
    if state.get("format") != FORMAT:
        raise CheckpointError(
            "made by another version", file=path, value=state.get("format"), remedy="update ocrlib"
        )
    return groups, state


def restore(model: paddle.nn.Layer, arrays: Arrays, file: str | Path | None = None) -> None:
    """Put a checkpoint's weights into a model; every name and shape has to fit.

    Raises:
        CheckpointError: a name is missing or left over, or a shape differs.
    """
    load_weights(model, without_aliases(model, arrays), file)


def without_aliases(model: paddle.nn.Layer, arrays: Arrays) -> Arrays:
    """Leave out second names of weights that Paddle lists twice."""
    aliases = model.state_dict().keys() - named_tensors(model).keys()
    return {name: array for name, array in arrays.items() if name not in aliases}


def check_names(wanted: Iterable[str], found: Iterable[str], file: str | Path) -> None:
    """Refuse arrays that are missing or left over."""
    missing, extra = set(wanted) - set(found), set(found) - set(wanted)
    if missing or extra:
        problem = f"{len(missing)} arrays are missing, {len(extra)} are not known"
        raise CheckpointError(
            problem,
            file=file,
            value=sorted(missing or extra)[0],
            remedy="build the model with the recipe of the checkpoint",
        )


def optimizer_arrays(optimizer: paddle.optimizer.Optimizer, model: paddle.nn.Layer) -> Arrays:
    """The optimiser's moments, named after the model's parameters."""
    return {
        name: optimizer.state_dict()[key].numpy()
        for name, key in _optimizer_keys(optimizer, model).items()
    }


def load_optimizer(
    optimizer: paddle.optimizer.Optimizer,
    model: paddle.nn.Layer,
    arrays: Arrays,
    file: str | Path = "checkpoint",
) -> None:
    """Put moments into a new optimiser of ``model``, before its first step.

    Raises:
        CheckpointError: a name is missing or left over.
    """
    # Paddle makes the moments at the first step: take one that changes nothing.
    optimizer.set_lr(0.0)
    paddle.add_n([(p * 0).sum() for p in optimizer._parameter_list]).backward()
    optimizer.step()
    optimizer.clear_grad()
    keys = _optimizer_keys(optimizer, model)
    check_names(keys.keys(), arrays.keys(), file)
    state = {key: paddle.to_tensor(arrays[name]) for name, key in keys.items()}
    optimizer.set_state_dict(state)


def _optimizer_keys(
    optimizer: paddle.optimizer.Optimizer, model: paddle.nn.Layer
) -> dict[str, str]:
    """From names like ``head.weight/moment1`` to Paddle's ``linear_3.w_0_moment1_0``.

    Paddle's own names count the layers of the process, so they mean nothing in another one.
    """
    names = {parameter.name: name for name, parameter in model.named_parameters()}
    keys = {}
    for key in optimizer.state_dict():
        parameter = max((n for n in names if key.startswith(n + "_")), key=len, default=None)
        if parameter is not None:
            kind = key[len(parameter) + 1 :].rpartition("_")[0]
            keys[f"{names[parameter]}/{kind}"] = key
    return keys
