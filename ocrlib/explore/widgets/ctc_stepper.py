"""The CTC stepper: a recogniser's answer, step by step, alive in JupyterLab and in the plain page.

The work is done in JavaScript, by ``src/ctc_*.js``; ``book/tools/bundle_widgets.py`` joins them
into ``ctc_stepper.js``. Tests prove that loss, gradient, greedy reading and beams are those of
:mod:`ocrlib.explore.ctc_numpy` and :mod:`ocrlib.postprocess.ctc`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import cv2
import numpy as np
import traitlets

from ocrlib.bundle import Bundle, load_bundle
from ocrlib.charset import Charset
from ocrlib.data.synth.effects import blur
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.errors import BundleError, DataError
from ocrlib.explore.augmentations import word
from ocrlib.preprocess import RecPreprocess
from ocrlib.types import ByteImage, FloatArray

HERE = Path(__file__).parent
QUALITY = 80  # of the JPEGs
CLASSES = 128  # that a widget carries; where there are more, the others become one, the rest

# Name, text, face, blur in px. What the recogniser makes of them is for the reader to see.
WORDS = (
    ("doubled", "coffee", "DejaVuSans-Bold", 0.0),
    ("lookalike", "Illinois", "DejaVuSans", 0.0),
    ("blurred", "silk", "DejaVuSerif", 2.5),
)


@dataclass(frozen=True, eq=False)
class Lattice:
    """What a recogniser answers to a picture, before decoding.

    Args:
        name: "doubled", "lookalike" and "blurred" have titles in every language; any other name
            is shown as it is.
        image: RGB uint8 (H, W, 3).
        logits: values before the softmax, float32 (T, C).
        charset: the characters behind the classes.
        label: the text to start with.
        step_px: width of one time step in px of the picture.

    Raises:
        DataError: logits that do not fit the charset.
    """

    name: str
    image: ByteImage
    logits: FloatArray
    charset: Charset
    label: str
    step_px: float

    def __post_init__(self) -> None:
        if self.logits.ndim != 2 or self.logits.shape[1] != self.charset.size:
            raise DataError(
                f"a lattice of {self.charset.size} classes has logits (T, {self.charset.size})",
                value=self.logits.shape,
            )

    def pack(self, most: int = CLASSES) -> dict[str, Any]:
        """The lattice as a widget carries it.

        Args:
            most: classes that are kept, the likeliest ones (each by its best step). The others are
                added up to one class, the rest: probabilities of the kept ones stay what they are.
        """
        bgr = cv2.cvtColor(self.image, cv2.COLOR_RGB2BGR)
        _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        logits, kept = self.logits, np.arange(self.charset.size)
        if len(kept) > most:
            likeliest = np.argsort(-(logits - logits.max(axis=1, keepdims=True)).max(axis=0))
            wanted = [0, *self.charset.encode(self.label), *likeliest.tolist()]
            kept = np.sort(list(dict.fromkeys(wanted))[:most])
            rest = np.logaddexp.reduce(np.delete(logits, kept, axis=1), axis=1, keepdims=True)
            logits = np.concatenate([logits[:, kept], rest], axis=1)  # (T, most + 1)
        return {
            "name": self.name,
            "label": self.label,
            "size": list(self.image.shape[:2]),
            "step_px": self.step_px,
            "jpeg": jpeg.tobytes(),
            "steps": len(logits),
            "characters": [self.charset.decode([int(cls)]) for cls in kept[1:]],
            "rest": logits.shape[1] > len(kept),
            "logits": zlib.compress(np.ascontiguousarray(logits, "<f4").tobytes(), 9),
        }


def read_lattice(name: str, image: ByteImage, label: str, bundle: Bundle) -> Lattice:
    """Let a recogniser look at a crop.

    Args:
        name: see :class:`Lattice`.
        image: the crop, RGB uint8 (H, W, 3).
        label: what it says.
        bundle: of the recogniser.

    Raises:
        BundleError: the bundle is no CTC recogniser.
    """
    preprocess, charset = bundle.spec.preprocess, bundle.spec.charset
    if not isinstance(preprocess, RecPreprocess) or charset is None:
        raise BundleError("a recogniser is needed here", file=bundle.folder)
    logits = OnnxModel(bundle.model)(preprocess(image)[None])[0]  # (T, C)
    height, width = image.shape[:2]
    scale = width / preprocess.content_width(height, width)
    step_px = preprocess.padded_width(height, width) * scale / len(logits)
    return Lattice(name, image, logits, charset, label, step_px)


def stepper_words(bundle: str | Path = "rec-lite-en") -> list[Lattice]:
    """Three rendered words: doubled letters, look-alikes, and one that is blurred.

    Args:
        bundle: name or folder of the recogniser that looks at them.
    """
    recogniser = load_bundle(bundle)
    words = []
    for name, text, face, sigma in WORDS:
        image = word(text, face=face)
        words.append(read_lattice(name, blur(image, sigma) if sigma else image, text, recogniser))
    return words


class CtcStepper(anywidget.AnyWidget):
    """A widget that steps through a recogniser's answer: paths, their sum, their pull, decoding.

    Args:
        words: what to choose from; None: :func:`stepper_words`.
        language: "en", "zh", or "" for the language of the page.

    Raises:
        ValueError: no word, or two with one name.
    """

    _esm = (HERE / "ctc_stepper.js").read_text(encoding="utf-8")
    _css = "".join(
        (HERE / name).read_text(encoding="utf-8")
        for name in ("postprocess_lab.css", "ctc_stepper.css")
    )

    words: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    word = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Int(0).tag(sync=True)
    pushes = traitlets.Int(0).tag(sync=True)
    decoder = traitlets.Enum(["greedy", "beam"], "greedy").tag(sync=True)
    width = traitlets.Int(4).tag(sync=True)

    def __init__(self, words: Sequence[Lattice] | None = None, language: str = "") -> None:
        lattices = stepper_words() if words is None else list(words)
        names = [lattice.name for lattice in lattices]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"words need names of their own, at least one: {names}")
        super().__init__(
            words=[lattice.pack() for lattice in lattices],
            word=names[0],
            label=lattices[0].label,
            language=language,
        )

    def __repr__(self) -> str:
        """Short: the words would fill pages."""
        return "CtcStepper()"
