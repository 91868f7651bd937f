"""Altair code: it gives its chart back, whatever the names are, and nothing of the data is code."""

import ast
import json
import string
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest

from observatory.charts import altair_code, recommend
from observatory.charts.spec.channel import encoding_of
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec
from observatory.model import Filter, Wish, WishedField

ROOT = Path(__file__).parents[2]
HOSTILE = [
    "Sepal Width",
    'a "b"',
    "it's",
    "🐧",
    "a). :- not x. b(1",
    "<script>",
    "a.b[0]:Q",
    "x\\y",
    "datum['x']",
    "a\nb",
    "{data}",
]
LEFT_OUT = ("$schema", "config", "data", "datasets", "params")
_UNTYPED = ("x2", "y2", "theta2", "radius2")


def made_by(code: str, frame: pd.DataFrame | None = None) -> dict:
    """The spec that Altair code makes over a table."""
    scope = {"data": pd.DataFrame({"a": [1]}) if frame is None else frame}
    exec(code, scope)
    return whole(scope["chart"].to_dict())


def whole(node, inside: str = ""):
    """A spec without its data, with its marks as objects and with the types that Vega-Lite gives."""
    if isinstance(node, list):
        return [whole(item) for item in node]
    if not isinstance(node, dict):
        return {"type": node} if inside == "mark" and isinstance(node, str) else node
    if inside == "encoding":
        node = {channel: typed(channel, definition) for channel, definition in node.items()}
    if inside == "facet" and "field" in node:
        node = typed("facet", node)
    return {key: whole(value, key) for key, value in node.items() if key not in LEFT_OUT}


def typed(channel: str, definition):
    if isinstance(definition, list):
        return [typed(channel, item) for item in definition]
    if "datum" in definition or "value" in definition or channel in _UNTYPED:
        return definition
    return {"type": encoding_of(channel, definition).type, **definition}


def shop(name: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.gamma(4, 10, 300).round(2), "weight": rng.normal(3500, 400, 300)})
    frame["region"], frame["sex"] = rng.choice(["n", "s", "e"], 300), rng.choice(["f", "m"], 300)
    return frame.assign(
        **{name * 2: [f"town {i}" for i in rng.integers(0, 60, 300)], "year": rng.integers(1990, 2010, 300)}
    )


@pytest.mark.parametrize("name", ["price", *HOSTILE])
def test_the_code_gives_a_recommended_chart_back(tabulate, name):
    frame = shop(name)
    _, profile = tabulate(frame)
    filters = (Filter(name, "gt", 3), Filter("sex", "oneOf", ["f"]))
    wishes = [
        Wish((WishedField("region"), WishedField(name)), filters=filters),
        Wish((WishedField(name * 2), WishedField(name))),
        Wish((WishedField(name), WishedField("weight"), WishedField("region"), WishedField("sex"))),
        Wish((WishedField("year"), WishedField(name))),
    ]
    for chart in (chart for wish in wishes for chart in recommend(profile, wish, 2)):
        assert made_by(chart.code, frame) == whole(json.loads(json.dumps(chart.spec)))


def written() -> list:
    charts = json.loads((ROOT / "benchmarks/charts/good.json").read_text("utf-8"))["charts"]
    return [pytest.param(chart, id=chart["id"]) for chart in charts]


@pytest.mark.parametrize("chart", written())
def test_the_code_gives_a_written_chart_back(chart):
    spec = chart["spec"]
    if '"param"' in json.dumps(spec):
        with pytest.raises(ChartInvalidSpec, match="interaction"):
            altair_code(spec)
    else:
        frame = pd.read_csv(ROOT / "datasets" / chart["table"], nrows=20)
        assert made_by(altair_code(spec), frame) == whole(spec)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_the_data_is_code(name):
    unit = {
        "mark": {"type": "bar", "tooltip": name},
        "encoding": {"x": {"field": name, "title": name, "axis": {name: name}}, "y": {"datum": name}},
        "transform": [{"filter": {"field": name, "oneOf": [name]}}, {"calculate": name, "as": name}],
        "title": name,
        "description": name,
    }
    for spec in (
        unit,
        {"layer": [unit, unit]},
        {"facet": {"field": name}, "spec": unit},
        {"hconcat": [unit], "title": name},
    ):
        tree = ast.parse(altair_code(spec))
        assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} <= {"alt", "chart", "data"}
        assert not any(isinstance(node, (ast.Lambda, ast.JoinedStr, ast.BinOp)) for node in ast.walk(tree))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert all(isinstance(call, ast.Attribute) for call in calls)


def test_random_names_of_keys_never_leave_their_strings():
    rng = np.random.default_rng(5)
    letters = np.array([*string.printable, "é", "\u2028", "\x00", "🐧"])
    for _ in range(300):
        name = "".join(rng.choice(letters, rng.integers(1, 12)))
        spec = {"mark": {"type": "bar", name: 1}, "encoding": {"x": {"field": name, name: {name: [name]}}}}
        tree = ast.parse(altair_code(spec))
        assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} == {"alt", "chart", "data"}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"mark": "bar)", "encoding": {}}, "mark"),
        ({"mark": "bar", "encoding": {"x=1": {"field": "a"}}}, "channel"),
        ({"mark": "bar", "encoding": {"x": 3}}, "JSON object"),
        ({"mark": "bar", "encoding": {"x": {"field": "a", "bin": float("nan")}}}, "float"),
        ({"mark": "bar", "encoding": {"x": {"field": "a", "bin": {1, 2}}}}, "set"),
        ({"mark": "bar", "weird": 1}, "weird"),
        ({"layer": 3}, "no charts"),
        ({"layer": [3]}, "JSON object"),
        ({"mark": "bar", "transform": [3]}, "transform"),
        ({"mark": "bar", "encoding": []}, "encoding"),
    ],
)
def test_what_has_no_place_in_the_code_is_said(spec, words):
    with pytest.raises(ChartInvalidSpec, match=words):
        altair_code(spec)


def test_the_code_of_layers_is_readable():
    spec = to_spec(
        View("bar", (Encoding("x", "a", "nominal"), Encoding("y", "b", "quantitative", "mean")), interval="ci")
    )
    assert altair_code(spec).splitlines()[2:] == [
        "chart = (",
        "    alt.layer(",
        "        alt.Chart()",
        "        .mark_bar()",
        "        .encode(",
        "            y=alt.Y(field='b', type='quantitative', aggregate='mean'),",
        "        ),",
        "        alt.Chart()",
        "        .mark_errorbar(extent='ci')",
        "        .encode(",
        "            y=alt.Y(field='b', type='quantitative'),",
        "        ),",
        "        data=data,",
        "    )",
        "    .encode(",
        "        x=alt.X(field='a', type='nominal'),",
        "    )",
        ")",
    ]


def test_altair_itself_reads_the_spec_back():
    spec = {"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}
    assert whole(alt.Chart.from_dict({**spec, "data": {"name": "t"}}).to_dict()) == made_by(altair_code(spec))
