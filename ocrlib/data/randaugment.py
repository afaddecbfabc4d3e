"""Augmentation by lot: RandAugment, and policies as AutoAugment finds them.

Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
NeurIPS 2020; Cubuk et al., "AutoAugment: Learning Augmentation Strategies from Data", CVPR 2019.
Both papers turn and mirror photographs of things. What is drawn from here leaves a text readable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocrlib.config_augment import READABLE, Operation
from ocrlib.data.rec_ops import apply
from ocrlib.errors import DataError
from ocrlib.types import ByteImage

# One step of a policy: what, how often (0-1), how much (0-1).
Step = tuple[Operation, float, float]

# Pairs that go together on texts. They are set by hand, not found by a search: AutoAugment's own
# policies belong to its photographs of things.
TEXT_POLICY: tuple[tuple[Step, Step], ...] = (
    (("rotate", 0.7, 0.5), ("motion-blur", 0.5, 0.5)),
    (("shear", 0.8, 0.5), ("brightness", 0.6, 0.5)),
    (("tilt", 0.8, 0.6), ("blur", 0.5, 0.5)),
    (("squeeze", 0.8, 0.6), ("noise", 0.5, 0.4)),
    (("margins", 0.8, 0.6), ("contrast", 0.6, 0.6)),
    (("low-resolution", 0.7, 0.6), ("jpeg", 0.7, 0.6)),
    (("lighting", 0.7, 0.7), ("camera-noise", 0.6, 0.5)),
    (("colour", 0.7, 0.8), ("gamma", 0.6, 0.6)),
    (("autocontrast", 0.6, 1.0), ("sharpen", 0.5, 0.5)),
    (("equalize", 0.4, 0.7), ("rotate", 0.5, 0.3)),
)


def rand_augment(
    image: ByteImage,
    rng: np.random.Generator,
    count: int = 2,
    strength: float = 0.5,
    operations: Sequence[Operation] = READABLE,
) -> ByteImage:
    """Draw some operations and apply them one after the other, all with the same strength.

    Two numbers are all there is to tune, ``count`` and ``strength``; the paper calls them N and M.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        count: operations, drawn with replacement.
        strength: of each, 0 (nothing happens) to 1.
        operations: what to draw from.

    Returns:
        RGB uint8; its size may be another.

    Raises:
        DataError: nothing to draw from.
    """
    if not operations:
        raise DataError("RandAugment has no operation to draw from")
    for choice in rng.integers(len(operations), size=count):
        image = apply(operations[choice], image, rng, strength)
    return image


def auto_policy(
    image: ByteImage,
    rng: np.random.Generator,
    strength: float = 0.5,
    policy: Sequence[Sequence[Step]] = TEXT_POLICY,
) -> ByteImage:
    """Draw one row of a policy and take its steps, each with its own probability and strength.

    Args:
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.
        strength: 0.5 takes the policy's strengths as they are, 0 nothing, 1 twice as much (at
            most 1).
        policy: rows of steps (operation, probability, strength).

    Returns:
        RGB uint8; its size may be another.

    Raises:
        DataError: a policy without rows.
    """
    if not policy:
        raise DataError("a policy needs a row at least")
    for operation, probability, amount in policy[int(rng.integers(len(policy)))]:
        if rng.random() < probability:
            image = apply(operation, image, rng, min(1.0, 2 * strength * amount))
    return image
