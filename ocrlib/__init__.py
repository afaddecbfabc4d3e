"""ocrlib: a small OCR library, the code behind the book Dive into OCR."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocrlib.types import ByteImage, Page

__version__ = "0.1.0"
__all__ = ["__version__", "read"]


def read(
    image: str | os.PathLike[str] | ByteImage,
    det: str | os.PathLike[str] = "det-lite",
    rec: str | os.PathLike[str] = "rec-lite-en",
) -> Page:
    """Read the text of one picture.

    The models are loaded at the first call and kept for the next ones. For threads, batches and
    the steps in between see :class:`ocrlib.deploy.pipeline.Pipeline`.

    Args:
        image: path of a picture, or RGB uint8 (H, W, 3).
        det: name or folder of the detector's bundle.
        rec: name or folder of the recogniser's bundle.

    Returns:
        The lines in reading order, with polygons in px of the picture.

    Raises:
        ImageError: if the picture cannot be read.
        BundleError: if a model is missing or damaged.
    """
    # Imported here, so that `import ocrlib` itself costs nothing.
    from ocrlib.deploy.pipeline import shared_pipeline

    return shared_pipeline(os.fspath(det), os.fspath(rec))(image)
