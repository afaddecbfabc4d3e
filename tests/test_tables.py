from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from ocrlib.errors import RecipeError
from ocrlib.tables import from_table, number


@dataclass(frozen=True)
class Inner:
    rate: float = number(0.5, least=0, most=1)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outer:
    size: int = number(3, least=1)
    mode: Literal["max", "min"] = "max"
    flag: bool = False
    step: float = number(1.0, above=0)
    inner: Inner = field(default_factory=Inner)
    many: tuple[Inner, ...] = ()
    args: dict[str, int] = field(default_factory=dict)
    maybe: int | None = None


def test_values_arrive_with_their_types():
    table = {
        "size": 7,
        "mode": "min",
        "flag": True,
        "step": 2,
        "inner": {"rate": 1, "names": ["a", "b"]},
        "many": [{}, {"rate": 0.25}],
        "args": {"x": 1},
        "maybe": 4,
    }
    made = from_table(Outer, table, "r.toml")
    inner = Inner(1.0, ("a", "b"))
    assert made == Outer(7, "min", True, 2.0, inner, (Inner(), Inner(0.25)), {"x": 1}, 4)
    assert type(made.step) is float
    assert from_table(Outer, {}, "r.toml") == Outer()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"sizes": 3}, "r.toml: unknown key sizes. Remedy: did you mean size?"),
        ({"inner": {"rat": 1}}, "unknown key inner.rat. Remedy: did you mean inner.rate?"),
        ({"many": [{}, {"rte": 1}]}, "many[1].rte. Remedy: did you mean many[1].rate?"),
        ({"zzz": 3}, "unknown key zzz. Remedy: keys: size, mode"),
        ({"size": "3"}, "r.toml: size must be of type int (got '3')"),
        ({"size": 3.0}, "size must be of type int"),
        ({"size": True}, "size must be of type int"),
        ({"flag": 1}, "flag must be of type bool"),
        ({"step": True}, "step must be of type float"),
        ({"step": "x"}, "step must be of type float"),
        ({"size": -1}, "size must be at least 1 (got -1)"),
        ({"step": 0}, "step must be above 0"),
        ({"step": float("nan")}, "step must be finite"),
        ({"step": float("inf")}, "step must be finite"),
        ({"inner": {"rate": 1.5}}, "inner.rate must be at most 1"),
        ({"mode": "mx"}, "mode is not one of max, min (got 'mx')"),
        ({"inner": 3}, "inner must be a table"),
        ({"inner": {"names": "ab"}}, "inner.names must be a list"),
        ({"inner": {"names": ["a", 1]}}, "inner.names[1] must be of type str"),
        ({"args": []}, "args must be a table"),
        ({"maybe": "x"}, "maybe must be of type int"),
    ],
)
def test_what_is_wrong_is_named(table, message):
    with pytest.raises(RecipeError) as caught:
        from_table(Outer, table, "r.toml")
    assert message in str(caught.value)


@dataclass(frozen=True)
class Needs:
    name: str


def test_a_missing_key_is_named():
    with pytest.raises(RecipeError, match=r"r\.toml: name is missing"):
        from_table(Needs, {}, "r.toml")
