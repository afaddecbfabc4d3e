from __future__ import annotations

import pytest

from ocrlib.charset import Charset
from ocrlib.errors import CharsetError, DataError
from ocrlib.postprocess.lexicon import Lexicon

CHARSET = Charset("abc")


def allowed(lexicon: Lexicon, text: str) -> bool:
    return lexicon.allows(CHARSET.encode(text))


def test_words_and_nothing_else():
    lexicon = Lexicon(["ab", "abc", "ca", "ab"], CHARSET)
    assert len(lexicon) == 3
    assert len(lexicon.children) == 1 + 3 + 2  # the root, a-b-c, c-a
    for text in ("ab", "abc", "ca"):
        assert allowed(lexicon, text)
    for text in ("", "a", "abca", "c", "b", "ab ca"):
        assert not allowed(lexicon, text)


def test_several_words_with_something_between():
    lexicon = Lexicon(["ab", "c"], CHARSET, between=" ")
    for text in ("ab", "c ab", "ab ab c"):
        assert allowed(lexicon, text)
    for text in (" ", "ab ", " ab", "ab  c", "abc"):
        assert not allowed(lexicon, text)


def test_bad_words():
    with pytest.raises(DataError, match="empty word"):
        Lexicon(["a", ""], CHARSET)
    with pytest.raises(DataError, match="a word at least"):
        Lexicon([], CHARSET)
    with pytest.raises(CharsetError, match="'x'"):
        Lexicon(["ax"], CHARSET)
    with pytest.raises(CharsetError, match="'-'"):
        Lexicon(["a"], CHARSET, between="-")
