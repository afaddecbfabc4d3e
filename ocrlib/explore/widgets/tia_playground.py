"""The TIA playground: points of a word to drag, alive in JupyterLab and in the plain page.

The work is done in JavaScript, by ``src/tia_*.js``, ``src/mls.js`` and ``src/pcg64.js``;
``book/tools/bundle_widgets.py`` joins them into ``tia_playground.js``. Tests prove that they move
points and pixels as :mod:`ocrlib.data.tia` does, for the same seed too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import cv2
import numpy as np
import traitlets

from ocrlib.data import tia
from ocrlib.explore.augmentations import word
from ocrlib.types import ByteImage

HERE = Path(__file__).parent
QUALITY = 90  # of the JPEG
TEXT, HEIGHT = "Harbour 27", 64  # of the word that is shown unless another is given; px
KINDS = ("rest", "free", "distort", "stretch", "perspective")  # how the points came to be there


class TiaPlayground(anywidget.AnyWidget):
    """A widget that bends a word by the points of TIA.

    Args:
        image: the word, RGB uint8 (H, W, 3); None renders one.
        text: what it says, for those who listen to the page.
        segments: pieces between the points of an edge, 1 to 8.
        strength: scales every move, 0.1 to 1.
        language: "en", "zh", or "" for the language of the page.
    """

    _esm = (HERE / "tia_playground.js").read_text(encoding="utf-8")
    _css = "".join(
        (HERE / name).read_text(encoding="utf-8")
        for name in ("postprocess_lab.css", "tia_playground.css")
    )

    jpeg = traitlets.Bytes().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    segments = traitlets.Int(4, min=1, max=8).tag(sync=True)
    strength = traitlets.Float(0.5, min=0.1, max=1.0).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True)
    kind = traitlets.Enum(KINDS, "rest").tag(sync=True)
    moves: traitlets.List[Any] = traitlets.List().tag(sync=True)  # [dx, dy] px at strength 1
    rigid = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        image: ByteImage | None = None,
        text: str = TEXT,
        segments: int = 4,
        strength: float = 0.5,
        language: str = "",
    ) -> None:
        self.image = word(text, HEIGHT) if image is None else image
        bgr = cv2.cvtColor(self.image, cv2.COLOR_RGB2BGR)
        _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        super().__init__(
            jpeg=jpeg.tobytes(),
            text=text,
            segments=segments,
            strength=strength,
            language=language,
        )

    def __repr__(self) -> str:
        """Short: the picture would fill pages."""
        return "TiaPlayground()"

    @property
    def handles(self) -> tia.Points:
        """Where the points are at rest, (n, 2) px."""
        height, width = self.image.shape[:2]
        return tia.edge_points(height, width, self.segments)

    @property
    def moved(self) -> tia.Points:
        """Where the points are now, (n, 2) px."""
        handles = self.handles
        if len(self.moves) != len(handles):  # none, or left over from other segments
            return handles
        moved: tia.Points = handles + self.strength * np.array(self.moves, np.float64)
        return moved

    @property
    def warped(self) -> ByteImage:
        """The word as it stands, bent by the library, RGB uint8 (H, W, 3)."""
        return tia.warp(self.image, self.handles, self.moved, self.rigid)
