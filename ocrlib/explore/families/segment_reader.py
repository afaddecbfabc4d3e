"""Reading before networks learned to: separate ink from paper, cut, compare with stored shapes.

The threshold is Otsu's (A Threshold Selection Method from Gray-Level Histograms, 1979). Cutting in
many ways and keeping the cheapest row of pieces is how print and handwriting were read for
decades; see Casey and Lecolinet, A Survey of Methods and Strategies in Character Segmentation,
IEEE Transactions on Pattern Analysis and Machine Intelligence 1996.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.charset import Charset
from ocrlib.errors import ImageError
from ocrlib.explore.families.words import CHARSET, FACES, draw_word
from ocrlib.types import FloatArray

SHAPE = (14, 18)  # (height, width) px that a letter may fill
SPECK = 3  # pieces with fewer px of ink are dirt
FEE = 3.0  # px of wrong ink that one piece more must save

Ink = NDArray[np.bool_]  # (H, W)
Box = tuple[int, int, int, int]  # left, top, right, bottom px; the last two are outside


class Segmented(NamedTuple):
    """A word that was read piece by piece.

    Args:
        text: one letter for each piece.
        boxes: the pieces, left to right.
        distances: how much ink each piece has too much or too little, compared with the stored
            shape it is most like, px.
    """

    text: str
    boxes: tuple[Box, ...]
    distances: tuple[float, ...]


def otsu(image: NDArray[np.uint8]) -> int:
    """The threshold that parts the grey values into the two tightest groups.

    Tightest inside means furthest apart between, which is quicker to compute.

    Args:
        image: grey, uint8, any shape.

    Returns:
        Values up to it are one group, 0-255.
    """
    share = np.bincount(image.ravel(), minlength=256) / image.size
    dark = share.cumsum()  # share of px up to each value
    sums = (share * np.arange(256)).cumsum()
    mean, light = sums[-1], 1 - dark
    apart = (mean * dark - sums) ** 2 / np.maximum(dark * light, 1e-9)
    return int(apart.argmax())


def binarise(image: NDArray[np.uint8]) -> Ink:
    """Where the ink is: the darker of Otsu's two groups, or the lighter if that is smaller.

    Args:
        image: grey, uint8 (H, W).

    Raises:
        ImageError: another shape or kind of array.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ImageError(
            "the segment reader takes grey pictures, uint8 (H, W)",
            value=f"{image.dtype} {image.shape}",
            remedy="turn colours to grey: image.mean(axis=2).astype('uint8')",
        )
    dark = image <= otsu(image)
    return np.asarray(dark if dark.mean() <= 0.5 else ~dark)


def cut_at_gaps(ink: Ink) -> list[Box]:
    """Connected regions of ink, left to right; a dot joins what it stands above.

    Args:
        ink: (H, W).
    """
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    found = [stats[i].tolist() for i in range(1, count) if stats[i][cv2.CC_STAT_AREA] >= SPECK]
    boxes: list[Box] = []
    for left, top, width, height, _ in sorted(found):
        right, bottom = left + width, top + height
        if boxes:
            l0, t0, r0, b0 = boxes[-1]
            shared = min(r0, right) - max(l0, left)
            if shared > 0.5 * min(r0 - l0, width):  # one above the other
                boxes[-1] = (min(l0, left), min(t0, top), max(r0, right), max(b0, bottom))
                continue
        boxes.append((left, top, right, bottom))
    return boxes


def places_to_cut(ink: Ink) -> list[int]:
    """Columns at which a letter may begin or end: where the ink is thinnest, and both ends.

    Args:
        ink: (H, W).

    Returns:
        Ascending; a piece goes from one up to another. Empty without ink.
    """
    profile = ink.sum(axis=0)
    inked = np.flatnonzero(profile)
    if not len(inked):
        return []
    first, last = int(inked[0]), int(inked[-1]) + 1
    inside = range(first + 1, last)
    thin = [x for x in inside if profile[x - 1] >= profile[x] < profile[min(x + 1, last - 1)]]
    return [first, *thin, last]


def tighten(ink: Ink, left: int, right: int) -> Box | None:
    """The box around the ink between two columns, None if there is only dirt."""
    part = ink[:, left:right]
    if part.sum() < SPECK:
        return None
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    low, high = int(columns[0]), int(columns[-1]) + 1
    return left + low, int(rows[0]), left + high, int(rows[-1]) + 1


def darkness(image: NDArray[np.uint8], ink: Ink) -> FloatArray:
    """How much ink each px holds, 0-1: px at a letter's edge hold some.

    Args:
        image: grey, uint8 (H, W).
        ink: where the ink is, (H, W).
    """
    if ink.all() or not ink.any():
        return ink.astype(np.float32)
    paper, full = float(np.median(image[~ink])), float(np.percentile(image[ink], 25))
    return np.clip((paper - image) / (paper - full), 0, 1).astype(np.float32)


def to_shape(dark: FloatArray, box: Box) -> FloatArray:
    """A piece in the lower left corner of a canvas, at its own size: ``SHAPE``."""
    left, top, right, bottom = box
    height, width = SHAPE
    part = dark[max(top, bottom - height) : bottom, left : min(right, left + width)]
    canvas = np.zeros(SHAPE, np.float32)
    canvas[height - part.shape[0] :, : part.shape[1]] = part
    return canvas


class SegmentReader:
    """Cuts a word into pieces and names the stored shape that each is most like.

    It knows letters at one size only.

    Args:
        letters: what each stored shape is; several shapes may be one letter.
        shapes: darkness, (N, *SHAPE), 0-1, see :func:`to_shape`.
    """

    def __init__(self, letters: Sequence[str], shapes: FloatArray) -> None:
        self.letters = tuple(letters)
        self.shapes = shapes.reshape(len(self.letters), -1)  # (N, 14 * 18)

    @classmethod
    def from_faces(cls, faces: Sequence[str] = FACES, charset: Charset = CHARSET) -> SegmentReader:
        """A reader that has seen each letter in each typeface, and nothing else.

        Each is stored four times, half a px further right, further down, and both: where the px of
        a picture fall on a letter is chance.
        """
        letters, shapes = [], []
        for face in faces:
            for letter in charset.characters:
                for at in ((0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)):
                    image = draw_word(letter, face, at=at).image
                    ink = binarise(image)
                    box = tighten(ink, 0, ink.shape[1])
                    if box is not None:
                        letters.append(letter)
                        shapes.append(to_shape(darkness(image, ink), box))
        return cls(letters, np.stack(shapes))

    def compare(self, dark: FloatArray, boxes: Sequence[Box]) -> tuple[list[str], list[float]]:
        """The most similar letter for each box, and its distance in px of ink.

        Args:
            dark: darkness of the picture, (H, W), 0-1.
            boxes: at least one.
        """
        pieces = np.stack([to_shape(dark, box) for box in boxes]).reshape(len(boxes), -1)
        distances = ((pieces[:, None] - self.shapes) ** 2).sum(axis=2)  # (boxes, N)
        letters = [self.letters[i] for i in distances.argmin(axis=1)]
        return letters, distances.min(axis=1).tolist()

    def read(self, image: NDArray[np.uint8], search: bool = True) -> Segmented:
        """Read a word.

        Args:
            image: grey, uint8 (H, W).
            search: False cuts only where ink is apart. True tries all places where ink is thin,
                and keeps the row of pieces that is most like letters.

        Raises:
            ImageError: another kind of array.
        """
        ink = binarise(image)
        dark = darkness(image, ink)
        boxes = self._cheapest(ink, dark) if search else cut_at_gaps(ink)
        if not boxes:
            return Segmented("", (), ())
        letters, distances = self.compare(dark, boxes)
        return Segmented("".join(letters), tuple(boxes), tuple(distances))

    def _cheapest(self, ink: Ink, dark: FloatArray) -> list[Box]:
        """The row of pieces that costs least, by dynamic programming."""
        cuts = places_to_cut(ink)
        pairs = [(i, j) for j in range(len(cuts)) for i in range(j)]
        spans = {pair: tighten(ink, cuts[pair[0]], cuts[pair[1]]) for pair in pairs}
        pieces = {pair: box for pair, box in spans.items() if box and box[2] - box[0] <= SHAPE[1]}
        if not pieces:
            return []
        _, distances = self.compare(dark, list(pieces.values()))
        price = dict.fromkeys((pair for pair, box in spans.items() if box is None), 0.0)  # dirt
        price |= {pair: px + FEE for pair, px in zip(pieces, distances, strict=True)}
        # best[j]: the least that reading up to cut j costs, and the cut at which its last piece
        # begins. Ink that is no piece can be passed over at the price of its px.
        best = [(0.0, 0)]
        for j in range(1, len(cuts)):
            passed = best[-1][0] + float(ink[:, cuts[j - 1] : cuts[j]].sum()) + FEE
            options = [(best[i][0] + price[i, j], i) for i in range(j) if (i, j) in price]
            best.append(min([*options, (passed, -1)]))
        boxes, j = [], len(cuts) - 1
        while j > 0:
            i = best[j][1]
            if i >= 0 and (i, j) in pieces:
                boxes.append(pieces[i, j])
            j = i if i >= 0 else j - 1
        return boxes[::-1]
