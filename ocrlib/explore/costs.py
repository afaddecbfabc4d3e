"""What reading a picture costs: measured in a process of its own, where nothing else adds to it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ocrlib.deploy.bench import Program
from ocrlib.images import write_image
from ocrlib.types import ByteImage


class Cost(NamedTuple):
    """Of one picture.

    Args:
        lines: how many were read.
        cpu_ms: processor time in ms, one thread.
        peak_mb: the most memory that the process has held so far, in MB (10^6 bytes).
    """

    lines: int
    cpu_ms: float
    peak_mb: float


def reading_costs(
    images: Sequence[ByteImage], det: str = "det-lite", rec: str = "rec-lite-en"
) -> list[Cost]:
    """Read pictures one after the other in a fresh process.

    Memory is a peak and never falls, so begin with the smallest picture. The first one is read
    twice, and the first time does not count: it loads what is needed later.

    Args:
        images: each RGB uint8 (H, W, 3).
        det: name or folder of the detector's bundle.
        rec: name or folder of the recogniser's bundle.

    Raises:
        OcrError: if the process fails.
    """
    costs = []
    with TemporaryDirectory() as folder:
        program = Program("ocrlib", "pages", Path(sys.executable), (det, rec))
        try:
            for number, image in enumerate([*images[:1], *images]):
                file = Path(folder) / f"{number}.png"
                write_image(file, image)
                answer = program.read(file)
                costs.append(Cost(len(answer["lines"]), answer["cpu_ms"], answer["peak_mb"]))
        finally:
            program.close()
    return costs[1:]
