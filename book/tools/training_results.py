"""Turn the folder of a training run into book/results/NAME-training.json, which notebooks draw.

    python book/tools/training_results.py runs/det-lite ...

The file says how the run was made (command, recipe, seed, commit, machine, date) and holds its
losses, thinned to at most 300 points, and all of its evaluations.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from safetensors import safe_open

from execute import machine
from notebook_files import ROOT
from ocrlib.train.tracker import read_metrics

RESULTS = ROOT / "book" / "results"
POINTS = 300
# The log of a run that was stopped and resumed has a hole; longer ones are no training time.
LONGEST_PAUSE = timedelta(minutes=10)


def thin(entries: list[dict[str, Any]], points: int = POINTS) -> list[dict[str, Any]]:
    """Average neighbouring entries until there are at most ``points`` of them."""
    size = -(-len(entries) // points)
    result = []
    for start in range(0, len(entries), max(1, size)):
        part = entries[start : start + size]
        names = [name for name in part[0] if name not in ("step", "eval")]
        means = {name: statistics.fmean(entry[name] for entry in part) for name in names}
        values = {name: float(f"{mean:.4g}") for name, mean in means.items()}
        result.append({"step": part[-1]["step"], **values})
    return result


def log_times(log: str) -> list[datetime]:
    """The time of every line of a ``train.log``."""
    return [datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S") for line in log.splitlines()]


def minutes(times: list[datetime]) -> float:
    """Time between the first and the last line, without pauses."""
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    spent = sum((gap for gap in gaps if gap <= LONGEST_PAUSE), timedelta())
    return round(spent.total_seconds() / 60, 1)


def summarise(folder: Path) -> dict[str, Any]:
    """What is kept of a run.

    Raises:
        OSError: the folder lacks a checkpoint or the log.
    """
    with safe_open(folder / "last.safetensors", framework="numpy") as file:
        state = json.loads(file.metadata()["state"])
    entries = read_metrics(folder / "metrics.jsonl")
    times = log_times((folder / "train.log").read_text(encoding="utf-8"))
    recipe = state["description"]["recipe"]
    return {
        "command": f"ocrlib train {recipe['name']} runs/{recipe['name']}",
        "recipe": recipe,
        "seed": state["seed"],
        "commit": state["description"]["commit"],
        "machine": machine(),
        "date": times[-1].date().isoformat(),
        "minutes": minutes(times),
        "steps": state["step"],
        "finished": state["step"] >= state["steps"],
        "best_step": state["best_step"],
        "best_score": state["best_score"],
        "losses": thin([entry for entry in entries if "loss" in entry]),
        "evaluations": [
            {"step": entry["step"], **{k: round(v, 4) for k, v in entry["eval"].items()}}
            for entry in entries
            if "eval" in entry
        ],
    }


def main() -> int:
    """Write a file for every run named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path)
    RESULTS.mkdir(exist_ok=True)
    for folder in parser.parse_args().runs:
        try:
            result = summarise(folder)
        except OSError as error:
            print(f"{folder}: not a run: {error}", file=sys.stderr)
            return 1
        path = RESULTS / f"{result['recipe']['name']}-training.json"
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        state = "finished" if result["finished"] else "NOT finished"
        print(f"{path.relative_to(ROOT)}: {result['steps']} steps, {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
