"""From a picture to its text: find lines, put them in order, cut them out, read them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from ocrlib.bundle import Bundle, load_bundle
from ocrlib.charset import Charset
from ocrlib.deploy.reading_order import reading_order
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.deploy.tiling import Tiling, probability_map
from ocrlib.errors import BundleError, OcrError, RecipeError
from ocrlib.geometry import crop_quad, min_area_quad
from ocrlib.images import check_image, read_image
from ocrlib.postprocess.ctc import greedy
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.types import MIN_SCORE, ByteImage, Detection, FloatArray, Page, TextLine

Source = str | os.PathLike[str] | ByteImage

_BATCH_WIDTH = 4096  # px of padded width in one batch: more only costs memory
DEFAULT_TILING = Tiling()
_SURELY_TURNED = 0.9  # probability above which a crop is turned upside down


class Pipeline:
    """A detector and a recogniser, loaded once and used for many pictures.

    Args:
        det: name or folder of the detector's bundle.
        rec: name or folder of the recogniser's bundle.
        cls: name or folder of a direction classifier's bundle (class 1 = upside down); None reads
            every line as it stands.
        threads: how many cores one picture may use.
        batch_size: at most so many crops are read at once; it has no influence on the results.
        min_score: lines whose mean character confidence is below this are set apart as doubtful,
            0-1; 0 believes everything. The default was chosen with rec-lite-en: choose again for
            a recogniser of your own.
        tiling: when a picture is so long or large that the detector looks at it in windows; None
            shrinks every picture until it fits.
        box_type: "quad" for rotated rectangles, "poly" for outlines that follow curved text; None
            leaves it to the detector's bundle. Crops are cut by rotated rectangles either way.

    Raises:
        BundleError: if a bundle is missing, damaged or made for another task.
        RecipeError: for an unknown ``box_type``, or a ``min_score`` that is not between 0 and 1.
    """

    def __init__(
        self,
        det: str | os.PathLike[str] = "det-lite",
        rec: str | os.PathLike[str] = "rec-lite-en",
        cls: str | os.PathLike[str] | None = None,
        threads: int = 1,
        batch_size: int = 16,
        min_score: float = MIN_SCORE,
        tiling: Tiling | None = DEFAULT_TILING,
        box_type: str | None = None,
    ) -> None:
        if not 0 <= min_score <= 1:
            raise RecipeError(
                "min_score must lie between 0 and 1",
                value=min_score,
                remedy="0 believes every line",
            )
        det_bundle, rec_bundle = _load(det, "det"), _load(rec, "rec")
        self.batch_size = max(1, batch_size)
        self.min_score = min_score
        self.tiling = tiling
        self._det = OnnxModel(det_bundle.model, threads)
        self._det_preprocess = _finding(det_bundle)
        self._postprocess = _postprocess(det_bundle)
        if box_type is not None:
            self._postprocess = replace(self._postprocess, box_type=box_type)
        self._rec = OnnxModel(rec_bundle.model, threads)
        self._rec_preprocess, self._charset = _reading(rec_bundle)
        self._direction = None if cls is None else _Direction(_load(cls, "cls"), threads)

    def __call__(self, image: Source) -> Page:
        """Read one picture.

        Args:
            image: path, or RGB uint8 (H, W, 3).

        Returns:
            Its lines in reading order, doubtful ones apart; where nothing could be read is no line.

        Raises:
            ImageError: if the picture cannot be read.
        """
        picture = read_image(image)
        found = self.detect(picture)
        found = [found[i] for i in reading_order([detection.polygon for detection in found])]
        crops = [crop_quad(picture, _quad(detection.polygon)) for detection in found]
        lines = [
            TextLine(detection.polygon, text, score, detection.score)
            for detection, (text, score) in zip(found, self.recognize_crops(crops), strict=True)
            if text.strip()
        ]
        sure = tuple(line for line in lines if line.score >= self.min_score)
        doubtful = tuple(line for line in lines if line.score < self.min_score)
        return Page(sure, (picture.shape[0], picture.shape[1]), doubtful)

    def detect(self, image: Source) -> list[Detection]:
        """Find the lines of text, in no particular order.

        Args:
            image: path, or RGB uint8 (H, W, 3).
        """
        picture = read_image(image)
        return self._postprocess(self.probabilities(picture), (picture.shape[0], picture.shape[1]))

    def probabilities(self, image: Source) -> FloatArray:
        """The detector's map, (H', W') as large as its input: how likely each pixel is text.

        Args:
            image: path, or RGB uint8 (H, W, 3).
        """
        picture = read_image(image)
        return probability_map(picture, self._det_preprocess, self._run_detector, self.tiling)

    def _run_detector(self, array: FloatArray) -> FloatArray:
        return sigmoid(self._det(array[None])[0, 0])  # (3, h, w) to (1, 1, h, w) to (h, w)

    def recognize_crops(self, crops: Sequence[ByteImage]) -> list[tuple[str, float]]:
        """Read crops of single lines or words.

        Args:
            crops: each RGB uint8 (h, w, 3), text running to the right.

        Returns:
            Text and mean character confidence (0-1) per crop, in the order given.
        """
        for crop in crops:
            check_image(crop)
        if self._direction is not None:
            crops = [self._direction(crop) for crop in crops]
        results: list[tuple[str, float]] = [("", 0.0)] * len(crops)
        for indices in self._batches(crops):
            batch = np.stack([self._rec_preprocess(crops[i]) for i in indices])  # (B, 3, h, w)
            logits = self._rec(batch)  # (B, T, C)
            if logits.ndim != 3 or logits.shape[2] != self._charset.size:
                raise BundleError(
                    f"the recogniser's output does not fit its {self._charset.size} classes",
                    value=logits.shape,
                    remedy="export the model again",
                )
            for i, decoded in zip(indices, greedy(logits), strict=True):
                results[i] = self._charset.decode(decoded.indices), decoded.score
        return results

    def read_many(self, images: Iterable[Source]) -> Iterator[Page | OcrError]:
        """Read pictures one after the other; what cannot be read gives its error instead.

        Args:
            images: paths, or RGB uint8 (H, W, 3).

        Yields:
            A page, or the reason why there is none, per picture in the order given.
        """
        for image in images:
            try:
                yield self(image)
            except OcrError as error:
                yield error

    def _batches(self, crops: Sequence[ByteImage]) -> Iterator[list[int]]:
        """Indices of crops that are read together: equal padded width only."""
        groups: dict[int, list[int]] = defaultdict(list)
        for index, crop in enumerate(crops):
            groups[self._rec_preprocess.padded_width(crop.shape[0], crop.shape[1])].append(index)
        for width, indices in sorted(groups.items()):
            size = max(1, min(self.batch_size, _BATCH_WIDTH // width))
            for start in range(0, len(indices), size):
                yield indices[start : start + size]


class _Direction:
    """Turns crops that stand upside down."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._model = OnnxModel(bundle.model, threads)
        self._preprocess = bundle.spec.preprocess

    def __call__(self, crop: ByteImage) -> ByteImage:
        upright, turned = self._model(self._preprocess(crop)[None])[0]  # logits (2,)
        if sigmoid(turned - upright) > _SURELY_TURNED:
            return np.ascontiguousarray(crop[::-1, ::-1])
        return crop


def sigmoid(logits: FloatArray) -> FloatArray:
    """Logits of any shape to probabilities, 0-1; large ones do not overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(logits * np.float32(0.5)), np.float32)


def _quad(polygon: FloatArray) -> FloatArray:
    return polygon if len(polygon) == 4 else min_area_quad(polygon)[0]


def _load(name: str | os.PathLike[str], task: str) -> Bundle:
    bundle = load_bundle(name)
    if bundle.spec.task != task:
        raise BundleError(
            f"a bundle for the task '{task}' is needed here",
            file=bundle.folder,
            value=bundle.spec.task,
            remedy="det bundles find text, rec bundles read it, cls bundles tell directions",
        )
    return bundle


def _postprocess(bundle: Bundle) -> DBPostprocess:
    try:
        return DBPostprocess.from_dict(bundle.spec.postprocess or {})
    except (RecipeError, TypeError) as error:  # TypeError: a value of a wrong kind
        raise BundleError(f"impossible post-processing: {error}", file=bundle.folder) from error


def _finding(bundle: Bundle) -> DetPreprocess:
    if not isinstance(bundle.spec.preprocess, DetPreprocess):
        raise BundleError("not a complete detector", file=bundle.folder)
    return bundle.spec.preprocess


def _reading(bundle: Bundle) -> tuple[RecPreprocess, Charset]:
    preprocess, charset = bundle.spec.preprocess, bundle.spec.charset
    if not isinstance(preprocess, RecPreprocess) or charset is None:
        raise BundleError("not a complete recogniser", file=bundle.folder)
    return preprocess, charset


@lru_cache(maxsize=4)
def shared_pipeline(det: str, rec: str) -> Pipeline:
    """The pipeline behind ``ocrlib.read``, kept between calls."""
    return Pipeline(det, rec)
