"""Recipes: TOML files read strictly into frozen dataclasses.

An unknown key, a wrong type or an impossible value is a :class:`RecipeError` that names the file,
the key and, where one is close, the key that was probably meant. Nothing is guessed.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from ocrlib.config_augment import AugmentRecipe
from ocrlib.config_losses import DetLossRecipe, GuideRecipe
from ocrlib.config_sources import SourceRecipe, check_source
from ocrlib.errors import RecipeError
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.tables import from_table, number

RECIPES = Path(__file__).parent / "recipes"

OnBad = Literal["refuse", "skip"]


@dataclass(frozen=True)
class ModelRecipe:
    """Which network to build.

    Args:
        architecture: a name that ``models.build`` knows.
        args: its arguments, if they are not to be the defaults.
        charset: what a recogniser reads: ``english``, ``chinese``, or the path of a UTF-8 file
            that holds one character per line.
    """

    architecture: str
    args: dict[str, Any] = field(default_factory=dict)
    charset: str = "english"


@dataclass(frozen=True)
class DataRecipe:
    """What to train on.

    Args:
        sources: where the samples come from.
        on_bad: ``refuse`` stops at a sample that cannot be trained on, ``skip`` counts it.
        workers: processes that prepare batches; 0: none, the trainer does it itself.
        queue: batches that may wait per worker.
        augment: whether pictures are distorted.
        rec_augment: what happens to crops, in this order (recognition); empty: ``base`` alone.
        time_step: px of a crop's width per column of the recogniser's output.
        crop: side of a detection crop in px.
        crops_per_page: crops that are taken of each page (detection).
        shrink_ratio: how far text regions are shrunk for the probability map (detection).
        shrink_ratio_end: what ``shrink_ratio`` grows or falls to, evenly, over the whole run; 0: it
            stays as it is (detection).
        min_text_size: shorter side of a text in px below which it does not count (detection).
        copy_paste: share of the pages that get texts of other pages pasted in (detection).
        chunk: samples that are prepared, grouped by width and shuffled together.
        epoch: samples per epoch when several sources are mixed.
    """

    sources: tuple[SourceRecipe, ...]
    on_bad: OnBad = "refuse"
    workers: int = number(1, least=0)
    queue: int = number(24, least=1)
    augment: bool = True
    rec_augment: tuple[AugmentRecipe, ...] = ()
    time_step: int = number(4, least=1)
    crop: int = number(320, least=32)
    crops_per_page: int = number(1, least=1)
    shrink_ratio: float = number(0.4, above=0, most=0.95)
    shrink_ratio_end: float = number(0.0, least=0, most=0.95)
    min_text_size: float = number(8, least=0)
    copy_paste: float = number(0.0, least=0, most=1)
    chunk: int = number(1024, least=1)
    epoch: int = number(100_000, least=1)


@dataclass(frozen=True)
class InitRecipe:
    """Which weights training starts from.

    Args:
        bundle: a bundle of the same architecture, by name or folder; ``${NAME}`` is expanded.
        reset: prefixes of the weights that are not taken but learnt anew, such as ``head``.
        extend: the charset is not the bundle's: the head keeps what it knows of the characters
            that both have, and learns the others.
        rename: prefixes of the bundle's weights, and what they are called in this network, when
            layers have been put in between.
    """

    bundle: str
    reset: tuple[str, ...] = ()
    extend: bool = False
    rename: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LrScale:
    """How fast a part of the network learns.

    Args:
        prefix: of the names of its weights, such as ``backbone.stages``.
        scale: multiple of the learning rate. To keep a part as it is, freeze it.
    """

    prefix: str
    scale: float = number(1.0, above=0)


@dataclass(frozen=True)
class TrainRecipe:
    """How to train.

    Args:
        steps: optimiser steps.
        batch: pictures per step; for recognition, crops of 100 px width: wider ones count more.
        lr: highest learning rate.
        warmup: steps until the learning rate is reached.
        weight_decay: of AdamW.
        clip: largest norm of the gradient; 0: not clipped.
        ema: decay of the averaged weights that are evaluated and exported; 0: none.
        accumulate: batches whose gradients are averaged into one step.
        eval_every: steps between evaluations.
        save_every: steps between checkpoints.
        log_every: steps between lines in the log.
        freeze: prefixes of the weights that stay as they are, with their batch-norm statistics.
        lr_scale: parts that learn faster or slower than the rest.
    """

    steps: int = number(1000, least=1)
    batch: int = number(64, least=1)
    lr: float = number(1e-3, above=0)
    warmup: int = number(100, least=0)
    weight_decay: float = number(0.01, least=0)
    clip: float = number(5.0, least=0)
    ema: float = number(0.999, least=0, most=0.99999)
    accumulate: int = number(1, least=1)
    eval_every: int = number(1000, least=1)
    save_every: int = number(250, least=1)
    log_every: int = number(50, least=1)
    freeze: tuple[str, ...] = ()
    lr_scale: tuple[LrScale, ...] = ()


@dataclass(frozen=True)
class EvalSet:
    """One set to evaluate on while training: never one whose figures are reported.

    Args:
        name: how metrics call it.
        source: where its samples come from.
        count: samples of it; 0: all (renders need a number).
        seed: seed of rendered samples; must differ from the recipe's.
        ignore_case: compare texts case-folded.
        alnum_only: compare letters and digits only.
    """

    name: str
    source: SourceRecipe
    count: int = number(0, least=0)
    seed: int = number(1_000_003, least=0)
    ignore_case: bool = False
    alnum_only: bool = False


@dataclass(frozen=True)
class PostprocessRecipe:
    """How a probability map becomes polygons: see ``postprocess.db.DBPostprocess``."""

    thresh: float = number(0.3, above=0, most=1)
    box_thresh: float = number(0.6, least=0, most=1)
    max_candidates: int = number(1000, least=1)
    unclip_ratio: float = number(1.5, above=0)


@dataclass(frozen=True)
class DetRecipe:
    """Everything that makes a detector."""

    name: str
    task: Literal["det"]
    model: ModelRecipe
    data: DataRecipe
    train: TrainRecipe
    eval: tuple[EvalSet, ...] = ()
    init: InitRecipe | None = None
    seed: int = number(1, least=0)
    preprocess: DetPreprocess = field(default_factory=DetPreprocess)
    postprocess: PostprocessRecipe = PostprocessRecipe()
    loss: DetLossRecipe = field(default_factory=DetLossRecipe)


@dataclass(frozen=True)
class RecRecipe:
    """Everything that makes a recogniser."""

    name: str
    task: Literal["rec"]
    model: ModelRecipe
    data: DataRecipe
    train: TrainRecipe
    eval: tuple[EvalSet, ...] = ()
    init: InitRecipe | None = None
    seed: int = number(1, least=0)
    preprocess: RecPreprocess = field(default_factory=RecPreprocess)
    guide: GuideRecipe | None = None


Recipe = DetRecipe | RecRecipe


def load_recipe(path_or_name: str | Path) -> Recipe:
    """Read a recipe.

    Args:
        path_or_name: a TOML file, or the name of a recipe that comes with ocrlib.

    Raises:
        RecipeError: no such recipe, not TOML, or a key or value that is not right.
    """
    path = Path(path_or_name)
    if path.suffix != ".toml" and not path.exists():
        path = RECIPES / f"{path_or_name}.toml"
        if not path.exists():
            known = sorted(p.stem for p in RECIPES.glob("*.toml"))
            raise RecipeError(
                "no such recipe",
                value=str(path_or_name),
                remedy=f"give a .toml file or one of {', '.join(known)}",
            )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError("no such file", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot be read: {error}", file=path) from error
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"not TOML: {error}", file=path) from error
    return recipe_from_dict(table, path)


def recipe_from_dict(table: Mapping[str, Any], file: str | Path = "recipe") -> Recipe:
    """Build a recipe from plain values, as :func:`recipe_to_dict` returns them."""
    task = table.get("task")
    if task not in ("det", "rec"):
        raise RecipeError("task must be det or rec", file=file, value=task)
    recipe: Recipe
    if task == "det":
        recipe = from_table(DetRecipe, table, file)
    else:
        recipe = from_table(RecRecipe, table, file)
    for where, source in _sources(recipe):
        check_source(source, where, file)
    for index, entry in enumerate(recipe.eval):
        where = f"eval[{index}]"
        if entry.source.kind.startswith("synth") and (not entry.count or entry.seed == recipe.seed):
            raise RecipeError(
                f"{where}: renders need a count, and a seed that is not the training's", file=file
            )
        words = entry.source.words
        if "report" in (entry.source.part, words.part if words else ""):
            raise RecipeError(
                f"{where}: never choose anything on the report part", file=file, remedy="use val"
            )
    _check_augment(recipe, file)
    if recipe.train.warmup >= recipe.train.steps and recipe.train.warmup > 0:
        raise RecipeError(
            "train.warmup must be smaller than train.steps", file=file, value=recipe.train.warmup
        )
    return recipe


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain values, for checkpoints and bundles."""
    return asdict(recipe)


def expand(path: str, file: str | Path | None = None) -> Path:
    """Replace ``${NAME}`` in a path by environment variables.

    Raises:
        RecipeError: a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if not found:
            raise RecipeError(
                f"the environment variable {match[1]} is not set",
                file=file,
                value=path,
                remedy=f"export {match[1]}=FOLDER",
            )
        return found

    return Path(re.sub(r"\$\{(\w+)\}", value, path))


def _sources(recipe: Recipe) -> list[tuple[str, SourceRecipe]]:
    named = [(f"data.sources[{i}]", source) for i, source in enumerate(recipe.data.sources)]
    return named + [(f"eval[{i}].source", entry.source) for i, entry in enumerate(recipe.eval)]


def _check_augment(recipe: Recipe, file: str | Path) -> None:
    """Refuse a list of augmentations that would not be used, or of which a part would not be."""
    data = recipe.data
    if isinstance(recipe, DetRecipe) and (data.rec_augment or data.time_step != 4):
        raise RecipeError(
            "data.rec_augment and data.time_step mean nothing for a detector", file=file
        )
    if data.rec_augment and not data.augment:
        raise RecipeError("data.augment is off, but data.rec_augment lists what to do", file=file)
    if [step.name for step in data.rec_augment].count("concatenate") > 1:
        raise RecipeError(
            "data.rec_augment has concatenate twice", file=file, remedy="raise its probability"
        )
