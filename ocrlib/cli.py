"""The command ``ocrlib``: imports only the subcommand asked for, turns errors into exit codes.

The subcommand "data fetch" is the function ``data_fetch``; its arguments are the command line.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence

from ocrlib.errors import OcrError

# Subcommand: module in ocrlib.commands, and what it does.
COMMANDS = {
    "read": ("read", "print the text of pictures"),
    "train": ("train", "train a network from a recipe"),
    "eval": ("eval", "measure a bundle on labelled data"),
    "export": ("train", "turn a checkpoint into a bundle"),
    "validate": ("data", "check label files before training on them"),
    "data list": ("data", "list the public data sets that are known"),
    "data import": ("data", "convert a data set that you have"),
    "data convert": ("data", "write labels in another format"),
    "data pack": ("data", "put labelled crops into one LMDB folder"),
    "data draw": ("data", "draw labels on their pictures"),
    "data fetch": ("data", "download a data set"),
    "data charset": ("charset", "count the characters of labels; build and extend charsets"),
    "data synth": ("data", "render labelled words, lines and pages"),
    "bench": ("bench", "measure ocrlib and other programs on the same pictures"),
}

BAD_INPUT = 2
INTERRUPTED = 130


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        args: what stands after ``ocrlib``; None takes it from the process.

    Returns:
        0, or 2 for bad input, which gets one line on stderr; 130 after Ctrl-C.
    """
    arguments = list(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal may lack characters that a page has
            stream.reconfigure(errors="backslashreplace")
    try:
        return _dispatch(arguments)
    except OcrError as error:
        print(f"ocrlib: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("ocrlib: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output went away, as in `ocrlib read … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_overview(""))
        return 0
    if arguments[0] == "--version":
        from ocrlib import __version__

        print(f"ocrlib {__version__}")
        return 0
    for words in (2, 1):
        name = " ".join(arguments[:words])
        if len(arguments) >= words and name in COMMANDS:
            return _run(name, arguments[words:])
    first = arguments[0]
    if any(name.startswith(f"{first} ") for name in COMMANDS):
        rest = [argument for argument in arguments[1:] if argument not in ("-h", "--help")]
        if rest:
            raise _unknown(f"{first} {rest[0]}")
        print(_overview(f"{first} "))
        return 0
    raise _unknown(first)


def _run(name: str, arguments: list[str]) -> int:
    import tyro  # takes longer than everything that `ocrlib --help` needs

    module = importlib.import_module(f"ocrlib.commands.{COMMANDS[name][0]}")
    function = getattr(module, name.replace(" ", "_"))
    try:
        result = tyro.cli(
            function,
            prog=f"ocrlib {name}",
            args=arguments,
            config=(
                tyro.conf.PositionalRequiredArgs,
                tyro.conf.PositionalMetavarFromFieldName,  # FILES, not PATH
                tyro.conf.FlagCreatePairsOff,
            ),
        )
    except SystemExit as exit_:  # tyro has said what is wrong, or has printed the help
        return exit_.code if isinstance(exit_.code, int) else BAD_INPUT
    return result if isinstance(result, int) else 0


def _overview(prefix: str) -> str:
    names = [name for name in COMMANDS if name.startswith(prefix)]
    width = max(map(len, names))
    lines = [f"  {name:{width}}  {COMMANDS[name][1]}" for name in names]
    usage = f"usage: ocrlib {prefix}COMMAND …    (ocrlib {prefix}COMMAND --help says more)"
    return "\n".join([usage, "", *lines])


def _unknown(name: str) -> OcrError:
    close = difflib.get_close_matches(name, COMMANDS, 1)
    remedy = f"did you mean '{close[0]}'?" if close else "see `ocrlib --help`"
    return OcrError("no such command", value=name, remedy=remedy)


if __name__ == "__main__":
    sys.exit(main())
