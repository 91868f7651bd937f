"""What is given may be anything; what comes back is a chart of plain JSON or an error that names the place."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import numpy as np
import pytest

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept
from observatory.sandbox.grammar.limits import ROWS


class Shy(str):
    __slots__ = ()

    def __len__(self) -> int:
        raise ValueError

    def isascii(self) -> bool:
        raise ValueError

    def __str__(self) -> str:
        raise ValueError


class Liar(dict[str, Any]):
    def items(self) -> Any:
        raise ValueError

    def __len__(self) -> int:
        raise ValueError


class Odd:
    def __getattr__(self, name: str) -> Any:
        raise ValueError


def cycle() -> dict[str, Any]:
    chart: dict[str, Any] = {"layer": []}
    chart["layer"] += [chart, chart]
    return chart


def deep(n: int) -> dict[str, Any]:
    chart: dict[str, Any] = {"mark": "bar"}
    for _ in range(n):
        chart = {"layer": [chart]}
    return chart


STRANGE = [
    *(
        None,
        1,
        "bar",
        [],
        {},
        b"bar",
        Odd(),
        {1: 2},
        {None: "bar"},
        {"mark": Odd()},
        {"mark": b"bar"},
        {"mark": {"bar"}},
    ),
    *(cycle(), deep(50), deep(5000), {"mark": "bar", "width": 10**400}, {"mark": "bar", "width": math.nan}),
    *({"mark": np.int64(1)}, {"mark": "bar", "title": datetime.date(2000, 1, 1)}, {"layer": [{"mark": "bar"}] * 200}),
    {"mark": "bar", "encoding": {"x": {"field": "a", "sort": ["a"] * 100_000}}},
    {"mark": "bar", "data": {"values": [{"a": 1}] * (ROWS + 1)}},
    {"mark": "bar", "data": {"values": [{"__proto__": 1}]}},
    {"mark": "bar", "datasets": {"a": [{"b": 1}] * ROWS, "c": [{"b": 1}]}},
    {"mark": "bar", "transform": [{"fold": ["a"] * 100}, {"fold": ["a"] * 100}]},
    {"mark": "bar", "transform": [{"flatten": ["a"]}, {"flatten": ["b"]}]},
    {"mark": "bar", "params": [{"name": "u", "expr": "v"}, {"name": "v", "expr": "u"}]},
    {"mark": {"type": "bar", "color": {"expr": "u"}}, "params": [{"name": "u", "expr": "'url(' + 1"}]},
    {
        "mark": {"type": "bar", "shape": {"expr": "u"}},
        "params": [{"name": "u", "bind": {"input": "text"}}],
    },
    {"data": {"values": []}, "layer": [{"data": {"url": "a"}, "mark": "bar"}]},
]


@pytest.mark.parametrize("given", STRANGE, ids=lambda given: type(given).__name__)
def test_nothing_but_our_error_is_raised(given: Any) -> None:
    with pytest.raises(ChartInvalidSpec):
        accept(given)


def test_no_method_of_what_is_given_is_run() -> None:
    given = Liar(mark=Shy("bar"), title=Shy("a"), encoding=Liar(x=Liar(field=Shy("a"))), width=np.float64(100.0))
    accepted = accept(given).spec
    assert accepted == {"mark": "bar", "title": "a", "encoding": {"x": {"field": "a"}}, "width": 100.0}
    assert {type(accepted), type(accepted["encoding"]), type(accepted["mark"]), type(accepted["width"])} == {
        dict,
        str,
        float,
    }


def test_texts_can_always_be_sent() -> None:
    accepted = accept({"mark": "bar", "title": "a\ud800\x00\u202eb", "description": "é"}).spec
    assert json.dumps(accepted, ensure_ascii=False).encode()
    assert accepted["title"] == "a?b"


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (
            {"layer": [{"mark": "bar"}, {"mark": "bar", "encoding": {"url": {"value": "a"}}}]},
            "“url” at layer 2, encoding is not allowed in a chart here.",
        ),
        ({"mark": {"type": "bar", "url": "a"}}, "“url” at mark is not allowed in a chart here."),
        (
            {"mark": "bar", "transform": [{"filter": "datum.a"}, {"calculate": "eval('a')", "as": "b"}]},
            "The function “eval” in an expression at transform 2, calculate is not allowed.",
        ),
        (
            {"hconcat": [{"mark": "bar", "width": -1}]},
            "The value at chart 1, width is not one that a chart here may have.",
        ),
        (
            {"mark": "bar", "encoding": {"colour": {"field": "a"}}},
            "“colour” at encoding is not allowed in a chart here.",
        ),
        (
            {"mark": "bar", "encoding": {"color": {"condition": {"param": "p"}}}},
            "There is no param “p” at encoding, color, condition, param.",
        ),
    ],
)
def test_an_error_names_the_place(chart: dict[str, Any], message: str) -> None:
    with pytest.raises(ChartInvalidSpec) as caught:
        accept(chart)
    assert caught.value.message == message


def test_transforms_are_counted_over_all_parts() -> None:
    part = {"mark": "bar", "transform": [{"calculate": "1", "as": "a"}] * 50}
    assert accept({"layer": [part, part]}).spec
    with pytest.raises(ChartInvalidSpec, match="too many transforms"):
        accept({"layer": [part, part], "transform": part["transform"][:1]})


def test_a_hint_says_what_is_meant() -> None:
    with pytest.raises(ChartInvalidSpec) as caught:
        accept({"mark": "bar", "encoding": {"colour": {"field": "a"}}})
    assert caught.value.hint == "Did you mean “color”?"
