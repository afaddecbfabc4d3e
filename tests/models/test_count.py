import pytest

from ocrlib.engine import paddle
from ocrlib.models.count import macs, macs_by_layer, parameters, running_statistics
from ocrlib.models.layers import ConvBN
from ocrlib.models.lite import det_lite
from ocrlib.models.ppocr import NETWORKS

nn = paddle.nn


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Conv2D(3, 8, 3, padding=1), (1, 3, 10, 20), 10 * 20 * 8 * 3 * 9),
        (nn.Conv2D(3, 8, 3, padding=1, stride=2), (2, 3, 10, 20), 2 * 5 * 10 * 8 * 3 * 9),
        (nn.Conv2D(8, 8, 3, padding=1, groups=8), (1, 8, 10, 20), 10 * 20 * 8 * 9),
        (nn.Conv2DTranspose(4, 6, 2, stride=2), (1, 4, 5, 7), 5 * 7 * 4 * 6 * 4),
        (nn.Linear(4, 6), (2, 5, 4), 2 * 5 * 4 * 6),
        (nn.LSTM(3, 4), (2, 5, 3), 2 * 5 * 16 * (3 + 4)),
        (nn.GRU(3, 4, direction="bidirectional"), (2, 5, 3), 2 * 2 * 5 * 12 * (3 + 4)),
        (
            nn.LSTM(3, 4, num_layers=2, direction="bidirectional"),
            (1, 5, 3),
            5 * 2 * 16 * ((3 + 4) + (8 + 4)),
        ),
        (nn.BatchNorm2D(3), (1, 3, 4, 4), 0),
    ],
)
def test_products_by_hand(layer, shape, expected):
    assert macs(layer, shape) == expected


def test_parameters_count_running_statistics_and_count_nothing_twice():
    assert parameters(ConvBN(3, 8, 3)) == 3 * 8 * 9 + 4 * 8
    assert running_statistics(ConvBN(3, 8, 3)) == 2 * 8
    assert parameters(nn.LSTM(3, 4)) == 16 * (3 + 4 + 2)


def test_layers_are_named_in_the_order_of_running_and_the_mode_is_kept():
    model = det_lite()
    model.train()
    before = model.backbone.stem.bn._mean.numpy().copy()
    counts = macs_by_layer(model, (1, 3, 32, 32))
    assert model.training
    assert (model.backbone.stem.bn._mean.numpy() == before).all()
    assert next(iter(counts)) == "backbone.stem.conv"
    assert counts["backbone.stem.conv"] == 16 * 16 * 16 * 3 * 9
    assert "head.threshold.up1" not in counts  # reading does not need it
    assert sum(counts.values()) == macs(model, (1, 3, 32, 32))


def test_a_layer_that_runs_twice_counts_twice():
    conv = nn.Conv2D(3, 3, 1)
    assert macs(nn.Sequential(conv, conv), (1, 3, 4, 4)) == 2 * 16 * 9


def test_the_smallest_detector_at_640():
    model = NETWORKS["det_mv3_large_x0.5_nose_dbfpn96_dbhead"]()
    assert macs(model, (1, 3, 640, 640)) == 1_911_763_200
