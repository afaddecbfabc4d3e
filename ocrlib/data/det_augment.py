"""Changes to a labelled page that leave it a labelled page.

Every function takes a sample and a random generator and gives a new sample; polygons go through
the same arithmetic as the pixels. Coordinates are those of pixel edges: a picture reaches from 0
to its width, and the middle of its first pixel is at 0.5.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.data.dirt import specks
from ocrlib.geometry import clip_polygon, min_area_quad
from ocrlib.types import ByteImage, DetSample, FloatArray, TextInstance

# A text that sticks out of a picture by less than this (px) is not cut: labels are not that exact.
SLACK = 1.0


def augment(
    sample: DetSample, rng: np.random.Generator, size: int = 320, limit_side: int = 960
) -> DetSample:
    """What detector training does to a page: a turn, a stretch, a part of it, dirt, other light.

    Args:
        sample: the page.
        rng: the source of chance.
        size: side of the square picture wanted, in px.
        limit_side: larger pages are first brought to this longer side in px, as reading does, so
            that texts are learnt at the size at which they will be seen.
    """
    height, width = sample.image.shape[:2]
    scale = min(1.0, limit_side / max(height, width))
    # Wide letters and wide gaps between words come with a stretch.
    stretch = np.exp(rng.uniform(-0.2, 0.4)) if rng.random() < 0.35 else 1.0
    if scale < 1 or stretch != 1:
        sample = resize(
            sample, (max(1, round(height * scale)), max(1, round(width * scale * stretch)))
        )
    turn = rng.random()
    if turn < 0.6:  # one in six of the turned pages is turned far
        sample = rotate(sample, rng, max_angle=45 if turn < 0.1 else 10)
    if rng.random() < 0.7:
        sample = random_window(sample, rng, size, zoom=(0.5, 2.0), anywhere=0.3)
    else:
        sample = random_crop(sample, rng, size)
    if rng.random() < 0.2:
        sample = specks(sample, rng)
    return colour(sample, rng) if rng.random() < 0.7 else sample


def colour(
    sample: DetSample,
    rng: np.random.Generator,
    brightness: float = 0.3,
    contrast: float = 0.3,
    saturation: float = 0.5,
    tint: float = 0.1,
    invert: float = 0.05,
) -> DetSample:
    """Other light: brightness, contrast, colour cast and saturation; sometimes a negative.

    Args:
        sample: the page.
        rng: the source of chance.
        brightness: largest shift, as a part of the full range.
        contrast: largest relative change of contrast.
        saturation: largest relative change of saturation.
        tint: largest relative change of one colour channel.
        invert: how often light and dark change places, 0-1.
    """
    gain = (1 + rng.uniform(-contrast, contrast)) * (1 + rng.uniform(-tint, tint, 3))  # (3,)
    shift = 255 * rng.uniform(-brightness, brightness)
    levels = (np.arange(256)[:, None] - 127.5) * gain + 127.5 + shift  # (256, 3)
    if rng.random() < invert:
        levels = 255 - levels
    table = np.clip(levels, 0, 255).round().astype(np.uint8)[None]  # (1, 256, 3)
    image = cv2.LUT(sample.image, table)
    vivid = 1 + rng.uniform(-saturation, saturation)
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    image = cv2.addWeighted(image, vivid, grey, 1 - vivid, 0)
    return DetSample(np.asarray(image, np.uint8), sample.instances, sample.source)


def flip(sample: DetSample, horizontal: bool = True, vertical: bool = False) -> DetSample:
    """Mirror a page; its texts become unreadable, which a detector need not mind.

    Args:
        sample: the page.
        horizontal: swap left and right.
        vertical: swap top and bottom.
    """
    height, width = sample.image.shape[:2]
    image, instances = sample.image, sample.instances
    for wanted, axis, length in ((horizontal, 0, width), (vertical, 1, height)):
        if not wanted:
            continue
        image = np.ascontiguousarray(np.flip(image, axis=1 - axis))
        mirrored = []
        for instance in instances:
            p = instance.polygon.copy()
            p[:, axis] = length - p[:, axis]
            # A mirror turns the way round; go back to clockwise. The upper outline of 2k corners
            # is the first k: reversed and moved by half they lie in reading order again.
            p = np.roll(p[::-1], len(p) // 2 if axis == 0 else 0, axis=0)
            mirrored.append(TextInstance(p, instance.text, instance.ignore))
        instances = tuple(mirrored)
    return DetSample(image, instances, sample.source)


def affine(
    sample: DetSample, matrix: NDArray[np.float64], size: tuple[int, int] | None = None
) -> DetSample:
    """Any turn, shear, stretch and shift. What the picture does not cover repeats its border.

    Texts cut by the new border are ignored; texts outside are left out.

    Args:
        sample: the page.
        matrix: (2, 3), from old to new coordinates in px.
        size: (height, width) of the new picture in px; that of the old one by default.
    """
    height, width = size or sample.image.shape[:2]
    # OpenCV counts from the middle of the first pixel.
    centres = matrix.copy()
    centres[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    image = cv2.warpAffine(
        sample.image,
        centres,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    moved = (TextInstance(_moved(i.polygon, matrix), i.text, i.ignore) for i in sample.instances)
    return DetSample(np.asarray(image, np.uint8), _within(moved, (height, width)), sample.source)


def rotate(sample: DetSample, rng: np.random.Generator, max_angle: float = 10) -> DetSample:
    """Turn the page about its middle.

    Args:
        sample: the page.
        rng: the source of chance.
        max_angle: largest turn to either side, in degrees.
    """
    height, width = sample.image.shape[:2]
    angle = rng.uniform(-max_angle, max_angle)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return affine(sample, np.asarray(matrix, np.float64))


def resize(sample: DetSample, size: tuple[int, int]) -> DetSample:
    """Another size, smoothed when smaller.

    Args:
        sample: the page.
        size: (height, width) of the new picture in px.
    """
    height, width = sample.image.shape[:2]
    stretch = np.array([size[1] / width, size[0] / height], np.float32)
    smaller = bool((stretch < 1).all())
    image = cv2.resize(
        sample.image, size[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
    instances = tuple(TextInstance(i.polygon * stretch, i.text, i.ignore) for i in sample.instances)
    return DetSample(np.asarray(image, np.uint8), instances, sample.source)


def random_scale(
    sample: DetSample, rng: np.random.Generator, low: float = 0.5, high: float = 2.0
) -> DetSample:
    """Make the page larger or smaller, and a little wider or narrower.

    Args:
        sample: the page.
        rng: the source of chance.
        low: smallest factor.
        high: largest factor.
    """
    factor = np.exp(rng.uniform(np.log(low), np.log(high)))
    squeeze = np.exp(rng.uniform(-0.1, 0.1))
    height, width = sample.image.shape[:2]
    size = max(1, round(height * factor / squeeze)), max(1, round(width * factor * squeeze))
    return resize(sample, size)


def random_crop(
    sample: DetSample,
    rng: np.random.Generator,
    size: int = 320,
    zoom: tuple[float, float] = (0.5, 2.0),
    tries: int = 10,
) -> DetSample:
    """A square part of the page whose borders run between texts.

    First two rows that cut no text are chosen, then two columns that cut none of the texts between
    these rows; near-square parts are preferred. As in EAST (Zhou et al., CVPR 2017), no text that
    counts is ever cut; ignored ones may be.

    Args:
        sample: the page.
        rng: the source of chance.
        size: side of the new picture in px.
        zoom: least and greatest factor aimed at; where texts leave no room it gets smaller.
        tries: how many parts to look at before taking the most nearly square one.
    """
    height, width = sample.image.shape[:2]
    bounds = np.array(
        [[*i.polygon.min(axis=0), *i.polygon.max(axis=0)] for i in sample.instances if not i.ignore]
    ).reshape(-1, 4)  # (K, 4): x0, y0, x1, y1
    best, best_ratio = (0, 0, width, height), np.inf
    for _ in range(tries):
        side = size / np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        if len(bounds):  # look near a text
            chosen = bounds[rng.integers(len(bounds))]
            x, y = rng.uniform(chosen[0], chosen[2]), rng.uniform(chosen[1], chosen[3])
        y0, y1 = _free_span(bounds[:, [1, 3]], height, y, side, rng)
        between = bounds[(bounds[:, 3] > y0) & (bounds[:, 1] < y1)]
        x0, x1 = _free_span(between[:, [0, 2]], width, x, side, rng)
        inside = (between[:, 2] > x0) & (between[:, 0] < x1)
        if len(bounds) and not inside.any():
            continue
        ratio = max(y1 - y0, x1 - x0) / max(1, min(y1 - y0, x1 - x0))
        if ratio < best_ratio:
            best, best_ratio = (x0, y0, x1, y1), ratio
        if ratio < 1.5:
            break
    return _fit(_cut(sample, best), rng, size)


def random_window(
    sample: DetSample,
    rng: np.random.Generator,
    size: int = 320,
    zoom: tuple[float, float] = (0.5, 1.5),
    anywhere: float = 0.1,
) -> DetSample:
    """A square part of the page wherever chance puts it, so that long lines keep their size.

    A line cut across goes on outside: its polygon stays whole and reaches over the border, and the
    targets drawn from it are those of the whole page. A line cut along its length is ignored.

    Args:
        sample: the page.
        rng: the source of chance.
        size: side of the new picture in px.
        zoom: least and greatest factor from page to part.
        anywhere: share of parts that are not placed around a text, 0-1; often there is none in
            them, and what is in them is not text.
    """
    height, width = sample.image.shape[:2]
    side = size / np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    counting = [i for i in sample.instances if not i.ignore]
    if counting and rng.random() < 1 - anywhere:
        polygon = counting[rng.integers(len(counting))].polygon
        weights = rng.dirichlet(np.ones(len(polygon)))
        x, y = (weights @ polygon).tolist()
    w, h = min(width, round(side)), min(height, round(side))
    x0 = int(np.clip(x - rng.uniform(0, w), 0, width - w))
    y0 = int(np.clip(y - rng.uniform(0, h), 0, height - h))
    return _fit(_cut(sample, (x0, y0, x0 + w, y0 + h), keep_pieces=True), rng, size)


def _moved(polygon: FloatArray, matrix: NDArray[np.float64]) -> FloatArray:
    return np.asarray(polygon @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _within(
    instances: Iterable[TextInstance], size: tuple[int, int], keep_pieces: bool = False
) -> tuple[TextInstance, ...]:
    """Leave out the texts outside a picture; clip and ignore those that its border cuts."""
    limit = np.array(size[::-1], np.float32)
    kept = []
    for instance in instances:
        low, high = instance.polygon.min(axis=0), instance.polygon.max(axis=0)
        if (high <= 0).any() or (low >= limit).any():
            continue
        if (low >= -SLACK).all() and (high <= limit + SLACK).all():
            kept.append(instance)
            continue
        seen = clip_polygon(instance.polygon, size)
        if len(seen) < 3:
            continue
        if keep_pieces and not instance.ignore and _is_whole_height(instance.polygon, seen):
            kept.append(instance)
        else:
            kept.append(TextInstance(seen, instance.text, ignore=True))
    return tuple(kept)


def _is_whole_height(polygon: FloatArray, seen: FloatArray) -> bool:
    """Whether the part of a line that is seen is a full-height piece, not a shaving."""
    _, height = min_area_quad(polygon)
    piece, side = min_area_quad(seen)
    return side >= 0.8 * height and bool(np.ptp(piece, axis=0).max() >= height)


def _free_span(
    texts: NDArray[np.float64], length: int, middle: float, side: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Two whole coordinates inside no text, about ``side`` apart, around ``middle``.

    Args:
        texts: beginnings and ends of the texts along this axis, (K, 2) px.
        length: length of the axis in px.
        middle: a coordinate that should lie between the two, in px.
        side: the distance aimed at, in px.
        rng: the source of chance.
    """
    begins = np.clip(np.floor(texts[:, 0]).astype(int) + 1, 0, length)
    ends = np.clip(np.ceil(texts[:, 1]).astype(int), 0, length)
    steps = np.zeros(length + 2, int)
    np.add.at(steps, begins, 1)
    np.add.at(steps, np.maximum(ends, begins), -1)
    free = np.flatnonzero(np.cumsum(steps[: length + 1]) == 0)  # 0 and length are always there
    wanted = np.clip(middle - rng.uniform(0, side), 0, max(0, length - side))
    start = int(free[np.argmin(np.abs(free - wanted))])
    later = free[free > start]
    if len(later) == 0:
        return 0, length
    return start, int(later[np.argmin(np.abs(later - (start + side)))])


def _cut(sample: DetSample, box: tuple[int, int, int, int], keep_pieces: bool = False) -> DetSample:
    x0, y0, x1, y1 = box
    shift = np.array([x0, y0], np.float32)
    moved = (TextInstance(i.polygon - shift, i.text, i.ignore) for i in sample.instances)
    instances = _within(moved, (y1 - y0, x1 - x0), keep_pieces)
    return DetSample(sample.image[y0:y1, x0:x1], instances, sample.source)


def _fit(sample: DetSample, rng: np.random.Generator, size: int) -> DetSample:
    """Scale a part to fit a square, put it anywhere in it, fill the rest with its mean colour."""
    height, width = sample.image.shape[:2]
    factor = size / max(height, width)
    h, w = max(1, round(height * factor)), max(1, round(width * factor))
    scaled = resize(sample, (h, w))
    if h == w == size:
        return scaled
    top, left = int(rng.integers(size - h + 1)), int(rng.integers(size - w + 1))
    canvas: ByteImage = np.empty((size, size, 3), np.uint8)
    canvas[:] = np.round(cv2.mean(scaled.image)[:3]).astype(np.uint8)
    canvas[top : top + h, left : left + w] = scaled.image
    shift = np.array([left, top], np.float32)
    instances = tuple(TextInstance(i.polygon + shift, i.text, i.ignore) for i in scaled.instances)
    return DetSample(canvas, instances, sample.source)
