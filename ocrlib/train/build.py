"""From a recipe to a task: model, loss and evaluation."""

from __future__ import annotations

from typing import Any

from ocrlib.bundle import Bundle, load_bundle
from ocrlib.config import DetRecipe, Recipe, RecRecipe, expand
from ocrlib.data.build import build_charset, det_eval_samples, rec_eval_samples
from ocrlib.engine import paddle
from ocrlib.errors import RecipeError
from ocrlib.losses.db import DBLoss
from ocrlib.models.build import GUIDED, build_model
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.finetune import start_from
from ocrlib.train.guided import GuidedRecTask
from ocrlib.train.task import DetEvalSet, DetTask, RecEvalSet, RecTask


def build_task(recipe: Recipe, evaluate: bool = True) -> DetTask | RecTask:
    """Model, loss and evaluation of a recipe.

    Args:
        recipe: the recipe.
        evaluate: whether to prepare its evaluation sets.
    """
    bad = recipe.data.on_bad
    sets = recipe.eval if evaluate else ()
    model = build_model(_trained_architecture(recipe))
    if isinstance(recipe, DetRecipe):
        pages = [DetEvalSet(entry.name, det_eval_samples(entry, bad)) for entry in sets]
        post = postprocess(recipe)
        loss = recipe.loss
        criterion = DBLoss(loss.alpha, loss.beta, loss.ohem_ratio, loss.main)
        return DetTask(model, criterion, recipe.preprocess, post, pages)
    charset = build_charset(recipe)
    crops = [
        RecEvalSet(entry.name, rec_eval_samples(entry, bad), entry.ignore_case, entry.alnum_only)
        for entry in sets
    ]
    _check_width(model, recipe)
    _check_time_step(model, recipe)
    if recipe.guide is not None:
        return GuidedRecTask(model, charset, recipe.preprocess, crops, recipe.guide.weight)
    return RecTask(model, charset, recipe.preprocess, crops)


def _check_width(model: paddle.nn.Layer, recipe: RecRecipe) -> None:
    """Refuse crops of other widths than the network takes."""
    width, rule = getattr(model, "input_width", None), recipe.preprocess
    if width is not None and (rule.fit == "ladder" or rule.max_width != width):
        raise RecipeError(
            f"this network reads crops of {width} px width only",
            value={"fit": rule.fit, "max_width": rule.max_width},
            remedy=f'set preprocess.fit to "pad" or "stretch" and preprocess.max_width to {width}',
        )


def _check_time_step(model: paddle.nn.Layer, recipe: RecRecipe) -> None:
    """Refuse a ``data.time_step`` that is not the network's: by it the data pipeline decides
    which texts are too long for their crops, and CTC knows no loss for such a text.
    """
    rule = recipe.preprocess
    width = rule.padded_width(rule.height, 4 * rule.height)
    training = model.training
    model.eval()
    with paddle.no_grad():
        steps = model(paddle.zeros([1, 3, rule.height, width])).logits.shape[1]
    if training:
        model.train()
    if width // recipe.data.time_step != steps:
        raise RecipeError(
            f"data.time_step: this network gives {steps} columns for {width} px",
            value=recipe.data.time_step,
            remedy=f"set it to {width / steps:g}",
        )


def architecture(recipe: Recipe) -> dict[str, Any]:
    """What ``models.build`` needs to build the recipe's network as it is shipped."""
    name, args = recipe.model.architecture, dict(recipe.model.args)
    if isinstance(recipe, RecRecipe):
        if "charset_size" in args:
            raise RecipeError("model.args.charset_size follows from model.charset: leave it out")
        if "guide" in args:
            raise RecipeError("model.args.guide: use guide.kind", value=args["guide"])
        args["charset_size"] = build_charset(recipe).size
        if name in GUIDED:
            args["guide"] = None
    return {"name": name, "args": args}


def _trained_architecture(recipe: Recipe) -> dict[str, Any]:
    """The same with what training needs besides."""
    plain = architecture(recipe)
    if isinstance(recipe, DetRecipe) or recipe.guide is None:
        return plain
    if plain["name"] not in GUIDED:
        raise RecipeError(
            "guide: this network has no place for one",
            value=plain["name"],
            remedy=f"use one of {', '.join(GUIDED)}",
        )
    return {**plain, "args": {**plain["args"], "guide": recipe.guide.kind}}


def postprocess(recipe: DetRecipe) -> DBPostprocess:
    """The post-processing that the recipe describes."""
    post = recipe.postprocess
    return DBPostprocess(
        thresh=post.thresh,
        box_thresh=post.box_thresh,
        max_candidates=post.max_candidates,
        unclip_ratio=post.unclip_ratio,
    )


def initialise(task: DetTask | RecTask, recipe: Recipe) -> dict[str, Any]:
    """Fill a task's network from the bundle that the recipe's ``init`` names.

    Args:
        task: with fresh weights.
        recipe: its ``init`` may be None: then nothing happens.

    Returns:
        What to remember of the bundle: name, hash of its weights, data, fonts, and which weights
        were not taken from it. Empty without ``init``.

    Raises:
        RecipeError: the bundle saw other colours or other characters than the recipe gives.
        CheckpointError: weights do not fit.
        BundleError: there is no such bundle.
    """
    if recipe.init is None:
        return {}
    bundle = load_bundle(str(expand(recipe.init.bundle)))
    _check_fits(bundle, task, recipe)
    guided = isinstance(recipe, RecRecipe) and recipe.guide is not None
    # No bundle holds a guide.
    reset = (*recipe.init.reset, "guide") if guided else recipe.init.reset
    charset = task.charset if recipe.init.extend and isinstance(task, RecTask) else None
    fresh = start_from(task.model, bundle, reset, charset, recipe.init.rename)
    return {
        "name": bundle.spec.name,
        "learnt_anew": fresh,
        "sha256": bundle.spec.files[bundle.weights.name],
        "data": [dict(entry) for entry in bundle.spec.data],
        "fonts": [dict(entry) for entry in bundle.spec.fonts],
    }


def _check_fits(bundle: Bundle, task: DetTask | RecTask, recipe: Recipe) -> None:
    """Refuse what strict loading cannot see: weights of the right shape, meant for other input."""
    before = bundle.spec
    if before.task != recipe.task:
        raise RecipeError(
            f"init.bundle is for the task {before.task}", value=before.name, file=bundle.folder
        )
    theirs, ours = before.preprocess.to_dict(), recipe.preprocess.to_dict()
    for name in ("mean", "std", "height"):
        if theirs.get(name) != ours.get(name):
            raise RecipeError(
                f"preprocess.{name} is not what init.bundle was trained with",
                value={"bundle": theirs.get(name), "recipe": ours.get(name)},
                remedy="take over the bundle's value",
            )
    reset, extend = (
        (recipe.init.reset, recipe.init.extend) if recipe.init is not None else ((), False)
    )
    if extend and (not isinstance(task, RecTask) or "head" in reset):
        raise RecipeError(
            "init.extend keeps a part of a recogniser's head",
            value=reset,
            remedy="leave it out, or take head out of init.reset",
        )
    if extend:
        return
    if isinstance(task, RecTask) and task.charset != before.charset and "head" not in reset:
        raise RecipeError(
            "the charset is not that of init.bundle, so its head means other characters",
            file=bundle.folder,
            remedy="set init.extend = true to keep the rows of the characters that both have, "
            'or init.reset = ["head"] to learn the head anew',
        )
