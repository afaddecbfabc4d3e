"""Sources that render their samples: no two are alike, and there is no end to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from ocrlib.data.det_augment import colour, flip, random_window
from ocrlib.data.real_words import lay_in
from ocrlib.data.sources import NOMINAL_LENGTH, Source
from ocrlib.data.synth.content import extra_words
from ocrlib.data.synth.effects import degrade
from ocrlib.data.synth.fonts import Font
from ocrlib.data.synth.labelling import label_pages
from ocrlib.data.synth.language import LANGUAGES, shortened
from ocrlib.data.synth.pages import ALL_KINDS, PAGE_KINDS, render_page
from ocrlib.data.synth.scenes import write_on
from ocrlib.data.synth.words import render_line, render_word
from ocrlib.errors import DataError
from ocrlib.types import DetSample, RecSample, TextInstance


class SynthText:
    """Rendered words and lines of text.

    Args:
        fonts: faces to write with.
        words_ratio: share of single words, 0-1; the rest are lines.
        words: a word list to use besides the built-in vocabulary.
        language: ``english`` or ``chinese``; the faces must be able to draw it.
        longest: characters to which texts are cut; 0: they stay as they are.
    """

    def __init__(
        self,
        fonts: Sequence[Font],
        words_ratio: float = 0.7,
        words: Sequence[str] = (),
        language: str = "english",
        longest: int = 0,
    ) -> None:
        self.fonts = tuple(fonts)
        self.words = tuple(words)
        whole = LANGUAGES[language]
        self.language = shortened(whole, longest) if longest else whole
        self.words_ratio = words_ratio

    def __len__(self) -> int:
        return NOMINAL_LENGTH

    def sample(self, index: int, rng: Generator) -> RecSample:
        """A word or a line; ``rng`` decides everything."""
        render = render_word if rng.random() < self.words_ratio else render_line
        with extra_words(self.words):
            return render(rng, self.fonts, language=self.language)


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
            if kind not in ALL_KINDS:
                raise DataError(
                    "unknown kind of page", value=kind, remedy=f"use {', '.join(ALL_KINDS)}"
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


class SynthScenes:
    """Rendered words on photographs, beside the text that is labelled on them already.

    Photographs teach what is not text better than drawn sceneries do (Gupta et al., CVPR 2016,
    "Synthetic Data for Text Localisation in Natural Images").

    Args:
        photos: labelled photographs with little text.
        fonts: faces to write with.
        size: side of a picture in px.
        level: what is labelled, ``line`` or ``word``; it has to suit the photographs' labels.
        words: a word list to use besides the built-in vocabulary.
        crops: real words, laid in beside the rendered ones in every other picture.

    Raises:
        DataError: ``crops`` where lines are labelled.
    """

    def __init__(
        self,
        photos: Source[DetSample],
        fonts: Sequence[Font],
        size: int = 640,
        level: str = "word",
        words: Sequence[str] = (),
        crops: Source[RecSample] | None = None,
    ) -> None:
        if crops is not None and level != "word":
            raise DataError("real words can only be laid in where words are labelled", value=level)
        self.photos = photos
        self.fonts = tuple(fonts)
        self.size = size
        self.level = level
        self.words = tuple(words)
        self.crops = crops

    def __len__(self) -> int:
        return NOMINAL_LENGTH

    def sample(self, index: int, rng: Generator) -> DetSample:
        """A part of a photograph with words put up in it; ``rng`` decides everything."""
        photo = self.photos.sample(int(rng.integers(len(self.photos))), rng)
        if rng.random() < 0.5:
            photo = flip(photo)
        photo = colour(random_window(photo, rng, self.size, zoom=(0.85, 3.0)), rng, invert=0)
        image = np.ascontiguousarray(photo.image)
        boxes = [(*i.polygon.min(axis=0), *i.polygon.max(axis=0)) for i in photo.instances]
        real: list[TextInstance] = []
        if self.crops is not None and rng.random() < 0.5:
            real = lay_in(image, self.crops, rng, boxes)
        with extra_words(self.words):
            placed = write_on(rng, self.fonts, image, boxes)
        image = degrade(image, rng, float(rng.uniform(0, 0.7)))
        lines, words = label_pages(placed, image)
        put_up = lines if self.level == "line" else words
        return DetSample(image, (*photo.instances, *real, *put_up), "synth:photo")
