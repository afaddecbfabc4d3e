"""Pictures of what a reader gets wrong: mixed-up characters, accuracy by length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ocrlib.explore.plot import COLOURS
from ocrlib.metrics.confusion import NOTHING, CharacterRow, Confusions, LengthRow

_SIGNS = {NOTHING: "∅", " ": "␣"}


def show_confusions(confusions: Confusions, characters: int = 12, ax: Axes | None = None) -> None:
    """Draw which characters were taken for which, as a table of the worst ones.

    Rows are what is written, columns what was read, ∅ is nothing. A cell is the share of the row's
    character; the diagonal, what was right, is left pale, so that faults stand out.

    Args:
        confusions: the counts.
        characters: how many of the most often mistaken to show.
        ax: where to draw.
    """
    faulty: dict[str, int] = {}
    for written, read, times in confusions.most_common(len(confusions.pairs)):
        for sign in (written, read):
            faulty[sign] = faulty.get(sign, 0) + times
    kept = sorted(faulty, key=lambda sign: -faulty[sign])[:characters]
    if not kept:  # nothing was mistaken
        kept = sorted({a for a, _ in confusions.pairs})[:characters] or [NOTHING]
    kept.sort(key=lambda sign: (sign == NOTHING, sign.casefold(), sign))
    if ax is None:
        side = 1.4 + 0.36 * max(1, len(kept))
        _, ax = plt.subplots(figsize=(side, side), layout="constrained")
    counts = np.array([[confusions.pairs[a, b] for b in kept] for a in kept]).reshape(
        len(kept), len(kept)
    )
    totals = [sum(n for (a, _), n in confusions.pairs.items() if a == sign) for sign in kept]
    shares = counts / np.maximum(1, totals)[:, None]
    shown = shares.copy()
    np.fill_diagonal(shown, 0)
    ax.imshow(shown, cmap="Oranges", vmin=0, vmax=max(0.05, shown.max(initial=0)))
    middle = 0.6 * max(0.05, shown.max(initial=0))
    for (row, column), n in np.ndenumerate(counts):
        if n:
            colour = "#999999" if row == column else "black"
            colour = "white" if shown[row, column] > middle else colour
            ax.text(column, row, str(n), ha="center", va="center", fontsize=7, color=colour)
    signs = [_SIGNS.get(sign, sign) for sign in kept]
    ax.set_xticks(range(len(kept)), signs)
    ax.set_yticks(range(len(kept)), signs)
    ax.set(xlabel="read", ylabel="written")


def show_lengths(groups: Mapping[str, Sequence[LengthRow]], ax: Axes | None = None) -> None:
    """Draw accuracy by the length of the text, with the number of texts.

    Args:
        groups: name of a reader or a data set to its rows, all with the same limits.
        ax: where to draw.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
    names = {row.least: _span(row) for rows in groups.values() for row in rows}
    places = {least: x for x, least in enumerate(sorted(names))}
    thick = 0.8 / max(1, len(groups))
    for number, (name, rows) in enumerate(groups.items()):
        xs = [places[row.least] + (number + 0.5) * thick - 0.4 for row in rows]
        colour = COLOURS[number % len(COLOURS)]
        ax.bar(xs, [row.accuracy for row in rows], 0.92 * thick, label=name, color=colour)
        for x, row in zip(xs, rows, strict=True):
            ax.text(x, row.accuracy + 0.01, str(row.texts), ha="center", fontsize=7)
    ax.set_xticks(list(places.values()), [names[least] for least in places])
    ax.set(xlabel="characters", ylabel="accuracy", ylim=(0, 1.08))
    ax.grid(axis="y", alpha=0.3)
    if len(groups) > 1:
        ax.legend(fontsize=8)


def show_characters(rows: Sequence[CharacterRow], most: int = 30, ax: Axes | None = None) -> None:
    """Draw recall and precision of characters against how often they are written.

    Args:
        rows: as ``Confusions.characters`` gives them, the worst first.
        most: how many of them to draw.
        ax: where to draw.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3), layout="constrained")
    kept = rows[:most]
    for number, name in enumerate(("recall", "precision")):
        values = [getattr(row, name) for row in kept]
        marker = "ov"[number]
        ax.plot(range(len(kept)), values, marker, label=name, color=COLOURS[number], markersize=4)
    signs = [f"{_SIGNS.get(row.character, row.character)}\n{row.written}" for row in kept]
    ax.set_xticks(range(len(kept)), signs, fontsize=7)
    ax.set(xlabel="character, and how often it is written", ylabel="share", ylim=(-0.05, 1.05))
    ax.grid(alpha=0.3)
    ax.legend(fontsize=8)


def _span(row: LengthRow) -> str:
    if row.most is None:
        return f"{row.least} or more"
    return str(row.least) if row.least == row.most else f"{row.least} to {row.most}"
