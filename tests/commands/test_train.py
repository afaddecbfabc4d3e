from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocrlib.bundle import load_bundle
from ocrlib.cli import main
from ocrlib.commands import train as commands
from ocrlib.config import load_recipe, recipe_to_dict
from ocrlib.data.labels import RecLabel, write_rec_labels
from ocrlib.errors import CheckpointError, OcrError
from ocrlib.images import write_image
from ocrlib.train.checkpoint import load_checkpoint, save_checkpoint

RECIPE = """
name = "tiny"
task = "rec"
[model]
architecture = "rec_lite"
[data]
workers = 0
chunk = 32
[[data.sources]]
kind = "synth-text"
fonts = "bundled"
words_ratio = 1.0
[train]
steps = 6
warmup = 1
batch = 4
eval_every = 3
save_every = 2
[[eval]]
name = "renders"
count = 4
[eval.source]
kind = "synth-text"
fonts = "bundled"
words_ratio = 1.0
"""


@pytest.fixture
def recipe(tmp_path) -> str:
    file = tmp_path / "tiny.toml"
    file.write_text(RECIPE, encoding="utf-8")
    return str(file)


def test_options_are_checked_like_a_recipe(recipe):
    plan = load_recipe(recipe)
    changed = commands._override(plan, 40, 2, 10)
    assert (changed.train.steps, changed.data.workers, changed.train.eval_every) == (40, 2, 10)
    assert commands._override(plan, None, None, None) == plan
    assert commands._override(plan, 2, None, None).train.warmup == 0
    with pytest.raises(OcrError, match=r"options of the command: train.steps must be at least 1"):
        commands._override(plan, 0, None, None)


def test_resuming_with_another_recipe_is_refused(recipe, tmp_path):
    plan = load_recipe(recipe)
    file = tmp_path / "last.safetensors"
    save_checkpoint(file, {}, {"description": {"recipe": recipe_to_dict(plan)}})
    commands._check_same(commands._override(plan, None, 3, 2), file)  # these change no weights
    with pytest.raises(CheckpointError, match=r"train\.steps is not what.*'then': 6, 'now': 9"):
        commands._check_same(commands._override(plan, 9, None, None), file)


def test_bad_input_is_one_line_and_exit_code_2(recipe, tmp_path, capsys):
    for arguments, message in (
        (["train", "nonsense", str(tmp_path / "x")], "no such recipe"),
        (["export", str(tmp_path), str(tmp_path / "b")], "no such checkpoint"),
        (["eval", "nonsense", "rec.txt"], "no bundle 'nonsense'"),
    ):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert message in error


def test_figures_for_the_card(tmp_path):
    file = tmp_path / "figures.json"
    file.write_text('{"accuracy": 0.5}')
    assert commands._read_figures(file) == {"accuracy": 0.5}
    for content in ("[1]", '{"a": "b"}', "{"):
        file.write_text(content)
        with pytest.raises(OcrError):
            commands._read_figures(file)


def test_git_commit():
    commit = commands.git_commit()
    assert commit == "" or len(commit) == 40


def test_reading_size_and_thresholds_may_change_after_training(tmp_path):
    plan = load_recipe("det-lite")
    file = tmp_path / "last.safetensors"
    save_checkpoint(file, {}, {"description": {"recipe": recipe_to_dict(plan)}})
    reading = replace(plan.preprocess, limit_side=640)
    commands._check_same(replace(plan, preprocess=reading), file)
    colours = replace(plan.preprocess, mean=(0.5, 0.5, 0.5))
    with pytest.raises(CheckpointError, match=r"preprocess\.mean is not what"):
        commands._check_same(replace(plan, preprocess=colours), file)


@pytest.mark.slow
def test_train_resume_export_eval(recipe, tmp_path, capsys):
    run, bundle = tmp_path / "run", tmp_path / "bundle"
    assert main(["train", recipe, str(run)]) == 0
    assert "step 6: finished" in capsys.readouterr().out
    state = load_checkpoint(run / "last.safetensors")[1]
    assert state["step"] == 6
    assert main(["train", recipe, str(run)]) == 2  # not overwritten
    assert "holds a run already" in capsys.readouterr().err
    assert main(["train", recipe, str(run), "--resume", "--steps", "9"]) == 2
    assert "train.steps is not what the run was started with" in capsys.readouterr().err

    pytest.importorskip("paddle2onnx", reason="paddle2onnx has no build for this Python")
    assert main(["export", str(run), str(bundle)]) == 0
    spec = load_bundle(bundle).spec
    assert (spec.name, spec.seed, spec.unfinished) == ("tiny", 1, False)
    assert spec.recipe["train"]["steps"] == 6
    assert spec.data[0]["licence"] == "rendered by this project"
    assert set(spec.figures) == {
        "renders/accuracy",
        "renders/norm_edit_similarity",
        "accuracy",
    }

    labels = []
    for i, text in enumerate(["one", "x" * 60]):  # too long for the network: misread, not refused
        picture = tmp_path / f"{i}.png"
        write_image(picture, np.random.default_rng(i).integers(0, 256, (32, 80, 3), np.uint8))
        labels.append(RecLabel(picture, text, tmp_path / "rec.txt", i + 1))
    write_rec_labels(tmp_path / "rec.txt", labels)
    results = []
    for model in (run, bundle):
        out = tmp_path / "figures.json"
        assert main(["eval", str(model), str(tmp_path / "rec.txt"), "--json-file", str(out)]) == 0
        results.append(json.loads(out.read_text()))
    assert results[0]["accuracy"] == results[1]["accuracy"]
    assert results[0]["pictures"] == 2


@pytest.mark.slow
def test_asked_to_stop_it_saves_and_says_how_to_go_on(recipe, tmp_path, capsys):
    run = tmp_path / "run"
    command = [sys.executable, "-m", "ocrlib.cli", "train", recipe, str(run), "--steps", "5000"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    deadline = time.monotonic() + 300
    while not (run / "last.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "stopped; --resume goes on" in output
    state = load_checkpoint(run / "last.safetensors")[1]
    assert 0 < state["step"] < 5000
    assert main(["export", str(run), str(tmp_path / "bundle")]) == 2
    assert f"the run did {state['step']} of 5000 steps" in capsys.readouterr().err


def test_a_checkpoint_older_than_a_key_of_the_recipe_can_be_resumed(tmp_path):
    plan = load_recipe("det-lite-start")
    values = recipe_to_dict(plan)
    del values["init"], values["train"]["freeze"], values["train"]["lr_scale"]
    file = tmp_path / "last.safetensors"
    save_checkpoint(file, {}, {"description": {"recipe": values}})
    commands._check_same(plan, file)
    frozen = replace(plan, train=replace(plan.train, freeze=("backbone",)))
    with pytest.raises(CheckpointError, match=r"train\.freeze is not what"):
        commands._check_same(frozen, file)


FINETUNE = """
name = "tiny-finetuned"
task = "det"
[model]
architecture = "det_lite"
[init]
bundle = "det-lite"
reset = ["head.threshold"]
[preprocess]
limit_side = 320
[data]
workers = 0
chunk = 2
crop = 64
[[data.sources]]
kind = "synth-pages"
fonts = "bundled"
size = 320
[train]
steps = 2
warmup = 0
batch = 1
freeze = ["backbone"]
lr_scale = [{ prefix = "neck", scale = 0.1 }]
"""


@pytest.mark.slow
def test_a_fine_tuned_bundle_names_what_its_weights_learnt_from(tmp_path, capsys):
    recipe, run = tmp_path / "finetune.toml", tmp_path / "run"
    recipe.write_text(FINETUNE, encoding="utf-8")
    assert main(["train", str(recipe), str(run)]) == 0
    assert "weights of det-lite; learnt anew: 7 arrays, from head.threshold.up1" in (
        capsys.readouterr().out
    )
    assert main(["train", str(recipe), str(run), "--resume"]) == 0
    state = load_checkpoint(run / "last.safetensors")[1]
    assert state["description"]["init"]["name"] == "det-lite"
    pytest.importorskip("paddle2onnx", reason="paddle2onnx has no build for this Python")
    assert main(["export", str(run), str(tmp_path / "bundle")]) == 0
    spec = load_bundle(tmp_path / "bundle").spec
    base = load_bundle("det-lite").spec
    uses = [(entry["name"], entry["use"]) for entry in spec.data]
    assert uses[-1] == ("synth-pages", "train")
    stages = {"train": "train (det-lite)"}  # earlier ones keep their names; each set stands once
    seen = [(entry["name"], stages.get(entry["use"], entry["use"])) for entry in base.data]
    assert uses[:-1] == list(dict.fromkeys(seen))
    assert {font["sha256"] for font in base.fonts} <= {font["sha256"] for font in spec.fonts}
