"""The post-processing lab: DB's parameters to move, alive in JupyterLab and in the plain page.

The work is done in JavaScript, by the modules in ``src``; they are joined into
``postprocess_lab.js`` by ``book/tools/bundle_widgets.py``. Tests prove that they find what
:class:`ocrlib.postprocess.db.DBPostprocess` finds.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import cv2
import numpy as np
import traitlets
from numpy.typing import NDArray

from ocrlib.deploy.pipeline import Pipeline
from ocrlib.errors import ImageError, OcrError
from ocrlib.postprocess.db import DBPostprocess
from ocrlib.types import ByteImage, DetSample, FloatArray, TextInstance

HERE = Path(__file__).parent
QUALITY = 75  # of the JPEGs
OWN_SIDE = 640  # px; pictures of the reader's own are shrunk to this before they are looked at
OWN = "own"


@dataclass(frozen=True, eq=False)
class LabPicture:
    """A picture with a detector's map of it.

    Args:
        name: "receipt", "scene", "curved", "crowded" and "own" have titles in every language; any
            other name is shown as it is.
        image: RGB uint8 (H, W, 3).
        map: probabilities in steps of 1/255, uint8 (h, w); of any size.
        labels: what is written there; none gives no precision and no recall.
    """

    name: str
    image: ByteImage
    map: NDArray[np.uint8]
    labels: tuple[TextInstance, ...] = ()

    @property
    def prob(self) -> FloatArray:
        """The map as probabilities 0-1, float32 (h, w): what the lab computes with."""
        return self.map.astype(np.float32) / np.float32(255)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the picture in px."""
        return self.image.shape[0], self.image.shape[1]

    def pack(self) -> dict[str, Any]:
        """The picture as a widget carries it: JPEG, deflated map, labels."""
        bgr = cv2.cvtColor(self.image, cv2.COLOR_RGB2BGR)
        _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        labels = [
            {"polygon": np.round(it.polygon, 1).tolist(), "text": it.text, "ignore": it.ignore}
            for it in self.labels
        ]
        return {
            "name": self.name,
            "size": list(self.size),
            "map_size": list(self.map.shape),
            "jpeg": jpeg.tobytes(),
            "map": zlib.compress(self.map.tobytes(), 9),
            "labels": labels,
        }


def look_at(name: str, sample: DetSample, pipeline: Pipeline, scale: float = 0.5) -> LabPicture:
    """Let a detector look at a picture at a fraction of its size.

    Args:
        name: see :class:`LabPicture`.
        sample: the picture with its labels.
        pipeline: whose detector to use.
        scale: of the picture that the detector gets. A smaller map has fewer pixels per letter:
            steps of post-processing are easier to see, and faster.
    """
    small = cv2.resize(sample.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return LabPicture(name, sample.image, quantise(pipeline.probabilities(small)), sample.instances)


def quantise(prob: FloatArray) -> NDArray[np.uint8]:
    """Probabilities 0-1 in steps of 1/255, uint8 of the same shape."""
    return np.asarray(np.rint(np.clip(prob, 0, 1) * 255), np.uint8)


class PostprocessLab(anywidget.AnyWidget):
    """A widget that post-processes probability maps while its parameters are moved.

    Args:
        pictures: what to choose from, at least one.
        postprocess: the parameters at the start, and after a reset.
        pipeline: whose detector looks at pictures that readers drop in; None loads det-lite then.
        language: "en", "zh", or "" for the language of the page.

    Raises:
        ValueError: no picture, or two with one name.
    """

    _esm = (HERE / "postprocess_lab.js").read_text(encoding="utf-8")
    _css = (HERE / "postprocess_lab.css").read_text(encoding="utf-8")

    pictures: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    thresh = traitlets.Float(0.3).tag(sync=True)
    box_thresh = traitlets.Float(0.6).tag(sync=True)
    unclip_ratio = traitlets.Float(1.5).tag(sync=True)
    max_candidates = traitlets.Int(1000).tag(sync=True)
    score_mode = traitlets.Enum(["fast", "slow"], "fast").tag(sync=True)
    box_type = traitlets.Enum(["quad", "poly"], "quad").tag(sync=True)
    use_dilation = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        pictures: Sequence[LabPicture],
        postprocess: DBPostprocess | None = None,
        pipeline: Pipeline | None = None,
        language: str = "",
    ) -> None:
        names = [picture.name for picture in pictures]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"pictures need names of their own, at least one: {names}")
        self._pipeline = pipeline
        parameters = (postprocess or DBPostprocess()).to_dict()
        del parameters["offset_scale"]
        super().__init__(
            pictures=[picture.pack() for picture in pictures],
            picture=names[0],
            language=language,
            **parameters,
        )
        self.on_msg(self._on_message)

    def __repr__(self) -> str:
        """Short: the pictures would fill pages."""
        return "PostprocessLab()"

    @property
    def postprocess(self) -> DBPostprocess:
        """The parameters as they stand, for Python."""
        return DBPostprocess(
            thresh=self.thresh,
            box_thresh=self.box_thresh,
            max_candidates=self.max_candidates,
            unclip_ratio=self.unclip_ratio,
            use_dilation=self.use_dilation,
            score_mode=self.score_mode,
            box_type=self.box_type,
            offset_scale=1000,
        )

    def add(self, data: bytes) -> None:
        """Let the detector look at a picture and put it up for choice.

        Args:
            data: a file's content, JPEG, PNG or whatever else OpenCV reads.

        Raises:
            ImageError: it is no picture.
        """
        if self._pipeline is None:
            self._pipeline = Pipeline()
        image = shrink(decode(data))
        own = LabPicture(OWN, image, quantise(self._pipeline.probabilities(image)))
        others = [packed for packed in self.pictures if packed["name"] != OWN]
        self.pictures = [*others, own.pack()]
        self.picture = OWN

    def _on_message(self, widget: object, content: Mapping[str, Any], buffers: list[Any]) -> None:
        if content.get("kind") != "picture" or not buffers:
            return
        try:
            self.add(bytes(buffers[0]))
        except OcrError as error:
            self.send({"kind": "refused", "why": str(error)})


def decode(data: bytes) -> ByteImage:
    """The picture in a file's content, RGB uint8 (H, W, 3).

    Raises:
        ImageError: it is no picture.
    """
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if bgr is None:
        raise ImageError(
            "this file is no picture", value=f"{len(data)} bytes", remedy="JPEG or PNG"
        )
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def shrink(image: ByteImage, longest: int = OWN_SIDE) -> ByteImage:
    """The picture, or a smaller one whose longer side has ``longest`` px."""
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
