"""Wrong answers to the questions of chapter 6, each with a part of the hint it must get."""

from __future__ import annotations

import numpy as np


def _draw(boxes, ignore, size, d, rule):
    kernels, mask = np.zeros(size), np.ones(size)
    for box, ignored in zip(boxes, ignore, strict=True):
        rule(kernels, mask, box, ignored, d)
    return np.stack([kernels, mask])


def targets_mask_inverted(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        if ignored:
            mask[top:bottom, left:right] = 0
        else:
            kernels[top + d : bottom - d, left + d : right - d] = 1

    kernels, mask = _draw(boxes, ignore, size, d, rule)
    return np.stack([kernels, 1 - mask])


def targets_without_mask(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        if not ignored:
            kernels[top + d : bottom - d, left + d : right - d] = 1

    return _draw(boxes, ignore, size, d, rule)


def targets_kernel_everywhere(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        kernels[top + d : bottom - d, left + d : right - d] = 1
        if ignored:
            mask[top:bottom, left:right] = 0

    return _draw(boxes, ignore, size, d, rule)


def targets_all_masked(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        mask[top:bottom, left:right] = 0
        if not ignored:
            kernels[top + d : bottom - d, left + d : right - d] = 1

    return _draw(boxes, ignore, size, d, rule)


def targets_mask_shrunk(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        inner = np.s_[top + d : bottom - d, left + d : right - d]
        if ignored:
            mask[inner] = 0
        else:
            kernels[inner] = 1

    return _draw(boxes, ignore, size, d, rule)


def targets_rows_only(boxes, ignore, size, d):
    def rule(kernels, mask, box, ignored, d):
        left, top, right, bottom = box
        if ignored:
            mask[top:bottom, left:right] = 0
        else:
            kernels[top + d : bottom - d, left:right] = 1

    return _draw(boxes, ignore, size, d, rule)


def targets_nothing(boxes, ignore, size, d):
    return np.stack([np.zeros(size), np.zeros(size)])


def _sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def loss_naive(x, y):
    p = _sigmoid(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def loss_text_only(x, y):
    return y * np.logaddexp(0, -x)


def loss_of_probabilities(x, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(y * np.log(x) + (1 - y) * np.log(1 - x))


def loss_negative(x, y):
    return x * y - np.logaddexp(0, x)


def loss_mean(x, y):
    return (np.logaddexp(0, x) - x * y).mean()


def loss_squared(x, y):
    return (_sigmoid(x) - y) ** 2


def _parts(loss, target, mask, ratio):
    text, rest = loss[(target > 0) & (mask > 0)], loss[(target == 0) & (mask > 0)]
    return text, np.sort(rest)[::-1], int(min(len(rest), ratio * len(text)))


def mine_easiest(loss, target, mask, ratio):
    text, rest, count = _parts(loss, target, mask, ratio)
    return (text.sum() + rest[::-1][:count].sum()) / (len(text) + count)


def mine_nothing(loss, target, mask, ratio):
    return loss[mask > 0].mean()


def mine_masked_too(loss, target, mask, ratio):
    text, rest, count = _parts(loss, target, np.ones_like(mask), ratio)
    return (text.sum() + rest[:count].sum()) / (len(text) + count)


def mine_divide_by_all(loss, target, mask, ratio):
    text, rest, count = _parts(loss, target, mask, ratio)
    return (text.sum() + rest[:count].sum()) / mask.sum()


def mine_no_text(loss, target, mask, ratio):
    _, rest, count = _parts(loss, target, mask, ratio)
    return rest[:count].mean()


def mine_sum(loss, target, mask, ratio):
    text, rest, count = _parts(loss, target, mask, ratio)
    return text.sum() + rest[:count].sum()


def dice_numerator_only(p, y):
    return -2 * y / (p.sum() + y.sum())


def _slope(p, y):
    total = p.sum() + y.sum()
    return -2 * (y * total - (p * y).sum()) / total**2


def dice_at_logits(p, y):
    return _slope(p, y) * p * (1 - p)


def dice_uphill(p, y):
    return -_slope(p, y)


def dice_without_two(p, y):
    return _slope(p, y) / 2


def _shrunk(width, height, ratio):
    return width * height * (1 - ratio**2) / (2 * (width + height))


def unclip_long(width, height, ratio):
    return 1 / ratio**2 - 1


def unclip_half(width, height, ratio):
    d = _shrunk(width, height, ratio)
    w, h = width - d, height - d
    return d * 2 * (w + h) / (w * h)


def unclip_distance(width, height, ratio):
    return _shrunk(width, height, ratio)


def _mirrored(polygon, width):
    flipped = polygon.copy()
    flipped[:, 0] = width - flipped[:, 0]
    return flipped


def mirror_reversed(polygon, width):
    return _mirrored(polygon, width)[::-1]


def mirror_pixels(polygon, width):
    return np.roll(_mirrored(polygon, width - 1)[::-1], len(polygon) // 2, axis=0)


def mirror_in_place(polygon, width):
    ends = polygon[:, 0].min() + polygon[:, 0].max()
    return np.roll(_mirrored(polygon, ends)[::-1], len(polygon) // 2, axis=0)


WRONG = {
    "06-targets": [
        (targets_mask_inverted, "wrong way round"),
        (targets_without_mask, "leave a hole"),
        (targets_kernel_everywhere, "gets no kernel"),
        (targets_all_masked, "masked readable boxes"),
        (targets_mask_shrunk, "not only its inner part"),
        (targets_rows_only, "All four sides"),
        (targets_nothing, "Start with kernels of 0"),
    ],
    "06-pixel-loss": [
        (loss_naive, "np.logaddexp"),
        (loss_text_only, "Background pixels"),
        (loss_of_probabilities, "not probabilities"),
        (loss_negative, "never negative"),
        (loss_mean, "single pixels"),
        (loss_squared, "log(1 + e^x)"),
    ],
    "06-hard-negatives": [
        (mine_easiest, "easiest"),
        (mine_nothing, "Nothing is chosen"),
        (mine_masked_too, "where the mask is 0"),
        (mine_divide_by_all, "that were taken"),
        (mine_no_text, "are missing"),
        (mine_sum, "largest background losses"),
    ],
    "06-lazy-answer": [
        (lambda share, ratio: 1 / (1 + ratio), "enough background"),
        (lambda share, ratio: share, "without hard negatives"),
        (lambda share, ratio: 1 / ratio, "which part is text"),
        (lambda share, ratio: 1 - share, "at most"),
    ],
    "06-dice-gradient": [
        (dice_numerator_only, "below the fraction bar"),
        (dice_at_logits, "at the probabilities"),
        (dice_uphill, "The sign"),
        (dice_without_two, "quotient rule"),
    ],
    "06-unclip": [
        (lambda width, height, ratio: 1 - ratio**2, "its own area"),
        (unclip_long, "very long line"),
        (unclip_half, "both of its ends"),
        (unclip_distance, "u · A' / L' = d"),
    ],
    "06-mirror": [
        (_mirrored, "anticlockwise"),
        (mirror_reversed, "the top left one"),
        (mirror_pixels, "not `width - 1`"),
        (mirror_in_place, "its own middle"),
        (lambda polygon, width: polygon, "width - x"),
    ],
}
