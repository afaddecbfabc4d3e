"""The files at the top agree with each other and hold nothing of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import vendor

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA_NAMES = {
    *("jupyter-book", "jupyterlab", "paddlepaddle-gpu", "matplotlib", "ipywidgets"),
    *("opencv-python", "shapely", "pyclipper", "numpy", "nbval"),
}
# Debian 12 has 3.11.2, so the patch version matters too.
PYTHONS = pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.1", "3.13.0"])


def requirements(lines: list[str]) -> dict[str, Requirement]:
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def locked() -> dict[str, list[Requirement]]:
    """Package name -> its lines in the lock (several where markers differ)."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[Requirement]] = {}
    for line in filter(str.strip, text.splitlines()):
        requirement = Requirement(line.partition(" --hash")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the list of files is unknown")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.exists()]


def test_conda_environment_has_the_agreed_names() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert "python=3.11" in environment["dependencies"]
    pip = environment["dependencies"][-1]["pip"]
    named = requirements([line for line in pip if not line.startswith("--")])
    assert set(named) == CONDA_NAMES
    assert [line for line in pip if line.startswith("--editable")] == [
        "--editable .[gpu,book,test]"
    ]


def test_conda_environment_agrees_with_pyproject() -> None:
    """Every name is one of the project's own, and every pin is the project's pin."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = environment["dependencies"][-1]["pip"]
    ours = requirements(
        [*PROJECT["dependencies"], *EXTRAS["gpu"], *EXTRAS["book"], *EXTRAS["test"]]
    )
    for name, requirement in requirements([x for x in pip if not x.startswith("--")]).items():
        assert name in ours, f"{name} is not in pyproject.toml"
        if requirement.specifier:
            assert requirement.specifier == ours[name].specifier


def test_cpu_and_gpu_extras_differ_in_paddle_only() -> None:
    cpu, gpu = requirements(EXTRAS["cpu"]), requirements(EXTRAS["gpu"])
    assert str(cpu.pop("paddlepaddle").specifier) == str(gpu.pop("paddlepaddle-gpu").specifier)
    assert {name: str(r) for name, r in cpu.items()} == {name: str(r) for name, r in gpu.items()}
    script = (ROOT / "book/tools/setup.sh").read_text(encoding="utf-8")
    assert (
        f"gpu_version={str(requirements(EXTRAS['gpu'])['paddlepaddle-gpu'].specifier)[2:]}\n"
        in script
    )


def python_environment(full: str) -> dict[str, str]:
    """What markers see on Linux with that Python."""
    return {
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }


def applies(requirement: Requirement, python: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate(python_environment(python))


@PYTHONS
def test_lock_has_every_dependency_in_a_wanted_version(python: str) -> None:
    lock = locked()
    extras = [line for extra in ("cpu", "book", "test") for line in EXTRAS[extra]]
    for wanted in map(Requirement, [*PROJECT["dependencies"], *extras]):
        if not applies(wanted, python):
            continue
        lines = [line for line in lock[canonicalize_name(wanted.name)] if applies(line, python)]
        assert len(lines) == 1, f"{wanted.name} is missing: book/tools/lock.sh"
        (pin,) = lines[0].specifier
        assert wanted.specifier.contains(pin.version), f"{lines[0]} does not fit {wanted}"


@PYTHONS
def test_lock_names_each_package_once(python: str) -> None:
    for name, lines in locked().items():
        assert sum(applies(line, python) for line in lines) <= 1, f"{name} twice"


def test_lock_is_hashed_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) > 100
    for line in lines:
        assert re.match(r"^[A-Za-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]
    assert "://" not in text


def test_installed_packages_fit_together() -> None:
    """The lock is installed without resolving, so it has to be complete."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_package_indexes_stand_in_two_files_only() -> None:
    """Elsewhere pip uses what the user has set up. (This file spells the words differently.)"""
    address = re.compile(r"(?:index|find)-(?:url|links)|/simple/|packages/stable/|pypi\.org/", re.I)
    allowed = {
        "Makefile",
        "environment.yml",
        "setup.sh",
        "lock.sh",
        "test_setup.py",
        Path(__file__).name,
    }
    for path in tracked_files():
        if path.name in allowed or path.suffix in {
            ".png",
            ".jpg",
            ".onnx",
            ".safetensors",
            ".woff",
        }:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not address.search(text), f"{path.relative_to(ROOT)} names a package index"


def test_no_file_holds_a_path_of_one_machine() -> None:
    # "me", "you" and "user" are nobody: they stand in examples.
    folders = r"/(?:home|root|Users|work)/(?!(?:me|you|user)\b)[a-z][\w.-]+"
    path_of_machine = re.compile(rf"(?<![\w./<]){folders}")
    for path in tracked_files():
        is_text = path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".json", ".sh", ".txt"}
        if is_text and "vendor" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                assert not path_of_machine.search(line), f"{path.relative_to(ROOT)}:{number}"


def test_makefile_has_the_agreed_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    wanted = {"setup", "book", "html", "lab", "check", "test", "notebooks", "weights", "bench"}
    assert wanted <= targets
    phony = makefile.split(".PHONY:")[1].splitlines()[0].split()
    assert wanted <= set(phony)


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    init = (ROOT / "ocrlib/__init__.py").read_text(encoding="utf-8")
    assert citation["version"] == PROJECT["version"]
    assert f'__version__ = "{PROJECT["version"]}"' in init
    assert citation["license"] == PROJECT["license"]


def test_vendored_files_are_the_listed_ones() -> None:
    listed = list(vendor.VENDOR.glob("*/VENDOR.toml"))
    assert listed
    for path in listed:
        card = tomllib.loads(path.read_text(encoding="utf-8"))
        assert card["version"]
        assert (path.parent / "LICENSE").exists()
        assert card["sha256"] == vendor.hashes(path.parent)
    folders = [folder for folder in vendor.VENDOR.iterdir() if folder.is_dir()]
    assert len(folders) == len(listed), "a vendored folder without VENDOR.toml"


def test_pre_commit_hooks_are_local() -> None:
    """Hooks run the locked tools; nothing is downloaded when someone commits."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert all(hook["language"] == "system" for hook in hooks)
