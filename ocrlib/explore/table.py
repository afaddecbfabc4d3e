"""Tables for notebooks: figures come out of cells and are never typed into the text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from IPython.display import Markdown, display


def show_table(rows: Sequence[Mapping[str, object]], digits: int = 3) -> None:
    """Show rows as a table; numbers stand to the right.

    Args:
        rows: each a mapping from column to value; columns appear in the order in which they are
            first met, and a row may lack some.
        digits: decimals of floats; "-" stands for None, NaN and what a row lacks.
    """
    display(Markdown(format_table(rows, digits)))


def format_table(rows: Sequence[Mapping[str, object]], digits: int = 3) -> str:
    """The Markdown of :func:`show_table`."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return ""
    lines = [names, [_rule(row.get(name) for row in rows) for name in names]]
    lines += [[_cell(row.get(name), digits) for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rule(values: Iterable[object]) -> str:
    """The line under a column's name: to the right when every value is a number."""
    known = [value for value in values if value is not None]
    numbers = known and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in known
    )
    return "---:" if numbers else ":---"


def _cell(value: object, digits: int) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
