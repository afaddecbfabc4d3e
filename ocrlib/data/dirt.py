"""Specks of toner, dust and holes on a page: small, dark, and not text."""

from __future__ import annotations

import cv2
import numpy as np

from ocrlib.types import DetSample

_SHARP = 8  # drawing positions are given in 1/256 px


def specks(
    sample: DetSample,
    rng: np.random.Generator,
    count: tuple[int, int] = (2, 60),
    largest: float = 4.0,
) -> DetSample:
    """Scatter specks over a page, as a copier or a scanner leaves them.

    A page that is mostly light gets dark specks, a dark one light ones.

    Args:
        sample: the page; its texts stay as they are.
        rng: the source of chance.
        count: least and greatest number of specks; low numbers are drawn more often.
        largest: greatest half axis of a speck in px; most are much smaller.
    """
    height, width = sample.image.shape[:2]
    image = sample.image.copy()
    light = float(image.mean()) > 127
    number = int(np.exp(rng.uniform(np.log(count[0]), np.log(count[1] + 1))))
    for _ in range(number):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        axes = 0.4 + (largest - 0.4) * rng.random(2) ** 3
        level = int(rng.integers(0, 110))
        colour = (level,) * 3 if light else (255 - level,) * 3
        cv2.ellipse(
            image,
            (round(x * 2**_SHARP), round(y * 2**_SHARP)),
            (round(axes[0] * 2**_SHARP), round(axes[1] * 2**_SHARP)),
            float(rng.uniform(0, 180)),
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
            _SHARP,
        )
    return DetSample(image, sample.instances, sample.source)
