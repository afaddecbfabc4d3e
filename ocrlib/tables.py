"""Plain tables (TOML, JSON) read strictly into frozen dataclasses."""

from __future__ import annotations

import difflib
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ocrlib.errors import RecipeError

T = TypeVar("T")
Number = TypeVar("Number", int, float)


def number(
    default: Number,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> Number:
    """A field of a dataclass with a default and with limits that :func:`from_table` checks."""
    limits = {"least": least, "above": above, "most": most}
    made: Number = field(default=default, metadata=limits)
    return made


def from_table(cls: type[T], table: Mapping[str, Any], file: str | Path, where: str = "") -> T:
    """Build a dataclass from a TOML table, strictly.

    Args:
        cls: a dataclass whose fields are annotated with the types that TOML has, Literals,
            tuples of them, or dataclasses.
        table: the values.
        file: for error messages.
        where: dotted key of the table, for error messages.

    Raises:
        RecipeError: an unknown or missing key, a wrong type, a value outside its limits.
    """
    hints = get_type_hints(cls)
    known = {item.name: item for item in fields(cls)}  # type: ignore[arg-type]
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {prefix}{close[0]}?" if close else f"keys: {', '.join(known)}"
            raise RecipeError(f"unknown key {prefix}{key}", file=file, remedy=remedy)
    values = {}
    for name, item in known.items():
        if name in table:
            value = _convert(hints[name], table[name], file, prefix + name)
            _check_limits(value, item.metadata, file, prefix + name)
            values[name] = value
        elif item.default is MISSING and item.default_factory is MISSING:
            raise RecipeError(f"{prefix}{name} is missing", file=file)
    try:
        return cls(**values)
    except RecipeError as error:  # a dataclass that checks itself does not know the file
        problem = f"{where}: {error.problem}" if where else error.problem
        raise RecipeError(problem, file=file, value=error.value, remedy=error.remedy) from error


def _convert(hint: Any, value: object, file: str | Path, where: str) -> Any:  # noqa: ANN401
    """``value`` as the type ``hint``; the only conversion is from a whole number to a float."""
    origin = get_origin(hint)
    if origin is Literal:
        if value in get_args(hint) and type(value) in {type(x) for x in get_args(hint)}:
            return value
        allowed = [str(x) for x in get_args(hint)]
        raise RecipeError(f"{where} is not one of {', '.join(allowed)}", file=file, value=value)
    if origin in (types.UnionType, Union):
        options = [x for x in get_args(hint) if x is not type(None)]
        return None if value is None else _convert(options[0], value, file, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise RecipeError(f"{where} must be a list", file=file, value=value)
        inner = get_args(hint)[0]
        return tuple(_convert(inner, x, file, f"{where}[{i}]") for i, x in enumerate(value))
    if is_dataclass(hint) or origin is dict or hint is dict:
        if not isinstance(value, Mapping):
            raise RecipeError(f"{where} must be a table", file=file, value=value)
        if is_dataclass(hint):
            return from_table(hint, value, file, where)  # type: ignore[arg-type]
        of = get_args(hint)[1] if get_args(hint) else Any
        if of is Any:
            return dict(value)
        return {name: _convert(of, x, file, f"{where}.{name}") for name, x in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise RecipeError(f"{where} must be of type {hint.__name__}", file=file, value=value)
    return value


def _check_limits(value: object, limits: Mapping[str, Any], file: str | Path, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not math.isfinite(value):
        raise RecipeError(f"{where} must be finite", file=file, value=value)
    least, above, most = limits.get("least"), limits.get("above"), limits.get("most")
    if least is not None and value < least:
        raise RecipeError(f"{where} must be at least {least}", file=file, value=value)
    if above is not None and value <= above:
        raise RecipeError(f"{where} must be above {above}", file=file, value=value)
    if most is not None and value > most:
        raise RecipeError(f"{where} must be at most {most}", file=file, value=value)
