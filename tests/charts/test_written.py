"""What cannot be drawn from aggregates is drawn as it is written: over all rows, safe, bounded, and said."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from observatory.charts import check, draw
from observatory.charts.drawing.bounded import MOST_PANELS, MOST_SINGLE, MOST_SUMMED
from observatory.charts.drawing.picture import png, svg
from observatory.charts.drawing.written import UNWEIGHTED
from observatory.errors import ChartInvalidSpec, FieldNotFound
from observatory.model import Effect, Finding, Profile, Weighting
from observatory.quoting import vega_field

NUMBER = {"type": "quantitative"}
A, B = {"field": "a"} | NUMBER, {"field": "b"} | NUMBER
RED = {"condition": {"test": "datum.a > 3", "value": "red"}, "value": "grey"}
KIND = {"field": "kind", "type": "nominal"}
COUNT = {"aggregate": "count", "type": "quantitative"}
TWICE = [{"calculate": "2 * datum.a", "as": "twice"}]
WINDOW = [{"window": [{"op": "rank", "as": "place"}], "sort": [{"field": "a"}]}]
OWN = {"values": [{"kind": "u", "limit": 3}, {"kind": "v", "limit": 5}]}


def frame(n: int = 40) -> pd.DataFrame:
    day = pd.Timestamp("2024-03-31 02:30") + pd.to_timedelta(range(n), "h")
    return pd.DataFrame({"a": range(n), "b": [None, *range(1, n)], "kind": list("uv") * (n // 2), "day": day})


def point(x: dict, y: dict, **more) -> dict:
    return {"mark": "point", "encoding": {"x": x, "y": y}, **more}


def rows_of(drawing, name: str = "rows") -> list[dict]:
    return drawing.chart.to_dict()["datasets"][name]


MADE = {
    "calculate": point({"field": "twice", "type": "quantitative"}, B, transform=TWICE),
    "window": {"mark": "line", "encoding": {"x": A, "y": {"field": "place", "type": "ordinal"}}, "transform": WINDOW},
    "fold": {
        "mark": "boxplot",
        "encoding": {"x": {"field": "key", "type": "nominal"}, "y": {"field": "value", "type": "quantitative"}},
        "transform": [{"fold": ["a", "b"]}],
    },
    "density": {
        "mark": "area",
        "encoding": {"x": {"field": "value"} | NUMBER, "y": {"field": "density"} | NUMBER},
        "transform": [{"density": "a", "groupby": ["kind"]}],
    },
    "regression": {"layer": [point(A, B), point(A, B, mark="line", transform=[{"regression": "b", "on": "a"}])]},
    "or": {
        "mark": "bar",
        "encoding": {"x": KIND, "y": COUNT},
        "transform": [{"filter": {"or": [{"field": "a", "gt": 5}, {"field": "kind", "equal": "u"}]}}],
    },
    "test": {"mark": "point", "encoding": {"x": A, "y": B, "color": RED}},
    "pixels": {"mark": {"type": "text", "text": "here"}, "encoding": {"x": A, "y": {"value": 10}}},
    "word": {"mark": "bar", "encoding": {"x": KIND, "y": {**A, "aggregate": "stdevp"}}},
    "order": {"mark": "line", "encoding": {"x": A, "y": B, "order": {"field": "b", "type": "quantitative"}}},
    "trail": {"mark": "trail", "encoding": {"x": A, "y": B, "size": A}},
    "places": {"mark": "circle", "encoding": {"longitude": A, "latitude": B}},
    "slider": point(A, B, transform=[{"filter": "datum.a > least"}])
    | {"params": [{"name": "least", "value": 3, "bind": {"input": "range", "min": 0, "max": 9}}]},
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_a_chart_computes_is_drawn_as_it_is_written(tabulate, name):
    table, profile = tabulate(frame())
    drawing = draw(MADE[name], table, profile)
    assert drawing.caveat.startswith("Drawn as written.")
    assert drawing.alt.endswith(".")
    assert len(rows_of(drawing)) == 40
    assert svg(drawing.chart).count("<path") > 3


def test_rows_without_a_value_are_spoken_of(tabulate):
    table, profile = tabulate(frame().assign(kind=[*"uv" * 19, "u", None]))
    drawing = draw(point(KIND, B, params=[]), table, profile)
    left, named = "Rows without b (1 of 40) are left out.", "Where kind (1 of 40) is missing, “null” stands for it."
    assert drawing.caveat == f"Drawn as written. {left} {named}"
    assert ">null<" in svg(drawing.chart)
    assert draw(MADE["or"], table, profile).caveat == f"Drawn as written. {named}"
    assert draw(MADE["density"], table, profile).caveat == "Drawn as written."


def test_looks_take_no_number_from_the_words(tabulate):
    plain = {"mark": "bar", "encoding": {"x": KIND, "y": {**A, "aggregate": "mean"}}}
    drawn = [draw(spec, *tabulate(frame())) for spec in (plain, plain | {"params": []})]
    assert [drawing.caveat for drawing in drawn] == ["", "Drawn as written."]
    assert drawn[0].alt == drawn[1].alt


def test_only_what_is_used_is_bound_and_typed_as_altair_writes_it(tabulate):
    day = {"timeUnit": "day", "field": "day", "type": "ordinal"}
    spec = point(
        day, {"field": "twice", "type": "quantitative"}, transform=[{"calculate": "datum['b'] * 2", "as": "twice"}]
    )
    rows = rows_of(draw(spec, *tabulate(frame())))  # fmt: skip
    assert rows[:2] == [{"b": None, "day": "2024-03-31T02:30:00"}, {"b": 1.0, "day": "2024-03-31T03:30:00"}]


def test_rows_of_its_own_stay_as_they_are(tabulate):
    spec = {"data": OWN, "mark": "bar", "encoding": {"x": KIND, "y": {"field": "limit", "type": "quantitative"}}}
    drawing = draw(spec, *tabulate(frame()))
    assert [*drawing.chart.to_dict()["datasets"].values()] == [OWN["values"]]
    assert "stand in the chart itself" in drawing.caveat


@pytest.mark.parametrize("data", [OWN, {"name": "rows"}])
def test_rows_of_both_stand_in_one_chart(tabulate, data):
    label = {"mark": "text", "encoding": {"x": KIND, "y": {"field": "limit", "type": "quantitative"}}, "data": data}
    spec = {"layer": [point(KIND, A), label], "datasets": {"rows": OWN["values"]}}
    drawing = draw(spec, *tabulate(frame()))
    chart = drawing.chart.to_dict()
    assert chart["datasets"][chart["layer"][1]["data"]["name"]] == OWN["values"]
    assert len(chart["datasets"][chart["data"]["name"]]) == 40
    assert "in part from rows that the chart holds" in drawing.caveat
    assert svg(drawing.chart).count("<path") > 40


def test_an_empty_list_and_an_unknown_name_stand_for_the_data_set(tabulate):
    for data in ({"values": []}, {"name": "data-4711"}):
        drawing = draw(MADE["calculate"] | {"data": data}, *tabulate(frame()))
        assert len(rows_of(drawing)) == 40


def test_many_rows_are_a_sample_that_the_chart_names(tabulate):
    table, profile = tabulate(frame(6_000))
    first, second = (draw(MADE["calculate"], table, profile) for _ in range(2))
    assert len(rows_of(first)) == MOST_SINGLE
    assert rows_of(first) == rows_of(second)
    said = "5,000 of 6,000 rows, drawn at random."
    assert first.chart.to_dict()["title"]["text"] == [said]
    assert first.caveat.startswith(f"{said} Drawn as written.")
    summed = {"mark": "bar", "encoding": {"x": KIND, "y": {"field": "twice", "aggregate": "mean"}}, "transform": TWICE}
    assert len(rows_of(draw(summed, table, profile))) == 6_000 < MOST_SUMMED
    few = MADE["calculate"] | {"transform": [{"filter": "datum.a < 3000"}, *TWICE]}
    assert len(rows_of(draw(few, table, profile))) == 3_000


def test_a_curve_of_each_of_very_many_groups_gets_fewer_rows(tabulate):
    spec = MADE["density"] | {"transform": [{"density": "a", "groupby": ["b"], "steps": 400}]}
    assert len(rows_of(draw(spec, *tabulate(frame(4_000))))) == 1_000


def test_panels_and_bins_are_never_too_many(tabulate):
    table, profile = tabulate(frame(400))
    spec = {
        "mark": "bar",
        "encoding": {"x": A, "y": COUNT, "facet": {"field": "twice", "columns": 9}},
        "transform": TWICE,
    }
    drawing = draw(spec, table, profile)  # fmt: skip
    assert drawing.caveat == f"Drawn as written. At most {MOST_PANELS} panels are drawn."
    assert svg(drawing.chart).count("role-frame") <= 3 * MOST_PANELS
    crossed = {"mark": "point", "encoding": {"x": A, "row": A | {"type": "nominal"}, "column": KIND}}
    assert draw(crossed, table, profile).caveat == f"Drawn as written. At most {MOST_PANELS} panels are drawn."
    known = spec | {"encoding": {"x": A, "y": COUNT, "column": KIND}}
    assert draw(known, table, profile).caveat == "Drawn as written."
    for name, bins in (("a", {"step": 1e-9}), ("twice", {"step": 1e-9}), ("twice", {"step": 5})):
        binned = {"x": {"field": name, "type": "quantitative", "bin": bins}, "y": COUNT}
        drawing = draw({"mark": "bar", "encoding": binned, "transform": TWICE}, table, profile)
        assert drawing.chart.to_dict()["encoding"]["x"]["bin"]["steps"][0] == bins["step"]
        assert ("Bins are wider" in drawing.caveat) == (name == "a")
        assert svg(drawing.chart).count("<path") < 1_500


def test_a_field_that_nothing_holds_is_named(tabulate):
    table, profile = tabulate(frame())
    for transform in (
        TWICE,
        [{"calculate": "datum.bb + 1", "as": "twice"}],
        [{"fold": ["a", "bb"], "as": ["k", "twice"]}],
    ):
        with pytest.raises(FieldNotFound) as told:
            draw(
                point({"field": "bb"}, {"field": "twice", "type": "quantitative"}, transform=transform), table, profile
            )
        assert told.value.hint.startswith("Did you mean “b”")  # fmt: skip
    with pytest.raises(FieldNotFound):
        draw({"data": OWN} | point(KIND, A), table, profile)


def test_a_name_with_a_dot_is_read_as_a_path_and_that_is_said(tabulate):
    table, profile = tabulate(frame().rename(columns={"b": "b.c[0]"}))
    spec = point(
        {"field": "twice", "type": "quantitative"}, {"field": "b\\.c\\[0\\]", "type": "quantitative"}, transform=TWICE
    )
    assert "b.c[0]" in rows_of(draw(spec, table, profile))[1]  # fmt: skip
    spec["encoding"]["y"]["field"] = "b.c[0]"
    with pytest.raises(ChartInvalidSpec, match="path") as told:
        draw(spec, table, profile)
    assert told.value.hint == "Write it as b\\.c\\[0\\]."


@pytest.mark.parametrize("name", ["image", "title", "constructor", "x\\y", 'a"b', "a\nb", "<b>", "🐧", "it's"])
def test_no_name_and_no_cell_breaks_the_chart(tabulate, name):
    table, profile = tabulate(frame().rename(columns={"kind": name}).replace({"u": "constructor"}))
    shown = {"field": vega_field(name), "type": "nominal"}
    spec = point({"field": "twice", "type": "quantitative"}, A, transform=TWICE)
    spec["encoding"] |= {"color": shown, "tooltip": [shown], "detail": shown}
    drawing = draw(spec, table, profile)
    assert svg(drawing.chart).count("<path") > 40
    tip = drawing.chart.to_dict()["encoding"]["tooltip"][0]
    assert tip.get("title", tip["field"]) not in ("image", "constructor")


def test_a_word_that_vega_lite_has_not_is_named(tabulate):
    spec = {"mark": "bar", "encoding": {"x": KIND, "y": {**A, "aggregate": "avg"}}}
    with pytest.raises(ChartInvalidSpec, match="“avg” is not understood"):
        draw(spec, *tabulate(frame()))


def test_what_the_grammar_refuses_is_never_drawn(tabulate):
    table, profile = tabulate(frame())
    for evil in (
        {"mark": {"type": "point", "url": "http://127.0.0.1:9/"}},
        {"encoding": {"x": A, "url": KIND}},
        {"params": [{"name": "p", "expr": "alert(1)"}]},
    ):
        with pytest.raises(ChartInvalidSpec):
            draw(MADE["calculate"] | evil, table, profile)


def test_nothing_is_weighted_and_that_is_said(tabulate):
    weighting = Weighting("raking", ("kind",), 40, 1.2, 30.0, 3.0, None, 0, 0.3, 0.0, statement="Weighted; it falls.")
    drawing = draw(MADE["or"], *tabulate(frame()), weighting=weighting)
    assert drawing.said == UNWEIGHTED
    assert drawing.chart.to_dict()["title"]["text"] == [UNWEIGHTED]


def test_findings_are_told_of_the_rows_of_the_data_set_alone(tabulate):
    missing = Finding(
        *("f", "missing", ("b",), None, "missing", None, 9, 0.2, None, (0.1, 0.3), Effect("share", 0.2), None, None),
        *("high", "internal", "missing", "b is often missing.", "SELECT 1"),
    )
    assert draw(MADE["calculate"], *tabulate(frame()), findings=[missing]).said == "b is often missing."
    own = {"data": {"values": [{"b": 1}]}, "mark": "bar", "encoding": {"x": B}}
    assert draw(own, *tabulate(frame()), findings=[missing]).said == ""


def test_the_author_s_looks_stay_and_the_house_s_stand_under_them(tabulate):
    spec = MADE["calculate"] | {
        "title": {"text": "My words", "fontSize": 20},
        "width": 123,
        "config": {"range": {"category": ["red"]}, "view": {"continuousWidth": 300, "continuousHeight": 300}},
    }
    chart = draw(spec, *tabulate(frame())).chart.to_dict()
    assert chart["title"] | {"limit": 0} == {"text": ["My words"], "fontSize": 20, "anchor": "start", "limit": 0}
    assert chart["width"] == 123
    assert chart["config"]["range"]["category"] == ["red"]
    assert len(chart["config"]["range"]["ramp"]) == 7
    assert draw(MADE["calculate"], *tabulate(frame())).chart.to_dict()["width"] == "container"
    beside = draw({"hconcat": [MADE["calculate"], MADE["window"]]}, *tabulate(frame())).chart
    assert beside.to_dict()["config"]["view"]["continuousWidth"] == 160
    assert png(beside, scale=1).startswith(b"\x89PNG")


def test_fields_of_its_own_are_not_unknown_to_the_rules():
    spec = {"data": OWN, "mark": "bar", "encoding": {"x": KIND, "y": {"field": "limit", "type": "quantitative"}}}
    found = check(spec, Profile(0, ()))
    assert not any(v.rule == "unknown_field" for v in found.hard)
    assert any("own rows" in note for note in found.notes)
    lost = spec | {"encoding": {"x": KIND, "y": {"field": "limits", "type": "quantitative"}}}
    assert [v.rule for v in check(lost, Profile(0, ())).hard] == ["unknown_field"]
    assert json.dumps(check(lost, Profile(0, ()), repair=True).repairs[0].spec).count("limits") == 0


def test_repeated_charts_keep_what_altair_names_by_a_hash(tabulate):
    shown = {"field": {"repeat": "column"}, "type": "quantitative"}
    view, pick = "view_0123456789abcdef_0", "param_0123456789abcdef"
    spec = {
        "repeat": {"column": ["a", "b"]},
        "spec": {"mark": "point", "encoding": {"x": shown}, "name": view},
        "params": [
            {"name": pick, "select": "interval", "views": [f"{view}_child__column_a", f"{view}_child__column_b"]}
        ],
    }
    drawn = draw(spec, *tabulate(frame())).chart.to_dict()
    name = drawn["spec"]["name"]
    assert drawn["params"][0]["views"] == [f"{name}_child__column_a", f"{name}_child__column_b"]
    assert not re.search(r'"(view|param)_[0-9a-f]+(?:_[0-9]+)?"', json.dumps(drawn))


def test_expressions_may_read_what_vega_lite_sums_up(tabulate):
    colour = {"condition": {"test": "datum.mean_a > 1", "value": "red"}, "value": "grey"}
    mean = {"field": "a", "type": "quantitative", "aggregate": "mean"}
    drawing = draw({"mark": "bar", "encoding": {"x": KIND, "y": mean, "color": colour}}, *tabulate(frame()))
    assert drawing.chart.to_dict()["encoding"]["color"] == colour
