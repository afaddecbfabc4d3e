"""Our recognisers and our classifier against the measured ones: names, counts and outputs."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest

from ocrlib.deploy.export import check_equal, to_onnx
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.count import macs, parameters, running_statistics
from ocrlib.models.lcnet import fold
from ocrlib.models.ppocr import NETWORKS, load_checkpoint, load_state, our_name
from ocrlib.models.sequence import columns_to_sequence
from ocrlib.models.svtr_lcnet import drop_guide, svtr_lcnetv3
from ocrlib.models.weights import model_arrays

_spec = importlib.util.spec_from_file_location("peer", Path(__file__).with_name("peer.py"))
peer = importlib.util.module_from_spec(_spec)
sys.modules["peer"] = peer
_spec.loader.exec_module(peer)

COMMITTED = Path(__file__).parents[1] / "fixtures" / "golden"
CRNN_SMALL = "rec_crnn_mv3_small_x0.5_s1222_rnn48_ctc6625"
CRNN_LARGE = "rec_crnn_mv3_large_x0.5_rnn96_ctc37"
CRNN_SERVER = "rec_crnn_resnet34vd_rnn256_ctc37"
V2 = "rec_crnn_mv1enhance_x0.5_rnn64_mid96_ctc6625"
V3 = "rec_svtrlcnet_mv1enhance_x0.5_multihead_ctc6625_sar6627"
V3_EN = "rec_svtrlcnet_mv1enhance_x0.5_multihead_ctc97_sar99_en"
V4 = "rec_pplcnetv3_x0.95_multihead_ctc6625_nrtr6628"
TINY = "rec_svtr_tiny_nostn_ctc37"
STRAIGHT = "rec_svtr_tiny_stn_ctc37"
CLS = "cls_mv3_small_x0.35"
STATISTICS_ONLY = (CRNN_SMALL, STRAIGHT, V3_EN)
NAMES = [name for name in NETWORKS if not name.startswith("det_")]
SIZED = [pytest.param(name, marks=pytest.mark.slow if "resnet34" in name else ()) for name in NAMES]


def filled(name):
    """A network with the weights that follow from the peer's names."""
    model = NETWORKS[name]()
    load_state(model, peer.made_weights(peer.network(COMMITTED, name).weights))
    model.eval()
    return model


@cache
def parts(name):
    """What passes between the parts of a filled network: backbone, sequence, logits."""
    model = filled(name)
    x = peer.picture(peer.network(COMMITTED, name).macs_shape)
    with paddle.no_grad():
        straight = model.rectifier(x) if name == STRAIGHT else x
        levels = [model.backbone(straight)]
        if name.startswith("rec_crnn"):
            levels.append(model.sequence(columns_to_sequence(levels[0])))
        elif name.startswith("rec_svtr_"):
            levels.append(columns_to_sequence(levels[0]))
        return [level.numpy() for level in (*levels, model(x).logits)]


def test_all_are_there():
    known = {name for name in peer.tables(COMMITTED) if not name.startswith("det_")}
    assert len(known) == 12
    assert known == set(NAMES)


@pytest.mark.parametrize("name", SIZED)
def test_names_shapes_and_counts_are_exact(name):
    table = peer.network(COMMITTED, name)
    model = NETWORKS[name]()
    ours = {n: tuple(tensor.shape) for n, tensor in model.state_dict().items()}
    assert ours == {our_name(weight.name): weight.shape for weight in table.weights}
    assert len(ours) == len(table.weights)
    assert parameters(model) == table.elements
    assert running_statistics(model) == table.running_statistics
    assert macs(model, table.macs_shape) == table.macs


@pytest.mark.parametrize("name", SIZED)
def test_outputs_are_the_measured_ones(golden, name):
    found = parts(name)
    levels = peer.network(golden, name).levels
    assert len(levels) == len(found)
    for values, level in zip(found, levels, strict=True):
        assert list(values.shape) == level["shape"]
        values = values.astype(np.float64)
        assert values.mean() == pytest.approx(level["mean"], abs=1e-4 * level["std"])
        assert values.std() == pytest.approx(level["std"], rel=1e-4)

    expected = peer.rec_forward(golden, name)
    if expected is None:  # of three networks only the statistics of the levels were measured
        assert name in STATISTICS_ONLY
        return
    logits = found[-1].reshape(-1, found[-1].shape[-1])  # (T, C)
    allowed = 1e-3 * expected["logits_std"]
    kept = logits[:, : int(expected["kept"])].ravel()[expected["at"]]
    assert np.abs(kept - expected["logits"]).max() <= allowed
    assert (logits.argmax(axis=-1) == expected["best"]).all()
    top = logits.max(axis=-1, keepdims=True).astype(np.float64)
    total = np.log(np.exp(logits - top).sum(axis=-1)) + top[:, 0]
    assert np.abs(total - expected["total"]).max() <= allowed
    best = np.exp(top[:, 0] - total)
    np.testing.assert_allclose(best, expected["best_probability"], rtol=1e-3)


def test_rectified_picture_is_the_measured_one():
    # Mean and deviation of what the reader gets, from the peer's table.
    model = filled(STRAIGHT)
    with paddle.no_grad():
        straight = model.rectifier(peer.picture((1, 3, 64, 256))).numpy().astype(np.float64)
    assert straight.shape == (1, 3, 32, 100)
    assert straight.mean() == pytest.approx(-0.028316261, abs=1e-4 * 0.28291779)
    assert straight.std() == pytest.approx(0.28291779, rel=1e-4)
    assert np.abs(straight).max() == pytest.approx(1.249791, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "targets", "features", "guide", "remaining"),
    [
        (V3, 25, (2, 40, 64), (2, 25, 6626), 2_652_257),
        (V3_EN, 25, (2, 40, 64), (2, 25, 98), 2_227_937),
        (V4, 9, (2, 40, 120), (2, 8, 6629), 6_329_629),
    ],
)
def test_guides_while_training_and_left_behind(name, targets, features, guide, remaining):
    paddle.seed(0)
    model = NETWORKS[name]()
    texts = paddle.randint(0, 90, [2, targets])
    x = paddle.randn([2, 3, 48, 320])
    model.train()
    with paddle.no_grad():
        output = model(x, texts, paddle.to_tensor([1.0, 0.5]))
        assert tuple(output.logits.shape) == (*features[:2], model.head.weight.shape[1])
        assert tuple(output.features.shape) == features
        assert tuple(output.guide_logits.shape) == guide
        model.eval()
        x = x[:, :, :, :96]
        logits, *others = model(x)
        assert others == [None, None]
        smaller = drop_guide(model)
        assert (smaller(x).logits == logits).all()
    assert parameters(smaller) == remaining
    assert model.guide is not None


EXPORTED = {
    CRNN_LARGE: (32, None),
    V2: (32, None),
    CRNN_SERVER: (32, None),
    V3: (48, None),
    V3_EN: (48, None),
    V4: (48, None),
    TINY: (32, 100),
    STRAIGHT: (None, None),
    CLS: (48, None),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPORTED)
def test_onnx_graph_is_equal_and_has_no_guide(name):
    pytest.importorskip("paddle2onnx", reason="paddle2onnx has no build for this Python")
    model = filled(name)
    task = "cls" if name == CLS else "rec"
    height, width = EXPORTED[name]
    assert getattr(model, "input_width", None) == width
    graph = to_onnx(model, task, height, width)
    # The gate also tries the first picture alone and, where the width is free, a larger one.
    x = peer.picture((2, 3, height or 48, width or 96)).numpy()
    assert check_equal(model, graph, task, [x]) < 1e-4
    constants = onnx.load_from_string(graph).graph.initializer
    weights = {constant.name for constant in constants} & set(model_arrays(model))
    assert not [weight for weight in weights if weight.startswith("guide.")]
    if name in (V3, V3_EN, V4):
        read = model_arrays(drop_guide(model))
        whole = sum(array.size for array in read.values())
        assert sum(int(np.prod(constant.dims)) for constant in constants) < 1.01 * whole


def test_folding_changes_no_number():
    model = svtr_lcnetv3(37, guide=None)
    paddle.seed(0)
    x = peer.picture((2, 3, 48, 64))
    with paddle.no_grad():
        model.train()
        model(x)
        model.eval()
        before = model(x).logits.numpy()
        smaller = fold(model)
        after = smaller(x).logits.numpy()
    assert np.abs(after - before).max() <= 1e-4 * before.std()
    assert parameters(smaller) < 0.4 * parameters(model)


def test_checkpoint_with_both_names_of_an_lstm_and_a_prefix(tmp_path):
    weights = peer.network(COMMITTED, CRNN_LARGE).weights
    arrays = peer.made_weights(weights)
    for weight in weights:
        if weight.alias_of:
            arrays[weight.name] = arrays[weight.alias_of]
    assert len(arrays) == 301
    both = {f"Student.{name}": array for name, array in arrays.items()}
    both |= {f"Teacher.{name}": array + 1 for name, array in arrays.items()}
    path = tmp_path / "model.pdparams"
    paddle.save({name: paddle.to_tensor(array) for name, array in both.items()}, str(path))
    model = NETWORKS[CRNN_LARGE]()
    load_checkpoint(model, path, prefix="Student.")
    ours = model_arrays(model)
    wanted = peer.made_weights(weights)
    assert all((ours[our_name(name)] == array).all() for name, array in wanted.items())
    with pytest.raises(CheckpointError, match="left over"):
        load_checkpoint(model, path)
