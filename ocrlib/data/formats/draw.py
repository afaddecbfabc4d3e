"""Labels drawn on their pictures, to look at what a file claims."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ocrlib.data.formats.convert import Format, scan_labels
from ocrlib.data.label_lines import DetLabel
from ocrlib.errors import DataError
from ocrlib.images import read_image
from ocrlib.types import ByteImage, TextInstance

COUNTS, IGNORED, FIRST = (213, 94, 0), (120, 120, 120), (0, 114, 178)  # RGB
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_labels(
    source: str | Path,
    out: str | Path,
    format: Format,
    *,
    pictures: Path | None = None,
    count: int = 20,
) -> Iterator[Path]:
    """Draw the first pictures of a labelled set into files ``001_NAME.png`` and so on.

    Args:
        source: what ``scan_labels`` takes.
        out: folder for the drawn pictures.
        format: how the labels are written.
        pictures: where the pictures are, if not beside the labels.
        count: at most so many pictures.

    Returns:
        The files, while they are written.

    Raises:
        DataError, LabelError: as reading does, at the first fault; or a count below 1, or no
            place to write.
        ImageError: a picture that cannot be read.
    """
    if count < 1:
        raise DataError("at least one picture must be drawn", value=count)
    folder = Path(out)
    for number, entry in enumerate(islice(scan_labels(source, format, pictures), count), start=1):
        if entry.faults:
            raise entry.faults[0]
        if entry.label is None:  # only ever with a fault
            continue
        drawn = draw_label(entry.label)
        file = folder / f"{number:03}_{entry.label.picture.stem}.png"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn).save(file)
        except OSError as error:
            raise DataError(f"cannot be written: {error.strerror}", file=file) from error
        yield file


def draw_label(label: DetLabel) -> ByteImage:
    """A label's picture with its regions; see ``draw_regions``.

    Args:
        label: the picture and its regions.

    Raises:
        ImageError: the picture cannot be read.
    """
    return draw_regions(read_image(label.picture), label.instances)


def draw_regions(image: ByteImage, instances: tuple[TextInstance, ...]) -> ByteImage:
    """Draw outlines into a copy of a picture: orange, grey where a region does not count.

    A blue dot marks the first corner, and a number the region, as ``validate`` counts them.

    Args:
        image: RGB uint8 (H, W, 3).
        instances: the regions.
    """
    canvas = np.ascontiguousarray(image.copy())
    thick = max(1, round(max(canvas.shape[:2]) / 600))
    for number, instance in enumerate(instances, start=1):
        colour = IGNORED if instance.ignore else COUNTS
        # Pixel edges to OpenCV's pixel middles; far outside nothing is seen.
        corners = np.round(np.clip(instance.polygon - 0.5, -30_000, 30_000)).astype(np.int32)
        cv2.polylines(canvas, [corners], True, colour, thick, cv2.LINE_AA)
        x, y = corners[0].tolist()
        cv2.circle(canvas, (x, y), 2 * thick, FIRST, -1, cv2.LINE_AA)
        _write(canvas, str(number), (x + 3 * thick, y - 2 * thick), thick)
    return np.asarray(canvas, np.uint8)


def _write(canvas: ByteImage, text: str, place: tuple[int, int], thick: int) -> None:
    """Blue on white, so that it is read on any paper; kept within the picture."""
    size = 0.4 * max(1.0, thick)
    (width, height), below = cv2.getTextSize(text, _FONT, size, thick)
    x = int(np.clip(place[0], 0, max(0, canvas.shape[1] - width)))
    y = int(np.clip(place[1], height, max(height, canvas.shape[0] - below)))
    cv2.rectangle(canvas, (x - 1, y - height - 1), (x + width, y + below - 1), (255,) * 3, -1)
    cv2.putText(canvas, text, (x, y), _FONT, size, FIRST, thick, cv2.LINE_AA)
