from __future__ import annotations

import pytest
from IPython.display import Markdown

from ocrlib.explore import table


def test_columns_rows_and_kinds_of_values():
    rows = [
        {"what": "ours", "hmean": 0.91234, "pages": 1200, "done": True},
        {"what": "a|b", "hmean": float("nan"), "pages": None, "note": "x\ny"},
    ]
    assert table.format_table(rows, digits=2).splitlines() == [
        "| what | hmean | pages | done | note |",
        "| :--- | ---: | ---: | :--- | :--- |",
        "| ours | 0.91 | 1,200 | yes | - |",
        "| a\\|b | - | - | - | x y |",
    ]


def test_nothing_to_show():
    assert table.format_table([]) == ""


def test_a_table_is_shown_as_markdown(monkeypatch: pytest.MonkeyPatch):
    shown: list[object] = []
    monkeypatch.setattr(table, "display", shown.append)
    table.show_table([{"a": 1}])
    (one,) = shown
    assert isinstance(one, Markdown)
    assert one.data == "| a |\n| ---: |\n| 1 |"
