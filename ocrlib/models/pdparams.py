"""Reads ``.pdparams``: the pickled weights that PaddlePaddle programs publish.

A pickle is a program, and running a stranger's program is how computers get lost. This reader
accepts only what such a file needs: dictionaries, text, numbers and arrays. Classes of numpy are
replaced by stand-ins of our own that take bytes and nothing else. Whatever else the file asks
for, it is refused before anything happens.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrlib.errors import CheckpointError

NAME_TABLE = "StructuredToParameterName@@"  # Paddle's own names of the weights; nobody needs them

_OPCODES = frozenset(
    """
    PROTO FRAME STOP MARK MEMOIZE BINPUT LONG_BINPUT BINGET LONG_BINGET
    NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT
    SHORT_BINUNICODE BINUNICODE SHORT_BINBYTES BINBYTES BINBYTES8
    EMPTY_DICT SETITEM SETITEMS EMPTY_LIST APPEND APPENDS
    EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 GLOBAL STACK_GLOBAL REDUCE BUILD
    """.split()  # noqa: SIM905 - a list of one a line is hard to read
)


def read_pdparams(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of a ``.pdparams`` file by name, running nothing of it.

    Args:
        path: a file that ``paddle.save(model.state_dict(), path)`` wrote, protocols 2 to 4.

    Raises:
        CheckpointError: no such file, it is damaged, or it holds anything but named arrays.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot be read: {error.strerror or error}", file=path) from error
    try:
        _check_opcodes(content)
        table = _Unpickler(content).load()
    except _Refused as error:
        raise CheckpointError(
            f"refused: {error}",
            file=path,
            remedy="do not trust this file; weights need no such thing",
        ) from error
    except Exception as error:  # a damaged pickle can raise anything
        raise CheckpointError(
            f"not a whole .pdparams file: {error}", file=path, remedy="download it again"
        ) from error
    if type(table) is not dict:
        raise CheckpointError(f"it holds {_kind(table)}, not named arrays", file=path)
    table.pop(NAME_TABLE, None)
    arrays = {}
    for name, entry in table.items():
        # Inside other containers Paddle keeps a weight together with its own name of it.
        value = entry[1] if type(entry) is tuple and len(entry) == 2 else entry
        if type(name) is not str or type(value) is not _Array or value.array is None:
            raise CheckpointError(
                f"{name} is not an array but {_kind(value)}",
                file=path,
                remedy="give the file of the model's weights (.pdparams), not of the optimiser",
            )
        arrays[name] = value.array
    return arrays


class _Refused(Exception):
    """The file asks for something that weights do not need."""


def _check_opcodes(content: bytes) -> None:
    """Look at every instruction of the pickle without executing it."""
    for number, (opcode, argument, _) in enumerate(pickletools.genops(content)):
        if opcode.name not in _OPCODES:
            raise _Refused(f"it holds the instruction {opcode.name}")
        if opcode.name == "LONG_BINPUT" and (argument or 0) > number:
            raise _Refused("it asks for memory that it has no use for")


class _Unpickler(pickle.Unpickler):
    """Knows the few names that weights need."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))
        self._left = len(content)  # text to be turned into bytes: never more than the file has

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        match module, name:
            case "numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct":
                return _Array
            case "numpy", "ndarray":
                return _Array
            case "numpy", "dtype":
                return _Dtype
            case "collections", "OrderedDict":
                return dict
            case "builtins" | "__builtin__", "tuple":
                return tuple
            case "builtins" | "__builtin__", "bytes":
                return _no_bytes
            case "_codecs", "encode":
                return self._encode
        raise _Refused(f"it asks for {module}.{name}")

    def _encode(self, text: object, encoding: object) -> bytes:
        """Protocol 2 has no bytes: it writes them as text."""
        if not isinstance(text, str) or encoding != "latin1":
            raise _Refused("it asks for an unusual encoding")
        self._left -= len(text)
        if self._left < 0:
            raise _Refused("it asks for more memory than its size warrants")
        return text.encode("latin1")


def _no_bytes() -> bytes:
    """What protocol 2 writes for an array without elements."""
    return b""


class _Dtype:
    """Stands in for ``numpy.dtype``: a plain number type and its byte order."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *flags: object) -> None:
        if not isinstance(code, str) or not re.fullmatch(r"[fiu][1248]|b1", code):
            raise _Refused(f"it holds an array of {code!r}")
        self.code, self.order = code, "<"

    def __setstate__(self, state: object) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if order not in ("<", ">", "|", "="):
            raise ValueError("a number type without byte order")
        self.order = str(order)


class _Array:
    """Stands in for ``numpy.ndarray``: made empty, then given shape, type and bytes."""

    __slots__ = ("array",)

    def __init__(self, *arguments: object) -> None:
        self.array: NDArray[Any] | None = None

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise ValueError("an array without its five parts")
        _, shape, dtype, fortran, data = state
        if type(dtype) is not _Dtype or not isinstance(data, bytes):
            raise ValueError("an array that is not given as bytes")
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("an array without a shape")
        kind = np.dtype(dtype.order + dtype.code)
        if math.prod(shape) * kind.itemsize != len(data):
            raise ValueError(f"an array of shape {shape} with {len(data)} bytes")
        self.array = np.frombuffer(data, kind).reshape(shape, order="F" if fortran else "C")


def _kind(value: object) -> str:
    kinds = {"dict": "a dictionary", "list": "a list", "tuple": "a tuple", "str": "text"}
    name = type(value).__name__
    return kinds.get(name, f"of the kind {name}")
