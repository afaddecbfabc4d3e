"""In which language synthetic text is written, and how it is labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from numpy.random import Generator

from ocrlib.charset import narrow
from ocrlib.data.synth.chinese import chinese_line, chinese_word
from ocrlib.data.synth.content import random_line, random_word


@dataclass(frozen=True)
class Language:
    """What texts say, and what becomes of them.

    Args:
        word: draws what signs say.
        line: draws a line of print.
        label: how a text is written in its label.
        least: height below which a crop of it is no longer legible, px.
        distortion: how much of the warps that a word in Latin letters bears, 0-1.
    """

    word: Callable[[Generator], str]
    line: Callable[[Generator], str]
    label: Callable[[str], str]
    least: int
    distortion: float


ENGLISH = Language(random_word, random_line, str, least=12, distortion=1.0)
CHINESE = Language(chinese_word, chinese_line, narrow, least=18, distortion=0.4)
LANGUAGES: Mapping[str, Language] = {"english": ENGLISH, "chinese": CHINESE}


def shortened(language: Language, longest: int) -> Language:
    """The language with texts of 1 to `longest` characters, each cut out of one of its own.

    Where classes are thousands, CTC first has to find out which column is which character. In a
    text of one or two there is little to find out.
    """
    word, line = (partial(_cut, draw, longest) for draw in (language.word, language.line))
    return replace(language, word=word, line=line)


def _cut(draw: Callable[[Generator], str], longest: int, rng: Generator) -> str:
    while True:
        text = draw(rng)
        length = min(len(text), int(rng.integers(1, longest + 1)))
        start = int(rng.integers(len(text) - length + 1))
        if piece := text[start : start + length].strip():
            return piece
