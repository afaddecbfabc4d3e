"""How the learning rate, and the shrink ratio of targets, change during a run."""

from __future__ import annotations

import math
from collections.abc import Callable


def cosine_with_warmup(
    base_lr: float, total_steps: int, warmup_steps: int
) -> Callable[[int], float]:
    """A straight rise, then half a cosine down to nothing (Loshchilov & Hutter, 2017, "SGDR").

    Args:
        base_lr: the highest learning rate.
        total_steps: steps of the run; steps 0 to ``total_steps - 1`` are executed.
        warmup_steps: the step at which ``base_lr`` is reached; below ``total_steps``.

    Returns:
        f with f(warmup_steps) = base_lr and f(total_steps) = 0, both exactly. f(0) is above 0, so
        that the first step learns something.

    Raises:
        ValueError: ``warmup_steps`` is not within 0 … ``total_steps - 1``.
    """
    if not 0 <= warmup_steps < total_steps:
        raise ValueError(f"warmup_steps {warmup_steps} is not in 0..{total_steps - 1}")

    def lr(step: int) -> float:
        if step < warmup_steps:
            return base_lr * (step + 1) / (warmup_steps + 1)
        done = (step - warmup_steps) / (total_steps - warmup_steps)
        return base_lr * (1 + math.cos(math.pi * done)) / 2

    return lr


def growing_shrink_ratio(
    total_steps: int, start: float = 0.4, end: float = 0.6
) -> Callable[[int], float]:
    """A shrink ratio for target maps that grows evenly ("DSR" of PP-OCRv4).

    Thin kernels first, which keep crowded lines apart; thicker ones later, which give whole boxes.

    Args:
        total_steps: steps of the run; steps 0 to ``total_steps - 1`` are executed.
        start: ratio at step 0, above 0 and below 1.
        end: ratio at ``total_steps``, above 0 and below 1.

    Raises:
        ValueError: no steps, or a ratio outside 0-1.
    """
    if total_steps < 1:
        raise ValueError(f"total_steps {total_steps} is below 1")
    for name, value in (("start", start), ("end", end)):
        if not 0 < value < 1:
            raise ValueError(f"{name} {value} is not between 0 and 1")
    return lambda step: start + (end - start) * min(1.0, max(0.0, step / total_steps))
