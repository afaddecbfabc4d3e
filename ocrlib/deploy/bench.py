"""The same pictures through several programs in one run: how right, how fast, how large.

Each program runs in a process of its own (see ``bench_worker``) and they take turns picture by
picture, so that whatever else the machine does disturbs all of them alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocrlib.data.labels import picture_name, read_det_labels, read_rec_labels, read_split
from ocrlib.errors import DataError, OcrError
from ocrlib.metrics.detection import DetectionMetric
from ocrlib.metrics.end_to_end import WordMetric
from ocrlib.metrics.recognition import RecognitionMetric
from ocrlib.types import TextInstance

WORKER = Path(__file__).with_name("bench_worker.py")
PROGRAMS = ("ocrlib", "tesseract", "rapidocr")


@dataclass(frozen=True)
class Protocol:
    """What is measured on which pictures.

    Args:
        name: for the tables.
        folder: of the data set, below ``$OCR_DATA``.
        mode: "pages" or "scenes" (whole pictures), "lines" or "words" (crops).
        split: the file that says which pictures are kept for reports; None takes the whole set.
        says: one sentence for the reader of the figures.
    """

    name: str
    folder: str
    mode: str
    split: str | None
    says: str


PROTOCOLS = (
    Protocol(
        "sroie-pages",
        "sroie",
        "pages",
        "split.tsv",
        "SROIE receipts, report part. Words: white-space tokens of the page as a bag, case-folded,"
        " punctuation kept. Detection: labelled lines, IoU > 0.5.",
    ),
    Protocol(
        "sroie-lines",
        "sroie",
        "lines",
        "split_rec.tsv",
        "SROIE line crops, report part: exact match of letters and digits, case-folded.",
    ),
    *(
        Protocol(
            name,
            name,
            "words",
            split,
            f"{title}: exact match of letters and digits, lower-cased.",
        )
        for name, split, title in (
            ("iiit5k", None, "IIIT5K words, our part"),
            ("svt", None, "SVT words, our part"),
            ("ic15_rec", "split_rec.tsv", "ICDAR2015 words of the test scenes, our part"),
            ("svtp", None, "SVTP words, our part"),
            ("cute80", None, "CUTE80 words, our part"),
        )
    ),
    Protocol(
        "ic15-scenes",
        "ic15_det",
        "scenes",
        None,
        "ICDAR2015 test scenes, our part. Detection: labelled words, IoU > 0.5, with regions that"
        " do not count. Ours uses its detector of words; a program that finds whole lines is at a"
        " disadvantage here.",
    ),
)


@dataclass(frozen=True)
class Item:
    """One picture and what is written on it; a crop has a single instance without a place."""

    picture: Path
    instances: tuple[TextInstance, ...]


def load_items(protocol: Protocol, data: Path, limit: int | None = None) -> list[Item]:
    """The pictures of a protocol.

    Args:
        protocol: which.
        data: the folder that holds the data sets.
        limit: at most so many, spread evenly over the set.

    Raises:
        DataError: the set is not there, or nothing of it is marked "report".
        LabelError: a label file is wrong.
    """
    folder = data / protocol.folder
    crops = protocol.mode in ("lines", "words")
    file = folder / ("rec.txt" if crops else "det.txt")
    if not file.is_file():
        raise DataError("the data set is not there", file=file, remedy="check --data")
    nowhere = np.zeros((4, 2), np.float32)
    items = (
        [Item(r.picture, (TextInstance(nowhere, r.text),)) for r in read_rec_labels(file)]
        if crops
        else [Item(d.picture, d.instances) for d in read_det_labels(file)]
    )
    if protocol.split is not None:
        part = read_split(folder / protocol.split)
        items = [i for i in items if part.get(picture_name(i.picture, file)) == "report"]
    if not items:
        raise DataError("no picture is marked 'report'", file=file)
    if limit is not None and limit < len(items):
        items = [items[i * len(items) // limit] for i in range(limit)]
    return items


class Program:
    """A program under test, waiting in its own process.

    Args:
        name: "ocrlib", "tesseract" or "rapidocr".
        mode: of the protocol.
        python: the Python that runs the worker.
        models: for ocrlib, names of the detector's and the recogniser's bundle.

    Raises:
        OcrError: the program cannot be started.
    """

    def __init__(self, name: str, mode: str, python: Path, models: Sequence[str] = ()) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        if name == "ocrlib":
            environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.name = name
        # A file, as a pipe could fill up; closed by close().
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        # -P: the worker's own folder must not be searched for modules.
        command = [str(python), "-P", str(WORKER), name, mode, *models]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                encoding="utf-8",
                env=environment,
            )
        except OSError as error:
            raise OcrError(f"{name} cannot be started: {error.strerror}", file=python) from error
        self.about = self._receive()

    def read(self, picture: Path) -> dict[str, Any]:
        """What the program makes of a picture: see ``bench_worker``."""
        if self._process.stdin is None:
            raise ValueError("the program has no input")
        self._process.stdin.write(json.dumps(str(picture)) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise ValueError("the program has no output")
        row = self._process.stdout.readline()
        if not row:
            self._process.wait()
            self._log.seek(0)
            last = self._log.read().strip().splitlines()[-1:]
            raise OcrError(f"{self.name} stopped: {' '.join(last) or 'no message'}")
        answer: dict[str, Any] = json.loads(row)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()


class Score:
    """Collects one program's answers to one protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self.crops = protocol.mode in ("lines", "words")
        self.words, self.texts = WordMetric(), RecognitionMetric(ignore_case=True, alnum_only=True)
        self.regions = DetectionMetric()
        self.times: list[float] = []
        self.computing: list[float] = []
        self.errors: list[str] = []
        self.peak = 0.0

    def add(self, item: Item, answer: dict[str, Any]) -> None:
        """Count an answer; an error counts as having read nothing."""
        lines = answer.get("lines", [])
        self.peak = max(self.peak, answer["peak_mb"])
        if "error" in answer:
            self.errors.append(f"{item.picture.name}: {answer['error']}")
        else:
            self.times.append(answer["ms"])
            self.computing.append(answer["cpu_ms"])
        text = " ".join(line["text"] for line in lines)
        if self.crops:
            self.texts.update([text], [item.instances[0].text])
            return
        written = [instance for instance in item.instances if not instance.ignore]
        self.words.update(text, " ".join(instance.text for instance in written))
        self.regions.update(
            [np.array(line["polygon"], np.float32) for line in lines],
            [instance.polygon for instance in item.instances],
            [instance.ignore for instance in item.instances],
        )

    def compute(self) -> dict[str, Any]:
        """All figures, rounded."""
        figures: dict[str, Any] = (
            _rounded(self.texts.compute())
            if self.crops
            else {
                "words": _rounded(self.words.compute()),
                "detection": _rounded(self.regions.compute()),
            }
        )
        if self.times:
            figures["median_ms"] = round(float(np.median(self.times)), 2)
            figures["p95_ms"] = round(float(np.percentile(self.times, 95)), 2)
            figures["median_cpu_ms"] = round(float(np.median(self.computing)), 2)
        return figures | {"peak_mb": self.peak, "failed": len(self.errors)}


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def run_protocol(
    protocol: Protocol,
    items: Sequence[Item],
    programs: Sequence[Program],
    progress: Callable[[Sequence[Item]], Iterator[Item]] = iter,
) -> tuple[dict[str, Any], list[str]]:
    """Put every picture to every program in turn.

    Args:
        protocol: what is measured.
        items: its pictures. The first is shown once more before, without being counted, so that
            nobody's time includes what is loaded at first use.
        programs: opened for the protocol's mode.
        progress: wraps the pictures, for a bar.

    Returns:
        Figures by program, and what went wrong, a line per failure.
    """
    scores = {program.name: Score(protocol) for program in programs}
    for program in programs:
        program.read(items[0].picture)
    for item in progress(items):
        for program in programs:
            scores[program.name].add(item, program.read(item.picture))
    failures = [f"{name}: {error}" for name, score in scores.items() for error in score.errors]
    return {name: score.compute() for name, score in scores.items()}, failures


def python_of(program: str, peers: Path) -> Path:
    """The Python that runs a program's worker.

    Args:
        program: "ocrlib", "tesseract" or "rapidocr".
        peers: the virtual environment of the other programs.
    """
    return peers / "bin" / "python" if program == "rapidocr" else Path(sys.executable)
