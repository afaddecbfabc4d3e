"""The few values that travel between the parts of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ByteImage = NDArray[np.uint8]  # RGB, (H, W, 3)

# A line read with less confidence is doubtful. The highest bar that costs at most one rightly read
# word in a thousand of any validation set, chosen with rec-lite-en and the third stage of
# det-lite-word; what it costs today stands in book/results/min-score.json.
MIN_SCORE = 0.6


@dataclass(frozen=True, eq=False)
class Detection:
    """One detected text region.

    Args:
        polygon: corners in px of the original picture, (n, 2) float32, clockwise from top-left.
        score: mean probability inside the region, 0-1.
    """

    polygon: FloatArray
    score: float


@dataclass(frozen=True, eq=False)
class TextLine:
    """One line of text that was found and read.

    Args:
        polygon: corners in px of the original picture, (n, 2) float32, clockwise from top-left.
        text: what it says.
        score: the recogniser's mean character confidence, 0-1.
        det_score: the detector's score, 0-1.
    """

    polygon: FloatArray
    text: str
    score: float
    det_score: float

    def to_dict(self) -> dict[str, Any]:
        """The line as plain JSON-ready values."""
        return {
            "polygon": [[round(float(x), 1), round(float(y), 1)] for x, y in self.polygon],
            "text": self.text,
            "score": round(self.score, 4),
            "det_score": round(self.det_score, 4),
        }


@dataclass(frozen=True, eq=False)
class Page:
    """Everything read from one picture, in reading order.

    Args:
        lines: the lines of text.
        size: (height, width) of the picture in px.
        doubtful: lines that the recogniser was not sure enough of to count them as text; often
            they are specks, fences and leaves.
    """

    lines: tuple[TextLine, ...]
    size: tuple[int, int]
    doubtful: tuple[TextLine, ...] = ()

    @property
    def text(self) -> str:
        """All lines in reading order, one per row."""
        return "\n".join(line.text for line in self.lines)

    def to_dict(self) -> dict[str, Any]:
        """The page as plain JSON-ready values."""
        height, width = self.size
        return {
            "height": height,
            "width": width,
            "lines": [line.to_dict() for line in self.lines],
            "doubtful": [line.to_dict() for line in self.doubtful],
        }


@dataclass(frozen=True, eq=False)
class TextInstance:
    """One labelled region of text.

    Args:
        polygon: corners in px, (n, 2) float32, n >= 4, clockwise from top-left.
        text: its transcription.
        ignore: True for regions that count neither as right nor as wrong (``###``).
        key: what the text is on a form (``key_cls``), such as "total"; "" where nobody said.
    """

    polygon: FloatArray
    text: str
    ignore: bool = False
    key: str = ""


@dataclass(frozen=True, eq=False)
class DetSample:
    """A picture with its labelled text regions.

    Args:
        image: RGB uint8 (H, W, 3).
        instances: the labelled regions.
        source: where it comes from, for error messages ("det.txt:12" or "synth").
    """

    image: ByteImage
    instances: tuple[TextInstance, ...]
    source: str


@dataclass(frozen=True, eq=False)
class RecSample:
    """A picture of one word or one line with its text.

    Args:
        image: RGB uint8 (H, W, 3).
        text: its transcription.
        source: where it comes from, for error messages ("rec.txt:12" or "synth").
        fold_case: True where the transcription does not tell upper from lower case.
    """

    image: ByteImage
    text: str
    source: str
    fold_case: bool = False
