"""How the learning rate changes during a run."""

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
