"""Pictures of augmentations: a contact sheet of all of them, and TIA's points on a word."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ocrlib.config_augment import AUGMENTATIONS, OPERATIONS, Augmentation, AugmentRecipe
from ocrlib.data import mixing, tia
from ocrlib.data.rec_steps import augment_by
from ocrlib.data.synth.canvas import Canvas
from ocrlib.data.synth.effects import gaussian_noise
from ocrlib.data.synth.fonts import get_face
from ocrlib.explore.plot import COLOURS
from ocrlib.explore.specimens import font
from ocrlib.types import ByteImage, RecSample

_INK, _PAPER = (46, 40, 78), (236, 214, 176)
MIXES = ("mixup", "cut-mix", "concatenate")


def word(text: str = "Harbour 27", height: int = 48, face: str = "DejaVuSans-Bold") -> ByteImage:
    """A word as on a sign: dark blue on sand, a little grain.

    Args:
        text: what it says.
        height: of the picture in px.
        face: name of one of matplotlib's faces.
    """
    drawn = get_face(font(face), round(0.62 * height))
    margin = round(0.25 * height)
    canvas = Canvas(height, round(drawn.getlength(text)) + 2 * margin, _PAPER)
    canvas.write(margin, round(0.72 * height), text, drawn, _INK)
    return gaussian_noise(canvas.pixels(), 3.0, np.random.default_rng(7))


def contact_sheet(
    image: ByteImage | None = None,
    names: Sequence[Augmentation] = AUGMENTATIONS,
    strength: float = 0.7,
    tries: int = 3,
    seed: int = 0,
    width: float = 7.0,
) -> None:
    """Draw a crop as it is, and what each augmentation makes of it a few times.

    Args:
        image: the crop, RGB uint8 (H, W, 3); None: :func:`word`.
        names: of the augmentations, one row each; "concatenate" joins the crop to itself.
        strength: of each, 0 to 1.
        tries: pictures in a row, each with other chances.
        seed: of the chances.
        width: of the figure in inches.
    """
    crop = word() if image is None else image
    rows = [("as it is", [crop])]
    for name in names:
        step = AugmentRecipe(name, strength=strength, count=2)
        made = []
        for i in range(tries):
            rng = np.random.default_rng([seed, i])
            if name == "concatenate":
                made.append(_mixed(name, RecSample(crop, "", ""), RecSample(crop, "", ""), rng))
            else:
                made.append(augment_by(step, crop, rng))
        rows.append((name, made))
    _draw(rows, tries, width)


def mixing_sheet(
    first: ByteImage | None = None,
    second: ByteImage | None = None,
    tries: int = 3,
    seed: int = 0,
    width: float = 7.0,
) -> None:
    """Draw two crops, and what Mixup, CutMix and joining make of them.

    Args:
        first: RGB uint8 (H, W, 3); None: a word.
        second: RGB uint8 (H, W, 3); None: another one.
        tries: pictures in a row.
        seed: of the chances.
        width: of the figure in inches.
    """
    one = RecSample(word("Harbour") if first is None else first, "", "")
    other = RecSample(255 - word("Ferry 6") if second is None else second, "", "")
    rows = [("as they are", [one.image, other.image])]
    for name in MIXES:
        made = [_mixed(name, one, other, np.random.default_rng([seed, i])) for i in range(tries)]
        rows.append((name, made))
    _draw(rows, tries, width)


def show_tia(
    image: ByteImage, handles: tia.Points, moved: tia.Points, axes: Sequence[Axes] | None = None
) -> None:
    """Draw a crop with its points, and the warped crop with where they went and a bent grid.

    Args:
        image: RGB uint8 (H, W, 3).
        handles: (n, 2) px.
        moved: (n, 2) px.
        axes: two, one above the other; None: a figure of its own.
    """
    height, width = image.shape[:2]
    if axes is None:
        size = (8, min(9.0, 0.6 + 2 * 8 * (height + 8) / (width + 8)))
        _, drawn = plt.subplots(2, 1, figsize=size, layout="constrained")
        axes = list(drawn)
    for ax, picture, points in zip(
        axes, (image, tia.warp(image, handles, moved)), (handles, moved), strict=True
    ):
        ax.imshow(picture)
        ax.plot(*points.T, "o", color=COLOURS[0], markersize=6, markeredgecolor="white")
        ax.set(xlim=(-4, width + 3), ylim=(height + 3, -4))
        ax.axis("off")
    # A straight line of the crop is where the warp sends its points: forwards.
    down, along = np.linspace(0, height - 1, 40), np.linspace(0, width - 1, 80)
    lines = [np.stack([np.full(40, x), down], axis=1) for x in np.linspace(0, width - 1, 13)]
    lines += [np.stack([along, np.full(80, y)], axis=1) for y in np.linspace(0, height - 1, 5)]
    for line in lines:
        bent = tia.mls(line, handles, moved)
        axes[1].plot(*bent.T, color=COLOURS[1], linewidth=0.8, alpha=0.7)
    for before, after in zip(handles, moved, strict=True):
        arrow = {"arrowstyle": "->", "color": COLOURS[0], "linewidth": 1.5}
        axes[1].annotate("", after, before, arrowprops=arrow)


def _mixed(name: str, one: RecSample, other: RecSample, rng: np.random.Generator) -> ByteImage:
    match name:
        case "mixup":
            return mixing.mixup(one, other, rng, alpha=1.0).image
        case "cut-mix":
            return mixing.cut_mix(one, other, rng).image
        case _:
            return mixing.join(one, other, " ", float(rng.uniform(0.2, 0.5))).image


def _draw(rows: Sequence[tuple[str, Sequence[ByteImage]]], columns: int, width: float) -> None:
    """A row of pictures per name, all pictures equally wide, the name at the left."""
    tall = [max(im.shape[0] / im.shape[1] for im in images) for _, images in rows]
    heights = [min(1.0, ratio * (width - 1.4) / columns) + 0.06 for ratio in tall]
    figure, axes = plt.subplots(
        len(rows),
        columns + 1,
        figsize=(width, sum(heights)),
        height_ratios=heights,
        width_ratios=[1.4] + [(width - 1.4) / columns] * columns,
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.01, wspace=0, hspace=0)
    for (name, images), line in zip(rows, axes, strict=True):
        for ax in line:
            ax.axis("off")
        line[0].text(1, 0.5, name, ha="right", va="center", fontsize=9, transform=line[0].transAxes)
        for ax, picture in zip(line[1:], images, strict=False):
            ax.imshow(picture)


# The rows that belong together, for a sheet each.
SHEETS: dict[str, tuple[Augmentation, ...]] = {
    "operations": OPERATIONS,
    "warps": ("tia-distort", "tia-stretch", "tia-perspective", "base"),
    "hiding": ("cut-out", "random-erasing", "hide-and-seek", "grid-mask"),
    "drawn by lot": ("rand-augment", "auto-policy"),
}
