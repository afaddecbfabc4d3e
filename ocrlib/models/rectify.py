"""Straightens crooked text before it is read: a spatial transformer with a thin-plate spline.

Shi et al., 2016, "Robust Scene Text Recognition with Automatic Rectification": a small network
finds points along the upper and the lower edge of the text; a thin-plate spline (Bookstein, 1989)
bends the picture until they lie on two straight lines. It learns from the reader's loss alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocrlib.engine import paddle
from ocrlib.models.layers import ConvBN
from ocrlib.types import FloatArray

nn = paddle.nn
F = paddle.nn.functional

SEEN = (32, 64)  # (height, width) in px of the small picture that the points are found in


def edge_points(count: int, margin: float) -> FloatArray:
    """Points on the upper, then on the lower edge of the unit square, each from left to right.

    Args:
        count: how many, even.
        margin: distance from the edges, as a share of the side.

    Returns:
        (count, 2), (x, y), 0-1.
    """
    x = np.linspace(margin, 1 - margin, count // 2)
    upper = np.stack([x, np.full_like(x, margin)], axis=1)
    lower = np.stack([x, np.full_like(x, 1 - margin)], axis=1)
    return np.concatenate([upper, lower]).astype(np.float32)


def spline_basis(target: FloatArray, size: tuple[int, int]) -> FloatArray:
    """How much every control point moves every px: the thin-plate spline, solved once.

    A spline is linear in the points that it passes through. So where px of the straight picture
    come from is ``basis @ points``.

    Args:
        target: where the control points end, (K, 2), (x, y), 0-1.
        size: (height, width) of the straight picture in px.

    Returns:
        (height * width, K), row by row; every row sums to 1.
    """
    count = len(target)
    points = target.astype(np.float64)
    equations = np.zeros((count + 3, count + 3))
    equations[:count, :count] = _bending(points, points)
    equations[:count, count] = 1
    equations[:count, count + 1 :] = points
    equations[count:, :count] = equations[:count, count:].T
    height, width = size
    rows, columns = np.indices(size)
    # (height * width, 2), the corners being the middles of the corner px
    px = np.stack([columns.ravel() / (width - 1), rows.ravel() / (height - 1)], axis=1)
    terms = np.concatenate([_bending(px, points), np.ones((len(px), 1)), px], axis=1)
    # Only the first K columns of the inverse meet points; the other three meet zeros.
    basis: FloatArray = (terms @ np.linalg.inv(equations)[:, :count]).astype(np.float32)
    return basis


def _bending(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """``d**2 * ln(d)`` of the distance d between every point of a and every point of b."""
    squared = ((a[:, None] - b[None]) ** 2).sum(axis=-1)
    bending: NDArray[np.float64] = 0.5 * squared * np.log(np.where(squared > 0, squared, 1.0))
    return bending


class Rectifier(paddle.nn.Layer):
    """Finds the edges of the text and bends the picture until they are straight.

    It starts with points at the edges of the picture: nothing is bent until that pays.

    Args:
        size: (height, width) in px of the pictures that go out.
        points: control points, half of them on each edge.
        margin: distance of the straightened points from the edges, as a share of the side.
        channels: of the six convolutions that look for the points.
    """

    def __init__(
        self,
        size: tuple[int, int] = (32, 100),
        points: int = 20,
        margin: float = 0.05,
        channels: Sequence[int] = (32, 64, 128, 256, 256, 256),
    ) -> None:
        super().__init__()
        self.size = size
        self.points = points
        self.convs = nn.LayerList()
        previous = 3
        for width in channels:
            self.convs.append(ConvBN(previous, width, 3, bias=True))
            previous = width
        halvings = len(channels) - 1
        flat = channels[-1] * (SEEN[0] >> halvings) * (SEEN[1] >> halvings)
        self.fc1 = nn.Linear(flat, 512)
        self.bn = nn.BatchNorm1D(512)
        start = edge_points(points, 0.01).ravel()
        self.fc2 = nn.Linear(
            512,
            2 * points,
            weight_attr=paddle.ParamAttr(initializer=nn.initializer.Constant(0.0)),
            bias_attr=paddle.ParamAttr(initializer=nn.initializer.Assign(start)),
        )
        basis = paddle.to_tensor(spline_basis(edge_points(points, margin), size))
        self.register_buffer("basis", basis, persistable=False)

    def find(self, x: paddle.Tensor) -> paddle.Tensor:
        """The control points in crops (B, 3, H, W): (B, points, 2), (x, y), 0-1 inside."""
        x = F.interpolate(x, size=SEEN, mode="bilinear", align_corners=True)
        for i, conv in enumerate(self.convs):
            x = conv(x)
            if i < len(self.convs) - 1:
                x = F.max_pool2d(x, 2, stride=2)
        x = F.relu(self.bn(self.fc1(x.flatten(1))))  # (B, C * h * w) -> (B, 512)
        return self.fc2(0.1 * x).reshape([-1, self.points, 2])

    def grid(self, points: paddle.Tensor) -> paddle.Tensor:
        """Where every px of the straight picture comes from.

        Args:
            points: (B, points, 2), (x, y), 0-1.

        Returns:
            (B, height, width, 2), (x, y), -1 to 1 from edge to edge.
        """
        places = self.basis.matmul(points).clip(0, 1)  # (B, height * width, 2)
        return (2 * places - 1).reshape([-1, *self.size, 2])

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """Map crops (B, 3, H, W) of any size to straight ones (B, 3, height, width)."""
        grid = self.grid(self.find(x))
        if self.training and x.stop_gradient:
            # Paddle's gradient of grid_sample crashes the process if the picture needs none.
            x = x.detach()
            x.stop_gradient = False
        return F.grid_sample(x, grid, mode="bilinear", align_corners=True)
