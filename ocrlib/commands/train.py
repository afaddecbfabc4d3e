"""``ocrlib train`` and ``export``: from a recipe to a run, from a run to a bundle."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocrlib.bundle import BundleSpec
from ocrlib.config import (
    DetRecipe,
    Recipe,
    RecRecipe,
    load_recipe,
    recipe_from_dict,
    recipe_to_dict,
)
from ocrlib.errors import CheckpointError, OcrError

if TYPE_CHECKING:
    from ocrlib.train.task import DetTask, RecTask


def train(
    recipe: str,
    out: Path,
    /,
    *,
    resume: bool = False,
    steps: int | None = None,
    workers: int | None = None,
    eval_every: int | None = None,
) -> int:
    """Train what a recipe describes.

    Writes checkpoints, metrics.jsonl, train.log and curve.png. SIGTERM and Ctrl-C save and end.

    Args:
        recipe: a TOML file, or the name of a recipe that comes with ocrlib.
        out: the run's folder; must not hold a run, unless resumed.
        resume: go on from the folder's last checkpoint; begins anew if there is none yet.
        steps: other than the recipe's train.steps.
        workers: other than the recipe's data.workers.
        eval_every: other than the recipe's train.eval_every.

    Returns:
        0.

    Raises:
        OcrError: whatever is wrong with the recipe, the data or the checkpoint.
    """
    from ocrlib.data.build import build_chunks
    from ocrlib.engine import paddle
    from ocrlib.train.build import build_task, initialise
    from ocrlib.train.checkpoint import load_checkpoint
    from ocrlib.train.loop import LAST
    from ocrlib.train.loop import train as run
    from ocrlib.train.parallel import Group

    plan = _override(load_recipe(recipe), steps, workers, eval_every)
    resume = resume and (out / LAST).exists()
    if resume:
        _check_same(plan, out / LAST)
    group = Group.join()
    maker = build_chunks(plan, group.world)
    paddle.seed(plan.seed)
    task = build_task(plan, evaluate=group.leads)
    if group.leads:
        count = sum(parameter.size for parameter in task.model.parameters())
        print(f"{plan.name}: {count:,} parameters, {plan.train.steps} steps, {out}", flush=True)
    description = {"recipe": recipe_to_dict(plan), "commit": git_commit()}
    if resume:  # the checkpoint holds all weights: the bundle may have changed since
        origin = load_checkpoint(out / LAST)[1]["description"].get("init")
    else:
        origin = initialise(task, plan)
    if origin:
        if group.leads:
            anew = origin["learnt_anew"]
            parts = f"{len(anew)} arrays, from {anew[0]} to {anew[-1]}" if anew else "nothing"
            print(f"weights of {origin['name']}; learnt anew: {parts}", flush=True)
        description["init"] = origin
    result = run(
        task,
        maker,
        plan.train,
        out,
        seed=plan.seed,
        workers=plan.data.workers,
        queue=plan.data.queue,
        resume=resume,
        description=description,
        group=group,
    )
    if group.leads:
        state = "finished" if result.finished else "stopped; --resume goes on"
        print(f"step {result.step}: {state}")
        for reason, count in sorted(result.skipped.items()):
            print(f"  left out: {count} x {reason}")
        print_figures(result.figures)
        if result.best_score is not None:
            print(f"  best score {result.best_score:.4f} at step {result.best_step}")
    return 0


def _override(
    recipe: Recipe, steps: int | None, workers: int | None, eval_every: int | None
) -> Recipe:
    """The recipe with the command's options, checked like a recipe."""
    values = recipe_to_dict(recipe)
    if steps is not None:
        values["train"]["steps"] = steps
        values["train"]["warmup"] = min(values["train"]["warmup"], max(0, steps // 5))
    if eval_every is not None:
        values["train"]["eval_every"] = eval_every
    if workers is not None:
        values["data"]["workers"] = workers
    return recipe_from_dict(values, "options of the command")


# What may differ when a run is resumed or exported: no step of the training depends on it.
_FREE: dict[str, set[str]] = {
    "data": {"workers", "queue"},
    "train": {"eval_every", "save_every", "log_every"},
    "preprocess": {"limit_side", "limit_type"},  # of evaluation; augmentation has its own sizes
    "postprocess": {"thresh", "box_thresh", "unclip_ratio"},
}


def _check_same(recipe: Recipe, checkpoint: Path) -> None:
    """Refuse another recipe than the one the run was started with."""
    from ocrlib.train.checkpoint import load_checkpoint

    before = load_checkpoint(checkpoint)[1]["description"].get("recipe", {})
    # A key that is younger than the checkpoint has its default there.
    before = json.loads(json.dumps(recipe_to_dict(recipe_from_dict(before, checkpoint))))
    now = json.loads(json.dumps(recipe_to_dict(recipe)))
    for part in sorted((before.keys() | now.keys()) - {"eval"}):
        old, new = before.get(part), now.get(part)
        if isinstance(old, dict) and isinstance(new, dict):
            keys = sorted((old.keys() | new.keys()) - _FREE.get(part, set()))
            key = next((k for k in keys if old.get(k) != new.get(k)), None)
            if key is None:
                continue
            part, old, new = f"{part}.{key}", old.get(key), new.get(key)
        if old != new:
            raise CheckpointError(
                f"{part} is not what the run was started with",
                file=checkpoint,
                value={"then": old, "now": new},
                remedy="use the same recipe, or train in another folder",
            )


def print_figures(figures: Mapping[str, float]) -> None:
    """One figure per line."""
    for name, value in figures.items():
        print(f"  {name}: {value:.4f}")


def trained_task(folder: Path) -> tuple[Recipe, DetTask | RecTask, dict[str, Any]]:
    """Recipe, task with the best weights, and state of a run; a guide is left behind."""
    from ocrlib.train.build import build_task
    from ocrlib.train.checkpoint import load_checkpoint, restore
    from ocrlib.train.loop import BEST, LAST

    file = folder / (BEST if (folder / BEST).exists() else LAST)
    groups, state = load_checkpoint(file)
    recipe = recipe_from_dict(state["description"].get("recipe", {}), file)
    plain = replace(recipe, guide=None) if isinstance(recipe, RecRecipe) else recipe
    task = build_task(plain, evaluate=False)
    arrays = groups.get("average", groups["model"])
    # The last checkpoint, which training resumes from, holds a guide where there was one.
    kept = {name: array for name, array in arrays.items() if not name.startswith("guide.")}
    restore(task.model, kept, file)
    task.model.eval()
    return recipe, task, state


def export(
    run: Path,
    out: Path,
    /,
    *,
    name: str | None = None,
    recipe: str | None = None,
    figures: Path | None = None,
    unfinished: bool = False,
) -> int:
    """Turn the best checkpoint of a run into a bundle.

    The graphs are compared on pictures of the recipe's evaluation sets; export refuses when their
    numbers differ.

    Args:
        run: the run's folder.
        out: the bundle's folder.
        name: the bundle's name; by default that of the recipe.
        recipe: takes the reading size and the post-processing from here (they may be chosen
            on validation data after training); by default from the run's own recipe.
        figures: JSON file with measured figures ({"name": number}) for the card; by default
            those of the run's own evaluation.
        unfinished: allow a run that did not reach its last step; the card says so.

    Returns:
        0.

    Raises:
        OcrError: the run is not finished, a file is missing, or the graphs differ.
    """
    from ocrlib.data.build import build_charset, example_images, used_data, used_fonts
    from ocrlib.deploy.export import export_bundle
    from ocrlib.train.build import architecture, postprocess
    from ocrlib.train.checkpoint import load_checkpoint
    from ocrlib.train.loop import LAST

    last = load_checkpoint(run / LAST)[1]
    cut_short = last["step"] < last["steps"]
    if cut_short and not unfinished:
        raise CheckpointError(
            f"the run did {last['step']} of {last['steps']} steps",
            file=run,
            remedy="resume it, or export it with --unfinished",
        )
    plan, task, state = trained_task(run)
    if recipe is not None:
        plan = load_recipe(recipe)
        _check_same(plan, run / LAST)
    origin = state["description"].get("init") or {"name": "", "data": [], "fonts": []}
    fonts = {font["sha256"]: font for font in (*origin["fonts"], *used_fonts(plan))}
    spec = BundleSpec(
        name=name or plan.name,
        task=plan.task,
        architecture=architecture(plan),
        preprocess=plan.preprocess,
        charset=build_charset(plan) if isinstance(plan, RecRecipe) else None,
        postprocess=postprocess(plan).to_dict() if isinstance(plan, DetRecipe) else None,
        recipe=recipe_to_dict(plan),
        data=_all_data(origin, used_data(plan)),
        fonts=tuple(fonts.values()),
        seed=plan.seed,
        commit=state["description"].get("commit", ""),
        figures=_read_figures(figures) if figures else state["figures"],
        unfinished=cut_short,
    )
    inputs = [plan.preprocess(image)[None] for image in example_images(plan)]
    bundle = export_bundle(task.model, spec, out, inputs)
    size = sum(file.stat().st_size for file in out.iterdir())
    print(f"{bundle.folder}: {spec.name}, step {state['step']}, {size / 1e6:.2f} MB")
    return 0


def _all_data(
    origin: Mapping[str, Any], own: Sequence[dict[str, str]]
) -> tuple[dict[str, str], ...]:
    """What a model was trained on, each set once: what its origin saw, by stage, then its own."""
    earlier = [
        entry if entry["use"] != "train" else {**entry, "use": f"train ({origin['name']})"}
        for entry in origin["data"]
    ]
    return tuple({tuple(sorted(entry.items())): entry for entry in (*earlier, *own)}.values())


def _read_figures(file: Path) -> dict[str, float]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OcrError(f"cannot be read as JSON: {error}", file=file) from error
    if not isinstance(values, dict) or not all(isinstance(v, int | float) for v in values.values()):
        raise OcrError("must be a table of numbers", file=file, value=values)
    return values


def git_commit() -> str:
    """The commit of the repository that ocrlib lies in, "" outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
