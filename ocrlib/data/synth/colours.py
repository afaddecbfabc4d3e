"""Colours of text and ground: mostly what signs and paper use, always legible."""

from __future__ import annotations

import numpy as np

Colour = tuple[int, int, int]  # RGB, 0-255


def luminance(colour: Colour) -> float:
    """Brightness as the eye (and a grey-scale copy) sees it, 0-255 (ITU-R BT.601)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def random_colour(rng: np.random.Generator) -> Colour:
    """White or light (25 %), black or dark (25 %), muted (30 %), vivid (20 %)."""
    kind = rng.random()
    if kind < 0.5:
        level = rng.random() ** 2 * 90
        grey = level if kind < 0.25 else 255 - level
        red, green, blue = np.clip(grey + rng.normal(0, 8, 3), 0, 255)
    elif kind < 0.8:
        red, green, blue = np.clip(40 + rng.random() * 175 + rng.normal(0, 22, 3), 0, 255)
    else:
        red, green, blue = _from_hue(rng.random() * 6, 0.4 + 0.6 * rng.random(), rng.random())
    return int(red), int(green), int(blue)


def _from_hue(hue: float, saturation: float, darkness: float) -> tuple[float, float, float]:
    value = 255 * (1 - 0.65 * darkness**1.5)
    red, green, blue = (
        value * (1 - saturation * min(1.0, max(0.0, min(k, 4 - k))))
        for k in ((5 + hue) % 6, (3 + hue) % 6, (1 + hue) % 6)
    )
    return red, green, blue


def colour_pair(rng: np.random.Generator, least: float = 45) -> tuple[Colour, Colour]:
    """Two colours, (text, ground), whose luminance differs by `least` grey levels or more.

    Either may be the lighter one. One pair in twelve may come closer, down to `least` / 2.
    """
    if rng.random() < 1 / 12:
        least /= 2
    ground = random_colour(rng)
    for _ in range(8):
        text = random_colour(rng)
        if abs(luminance(text) - luminance(ground)) >= least:
            return text, ground
    return ((255, 255, 255) if luminance(ground) < 128 else (0, 0, 0)), ground
