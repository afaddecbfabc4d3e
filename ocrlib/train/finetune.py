"""Starting from weights that were trained before: what is taken, what stays fixed, how fast.

Parts of a network are named by prefixes of its weights' names: ``backbone`` is everything that
begins with ``backbone.``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from safetensors.numpy import load_file

from ocrlib.bundle import Bundle
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


def start_from(model: paddle.nn.Layer, bundle: Bundle, reset: Sequence[str] = ()) -> list[str]:
    """Fill a network with a bundle's weights, every one of them but what is to be learnt anew.

    Args:
        model: a network with fresh weights.
        bundle: where its weights come from.
        reset: prefixes of parts that keep their fresh weights; only these may differ from the
            bundle's in number and shape.

    Returns:
        Names of what kept its fresh weights.

    Raises:
        RecipeError: no part is called so.
        CheckpointError: the other weights do not fit, or the bundle holds none.
    """
    if not bundle.weights.is_file():
        raise CheckpointError("the bundle holds no weights to train on", file=bundle.folder)
    fresh = {name for prefix in reset for name in names_under(model, prefix)}
    own = model_arrays(model)
    stored = {
        name: array
        for name, array in load_file(bundle.weights).items()
        if not any(name == prefix or name.startswith(f"{prefix}.") for prefix in reset)
    }
    load_weights(model, stored | {name: own[name] for name in fresh}, bundle.weights)
    return [name for name in own if name in fresh]


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
