"""From a recipe to a task: model, loss and evaluation."""

from __future__ import annotations

from typing import Any

from ocrlib.config import DetRecipe, Recipe, RecRecipe
from ocrlib.data.build import build_charset, det_eval_samples, rec_eval_samples
from ocrlib.errors import RecipeError
from ocrlib.losses.db import DBLoss
from ocrlib.models.build import build_model
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.task import DetEvalSet, DetTask, RecEvalSet, RecTask


def build_task(recipe: Recipe, evaluate: bool = True) -> DetTask | RecTask:
    """Model, loss and evaluation of a recipe.

    Args:
        recipe: the recipe.
        evaluate: whether to prepare its evaluation sets.
    """
    bad = recipe.data.on_bad
    sets = recipe.eval if evaluate else ()
    model = build_model(architecture(recipe))
    if isinstance(recipe, DetRecipe):
        pages = [DetEvalSet(entry.name, det_eval_samples(entry, bad)) for entry in sets]
        post = postprocess(recipe)
        return DetTask(model, DBLoss(), recipe.preprocess, post, pages)
    charset = build_charset(recipe)
    crops = [
        RecEvalSet(entry.name, rec_eval_samples(entry, bad), entry.ignore_case, entry.alnum_only)
        for entry in sets
    ]
    return RecTask(model, charset, recipe.preprocess, crops)


def architecture(recipe: Recipe) -> dict[str, Any]:
    """What ``models.build`` needs to build the recipe's network."""
    args = dict(recipe.model.args)
    if isinstance(recipe, RecRecipe):
        if "charset_size" in args:
            raise RecipeError("model.args.charset_size follows from model.charset: leave it out")
        args["charset_size"] = build_charset(recipe).size
    return {"name": recipe.model.architecture, "args": args}


def postprocess(recipe: DetRecipe) -> DBPostprocess:
    """The post-processing that the recipe describes."""
    post = recipe.postprocess
    return DBPostprocess(
        thresh=post.thresh,
        box_thresh=post.box_thresh,
        max_candidates=post.max_candidates,
        unclip_ratio=post.unclip_ratio,
    )
