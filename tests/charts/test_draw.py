"""What is drawn: aggregates over all rows, named samples, opaque columns, and a text that says the numbers."""

import numpy as np
import pandas as pd
import pytest

from observatory.charts import draw, recommend
from observatory.charts.drawing.palette import CATEGORIES, RAMP
from observatory.charts.drawing.picture import svg
from observatory.errors import ChartInvalidSpec, FieldNotFound
from observatory.model import TIME_UNITS, Filter, Wish, WishedField

ISO = "%Y-%m-%dT%H:%M:%S"
HOSTILE = [
    "Sepal Width",
    'a "b"',
    "it's",
    "🐧",
    "a). :- not x. b(1",
    "<script>alert(1)</script>",
    "a.b[0]:Q",
    "x\\y",
    "datum['x']",
]


def shop(n: int = 600, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "price": rng.gamma(4, 10, n).round(2),
            "weight": rng.normal(3500, 400, n),
            "region": rng.choice(["north", "south", "east"], n),
            "sex": rng.choice(["f", "m"], n),
            "day": pd.Timestamp("2015-01-31 23:30") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "year": rng.integers(1990, 2010, n),
            "town": [f"town {i}" for i in rng.integers(0, 60, n)],
        }
    )
    frame.loc[frame.index % 7 == 0, "price"] = np.nan
    frame.loc[frame.index % 11 == 0, "region"] = None
    return frame


def rows_of(drawing) -> pd.DataFrame:
    spec = drawing.chart.to_dict()
    data = spec["data"] if "values" in spec["data"] else {"values": spec["datasets"][spec["data"]["name"]]}
    return pd.DataFrame(data["values"])


def bar(x: dict, y: dict, **more) -> dict:
    return {"mark": "bar", "encoding": {"x": x, "y": y}, **more}


REGION = {"field": "region", "type": "nominal"}


PANDAS = {"stdev": "std", "variance": "var", "distinct": "nunique"}
PANDAS |= {"q1": lambda x: x.quantile(0.25), "q3": lambda x: x.quantile(0.75)}


@pytest.mark.parametrize("aggregate", ["mean", "median", "sum", "min", "max", *PANDAS])
def test_aggregates_equal_those_of_pandas(tabulate, aggregate):
    frame = shop()
    table, profile = tabulate(frame)
    spec = bar(REGION, {"field": "price", "type": "quantitative", "aggregate": aggregate})
    drawn = rows_of(draw(spec, table, profile)).set_index("v_x")["v_y"]
    expected = frame.assign(region=frame["region"].fillna("(missing)")).groupby("region")["price"]
    expected = expected.agg(PANDAS.get(aggregate, aggregate))
    pd.testing.assert_series_equal(drawn.sort_index(), expected.sort_index(), check_names=False)


def test_a_count_is_over_all_rows_and_missing_is_a_category(tabulate):
    frame = shop(30_000)
    table, profile = tabulate(frame)
    drawing = draw(bar(REGION, {"aggregate": "count", "type": "quantitative"}), table, profile)
    drawn = rows_of(drawing).set_index("v_x")["v_y"]
    assert drawn.to_dict() == frame["region"].fillna("(missing)").value_counts().to_dict()
    assert drawing.caveat == ""


def test_bins_hold_every_row_and_their_edges_are_round(tabulate):
    frame = pd.DataFrame({"a": [0.0, 0.5, 5.0, 9.99, 50.0, 100.0, np.nan, np.inf] * 10})
    table, profile = tabulate(frame)
    x = {"field": "a", "type": "quantitative", "bin": {"maxbins": 20}}
    drawing = draw(bar(x, {"aggregate": "count", "type": "quantitative"}), table, profile)
    rows = rows_of(drawing)
    assert rows[["v_x", "v_x_end", "v_y"]].values.tolist() == [[0, 5, 20], [5, 10, 20], [50, 55, 10], [95, 100, 10]]
    assert drawing.caveat == "20 rows are left out, where a is missing."


def test_filters_and_limits_are_part_of_the_sql(tabulate):
    frame = shop()
    table, profile = tabulate(frame)
    wish = Wish(
        (WishedField("town"), WishedField("price", "sum")),
        filters=(Filter("sex", "equal", "f"), Filter("day", "range", ["2015-06-01", "2016-05-31"])),
        limit=4,
    )
    drawn = rows_of(draw(recommend(profile, wish)[0].spec, table, profile))
    kept = frame[(frame["sex"] == "f") & frame["day"].between("2015-06-01", "2016-05-31")]
    expected = kept.groupby("town")["price"].sum().sort_values(ascending=False).head(4)
    assert drawn.set_index("v_y")["v_x"].round(6).to_dict() == expected.round(6).to_dict()


def test_months_are_local_times_that_do_not_shift(tabulate):
    frame = shop()
    table, profile = tabulate(frame)
    x = {"field": "day", "type": "temporal", "timeUnit": "yearmonth"}
    spec = {"mark": "line", "encoding": {"x": x, "y": {"aggregate": "count", "type": "quantitative"}}}
    drawn = rows_of(draw(spec, table, profile)).set_index("v_x")["v_y"]
    expected = frame["day"].dt.strftime("%Y-%m-01T00:00:00").value_counts()
    assert drawn.to_dict() == expected.to_dict()


def test_weekdays_come_in_the_order_of_the_week(tabulate):
    table, profile = tabulate(shop())
    spec = bar({"field": "day", "type": "temporal", "timeUnit": "day"}, {"aggregate": "count", "type": "quantitative"})
    encoding = draw(spec, table, profile).chart.to_dict()["encoding"]
    assert encoding["x"]["sort"] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def by_unit(tabulate, unit: str) -> dict:
    table, profile = tabulate(shop())
    x = {"field": "day", "type": "temporal", "timeUnit": unit}
    return rows_of(draw(bar(x, {"aggregate": "count"}), table, profile)).set_index("v_x")["v_y"].to_dict()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("week", lambda t: t.dt.strftime("%U")),
        ("date", lambda t: t.dt.day.astype(str)),
        ("hours", lambda t: t.dt.strftime("%H")),
        ("minutes", lambda t: t.dt.strftime("%M")),
        ("quarter", lambda t: "Q" + t.dt.quarter.astype(str)),
        ("yearmonthdatehours", lambda t: t.dt.strftime("%Y-%m-%dT%H:00:00")),
        ("monthdate", lambda t: t.dt.strftime("2012-%m-%dT00:00:00")),
        ("hoursminutes", lambda t: t.dt.strftime("2012-01-01T%H:%M:00")),
        (
            "dayofyear",
            lambda t: (pd.Timestamp("2012-01-01") + pd.to_timedelta(t.dt.day_of_year - 1, "D")).dt.strftime(ISO),
        ),
        ("yearweek", lambda t: (t - pd.to_timedelta((t.dt.day_of_week + 1) % 7, "D")).dt.strftime("%Y-%m-%dT00:00:00")),
    ],
)
def test_units_of_time_are_those_of_vega_lite(tabulate, unit, expected):
    assert by_unit(tabulate, unit) == expected(shop()["day"]).value_counts().to_dict()


def test_every_unit_of_time_is_drawn(tabulate):
    assert all(sum(by_unit(tabulate, unit).values()) == 600 for unit in TIME_UNITS)


def test_the_different_values_of_a_category_are_counted(tabulate):
    frame = shop()
    table, profile = tabulate(frame)
    y = {"field": "town", "type": "quantitative", "aggregate": "distinct"}
    drawn = rows_of(draw(bar({"field": "sex", "type": "nominal"}, y), table, profile)).set_index("v_x")["v_y"]
    assert drawn.to_dict() == frame.groupby("sex")["town"].nunique().to_dict()


def test_grouped_bars_stand_side_by_side(tabulate):
    table, profile = tabulate(shop())
    sex = {"field": "sex", "type": "nominal"}
    spec = bar(REGION, {"aggregate": "count"})
    spec["encoding"] |= {"xOffset": sex, "color": sex}
    drawing = draw(spec, table, profile)
    encoding = drawing.chart.to_dict()["encoding"]
    assert encoding["y"]["stack"] is None
    assert encoding["xOffset"] == {"field": "v_xOffset", "type": "nominal", "title": "sex", "sort": ["f", "m"]}
    assert drawing.alt.startswith("Grouped bar chart: Number of rows by region and sex. Of 8 groups")


@pytest.mark.parametrize("scale", ["symlog", "sqrt", "pow", "log"])
def test_scales_are_kept(tabulate, scale):
    table, profile = tabulate(shop())
    x = {"field": "weight", "type": "quantitative", "scale": {"type": scale}}
    spec = {"mark": "point", "encoding": {"x": x, "y": {"field": "price", "type": "quantitative"}}}
    drawn = draw(spec, table, profile).chart.to_dict()["encoding"]["x"]["scale"]
    assert drawn == ({"type": "log", "nice": False} if scale == "log" else {"type": scale})


def test_further_channels_are_drawn(tabulate):
    table, profile = tabulate(shop())
    month = {"field": "day", "type": "temporal", "timeUnit": "yearmonth"}
    sex, count = {"field": "sex", "type": "nominal"}, {"aggregate": "count", "type": "quantitative"}
    line = {"x": month, "y": count, "strokeDash": sex, "detail": [REGION, {"field": "town", "type": "nominal"}]}
    drawing = draw({"mark": "line", "encoding": line}, table, profile)
    encoding = drawing.chart.to_dict()["encoding"]
    assert [d["field"] for d in encoding["detail"]] == ["v_detail", "v_detail1"]
    assert encoding["strokeDash"]["sort"] == ["f", "m"]
    faint = {"x": REGION, "y": count, "opacity": sex}
    assert draw({"mark": "bar", "encoding": faint}, table, profile).chart.to_dict()["encoding"]["opacity"]["field"]
    centred = draw(
        {"mark": "area", "encoding": {"x": month, "y": count | {"stack": "center"}, "color": sex}}, table, profile
    )
    assert centred.chart.to_dict()["encoding"]["y"]["stack"] == "center"


def test_a_click_on_the_legend_keeps_one_colour(tabulate):
    table, profile = tabulate(shop().rename(columns={"region": HOSTILE[4]}))
    field = {"field": HOSTILE[4], "type": "nominal"}
    x = {"field": "sex", "type": "nominal"}
    spec = {"mark": "bar", "encoding": {"x": x, "y": {"aggregate": "count"}, "color": field}}
    chart = draw(spec, table, profile).chart.to_dict()
    bound = {"name": "highlight", "select": {"type": "point", "fields": ["v_color"]}, "bind": "legend"}
    assert chart["params"] == [bound | {"views": ["highlight_view"]}]
    assert chart["encoding"]["opacity"]["condition"] == {"param": "highlight", "value": 1.0}


def test_single_points_are_sampled_out_of_many_rows_and_the_caveat_says_so(tabulate):
    table, profile = tabulate(shop(9_000).drop(columns="price"))
    number = {"type": "quantitative"}
    spec = {"mark": "point", "encoding": {"x": {"field": "weight", **number}, "y": {"field": "year", **number}}}
    drawing, again = draw(spec, table, profile), draw(spec, table, profile)
    assert drawing.caveat == "2,000 of 9,000 rows, drawn at random."
    assert len(rows_of(drawing)) == 2_000
    assert rows_of(drawing).equals(rows_of(again))
    assert draw(spec, *tabulate(shop(1_500).drop(columns="price"))).caveat == ""


def test_a_line_through_very_many_rows_shows_means(tabulate):
    times = pd.date_range("2020-01-01", periods=9_000, freq="h")
    table, profile = tabulate(pd.DataFrame({"t": times, "a": np.arange(9_000.0)}))
    spec = {
        "mark": "line",
        "encoding": {"x": {"field": "t", "type": "temporal"}, "y": {"field": "a", "type": "quantitative"}},
    }
    drawing = draw(spec, table, profile)
    assert len(rows_of(drawing)) <= 402
    assert "mean of the rows" in drawing.caveat


def test_each_of_many_lines_is_named_by_the_pointer_wherever_it_is(tabulate):
    frame = pd.DataFrame([(f"town {i}", year, i + year) for i in range(80) for year in range(2000, 2010)])
    frame.columns = ["town", "year", "price"]
    table, profile = tabulate(frame)
    chart = recommend(profile, Wish(tuple(map(WishedField, frame.columns))))[0]
    drawn = draw(chart.spec, table, profile).chart.to_dict()
    assert [tip["title"] for tip in drawn["encoding"]["tooltip"]] == ["year", "price", "town"]
    assert drawn["encoding"]["detail"] == [{"field": "v_detail", "type": "nominal", "title": "town"}]
    assert drawn["mark"]["point"] == {"fillOpacity": 0, "strokeOpacity": 0}
    assert drawn["mark"]["strokeWidth"] == 1


def test_boxes_are_quartiles_of_all_rows(tabulate):
    frame = shop(5_000)
    table, profile = tabulate(frame)
    spec = {"mark": "boxplot", "encoding": {"x": REGION, "y": {"field": "price", "type": "quantitative"}}}
    rows = rows_of(draw(spec, table, profile)).dropna(subset=["mid"]).set_index("v_x")
    groups = frame.assign(region=frame["region"].fillna("(missing)")).groupby("region")["price"]
    for column, q in (("q1", 0.25), ("mid", 0.5), ("q3", 0.75)):
        pd.testing.assert_series_equal(rows[column].sort_index(), groups.quantile(q), check_names=False)
    fence = rows["q3"] + 1.5 * (rows["q3"] - rows["q1"])
    highest = {name: values[values <= fence[name]].max() for name, values in groups}
    assert rows["high"].to_dict() == highest


@pytest.mark.parametrize(
    "names",
    [
        ["price"],
        ["region"],
        ["day", "price"],
        ["region", "price"],
        ["price", "weight"],
        ["sex", "price", "year"],
        ["town"],
    ],
)
def test_every_recommended_chart_is_drawn_offline(tabulate, names):
    table, profile = tabulate(shop())
    for chart in recommend(profile, Wish(tuple(WishedField(name) for name in names))):
        drawing = draw(chart.spec, table, profile)
        assert svg(drawing.chart).startswith("<svg")
        assert drawing.alt.endswith(".")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_reach_titles_only(tabulate, name):
    table, profile = tabulate(shop().rename(columns={"price": name}))
    for other in ("region", "weight", "day"):
        chart = recommend(profile, Wish((WishedField(other), WishedField(name))))[0]
        spec = draw(chart.spec, table, profile).chart.to_dict()
        assert all(field.startswith(("v_", "n")) for field in fields_of(spec))
        assert name in spec["title"]["text"][0]
        assert "<script" not in svg(draw(chart.spec, table, profile).chart)


def fields_of(node) -> set[str]:
    """Every field that a drawn chart names, in channels, tooltips and selections."""
    if isinstance(node, list):
        return set().union(*map(fields_of, node), set())
    if not isinstance(node, dict):
        return set()
    own = {node["field"]} if isinstance(node.get("field"), str) else set()
    chosen = set(node["fields"]) if "fields" in node else set()
    return own | chosen | fields_of([value for key, value in node.items() if key != "datasets"])


def test_a_field_keeps_its_colours_on_every_chart(tabulate):
    table, profile = tabulate(shop())
    spec = {
        "mark": "bar",
        "encoding": {"x": {"field": "sex", "type": "nominal"}, "y": {"aggregate": "count"}, "color": REGION},
    }
    whole = draw(spec, table, profile).chart.to_dict()["encoding"]["color"]["scale"]
    only_south = {"transform": [{"filter": {"field": "region", "equal": "south"}}], **spec}
    assert draw(only_south, table, profile).chart.to_dict()["encoding"]["color"]["scale"] == whole
    assert whole["domain"] == ["east", "north", "south", "(missing)"]
    assert whole["range"][:3] == list(CATEGORIES[:3])


def test_the_ramp_is_even_in_lightness():
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
        y = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
        return 116 * np.cbrt(y) - 16

    steps = np.diff([lightness(colour) for colour in RAMP])
    assert (np.abs(steps - steps.mean()) < 2).all()


def test_the_text_says_the_extremes(tabulate):
    table, profile = tabulate(pd.DataFrame({"kind": list("aaabbc"), "price": [1.0, 2, 3, 10, 20, 5]}))
    spec = bar({"field": "kind", "type": "nominal"}, {"field": "price", "type": "quantitative", "aggregate": "mean"})
    assert draw(spec, table, profile).alt == (
        "Bar chart: Mean price by kind. Of 3 groups the mean price is greatest for b (15) and least for a (2)."
    )


def test_no_rows_and_wrong_charts_are_said(tabulate):
    table, profile = tabulate(shop())
    spec = bar(REGION, {"aggregate": "count"}, transform=[{"filter": {"field": "region", "equal": "nowhere"}}])
    assert draw(spec, table, profile).caveat == "No row is left to draw."
    with pytest.raises(FieldNotFound, match="nowhere"):
        draw(bar({"field": "nowhere", "type": "nominal"}, {"aggregate": "count"}), table, profile)
    for wrong, words in (
        ({"layer": []}, "nothing to draw"),
        ({"mark": "geoshape", "encoding": {"x": REGION}}, "geoshape"),
        ({"mark": "bar"}, "no encoding"),
        ({"mark": "bar", "encoding": {"x": {"field": "price", "aggregate": "skewness"}}}, "skewness"),
        ({"mark": {"type": "bar", "dx": {"expr": "a"}}, "encoding": {"x": REGION}}, "expr"),
    ):
        with pytest.raises(ChartInvalidSpec, match=words):
            draw(wrong, table, profile)


def test_boxes_stand_over_months_and_bins(tabulate):
    frame = shop()
    table, profile = tabulate(frame)
    month = {"field": "day", "type": "ordinal", "timeUnit": "month"}
    price = {"field": "price", "type": "quantitative"}
    drawing = draw({"mark": "boxplot", "encoding": {"x": month, "y": price}}, table, profile)
    rows = rows_of(drawing).dropna(subset=["mid"]).set_index("v_x")["mid"].to_dict()
    assert rows == frame.groupby(frame["day"].dt.strftime("%b"))["price"].median().to_dict()
    bins = {"field": "weight", "type": "quantitative", "bin": {"maxbins": 6}}
    assert svg(draw({"mark": "boxplot", "encoding": {"x": bins, "y": price}}, table, profile).chart).startswith("<svg")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"mark": "boxplot", "encoding": {"x": REGION}}, "needs a number"),
        ({"mark": "bar", "encoding": {"x": REGION | {"bin": True}, "y": {"aggregate": "count"}}}, "fall into bins"),
        ({"mark": "point", "encoding": {"x": REGION, "shape": {"field": "price", "type": "quantitative"}}}, "Shapes"),
        (bar(REGION, {"field": "price", "aggregate": "mean", "scale": {"type": "log"}}), "no zero to start from"),
        (
            {
                "mark": "area",
                "encoding": {"x": REGION, "y": {"field": "price", "type": "quantitative", "scale": {"type": "log"}}},
            },
            "Areas cannot be drawn on a logarithmic",
        ),
        ({"mark": "rule", "encoding": {"y": REGION, "x2": {"field": "price", "aggregate": "max"}}}, "x2"),
    ],
)
def test_what_stands_on_nothing_is_said(tabulate, spec, words):
    table, profile = tabulate(shop())
    with pytest.raises(ChartInvalidSpec, match=words):
        draw(spec, table, profile)


@pytest.mark.parametrize("unit", [{}, {"timeUnit": "year"}])
def test_whole_numbers_that_name_years_are_drawn_as_times(tabulate, unit):
    table, profile = tabulate(pd.DataFrame({"year": [1990, 1991, 1992, 1995, 1996] * 2, "price": range(10)}))
    year = {"field": "year", "type": "temporal"} | unit
    spec = {
        "mark": "line",
        "encoding": {"x": year, "y": {"field": "price", "type": "quantitative", "aggregate": "mean"}},
    }
    drawn = draw(spec, table, profile)
    assert drawn.caveat == ""
    assert list(drawn.chart.data.dropna()["v_x"].str[:10]) == [f"{y}-01-01" for y in (1990, 1991, 1992, 1995, 1996)]


def test_of_very_many_colours_those_that_are_shown_count(tabulate):
    names = [f"place {i:03}" for i in range(150)]
    table, profile = tabulate(
        pd.DataFrame({"place": names * 4, "year": sorted(list(range(2000, 2004)) * 150), "n": range(600)})
    )
    spec = {
        "transform": [{"filter": {"field": "place", "oneOf": [names[3], names[120], names[149]]}}],
        "mark": "line",
        "encoding": {
            "x": {"field": "year", "type": "quantitative"},
            "y": {"field": "n", "type": "quantitative"},
            "color": {"field": "place", "type": "nominal"},
        },
    }
    drawn = draw(spec, table, profile).chart.to_dict()
    assert drawn["encoding"]["color"]["scale"]["domain"] == [names[3], names[120], names[149]]


def test_a_count_of_few_rows_has_whole_numbers_on_its_axis(tabulate):
    table, profile = tabulate(pd.DataFrame({"kind": ["a", "b", "c"]}))
    spec = bar({"field": "kind", "type": "nominal"}, {"aggregate": "count", "type": "quantitative"})
    assert draw(spec, table, profile).chart.to_dict()["encoding"]["y"]["axis"]["tickMinStep"] == 1
