"""Questions of chapter 6: what a pixel is told, and how a loss weighs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.explore.check import Mistake, Question, Test, behaves_like

Map = NDArray[np.float64]
Box = tuple[int, int, int, int]  # left, top, right, bottom, px
Size = tuple[int, int]  # height, width, px


def _targets(
    boxes: Sequence[Box],
    ignore: Sequence[bool],
    size: Size,
    d: int,
    *,
    at_ends: bool = True,
    kernel_if_ignored: bool = False,
    mask_all: bool = False,
    mask_shrunk: bool = False,
) -> Map:
    kernels, mask = np.zeros(size), np.ones(size)
    for (left, top, right, bottom), ignored in zip(boxes, ignore, strict=True):
        ends = d if at_ends else 0
        inner = np.s_[top + d : bottom - d, left + ends : right - ends]
        if not ignored or kernel_if_ignored:
            kernels[inner] = 1
        if ignored or mask_all:
            mask[inner if mask_shrunk else np.s_[top:bottom, left:right]] = 0
    return np.stack([kernels, mask])  # (2, H, W)


def _inverted(boxes: Sequence[Box], ignore: Sequence[bool], size: Size, d: int) -> Map:
    kernels, mask = _targets(boxes, ignore, size, d)
    return np.stack([kernels, 1 - mask])


def _unmasked(boxes: Sequence[Box], ignore: Sequence[bool], size: Size, d: int) -> Map:
    kernels, mask = _targets(boxes, ignore, size, d)
    return np.stack([kernels, np.ones_like(mask)])


_LAYOUTS: tuple[tuple[Any, ...], ...] = (
    (((3, 2, 23, 10),), (False,), (16, 30), 2),
    (((2, 1, 26, 8), (4, 9, 20, 15)), (False, True), (16, 30), 2),
    (((2, 1, 26, 8), (4, 9, 20, 15)), (True, False), (18, 30), 1),
)


def _bce(x: Map, y: Map) -> Map:
    return np.asarray(np.logaddexp(0, x) - x * y)


def _naive_bce(x: Map, y: Map) -> Map:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p = 1 / (1 + np.exp(-x))
        return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def _text_only_bce(x: Map, y: Map) -> Map:
    return y * _bce(x, y)


def _bce_without_sigmoid(p: Map, y: Map) -> Map:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


_X = np.array([[2.0, -1.0, 0.5], [0.0, -3.0, 4.0]])
_LOGITS: tuple[tuple[Map, Map], ...] = (
    (_X, np.array([[1.0, 0, 1], [0, 0, 1]])),
    (_X, np.array([[0.0, 1, 0], [1, 1, 0]])),
    (np.array([[800.0, -800.0]]), np.array([[0.0, 1.0]])),  # surely wrong
    (np.array([[800.0, -800.0]]), np.array([[1.0, 0.0]])),  # surely right
)


def _mined(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    return _taken(
        loss, target, mask, int(min((1 - target)[mask > 0].sum(), ratio * (target * mask).sum()))
    )


def _taken(loss: Map, target: Map, mask: Map, count: int, easiest: bool = False) -> float:
    text, rest = loss[(target * mask) > 0], np.sort(loss[((1 - target) * mask) > 0])
    chosen = rest[:count] if easiest else rest[len(rest) - count :]
    return float((text.sum() + chosen.sum()) / (len(text) + count))


def _mined_easiest(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    count = int(min(((1 - target) * mask).sum(), ratio * (target * mask).sum()))
    return _taken(loss, target, mask, count, easiest=True)


def _mined_all(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    return float((loss * mask).sum() / mask.sum())


def _mined_without_mask(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    return _mined(loss, target, np.ones_like(mask), ratio)


def _mined_over_all(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    text = (target * mask).sum()
    count = min(((1 - target) * mask).sum(), ratio * text)
    return float(_mined(loss, target, mask, ratio) * (text + count) / mask.sum())


def _mined_background_only(loss: Map, target: Map, mask: Map, ratio: float) -> float:
    count = int(min(((1 - target) * mask).sum(), ratio * (target * mask).sum()))
    return float(np.sort(loss[((1 - target) * mask) > 0])[::-1][:count].mean())


_LOSS = np.array([[0.5, 2.0, 0.1, 0.9, 0.2], [1.5, 0.3, 0.05, 0.7, 3.0]])
_TEXT = np.array([[1.0, 0, 0, 0, 0], [1, 0, 0, 0, 0]])
_COUNTS = np.array([[1.0, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
_MINED: tuple[tuple[Map, Map, Map, float], ...] = (
    (_LOSS, _TEXT, np.ones_like(_LOSS), 2),
    (_LOSS, _TEXT, _COUNTS, 1),
    (_LOSS, _TEXT, _COUNTS, 9),  # more than there is
)


def _lazy(share: float, ratio: float) -> float:
    return max(share, 1 / (1 + ratio))


_SHARES: tuple[tuple[float, float], ...] = ((0.02, 3.0), (0.1, 1.0), (0.05, 100.0), (0.4, 3.0))


def _dice_gradient(p: Map, y: Map) -> Map:
    overlap, total = (p * y).sum(), p.sum() + y.sum()
    return np.asarray(2 * (overlap - y * total) / total**2)


def _dice_text_only(p: Map, y: Map) -> Map:
    return np.asarray(-2 * y / (p.sum() + y.sum()))


def _dice_at_logits(p: Map, y: Map) -> Map:
    return _dice_gradient(p, y) * p * (1 - p)


_P = np.array([[0.1, 0.8, 0.6, 0.3], [0.2, 0.9, 0.5, 0.7]])
_Y = np.array([[0.0, 1, 1, 0], [0, 1, 1, 1]])
_ANSWERS: tuple[tuple[Map, Map], ...] = ((_P, _Y), (np.full((3, 4), 0.05), np.eye(3, 4)), (_Y, _Y))


def _unclip(width: float, height: float, ratio: float) -> float:
    d = width * height * (1 - ratio**2) / (2 * (width + height))
    w, h = width - 2 * d, height - 2 * d
    return d * 2 * (w + h) / (w * h)


def _unclip_of_outline(width: float, height: float, ratio: float) -> float:
    return 1 - ratio**2


def _unclip_long(width: float, height: float, ratio: float) -> float:
    return (1 - ratio**2) / ratio**2


def _unclip_half_shrunk(width: float, height: float, ratio: float) -> float:
    d = width * height * (1 - ratio**2) / (2 * (width + height))
    w, h = width - d, height - d
    return d * 2 * (w + h) / (w * h)


_RECTANGLES: tuple[tuple[float, float, float], ...] = (
    (400.0, 20.0, 0.6),
    (60.0, 20.0, 0.4),
    (30.0, 30.0, 0.8),
)


def _mirror(polygon: Map, width: float) -> Map:
    p = _mirror_points(polygon, width)
    return np.roll(p[::-1], len(p) // 2, axis=0)


def _mirror_points(polygon: Map, width: float) -> Map:
    return np.stack([width - polygon[:, 0], polygon[:, 1]], axis=1)


def _mirror_pixels(polygon: Map, width: float) -> Map:
    return _mirror(polygon, width - 1)


def _mirror_reversed(polygon: Map, width: float) -> Map:
    return _mirror_points(polygon, width)[::-1]


def _mirror_about_itself(polygon: Map, width: float) -> Map:
    return _mirror(polygon, float(polygon[:, 0].min() + polygon[:, 0].max()))


_OUTLINES: tuple[tuple[Map, float], ...] = (
    (np.array([[10.0, 20], [90, 24], [90, 44], [10, 40]]), 200.0),
    (np.array([[10.0, 20], [50, 10], [90, 20], [90, 40], [50, 30], [10, 40]]), 120.0),
)


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_layouts, _logits, _mining, _lazily = (_like(i) for i in (_LAYOUTS, _LOGITS, _MINED, _SHARES))
_answers, _rectangles, _outlines = (_like(i) for i in (_ANSWERS, _RECTANGLES, _OUTLINES))


def _layout_with(**change: bool) -> Test:
    changed: Callable[..., Map] = _targets
    return _layouts(lambda *arguments: changed(*arguments, **change))


QUESTIONS = (
    Question(
        "06-targets",
        right=_layouts(_targets),
        mistakes=(
            Mistake(
                _layouts(_inverted),
                "The mask is the wrong way round: it is 1 where pixels count, and most do.",
            ),
            Mistake(_layouts(_unmasked), "Ignored boxes have to leave a hole in the mask."),
            Mistake(
                _layout_with(kernel_if_ignored=True),
                "An ignored box gets no kernel. Nobody knows what should be found there.",
            ),
            Mistake(
                _layout_with(mask_all=True),
                "You masked readable boxes, too. Then their kernels count for nothing.",
            ),
            Mistake(
                _layout_with(mask_shrunk=True),
                "The whole ignored box does not count, not only its inner part: its rim may show"
                " letters as well.",
            ),
            Mistake(
                _layout_with(at_ends=False),
                "Your kernels are shrunk above and below only. All four sides move.",
            ),
        ),
        hint="Start with kernels of 0 and a mask of 1. A box that counts sets its inner part to 1"
        " in the first, an ignored one sets all of itself to 0 in the second.",
    ),
    Question(
        "06-pixel-loss",
        right=_logits(_bce),
        mistakes=(
            Mistake(
                _logits(_naive_bce),
                "Right on paper. But a logit of 800 makes the sigmoid exactly 1, and the logarithm"
                " of 1 - 1 is not finite. log(1 + e^x) has a safe form: np.logaddexp(0, x).",
            ),
            Mistake(_logits(_text_only_bce), "Background pixels have a loss, too."),
            Mistake(
                _logits(_bce_without_sigmoid),
                "x are logits, not probabilities: the sigmoid comes first.",
            ),
            Mistake(_logits(lambda x, y: -_bce(x, y)), "The sign: a loss is never negative."),
            Mistake(
                _logits(lambda x, y: _bce(x, y).mean()),
                "That is one number. Hard negatives are chosen among the losses of single pixels.",
            ),
        ),
        hint="With p = 1 / (1 + e^-x) the loss -y log p - (1 - y) log(1 - p) becomes"
        " log(1 + e^x) - x·y.",
    ),
    Question(
        "06-hard-negatives",
        right=_mining(_mined),
        mistakes=(
            Mistake(_mining(_mined_easiest), "Those are the easiest background pixels."),
            Mistake(
                _mining(_mined_all),
                "Nothing is chosen yet: that is the mean over all pixels that count.",
            ),
            Mistake(
                _mining(_mined_without_mask),
                "A pixel where the mask is 0 was taken. It counts neither as text nor as a"
                " negative, however large its loss is.",
            ),
            Mistake(
                _mining(_mined_over_all),
                "Divide by the number of pixels that were taken, not by all that there are.",
            ),
            Mistake(
                _mining(_mined_background_only),
                "The text pixels are missing: all of them belong to the mean.",
            ),
        ),
        hint="n = text pixels that count; take min(ratio · n, background pixels that count) of the"
        " largest background losses; the mean of text and those.",
    ),
    Question(
        "06-lazy-answer",
        right=_lazily(_lazy),
        mistakes=(
            Mistake(
                _lazily(lambda share, ratio: 1 / (1 + ratio)),
                "Right while there is enough background. With 5 % text there are only 19 background"
                " pixels for each of text, whatever the ratio allows.",
            ),
            Mistake(
                _lazily(lambda share, ratio: share),
                "That is the answer without hard negatives.",
            ),
            Mistake(
                _lazily(lambda share, ratio: 1 / ratio),
                "Of 1 text pixel and `ratio` background pixels, which part is text?",
            ),
        ),
        hint="Cross entropy wants the share of text among the pixels that count. How many"
        " background pixels count, at most?",
    ),
    Question(
        "06-dice-gradient",
        right=_answers(_dice_gradient),
        mistakes=(
            Mistake(
                _answers(_dice_text_only),
                "p stands below the fraction bar as well, so background pixels have a gradient,"
                " too.",
            ),
            Mistake(
                _answers(_dice_at_logits),
                "That is the gradient at the logits. Asked for is the one at the probabilities.",
            ),
            Mistake(
                _answers(lambda p, y: -_dice_gradient(p, y)),
                "The sign: more probability on a text pixel must make the loss smaller.",
            ),
        ),
        hint="With overlap O = sum of p·y and total S = sum of p + sum of y it is 1 - 2 O / S."
        " The quotient rule gives -2 (y·S - O) / S² for each pixel.",
    ),
    Question(
        "06-unclip",
        right=_rectangles(_unclip),
        mistakes=(
            Mistake(
                _rectangles(_unclip_of_outline),
                "Growing starts from the kernel, and its own area and perimeter count, not those"
                " of the outline.",
            ),
            Mistake(
                _rectangles(_unclip_long),
                "That is the limit for a very long line. A square keeps more of itself.",
            ),
            Mistake(
                _rectangles(_unclip_half_shrunk),
                "A side moves at both of its ends: the kernel is 2d less wide and 2d less high.",
            ),
        ),
        hint="d = A (1 - r²) / L of the outline. The kernel is (width - 2d) x (height - 2d); the"
        " ratio u has to give u · A' / L' = d with the kernel's area and perimeter.",
    ),
    Question(
        "06-mirror",
        right=_outlines(_mirror),
        mistakes=(
            Mistake(
                _outlines(_mirror_points),
                "The corners are in the right places, but now they run anticlockwise, and the first"
                " one is at the top right.",
            ),
            Mistake(
                _outlines(_mirror_reversed),
                "Clockwise again, but the first corner has to be the top left one.",
            ),
            Mistake(
                _outlines(_mirror_pixels),
                "Coordinates are those of pixel edges: a picture reaches from 0 to its width, so"
                " its left border becomes `width`, not `width - 1`.",
            ),
            Mistake(
                _outlines(_mirror_about_itself),
                "The picture is mirrored about its own middle, not about the middle of the text.",
            ),
        ),
        hint="x becomes width - x. Then reverse the order, and roll by half the number of corners"
        " so that the upper edge comes first.",
    ),
)
