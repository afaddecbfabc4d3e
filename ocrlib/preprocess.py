"""From a picture to the network's input: one rule for training, evaluation, export and reading."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import cv2
import numpy as np

from ocrlib.errors import RecipeError
from ocrlib.types import ByteImage, FloatArray

_LADDER = ((256, 32), (512, 64), (1024, 128))  # (up to this width, rounded up to multiples of)
_LADDER_TOP = 256


@dataclass(frozen=True)
class DetPreprocess:
    """Resize a page for the detector and normalise its colours.

    Args:
        limit_side: px; the side that ``limit_type`` names is brought to this length.
        limit_type: "max" shrinks pictures whose longer side exceeds ``limit_side``; "min" enlarges
            pictures whose shorter side falls below it.
        multiple: px; both sides are rounded to the nearest multiple of this, at least one.
        max_side: px; whatever the rule says, no side becomes longer than this (rounded), so that a
            16x400 strip under "min" does not become 736x18400.
        mean: per channel (R, G, B), 0-1.
        std: per channel (R, G, B), 0-1.

    Raises:
        RecipeError: for sizes below 1 or an unknown ``limit_type``.
    """

    limit_side: int = 960
    limit_type: str = "max"
    multiple: int = 32
    max_side: int = 4000
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        for name in ("limit_side", "multiple", "max_side"):
            _check_positive(name, getattr(self, name))
        if self.limit_type not in ("max", "min"):
            raise RecipeError(
                "limit_type must be 'max' or 'min'", value=self.limit_type, remedy="use 'max'"
            )
        for name, values in (("mean", self.mean), ("std", self.std)):
            numbers = isinstance(values, tuple) and all(isinstance(v, int | float) for v in values)
            if not numbers or len(values) != 3 or not all(map(math.isfinite, values)):
                raise RecipeError(f"{name} must be three numbers", value=values)
        if min(self.std) <= 0:
            raise RecipeError("std must be positive", value=self.std)

    def scale(self, height: int, width: int) -> float:
        """The factor by which a picture of this size (px) is resized, before rounding."""
        if self.limit_type == "max":
            scale = min(1.0, self.limit_side / max(height, width))
        else:
            scale = max(1.0, self.limit_side / min(height, width))
        return min(scale, self.max_side / max(height, width))

    def target_size(self, height: int, width: int) -> tuple[int, int]:
        """The (height, width) in px that a picture of this size is resized to."""
        scale = self.scale(height, width)
        return self.round_side(height * scale), self.round_side(width * scale)

    def round_side(self, side: float) -> int:
        """A length in px as the nearest multiple, at least one.

        Halves go up: 1008 and 1040 go to different sizes, which Python's ``round`` (half to even)
        would not do.
        """
        return max(1, math.floor(side / self.multiple + 0.5)) * self.multiple

    def __call__(self, image: ByteImage) -> FloatArray:
        """Resize and normalise one picture.

        Args:
            image: RGB uint8 (H, W, 3).

        Returns:
            float32 (3, H', W') with H', W' from ``target_size``.
        """
        return self.normalise(resize(image, self.target_size(image.shape[0], image.shape[1])))

    def normalise(self, image: ByteImage) -> FloatArray:
        """Only the colours: RGB uint8 (H, W, 3) to float32 (3, H, W); training crops use it."""
        height, width, _ = image.shape
        out = np.empty((3, height, width), np.float32)
        for channel, (mean, std) in enumerate(zip(self.mean, self.std, strict=True)):
            np.multiply(image[:, :, channel], np.float32(1 / (255 * std)), out=out[channel])
            out[channel] -= np.float32(mean / std)
        return out

    def to_dict(self) -> dict[str, Any]:
        """The rule as plain JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DetPreprocess:
        """The inverse of ``to_dict``.

        Raises:
            RecipeError: for unknown keys or values that make no rule.
        """
        _check_keys(cls, values)
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return cls(**plain)


@dataclass(frozen=True)
class RecPreprocess:
    """Bring a crop of text to the recogniser's height and pad it to one of a few widths.

    The width keeps the aspect ratio; a crop that would be wider than ``max_width`` is squeezed to
    it. Padding on the right is 0, the middle of the value range. The padded width is a function of
    the crop's own shape alone, so that a result never depends on what shares its batch.

    Args:
        height: px.
        max_width: px.
        fit: "ladder" pads to the next of a few widths. A network with a learnt place for every
            patch, such as SVTR, takes one width only: "pad" pads every crop to ``max_width``,
            "stretch" gives every crop this width and lets the aspect ratio go.

    Raises:
        RecipeError: for sizes below 1 or an unknown ``fit``.
    """

    height: int = 32
    max_width: int = 1536
    fit: Literal["ladder", "pad", "stretch"] = "ladder"

    def __post_init__(self) -> None:
        _check_positive("height", self.height)
        _check_positive("max_width", self.max_width)
        if self.fit not in ("ladder", "pad", "stretch"):
            raise RecipeError(
                "fit must be 'ladder', 'pad' or 'stretch'", value=self.fit, remedy="use 'ladder'"
            )

    def content_width(self, height: int, width: int) -> int:
        """The width in px, without padding, that a crop of this size gets."""
        if self.fit == "stretch":
            return self.max_width
        return min(self.max_width, max(1, math.ceil(width * self.height / height)))

    def padded_width(self, height: int, width: int) -> int:
        """The width in px, with padding, that a crop of this size gets.

        On the ladder: rounded up to multiples of 32 until 256, of 64 until 512, of 128 until 1024,
        of 256 beyond.
        """
        if self.fit != "ladder":
            return self.max_width
        content = self.content_width(height, width)
        step = next((step for limit, step in _LADDER if content <= limit), _LADDER_TOP)
        return -(-content // step) * step

    def __call__(self, image: ByteImage) -> FloatArray:
        """Resize, normalise and pad one crop.

        Args:
            image: RGB uint8 (H, W, 3).

        Returns:
            float32 (3, height, padded width), values from -1 to 1.
        """
        height, width, _ = image.shape
        content = self.content_width(height, width)
        resized = resize(image, (self.height, content)).transpose(2, 0, 1)  # (3, height, content)
        out = np.zeros((3, self.height, self.padded_width(height, width)), np.float32)
        np.multiply(resized, np.float32(2 / 255), out=out[:, :, :content])
        out[:, :, :content] -= 1
        return out

    def to_dict(self) -> dict[str, Any]:
        """The rule as plain JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RecPreprocess:
        """The inverse of ``to_dict``.

        Raises:
            RecipeError: for unknown keys or values that make no rule.
        """
        _check_keys(cls, values)
        return cls(**values)


def resize(image: ByteImage, size: tuple[int, int]) -> ByteImage:
    """Resize a picture; shrinking averages areas, so that thin strokes do not vanish.

    Args:
        image: RGB uint8 (H, W, 3).
        size: (height, width) in px.

    Returns:
        RGB uint8 (height, width, 3).
    """
    height, width = size
    if image.shape[:2] == size:
        return image
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized: ByteImage = cv2.resize(image, (width, height), interpolation=method)
    return resized


def _check_positive(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise RecipeError(f"{name} must be a whole number of at least 1", value=value)


def _check_keys(cls: type[DetPreprocess] | type[RecPreprocess], values: Mapping[str, Any]) -> None:
    known = {field.name for field in fields(cls)}
    for key in values:
        if key not in known:
            raise RecipeError(
                f"unknown key in a {cls.__name__}", value=key, remedy=f"use {sorted(known)}"
            )
