"""Whole pages with labelled lines and words: a flat sheet is drawn, bent, and worn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.content import pick
from ocrlib.data.synth.distractors import scribble
from ocrlib.data.synth.documents import form, table
from ocrlib.data.synth.effects import degrade, texture_background
from ocrlib.data.synth.fonts import Font
from ocrlib.data.synth.labelling import label_lines
from ocrlib.data.synth.layouts import chance
from ocrlib.data.synth.letters import letter
from ocrlib.data.synth.receipts import receipt
from ocrlib.data.synth.warp import random_warp
from ocrlib.data.synth.wear import cast_shadow, crumple, fade, fold, print_through
from ocrlib.errors import DataError
from ocrlib.types import ByteImage, DetSample, TextInstance

Layout = Callable[[np.random.Generator, Sequence[Font], tuple[int, int]], Canvas]

_LAYOUTS: dict[str, Layout] = {"receipt": receipt, "letter": letter, "form": form, "table": table}
PAGE_KINDS: tuple[str, ...] = tuple(_LAYOUTS)


def render_page(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    size: tuple[int, int] = (640, 640),
    kind: str | None = None,
    level: str = "line",
) -> DetSample:
    """A page with its text labelled at one level.

    Args:
        rng: source of randomness; the same state gives the same pixels and labels.
        fonts: the faces to write with.
        size: (height, width) of the picture in px.
        kind: one of `PAGE_KINDS`, or None for a random one.
        level: "line" or "word".

    Raises:
        DataError: an unknown kind or level.
    """
    if level not in ("line", "word"):
        raise DataError("unknown level of labels", value=level, remedy='use "line" or "word"')
    if kind is None:
        kind = pick(rng, PAGE_KINDS)
    image, lines, words = render_page_levels(rng, fonts, size=size, kind=kind)
    return DetSample(image, lines if level == "line" else words, f"synth:{kind}")


def render_page_levels(
    rng: np.random.Generator,
    fonts: Sequence[Font],
    *,
    size: tuple[int, int] = (640, 640),
    kind: str | None = None,
) -> tuple[ByteImage, tuple[TextInstance, ...], tuple[TextInstance, ...]]:
    """A page with its text labelled twice: as lines and as words.

    Args:
        rng: source of randomness.
        fonts: the faces to write with.
        size: (height, width) of the picture in px.
        kind: one of `PAGE_KINDS`, or None for a random one.

    Returns:
        The picture (H, W, 3), its lines, its words.

    Raises:
        DataError: an unknown kind.
    """
    if kind is None:
        kind = pick(rng, PAGE_KINDS)
    if kind not in _LAYOUTS:
        raise DataError(
            "unknown kind of page", value=kind, remedy=f"use one of {', '.join(PAGE_KINDS)}"
        )
    canvas = _LAYOUTS[kind](rng, fonts, size)
    sheet = canvas.pixels()
    if chance(rng, 0.35):
        sheet = fade(sheet, rng, float(rng.uniform(0.3, 0.9)))
    if chance(rng, 0.2):
        sheet = print_through(sheet, rng)
    if chance(rng, 0.25):
        sheet = fold(sheet, rng)
    if chance(rng, 0.25):
        sheet = crumple(sheet, rng)
    warp = random_warp(
        rng,
        (canvas.height, canvas.width),
        size,
        degrees=1.2,
        perspective=0.02 if chance(rng, 0.4) else 0.0,
        bend=4.0 if chance(rng, 0.3) else 0.0,
        fill=1.0,
        stretch=0.2,
    )
    if chance(rng, 0.4):
        background = texture_background(rng, *size)
    else:
        level = int(rng.integers(0, 256)) if chance(rng, 0.5) else 255
        background = np.full((*size, 3), level, np.uint8)
    image = warp.image(sheet, background)
    if chance(rng, 0.3):
        image = cast_shadow(image, rng)
    while chance(rng, 0.3):
        scribble(image, rng)
    image = degrade(image, rng, float(rng.uniform(0.1, 0.6)))
    lines, words = label_lines(canvas.lines(), warp, image)
    return image, lines, words
