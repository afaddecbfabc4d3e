"""The training loop. It names no algorithm: a :class:`Task` says what the loss is."""

from __future__ import annotations

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ocrlib.config import TrainRecipe
from ocrlib.data.batching import BatchStream, ChunkMaker, Position
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError, OcrError
from ocrlib.models.weights import model_arrays, named_tensors
from ocrlib.train.average import AveragedWeights
from ocrlib.train.checkpoint import (
    load_checkpoint,
    load_optimizer,
    optimizer_arrays,
    restore,
    save_checkpoint,
)
from ocrlib.train.finetune import Frozen, scale_learning_rates
from ocrlib.train.parallel import Group
from ocrlib.train.requests import stop_requests
from ocrlib.train.schedule import cosine_with_warmup
from ocrlib.train.task import Task
from ocrlib.train.tracker import Meter, Tracker

LAST, BEST = "last.safetensors", "best.safetensors"


@dataclass(frozen=True)
class TrainResult:
    """How a run ended.

    Args:
        step: steps done.
        finished: False if it was asked to stop before its last step.
        best_score: best score of an evaluation, None without one.
        best_step: steps done at that evaluation.
        figures: of the last evaluation.
        skipped: samples left out, by reason, over all processes' own counts on rank 0.
    """

    step: int
    finished: bool
    best_score: float | None
    best_step: int
    figures: Mapping[str, float]
    skipped: Mapping[str, int]


def train(
    task: Task,
    maker: ChunkMaker,
    settings: TrainRecipe,
    folder: Path,
    *,
    seed: int = 1,
    workers: int = 0,
    queue: int = 24,
    resume: bool = False,
    description: Mapping[str, Any] | None = None,
    group: Group | None = None,
    after_step: Callable[[int], None] | None = None,
) -> TrainResult:
    """Train until ``settings.steps``, or until SIGTERM or Ctrl-C asks to stop; both save.

    Args:
        task: model, loss and evaluation.
        maker: makes the batches; rank r of N data-parallel processes takes every N-th chunk.
        settings: steps, learning rate and so on.
        folder: receives ``last.safetensors``, ``best.safetensors``, metrics, log and curve.
        seed: of what is left to chance inside the network (dropout).
        workers: data processes.
        queue: batches that may wait per worker.
        resume: go on from ``last.safetensors``; the end is bit for bit that of a run which was
            never interrupted.
        description: plain values to keep in the checkpoints, such as the recipe.
        group: the processes that train together; alone by default.
        after_step: called with the number of steps done, for tests and notebooks.

    Raises:
        CheckpointError: nothing to resume from, or a checkpoint of another run.
        OcrError: the loss is not a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not resume and (folder / LAST).exists():
        raise CheckpointError(
            "the folder holds a run already", file=folder, remedy="resume it or choose another"
        )
    group = group or Group()
    group.spread(list(named_tensors(task.model).values()))
    run = _Run(task, settings, folder, seed, description or {}, group)
    start = run.load() if resume else Position(group.rank)
    with (
        BatchStream(maker, workers, queue, start, group.world) as stream,
        stop_requests() as stop,
    ):
        stream.skipped.update(run.skipped)
        return run.go(stream, stop, after_step)


class _Run:
    """The state of a run between two steps."""

    def __init__(
        self,
        task: Task,
        settings: TrainRecipe,
        folder: Path,
        seed: int,
        description: Mapping[str, Any],
        group: Group,
    ) -> None:
        self.task, self.settings, self.folder, self.seed = task, settings, folder, seed
        self.description, self.group = description, group
        model = task.model
        self.frozen = Frozen(model, settings.freeze)
        scale_learning_rates(model, {part.prefix: part.scale for part in settings.lr_scale})
        self.parameters = [p for p in model.parameters() if not p.stop_gradient]
        # Paddle keeps batch norm's running statistics as parameters without gradient.
        moving = [t for name, t in named_tensors(model).items() if name not in self.frozen.names]
        self.statistics = [t for t in moving if t.stop_gradient and t.is_floating_point()]
        clip = paddle.nn.ClipGradByGlobalNorm(settings.clip) if settings.clip else None
        self.optimizer = paddle.optimizer.AdamW(
            settings.lr,
            parameters=self.parameters,
            weight_decay=settings.weight_decay,
            grad_clip=clip,
            apply_decay_param_fun={p.name for p in self.parameters if p.ndim > 1}.__contains__,
        )
        self.average = AveragedWeights(model, settings.ema) if settings.ema else None
        self.lr = cosine_with_warmup(settings.lr, settings.steps, settings.warmup)
        self.step = 0
        self.best_score: float | None = None
        self.best_step = 0
        self.figures: dict[str, float] = {}
        self.skipped: dict[str, int] = {}

    def go(
        self, stream: BatchStream, stop: list[bool], after_step: Callable[[int], None] | None
    ) -> TrainResult:
        """Do the steps that are left."""
        settings = self.settings
        tracker = Tracker(self.folder, self.step) if self.group.leads else None
        silent = not self.group.leads or not sys.stderr.isatty()
        bar = tqdm(total=settings.steps, initial=self.step, disable=silent, unit="step")
        meter = Meter()
        stopped = False
        self.frozen.train()
        while self.step < settings.steps and not stopped:
            losses, pictures, waited, stopped = self._step(stream, bool(stop))
            meter.add(losses, pictures, waited)
            self.step += 1
            bar.update()
            last = self.step == settings.steps or stopped
            if self.step % settings.log_every == 0 or last:
                values = meter.take()
                bar.set_postfix(loss=f"{values['loss']:.4g}", per_s=f"{values['per_s']:.0f}")
                if tracker is not None:
                    values["lr"] = self.lr(self.step - 1)
                    tracker.record(self.step, values)
                    shown = " ".join(f"{name} {value:.5g}" for name, value in values.items())
                    tracker.say(f"step {self.step}/{settings.steps} {shown}")
            due = self.step % settings.eval_every == 0 or self.step == settings.steps
            if due and tracker is not None:
                self._evaluate(tracker, stream)
                meter.restart()
            if due or last or self.step % settings.save_every == 0:
                self._save(LAST, stream)
            if after_step is not None:
                after_step(self.step)
        bar.close()
        if tracker is not None:
            for reason, count in sorted(stream.skipped.items()):
                tracker.say(f"left out: {count} x {reason}")
            tracker.say("finished" if self.step >= settings.steps else "stopped on request")
            tracker.draw()
        return TrainResult(
            self.step,
            self.step >= settings.steps,
            self.best_score,
            self.best_step,
            self.figures,
            dict(stream.skipped),
        )

    def _step(self, stream: BatchStream, stop: bool) -> tuple[dict[str, float], int, float, bool]:
        """One step: losses, pictures used, seconds waited for data, whether to stop."""
        # What chance decides inside the network is a function of (seed, step, rank): nothing to
        # save, nothing that an evaluation in between could change.
        paddle.seed((self.seed * 1_000_003 + self.step) * 64 + self.group.rank)
        self.optimizer.set_lr(self.lr(self.step))
        parts = self.settings.accumulate
        before = [statistic.clone() for statistic in self.statistics] if parts > 1 else []
        sums = [paddle.zeros_like(statistic) for statistic in before]
        losses: dict[str, float] = defaultdict(float)
        pictures, waited = 0, 0.0
        for _ in range(parts):
            start = time.perf_counter()
            batch = next(stream)
            waited += time.perf_counter() - start
            pictures += len(next(iter(batch.values())))
            # Every part starts from the same running statistics and the results are averaged, as
            # between processes: accumulating two halves is the same as two processes.
            for statistic, value in zip(self.statistics, before, strict=False):
                paddle.assign(value, statistic)
            values = self.task.loss({name: paddle.to_tensor(a) for name, a in batch.items()})
            (values["loss"] / parts).backward()
            for total, statistic in zip(sums, self.statistics, strict=False):
                total.add_(statistic)
            for name, value in values.items():
                losses[name] += value.item() / parts
        for total, statistic in zip(sums, self.statistics, strict=False):
            paddle.assign(total / parts, statistic)
        if not math.isfinite(losses["loss"]):
            raise OcrError(
                f"the loss is not a number at step {self.step}",
                value=dict(losses),
                remedy="resume with a lower train.lr or train.clip",
            )
        # Averaging the wish to stop as well makes all processes stop at the same step.
        wish = paddle.to_tensor([float(stop)])
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        self.group.average([*gradients, *self.statistics, wish])
        self.optimizer.step()
        self.optimizer.clear_grad()
        if self.average is not None:
            self.average.update(self.step)
        return losses, pictures, waited, wish.item() > 0

    def _evaluate(self, tracker: Tracker, stream: BatchStream) -> None:
        start = time.perf_counter()
        self.task.model.eval()
        with self.average.applied() if self.average else nullcontext(), paddle.no_grad():
            self.figures = self.task.evaluate()
            score = self.figures.get(self.task.primary)
            if score is not None and (self.best_score is None or score > self.best_score):
                self.best_score, self.best_step = score, self.step
                arrays = {"model": model_arrays(self.task.student)}
                save_checkpoint(self.folder / BEST, arrays, self._state([[0, 0]], stream))
        self.frozen.train()
        tracker.record(self.step, {"eval": self.figures})
        shown = " ".join(f"{name} {value:.4f}" for name, value in self.figures.items())
        tracker.say(f"step {self.step} eval {shown} ({time.perf_counter() - start:.1f} s)")
        tracker.draw()

    def _state(self, positions: list[list[int]], stream: BatchStream) -> dict[str, Any]:
        return {
            "step": self.step,
            "steps": self.settings.steps,
            "seed": self.seed,
            "positions": positions,
            "best_score": self.best_score,
            "best_step": self.best_step,
            "figures": self.figures,
            "skipped": dict(stream.skipped),
            "description": dict(self.description),
        }

    def _save(self, name: str, stream: BatchStream) -> None:
        positions = self.group.gather([stream.position.chunk, stream.position.batch])
        if not self.group.leads:
            return
        # A ReLU turns NaN into 0, so the loss alone does not show that weights are spoilt.
        spoilt = [n for n, a in model_arrays(self.task.model).items() if not np.isfinite(a).all()]
        if spoilt:
            raise OcrError(
                f"weights are not numbers at step {self.step}",
                value=spoilt[0],
                remedy="resume with a lower train.lr or train.clip",
            )
        groups = {
            "model": model_arrays(self.task.model),
            "optimizer": optimizer_arrays(self.optimizer, self.task.model),
        }
        if self.average is not None:
            groups["average"] = self.average.arrays()
        save_checkpoint(self.folder / name, groups, self._state(positions, stream))

    def load(self) -> Position:
        """Take up the last checkpoint; returns where the data goes on."""
        file = self.folder / LAST
        groups, state = load_checkpoint(file)
        if len(state["positions"]) != self.group.world or state["seed"] != self.seed:
            raise CheckpointError(
                "the run was started with another seed or number of processes",
                file=file,
                value={"seed": state["seed"], "processes": len(state["positions"])},
                remedy="resume it with these",
            )
        if (self.average is None) != ("average" not in groups):
            raise CheckpointError("train.ema does not fit the checkpoint", file=file)
        restore(self.task.model, groups["model"], file)
        load_optimizer(self.optimizer, self.task.model, groups["optimizer"], file)
        if self.average is not None:
            self.average.load(groups["average"])
        self.step = state["step"]
        self.best_score, self.best_step = state["best_score"], state["best_step"]
        self.figures, self.skipped = state["figures"], state["skipped"]
        chunk, batch = state["positions"][self.group.rank]
        return Position(chunk, batch)
