""".ci/run, tried with stand-ins for the programs it calls."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from notebook_files import ROOT

FONTS = """
[[font]]
name = "fonts-one"
[[font]]
name = "fonts-two"
[[font]]
name = "fonts-one"
[[font]]
name = "fonts-gone"
"""
SYSTEM = "git make python3 python3-venv libgl1 tesseract-ocr wamerican"


class Machine:
    """A folder with a copy of the script, and the programs it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".ci").mkdir()
        (folder / "datasets").mkdir()
        shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
        (folder / "datasets" / "fonts.toml").write_text(FONTS, encoding="utf-8")
        (folder / "bin").mkdir()
        for tool in ("sh", "dirname", "sed", "sort", "uniq", "mkdir"):
            found = shutil.which(tool)
            assert found is not None
            (folder / "bin" / tool).symlink_to(found)
        for name in ("apt-get", "make", "chromium"):
            self.install(name, "")
        self.install("id", "echo 0")
        self.install("apt-cache", "printf '%s\\n' chromium libgl1 libglib2.0-0 fonts-one fonts-two")

    def install(self, name: str, does: str) -> None:
        program = self.folder / "bin" / name
        source = f'#!/bin/sh\necho "{name} $*" >> "{self.folder}/log"\n{does}\n'
        program.write_text(source, encoding="utf-8")
        program.chmod(0o755)

    def installed(self, names: str, removed: str = "") -> None:
        lines = [f"{name} install ok installed" for name in names.split()]
        lines += [f"{name} deinstall ok config-files" for name in removed.split()]
        self.install("dpkg-query", "\n".join(f"echo '{line}'" for line in lines))

    def run(self) -> str:
        """What it prints."""
        environment = {"PATH": str(self.folder / "bin")}
        script = str(self.folder / ".ci" / "run")
        done = subprocess.run(
            ["sh", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout

    def calls(self, program: str) -> list[str]:
        log = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        return [line for line in log if line.startswith(program)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_what_is_missing_is_installed_once(machine: Machine) -> None:
    machine.installed(f"{SYSTEM} libglib2.0-0", removed="fonts-two")
    shown = machine.run()
    assert shown.count("no package fonts-gone") == 1
    assert shown.count("no package") == 1
    (install,) = machine.calls("apt-get install")
    assert install.split()[-2:] == ["fonts-one", "fonts-two"]
    assert "ci: installing fonts-one fonts-two\n" in shown


def test_apt_is_asked_once_however_many_fonts_there_are(machine: Machine) -> None:
    machine.installed("git")
    machine.run()
    assert machine.calls("apt-cache") == ["apt-cache pkgnames"]
    assert len(machine.calls("dpkg-query")) == 1
    assert len(machine.calls("apt-get")) == 2
    assert machine.calls("make") == ["make test"]


def test_a_complete_machine_needs_no_network(machine: Machine) -> None:
    # Some releases have renamed a library.
    machine.installed(f"{SYSTEM} libglib2.0-0t64 fonts-one fonts-two fonts-gone")
    machine.run()
    assert machine.calls("apt-get") == []
    assert machine.calls("make") == ["make test"]
