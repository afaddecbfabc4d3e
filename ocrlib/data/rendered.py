"""Sources that render their samples: no two are alike, and there is no end to them."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import Generator

from ocrlib.data.sources import NOMINAL_LENGTH
from ocrlib.data.synth.content import extra_words
from ocrlib.data.synth.fonts import Font
from ocrlib.data.synth.pages import PAGE_KINDS, render_page
from ocrlib.data.synth.words import render_line, render_word
from ocrlib.errors import DataError
from ocrlib.types import DetSample, RecSample


class SynthText:
    """Rendered words and lines of text.

    Args:
        fonts: faces to write with.
        words_ratio: share of single words, 0-1; the rest are lines.
        words: a word list to use besides the built-in vocabulary.
    """

    def __init__(
        self, fonts: Sequence[Font], words_ratio: float = 0.7, words: Sequence[str] = ()
    ) -> None:
        self.fonts = tuple(fonts)
        self.words = tuple(words)
        self.words_ratio = words_ratio

    def __len__(self) -> int:
        return NOMINAL_LENGTH

    def sample(self, index: int, rng: Generator) -> RecSample:
        """A word or a line; ``rng`` decides everything."""
        render = render_word if rng.random() < self.words_ratio else render_line
        with extra_words(self.words):
            return render(rng, self.fonts)


class SynthPages:
    """Rendered pages: receipts, letters, signs and so on.

    Args:
        fonts: faces to write with.
        kinds: kinds of pages, each as often as the others; empty: all.
        size: side of a page in px.
        level: what is labelled, ``line`` or ``word``.
        words: a word list to use besides the built-in vocabulary.
    """

    def __init__(
        self,
        fonts: Sequence[Font],
        kinds: Sequence[str] = (),
        size: int = 640,
        level: str = "line",
        words: Sequence[str] = (),
    ) -> None:
        for kind in kinds:
            if kind not in PAGE_KINDS:
                raise DataError(
                    "unknown kind of page", value=kind, remedy=f"use {', '.join(PAGE_KINDS)}"
                )
        self.fonts = tuple(fonts)
        self.kinds = tuple(kinds) or PAGE_KINDS
        self.size = size
        self.level = level
        self.words = tuple(words)

    def __len__(self) -> int:
        return NOMINAL_LENGTH

    def sample(self, index: int, rng: Generator) -> DetSample:
        """A page; ``rng`` decides everything."""
        kind = self.kinds[int(rng.integers(len(self.kinds)))]
        size = (self.size, self.size)
        with extra_words(self.words):
            return render_page(rng, self.fonts, size=size, kind=kind, level=self.level)
