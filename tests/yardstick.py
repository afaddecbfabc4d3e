"""How long work takes, in units of a piece of work that every machine can do.

A bound in milliseconds says as much about the machine as about the code. So a test of speed
measures its work and the yardstick in turns, and compares the least of both.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import cv2
import numpy as np

PATIENCE = 20.0  # s; a machine that is busy for a while is waited for


def yardstick() -> None:
    """About 5 ms of a free core: interpreter, fresh memory and drawing, as in our own code."""
    quad = np.array([[8, 8], [88, 16], [84, 36], [6, 24]])
    for _ in range(4):
        page = np.zeros((640, 640), np.float32)
        for i in range(50):
            cv2.fillPoly(page, [quad + i * 9], 1.0)
        np.sqrt(page, out=page)
    sum(i * i for i in range(20_000))


def yardsticks(work: Callable[[], object], bound: float, turns: int = 20) -> float:
    """Least time of some work / least time of the yardstick, both in CPU time of this thread.

    Args:
        work: what to measure.
        bound: goes on for up to ``PATIENCE`` seconds until the ratio lies below this.
        turns: how often both are measured at least.
    """
    least = {work: math.inf, yardstick: math.inf}
    work()  # the first time loads what is needed
    begin, turn = time.monotonic(), 0
    while True:
        for task in least:
            start = time.thread_time()
            task()
            least[task] = min(least[task], time.thread_time() - start)
        turn += 1
        ratio = least[work] / least[yardstick]
        if turn >= turns and (ratio < bound or time.monotonic() - begin > PATIENCE):
            return ratio
