"""How large a network is and how much it computes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ocrlib.engine import paddle
from ocrlib.models.weights import named_tensors

nn = paddle.nn


def parameters(model: paddle.nn.Layer) -> int:
    """Numbers that a checkpoint holds: weights and the running statistics of batch norms."""
    return sum(math.prod(tensor.shape) for tensor in named_tensors(model).values())


def running_statistics(model: paddle.nn.Layer) -> int:
    """Those of :func:`parameters` that batch norms measure and no gradient changes."""
    names = ("._mean", "._variance")
    tensors = named_tensors(model).items()
    return sum(math.prod(tensor.shape) for name, tensor in tensors if name.endswith(names))


def macs(model: paddle.nn.Layer, input_shape: Sequence[int]) -> int:
    """Multiplications with a weight that reading one input takes: :func:`macs_by_layer`, summed.

    Args:
        model: the network.
        input_shape: of the input, such as (1, 3, 640, 640).
    """
    return sum(macs_by_layer(model, input_shape).values())


def macs_by_layer(model: paddle.nn.Layer, input_shape: Sequence[int]) -> dict[str, int]:
    """Multiply-accumulates of every layer that ran, by its name, in the order of running.

    Counted are convolutions, transposed convolutions, linear, LSTM and GRU layers: the products
    with a weight. Normalisation, activations, pooling and products inside attention are not. The
    network is run once in evaluation mode on zeros.

    Args:
        model: the network; its mode is the same afterwards.
        input_shape: of the input, such as (1, 3, 640, 640).
    """
    counts: dict[str, int] = {}
    hooks = []
    for name, layer in model.named_sublayers(include_self=True):

        def count(
            layer: paddle.nn.Layer,
            inputs: tuple[paddle.Tensor, ...],
            output: paddle.Tensor,
            name: str = name,
        ) -> None:
            # A layer may run more than once.
            counts[name] = counts.get(name, 0) + _products(layer, inputs[0], output)

        if isinstance(layer, nn.Conv2D | nn.Conv2DTranspose | nn.Linear | nn.LSTM | nn.GRU):
            hooks.append(layer.register_forward_post_hook(count))
    was_training = model.training
    model.eval()
    try:
        with paddle.no_grad():
            model(paddle.zeros(list(input_shape)))
    finally:
        for hook in hooks:
            hook.remove()
        model.train() if was_training else model.eval()
    return counts


def _products(layer: paddle.nn.Layer, x: paddle.Tensor, output: paddle.Tensor) -> int:
    if isinstance(layer, nn.LSTM | nn.GRU):  # every weight once per time step; x is (B, T, in)
        weights = [p.shape for name, p in named_tensors(layer).items() if "weight" in name]
        return int(math.prod(x.shape[:2])) * sum(int(math.prod(shape)) for shape in weights)
    shape = layer.weight.shape
    if isinstance(layer, nn.Conv2DTranspose):  # (in, out / groups, k, k): per px of the input
        return int(math.prod(x.shape) * math.prod(shape[1:]))
    if isinstance(layer, nn.Linear):  # (in, out)
        return int(math.prod(output.shape) * shape[0])
    return int(math.prod(output.shape) * math.prod(shape[1:]))  # (out, in / groups, k, k)
