"""Time of a detector's targets and post-processing, kept in book/results/detector-speed.json.

    python book/tools/detector_speed.py

Processor time of one thread for a picture of 640x640 px: the four target maps for 50 texts, the
boxes of 100 texts. The least of many runs is what the work costs, the median what it costs on a
machine that others use, too. Where a program gets its memory anew for every picture, the system's
work to hand it over counts; so the targets are measured a second time in a process that keeps it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import cv2
import numpy as np

from execute import machine
from notebook_files import ROOT
from ocrlib.commands.train import git_commit
from ocrlib.data.det_targets import shrink_map, threshold_map
from ocrlib.postprocess.db import DBPostprocess

WARM_UP, RUNS, SIZE = 5, 100, (640, 640)
# glibc then neither returns memory to the system nor asks for it again.
KEEP = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}


def labels() -> list[np.ndarray]:
    """50 slanted quads, 40-160 px long, 12-30 px high."""
    rng = np.random.default_rng(0)
    return [
        cv2.boxPoints(
            (rng.uniform(40, 600, 2), rng.uniform((40, 12), (160, 30)), rng.uniform(-9, 9))
        )
        for _ in range(50)
    ]


def probabilities() -> np.ndarray:
    """A map with 100 slanted texts apart from each other, (640, 640)."""
    prob = np.zeros(SIZE, np.float32)
    for i in range(100):
        x, y = 20 + i % 5 * 122, 10 + i // 5 * 31
        quad = cv2.boxPoints(((x + 45, y + 8), (60 + i % 7 * 6, 9), i % 11 - 5))
        cv2.fillPoly(prob, [quad.astype(np.int32)], 0.9)
    return prob


def measure(work: Callable[[], object]) -> dict[str, float]:
    """Least and median processor time in ms."""
    times = []
    for run in range(WARM_UP + RUNS):
        began = time.process_time()
        work()
        if run >= WARM_UP:
            times.append(1000 * (time.process_time() - began))
    return {"least_ms": round(min(times), 2), "median_ms": round(statistics.median(times), 2)}


def figures() -> dict[str, dict[str, float]]:
    """Everything that is measured, by what it is."""
    cv2.setNumThreads(1)
    quads, prob, post = labels(), probabilities(), DBPostprocess()
    assert len(post(prob, (900, 900))) == 100
    ignore = [False] * len(quads)

    def both() -> object:
        return shrink_map(quads, ignore, SIZE), threshold_map(quads, ignore, SIZE)

    return {
        "targets, 50 texts": measure(both),
        "post-processing, 100 texts": measure(lambda: post(prob, (900, 900))),
    }


def main() -> None:
    """Measure, print and keep the figures."""
    if "--print" in sys.argv:
        print(json.dumps(figures()))
        return
    command = [sys.executable, __file__, "--print"]
    shown = {}
    for name, extra in (("memory anew", {}), ("memory kept", KEEP)):
        done = subprocess.run(command, env={**os.environ, **extra}, capture_output=True, check=True)
        shown[name] = json.loads(done.stdout)
    result = {
        "command": "python book/tools/detector_speed.py",
        "date": date.today().isoformat(),
        "commit": git_commit(),
        "machine": machine(),
        "threads": 1,
        "runs": RUNS,
        "processor_time": shown,
    }
    file = ROOT / "book" / "results" / "detector-speed.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(shown, indent=1))


if __name__ == "__main__":
    main()
