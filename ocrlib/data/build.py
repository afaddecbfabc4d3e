"""From a recipe to its sources, its batches and its evaluation samples."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

from ocrlib.charset import Charset
from ocrlib.config import DetRecipe, EvalSet, OnBad, Recipe, RecRecipe, SourceRecipe, expand
from ocrlib.data import det_augment, rec_augment
from ocrlib.data.batching import ChunkMaker
from ocrlib.data.datasets import Dataset, DetChunks, RecChunks
from ocrlib.data.rendered import SynthPages, SynthText
from ocrlib.data.sources import CroppedLines, LabelledDet, LabelledRec, Mixture, Source
from ocrlib.data.synth.content import system_words
from ocrlib.data.synth.fonts import Font, load_fonts
from ocrlib.errors import RecipeError
from ocrlib.types import DetSample, RecSample


def build_charset(recipe: RecRecipe) -> Charset:
    """The charset that the recipe names."""
    if recipe.model.charset == "english":
        return Charset.english()
    return Charset.from_file(expand(recipe.model.charset))


def det_source(recipe: SourceRecipe, on_bad: OnBad) -> Source[DetSample]:
    """A source of pages.

    Raises:
        RecipeError: a kind of source that has no pages.
    """
    match recipe.kind:
        case "labels":
            return LabelledDet(*_files(recipe), recipe.part, on_bad == "skip")
        case "synth-pages":
            fonts = load_fonts(recipe.fonts)
            return SynthPages(fonts, recipe.kinds, recipe.size, recipe.level, _words(recipe))
    raise RecipeError("a detector cannot learn from this kind of source", value=recipe.kind)


def rec_source(recipe: SourceRecipe, on_bad: OnBad) -> Source[RecSample]:
    """A source of crops.

    Raises:
        RecipeError: a kind of source that has no crops.
    """
    skip, fold = on_bad == "skip", recipe.case == "fold"
    match recipe.kind:
        case "labels":
            return LabelledRec(*_files(recipe), recipe.part, skip, fold)
        case "crops":
            return CroppedLines(*_files(recipe), recipe.part, skip, fold, recipe.jitter)
        case "synth-text":
            return SynthText(load_fonts(recipe.fonts), recipe.words_ratio, _words(recipe))
    raise RecipeError("a recogniser cannot learn from this kind of source", value=recipe.kind)


def _words(recipe: SourceRecipe) -> tuple[str, ...]:
    # The system's words go with the system's fonts. Renders with matplotlib's fonts are for tests
    # and notebooks, and have to be the same on every machine.
    return system_words() if recipe.fonts == "debian" else ()


def _files(recipe: SourceRecipe) -> tuple[Path, Path | None]:
    return expand(recipe.file), expand(recipe.split) if recipe.split else None


def build_chunks(recipe: Recipe) -> ChunkMaker:
    """What makes the recipe's training batches."""
    data, ratios = recipe.data, [source.ratio for source in recipe.data.sources]
    if isinstance(recipe, DetRecipe):
        pages = [det_source(source, data.on_bad) for source in data.sources]
        return DetChunks(
            Dataset(
                pages[0] if len(pages) == 1 else Mixture(pages, ratios, data.epoch), recipe.seed
            ),
            recipe.preprocess,
            partial(
                det_augment.augment if data.augment else det_augment.random_crop, size=data.crop
            ),
            recipe.train.batch,
            data.chunk,
            data.crops_per_page,
            data.on_bad,
        )
    crops = [rec_source(source, data.on_bad) for source in data.sources]
    return RecChunks(
        Dataset(crops[0] if len(crops) == 1 else Mixture(crops, ratios, data.epoch), recipe.seed),
        recipe.preprocess,
        build_charset(recipe),
        rec_augment.augment if data.augment else None,
        recipe.train.batch,
        data.chunk,
        data.on_bad,
    )


def det_eval_samples(entry: EvalSet, on_bad: OnBad) -> tuple[DetSample, ...]:
    """The pages of an evaluation set; the same ones every time."""
    source = det_source(entry.source, on_bad)
    dataset = Dataset(source, entry.seed)
    return tuple(dataset.draw(i)[0] for i in range(entry.count or len(source)))


def rec_eval_samples(
    entry: EvalSet, on_bad: OnBad, charset: Charset
) -> tuple[tuple[RecSample, ...], Counter[str]]:
    """The crops of an evaluation set, the same ones every time; none is left out.

    Texts with characters that the network cannot write are part of it: they count as errors, and
    are only reported in the counts.
    """
    source = rec_source(entry.source, on_bad)
    dataset = Dataset(source, entry.seed)
    samples = tuple(dataset.draw(i)[0] for i in range(entry.count or len(source)))
    outside = sum(bool(charset.missing(sample.text)) for sample in samples)
    return samples, Counter({"text outside the charset": outside} if outside else {})


def used_data(recipe: Recipe) -> tuple[dict[str, str], ...]:
    """What the recipe trains on, for the card of a bundle."""
    entries = []
    for source in recipe.data.sources:
        rendered = source.kind.startswith("synth")
        name = source.name or (source.kind if rendered else Path(source.file).parent.name)
        licence = "rendered by this project" if rendered else source.licence or "not stated"
        entries.append({"name": name, "licence": licence, "use": "train"})
    return tuple(entries)


def used_fonts(recipe: Recipe) -> tuple[Font, ...]:
    """Every face that the recipe's training renders may use, once."""
    fonts: dict[Font, None] = {}
    for source in recipe.data.sources:
        if source.kind.startswith("synth"):
            fonts.update(dict.fromkeys(load_fonts(source.fonts)))
    return tuple(fonts)
