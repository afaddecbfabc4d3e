"""What a run leaves behind: metrics as JSON lines, a log to read, a curve to look at."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Tracker:
    """Writes ``metrics.jsonl``, ``train.log`` and ``curve.png`` into a run's folder.

    Args:
        folder: the run's folder.
        step: the step the run goes on from; metrics of later steps, which a killed run may have
            left, are dropped.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self.metrics = folder / "metrics.jsonl"
        self.log_file = folder / "train.log"
        self.curve_file = folder / "curve.png"
        kept = [entry for entry in read_metrics(self.metrics) if entry["step"] <= step]
        lines = [json.dumps(entry) + "\n" for entry in (kept if step else [])]
        self.metrics.write_text("".join(lines), encoding="utf-8")

    def record(self, step: int, values: Mapping[str, Any]) -> None:
        """Append one line of metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")

    def say(self, text: str) -> None:
        """Append one line to the log."""
        with self.log_file.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    def draw(self) -> None:
        """Draw the loss and the evaluation figures over the steps."""
        from matplotlib.figure import Figure  # slow to import, and needed by nobody else

        entries = read_metrics(self.metrics)
        figure = Figure(figsize=(8, 6), layout="constrained")
        top, bottom = figure.subplots(2, 1, sharex=True)
        top.set_ylabel("loss")
        bottom.set_ylabel("evaluation")
        bottom.set_xlabel("step")
        losses = [(entry["step"], entry["loss"]) for entry in entries if "loss" in entry]
        if losses:
            top.plot(*zip(*losses, strict=True))
            top.set_yscale("log")
        names = sorted({name for entry in entries for name in entry.get("eval", {})})
        for name in names:
            points = [(e["step"], e["eval"][name]) for e in entries if name in e.get("eval", {})]
            bottom.plot(*zip(*points, strict=True), marker=".", label=name)
        if names:
            bottom.legend(fontsize="x-small", ncols=2)
        figure.savefig(self.curve_file, dpi=100)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Read a ``metrics.jsonl``; a last line that was cut off by a kill is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return entries


class Meter:
    """Means of the losses, and the throughput, since they were last asked for."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        self.sums: dict[str, float] = defaultdict(float)
        self.steps, self.pictures, self.waited = 0, 0, 0.0
        self.since = time.perf_counter()

    def add(self, losses: Mapping[str, float], pictures: int, waited: float) -> None:
        """Count one step."""
        for name, value in losses.items():
            self.sums[name] += value
        self.steps += 1
        self.pictures += pictures
        self.waited += waited

    def take(self) -> dict[str, float]:
        """Mean losses, pictures per second, share of the time spent waiting for data."""
        seconds = time.perf_counter() - self.since
        steps = max(1, self.steps)
        values = {name: total / steps for name, total in self.sums.items()}
        values.setdefault("loss", math.nan)
        values["per_s"] = self.pictures / max(seconds, 1e-9)
        values["waiting"] = self.waited / max(seconds, 1e-9)
        self.restart()
        return values
