"""Filters that leave missing or single values out: read, written again, drawn over all rows, and said in the title."""

import pandas as pd
import pytest

from observatory.charts import check, draw
from observatory.charts.spec.reading import parse, read
from observatory.charts.spec.vegalite import to_spec
from observatory.errors import ChartInvalidSpec
from observatory.model import Filter

FRAME = pd.DataFrame(
    {
        "kind": ["a", "a", "b", "c", None, "c", "a", None],
        "n": [1.0, 2.0, None, 4.0, 5.0, 6.5, float("inf"), None],
        "day": pd.to_datetime(["2020-01-01", "2020-01-02", None, "2020-02-01"] * 2),
    }
)
KIND, N, DAY = FRAME["kind"], FRAME["n"], FRAME["day"]
COUNT = {"mark": "bar", "encoding": {"y": {"aggregate": "count", "type": "quantitative"}}}
KEPT = {
    "datum.kind != null": KIND.notna(),
    "datum.kind !== null && datum['n'] > 1": KIND.notna() & (N > 1),
    "null != datum.kind": KIND.notna(),
    "datum.kind == null": KIND.isna(),
    "isValid(datum.kind)": KIND.notna(),
    "!isValid(datum.kind)": KIND.isna(),
    "isFinite(datum.n)": N.notna() & (N < 100),
    "datum.kind != 'a'": KIND != "a",
    "'a' !== datum.kind": KIND != "a",
    "!(datum.kind == 'a')": KIND != "a",
    "datum.n != 2": N != 2,
    "!(datum.n > 2)": ~(N > 2),
}
PREDICATES = [
    ({"field": "kind", "valid": True}, KIND.notna()),
    ({"field": "kind", "valid": False}, KIND.isna()),
    ({"field": "kind", "equal": None}, KIND.isna()),
    ({"field": "day", "valid": True}, DAY.notna()),
    ({"field": "n", "valid": True}, N.notna() & (N < 100)),
    ({"not": {"field": "n", "valid": True}}, N.isna() | (N > 100)),
    ({"not": {"field": "kind", "equal": "a"}}, KIND != "a"),
    ({"not": {"field": "kind", "oneOf": ["a", "b"]}}, ~KIND.isin(["a", "b"])),
    ({"not": {"field": "n", "range": [2, 5]}}, ~N.between(2, 5)),
    ({"not": {"not": {"field": "n", "lte": 4}}}, N <= 4),
    ({"not": "datum.kind == 'a'"}, KIND != "a"),
    ({"and": [{"not": {"field": "kind", "equal": "a"}}, "datum.n != null"]}, (KIND != "a") & N.notna() & (N < 100)),
]


@pytest.mark.parametrize(("predicate", "rows"), [*KEPT.items(), *PREDICATES], ids=str)
def test_the_rows_that_a_filter_keeps_are_counted(tabulate, predicate, rows):
    table, profile = tabulate(FRAME)
    spec = COUNT | {"transform": [{"filter": predicate}]}
    drawing = draw(spec, table, profile)
    assert drawing.chart.data["v_y"].tolist() == [int(rows.sum())]
    view = parse(spec)
    assert parse(to_spec(view)) == view
    assert draw(to_spec(view), table, profile).chart.data["v_y"].tolist() == [int(rows.sum())]
    assert check(spec, profile, table=table).notes == ()


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        ("datum.kind != null", "Number of rows, kind not missing"),
        ("datum.kind != 'a'", "Number of rows, kind not a"),
        ({"not": {"field": "n", "gt": 2}}, "Number of rows, n not above 2"),
        ({"field": "kind", "valid": False}, "Number of rows, kind missing"),
    ],
)
def test_the_title_says_what_is_left_out(tabulate, predicate, words):
    drawing = draw(COUNT | {"transform": [{"filter": predicate}]}, *tabulate(FRAME))
    assert drawing.chart.to_dict()["title"]["text"] == [words]


@pytest.mark.parametrize(
    "predicate",
    [
        "!datum.kind == 'a'",
        "!(datum.kind == 'a' && datum.n == 1)",
        "!(datum.kind == 'a') == true",
        "datum.kind > null",
        {"not": {"and": [{"field": "n", "gt": 1}, {"field": "n", "lt": 3}]}},
        {"or": [{"field": "n", "gt": 1}]},
    ],
    ids=lambda predicate: str(predicate)[:30],
)
def test_other_conditions_are_left_to_vega_lite_over_all_rows(tabulate, predicate):
    table, profile = tabulate(FRAME)
    spec = COUNT | {"transform": [{"filter": predicate}]}
    drawing = draw(spec, table, profile)
    chart = drawing.chart.to_dict()
    assert drawing.caveat == "Drawn as written."
    assert chart["transform"] == spec["transform"]
    assert len(chart["datasets"]["rows"]) == len(FRAME)
    assert check(spec, profile).notes


@pytest.mark.parametrize("predicate", ["!" * 1_900 + "isValid(datum.kind)", {"not": {"param": "brush"}}, "fetch('a')"])
def test_what_is_no_condition_is_refused(tabulate, predicate):
    table, profile = tabulate(FRAME)
    spec = COUNT | {"transform": [{"filter": predicate}]}
    with pytest.raises(ChartInvalidSpec):
        draw(spec, table, profile)
    assert check(spec, profile).notes


def test_without_the_table_a_filter_that_spares_most_rows_changes_nothing(tabulate):
    profile = tabulate(FRAME)[1]
    spec = COUNT | {"transform": [{"filter": "datum.kind != 'a' && isValid(datum.n)"}]}
    assert check(spec, profile).hard == check(COUNT, profile).hard
    assert check(spec, profile).soft == check(COUNT, profile).soft


def test_a_filter_on_a_field_that_the_chart_makes_leaves_its_rows_as_known_as_before():
    steps = [{"calculate": "datum.n * 2", "as": "twice"}, {"filter": "datum.twice != null"}]
    rows = read(COUNT | {"transform": steps}).parts[0].rows
    assert (rows.filters, rows.rows_known, rows.exact) == ((), True, False)


def test_filters_make_the_round_through_json():
    other = Filter("kind", "equal", "a", negated=True)
    assert Filter.from_dict(other.to_dict()) == other
