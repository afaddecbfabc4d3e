"""Where samples come from: label files, lines cut out of pages, renders, and mixtures of them.

A source has a length and ``sample(index, rng)``; the same index and random state always give the
same sample. Sources travel to worker processes, so they hold labels and paths, not pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.random import Generator

from ocrlib.charset import Charset
from ocrlib.config import OnBad
from ocrlib.data.labels import DetLabel, RecLabel, read_split
from ocrlib.data.validate import check_det_labels, check_rec_labels
from ocrlib.errors import DataError
from ocrlib.geometry import TALL, crop_quad, min_area_quad, order_quad
from ocrlib.images import read_image
from ocrlib.preprocess import RecPreprocess
from ocrlib.types import ByteImage, DetSample, FloatArray, RecSample

Sample = TypeVar("Sample", bound=DetSample | RecSample)
Sample_co = TypeVar("Sample_co", bound=DetSample | RecSample, covariant=True)
Label = TypeVar("Label", DetLabel, RecLabel)

NOMINAL_LENGTH = 1_000_000  # renders have no end; an epoch over renders alone is this long
CACHE_BYTES = 256_000_000  # of cut-out lines, per process


class Source(Protocol[Sample_co]):
    """Something that samples can be drawn from."""

    def __len__(self) -> int: ...

    def sample(self, index: int, rng: Generator) -> Sample_co:
        """The sample with this index; ``rng`` decides whatever is left to chance."""
        ...


def part_of(labels: Sequence[Label], file: Path, split: Path | None, part: str) -> list[Label]:
    """Those labels that belong to one part of a split.

    Args:
        labels: labels of ``file``.
        file: the label file.
        split: file with ``picture<TAB>part`` lines; None: every picture belongs.
        part: the part wanted.

    Raises:
        DataError: no label is left.
    """
    if split is None:
        wanted = list(labels)
    else:
        pictures = {file.parent / name for name, p in read_split(split).items() if p == part}
        wanted = [label for label in labels if label.picture in pictures]
    if not wanted:
        which = f" of part {part}" if split is not None else ""
        raise DataError(f"no usable label{which}", file=file)
    return wanted


def _counted(left_out: int) -> Counter[str]:
    return Counter({"label lines with errors": left_out} if left_out else {})


class LabelledDet:
    """Pages with labelled text regions.

    Args:
        file: detection label file.
        split: split file, or None for all pictures.
        part: part of the split.
        on_bad: ``refuse`` raises if the file has errors, ``skip`` leaves those lines out.
    """

    def __init__(
        self, file: Path, split: Path | None = None, part: str = "train", on_bad: OnBad = "refuse"
    ) -> None:
        labels, report = check_det_labels(file)
        self.skipped = _counted(report.require_usable(on_bad))
        self.labels = part_of(labels, file, split, part)

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, index: int, rng: Generator) -> DetSample:
        """The page with this index, as it is."""
        label = self.labels[index]
        source = f"{label.file}:{label.line}"
        return DetSample(read_image(label.picture), label.instances, source)


class LabelledRec:
    """Crops with their texts.

    Args:
        file: recognition label file.
        split: split file, or None for all crops.
        part: part of the split.
        on_bad: ``refuse`` raises if the file has errors, ``skip`` leaves those lines out.
        fold_case: the texts do not tell upper from lower case.
        charset: texts outside it are errors; None: any text will do.
        preprocess: the one that crops are read with; None: the defaults.
        time_step: px of width per column of the recogniser's output: a crop with fewer columns
            than its text needs is an error.
    """

    def __init__(
        self,
        file: Path,
        split: Path | None = None,
        part: str = "train",
        on_bad: OnBad = "refuse",
        fold_case: bool = False,
        charset: Charset | None = None,
        preprocess: RecPreprocess | None = None,
        time_step: int = 4,
    ) -> None:
        labels, report = check_rec_labels(
            file, charset=charset, preprocess=preprocess, stride=time_step, fold_case=fold_case
        )
        self.skipped = _counted(report.require_usable(on_bad))
        self.labels = part_of(labels, file, split, part)
        self.fold_case = fold_case

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, index: int, rng: Generator) -> RecSample:
        """The crop with this index, as it is."""
        label = self.labels[index]
        source = f"{label.file}:{label.line}"
        return RecSample(read_image(label.picture), label.text, source, self.fold_case)


class CroppedLines:
    """Lines cut out of labelled pages, as reading does it, but with shaken corners.

    Regions that do not count, and such that are taller than wide, are left out and counted in
    ``skipped``: reading turns tall crops, and a turned "1" teaches nothing.

    Args:
        file: detection label file.
        split: split file, or None for all pages.
        part: part of the split.
        on_bad: ``refuse`` raises if the file has errors, ``skip`` leaves those lines out.
        fold_case: the texts do not tell upper from lower case.
        jitter: largest shift of a corner, as a share of the line's height.
    """

    def __init__(
        self,
        file: Path,
        split: Path | None = None,
        part: str = "train",
        on_bad: OnBad = "refuse",
        fold_case: bool = False,
        jitter: float = 0.08,
    ) -> None:
        labels, report = check_det_labels(file)
        self.skipped = _counted(report.require_usable(on_bad))
        self.labels = part_of(labels, file, split, part)
        self.fold_case = fold_case
        self.jitter = jitter
        self.lines: list[tuple[int, FloatArray, str]] = []  # (page, quad (4, 2), text)
        for page, label in enumerate(self.labels):
            for instance in label.instances:
                if instance.ignore or not instance.text.strip():
                    self.skipped["region without text"] += 1
                    continue
                quad = _quad(instance.polygon)
                width, height = _quad_size(quad)
                if height >= TALL * width:
                    self.skipped["region taller than wide"] += 1
                    continue
                self.lines.append((page, quad, instance.text))
        if not self.lines:
            raise DataError("no usable line", file=file)
        self._cuts: dict[int, tuple[ByteImage, FloatArray]] = {}
        self._cached = 0

    def __len__(self) -> int:
        return len(self.lines)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_cuts": {}, "_cached": 0}

    def sample(self, index: int, rng: Generator) -> RecSample:
        """The line with this index, cut out with corners that are shifted a little."""
        page, _, text = self.lines[index]
        around, quad = self._cut(index)
        _, height = _quad_size(quad)
        shift = rng.uniform(-1, 1, (4, 2)) * self.jitter * height
        crop = crop_quad(around, (quad + shift).astype(np.float32))
        label = self.labels[page]
        return RecSample(crop, text, f"{label.file}:{label.line}", self.fold_case)

    def _cut(self, index: int) -> tuple[ByteImage, FloatArray]:
        """The neighbourhood of a line, and the line's corners in it.

        Decoding a page for each of its lines would take most of the time, so the first line of a
        page that is asked for has all of them cut out and kept.
        """
        if index in self._cuts:
            return self._cuts[index]
        page = self.lines[index][0]
        image = read_image(self.labels[page].picture)
        wanted = (image[:2, :2], np.zeros((4, 2), np.float32))
        for number, (other, quad, _) in enumerate(self.lines):
            if other != page:
                continue
            margin = int(np.ceil(_quad_size(quad)[1] * 0.6)) + 2
            x0, y0 = np.maximum(np.floor(quad.min(axis=0)).astype(int) - margin, 0)
            x1, y1 = np.ceil(quad.max(axis=0)).astype(int) + margin
            cut = (np.ascontiguousarray(image[y0:y1, x0:x1]), quad - np.array([x0, y0], np.float32))
            if number == index:
                wanted = cut
            if self._cached + cut[0].nbytes <= CACHE_BYTES:
                self._cuts[number] = cut
                self._cached += cut[0].nbytes
        return wanted


def _quad(polygon: FloatArray) -> FloatArray:
    return order_quad(polygon) if len(polygon) == 4 else min_area_quad(polygon)[0]


def _quad_size(quad: FloatArray) -> tuple[float, float]:
    """(width, height) in px: the longer one of each two opposite edges."""
    edges = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(max(edges[0], edges[2])), float(max(edges[1], edges[3]))


class Mixture(Generic[Sample]):
    """Draws from several sources in given shares; finite ones are drawn from with replacement.

    Args:
        sources: the sources.
        ratios: their shares; the sum need not be 1.
        length: samples that count as one epoch.
    """

    def __init__(
        self, sources: Sequence[Source[Sample]], ratios: Sequence[float], length: int
    ) -> None:
        if len(sources) != len(ratios) or not sources or min(ratios) <= 0:
            raise DataError("a mixture needs sources with one positive ratio each", value=ratios)
        self.sources = tuple(sources)
        self.limits = np.cumsum(ratios) / np.sum(ratios)
        self.length = length

    def __len__(self) -> int:
        return self.length

    def sample(self, index: int, rng: Generator) -> Sample:
        """A sample of a source chosen by ``rng``; ``index`` has no say."""
        choice = int(np.searchsorted(self.limits, rng.random(), side="right"))
        source = self.sources[min(choice, len(self.sources) - 1)]
        return source.sample(int(rng.integers(len(source))), rng)
