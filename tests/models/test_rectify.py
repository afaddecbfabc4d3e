import numpy as np

from ocrlib.engine import paddle
from ocrlib.models.rectify import Rectifier, edge_points, spline_basis


def test_points_go_along_the_upper_then_the_lower_edge():
    points = edge_points(6, 0.1)
    wanted = [[0.1, 0.1], [0.5, 0.1], [0.9, 0.1], [0.1, 0.9], [0.5, 0.9], [0.9, 0.9]]
    np.testing.assert_allclose(points, wanted, atol=1e-6)


def test_spline_carries_over_what_is_affine():
    # A thin-plate spline through moved, turned and stretched points is that very movement.
    target = edge_points(20, 0.05)
    basis = spline_basis(target, (8, 25))
    np.testing.assert_allclose(basis.sum(axis=1), 1, atol=1e-4)
    affine, shift = np.array([[0.8, 0.1], [-0.2, 0.9]]), np.array([0.1, 0.05])
    rows, columns = np.indices((8, 25))
    px = np.stack([columns.ravel() / 24, rows.ravel() / 7], axis=1)
    np.testing.assert_allclose(basis @ (target @ affine + shift), px @ affine + shift, atol=1e-4)


def test_spline_passes_through_its_points():
    # Of 11x11 px these four are the control points.
    target = np.array([[0.2, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.8]], np.float32)
    basis = spline_basis(target, (11, 11))
    at = [2 * 11 + 2, 2 * 11 + 8, 8 * 11 + 2, 8 * 11 + 8]
    np.testing.assert_allclose(basis[at], np.eye(4), atol=1e-5)


def test_it_starts_with_almost_the_whole_picture():
    layer = Rectifier(size=(8, 16))
    layer.eval()
    x = paddle.randn([2, 3, 40, 90])
    found = layer.find(x).numpy()
    np.testing.assert_allclose(found, np.stack([edge_points(20, 0.01)] * 2), atol=1e-6)
    grid = layer.grid(layer.find(x)).numpy()
    assert grid.shape == (2, 8, 16, 2)
    # Margin 0.05 shows margin 0.01, so the corners lie outside and are moved to the edge.
    np.testing.assert_allclose(grid[0, [0, 0, 7, 7], [0, 15, 0, 15]].prod(axis=1), [1, -1, -1, 1])
    assert tuple(layer(x).shape) == (2, 3, 8, 16)


def test_curved_lines_become_straight():
    # Three bright arcs, 10 px apart; the control points lie on the first and the last.
    height, width = 80, 160
    rows, columns = np.indices((height, width))
    arc = 40 - 18 * np.cos((columns / (width - 1) - 0.5) * np.pi)
    arcs = [np.exp(-(((rows - arc - d) / 3) ** 2)).astype(np.float32) for d in (-10, 0, 10)]
    x = np.linspace(0.05, 0.95, 10)
    y = 40 - 18 * np.cos((x - 0.5) * np.pi)
    points = np.concatenate([np.stack([x, (y + d) / (height - 1)], axis=1) for d in (-10, 10)])
    layer = Rectifier(size=(33, 100))
    layer.fc2.bias.set_value(paddle.to_tensor(points.astype(np.float32).ravel()))
    layer.eval()
    upper, middle, lower = layer(paddle.to_tensor(np.stack(arcs)[None])).numpy()[0]
    assert min(np.ptp(line.argmax(axis=0)) for line in arcs) >= 15
    for line, row in ((upper, 0.05 * 32), (lower, 0.95 * 32)):
        assert np.abs(line.argmax(axis=0) - row).max() <= 1.5
    # Between them the spline bends less than at its points: a fifth of the bow is left. 29 rows
    # show what 20 px of the picture were.
    assert np.ptp(middle.argmax(axis=0)) * 20 / 29 < 15 / 5


def test_it_can_be_trained_on_pictures_that_need_no_gradient():
    # Paddle's own gradient crashes the process there.
    paddle.seed(0)
    layer = Rectifier(size=(8, 16))
    x = paddle.randn([2, 3, 20, 30])
    assert x.stop_gradient
    (layer(x) ** 2).sum().backward()
    assert layer.fc2.bias.grad.abs().max().item() > 0
    assert x.stop_gradient
    assert x.grad is None
