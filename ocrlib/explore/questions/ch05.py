"""Questions of chapter 5: what layers cost, and what passes through DB's step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Pixels = float | NDArray[np.float64]


def _separable(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return height * width * (kernel * kernel * c_in + c_in * c_out)


def _dense(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return height * width * kernel * kernel * c_in * c_out


def _weights_only(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return kernel * kernel * c_in + c_in * c_out


def _no_mixing(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return height * width * kernel * kernel * c_in


def _kernel_not_squared(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return height * width * (kernel * c_in + c_in * c_out)


def _depthwise_at_the_end(height: int, width: int, kernel: int, c_in: int, c_out: int) -> int:
    return height * width * (kernel * kernel * c_out + c_in * c_out)


_LAYERS = ((160, 120, 3, 64, 64), (20, 20, 5, 24, 56), (7, 9, 3, 16, 8))


def _inverted(narrow: int, middle: int, out: int, kernel: int) -> int:
    return narrow * middle + kernel * kernel * middle + middle * out


def _dense_inside(narrow: int, middle: int, out: int, kernel: int) -> int:
    return narrow * middle + kernel * kernel * middle * middle + middle * out


def _filtered_before(narrow: int, middle: int, out: int, kernel: int) -> int:
    return narrow * middle + kernel * kernel * narrow + middle * out


def _only_widening(narrow: int, middle: int, out: int, kernel: int) -> int:
    return narrow * middle + kernel * kernel * middle


_BLOCKS = ((24, 72, 24, 3), (40, 240, 80, 5), (8, 16, 8, 3))


def _se(channels: int) -> int:
    quarter = channels // 4
    return 2 * channels * quarter + quarter + channels


def _se_without_bias(channels: int) -> int:
    return 2 * channels * (channels // 4)


def _se_one_layer(channels: int) -> int:
    return channels * (channels // 4) + channels // 4


def _se_not_squeezed(channels: int) -> int:
    return 2 * (channels * channels + channels)


_CHANNELS = ((40,), (336,), (480,))

Shapes = Sequence[tuple[int, int, int]]
_WIDTHS = (16, 24, 56, 480)
_STRIDES = (4, 8, 16, 32)


def _levels(height: int, width: int) -> Shapes:
    return [(c, height // s, width // s) for c, s in zip(_WIDTHS, _STRIDES, strict=True)]


def _levels_turned(height: int, width: int) -> Shapes:
    return [(c, w, h) for c, h, w in _levels(height, width)]


def _levels_channels_last(height: int, width: int) -> Shapes:
    return [(h, w, c) for c, h, w in _levels(height, width)]


def _levels_coarsest_first(height: int, width: int) -> Shapes:
    return list(_levels(height, width))[::-1]


def _levels_too_early(height: int, width: int) -> Shapes:
    return [(c, 2 * h, 2 * w) for c, h, w in _levels(height, width)]


_PICTURES = ((640, 640), (736, 1280), (32, 320))


def _neck(channels: Sequence[int], width: int) -> int:
    return sum(channels) * width + len(channels) * 9 * width * (width // len(channels))


def _neck_not_squeezed(channels: Sequence[int], width: int) -> int:
    return sum(channels) * width + len(channels) * 9 * width * width


def _neck_one_smooth(channels: Sequence[int], width: int) -> int:
    return sum(channels) * width + 9 * width * (width // len(channels))


def _neck_no_lateral(channels: Sequence[int], width: int) -> int:
    return len(channels) * 9 * width * (width // len(channels))


def _neck_small_kernels(channels: Sequence[int], width: int) -> int:
    return sum(channels) * width + len(channels) * width * (width // len(channels))


_NECKS = (
    ((16, 24, 56, 480), 96),
    ((16, 24, 56, 480), 256),
    ((64, 128, 256, 512), 256),
)


def _binary(p: Pixels, t: float, k: float) -> Pixels:
    return 1 / (1 + np.exp(-k * (p - t)))


def _slope(p: Pixels, t: float, k: float) -> Pixels:
    binary = _binary(p, t, k)
    return k * binary * (1 - binary)


def _slope_without_k(p: Pixels, t: float, k: float) -> Pixels:
    return _slope(p, t, k) / k


def _slope_with_sigmoid(p: Pixels, t: float, k: float) -> Pixels:
    return _slope(p, t, k) * p * (1 - p)


def _slope_of_threshold(p: Pixels, t: float, k: float) -> Pixels:
    return -_slope(p, t, k)


_STEPS = (
    (0.3, 0.3, 50.0),
    (0.42, 0.4, 50.0),
    (0.2, 0.45, 10.0),
    (0.9, 0.3, 1.0),
    (np.array([0.2, 0.4]), 0.3, 10.0),
)


def _pull(p: Pixels, t: float, k: float, y: float) -> Pixels:
    return k * (_binary(p, t, k) - y)


def _pull_without_k(p: Pixels, t: float, k: float, y: float) -> Pixels:
    return _binary(p, t, k) - y


def _pull_downhill(p: Pixels, t: float, k: float, y: float) -> Pixels:
    return -_pull(p, t, k, y)


def _pull_text_only(p: Pixels, t: float, k: float, y: float) -> Pixels:
    return k * (_binary(p, t, k) - 1)


def _pull_without_step(p: Pixels, t: float, k: float, y: float) -> Pixels:
    return k * (p - y)


_PIXELS = (
    (0.2, 0.3, 50.0, 1.0),
    (0.4, 0.3, 50.0, 1.0),
    (0.4, 0.3, 50.0, 0.0),
    (0.3, 0.35, 5.0, 1.0),
    (np.array([0.2, 0.4]), 0.3, 50.0, 1.0),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_layers, _blocks, _channels = _like(_LAYERS), _like(_BLOCKS), _like(_CHANNELS)
_pictures, _necks, _steps, _pixels = _like(_PICTURES), _like(_NECKS), _like(_STEPS), _like(_PIXELS)

QUESTIONS = (
    Question(
        "05-separable",
        right=_layers(_separable),
        mistakes=(
            Mistake(
                _layers(_dense),
                "That is the dense convolution, where looking around and mixing multiply.",
            ),
            Mistake(
                _layers(_weights_only),
                "Those are the weights. Every one of them is used once per pixel of the output.",
            ),
            Mistake(
                _layers(_no_mixing),
                "The depthwise half alone. What brings the channels together?",
            ),
            Mistake(_layers(_kernel_not_squared), "A kernel is as high as it is wide."),
            Mistake(
                _layers(_depthwise_at_the_end),
                "The depthwise layer comes first, when there are still `c_in` channels.",
            ),
        ),
        hint="Two layers, each with weights times pixels: kernel² for every channel in, then every"
        " channel in times every channel out.",
    ),
    Question(
        "05-inverted",
        right=_blocks(_inverted),
        mistakes=(
            Mistake(
                _blocks(_dense_inside),
                "The layer in the middle is depthwise: every channel is filtered alone.",
            ),
            Mistake(
                _blocks(_filtered_before),
                "The filter works where the block is wide, not at its narrow end.",
            ),
            Mistake(_blocks(_only_widening), "The block has to get narrow again."),
        ),
        hint="Three layers: 1 x 1 from narrow to middle, depthwise on the middle, 1 x 1 from middle"
        " to out. Add their weights.",
    ),
    Question(
        "05-se",
        right=_channels(_se),
        mistakes=(
            Mistake(
                _channels(_se_without_bias), "Both layers have a bias for each of their outputs."
            ),
            Mistake(
                _channels(_se_one_layer),
                "That is the squeezing layer. A second one leads back to all channels.",
            ),
            Mistake(
                _channels(_se_not_squeezed),
                "Between the two layers only a quarter of the channels is left.",
            ),
        ),
        hint="A layer from c to c // 4 and one back, each with weights and a bias.",
    ),
    Question(
        "05-levels",
        right=_pictures(_levels),
        mistakes=(
            Mistake(_pictures(_levels_turned), "Height and width changed places."),
            Mistake(
                _pictures(_levels_channels_last),
                "The right numbers, but Paddle keeps the channels first.",
            ),
            Mistake(_pictures(_levels_coarsest_first), "The finest level comes first."),
            Mistake(
                _pictures(_levels_too_early),
                "Twice too large: the first level leaves at a stride of 4, not 2.",
            ),
        ),
        hint="Four tuples: 16, 24, 56 and 480 channels, the sides divided by 4, 8, 16 and 32.",
    ),
    Question(
        "05-neck",
        right=_necks(_neck),
        mistakes=(
            Mistake(
                _necks(_neck_not_squeezed),
                "The 3 x 3 convolutions do not keep the width: four levels are stacked to `width`"
                " channels afterwards.",
            ),
            Mistake(_necks(_neck_one_smooth), "Every level has a 3 x 3 convolution of its own."),
            Mistake(
                _necks(_neck_no_lateral),
                "First every level has to be brought to the common width.",
            ),
            Mistake(_necks(_neck_small_kernels), "The second four have kernels of 3 x 3."),
        ),
        hint="For every level a 1 x 1 convolution from its channels to `width` and a 3 x 3"
        " convolution from `width` to a quarter of it.",
    ),
    Question(
        "05-slope",
        right=_steps(_slope),
        mistakes=(
            Mistake(
                _steps(_slope_without_k),
                "The inner derivative is missing: k stands in front of the difference.",
            ),
            Mistake(
                _steps(_slope_with_sigmoid),
                "That is with respect to the logit of p. Asked is the slope with respect to p.",
            ),
            Mistake(
                _steps(_slope_of_threshold),
                "The sign: when p grows, so does B. You have the slope with respect to T.",
            ),
            Mistake(_steps(_binary), "That is B itself. How fast does it change with p?"),
        ),
        hint="The derivative of the sigmoid s is s (1 - s); then the chain rule for k (p - t). On"
        " the threshold the slope is k / 4.",
    ),
    Question(
        "05-pull",
        right=_pixels(_pull),
        mistakes=(
            Mistake(
                _pixels(_pull_without_k),
                "That is the gradient at k (p - t). With respect to p, k comes in front.",
            ),
            Mistake(
                _pixels(_pull_downhill),
                "The sign: for text that is missed the loss falls when p grows, so its gradient is"
                " negative.",
            ),
            Mistake(
                _pixels(_pull_text_only),
                "Right for text. For background, where y is 0, it has to push the other way.",
            ),
            Mistake(
                _pixels(_pull_without_step),
                "The loss sees B, not p: put the probability through the step first.",
            ),
        ),
        hint="Cross entropy behind a sigmoid has a simple gradient at the sigmoid's input: B - y."
        " The input is k (p - t).",
        praise="Right. A pixel that is wrong gets up to k, one that is right nearly nothing.",
    ),
)
