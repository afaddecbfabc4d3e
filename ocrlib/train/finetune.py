"""Starting from weights that were trained before: what is taken, what stays fixed, how fast.

Parts of a network are named by prefixes of its weights' names: ``backbone`` is everything that
begins with ``backbone.``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from ocrlib.bundle import Bundle
from ocrlib.charset import BLANK, Charset
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError, RecipeError
from ocrlib.models.weights import load_weights, model_arrays, named_tensors

_BATCH_NORMS = (
    paddle.nn.BatchNorm,
    paddle.nn.BatchNorm1D,
    paddle.nn.BatchNorm2D,
    paddle.nn.BatchNorm3D,
    paddle.nn.SyncBatchNorm,
)


def names_under(model: paddle.nn.Layer, prefix: str) -> list[str]:
    """Names of the weights and running statistics of a part of a network.

    Args:
        model: the network.
        prefix: whole steps of a dotted name: ``backbone.stages.0`` is not ``backbone.stages.01``.

    Raises:
        RecipeError: nothing is called so; says what there is instead.
    """
    names = list(named_tensors(model))
    found = [name for name in names if name == prefix or name.startswith(f"{prefix}.")]
    if not found or not prefix:
        known = prefix
        while known and not any(name.startswith(f"{known}.") for name in names):
            known = known.rpartition(".")[0]
        start = f"{known}." if known else ""
        inside = [name[len(start) :] for name in names if name.startswith(start)]
        there = dict.fromkeys(start + name.partition(".")[0] for name in inside)
        raise RecipeError(
            "the network has no such part", value=prefix, remedy=f"there are {', '.join(there)}"
        )
    return found


def start_from(
    model: paddle.nn.Layer,
    bundle: Bundle,
    reset: Sequence[str] = (),
    charset: Charset | None = None,
    rename: Mapping[str, str] | None = None,
) -> list[str]:
    """Fill a network with a bundle's weights, every one of them but what is to be learnt anew.

    Args:
        model: a network with fresh weights.
        bundle: where its weights come from.
        reset: prefixes of parts that keep their fresh weights; only these may differ from the
            bundle's in number and shape.
        charset: the network's, if it may be another one than the bundle's: see `extend_head`.
        rename: prefixes of the bundle's weights, and what they are called in this network.

    Returns:
        Names of what kept its fresh weights.

    Raises:
        RecipeError: no part is called so, in the network or in the bundle.
        CheckpointError: the other weights do not fit, or the bundle holds none.
    """
    if not bundle.weights.is_file():
        raise CheckpointError("the bundle holds no weights to train on", file=bundle.folder)
    fresh = {name for prefix in reset for name in names_under(model, prefix)}
    for prefix in (rename or {}).values():
        names_under(model, prefix)  # refuses a name that the network does not have
    own = model_arrays(model)
    stored = {
        name: array
        for name, array in _renamed(load_file(bundle.weights), rename or {}).items()
        if not any(name == prefix or name.startswith(f"{prefix}.") for prefix in reset)
    }
    if charset is not None and bundle.spec.charset is not None:
        stored = extend_head(stored, own, bundle.spec.charset, charset)
    try:
        load_weights(model, stored | {name: own[name] for name in fresh}, bundle.weights)
    except CheckpointError as error:
        raise CheckpointError(error.problem, file=error.file, remedy=_how_to_fit(bundle)) from error
    return [name for name in own if name in fresh]


def _how_to_fit(bundle: Bundle) -> str:
    """What to write in a recipe for a network that takes the bundle's weights."""
    name, args = bundle.spec.architecture["name"], bundle.spec.architecture.get("args", {})
    own = {key: value for key, value in args.items() if key != "charset_size"}
    return (
        f"{bundle.spec.name} was trained with architecture {name} and args {own}: give the model"
        " the same, or name in init.reset what is to be learnt anew"
    )


def _renamed(
    arrays: Mapping[str, NDArray[np.generic]], rename: Mapping[str, str]
) -> dict[str, NDArray[np.generic]]:
    """The same arrays; those under a prefix that is renamed have its new name in front."""
    result: dict[str, NDArray[np.generic]] = {}
    used: set[str] = set()
    for name, array in arrays.items():
        before = [old for old in rename if name == old or name.startswith(f"{old}.")]
        longest = max(before, key=len, default="")
        used.update(before)
        new = rename[longest] + name[len(longest) :] if before else name
        if new in result:
            raise RecipeError("init.rename gives two weights one name", value=new)
        result[new] = array
    if unused := sorted(rename.keys() - used):
        raise RecipeError("init.rename: the bundle has no weights called so", value=unused[0])
    return result


def extend_head(
    trained: Mapping[str, NDArray[np.generic]],
    fresh: Mapping[str, NDArray[np.generic]],
    before: Charset,
    after: Charset,
) -> dict[str, NDArray[np.generic]]:
    """A recogniser's weights for another charset, with what it knows of its old characters.

    A linear layer writes the logits, with a column per class. Columns of characters that both
    charsets have go to their new places, with the blank's. A new character gets the mean of the old
    ones, which scores low where they do, plus the small random column of the fresh network, which
    tells it from other new ones: so the network reads on as it did, until it has learnt them.

    Args:
        trained: weights by name; those of the last layer, under ``head``, are (features, classes)
            and (classes,).
        fresh: weights of a new network for ``after``, by the same names.
        before: the charset that the network was trained with.
        after: the charset that it is to write.

    Raises:
        CheckpointError: no layer under ``head`` has the classes of the two charsets.
    """
    result = dict(trained)
    classes = {name: number for number, name in enumerate(before.entries, start=1)}
    # What each new class was before; -1: nothing.
    old = np.array([BLANK, *(classes.get(name, -1) for name in after.entries)])
    names = [
        name
        for name in trained
        if name.startswith("head.")
        and name in fresh
        and (trained[name].shape[-1], fresh[name].shape[-1]) == (before.size, after.size)
    ]
    if sorted(trained[name].ndim for name in names) != [1, 2]:
        raise CheckpointError(
            f"no one linear layer under head writes {before.size} classes",
            value=names,
            remedy="learn the head anew: init.reset",
        )
    for name in names:
        kept = trained[name].astype(np.float32)
        columns = kept[..., 1:].mean(axis=-1, keepdims=True) + fresh[name].astype(np.float32)
        columns[..., old >= 0] = kept[..., old[old >= 0]]
        result[name] = columns.astype(trained[name].dtype)
    return result


class Frozen:
    """The parts of a network that training leaves alone.

    Their weights get no gradient. Their batch norms normalise with the running statistics, as in
    reading, and do not change them: weights that stay fixed need inputs that stay as they were.

    Args:
        model: the network; its frozen weights are marked at once.
        prefixes: names of the parts.

    Raises:
        RecipeError: no part is called so, or nothing is left to train.
    """

    def __init__(self, model: paddle.nn.Layer, prefixes: Iterable[str] = ()) -> None:
        self.model = model
        self.names = {name for prefix in prefixes for name in names_under(model, prefix)}
        tensors = named_tensors(model)
        for name in self.names:
            tensors[name].stop_gradient = True
        if self.names and all(p.stop_gradient for p in model.parameters()):
            raise RecipeError("everything is frozen", value=sorted(prefixes))
        self.norms = [
            layer
            for name, layer in model.named_sublayers()
            if isinstance(layer, _BATCH_NORMS) and f"{name}._mean" in self.names
        ]

    def train(self) -> None:
        """Switch the network to training, but for what is frozen."""
        self.model.train()
        for norm in self.norms:
            norm.eval()


def scale_learning_rates(model: paddle.nn.Layer, scales: Mapping[str, float]) -> dict[str, float]:
    """Let parts of a network learn at a multiple of the learning rate.

    The scale is kept where Paddle's optimisers look for it, in each parameter; weight decay, which
    AdamW applies in proportion to the learning rate, follows.

    Args:
        model: the network.
        scales: multiple of the learning rate by prefix; the longest prefix that fits a name
            decides, what no prefix names keeps 1.

    Returns:
        The scale of each weight that is trained.

    Raises:
        RecipeError: no part is called so, or all of it is frozen.
    """
    trained = {name: p for name, p in model.named_parameters() if not p.stop_gradient}
    found = dict.fromkeys(trained, 1.0)
    for prefix in sorted(scales, key=len):
        names = [name for name in names_under(model, prefix) if name in trained]
        if not names:
            raise RecipeError("a learning rate for a part that is frozen", value=prefix)
        found |= dict.fromkeys(names, scales[prefix])
    for name, scale in found.items():
        trained[name].optimize_attr["learning_rate"] = scale
    return found
