"""The charts of the project pass, and whatever is done to them, nothing unknown gets through."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept
from observatory.sandbox.grammar.places import places

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "draco_rules" / "examples").glob("*.json"))
CORPORA = [ROOT / "benchmarks" / "charts" / f"{name}.json" for name in ("good", "broken")]
UNKNOWN = {"colour", "hue"}
OWN_NAMES = ("datasets", "values", "style", "parse", "value", "bind")
JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1e308,
        float("nan"),
        10**400,
        "",
        "a",
        "url(http://a.b)",
        "image",
        "__proto__",
        "datum.a",
        "x" * 5000,
    ),
    *(
        [],
        {},
        [[]],
        {"expr": "a"},
        {"signal": "a"},
        {"url": "a"},
        {"param": "p"},
        {"repeat": "row"},
        ["a"] * 3000,
        {1: 2},
    ),
    *(b"a", object(), ("a", 1), {"field": "a"}, "\ud800", {"content": "data"}, {"a": {"b": [1, {"c": 2}]}}),
)


def charts(node: Any) -> Iterator[dict[str, Any]]:
    """The charts under the key `spec` or `pass` of a file."""
    if isinstance(node, dict):
        if isinstance(node.get("mark"), (str, dict)) or {
            "layer",
            "hconcat",
            "vconcat",
            "concat",
            "facet",
            "repeat",
        } & set(node):
            yield node
            return
        for item in node.values():
            yield from charts(item)
    elif isinstance(node, list):
        for item in node:
            yield from charts(item)


def seeds() -> list[dict[str, Any]]:
    return [chart for path in (*EXAMPLES, *CORPORA) for chart in charts(json.loads(path.read_text("utf-8")))]


def stripped(node: Any) -> Any:
    """A chart without the names and addresses of its data and of its schema, which are left out."""
    if isinstance(node, list):
        return [stripped(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: stripped(item) for key, item in node.items() if key not in ("data", "$schema", "usermeta")}


def test_the_charts_of_the_project_pass_as_they_are() -> None:
    found = [chart for chart in seeds() if not UNKNOWN & set(chart.get("encoding", {}))]
    assert len(found) > 500
    for chart in found:
        assert accept(chart).spec == stripped(chart)


def nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if type(node) is dict:
        for key, item in node.items():
            yield from nodes(item, (*path, key))
    elif type(node) is list:
        for place, item in enumerate(node):
            yield from nodes(item, (*path, place))


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        node = node[step]
    return node


def changed(chart: dict[str, Any], names: list[str], dice: random.Random) -> dict[str, Any]:
    """A chart in which something is put in the wrong place, left out, or made into junk."""
    chart = copy.deepcopy(chart)
    for _ in range(dice.choice((1, 1, 2, 4))):
        paths = list(nodes(chart))
        if not paths:
            break
        path, how = dice.choice(paths), dice.random()
        parent, key = at(chart, path[:-1]), path[-1]
        if how < 0.4:
            parent[key] = copy.deepcopy(dice.choice(JUNK))
        elif how < 0.6 and type(parent) is dict:
            parent[dice.choice(names)] = copy.deepcopy(dice.choice(JUNK))
        elif how < 0.8:
            parent[key] = copy.deepcopy(at(chart, dice.choice(paths)))
        elif type(parent) is dict:
            del parent[key]
    return chart


def assert_known(node: Any, names: set[str], under: str = "") -> None:
    if isinstance(node, dict):
        for key, item in node.items():
            if under not in OWN_NAMES:
                assert key in names
                assert key not in ("url", "href", "signal", "usermeta", "element", "$schema", "encode")
            if key not in ("datasets", "values"):
                assert_known(item, names, key)
    elif isinstance(node, list):
        for item in node:
            assert_known(item, names, under)


@pytest.mark.parametrize("seed", range(2))
def test_nothing_unknown_gets_through_whatever_is_done_to_a_chart(seed: int) -> None:
    dice = random.Random(seed)
    names = {name for place in places().values() for name in place.properties} | {"condition", "value", "test"}
    choices = [*sorted(names), "onclick", "encode", "events", "href", "signal"]
    all_seeds, n_accepted = seeds(), 0
    for _ in range(400):
        chart = changed(dice.choice(all_seeds), choices, dice)
        try:
            accepted = accept(chart).spec
        except ChartInvalidSpec:
            continue
        n_accepted += 1
        assert json.loads(json.dumps(accepted, allow_nan=False)) == accepted
        assert_known(accepted, names)
        assert accept(accepted).spec == accepted
    assert 20 < n_accepted < 380
