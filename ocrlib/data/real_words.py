"""Real words in photographs that have few: crops of words, laid in so that no seam shows.

Rendered words never look quite like painted, moulded and badly photographed ones. Crops of real
words do, and recognition sets are full of them. Blending (Pérez et al., "Poisson Image Editing",
SIGGRAPH 2003) takes over the crop's edges and shades but the place's colours, so that a detector
cannot learn to find the crop's outline.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from ocrlib.data.sources import Source
from ocrlib.data.synth.canvas import Box
from ocrlib.types import ByteImage, RecSample, TextInstance

_LOW, _HIGH = 14.0, 90.0  # px: height of a row of words
_ZOOM = (0.5, 1.5)  # of a crop: enlarged further it would be blurred as no photograph is
_ROOM = 0.15  # of its height: around a crop, where its edge fades into the place
_LEAST_ROOM = 3  # px
_GAP = (0.25, 0.8)  # of its height: between the words of a row
_TRIES = 6  # to find a free place
_LEAST_HEIGHT = 12  # px: smaller crops are too blurred to be told from texture
_FAINT = 18.0  # grey levels (standard deviation): a detector that learns fainter ones sees ghosts


def lay_in(
    image: ByteImage, crops: Source[RecSample], rng: Generator, taken: list[Box], most: int = 4
) -> list[TextInstance]:
    """Lay rows of one to three real words into a picture.

    Crops that are taller than wide (they were turned, or hold one thin letter) or too low to be
    read are not used.

    Args:
        image: RGB uint8 (H, W, 3); changed in place.
        crops: the words, cut out of photographs close to the text.
        rng: source of randomness.
        taken: boxes where nothing may be put, in px; grows by what is laid in.
        most: largest number of rows.

    Returns:
        The words, each with the crop's frame as its polygon; `ignore` where a word came out too
        faint to be seen (dark on dark).
    """
    found: list[TextInstance] = []
    for _ in range(int(rng.integers(1, most + 1))):
        row = [crops.sample(int(rng.integers(len(crops))), rng) for _ in range(rng.integers(1, 4))]
        row = [crop for crop in row if crop.image.shape[1] >= crop.image.shape[0] >= _LEAST_HEIGHT]
        if not row:
            continue
        found += _lay_row(image, row, rng, taken)
    return found


def _lay_row(
    image: ByteImage, row: list[RecSample], rng: Generator, taken: list[Box]
) -> list[TextInstance]:
    """One row of words of about the same height, if there is a place for it."""
    lowest = min(crop.image.shape[0] for crop in row)
    height = float(np.exp(rng.uniform(np.log(_ZOOM[0]), np.log(_ZOOM[1])))) * lowest
    height = float(np.clip(height, _LOW, _HIGH))
    pieces = [_resized(crop.image, height * float(rng.uniform(0.9, 1.1))) for crop in row]
    room = max(_LEAST_ROOM, round(_ROOM * height))
    gap = max(2 * room, round(float(rng.uniform(*_GAP)) * height))
    high = max(piece.shape[0] for piece in pieces) + 2 * room
    wide = sum(piece.shape[1] for piece in pieces) + gap * (len(pieces) - 1) + 2 * room
    free = image.shape[0] - high - 2, image.shape[1] - wide - 2  # blending keeps off the border
    if min(free) < 1:
        return []
    for _ in range(_TRIES):
        y, x = 1 + int(rng.integers(free[0])), 1 + int(rng.integers(free[1]))
        box = (float(x), float(y), float(x + wide), float(y + high))
        if all(box[0] > b[2] or box[2] < b[0] or box[1] > b[3] or box[3] < b[1] for b in taken):
            break
    else:
        return []
    taken.append(box)
    words = []
    left, middle = x + room, y + high // 2
    for crop, piece in zip(row, pieces, strict=True):
        h, w = piece.shape[:2]
        top = middle - h // 2
        _blend(image, piece, left, top, room)
        grey = cv2.cvtColor(image[top : top + h, left : left + w], cv2.COLOR_RGB2GRAY)
        frame = [[left, top], [left + w, top], [left + w, top + h], [left, top + h]]
        polygon = np.array(frame, np.float32)
        words.append(TextInstance(polygon, crop.text, ignore=bool(grey.std() < _FAINT)))
        left += w + gap
    return words


def _resized(crop: ByteImage, height: float) -> ByteImage:
    factor = height / crop.shape[0]
    size = max(4, round(crop.shape[1] * factor)), max(4, round(height))
    shrinks = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, size, interpolation=shrinks), np.uint8)


def _blend(image: ByteImage, piece: ByteImage, left: int, top: int, room: int) -> None:
    """Draw a piece into a picture with its gradients kept and its frame faded into the place."""
    wider = cv2.copyMakeBorder(piece, room, room, room, room, cv2.BORDER_REPLICATE)
    high, wide = wider.shape[:2]
    y, x = top - room - 1, left - room - 1
    part = image[y : y + high + 2, x : x + wide + 2]  # with a border of one px that stays as it is
    mask: ByteImage = np.full((high, wide), 255, np.uint8)
    centre = (wide + 2) // 2, (high + 2) // 2
    part[:] = cv2.seamlessClone(wider, part.copy(), mask, centre, cv2.NORMAL_CLONE)
