"""More text on a page: regions cut out of other pages and pasted where none is yet.

As Copy-Paste (Ghiasi et al., CVPR 2021) does with objects. It pays where pages hold few texts; the
paper around a pasted text comes along, so its outline shows as a seam.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from ocrlib.data.det_augment import flip, resize
from ocrlib.geometry import is_valid_polygon
from ocrlib.types import ByteImage, DetSample, FloatArray, TextInstance

_SHIFT = 4  # bits behind the point, in OpenCV's fixed-point corners


def copy_paste(
    sample: DetSample,
    others: Sequence[DetSample],
    rng: np.random.Generator,
    most: int = 8,
    zoom: tuple[float, float] = (0.7, 1.4),
    mirror: float = 0.3,
    gap: float = 2.0,
    tries: int = 10,
) -> DetSample:
    """Paste some texts of other pages into a page.

    A random part of the others' texts is taken, each at a size of its own, some of them mirrored.
    A text is cut along its polygon and set down where it touches nothing that is labelled, regions
    that do not count included, and no other pasted text; where there is no such place it is left
    out. What is pasted keeps its share of the page: of a page twice as large it is halved first.

    Args:
        sample: the page.
        others: where the texts come from; regions that do not count, that cross themselves or jut
            out of their picture are never taken.
        rng: the source of chance.
        most: largest number of texts to paste.
        zoom: least and greatest factor between a text's share of its own page and of this one.
        mirror: how often a text is mirrored, 0-1.
        gap: least distance to other texts, in px.
        tries: places to look at per text.

    Returns:
        A new page: the old regions as they were, and behind them the pasted ones.
    """
    pool = [(page, one) for page in others for one in page.instances if _is_whole(page, one)]
    if not pool:
        return sample
    count = int(rng.integers(1, min(most, len(pool)) + 1))
    image = sample.image.copy()
    taken = [_outline(instance.polygon) for instance in sample.instances]
    pasted = []
    for index in rng.choice(len(pool), count, replace=False):
        page, instance = pool[index]
        share = max(image.shape[:2]) / max(page.image.shape[:2])
        factor = share * float(np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1]))))
        piece = _piece(page, instance, factor)
        if rng.random() < mirror:
            piece = flip(piece)
        place = _place(piece, image, taken, rng, gap, tries)
        if place is None:
            continue
        polygon = piece.instances[0].polygon + np.array(place, np.float32)
        _paste(image, piece, place)
        taken.append(_outline(polygon))
        pasted.append(TextInstance(polygon, instance.text))
    return DetSample(image, (*sample.instances, *pasted), sample.source)


def _is_whole(page: DetSample, instance: TextInstance) -> bool:
    p = instance.polygon
    inside = (p >= 0).all() and (p <= np.array(page.image.shape[1::-1])).all()
    return not instance.ignore and bool(inside) and is_valid_polygon(p)


def _outline(p: FloatArray) -> shapely.Geometry:
    """What must not be covered: the polygon, or the hull of one that crosses itself."""
    return shapely.Polygon(p) if is_valid_polygon(p) else shapely.MultiPoint(p).convex_hull


def _piece(page: DetSample, instance: TextInstance, factor: float) -> DetSample:
    """A text with the upright box around it, at another size."""
    x0, y0 = np.floor(instance.polygon.min(axis=0)).astype(int).tolist()
    x1, y1 = np.ceil(instance.polygon.max(axis=0)).astype(int).tolist()
    polygon = instance.polygon - np.array([x0, y0], np.float32)
    cut = DetSample(page.image[y0:y1, x0:x1], (TextInstance(polygon, instance.text),), page.source)
    return resize(cut, (max(1, round((y1 - y0) * factor)), max(1, round((x1 - x0) * factor))))


def _place(
    piece: DetSample,
    image: ByteImage,
    taken: Sequence[shapely.Geometry],
    rng: np.random.Generator,
    gap: float,
    tries: int,
) -> tuple[int, int] | None:
    """Left and top of a free place in whole px, or None if none was found."""
    room = np.array(image.shape[:2]) - piece.image.shape[:2]  # y, x
    if (room < 0).any():
        return None
    for _ in range(tries):
        top, left = rng.integers(room + 1).tolist()
        outline = shapely.Polygon(piece.instances[0].polygon + np.array([left, top]))
        if not shapely.dwithin(outline, taken, gap).any():
            return left, top
    return None


def _paste(image: ByteImage, piece: DetSample, place: tuple[int, int]) -> None:
    """Draw a text into a picture; pixels less than 2 px off its outline may be mixed."""
    height, width = piece.image.shape[:2]
    # OpenCV counts from the middle of the first pixel.
    corners = np.round((piece.instances[0].polygon - 0.5) * (1 << _SHIFT)).astype(np.int32)
    mask: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [corners], 255, lineType=cv2.LINE_AA, shift=_SHIFT)
    weight = mask[:, :, None] / np.float32(255)  # (h, w, 1)
    left, top = place
    part = image[top : top + height, left : left + width]
    part[:] = np.round(piece.image * weight + part * (1 - weight)).astype(np.uint8)
