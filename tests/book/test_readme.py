"""What the README tells people to type works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from notebook_files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition(" #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
OCRLIB = [command for command in COMMANDS if command.startswith(".venv/bin/ocrlib")]


def run(command: str, folder: Path, *extra: str) -> str:
    """Run an ocrlib command of the README in ``folder``, which stands for the checkout."""
    words = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "ocrlib.cli", *words, *extra],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def command(start: str) -> str:
    (found,) = [line for line in OCRLIB if line.startswith(f".venv/bin/ocrlib {start}")]
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, and room for runs."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "datasets").symlink_to(ROOT / "datasets")
    return folder


def test_every_command_is_known() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in COMMANDS:
        if line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", makefile, flags=re.MULTILINE), line
        else:
            assert line in OCRLIB, f"no test runs: {line}"
    for folder in re.findall(r"^\| `([\w/]+)` \|", README, flags=re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.slow
def test_read_prints_text(checkout: Path) -> None:
    pictures = list((ROOT / "datasets/samples/pages/images").iterdir())
    text = run(command("read datasets"), checkout)
    assert text.count("==>") == len(pictures)
    lines = run(command("read --json"), checkout).splitlines()
    assert all(json.loads(line)["lines"] is not None for line in lines)
    drawn = list((checkout / "runs/drawn").iterdir())
    assert len(lines) == len(drawn) == len(pictures)


@pytest.mark.slow
def test_validate_finds_the_samples_in_order(checkout: Path) -> None:
    run(command("validate"), checkout)


@pytest.mark.slow
def test_train_eval_export_read(checkout: Path) -> None:
    """A few steps: the point is that the commands fit together."""
    run(command("train"), checkout, "--steps", "2", "--eval-every", "2", "--workers", "0")
    assert "hmean" in run(command("eval"), checkout)
    pytest.importorskip("paddle2onnx", reason="paddle2onnx has no build for this Python")
    run(command("export"), checkout)
    bundle = json.loads((checkout / "runs/quick-bundle/bundle.json").read_text(encoding="utf-8"))
    assert bundle["task"] == "det"
    run(command("read --det"), checkout)


def test_the_python_example_uses_what_there_is() -> None:
    """Names only: reading itself is tested elsewhere."""
    from ocrlib import read
    from ocrlib.types import Page, TextLine

    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    compile(example, "README.md", "exec")
    assert read.__annotations__["return"] == "Page"
    for owner, pattern in ((Page, r"page\.(\w+)"), (TextLine, r"line\.(\w+)")):
        for name in re.findall(pattern, example):
            assert name in dir(owner) or name in owner.__dataclass_fields__, name
