"""book/tools/setup.sh, tried with stand-ins for Python, pip and nvidia-smi."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from notebook_files import ROOT

# Plays Python: notes what is asked of it, and fails where the test wants it to.
PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
case "$*" in
    *"import sys, venv"*) exit "${OLD_PYTHON:-0}" ;;
    "--version") echo "Python 3.11.9" ;;
    "-m venv"*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *"import cv2"*) [ -z "$CV2_ERROR" ] || { echo "$CV2_ERROR" >&2; exit 1; } ;;
    *paddlepaddle-gpu==*) exit "${NO_GPU_BUILD:-0}" ;;
esac
"""
GPU = "#!/bin/sh\necho 'GPU 0: NVIDIA H800 (UUID: GPU-1)'\n"


@dataclass
class Machine:
    """A folder with a copy of the script, and the programs it finds."""

    folder: Path

    def install(self, name: str, source: str) -> None:
        program = self.folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(source, encoding="utf-8")
        program.chmod(0o755)

    def setup(self, **variables: str) -> subprocess.CompletedProcess[str]:
        for tool in ("sh", "dirname", "basename", "mkdir", "cp", "rm", "sed", "grep", "cat"):
            found = shutil.which(tool)
            assert found is not None
            link = self.folder / "bin" / tool
            if not link.exists():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(found)
        environment = {"PATH": str(self.folder / "bin"), "LOG": str(self.folder / "log")}
        return subprocess.run(
            ["sh", str(self.folder / "book/tools/setup.sh")],
            env={
                **environment,
                "PADDLE_GPU_INDEX": "file:///nowhere",
                "CV2_ERROR": "",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def log(self) -> list[str]:
        return (self.folder / "log").read_text(encoding="utf-8").splitlines()

    def asked(self, words: str) -> int:
        return sum(words in line for line in self.log)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "book/tools").mkdir(parents=True)
    shutil.copy(ROOT / "book/tools/setup.sh", tmp_path / "book/tools/setup.sh")
    made = Machine(tmp_path)
    made.install("python3.12", PYTHON)
    return made


def test_creates_the_environment_from_the_lock(machine: Machine) -> None:
    result = machine.setup()
    assert result.returncode == 0, result.stderr
    assert (machine.folder / ".venv/bin/python").exists()
    assert machine.asked("python3.12 -m venv .venv") == 1
    assert machine.asked("--require-hashes -r requirements.lock") == 1
    assert machine.asked("--no-deps --no-build-isolation --editable .") == 1
    assert machine.asked("paddlepaddle-gpu") == 0


def test_a_second_run_keeps_the_environment(machine: Machine) -> None:
    machine.setup()
    result = machine.setup()
    assert result.returncode == 0
    assert machine.asked("-m venv") == 1


def test_an_environment_that_does_not_run_is_made_again(machine: Machine) -> None:
    machine.setup()
    (machine.folder / ".venv/bin/python").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    result = machine.setup()
    assert result.returncode == 0
    assert machine.asked("-m venv") == 2


def test_without_a_suitable_python_it_says_what_to_install(machine: Machine) -> None:
    result = machine.setup(OLD_PYTHON="1")
    assert result.returncode == 1
    assert "no Python 3.11-3.13" in result.stderr
    assert "python3-venv" in result.stderr
    assert not (machine.folder / ".venv").exists()


def test_the_named_python_is_taken_or_refused(machine: Machine) -> None:
    machine.install("mine", PYTHON)
    assert machine.setup(PYTHON="mine").returncode == 0
    assert machine.asked("mine -m venv") == 1
    shutil.rmtree(machine.folder / ".venv")
    result = machine.setup(PYTHON="absent")
    assert result.returncode == 1
    assert "PYTHON=absent" in result.stderr


def test_with_a_gpu_the_one_paddle_package_is_swapped(machine: Machine) -> None:
    machine.install("nvidia-smi", GPU)
    result = machine.setup()
    assert result.returncode == 0, result.stderr
    assert machine.asked("uninstall --quiet --yes paddlepaddle") == 1
    assert machine.asked("--extra-index-url file:///nowhere paddlepaddle-gpu==") == 1


def test_a_gpu_can_be_left_alone(machine: Machine) -> None:
    machine.install("nvidia-smi", GPU)
    assert machine.setup(OCR_GPU="0").returncode == 0
    assert machine.asked("paddlepaddle-gpu") == 0


def test_if_the_gpu_build_does_not_come_the_cpu_build_comes_back(machine: Machine) -> None:
    machine.install("nvidia-smi", GPU)
    result = machine.setup(NO_GPU_BUILD="1")
    assert result.returncode == 1
    assert "OCR_GPU=0" in result.stderr
    assert machine.asked("--require-hashes -r requirements.lock") == 2


@pytest.mark.parametrize(
    ("error", "package"),
    [
        ("ImportError: libGL.so.1: cannot open shared object file: No such file", "libgl1"),
        ("ImportError: libgthread-2.0.so.0: cannot open shared object file", "libglib2.0-0"),
        ("ImportError: libxyz.so.3: cannot open shared object file", "libxyz.so.3"),
        ("ImportError: numpy is broken", "numpy is broken"),
    ],
)
def test_a_missing_system_library_is_named(machine: Machine, error: str, package: str) -> None:
    result = machine.setup(CV2_ERROR=f"Traceback (most recent call last):\n{error}")
    assert result.returncode == 1
    assert package in result.stderr


def test_make_runs_it_once(tmp_path: Path) -> None:
    """A second make finds the stamp; a changed lock makes it run again."""
    if shutil.which("make") is None:
        pytest.skip("no make")
    (tmp_path / "book/tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    script = tmp_path / "book/tools/setup.sh"
    script.write_text("#!/bin/sh\nmkdir -p .venv\necho ran\n", encoding="utf-8")
    script.chmod(0o755)

    def make() -> int:
        command = ["make", "-C", str(tmp_path), "setup"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return shown.splitlines().count("ran")

    assert make() == 1
    assert make() == 0
    later = (tmp_path / ".venv/.setup-done").stat().st_mtime + 10
    os.utime(tmp_path / "requirements.lock", (later, later))
    assert make() == 1


@pytest.mark.parametrize(("user", "told"), [("0", 1), ("1000", 0)])
def test_jupyterlab_runs_as_root_too(tmp_path: Path, user: str, told: int) -> None:
    if shutil.which("make") is None:
        pytest.skip("no make")
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {user}\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    shown = subprocess.run(
        ["make", "-C", str(ROOT), "--dry-run", "lab"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.count("jupyterlab") == 1
    assert shown.count("--allow-root") == told
