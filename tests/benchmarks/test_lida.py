"""How a peer's charts are read: to their advantage where they show what was asked for, and no further."""

import pytest

from benchmarks.goals import asked_for, lida_uses, uses
from benchmarks.lida.peer import n_marks
from benchmarks.lida.shown import verdict_of

COSTS = [("b", 10.0), ("c", 7.0), ("a", 5.0)]
CASE = {
    "chart": "Bar",
    "expected": [{"x_data": name, "y_data": cost} for name, cost in COSTS],
    "order": {"by": "y", "direction": "descending"},
}
Y = {"field": "Cost", "type": "quantitative"}


def answer(x, y=Y, *, mark="bar", rows=COSTS, column="Cost", **spec):
    """A chart as the peer's environment gives it: rows stand as they were drawn from, and as vegafusion gives them."""
    records = [{"Name": name, column: cost} for name, cost in rows]
    spec = {"mark": mark, "encoding": {"x": {"field": "Name", "type": "nominal", **x}, "y": y}, **spec}
    return {"spec": spec, "rows": [records], "error": None, "code": ""}


@pytest.mark.parametrize(
    "sort",
    ["-y", None, ["b", "c", "a"], {"field": "Cost", "order": "descending"}],
    ids=["by the other axis", "as the rows stand", "a list", "by a field"],
)
def test_every_way_to_sort_bars_counts(sort):
    assert verdict_of(CASE, answer({"sort": sort})) == "pass"


def test_bars_in_the_order_of_their_names_are_not_in_the_order_asked_for():
    assert verdict_of(CASE, answer({})) == "order"


def test_bars_that_stand_on_each_other_count_with_their_sum():
    pieces = [("b", 4.0), ("b", 6.0), ("c", 7.0), ("a", 5.0)]
    assert verdict_of(CASE, answer({"sort": None}, rows=pieces)) == "pass"


def test_an_aggregate_is_read_by_the_name_that_vega_lite_gives_it():
    mean = {"field": "Cost", "aggregate": "mean"}
    assert verdict_of(CASE, answer({"sort": "-y"}, mean, column="mean_Cost")) == "pass"


def test_one_layer_that_answers_is_enough():
    bars = answer({"sort": "-y"})
    layers = {"layer": [{"mark": "rule", "encoding": {"y": Y}}, bars["spec"]]}
    assert verdict_of(CASE, {**bars, "spec": layers, "rows": [[{"Cost": 5.0}], bars["rows"][0]]}) == "pass"


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        (answer({"sort": "-y"}, mark="line"), "mark line"),
        (answer({"sort": "-y"}, rows=COSTS[:2]), "rows"),
        ({"error": "'Chart' object has no attribute 'add_legend'"}, "error"),
    ],
)
def test_what_shows_something_else_does_not_pass(chart, said):
    assert verdict_of(CASE, chart) == said


def test_a_picture_without_marks_is_empty_whatever_its_axes():
    axis = '<g aria-roledescription="axis"/><g aria-roledescription="rect mark container">'
    assert n_marks(f"<svg>{axis}</g></svg>") == 0
    assert n_marks(f'<svg>{axis}<path aria-roledescription="bar"/><path aria-roledescription="bar"/></g></svg>') == 2


COLUMNS = ["temp", "temp_max", "Miles per Gallon", "line"]


@pytest.mark.parametrize(
    ("words", "fields", "mark"),
    [
        ("scatter plot of temp_max vs Miles_per_Gallon", ("temp_max", "Miles per Gallon"), "point"),
        ("stacked bar chart of temp by line", ("temp", "line"), "bar"),
        ("mean of temp for each line", ("temp", "line"), None),
        ("Histogram of temp_max", ("temp_max",), "histogram"),
    ],
)
def test_a_goal_names_columns_and_a_kind_of_chart(words, fields, mark):
    asked = asked_for({"question": "", "visualization": words}, COLUMNS)
    assert (asked["fields"], asked["mark"]) == (fields, mark)


def test_a_chart_uses_a_goal_only_with_all_its_fields_and_its_mark():
    asked = {"fields": ("a", "b"), "mark": "bar"}
    bars = {"mark": "bar", "encoding": {"x": {"field": "a"}, "y": {"field": "b", "aggregate": "mean"}}}
    assert uses(bars, asked)
    assert not uses({**bars, "mark": "line"}, asked)
    assert not uses({**bars, "encoding": {"x": {"field": "a"}, "y": {"aggregate": "count"}}}, asked)
    code = "alt.Chart(data).mark_bar().encode(x='a:N', y='mean(b)')"
    assert lida_uses({"error": None, "code": code, "spec": bars}, asked)
    assert not lida_uses({"error": "no such name", "code": code}, asked)
