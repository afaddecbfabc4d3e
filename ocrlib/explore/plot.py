"""Pictures for notebooks: images, outlines, maps, curves, the lattice of CTC, and source code.

Every function draws and returns nothing, so that it may be the last line of a cell. Those that
take ``ax`` draw into it; without one they make a figure of their own.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from matplotlib.axes import Axes
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import ArrayLike, NDArray

import ocrlib
from ocrlib.charset import BLANK, Charset
from ocrlib.types import (
    ByteImage,
    Detection,
    DetSample,
    FloatArray,
    Page,
    TextInstance,
    TextLine,
)

# Okabe and Ito's colours, which nearly everyone can tell apart.
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_BLANK_SIGN, _SPACE_SIGN = "∅", "␣"

Region = Detection | TextLine | TextInstance | FloatArray


def store_as_jpeg(quality: int = 80) -> None:
    """Let a notebook store its figures as JPEG: with photographs, a fifth of PNG's size.

    Args:
        quality: 1 (smallest) to 95.
    """
    options = {"quality": quality, "subsampling": 0}
    set_matplotlib_formats("jpeg", pil_kwargs=options)  # type: ignore[no-untyped-call]


def show_images(
    images: Sequence[NDArray[Any]],
    titles: Sequence[str] | None = None,
    columns: int = 4,
    width: float = 8.0,
) -> None:
    """Draw pictures in a grid.

    Args:
        images: each RGB uint8 (H, W, 3), or a map (H, W), drawn in grey from its least value
            (black) to its largest (white).
        titles: one per picture.
        columns: pictures in a row.
        width: of the whole figure in inches.

    Raises:
        ValueError: not one title per picture.
    """
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(images)} pictures but {len(titles)} titles")
    if not images:
        return
    columns = min(columns, len(images))
    rows = [images[i : i + columns] for i in range(0, len(images), columns)]
    # A row is as high as its tallest picture at the common width.
    heights = [max(im.shape[0] / im.shape[1] for im in row) * width / columns for row in rows]
    heights = [min(max(height, 0.3), width) + (0.3 if titles else 0.05) for height in heights]
    _, axes = plt.subplots(
        len(rows),
        columns,
        figsize=(width, sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    for position, ax in enumerate(axes.flat):
        ax.axis("off")
        if position < len(images):
            ax.imshow(images[position], cmap="gray")
            if titles is not None:
                ax.set_title(titles[position], fontsize=9)


def show_regions(
    image: ByteImage,
    regions: Sequence[Region],
    labels: Sequence[str] | str | None = None,
    colour: str = COLOURS[0],
    ax: Axes | None = None,
) -> None:
    """Draw outlines on a picture; call it twice with one ``ax`` to compare two sets of outlines.

    Args:
        image: RGB uint8 (H, W, 3).
        regions: polygons (n, 2) px, or anything that has one.
        labels: one per region; or "score", "text" or "number", taken from the regions themselves.
        colour: of outlines and labels.
        ax: where to draw.
    """
    ax = ax or _axes(image)
    if not ax.images:
        ax.imshow(image)
    ax.axis("off")
    names = [_label(region, i, labels) for i, region in enumerate(regions)]
    for region, name in zip(regions, names, strict=True):
        polygon = region if isinstance(region, np.ndarray) else region.polygon
        faint = isinstance(region, TextInstance) and region.ignore
        style = ":" if faint else "-"
        ax.fill(*polygon.T, fill=False, edgecolor=colour, linewidth=1.5, linestyle=style)
        if name:
            x, y = polygon[0]
            box = {"facecolor": colour, "edgecolor": "none", "pad": 1, "alpha": 0.85}
            ax.text(x, y, name, color="white", fontsize=7, va="bottom", bbox=box, clip_on=True)


def show_samples(
    samples: Sequence[DetSample],
    titles: Sequence[str] | None = None,
    columns: int = 3,
    width: float = 8.0,
) -> None:
    """Draw labelled pages side by side with their outlines: before and after an augmentation.

    Args:
        samples: the pages; outlines of texts that do not count are dotted.
        titles: one per page.
        columns: pages in a row.
        width: of the whole figure in inches.

    Raises:
        ValueError: not one title per page.
    """
    show_images([sample.image for sample in samples], titles, columns, width)
    if samples:
        for sample, ax in zip(samples, plt.gcf().axes, strict=False):
            height, across, _ = sample.image.shape
            show_regions(sample.image, sample.instances, ax=ax)
            ax.set(xlim=(-0.5, across - 0.5), ylim=(height - 0.5, -0.5))  # also if some jut out


def show_page(image: ByteImage, page: Page, ax: Axes | None = None) -> None:
    """Draw what was read: outlines with the text, and a path through them in reading order.

    Args:
        image: RGB uint8 (H, W, 3), the picture that was read.
        page: what was read.
        ax: where to draw.
    """
    ax = ax or _axes(image)
    show_regions(image, page.lines, labels="text", ax=ax)
    if len(page.lines) > 1:
        path = np.array([line.polygon.mean(axis=0) for line in page.lines])
        ax.plot(*path.T, color=COLOURS[1], linewidth=1, marker="o", markersize=3, alpha=0.7)


def show_heat(
    image: ByteImage, heat: NDArray[Any], title: str = "", ax: Axes | None = None
) -> None:
    """Draw a map of values from 0 to 1 over a picture, for example a detector's probabilities.

    Args:
        image: RGB uint8 (H, W, 3).
        heat: (h, w), 0-1; stretched to the picture if its size is another.
        title: above the picture.
        ax: where to draw.
    """
    ax = ax or _axes(image)
    height, width, _ = image.shape
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    ax.imshow(image.mean(axis=2), cmap="gray", vmin=0, vmax=255, extent=extent)
    # Transparent where there is nothing, so that the picture stays visible.
    shown = ax.imshow(
        heat, cmap="inferno", vmin=0, vmax=1, alpha=np.clip(heat, 0, 1) * 0.8, extent=extent
    )
    ax.figure.colorbar(shown, ax=ax, fraction=0.04, pad=0.02)
    ax.set_title(title, fontsize=9)
    ax.axis("off")


def show_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    xlabel: str = "step",
    ylabel: str = "loss",
    log: bool = False,
    ax: Axes | None = None,
) -> None:
    """Draw curves into one plot.

    Args:
        curves: name to (x values, y values).
        xlabel: under the plot.
        ylabel: beside it.
        log: logarithmic y axis.
        ax: where to draw.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
    for i, (name, (x, y)) in enumerate(curves.items()):
        marker = "o" if len(np.atleast_1d(x)) < 20 else None
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(x, y, label=name, color=colour, marker=marker, markersize=3)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    ax.grid(alpha=0.3)
    if len(curves) > 1:
        ax.legend(fontsize=8)


def show_lattice(
    logits: FloatArray, charset: Charset, crop: ByteImage | None = None, least: float = 0.2
) -> None:
    """Draw what a recogniser sees at every time step, with the greedy path of CTC.

    Args:
        logits: values before the softmax, (T, C).
        charset: the characters behind the classes.
        crop: the network's input as a picture, RGB uint8 (h, w, 3), drawn above.
        least: characters whose probability never reaches this get no row, 0-1.
    """
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)  # (T, C)
    path = probabilities.argmax(axis=1)
    kept = np.flatnonzero(probabilities.max(axis=0) >= least)
    # Rows from the top in the order in which the characters are most likely; the blank is last.
    rows = sorted(set(kept) - {BLANK}, key=lambda c: int(probabilities[:, c].argmax()))
    rows.append(BLANK)
    steps = len(logits)
    width, heights = min(12.0, 2 + steps * 0.14), [1 + 0.22 * len(rows)]  # inches
    if crop is not None:  # in its own proportions, as far as there is room
        heights.insert(0, min(1.2, max(0.3, (width - 0.8) * crop.shape[0] / crop.shape[1])))
    _, axes = plt.subplots(
        len(heights),
        1,
        figsize=(width, sum(heights)),
        height_ratios=heights,
        squeeze=False,
        sharex=True,
        layout="constrained",
    )
    if crop is not None:
        axes[0, 0].imshow(crop, extent=(-0.5, steps - 0.5, 0, 1), aspect="auto")
        axes[0, 0].axis("off")
    ax = axes[-1, 0]
    ax.imshow(probabilities[:, rows].T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    on_path = [(t, rows.index(c)) for t, c in enumerate(path) if c in rows]
    ax.plot(*np.array(on_path).T, ".", color=COLOURS[0], markersize=4, label="likeliest")
    ax.set_yticks(range(len(rows)), [_sign(c, charset) for c in rows], fontsize=8)
    ax.set(xlabel="time step", ylabel="class")
    ax.legend(fontsize=7, loc="upper right")


def show_source(*things: object, docstrings: bool = True) -> None:
    """Show the library's own code in a notebook, with the place where it stands.

    Args:
        things: functions, methods, classes or modules of ocrlib.
        docstrings: False leaves them out (of functions only), when the text around says the same.

    Raises:
        TypeError: something that has no source.
    """
    for thing in things:
        lines, start = inspect.getsourcelines(thing)  # type: ignore[arg-type]
        code = inspect.cleandoc("\n" + "".join(lines))
        path = Path(inspect.getsourcefile(thing) or "")  # type: ignore[arg-type]
        doc = inspect.isfunction(thing) and thing.__doc__
        if doc and not docstrings:
            before, _, after = code.partition('"""')
            code = before.rstrip() + after.partition('"""')[2]
        package = Path(ocrlib.__file__).parent
        place = path.relative_to(package.parent) if path.is_relative_to(package) else path.name
        display(Markdown(f"`{place}`, line {max(start, 1)}\n\n```python\n{code}\n```"))


def _axes(image: NDArray[Any], width: float = 8.0) -> Axes:
    height = min(width * image.shape[0] / image.shape[1], 1.4 * width)
    axes: Axes = plt.subplots(figsize=(width, max(height, 0.5)), layout="constrained")[1]
    return axes


def _label(region: Region, index: int, labels: Sequence[str] | str | None) -> str:
    if labels is None:
        return ""
    if not isinstance(labels, str):
        return labels[index]
    if labels == "number":
        return str(index + 1)
    value = getattr(region, labels)
    return value if isinstance(value, str) else f"{value:.2f}"


def _sign(class_: int, charset: Charset) -> str:
    sign = _BLANK_SIGN if class_ == BLANK else charset.decode([class_])
    return _SPACE_SIGN if sign == " " else sign
