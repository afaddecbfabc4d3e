from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.metrics.protocol import CHINESE_LINES, EXACT, FOLDED, LINES, SCENE_WORDS, Protocol

ALL = (EXACT, FOLDED, SCENE_WORDS, LINES, CHINESE_LINES)


@pytest.mark.parametrize(
    ("protocol", "text", "expected"),
    [
        (EXACT, " Ａb, ２  c²", " Ａb, ２  c²"),
        (FOLDED, "  Straße  NORD ", "strasse nord"),
        (FOLDED, "Ａ", "ａ"),
        (SCENE_WORDS, "Café-Bar №７!", "cafbar7"),
        (LINES, "Ｔｏｔａｌ：　９．９０  ", "Total: 9.90"),
        (LINES, "x²", "x²"),
        (CHINESE_LINES, "合计 （元）：１２", "合计(元):12"),
        (Protocol("p", keep="alnum"), "Año-2 中!", "Año2 中"),
        (Protocol("p", keep="alnum", spaces="none"), "Año-2 中!", "Año2中"),
    ],
)
def test_by_hand(protocol, text, expected):
    assert protocol(text) == expected


@given(st.text(max_size=12), st.sampled_from(ALL))
def test_what_is_left_stays_as_it_is(text, protocol):
    once = protocol(text)
    assert protocol(once) == once


def test_names_differ():
    assert len({protocol.name for protocol in ALL}) == len(ALL)
