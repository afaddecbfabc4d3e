"""From a recipe's list of augmentations to one function that changes a crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocrlib.config_augment import AugmentRecipe
from ocrlib.data import erasing, rec_augment, rec_ops, tia
from ocrlib.data.randaugment import auto_policy, rand_augment
from ocrlib.types import ByteImage


@dataclass(frozen=True)
class Steps:
    """Augmentations one after the other, each by chance.

    Args:
        steps: what may happen, in this order; ``concatenate`` is left to the source.
    """

    steps: tuple[AugmentRecipe, ...]

    def __call__(self, image: ByteImage, rng: np.random.Generator) -> ByteImage:
        """Change a crop, RGB uint8 (H, W, 3); its size may be another afterwards."""
        for step in self.steps:
            if step.name != "concatenate" and rng.random() < step.probability:
                image = augment_by(step, image, rng)
        return image


def augment_by(step: AugmentRecipe, image: ByteImage, rng: np.random.Generator) -> ByteImage:
    """Do one step of a recipe, whatever its probability.

    Args:
        step: which, and how much.
        image: RGB uint8 (H, W, 3).
        rng: the source of chance.

    Returns:
        RGB uint8. ``concatenate`` needs a second crop and does nothing here: ``mixing.Joined``.
    """
    strength = step.strength
    match step.name:
        case "base":
            return rec_augment.augment(image, rng, strength)
        case "negative":
            return rec_ops.negative(image)
        case "tia":
            return tia.tia(image, rng, step.segments, strength)
        case "tia-distort":
            return tia.distort(image, rng, step.segments, strength)
        case "tia-stretch":
            return tia.stretch(image, rng, step.segments, strength)
        case "tia-perspective":
            return tia.perspective(image, rng, strength)
        case "rand-augment":
            return rand_augment(image, rng, step.count, strength)
        case "auto-policy":
            return auto_policy(image, rng, strength)
        case "cut-out":
            return erasing.cut_out(image, rng, 0.7 * strength)
        case "random-erasing":
            return erasing.random_erasing(image, rng, 0.3 * strength)
        case "hide-and-seek":
            return erasing.hide_and_seek(image, rng, 0.3 * strength)
        case "grid-mask":
            return erasing.grid_mask(image, rng, 0.7 * strength)
        case "concatenate":
            return image
        case _:
            return rec_ops.apply(step.name, image, rng, strength)


def joining(steps: Sequence[AugmentRecipe]) -> float:
    """How often texts are joined, 0-1: the probability of ``concatenate``, 0 without it."""
    return next((step.probability for step in steps if step.name == "concatenate"), 0.0)
