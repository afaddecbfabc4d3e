"""Bending a flat sheet into a picture, with the same map for pixels and for polygons."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrlib.types import ByteImage, FloatArray

_STEP = 8  # the map is computed on every eighth px and interpolated: it is smooth


@dataclass(frozen=True)
class Wave:
    """A smooth displacement of the sheet, as paper that does not lie flat.

    Args:
        amplitude: (x, y) px; x moves with the height on the sheet, y with the position along it.
        length: (x, y) wave lengths in px.
        phase: (x, y) radians.
    """

    amplitude: tuple[float, float]
    length: tuple[float, float]
    phase: tuple[float, float]

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Displacement in px at sheet points (..., 2)."""
        turn = 2 * np.pi
        dx = self.amplitude[0] * np.sin(turn * points[..., 1] / self.length[0] + self.phase[0])
        dy = self.amplitude[1] * np.sin(turn * points[..., 0] / self.length[1] + self.phase[1])
        return np.stack([dx, dy], axis=-1)


@dataclass(frozen=True)
class Warp:
    """Where every point of a sheet goes in the picture: a wave, then a perspective.

    Args:
        matrix: (3, 3) perspective from sheet px to picture px.
        wave: displacement of the sheet before it, or None.
    """

    matrix: NDArray[np.float64]
    wave: Wave | None = None

    def image(self, sheet: ByteImage, background: ByteImage) -> ByteImage:
        """Draw the sheet (h, w, 3) over a copy of the background (H, W, 3)."""
        height, width = background.shape[:2]
        out = background.copy()
        if self.wave is None:
            cv2.warpPerspective(
                sheet,
                self.matrix,
                (width, height),
                dst=out,
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_TRANSPARENT,
            )
            return out
        # One ring of extra nodes, cut off after resizing, keeps the interpolation exact at borders.
        ys = (np.arange(-1, height // _STEP + 2) + 0.5) * _STEP - 0.5
        xs = (np.arange(-1, width // _STEP + 2) + 0.5) * _STEP - 0.5
        nodes = np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float64)  # (rows, columns, 2)
        source = _project(np.linalg.inv(self.matrix).astype(np.float64), nodes)
        source = (source + self.wave(source)).astype(np.float32)
        fine = cv2.resize(source, None, fx=_STEP, fy=_STEP, interpolation=cv2.INTER_LINEAR)
        fine = fine[_STEP : _STEP + height, _STEP : _STEP + width]  # (H, W, 2)
        cv2.remap(sheet, fine, None, cv2.INTER_LINEAR, dst=out, borderMode=cv2.BORDER_TRANSPARENT)
        return out

    def points(self, points: FloatArray) -> FloatArray:
        """Map sheet points (n, 2) px to picture points (n, 2) px."""
        where = points.astype(np.float64)
        if self.wave is not None:
            # The picture takes its pixels at s + wave(s); solve s + wave(s) = point for s.
            flat = where
            for _ in range(5):
                where = flat - self.wave(where)
        return _project(self.matrix, where).astype(np.float32)


def composite(image: ByteImage, sheet: ByteImage, alpha: NDArray[np.uint8], warp: Warp) -> None:
    """Lay a sheet with transparency into a picture, in place.

    Args:
        image: the picture, (H, W, 3).
        sheet: colours, (h, w, 3).
        alpha: 0 (clear) to 255 (opaque), (h, w).
        warp: where the sheet goes.
    """
    height, width = alpha.shape
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    middle = np.array([[width / 2, 0], [width / 2, height]], np.float32)
    reach = warp.points(np.concatenate([edge, middle]))
    slack = 2 + (max(warp.wave.amplitude) if warp.wave else 0.0)
    x0, y0 = np.maximum(np.floor(reach.min(axis=0) - slack), 0).astype(int)
    x1, y1 = np.ceil(reach.max(axis=0) + slack).astype(int)
    region = image[y0:y1, x0:x1]
    if region.size == 0:
        return
    move = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]], np.float64)
    local = Warp(move @ warp.matrix, warp.wave)
    layers = np.dstack([sheet, alpha])
    laid = local.image(layers, np.zeros((*region.shape[:2], 4), np.uint8))
    weight = laid[..., 3:].astype(np.float32) / 255
    region[:] = region + (laid[..., :3] - region.astype(np.float32)) * weight + 0.5


def _project(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Perspective map of points (..., 2)."""
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]  # (..., 3)
    result: NDArray[np.float64] = homogeneous[..., :2] / homogeneous[..., 2:]
    return result


def random_warp(
    rng: np.random.Generator,
    sheet: tuple[int, int],
    page: tuple[int, int],
    *,
    degrees: float,
    perspective: float,
    bend: float,
    fill: float,
    stretch: float = 0.0,
) -> Warp:
    """Lay a sheet into a page: scaled, shifted, turned, seen from the side, not quite flat.

    Args:
        rng: source of randomness.
        sheet: (height, width) px.
        page: (height, width) px.
        degrees: standard deviation of the rotation.
        perspective: largest shift of a corner, as a fraction of the sheet's shorter side.
        bend: largest displacement of the wave, px.
        fill: the scale; 1 keeps the sheet's pixels as they are.
        stretch: largest relative change of the aspect ratio.
    """
    height, width = sheet
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    moved = corners - np.array([width, height]) / 2
    moved *= fill * np.exp(rng.uniform(-stretch, stretch, 2) / 2)
    angle = np.deg2rad(rng.normal(0.0, degrees)) if degrees > 0 else 0.0
    cos, sin = np.cos(angle), np.sin(angle)
    moved = moved @ np.array([[cos, sin], [-sin, cos]])
    if perspective > 0:
        moved += rng.uniform(-perspective, perspective, (4, 2)) * min(sheet) * fill
    # Anywhere it fits; a sheet larger than the page is shown in part, but never mostly outside.
    slack = np.abs(np.array([page[1], page[0]]) - np.array([width, height]) * fill) / 2
    moved += np.array([page[1], page[0]]) / 2 + rng.uniform(-slack, slack)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    if bend <= 0:
        return Warp(matrix)
    lengths = rng.uniform(0.7, 2.5, 2) * np.array([height, width])
    amplitude = rng.uniform(-bend, bend, 2)
    phase = rng.uniform(0, 2 * np.pi, 2)
    return Warp(
        matrix,
        Wave(
            (float(amplitude[0]), float(amplitude[1])),
            (float(lengths[0]), float(lengths[1])),
            (float(phase[0]), float(phase[1])),
        ),
    )
