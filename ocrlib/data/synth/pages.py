"""Whole pages with labelled lines and words: a flat sheet is drawn, bent, and worn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.content import pick
from ocrlib.data.synth.display import poster, sign
from ocrlib.data.synth.distractors import scribble
from ocrlib.data.synth.documents import form, table
from ocrlib.data.synth.effects import degrade, texture_background
from ocrlib.data.synth.fonts import Font
from ocrlib.data.synth.labelling import Placed, label_pages
from ocrlib.data.synth.layouts import chance
from ocrlib.data.synth.letters import letter
from ocrlib.data.synth.receipts import receipt
from ocrlib.data.synth.scenes import scene
from ocrlib.data.synth.screens import screenshot
from ocrlib.data.synth.textures import scenery
from ocrlib.data.synth.warp import random_warp
from ocrlib.data.synth.wear import (
    break_print,
    cast_shadow,
    crumple,
    fade,
    fold,
    photocopy,
    print_through,
)
from ocrlib.errors import DataError
from ocrlib.types import ByteImage, DetSample, TextInstance


@dataclass(frozen=True)
class _Kind:
    """How one kind of page is made; chances are 0-1.

    Args:
        layout: draws the flat sheet.
        worn: chance of each sign of wear (fading, folds, crumple, a bad copy, scribbles...).
        grey: chance that the picture is a grey scan.
        desk: chance that it lies on a plain or cloudy surface; else on one grey (a scanner's lid).
        outdoors: it stands in a scenery instead.
        degrees: standard deviation of the rotation.
        perspective: largest shift of a corner as a fraction of the sheet.
        bend: largest displacement by bending, px.
        strength: strongest degradation, 0-1.
    """

    layout: Callable[[np.random.Generator, Sequence[Font], tuple[int, int]], Canvas]
    worn: float = 0.2
    grey: float = 0.4
    desk: float = 0.4
    outdoors: bool = False
    degrees: float = 1.2
    perspective: float = 0.03
    bend: float = 4.0
    strength: float = 0.6


_SHEETS: dict[str, _Kind] = {
    "receipt": _Kind(receipt, worn=0.25, grey=0.75, desk=0.3),
    "letter": _Kind(letter),
    "form": _Kind(form),
    "table": _Kind(table),
    "sign": _Kind(sign, 0.03, 0.05, outdoors=True, degrees=4, perspective=0.12, strength=0.8),
    "poster": _Kind(poster, 0.05, 0.05, outdoors=True, degrees=3, perspective=0.08, strength=0.8),
    "screenshot": _Kind(screenshot, 0.0, 0.1, degrees=0, perspective=0, bend=0, strength=0.3),
}
PAGE_KINDS: tuple[str, ...] = (*_SHEETS, "scene")
ALL_KINDS: tuple[str, ...] = (*PAGE_KINDS, "curved")  # the last one has to be asked for


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
        kind: one of `ALL_KINDS`, or None for a random one of `PAGE_KINDS`.
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
        kind: one of `ALL_KINDS`, or None for a random one of `PAGE_KINDS`.

    Returns:
        The picture (H, W, 3), its lines, its words.

    Raises:
        DataError: an unknown kind.
    """
    if kind is None:
        kind = pick(rng, PAGE_KINDS)
    if kind not in ALL_KINDS:
        raise DataError(
            "unknown kind of page", value=kind, remedy=f"use one of {', '.join(ALL_KINDS)}"
        )
    if kind in ("scene", "curved"):
        image, placed = scene(rng, fonts, size, curved=kind == "curved")
        strength = 0.9
    else:
        image, placed = _lay_down(rng, fonts, size, _SHEETS[kind])
        strength = _SHEETS[kind].strength
    image = degrade(image, rng, float(rng.uniform(0.0, strength)))
    lines, words = label_pages(placed, image)
    return image, lines, words


def _lay_down(
    rng: np.random.Generator, fonts: Sequence[Font], size: tuple[int, int], kind: _Kind
) -> tuple[ByteImage, list[Placed]]:
    """Draw a sheet, wear it, and lay it into a picture of `size` (height, width) px."""
    canvas = kind.layout(rng, fonts, size)
    sheet = canvas.pixels()
    if chance(rng, kind.worn):
        sheet = fade(sheet, rng, float(rng.uniform(0.2, 0.9)))
    elif chance(rng, 0.7 * kind.worn):  # a copy of faded print would lose it altogether
        sheet = photocopy(sheet, rng)
    for effect in (break_print, print_through, fold, crumple):
        if chance(rng, kind.worn):
            sheet = effect(sheet, rng)
    warp = random_warp(
        rng,
        (canvas.height, canvas.width),
        size,
        degrees=kind.degrees,
        perspective=kind.perspective if chance(rng, 0.5) else 0.0,
        bend=kind.bend if chance(rng, 0.25) else 0.0,
        fill=1.0,
        stretch=0.2 if kind.degrees else 0.0,
    )
    if kind.outdoors:
        ground = scenery(rng, *size)
    elif chance(rng, kind.desk):
        ground = texture_background(rng, *size)
    else:  # a scanner's lid: white, black or grey
        level = pick(rng, (255, 255, 250, 20, 0, int(rng.integers(0, 256))))
        ground = np.full((*size, 3), level, np.uint8)
    image = warp.image(sheet, ground)
    if kind.worn and chance(rng, 0.2):
        image = cast_shadow(image, rng)
    while chance(rng, kind.worn):
        scribble(image, rng)
    if chance(rng, kind.grey):
        image = cv2.merge([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)] * 3)
    return image, [(canvas.lines(), warp)]
