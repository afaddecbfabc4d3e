"""Names and strengths of what may happen to a crop in training: the recipe's ``rec_augment``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ocrlib.tables import number

# One change of a picture each: see data.rec_ops.
Operation = Literal[
    "rotate",
    "shear",
    "tilt",
    "squeeze",
    "margins",
    "blur",
    "motion-blur",
    "low-resolution",
    "noise",
    "camera-noise",
    "salt-and-pepper",
    "jpeg",
    "sharpen",
    "brightness",
    "contrast",
    "gamma",
    "colour",
    "lighting",
    "autocontrast",
    "equalize",
    "posterize",
    "solarize",
]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
# Those that leave a text readable. Solarizing does not: it can bring light paper down to dark ink.
READABLE: tuple[Operation, ...] = tuple(name for name in OPERATIONS if name != "solarize")

# What is put together from several of them, or works otherwise.
Augmentation = Literal[
    Operation,
    "base",
    "negative",
    "tia",
    "tia-distort",
    "tia-stretch",
    "tia-perspective",
    "rand-augment",
    "auto-policy",
    "cut-out",
    "random-erasing",
    "hide-and-seek",
    "grid-mask",
    "concatenate",
]
AUGMENTATIONS: tuple[Augmentation, ...] = get_args(Augmentation)


@dataclass(frozen=True)
class AugmentRecipe:
    """One thing that may happen to a crop.

    Args:
        name: what: ``base`` is what happens without any list, ``concatenate`` appends other texts
            of the same source; the others are functions of ``data.tia``, ``data.randaugment``,
            ``data.erasing`` and ``data.rec_ops``.
        probability: how often.
        strength: how much, 0 to 1; nothing happens at 0, except for ``base``, ``negative`` and
            ``concatenate``.
        count: operations one after the other (``rand-augment``).
        segments: pieces between the points that move (``tia``).
    """

    name: Augmentation
    probability: float = number(1.0, above=0, most=1)
    strength: float = number(0.5, least=0, most=1)
    count: int = number(2, least=1)
    segments: int = number(4, least=1)
