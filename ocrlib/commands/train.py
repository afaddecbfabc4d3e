"""``ocrlib train``: from a recipe to a run's folder with checkpoints, metrics and a curve."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocrlib.config import (
    DetRecipe,
    Recipe,
    RecRecipe,
    load_recipe,
    recipe_from_dict,
    recipe_to_dict,
)
from ocrlib.data.build import (
    build_charset,
    build_chunks,
    det_eval_samples,
    rec_eval_samples,
)
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError, RecipeError
from ocrlib.losses.db import DBLoss
from ocrlib.models.build import build_model
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.loop import LAST, TrainResult
from ocrlib.train.loop import train as run_loop
from ocrlib.train.parallel import Group
from ocrlib.train.task import DetEvalSet, DetTask, RecEvalSet, RecTask


def train(
    recipe: str | Path,
    out: Path,
    *,
    resume: bool = False,
    steps: int | None = None,
    workers: int | None = None,
    eval_every: int | None = None,
) -> TrainResult:
    """Train what a recipe describes.

    Args:
        recipe: a TOML file or the name of a recipe that comes with ocrlib.
        out: the run's folder; must not hold a run unless ``resume``.
        resume: go on from the folder's last checkpoint; starts anew if there is none yet.
        steps: overrides ``train.steps``.
        workers: overrides ``data.workers``.
        eval_every: overrides ``train.eval_every``.

    Raises:
        RecipeError, DataError, LabelError, CheckpointError: as their messages say.
    """
    plan = _override(load_recipe(recipe), steps, workers, eval_every)
    resume = resume and (out / LAST).exists()
    if resume:
        _check_same(plan, out / LAST)
    group = Group.join()
    paddle.seed(plan.seed)
    task = build_task(plan, evaluate=group.leads)
    if group.leads:
        count = sum(p.size for p in task.model.parameters())
        print(f"{plan.name}: {count:,} parameters, {plan.train.steps} steps, {out}", flush=True)
    result = run_loop(
        task,
        build_chunks(plan),
        plan.train,
        out,
        seed=plan.seed,
        workers=plan.data.workers,
        queue=plan.data.queue,
        resume=resume,
        description={"recipe": recipe_to_dict(plan), "commit": git_commit()},
        group=group,
    )
    if group.leads:
        _report(result, out)
    return result


def _report(result: TrainResult, out: Path) -> None:
    state = "finished" if result.finished else "stopped; resume with --resume"
    print(f"step {result.step}: {state}. {out}")
    for reason, count in sorted(result.skipped.items()):
        print(f"  left out: {count} x {reason}")
    for name, value in result.figures.items():
        print(f"  {name}: {value:.4f}")
    if result.best_score is not None:
        print(f"  best score {result.best_score:.4f} at step {result.best_step}")


def _override(
    recipe: Recipe, steps: int | None, workers: int | None, eval_every: int | None
) -> Recipe:
    train_recipe, data = recipe.train, recipe.data
    if steps is not None:
        train_recipe = replace(
            train_recipe, steps=steps, warmup=min(train_recipe.warmup, steps // 5)
        )
    if eval_every is not None:
        train_recipe = replace(train_recipe, eval_every=eval_every)
    if workers is not None:
        data = replace(data, workers=workers)
    changed = replace(recipe, train=train_recipe, data=data)
    return recipe_from_dict(recipe_to_dict(changed), "options of the command")


# What may differ when a run is resumed: it changes nothing about the weights.
_FREE = {
    "eval": None,
    "data": {"workers", "queue"},
    "train": {"eval_every", "save_every", "log_every"},
}


def _check_same(recipe: Recipe, checkpoint: Path) -> None:
    """Refuse to go on with another recipe than the one the run was started with."""
    _, state = load_checkpoint(checkpoint)
    before = json.loads(json.dumps(state["description"].get("recipe", {})))
    now = json.loads(json.dumps(recipe_to_dict(recipe)))
    for part in sorted(set(before) | set(now)):
        free = _FREE.get(part, set())
        if free is None:
            continue
        old, new = before.get(part), now.get(part)
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [k for k in sorted(set(old) | set(new)) if k not in free]
            key = next((k for k in keys if old.get(k) != new.get(k)), None)
            if key is None:
                continue
            part, old, new = f"{part}.{key}", old.get(key), new.get(key)
        if old != new:
            raise CheckpointError(
                f"{part} is not what the run was started with",
                file=checkpoint,
                value={"then": old, "now": new},
                remedy="resume with the same recipe, or start in another folder",
            )


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
        post = recipe.postprocess
        return DetTask(
            model,
            DBLoss(),
            recipe.preprocess,
            DBPostprocess(
                thresh=post.thresh,
                box_thresh=post.box_thresh,
                max_candidates=post.max_candidates,
                unclip_ratio=post.unclip_ratio,
            ),
            [DetEvalSet(entry.name, det_eval_samples(entry, bad)) for entry in sets],
        )
    charset = build_charset(recipe)
    rec_sets = []
    for entry in sets:
        samples, left_out = rec_eval_samples(entry, bad, charset)
        for reason, count in left_out.items():
            print(f"{entry.name}: {count} of {len(samples)}: {reason} (counted as errors)")
        rec_sets.append(RecEvalSet(entry.name, samples, entry.ignore_case, entry.alnum_only))
    return RecTask(model, charset, recipe.preprocess, rec_sets)


def architecture(recipe: Recipe) -> dict[str, Any]:
    """What ``models.build`` needs to build the recipe's network."""
    args = dict(recipe.model.args)
    if isinstance(recipe, RecRecipe):
        if "charset_size" in args:
            raise RecipeError("model.args.charset_size follows from model.charset: leave it out")
        args["charset_size"] = build_charset(recipe).size
    return {"name": recipe.model.architecture, "args": args}


def git_commit() -> str:
    """The commit of the repository that ocrlib lies in, "" outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("recipe")
    parser.add_argument("out", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--eval-every", type=int)
    options = parser.parse_args()
    train(
        options.recipe,
        options.out,
        resume=options.resume,
        steps=options.steps,
        workers=options.workers,
        eval_every=options.eval_every,
    )
    sys.exit(0)
