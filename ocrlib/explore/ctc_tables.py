"""CTC's tables drawn: states against steps, with the ways that paths may take."""

from __future__ import annotations

from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from ocrlib.charset import BLANK, Charset
from ocrlib.explore.ctc_numpy import ForwardBackward, Table, skippable
from ocrlib.explore.plot import COLOURS

_BLANK_SIGN, _SPACE_SIGN = "∅", "␣"
_PULL = LinearSegmentedColormap.from_list("pull", [COLOURS[1], "white", COLOURS[0]])


def show_table(
    result: ForwardBackward,
    charset: Charset,
    what: Literal["alpha", "beta", "occupancy"] = "occupancy",
    ways: bool = True,
    ax: Axes | None = None,
) -> None:
    """Draw one of the tables of forwards-backwards.

    Rows are the states, the label with blanks around its characters, columns the steps. Lines are
    the ways between neighbouring cells that lie on a path which reads the label.

    Args:
        result: of ``forward_backward``.
        charset: the characters behind the classes.
        what: which table. ``alpha`` and ``beta`` are drawn as probabilities relative to their
            column's largest, for they become tiny.
        ways: draw the lines too; best for few steps.
        ax: where to draw.
    """
    steps, count = result.alpha.shape
    if ax is None:
        size = (min(10.0, 1.2 + 0.34 * steps), min(9.0, 0.9 + 0.3 * count))
        _, ax = plt.subplots(figsize=size, layout="constrained")
    shown = result.occupancy
    if what != "occupancy":
        table: Table = getattr(result, what)
        shown = np.exp(table - table.max(axis=1, keepdims=True))
    ax.imshow(shown.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    reachable = np.isfinite(result.alpha + result.beta)
    if ways:
        skips = skippable(result.states)
        for t, s in zip(*np.nonzero(reachable[:-1]), strict=True):
            for ahead in (0, 1, 2):
                to = s + ahead
                if to < count and reachable[t + 1, to] and (ahead < 2 or skips[to]):
                    ax.plot([t, t + 1], [s, to], color=COLOURS[0], linewidth=0.7, alpha=0.6)
    signs = [_sign(int(cls), charset) for cls in result.states]
    ax.set_yticks(range(count), signs, fontsize=8)
    ax.set(xlabel="time step", ylabel="state", title=what)


def show_gradient(
    result: ForwardBackward, charset: Charset, least: float = 0.02, ax: Axes | None = None
) -> None:
    """Draw how CTC pulls at every class: blue is pushed up, orange pressed down.

    Args:
        result: of ``forward_backward``.
        charset: the characters behind the classes.
        least: classes that are pulled less than this everywhere get no row; those of the label
            and the blank always do.
        ax: where to draw.
    """
    pull = np.abs(result.gradient).max(axis=0)
    label = list(dict.fromkeys(int(cls) for cls in result.states[1::2]))
    others = [int(c) for c in np.argsort(-pull) if pull[c] >= least and c not in (BLANK, *label)]
    rows = [*label, *others, BLANK]
    if ax is None:
        size = (min(10.0, 1.4 + 0.34 * len(result.gradient)), 0.9 + 0.26 * len(rows))
        _, ax = plt.subplots(figsize=size, layout="constrained")
    shown = ax.imshow(result.gradient[:, rows].T, cmap=_PULL, vmin=-1, vmax=1, aspect="auto")
    ax.set_yticks(range(len(rows)), [_sign(cls, charset) for cls in rows], fontsize=8)
    ax.set(xlabel="time step", ylabel="class")
    ax.figure.colorbar(shown, ax=ax, label="gradient", fraction=0.04, pad=0.02)


def _sign(cls: int, charset: Charset) -> str:
    sign = _BLANK_SIGN if cls == BLANK else charset.decode([cls])
    return _SPACE_SIGN if sign == " " else sign
