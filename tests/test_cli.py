from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType

import pytest

from ocrlib import __version__, cli
from ocrlib.errors import DataError


def run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ocrlib.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def with_command(monkeypatch: pytest.MonkeyPatch, function: object) -> None:
    """Make ``ocrlib try it`` call the function."""
    module = ModuleType("ocrlib.commands.trial")
    module.try_it = function
    monkeypatch.setitem(sys.modules, "ocrlib.commands.trial", module)
    monkeypatch.setitem(cli.COMMANDS, "try it", ("trial", "try something"))


def test_help_lists_every_command_quickly(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in cli.COMMANDS)
    before = os.times()
    assert run("--help").returncode == 0
    after = os.times()
    # Computing time of the child: the clock would also count what else the machine does.
    used = after.children_user + after.children_system
    assert used - before.children_user - before.children_system < 0.3


def test_no_arguments_and_version(capsys):
    assert cli.main([]) == 0
    assert "usage" in capsys.readouterr().out
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"ocrlib {__version__}\n"


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_exists_and_explains_itself(name: str, capsys):
    assert cli.main([*name.split(), "--help"]) == 0
    assert f"usage: ocrlib {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["reed"], "did you mean 'read'?"),
        (["zzz"], "see `ocrlib --help`"),
        (["data", "fetsh"], "did you mean 'data fetch'?"),
    ],
)
def test_unknown_commands_are_one_line_and_2(args: list[str], line: str, capsys):
    assert cli.main(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert line in err


def test_group_lists_its_commands(capsys):
    for args in (["data"], ["data", "--help"]):
        assert cli.main(args) == 0
        shown = capsys.readouterr().out
        assert "data fetch" in shown
        assert "train" not in shown.replace("training", "")


def test_arguments_come_from_the_signature(monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[str, int, bool]] = []

    def try_it(name: str, *, count: int = 1, loud: bool = False) -> None:
        """Try."""
        seen.append((name, count, loud))

    with_command(monkeypatch, try_it)
    assert cli.main(["try", "it", "中 a", "--count", "3", "--loud"]) == 0
    assert seen == [("中 a", 3, True)]


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("read", "[FILES]"),
        ("train", "RECIPE OUT"),
        ("data import", "NAME FOLDER"),
    ],
)
def test_help_calls_arguments_by_their_names(command: str, usage: str, capsys):
    assert cli.main([*command.split(), "--help"]) == 0
    assert usage in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (2, 2), (object(), 0)])
def test_exit_code_is_what_the_command_returns(
    monkeypatch: pytest.MonkeyPatch, result: object, code: int
):
    with_command(monkeypatch, lambda: result)
    assert cli.main(["try", "it"]) == code


def test_typed_errors_become_one_line(monkeypatch: pytest.MonkeyPatch, capsys):
    def try_it() -> None:
        raise DataError("no such set", file="a b.txt", line=3, remedy="look it up")

    with_command(monkeypatch, try_it)
    assert cli.main(["try", "it"]) == 2
    assert capsys.readouterr().err == "ocrlib: a b.txt:3: no such set. Remedy: look it up\n"


def test_wrong_arguments_are_2(monkeypatch: pytest.MonkeyPatch, capsys):
    def try_it(*, count: int = 1) -> None:
        raise AssertionError("must not run")

    with_command(monkeypatch, try_it)
    for args in (["--count", "x"], ["--cuont", "1"], ["stray"]):
        assert cli.main(["try", "it", *args]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err


def test_interruption_is_130_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys):
    def try_it() -> None:
        raise KeyboardInterrupt

    with_command(monkeypatch, try_it)
    assert cli.main(["try", "it"]) == 130
    assert capsys.readouterr().err == "ocrlib: interrupted\n"


def test_our_own_faults_are_not_hidden(monkeypatch: pytest.MonkeyPatch):
    def try_it() -> None:
        raise ZeroDivisionError

    with_command(monkeypatch, try_it)
    with pytest.raises(ZeroDivisionError):
        cli.main(["try", "it"])
