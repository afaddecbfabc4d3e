"""Our networks against the measured ones: names, shapes, counts and outputs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from ocrlib.deploy.export import check_equal, to_onnx
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.count import macs, parameters, running_statistics
from ocrlib.models.lcnet import fold
from ocrlib.models.ppocr import NETWORKS, load_checkpoint, load_state, our_name
from ocrlib.models.weights import model_arrays

_spec = importlib.util.spec_from_file_location("peer", Path(__file__).with_name("peer.py"))
peer = importlib.util.module_from_spec(_spec)
sys.modules["peer"] = peer
_spec.loader.exec_module(peer)

COMMITTED = Path(__file__).parents[1] / "fixtures" / "golden"
STUDENT = "det_mv3_large_x0.5_nose_dbfpn96_dbhead"
PF = "det_pplcnetv3_x0.75_rsefpn96_pfheadlocal_small"
STATISTICS_ONLY = (
    "det_mv3_large_x0.5_nose_rsefpn96_dbhead",
    "det_resnet50vd_lkpan256_dbhead7",
)
LARGE = [name for name in NETWORKS if "resnet50" in name]
DETECTORS = [
    pytest.param(name, marks=pytest.mark.slow if name in LARGE else ())
    for name in NETWORKS
    if name.startswith("det_")
]
sigmoid = paddle.nn.functional.sigmoid


def filled(name):
    """A network with the weights that follow from the peer's names."""
    model = NETWORKS[name]()
    load_state(model, peer.made_weights(peer.network(COMMITTED, name).weights))
    return model


def shrink_logits(model, x):
    """The map before any refinement, and the levels on the way to it."""
    levels = model.backbone(x)
    neck = model.neck(levels)
    return [*levels, neck, model.head.shrink(neck)]


def test_all_detectors_are_there():
    known = {name for name in peer.tables(COMMITTED) if name.startswith("det_")}
    assert len(known) == 11
    assert known == {name for name in NETWORKS if name.startswith("det_")}


def test_committed_tables_are_the_measured_ones(golden):
    for name in peer.tables(COMMITTED):
        assert peer.network(COMMITTED, name) == peer.network(golden, name)


@pytest.mark.parametrize("name", DETECTORS)
def test_names_shapes_and_counts_are_exact(name):
    table = peer.network(COMMITTED, name)
    model = NETWORKS[name]()
    ours = {n: tuple(tensor.shape) for n, tensor in model.state_dict().items()}
    assert ours == {our_name(weight.name): weight.shape for weight in table.weights}
    assert len(ours) == len(table.weights)
    assert parameters(model) == table.elements
    assert running_statistics(model) == table.running_statistics
    # Multiplications grow with the number of 32x32 blocks, but for squeeze and excitation, which
    # counts once: one block and four tell both.
    assert table.macs_shape == (1, 3, 640, 640)
    one, four = macs(model, (1, 3, 32, 32)), macs(model, (1, 3, 64, 64))
    per_block, rest = divmod(four - one, 3)
    assert rest == 0
    assert one + per_block * (20 * 20 - 1) == table.macs


@pytest.mark.parametrize("name", DETECTORS)
def test_outputs_are_the_measured_ones(golden, name):
    model, x = filled(name), peer.picture()
    model.eval()
    with paddle.no_grad():
        parts = shrink_logits(model, x)
        output = model(x)
    levels = peer.network(COMMITTED, name).levels
    assert len(levels) == len(parts) == 6
    for tensor, level in zip(parts, levels, strict=True):
        values = tensor.numpy().astype(np.float64)
        assert list(values.shape) == level["shape"]
        assert values.mean() == pytest.approx(level["mean"], abs=1e-4 * level["std"])
        assert values.std() == pytest.approx(level["std"], rel=1e-4)

    expected = peer.det_forward(golden, name)
    if expected is None:  # of two networks only the statistics of the levels were measured
        assert name in STATISTICS_ONLY
        return
    at = expected["at"]
    logits = parts[-1].numpy().ravel()[at]
    assert np.abs(logits - expected["logits"]).max() <= 1e-3 * expected["logits_std"]
    # Where logits are hundreds, few px are near 0: there the map may differ by their error.
    difference = np.abs(output.probabilities.numpy().ravel()[at] - expected["output"])
    assert difference.max() <= 0.01
    assert np.mean(difference > 1e-4) <= 0.02

    model.train()
    with paddle.no_grad():
        output = model(x)
    maps = [output.probabilities, sigmoid(output.threshold_logits), output.binary]
    # The step multiplies a difference by up to 50 / 4.
    tolerances = (1e-3, 1e-3, 1e-2)
    for found, wanted, allowed in zip(maps, expected["train_maps"], tolerances, strict=True):
        assert np.abs(found.numpy().ravel()[at] - wanted).max() <= allowed
    mean = our_name(str(expected["train_bn_name"]))
    state = model.state_dict()
    np.testing.assert_allclose(state[mean].numpy(), expected["train_bn_mean"], atol=1e-6)
    variance = mean.replace("_mean", "_variance")
    np.testing.assert_allclose(state[variance].numpy(), expected["train_bn_variance"], rtol=1e-5)


def test_refining_head_reads_with_the_mean_of_both_maps():
    paddle.seed(0)
    model = NETWORKS[PF]()
    x = peer.picture((1, 3, 32, 64))
    with paddle.no_grad():
        model.eval()
        neck = model.neck(model.backbone(x))
        features = model.head.shrink.features(neck)
        shrink = model.head.shrink.up2(features)
        local = model.head.local(shrink, features)
        wanted = (sigmoid(shrink) + sigmoid(local)) / 2
        np.testing.assert_allclose(
            model(x).probabilities.numpy(), wanted.numpy(), atol=1e-6, rtol=0
        )
        model.train()
        output = model(x)
    p, t = sigmoid(output.shrink_logits), sigmoid(output.threshold_logits)
    np.testing.assert_allclose(
        output.binary.numpy(), sigmoid(50 * (p - t)).numpy(), atol=1e-6, rtol=0
    )
    assert np.abs(output.logits.numpy() - output.shrink_logits.numpy()).max() > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", [param.values[0] for param in DETECTORS])
def test_onnx_graph_is_equal(name):
    paddle.seed(0)
    model = NETWORKS[name]()
    model.train()
    with paddle.no_grad():  # running statistics that are not all 0 and 1
        model(peer.picture((2, 3, 64, 64)))
    graph = to_onnx(model, "det")
    # The gate also tries the first picture alone, and a larger size.
    assert check_equal(model, graph, "det", [peer.picture((2, 3, 32, 64)).numpy()]) < 1e-4
    assert model.training


def test_folding_changes_no_number():
    paddle.seed(0)
    model = NETWORKS[PF]()
    x = peer.picture((2, 3, 64, 64))
    with paddle.no_grad():
        model.train()
        model(x)
        model.eval()
        before = model(x).logits.numpy()
        smaller = fold(model)
        after = smaller(x).logits.numpy()
        again = model(x).logits.numpy()
    assert np.abs(after - before).max() <= 1e-4 * before.std()
    assert (again == before).all()  # the original is untouched
    assert parameters(smaller) < 0.4 * parameters(model)
    assert macs(smaller, (1, 3, 64, 64)) < macs(model, (1, 3, 64, 64))


@pytest.fixture
def arrays():
    return peer.made_weights(peer.network(COMMITTED, STUDENT).weights)


def saved(arrays, folder, prefix=""):
    """What ``paddle.save`` makes of a state dict; no published file is at hand."""
    path = folder / "model.pdparams"
    tensors = {f"{prefix}{name}": paddle.to_tensor(array) for name, array in arrays.items()}
    paddle.save(tensors, str(path))
    return path


def same(model, arrays):
    ours = model_arrays(model)
    return all((ours[our_name(name)] == array).all() for name, array in arrays.items())


def test_checkpoint(arrays, tmp_path):
    model = NETWORKS[STUDENT]()
    assert not same(model, arrays)
    load_checkpoint(model, saved(arrays, tmp_path))
    assert same(model, arrays)


def test_student_of_a_distillation(arrays, tmp_path):
    both = {f"Student.{name}": array for name, array in arrays.items()}
    both |= {f"Student2.{name}": array + 1 for name, array in arrays.items()}
    both |= {f"Teacher.{name}": array - 1 for name, array in arrays.items()}
    path = saved(both, tmp_path)
    model = NETWORKS[STUDENT]()
    load_checkpoint(model, path, prefix="Student.")
    assert same(model, arrays)
    with pytest.raises(CheckpointError, match=r"begin with Student\., Student2\., Teacher\."):
        load_checkpoint(model, path, prefix="Pupil.")
    with pytest.raises(CheckpointError, match="left over") as caught:
        load_checkpoint(model, path)
    assert any('prefix="Student."' in note for note in caught.value.__notes__)


def test_everything_that_does_not_fit_is_named_and_nothing_is_changed(arrays, tmp_path):
    gone = ["backbone.conv.conv.weight", "head.thresh.conv3.bias"]
    for name in gone:
        del arrays[name]
    arrays["head.thresh.conv4.bias"] = np.zeros(1, np.float32)
    arrays["neck.in2_conv.weight"] = np.zeros((96, 24, 1, 1), np.float32)
    arrays["head.binarize.conv3.bias"] = np.array([np.nan], np.float32)
    model = NETWORKS[STUDENT]()
    before = model_arrays(model)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(model, saved(arrays, tmp_path))
    message = str(caught.value)
    assert "model.pdparams" in message
    assert "2 missing" in message
    assert "1 left over" in message
    assert "2 of another shape or kind" in message
    notes = "\n".join(caught.value.__notes__)
    for name in (*map(our_name, gone), "head.thresh.conv4.bias", "head.binarize.conv3.bias"):
        assert name in notes
    assert "neck.in2_conv.weight: (96, 24, 1, 1), the model has (96, 16, 1, 1)" in notes
    after = model_arrays(model)
    assert all((before[name] == after[name]).all() for name in before)


def test_second_names_of_a_weight_are_accepted():
    lstm = paddle.nn.LSTM(3, 4)
    names = list(lstm.state_dict())
    values = {name: tensor.numpy() + 1 for name, tensor in lstm.state_dict().items()}
    assert len(values) == 8  # four weights, each under two names
    load_state(lstm, values)
    assert (lstm.state_dict()[names[0]].numpy() == values[names[0]]).all()
    second = [name for name in names if "cell" in name]
    load_state(lstm, {name: values[name] + 1 for name in second})
    assert (lstm.state_dict()[names[0]].numpy() == values[names[0]] + 1).all()
    with pytest.raises(CheckpointError, match="missing"):
        load_state(lstm, {name: values[name] for name in second[1:]})
    values[second[0]] = values[second[0]] + 1
    with pytest.raises(CheckpointError) as caught:
        load_state(lstm, values)
    assert "not the same as under its other name" in caught.value.__notes__[0]
