"""Starting from a bundle, frozen parts, learning rates per part."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from ocrlib.bundle import Bundle, BundleSpec, load_bundle, write_bundle
from ocrlib.charset import Charset
from ocrlib.config import InitRecipe, LrScale, load_recipe, recipe_from_dict, recipe_to_dict
from ocrlib.data.synth.fonts import load_fonts
from ocrlib.data.synth.words import render_word
from ocrlib.deploy.runtime import OnnxModel
from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError, RecipeError
from ocrlib.models.lite import det_lite, rec_lite
from ocrlib.models.weights import model_arrays
from ocrlib.preprocess import DetPreprocess, RecPreprocess
from ocrlib.train.build import initialise
from ocrlib.train.checkpoint import load_checkpoint
from ocrlib.train.finetune import (
    Frozen,
    extend_head,
    names_under,
    scale_learning_rates,
    start_from,
)
from ocrlib.train.loop import LAST, train
from ocrlib.train.predict import read_text
from ocrlib.train.task import RecTask

_spec = importlib.util.spec_from_file_location("toy", Path(__file__).with_name("toy.py"))
toy = importlib.util.module_from_spec(_spec)
sys.modules.setdefault("toy", toy)
_spec.loader.exec_module(toy)


def test_a_part_is_named_by_whole_steps_of_a_name():
    model = det_lite()
    part = names_under(model, "backbone.stages.0")
    assert part
    assert all(name.startswith("backbone.stages.0.") for name in part)
    assert names_under(model, "head.conv.conv.weight") == ["head.conv.conv.weight"]
    assert len(names_under(model, "backbone")) > len(part)


@pytest.mark.parametrize(
    ("prefix", "there"),
    [
        ("backbon", "there are backbone, neck, head"),
        ("backbone.stage", r"there are backbone\.stem, backbone\.stages"),
        ("backbone.stages.9", r"there are backbone\.stages\.0, .*backbone\.stages\.3"),
        ("", "there are backbone, neck, head"),
        ("head.", "there are head.conv"),
    ],
)
def test_an_unknown_part_is_an_error_that_lists_what_there_is(prefix, there):
    with pytest.raises(RecipeError, match=there):
        names_under(det_lite(), prefix)


def bundle_of(folder, arrays, spec=None):
    spec = spec or BundleSpec(
        name="base",
        task="det",
        architecture={"name": "det_lite", "args": {}},
        preprocess=DetPreprocess(),
        postprocess={},
        data=({"name": "renders", "licence": "ours", "use": "train"},),
    )
    weights = save({name: array.astype(np.float16) for name, array in arrays.items()})
    return write_bundle(folder, spec, {"model.onnx": b"-", "model.safetensors": weights})


def test_all_weights_of_the_bundle_are_taken(tmp_path):
    paddle.seed(1)
    arrays = model_arrays(det_lite())
    bundle = bundle_of(tmp_path, arrays)
    model = det_lite()
    assert start_from(model, bundle) == []
    for name, array in model_arrays(model).items():
        np.testing.assert_array_equal(array, arrays[name].astype(np.float16).astype(np.float32))


def test_the_shipped_bundle_can_be_trained_on():
    model = det_lite()
    assert start_from(model, load_bundle("det-lite")) == []


def reader_of_abc(folder: Path) -> Bundle:
    """A bundle of an untrained recogniser."""
    spec = BundleSpec(
        name="base",
        task="rec",
        architecture={"name": "rec_lite", "args": {}},
        preprocess=RecPreprocess(),
        charset=Charset("abc"),
    )
    return bundle_of(folder, model_arrays(rec_lite(5)), spec)


def test_what_is_reset_keeps_its_fresh_weights_and_may_differ(tmp_path):
    bundle = reader_of_abc(tmp_path)
    model = rec_lite(7)
    with pytest.raises(CheckpointError, match=r"head\.(bias|weight) has the shape"):
        start_from(model, bundle)
    before = model_arrays(model)
    assert start_from(model, bundle, ["head"]) == ["head.weight", "head.bias"]
    after = model_arrays(model)
    assert after["head.weight"].tobytes() == before["head.weight"].tobytes()
    name = "backbone.convs.0.conv.weight"
    assert after[name].tobytes() != before[name].tobytes()
    with pytest.raises(RecipeError, match="no such part"):
        start_from(model, bundle, ["tail"])


def test_layers_can_be_put_between_those_of_the_bundle(tmp_path):
    bundle = reader_of_abc(tmp_path)
    arrays = load_file(bundle.weights)
    model = rec_lite(5, repeats=(1, 1, 2, 3))
    fresh = model_arrays(model)
    moved = {f"backbone.convs.{i}": f"backbone.convs.{i + 1}" for i in (3, 4, 5)}
    between = "backbone.convs.3"
    with pytest.raises(CheckpointError, match=r"backbone\.convs"):
        start_from(model, bundle, [between])
    learnt_anew = start_from(model, bundle, [between], rename=moved)
    assert set(learnt_anew) == {name for name in fresh if name.startswith(f"{between}.")}
    after = model_arrays(model)
    for name, array in arrays.items():
        part = ".".join(name.split(".")[:3])
        now = moved.get(part, part) + name[len(part) :]
        np.testing.assert_allclose(after[now], array, rtol=1e-3, atol=1e-7)
    for name in learnt_anew:
        assert after[name].tobytes() == fresh[name].tobytes()
    with pytest.raises(RecipeError, match="the bundle has no weights called so"):
        start_from(model, bundle, rename={"tail": "head"})
    with pytest.raises(RecipeError, match=r"no such part.*got 'hat'"):
        start_from(model, bundle, rename={"head": "hat"})
    with pytest.raises(CheckpointError, match=r"base was trained with .* rec_lite and args \{\}"):
        start_from(model, bundle)
    with pytest.raises(RecipeError, match="two weights one name"):
        start_from(model, bundle, rename={"head.weight": "head.bias"})


def test_missing_weights_change_nothing(tmp_path):
    arrays = model_arrays(det_lite())
    del arrays["head.conv.conv.weight"]
    model = det_lite()
    before = model_arrays(model)
    with pytest.raises(CheckpointError, match=r"missing, the first is head\.conv\.conv\.weight"):
        start_from(model, bundle_of(tmp_path, arrays))
    after = model_arrays(model)
    assert all(after[name].tobytes() == array.tobytes() for name, array in before.items())


def test_a_bundle_without_weights_is_refused(tiny_bundles):
    with pytest.raises(CheckpointError, match="holds no weights"):
        start_from(det_lite(), load_bundle(tiny_bundles.det))


def test_frozen_weights_and_statistics_stay_bit_for_bit(tmp_path):
    task = toy.ToyTask()
    before = model_arrays(task.model)
    settings = toy.settings(freeze=("0", "1"), accumulate=3, steps=7)
    train(task, toy.ToyChunks(), settings, tmp_path)
    after = model_arrays(task.model)
    fixed = {"0.weight", "0.bias", "1.weight", "1.bias", "1._mean", "1._variance"}
    for name, array in before.items():
        same = after[name].tobytes() == array.tobytes()
        assert same == (name in fixed), name
    groups, _ = load_checkpoint(tmp_path / LAST)
    assert {name.partition("/")[0] for name in groups["optimizer"]} == {"4.weight", "4.bias"}
    for name in fixed:
        assert groups["average"][name].tobytes() == before[name].tobytes()


def test_only_frozen_batch_norms_use_their_running_statistics():
    model = det_lite()
    frozen = Frozen(model, ["backbone"])
    frozen.train()
    assert not model.backbone.stem.bn.training
    assert model.head.conv.bn.training
    assert model.head.training  # it gives its three maps
    assert len(frozen.norms) == sum(name.endswith("._mean") for name in frozen.names)


def test_freezing_everything_is_refused():
    with pytest.raises(RecipeError, match="everything is frozen"):
        Frozen(toy.ToyTask().model, ["0", "1", "4"])


@pytest.mark.parametrize("stop_at", [3, 8])
def test_a_frozen_run_resumes_bit_for_bit(tmp_path, stop_at):
    settings = toy.settings(freeze=("0", "1"), lr_scale=(LrScale("4.weight", 0.3),))
    train(toy.ToyTask(), toy.ToyChunks(), settings, tmp_path / "whole")

    def interrupt(step: int) -> None:
        if step == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    cut = tmp_path / "cut"
    train(toy.ToyTask(), toy.ToyChunks(), settings, cut, after_step=interrupt)
    train(toy.ToyTask(seed=77), toy.ToyChunks(), settings, cut, resume=True)
    whole, whole_state = load_checkpoint(tmp_path / "whole" / LAST)
    found, state = load_checkpoint(cut / LAST)
    assert state == whole_state
    for group, arrays in whole.items():
        assert arrays.keys() == found[group].keys()
        for name, array in arrays.items():
            assert array.tobytes() == found[group][name].tobytes(), (group, name)


def one_step(folder, **changes):
    """How far each weight moves in one step without decay."""
    task = toy.ToyTask(dropout=0.0)
    before = model_arrays(task.model)
    settings = toy.settings(steps=1, warmup=0, weight_decay=0.0, **changes)
    train(task, toy.ToyChunks(), settings, folder)
    return {name: array - before[name] for name, array in model_arrays(task.model).items()}


def test_a_scaled_part_moves_by_its_share(tmp_path):
    plain = one_step(tmp_path / "a")
    scaled = one_step(tmp_path / "b", lr_scale=(LrScale("0", 0.1), LrScale("0.bias", 0.5)))
    # Adam's first step is as long as the learning rate, whatever the gradient.
    np.testing.assert_allclose(np.abs(plain["4.weight"]), 0.05, rtol=1e-3)
    np.testing.assert_allclose(scaled["4.weight"], plain["4.weight"])
    np.testing.assert_allclose(scaled["0.weight"], plain["0.weight"] * 0.1, rtol=1e-3, atol=1e-8)
    np.testing.assert_allclose(scaled["0.bias"], plain["0.bias"] * 0.5, rtol=1e-2, atol=1e-7)


def test_scales_of_one_change_no_bit(tmp_path):
    one_step(tmp_path / "a")
    one_step(tmp_path / "b", lr_scale=(LrScale("0", 1.0),))
    a, b = (load_checkpoint(tmp_path / run / LAST)[0] for run in "ab")
    for group, arrays in a.items():
        for name, array in arrays.items():
            assert array.tobytes() == b[group][name].tobytes()


def test_the_longest_prefix_decides_and_frozen_parts_have_no_rate():
    model = det_lite()
    Frozen(model, ["backbone.stem"])
    scales = {"backbone": 0.1, "backbone.stages.3": 0.5}
    found = scale_learning_rates(model, scales)
    assert found["backbone.stages.0.0.conv1.conv.weight"] == 0.1
    assert found["backbone.stages.3.0.conv1.conv.weight"] == 0.5
    assert found["head.conv.conv.weight"] == 1
    assert not any(name.startswith("backbone.stem") for name in found)
    with pytest.raises(RecipeError, match="frozen"):
        scale_learning_rates(model, {"backbone.stem": 0.1})


def test_recipes_read_all_three(tmp_path):
    values = recipe_to_dict(load_recipe("det-quick"))
    assert values["init"] is None
    assert values["train"]["freeze"] == ()
    values["init"] = {"bundle": "det-lite", "reset": ["head"]}
    values["train"] |= {"freeze": ["backbone.stem"], "lr_scale": [{"prefix": "neck", "scale": 2}]}
    recipe = recipe_from_dict(values)
    assert recipe.init == InitRecipe("det-lite", ("head",))
    assert recipe.train.lr_scale == (LrScale("neck", 2.0),)
    values["train"]["lr_scale"] = [{"prefix": "neck", "scale": 0}]
    with pytest.raises(RecipeError, match=r"lr_scale\[0\]\.scale must be above 0"):
        recipe_from_dict(values)


class Task:
    def __init__(self, model):
        self.model = model


def test_a_recipe_starts_from_its_bundle_and_remembers_it(tmp_path):
    bundle_of(tmp_path, model_arrays(det_lite()))
    recipe = replace(load_recipe("det-quick"), init=InitRecipe(str(tmp_path), ("head.threshold",)))
    task = Task(det_lite())
    found = initialise(task, recipe)
    assert found["name"] == "base"
    assert found["data"][0]["name"] == "renders"
    assert all(name.startswith("head.threshold.") for name in found["learnt_anew"])
    assert initialise(task, load_recipe("det-quick")) == {}


def test_weights_meant_for_other_input_are_refused(tmp_path, tiny_bundles):
    bundle_of(tmp_path, model_arrays(det_lite()))
    recipe = replace(load_recipe("det-quick"), init=InitRecipe(str(tmp_path)))
    grey = replace(recipe, preprocess=replace(recipe.preprocess, mean=(0.5, 0.5, 0.5)))
    with pytest.raises(RecipeError, match=r"preprocess\.mean is not what init\.bundle"):
        initialise(Task(det_lite()), grey)
    with pytest.raises(RecipeError, match="is for the task rec"):
        initialise(Task(det_lite()), replace(recipe, init=InitRecipe(str(tiny_bundles.rec))))


def test_another_charset_needs_another_head(tmp_path):
    reader_of_abc(tmp_path)
    recipe = replace(load_recipe("rec-lite-en"), init=InitRecipe(str(tmp_path)))
    task = RecTask(rec_lite(5), Charset("xyz"), RecPreprocess())  # as many, but others
    with pytest.raises(RecipeError, match="head means other characters"):
        initialise(task, recipe)
    anew = replace(recipe, init=InitRecipe(str(tmp_path), ("head",)))
    assert initialise(task, anew)["learnt_anew"] == ["head.weight", "head.bias"]
    assert initialise(RecTask(rec_lite(5), Charset("abc"), RecPreprocess()), recipe)


def test_an_extended_head_keeps_the_columns_of_known_characters():
    before, after = Charset("abc", space=False), Charset("cxa", space=False)
    trained = {"head.1.weight": np.arange(8.0).reshape(2, 4), "head.1.bias": np.arange(4.0)}
    trained |= {"head.0.weight": np.ones((5, 2)), "backbone.w": np.ones((3, 4))}
    fresh = {"head.1.weight": np.full((2, 4), 0.5), "head.1.bias": np.zeros(4)}
    found = extend_head(trained, fresh | {"head.0.weight": np.zeros((5, 2))}, before, after)
    # blank, c, x (new: the mean of a, b and c, and what is fresh), a
    np.testing.assert_array_equal(found["head.1.weight"], [[0, 3, 2.5, 1], [4, 7, 6.5, 5]])
    np.testing.assert_array_equal(found["head.1.bias"], [0, 3, 2, 1])
    np.testing.assert_array_equal(found["head.0.weight"], np.ones((5, 2)))
    np.testing.assert_array_equal(found["backbone.w"], np.ones((3, 4)))


def test_a_head_without_such_a_layer_is_not_extended():
    arrays = {"head.weight": np.ones((2, 4))}
    with pytest.raises(CheckpointError, match="no one linear layer under head"):
        extend_head(arrays, arrays, Charset("abc", space=False), Charset("xyz", space=False))


@pytest.mark.slow
def test_an_extended_recogniser_reads_what_it_read_before(tmp_path):
    known, fonts = load_bundle("rec-lite-en"), load_fonts("bundled")
    charset = Charset(["漢", *known.spec.charset.entries, "é", "กิ่"], space=False)  # all is moved
    recipe = replace(
        load_recipe("rec-lite-en"), init=InitRecipe("rec-lite-en", extend=True), eval=()
    )
    paddle.seed(0)
    network = rec_lite(**known.spec.architecture["args"] | {"charset_size": charset.size})
    task = RecTask(network, charset, RecPreprocess())
    assert initialise(task, recipe)["learnt_anew"] == []
    task.model.eval()
    samples = [render_word(np.random.default_rng([7, i]), fonts) for i in range(60)]
    old = read_text(
        OnnxModel(known.model), RecPreprocess(), known.spec.charset, [s.image for s in samples]
    )
    new = task.predict([sample.image for sample in samples])
    assert sum(a == b for (a, _), (b, _) in zip(old, new, strict=True)) >= 59


def test_extending_and_learning_anew_exclude_each_other():
    recipe = replace(load_recipe("rec-lite-en"), init=InitRecipe("rec-lite-en", ("head",), True))
    task = RecTask(rec_lite(96), Charset.english(), RecPreprocess())
    with pytest.raises(RecipeError, match=r"init\.extend keeps a part"):
        initialise(task, recipe)
