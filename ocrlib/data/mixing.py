"""Two crops made into one: texts joined side by side, and pictures that have two labels.

Joined texts still have one true label. Mixup and CutMix do not: neither label is what is written,
each counts in the loss by its weight. They come from the classification of things, where that
works; on texts they are here to be tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.random import Generator

from ocrlib.preprocess import resize
from ocrlib.types import ByteImage, RecSample


@dataclass(frozen=True, eq=False)
class MixedSample:
    """A picture made of two, with both labels.

    Args:
        image: RGB uint8 (H, W, 3).
        texts: what the two pictures say.
        weights: how much each text counts in the loss, sum 1: the loss of the picture is
            ``weights[0] * loss(texts[0]) + weights[1] * loss(texts[1])``.
    """

    image: ByteImage
    texts: tuple[str, str]
    weights: tuple[float, float]


def mixup(first: RecSample, second: RecSample, rng: Generator, alpha: float = 0.2) -> MixedSample:
    """Lay one picture over the other like a slide (Zhang et al., "mixup", ICLR 2018).

    Args:
        first: decides the size; the other picture is resized to it.
        second: the other sample.
        rng: the source of chance.
        alpha: of the Beta(alpha, alpha) distribution that the share comes from: small values
            leave one of the two nearly alone; 0 gives the first picture alone.

    Returns:
        The mean of both, weighted as the labels are.
    """
    share = float(rng.beta(alpha, alpha)) if alpha > 0 else 1.0
    height, width = first.image.shape[:2]
    other = resize(second.image, (height, width))
    image = cv2.addWeighted(first.image, share, other, 1 - share, 0)
    return MixedSample(np.asarray(image, np.uint8), (first.text, second.text), (share, 1 - share))


def cut_mix(first: RecSample, second: RecSample, rng: Generator, alpha: float = 1.0) -> MixedSample:
    """Put a box of one picture into the other (Yun et al., "CutMix", ICCV 2019).

    Args:
        first: the picture that gets the box.
        second: the picture that the box is from, resized to the first one's size.
        rng: the source of chance.
        alpha: of the Beta(alpha, alpha) distribution that the first one's share comes from; 0
            gives the first picture alone.

    Returns:
        The picture; weights are the shares of its area that each of the two really has.
    """
    share = float(rng.beta(alpha, alpha)) if alpha > 0 else 1.0
    height, width = first.image.shape[:2]
    side = (1 - share) ** 0.5  # the box has the picture's proportions, and 1 - share of its area
    y, x = int(rng.integers(height)), int(rng.integers(width))
    top, bottom = (int(np.clip(y + sign * side * height / 2, 0, height)) for sign in (-1, 1))
    left, right = (int(np.clip(x + sign * side * width / 2, 0, width)) for sign in (-1, 1))
    image = first.image.copy()
    other = resize(second.image, (height, width))
    image[top:bottom, left:right] = other[top:bottom, left:right]
    box = (bottom - top) * (right - left) / (height * width)
    return MixedSample(image, (first.text, second.text), (1 - box, box))


def join(first: RecSample, second: RecSample, between: str = "", gap: float = 0.0) -> RecSample:
    """Two texts side by side as one (TextConAug of PP-OCRv3; Li et al., 2022).

    Args:
        first: stands at the left and decides the height.
        second: is brought to that height, proportions kept.
        between: what the label gets between the two texts: nothing, or a space.
        gap: room between the two pictures, as a share of the height; it fades from the last
            column of the one to the first of the other. A space wants about 0.3.

    Returns:
        The joined picture; its text is ``first.text + between + second.text``. It does not tell
        case when one of the two does not.
    """
    height = first.image.shape[0]
    width = max(1, round(second.image.shape[1] * height / second.image.shape[0]))
    other = resize(second.image, (height, width))
    pieces = [first.image, other]
    room = round(gap * height)
    if room:
        fade = (np.arange(room, dtype=np.float32)[:, None] + 0.5) / room  # (room, 1)
        left, right = first.image[:, -1:], other[:, :1]  # (H, 1, 3)
        pieces.insert(1, np.rint(left * (1 - fade) + right * fade).astype(np.uint8))
    return RecSample(
        np.concatenate(pieces, axis=1),
        first.text + between + second.text,
        f"{first.source} + {second.source}",
        first.fold_case or second.fold_case,
    )


class _Crops(Protocol):
    def __len__(self) -> int: ...

    def sample(self, index: int, rng: Generator) -> RecSample: ...


class Joined:
    """A source whose crops are sometimes followed by another one of it.

    Args:
        source: where the crops come from.
        probability: how often another text is appended, 0-1.
        longest: no text is appended if the picture would be wider than this many heights: the
            paper, too, joins texts only up to the width that the network is trained with.
        space: write a space between the two texts, and leave room for it.
    """

    def __init__(
        self, source: _Crops, probability: float = 0.5, longest: float = 10.0, space: bool = True
    ) -> None:
        self.source = source
        self.probability = probability
        self.longest = longest
        self.space = space

    def __len__(self) -> int:
        return len(self.source)

    def sample(self, index: int, rng: Generator) -> RecSample:
        """The crop with this index, alone or with another one behind it."""
        sample = self.source.sample(index, rng)
        if rng.random() >= self.probability:
            return sample
        other = self.source.sample(int(rng.integers(len(self.source))), rng)
        ratio = sum(one.image.shape[1] / one.image.shape[0] for one in (sample, other))
        if not self.space:
            return sample if ratio > self.longest else join(sample, other)
        gap = float(rng.uniform(0.2, 0.5))
        return sample if ratio + gap > self.longest else join(sample, other, " ", gap)
