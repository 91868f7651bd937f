"""Intervals around means: from all rows in one query, with n in the tooltip, and none where rows are too few."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from observatory.charts import draw, summarize
from observatory.charts.drawing.picture import svg
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View

GROUP = Encoding("x", "group", "nominal")
MEAN = Encoding("y", "value", "quantitative", "mean")


def measured(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"group": rng.choice(["a", "b", "c"], n), "value": rng.gamma(3, 5, n), "kind": rng.choice(["p", "q"], n)}
    )
    frame["day"] = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 400, n), "D")
    return frame


def rows_of(drawing) -> pd.DataFrame:
    return pd.DataFrame(next(iter(drawing.chart.to_dict()["datasets"].values())))


def expected(values: pd.Series, extent: str) -> tuple[float, float]:
    if extent == "iqr":
        return values.quantile(0.25), values.quantile(0.75)
    if extent == "ci":
        return stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    half = values.std() if extent == "stdev" else stats.sem(values)
    return values.mean() - half, values.mean() + half


@pytest.mark.parametrize("extent", ["ci", "stderr", "stdev", "iqr"])
@pytest.mark.parametrize("mark", ["bar", "point", "line", "area"])
def test_bounds_equal_those_of_scipy(tabulate, extent, mark):
    frame = measured()
    table, profile = tabulate(frame)
    spec = to_spec(View(mark, (GROUP, MEAN), interval=extent))
    before = len(table.statements)
    drawing = draw(spec, table, profile)
    assert sum("avg(" in sql for sql in table.statements[before:]) == 1
    rows = rows_of(drawing).set_index("v_x")
    for name, values in frame.groupby("group")["value"]:
        found = rows.loc[name]
        assert found["n"] == len(values)
        np.testing.assert_allclose([found["v_y_low"], found["v_y_high"]], expected(values, extent))
        np.testing.assert_allclose(found["v_y"], values.mean())


def test_the_tooltip_has_the_interval_and_the_number_of_rows(tabulate):
    table, profile = tabulate(measured())
    layers = draw(to_spec(View("bar", (GROUP, MEAN), interval="ci")), table, profile).chart.to_dict()["layer"]
    titles = [tip["title"] for tip in layers[0]["encoding"]["tooltip"]]
    assert titles == ["group", "mean value", "95 % interval of the mean", "rows"]
    plain = draw(to_spec(View("bar", (GROUP, MEAN))), table, profile).chart.to_dict()["encoding"]["tooltip"]
    assert [tip["title"] for tip in plain] == ["group", "mean value", "rows"]


def test_few_rows_have_no_interval_and_the_caveat_says_so(tabulate):
    frame = pd.DataFrame({"group": list("aabbbbb"), "value": [1.0, 9, 1, 2, 3, 4, 5]})
    drawing = draw(to_spec(View("point", (GROUP, MEAN), interval="ci")), *tabulate(frame))
    rows = rows_of(drawing).set_index("v_x")
    assert pd.isna(rows.loc["a", "v_y_low"])
    assert rows.loc["a", "v_y_said"] == "unknown: too few rows"
    assert rows.loc["b", "v_y_said"] == "1.04 to 4.96"
    assert drawing.caveat == "1 group has fewer than 3 rows, and so no interval."


def test_a_written_error_bar_is_the_same_interval(tabulate):
    frame = measured()
    mark = {"type": "errorbar", "extent": "stdev"}
    encoding = {"x": {"field": "group", "type": "nominal"}, "y": {"field": "value", "type": "quantitative"}}
    rows = rows_of(draw({"mark": mark, "encoding": encoding}, *tabulate(frame))).set_index("v_x")
    for name, values in frame.groupby("group")["value"]:
        np.testing.assert_allclose([rows.loc[name, "v_y_low"], rows.loc[name, "v_y_high"]], expected(values, "stdev"))


@pytest.mark.parametrize("channels", [(), ("color",), ("xOffset", "color"), ("column",), ("row",), ("column", "color")])
@pytest.mark.parametrize("mark", ["bar", "line"])
def test_intervals_are_drawn_in_colours_and_panels(tabulate, channels, mark):
    table, profile = tabulate(measured())
    more = tuple(Encoding(channel, "kind", "nominal") for channel in channels)
    drawing = draw(to_spec(View(mark, (GROUP, MEAN, *more), interval="ci")), table, profile)
    assert svg(drawing.chart).startswith("<svg")
    assert "error bars" in drawing.alt or "a band" in drawing.alt


def test_words_say_the_interval(tabulate):
    table, profile = tabulate(measured())
    month = Encoding("x", "day", "temporal", time_unit="yearmonth")
    spec = to_spec(View("line", (month, MEAN), interval="ci"))
    assert (
        summarize(spec, profile)
        == "Mean value by day (month), as a line with a band: 95 % interval of the mean (300 rows)."
    )
    said = draw(spec, table, profile).alt
    assert said.startswith(
        "Line chart: Mean value by day (month), with a band: 95 % interval of the mean. Of 14 groups"
    )
    assert " It begins at " in said
    assert " and ends " in said
