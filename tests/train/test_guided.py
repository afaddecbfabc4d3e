from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save

from ocrlib.bundle import BundleSpec, write_bundle
from ocrlib.charset import Charset
from ocrlib.config import InitRecipe, recipe_from_dict
from ocrlib.engine import paddle
from ocrlib.errors import RecipeError
from ocrlib.losses.ctc import CTCLoss
from ocrlib.losses.guide import GuideLoss
from ocrlib.models.svtr_lite import svtr_lite
from ocrlib.models.weights import model_arrays, named_tensors
from ocrlib.preprocess import RecPreprocess
from ocrlib.train.build import architecture, build_task, initialise
from ocrlib.train.guided import GuidedRecTask
from ocrlib.train.task import RecTask

CHARSET = Charset("abAB", space=False)


def batch(fold=(False, False)):
    rng = np.random.default_rng(0)
    arrays = {
        "image": rng.standard_normal((2, 3, 32, 64)).astype(np.float32),
        "label": np.array([[1, 2, 3], [4, 4, 0]], np.int32),
        "length": np.array([3, 2]),
        "valid": np.array([0.5, 1.0], np.float32),
        "fold_case": np.array(fold),
    }
    return {name: paddle.to_tensor(array) for name, array in arrays.items()}


def task(weight=1.0, charset=CHARSET):
    paddle.seed(0)
    model = svtr_lite(charset.size, channels=16, guide="sar")
    return GuidedRecTask(model, charset, RecPreprocess(), weight=weight)


def still(one):
    """The task without what chance adds to training."""
    for layer in one.model.sublayers():
        if isinstance(layer, paddle.nn.Dropout):
            layer.p = 0.0
    one.model.guide.columns.dropout = 0.0
    return one


def test_the_loss_is_the_weighed_sum_of_both():
    one, data = still(task(weight=0.5)), batch()
    losses = one.loss(data)
    targets = paddle.to_tensor([[5, 1, 2, 3, 5], [5, 4, 4, 5, 6]])
    output = one.model(data["image"], targets, data["valid"])
    ctc = CTCLoss()(output.logits, data["label"], data["length"]).item()
    guide = GuideLoss(6)(output.guide_logits, targets).item()
    assert losses["ctc"].item() == pytest.approx(ctc, rel=1e-5)
    assert losses["guide"].item() == pytest.approx(guide, rel=1e-5)
    assert losses["loss"].item() == pytest.approx(ctc + 0.5 * guide, rel=1e-5)


def test_the_guide_is_not_taught_letters_whose_case_nobody_knows():
    one = still(task())
    both, one_text, none = (
        one.loss(batch(fold)) for fold in ((False, False), (False, True), (True, True))
    )
    # Means over 4 + 3 signs; the second text has 3 of them.
    other = (7 * both["guide"].item() - 4 * one_text["guide"].item()) / 3
    assert other > 0.5
    assert other != pytest.approx(one_text["guide"].item(), rel=1e-3)
    assert none["guide"].item() == 0
    assert none["ctc"].item() > 0


def test_the_student_has_no_guide_and_the_same_weights():
    one = task()
    student = named_tensors(one.student)
    whole = named_tensors(one.model)
    assert {n for n in whole if not n.startswith("guide.")} == student.keys() < whole.keys()
    assert all((student[n] == whole[n]).all() for n in student)
    plain = RecTask(one.student, CHARSET, RecPreprocess())
    assert plain.student is plain.model


def test_a_network_without_a_guide():
    with pytest.raises(ValueError, match="needs a network with a guide"):
        GuidedRecTask(svtr_lite(5, channels=16), CHARSET, RecPreprocess())


def recipe(name="svtr_lite", **changes):
    values = {
        "name": "tiny",
        "task": "rec",
        "model": {"architecture": name},
        "data": {"sources": [{"kind": "synth-text"}]},
        "train": {},
        "guide": {"weight": 0.25},
    }
    return recipe_from_dict(values | changes)


def test_what_is_shipped_has_no_guide():
    plan = recipe(model={"architecture": "svtr_lite", "args": {"channels": 16}})
    guided = build_task(plan)
    assert isinstance(guided, GuidedRecTask)
    assert guided.weight == 0.25
    assert architecture(plan)["args"]["guide"] is None
    # SVTR_LCNet has a guide by default; without the recipe's wish it gets none.
    plain = recipe(model={"architecture": "svtr_lcnet", "args": {"scale": 0.25}}, guide=None)
    assert architecture(plain)["args"]["guide"] is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"architecture": "rec_lite"}}, "no place for one.*svtr_lcnet, svtr_lcnetv3"),
        ({"guide": {"kind": "nrtr"}}, "unknown guide 'nrtr'"),
        ({"model": {"architecture": "svtr_lite", "args": {"guide": "sar"}}}, r"use guide\.kind"),
    ],
)
def test_impossible_recipes(changes, message):
    with pytest.raises(RecipeError, match=message):
        build_task(recipe(**changes))


def test_a_misspelt_key_of_the_guide():
    with pytest.raises(RecipeError, match=r"did you mean guide\.weight"):
        recipe(guide={"wieght": 1.0})


def test_a_guide_is_learnt_anew_when_training_starts_from_a_bundle(tmp_path):
    paddle.seed(3)
    plain = svtr_lite(CHARSET.size, channels=16)
    arrays = {name: array.astype(np.float16) for name, array in model_arrays(plain).items()}
    spec = BundleSpec(
        name="base",
        task="rec",
        architecture={"name": "svtr_lite", "args": {"channels": 16}},
        preprocess=RecPreprocess(),
        charset=CHARSET,
    )
    write_bundle(tmp_path, spec, {"model.onnx": b"-", "model.safetensors": save(arrays)})
    one = task()
    origin = initialise(one, replace(recipe(), init=InitRecipe(str(tmp_path))))
    weights = model_arrays(one.model)
    assert set(origin["learnt_anew"]) == weights.keys() - arrays.keys()
    assert all(name.startswith("guide.") for name in origin["learnt_anew"])
    assert all((weights[name] == arrays[name].astype(np.float32)).all() for name in arrays)
