"""From samples to batches: which sample comes when, and what the network gets of it.

Sample ``i`` of epoch ``e`` is a pure function of (seed, e, i): its random generator is made from
these three numbers, and whoever needs chance for it draws from that generator.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Generic

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocrlib.charset import Charset
from ocrlib.config import OnBad
from ocrlib.data.batching import Batch, Chunk, stack
from ocrlib.data.copy_paste import copy_paste
from ocrlib.data.det_targets import shrink_map, shrink_ratio_at, threshold_map
from ocrlib.data.sources import Sample, Source
from ocrlib.errors import CharsetError, DataError, ImageError
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.types import ByteImage, DetSample, RecSample

TIME_STEP = 4  # px of a crop's width per column of most recognisers' output
PASTED_FROM = 4  # pages before a page whose texts may be pasted into it
REFERENCE_WIDTH = 100  # px; a batch of N means N crops of this width, or as many px


class UnfitSample(DataError):
    """A sample that CTC cannot learn: no text, or more of it than the crop has columns for."""


class Dataset(Generic[Sample]):
    """An endless row of samples: epoch after epoch of a source, each in an order of its own.

    Args:
        source: where the samples come from.
        seed: of the run.
    """

    def __init__(self, source: Source[Sample], seed: int) -> None:
        self.source = source
        self.seed = seed
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.zeros(0, np.int64))

    def draw(self, position: int) -> tuple[Sample, Generator]:
        """The sample at a position of the row, and the generator for what happens to it next."""
        epoch, i = divmod(position, len(self.source))
        if self._order[0] != epoch:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.source))
            self._order = (epoch, order)
        rng = np.random.default_rng([self.seed, epoch, i])
        return self.source.sample(int(self._order[1][i]), rng), rng


class DetChunks:
    """Makes detection batches: equally large crops of pages with their target maps.

    A page costs more than a crop of it, so several crops may be taken of each; the crops of a
    chunk are shuffled, so that they rarely meet in a batch.

    Args:
        dataset: pages.
        preprocess: the one that reading will use; here it normalises colours.
        transform: cuts and distorts a page to a crop of fixed size.
        batch: crops per batch.
        chunk: crops per chunk.
        per_page: crops per page.
        on_bad: ``refuse`` raises at a picture that cannot be read, ``skip`` counts it.
        shrink_ratio: of the target maps, see ``det_targets``.
        min_text_size: of the target maps.
        shrink_ratio_end: what the shrink ratio becomes by the end of the run; 0: it stays.
        total: batches of the whole run, all processes together. Chunk by chunk they tell how far
            the run is, whoever makes the chunk and whether or not the run was interrupted.
        copy_paste: how often a page gets texts of the pages before it in its chunk, 0-1.

    Raises:
        DataError: pasting, with chunks of one page.
    """

    def __init__(
        self,
        dataset: Dataset[DetSample],
        preprocess: DetPreprocess,
        transform: Callable[[DetSample, Generator], DetSample],
        batch: int,
        chunk: int = 32,
        per_page: int = 1,
        on_bad: OnBad = "refuse",
        shrink_ratio: float = 0.4,
        min_text_size: float = 8,
        shrink_ratio_end: float = 0,
        total: int = 1,
        copy_paste: float = 0,
    ) -> None:
        self.dataset = dataset
        self.preprocess = preprocess
        self.transform = transform
        self.batch = batch
        self.pages = max(1, chunk // per_page)
        self.per_page = per_page
        self.on_bad = on_bad
        self.shrink_ratio = shrink_ratio
        self.min_text_size = min_text_size
        self.shrink_ratio_end = shrink_ratio_end
        self.total = total
        self.copy_paste = copy_paste
        if copy_paste and self.pages < 2:
            raise DataError(
                "a chunk of one page has no other page to paste from",
                value=chunk,
                remedy="raise data.chunk above data.crops_per_page, or set data.copy_paste to 0",
            )

    def shrink_ratio_of(self, number: int) -> float:
        """The shrink ratio of the chunk with this number."""
        if not self.shrink_ratio_end:
            return self.shrink_ratio
        before = number * max(1, self.pages * self.per_page // self.batch)  # batches
        return shrink_ratio_at(before / self.total, self.shrink_ratio, self.shrink_ratio_end)

    def chunk(self, number: int) -> Chunk:
        """Batches of ``image`` (B, 3, S, S), ``shrink_map``, ``shrink_mask``, ``threshold_map``
        and ``threshold_mask``, each (B, S, S) float32. A last batch that is not full is left out
        and its crops are counted, unless it is the only one.
        """
        rows = []
        ratio = self.shrink_ratio_of(number)
        earlier: deque[DetSample] = deque(maxlen=PASTED_FROM)
        skipped: Counter[str] = Counter()
        for position in range(number * self.pages, (number + 1) * self.pages):
            try:
                sample, rng = self.dataset.draw(position)
            except ImageError:
                if self.on_bad == "refuse":
                    raise
                skipped["picture cannot be read"] += 1
                continue
            page = sample
            if self.copy_paste and rng.random() < self.copy_paste:
                sample = copy_paste(page, earlier, rng)
            earlier.append(page)
            rows += [self._row(self.transform(sample, rng), ratio) for _ in range(self.per_page)]
        order = np.random.default_rng([self.dataset.seed, number, 1]).permutation(len(rows))
        full = max(len(rows) // self.batch, min(1, len(rows)))
        pieces = [order[i * self.batch : (i + 1) * self.batch] for i in range(full)]
        left = len(rows) - sum(len(piece) for piece in pieces)
        if left:
            skipped["crops beyond the last full batch of a chunk"] += left
        batches = tuple(stack([rows[i] for i in piece]) for piece in pieces)
        return Chunk(batches, skipped, self.pages * self.per_page)

    def _row(self, sample: DetSample, ratio: float) -> dict[str, Any]:
        polygons = [instance.polygon for instance in sample.instances]
        ignore = [instance.ignore for instance in sample.instances]
        height, width, _ = sample.image.shape
        size = height, width
        shrink, shrink_mask = shrink_map(polygons, ignore, size, ratio, self.min_text_size)
        threshold, threshold_mask = threshold_map(polygons, ignore, size, ratio)
        return {
            "image": self.preprocess.normalise(sample.image),
            "shrink_map": shrink,
            "shrink_mask": shrink_mask,
            "threshold_map": threshold,
            "threshold_mask": threshold_mask,
        }


class RecChunks:
    """Makes recognition batches: crops of one padded width each.

    The crops of a chunk are grouped by padded width, for a crop must never be padded further than
    reading would pad it; groups are cut into batches of about equally many px, and the batches
    are shuffled. A width that few crops of the chunk have gives no batch; those crops are counted.

    Args:
        dataset: crops.
        preprocess: the one that reading will use.
        charset: what the network can write.
        transform: distorts a crop, or None.
        batch: crops of 100 px width per batch.
        chunk: samples per chunk.
        on_bad: ``refuse`` raises at a sample that cannot be learnt from, ``skip`` counts it.
        least: smallest batch, in crops.
        time_step: px of a crop's width per column of the network's output.
    """

    def __init__(
        self,
        dataset: Dataset[RecSample],
        preprocess: RecPreprocess,
        charset: Charset,
        transform: Callable[[ByteImage, Generator], ByteImage] | None,
        batch: int = 64,
        chunk: int = 1024,
        on_bad: OnBad = "refuse",
        least: int = 4,
        time_step: int = TIME_STEP,
    ) -> None:
        self.dataset = dataset
        self.preprocess = preprocess
        self.charset = charset
        self.transform = transform
        self.pixels = batch * REFERENCE_WIDTH
        self.size = chunk
        self.on_bad = on_bad
        self.least = least
        self.time_step = time_step

    def chunk(self, number: int) -> Chunk:
        """A few batches: ``image`` (B, 3, 32, W) float32, ``label`` (B, L) int32 padded with 0,
        ``length`` (B,) int64, ``valid`` (B,) float32, the share of the width that is not padding,
        ``fold_case`` (B,) bool.
        """
        groups: dict[int, list[dict[str, Any]]] = {}
        skipped: Counter[str] = Counter()
        for position in range(number * self.size, (number + 1) * self.size):
            try:
                row = self._row(position)
            except (CharsetError, UnfitSample, ImageError) as error:
                if self.on_bad == "refuse":
                    raise
                skipped[_REASONS[type(error)]] += 1
                continue
            groups.setdefault(row["image"].shape[2], []).append(row)
        batches = []
        for width in sorted(groups):
            rows = groups.pop(width)  # what is stacked need not stay
            if len(rows) < self.least:
                skipped["too few crops of this width in the chunk"] += len(rows)
                continue
            pieces = max(1, round(len(rows) * width / self.pixels))
            pieces = min(pieces, len(rows) // self.least)
            for piece in np.array_split(np.arange(len(rows)), pieces):
                batches.append(_rec_batch([rows[i] for i in piece]))
        order = np.random.default_rng([self.dataset.seed, number, 1]).permutation(len(batches))
        return Chunk(tuple(batches[i] for i in order), skipped, self.size)

    def _row(self, position: int) -> dict[str, Any]:
        sample, rng = self.dataset.draw(position)
        try:
            # texts that do not tell case are written in capitals: see train.task.CaseFold
            text = sample.text.upper() if sample.fold_case else sample.text
            classes = self.charset.encode(text)
        except CharsetError as error:
            raise CharsetError(
                error.problem, file=sample.source, value=sample.text, remedy=error.remedy
            ) from error
        image = sample.image if self.transform is None else self.transform(sample.image, rng)
        row = self.preprocess(image)
        steps = row.shape[2] // self.time_step
        needed = steps_needed(classes)
        if not classes or needed > steps:
            raise UnfitSample(
                f"the text needs {needed} time steps, its crop gives {steps}",
                file=sample.source,
                value=sample.text,
                remedy="correct the label, or set data.on_bad to skip",
            )
        valid = self.preprocess.content_width(*image.shape[:2]) / row.shape[2]
        return {"image": row, "classes": classes, "valid": valid, "fold_case": sample.fold_case}


_REASONS: dict[type[Exception], str] = {
    CharsetError: "text outside the charset",
    UnfitSample: "text empty or too long for its crop",
    ImageError: "picture cannot be read",
}


def steps_needed(classes: list[int]) -> int:
    """Time steps CTC needs at least: one per character, and a blank between equal neighbours."""
    return len(classes) + sum(a == b for a, b in pairwise(classes))


def _rec_batch(rows: list[dict[str, Any]]) -> Batch:
    longest = max(len(row["classes"]) for row in rows)
    label = np.zeros((len(rows), longest), np.int32)
    for i, row in enumerate(rows):
        label[i, : len(row["classes"])] = row["classes"]
    return {
        "image": np.stack([row["image"] for row in rows]),
        "label": label,
        "length": np.array([len(row["classes"]) for row in rows], np.int64),
        "valid": np.array([row["valid"] for row in rows], np.float32),
        "fold_case": np.array([row["fold_case"] for row in rows]),
    }
