"""From a recipe to its sources, its batches and its evaluation samples."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from numpy.random import Generator

from ocrlib.charset import Charset
from ocrlib.config import DetRecipe, EvalSet, OnBad, Recipe, RecRecipe, expand
from ocrlib.config_sources import SourceRecipe
from ocrlib.data import det_augment, rec_augment
from ocrlib.data.batching import ChunkMaker
from ocrlib.data.datasets import TIME_STEP, Dataset, DetChunks, RecChunks
from ocrlib.data.lmdb_source import LmdbRec
from ocrlib.data.mixing import Joined
from ocrlib.data.rec_steps import Steps, joining
from ocrlib.data.rendered import SynthPages, SynthScenes, SynthText
from ocrlib.data.sources import CroppedLines, LabelledDet, LabelledRec, Mixture, Source
from ocrlib.data.synth.content import system_words
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.errors import RecipeError
from ocrlib.preprocess import RecPreprocess
from ocrlib.types import ByteImage, DetSample, RecSample

JOINED = 10.0  # width of joined texts in heights, at most: that of PP-OCRv3's training crops is 6.7


def build_charset(recipe: RecRecipe) -> Charset:
    """The charset that the recipe names."""
    return Charset.named(str(expand(recipe.model.charset)))


def det_source(recipe: SourceRecipe, on_bad: OnBad) -> Source[DetSample]:
    """A source of pages.

    Raises:
        RecipeError: a kind of source that has no pages.
        DataError: a label file with errors, unless ``on_bad`` is ``skip``.
    """
    match recipe.kind:
        case "labels":
            return LabelledDet(*_files(recipe), recipe.part, on_bad)
        case "synth-pages":
            fonts = load_fonts(recipe.fonts)
            return SynthPages(fonts, recipe.kinds, recipe.size, recipe.level, _words(recipe))
        case "synth-scenes":
            photos = LabelledDet(*_files(recipe), recipe.part, on_bad)
            fonts = load_fonts(recipe.fonts)
            crops = _real_words(recipe, on_bad)
            return SynthScenes(photos, fonts, recipe.size, recipe.level, _words(recipe), crops)
    raise RecipeError("a detector cannot learn from this kind of source", value=recipe.kind)


def rec_source(
    recipe: SourceRecipe,
    on_bad: OnBad,
    charset: Charset | None = None,
    preprocess: RecPreprocess | None = None,
    time_step: int = TIME_STEP,
) -> Source[RecSample]:
    """A source of crops.

    Args:
        recipe: what it is.
        on_bad: what to do about label lines with errors.
        charset: texts outside it are errors; None: any text will do.
        preprocess: the one that crops are read with, to tell which are too narrow for their text;
            None: the defaults.
        time_step: px of width per column of the recogniser's output.

    Raises:
        RecipeError: a kind of source that has no crops.
        DataError: a label file with errors, unless ``on_bad`` is ``skip``.
    """
    fold = recipe.case == "fold"
    match recipe.kind:
        case "labels":
            return LabelledRec(
                *_files(recipe), recipe.part, on_bad, fold, charset, preprocess, time_step
            )
        case "crops":
            return CroppedLines(*_files(recipe), recipe.part, on_bad, fold, recipe.jitter)
        case "lmdb":
            return LmdbRec(expand(recipe.file), fold)
        case "synth-text":
            fonts, words = load_fonts(recipe.fonts), _words(recipe)
            return SynthText(fonts, recipe.words_ratio, words, recipe.language, recipe.longest)
    raise RecipeError("a recogniser cannot learn from this kind of source", value=recipe.kind)


def _real_words(recipe: SourceRecipe, on_bad: OnBad) -> LabelledRec | None:
    words = recipe.words
    if words is None:
        return None
    split = expand(words.split) if words.split else None
    # Nobody reads these crops, so no text is too long for its crop.
    return LabelledRec(expand(words.file), split, words.part, on_bad, time_step=1)


def _words(recipe: SourceRecipe) -> tuple[str, ...]:
    # The system's words go with the system's fonts. Renders with matplotlib's fonts are for tests
    # and notebooks, and have to be the same on every machine.
    return () if recipe.fonts == "bundled" else system_words()


def _files(recipe: SourceRecipe) -> tuple[Path, Path | None]:
    return expand(recipe.file), expand(recipe.split) if recipe.split else None


def build_chunks(recipe: Recipe, processes: int = 1) -> ChunkMaker:
    """What makes the recipe's training batches.

    Args:
        recipe: the recipe.
        processes: how many of them share the chunks in data-parallel training.
    """
    data, ratios = recipe.data, [source.ratio for source in recipe.data.sources]
    if isinstance(recipe, DetRecipe):
        pages = [det_source(source, data.on_bad) for source in data.sources]
        return DetChunks(
            Dataset(
                pages[0] if len(pages) == 1 else Mixture(pages, ratios, data.epoch), recipe.seed
            ),
            recipe.preprocess,
            _det_transform(recipe),
            recipe.train.batch,
            data.chunk,
            data.crops_per_page,
            data.on_bad,
            data.shrink_ratio,
            data.min_text_size,
            data.shrink_ratio_end,
            recipe.train.steps * recipe.train.accumulate * processes,
            data.copy_paste,
        )
    charset = build_charset(recipe)
    crops = [
        rec_source(source, data.on_bad, charset, recipe.preprocess, data.time_step)
        for source in data.sources
    ]
    texts: Source[RecSample] = crops[0] if len(crops) == 1 else Mixture(crops, ratios, data.epoch)
    if joins := joining(data.rec_augment):
        # Longer lines than this would be squeezed.
        longest = recipe.preprocess.max_width / recipe.preprocess.height
        texts = Joined(texts, joins, min(JOINED, longest), space=not charset.missing(" "))
    return RecChunks(
        Dataset(texts, recipe.seed),
        recipe.preprocess,
        charset,
        _rec_transform(recipe),
        recipe.train.batch,
        data.chunk,
        data.on_bad,
        time_step=data.time_step,
    )


def _rec_transform(recipe: RecRecipe) -> Callable[[ByteImage, Generator], ByteImage] | None:
    data = recipe.data
    if not data.augment:
        return None
    return Steps(data.rec_augment) if data.rec_augment else rec_augment.augment


def _det_transform(recipe: DetRecipe) -> Callable[[DetSample, Generator], DetSample]:
    """What cuts crops out of pages; pages are distorted at the size at which they are read."""
    crop = recipe.data.crop
    if not recipe.data.augment:
        return partial(det_augment.random_crop, size=crop)
    rule = recipe.preprocess
    limit = rule.limit_side if rule.limit_type == "max" else rule.max_side
    return partial(det_augment.augment, size=crop, limit_side=limit)


def det_eval_samples(entry: EvalSet, on_bad: OnBad) -> tuple[DetSample, ...]:
    """The pages of an evaluation set; the same ones every time."""
    source = det_source(entry.source, on_bad)
    dataset = Dataset(source, entry.seed)
    return tuple(dataset.draw(i)[0] for i in range(entry.count or len(source)))


def rec_eval_samples(entry: EvalSet, on_bad: OnBad) -> tuple[RecSample, ...]:
    """The crops of an evaluation set, the same ones every time.

    Texts with characters that the network cannot write stay in: they count as errors.
    """
    source = rec_source(entry.source, on_bad)
    dataset = Dataset(source, entry.seed)
    return tuple(dataset.draw(i)[0] for i in range(entry.count or len(source)))


def example_images(recipe: Recipe, count: int = 3) -> list[ByteImage]:
    """A few pictures of each evaluation set, or of the training data if there is none."""
    if recipe.eval:
        entries = [replace(entry, count=count) for entry in recipe.eval]
        samples: list[DetSample | RecSample] = []
        for entry in entries:
            if isinstance(recipe, DetRecipe):
                samples += det_eval_samples(entry, recipe.data.on_bad)
            else:
                samples += rec_eval_samples(entry, recipe.data.on_bad)
        return [sample.image for sample in samples]
    if isinstance(recipe, DetRecipe):
        pages = Dataset(det_source(recipe.data.sources[0], recipe.data.on_bad), recipe.seed)
        return [pages.draw(i)[0].image for i in range(count)]
    crops = Dataset(rec_source(recipe.data.sources[0], recipe.data.on_bad), recipe.seed)
    return [crops.draw(i)[0].image for i in range(count)]


def used_data(recipe: Recipe) -> tuple[dict[str, str], ...]:
    """What the recipe trains on, for the card of a bundle."""
    entries = []
    for source in recipe.data.sources:
        rendered = not source.file
        name = source.name or (source.kind if rendered else Path(source.file).parent.name)
        licence = "rendered by this project" if rendered else source.licence or "not stated"
        entries.append({"name": name, "licence": licence, "use": "train"})
        if words := source.words:
            name = words.name or Path(words.file).parent.name
            licence = words.licence or "not stated"
            entries.append({"name": name, "licence": licence, "use": "train"})
    return tuple(entries)


def used_fonts(recipe: Recipe) -> tuple[dict[str, str], ...]:
    """Family and SHA-256 of every font file that the recipe's training renders may use."""
    families: dict[Path, str] = {}
    for source in recipe.data.sources:
        if source.kind.startswith("synth"):
            families |= {font.path: font.family for font in load_fonts(source.fonts)}
    return tuple(
        {"family": family, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path, family in sorted(families.items())
    )
