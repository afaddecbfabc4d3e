"""PaddleOCR's networks as measured: tables of their weights, vectors of their outputs.

The committed part (``networks.json.gz``, ``forward_det.npz``, ``forward_rec.npz``) holds every
table and some hundred numbers of every output; the collection beside the project holds all of it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ocrlib.engine import paddle


@dataclass(frozen=True)
class Weight:
    name: str
    shape: tuple[int, ...]
    role: str
    alias_of: str | None


@dataclass(frozen=True)
class Network:
    """What was measured of one network.

    ``levels`` are mean and standard deviation of what backbone, neck and head (before the
    sigmoid) give for the picture of :func:`picture`, with the weights of :func:`made_weights`.
    """

    name: str
    weights: tuple[Weight, ...]
    elements: int
    running_statistics: int
    macs: int
    macs_shape: tuple[int, ...]
    levels: tuple[dict[str, Any], ...]


@cache
def tables(folder: Path) -> dict[str, Any]:
    """All tables of the committed part, by network."""
    with gzip.open(folder / "networks.json.gz", "rt", encoding="utf-8") as file:
        return json.load(file)


def network(golden: Path, name: str) -> Network:
    """The table of one network, from either place."""
    if (golden / "networks.json.gz").exists():
        table = tables(golden)[name]
    else:
        path = golden.parent / "architectures" / f"{name}.json"
        table = compact(json.loads(path.read_text(encoding="utf-8")))
    weights = tuple(
        Weight(n, tuple(shape), role, alias) for n, shape, role, alias in table["state"]
    )
    return Network(
        name,
        weights,
        table["elements"],
        table["running_statistics"],
        table["macs"],
        tuple(table["macs_shape"]),
        tuple(table["levels"]),
    )


def compact(table: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a measured table in the committed file."""
    between = table["golden_forward"].get("intermediates") or {}
    backbone = between.get("backbone") or []
    levels = backbone if isinstance(backbone, list) else [backbone]
    levels = [x for x in (*levels, between.get("neck"), between.get("logits")) if x]
    return {
        "state": [[s["name"], s["shape"], s["role"], s["alias_of"]] for s in table["state"]],
        "elements": table["counts"]["state_dict_elements"],
        "running_statistics": table["counts"]["bn_running_stats"],
        "macs": table["macs_hooks"]["total"],
        "macs_shape": table["input_shape"],
        "levels": [{k: x[k] for k in ("shape", "mean", "std")} for x in levels if "shape" in x],
    }


def made_weights(weights: Iterable[Weight]) -> dict[str, np.ndarray]:
    """Arrays that follow from the names alone; both sides were filled with them."""
    arrays = {}
    for weight in weights:
        if weight.alias_of:
            continue
        rng = np.random.default_rng(zlib.crc32(weight.name.encode()))
        if weight.role in ("bn_weight", "bn_var", "norm_weight"):
            values = rng.uniform(0.5, 1.5, weight.shape)
        elif weight.role in ("bn_bias", "bn_mean", "bias"):
            values = rng.standard_normal(weight.shape) * 0.1
        else:
            rest = int(np.prod(weight.shape[1:]))
            fan = weight.shape[0] if len(weight.shape) == 2 else max(1, rest)
            values = rng.standard_normal(weight.shape) * np.sqrt(2 / fan)
        arrays[weight.name] = values.astype(np.float32)
    return arrays


def picture(shape: tuple[int, ...] = (1, 3, 64, 96)) -> paddle.Tensor:
    """The input that both sides were given."""
    values = np.random.default_rng(7).standard_normal(shape) * 0.5
    return paddle.to_tensor(values.astype(np.float32))


def det_forward(golden: Path, name: str) -> dict[str, np.ndarray] | None:
    """Outputs of a detector: ``at`` says which px of each map; None if they were not measured."""
    if (golden / "forward_det.npz").exists():
        found, at = _committed(golden / "forward_det.npz", name)
        return {**found, "at": at} if found else None
    path = golden / f"forward_{name}.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        return det_outputs(dict(file), np.arange(file["logits"].size))


def _committed(path: Path, name: str) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """What a committed file holds of one network, and of all."""
    with np.load(path) as file:
        own = {
            key.removeprefix(f"{name}__"): file[key]
            for key in file.files
            if key.startswith(f"{name}__")
        }
        return own, file["at"] if "at" in file.files else None


def det_outputs(file: dict[str, np.ndarray], at: np.ndarray) -> dict[str, np.ndarray]:
    """The px ``at`` of the maps of one measured file."""
    maps = file["train_maps"][0]  # (3, H, W)
    return {
        "at": at,
        "logits": file["logits"].ravel()[at],
        "logits_std": file["logits"].std(dtype=np.float64),
        "output": file["output"].ravel()[at],
        "train_maps": maps.reshape(3, -1)[:, at],
        "train_bn_mean": file["train_first_bn_mean_after"],
        "train_bn_variance": file["train_first_bn_var_after"],
        "train_bn_name": file["train_first_bn_name"],
    }


def rec_forward(golden: Path, name: str) -> dict[str, np.ndarray] | None:
    """Outputs of a recogniser or classifier, as :func:`rec_outputs`; None if not measured."""
    if (golden / "forward_rec.npz").exists():
        return _committed(golden / "forward_rec.npz", name)[0] or None
    path = golden / f"forward_{name}.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        return rec_outputs(dict(file), np.arange(file["logits"].size))


def rec_outputs(file: dict[str, np.ndarray], at: np.ndarray) -> dict[str, np.ndarray]:
    """The scores ``at`` of one measured file, and what is known of every time step.

    Of thousands of classes the first 64 were kept: ``at`` counts those. ``total`` is the
    logarithm of the sum of the exponentials of all scores of a step.
    """
    return {
        "at": at,
        "kept": np.array(file["logits"].shape[-1]),
        "logits": file["logits"].ravel()[at],
        "logits_std": file["logits"].std(dtype=np.float64),
        "best": file["argmax_last"].ravel(),
        "best_probability": file["max_last"].ravel(),
        "total": file["logits_lse_last"].ravel(),
    }
