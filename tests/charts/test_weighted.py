"""Weighted charts against pandas and numpy: what is drawn is the sum of weights, and equal weights change nothing."""

import numpy as np
import pandas as pd
import pytest

from observatory.charts import draw
from observatory.model import Weighting

X = {"field": "g", "type": "nominal"}


def rows_of(drawing) -> pd.DataFrame:
    spec = drawing.chart.to_dict()
    data = spec["data"] if "values" in spec["data"] else {"values": spec["datasets"][spec["data"]["name"]]}
    return pd.DataFrame(data["values"])


def people(n: int = 500, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": rng.choice(list("abc"), n),
            "h": rng.choice(["p", "q"], n),
            "v": np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 10, n)),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "w": rng.gamma(2, 0.5, n) * (rng.random(n) > 0.05),
        }
    )


@pytest.fixture
def weighted(tabulate):
    def make(frame: pd.DataFrame, weight: str = "w"):
        table, profile = tabulate(frame)
        table.weight = weight
        return table, profile

    return make


def bar(measure: dict, **more) -> dict:
    return {"mark": "bar", "encoding": {"x": X, "y": {"type": "quantitative", **measure}, **more}}


def variance(v: pd.Series, w: pd.Series) -> float:
    mean = np.average(v, weights=w)
    return float((w * (v - mean) ** 2).sum() / (w.sum() - 1))


def effective(w: pd.Series) -> float:
    return float(w.sum() ** 2 / (w**2).sum())


TRUTH = {
    "mean": lambda v, w: np.average(v, weights=w),
    "sum": lambda v, w: (v * w).sum(),
    "median": lambda v, w: np.quantile(v, 0.5, weights=w, method="inverted_cdf"),
    "q1": lambda v, w: np.quantile(v, 0.25, weights=w, method="inverted_cdf"),
    "q3": lambda v, w: np.quantile(v, 0.75, weights=w, method="inverted_cdf"),
    "min": lambda v, w: v[w > 0].min(),
    "max": lambda v, w: v[w > 0].max(),
    "variance": variance,
    "stdev": lambda v, w: np.sqrt(variance(v, w)),
}


@pytest.mark.parametrize("aggregate", TRUTH)
def test_summaries_are_those_of_numpy(weighted, aggregate):
    frame = people()
    drawn = rows_of(draw(bar({"aggregate": aggregate, "field": "v"}), *weighted(frame))).set_index("v_x")["v_y"]
    for level, part in frame.dropna(subset=["v"]).groupby("g"):
        assert drawn[level] == pytest.approx(TRUTH[aggregate](part["v"], part["w"]), rel=1e-9)


def test_counts_are_sums_of_weights(weighted):
    frame = people()
    spec = bar({"aggregate": "count"}, color={"field": "h", "type": "nominal"})
    drawn = rows_of(draw(spec, *weighted(frame))).set_index(["v_x", "v_color"])["v_y"]
    pd.testing.assert_series_equal(
        drawn.sort_index(), frame.groupby(["g", "h"])["w"].sum(), check_names=False, rtol=1e-9
    )


def test_bins_and_times_are_weighted_too(weighted):
    frame = people()
    table = weighted(frame)
    histogram = {
        "mark": "bar",
        "encoding": {"x": {"field": "v", "type": "quantitative", "bin": {"maxbins": 10}}, "y": {"aggregate": "count"}},
    }
    drawn = rows_of(draw(histogram, *table))
    kept = frame.dropna(subset=["v"])
    assert drawn["v_y"].sum() == pytest.approx(kept["w"].sum())
    first = drawn.iloc[3]
    inside = kept[(kept["v"] >= first["v_x"]) & (kept["v"] < first["v_x_end"])]
    assert first["v_y"] == pytest.approx(inside["w"].sum())
    by_year = {
        "mark": "line",
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": "year"},
            "y": {"aggregate": "median", "field": "v", "type": "quantitative"},
        },
    }
    drawn = rows_of(draw(by_year, *table))
    truth = kept.groupby(kept["day"].dt.year)[["v", "w"]].apply(lambda part: TRUTH["median"](part["v"], part["w"]))
    assert drawn["v_y"].tolist() == pytest.approx([float(value) for value in truth])


def test_a_median_within_bins_is_of_the_rows_of_the_bin(weighted):
    frame = people().dropna(subset=["v"]).assign(u=lambda f: f["v"] * 2 + 1)
    spec = {
        "mark": "bar",
        "encoding": {
            "x": {"field": "u", "type": "quantitative", "bin": {"maxbins": 5}},
            "y": {"aggregate": "median", "field": "v", "type": "quantitative"},
        },
    }
    drawn = rows_of(draw(spec, *weighted(frame)))
    assert len(drawn) <= 5
    for row in drawn.itertuples():
        part = frame[(frame["u"] >= row.v_x) & (frame["u"] < row.v_x_end)]
        assert row.v_y == pytest.approx(TRUTH["median"](part["v"], part["w"]))


@pytest.mark.parametrize("aggregate", [*TRUTH, "count", "distinct"])
def test_equal_weights_change_nothing(tabulate, weighted, aggregate):
    frame = people(300).assign(w=1.0)
    measure = {"aggregate": aggregate} | ({} if aggregate == "count" else {"field": "v"})
    plain = rows_of(draw(bar(measure), *tabulate(frame))).set_index("v_x")["v_y"]
    same = rows_of(draw(bar(measure), *weighted(frame))).set_index("v_x")["v_y"]
    # Quartiles that fall between two values: type 7 on one side, their mean on the other.
    rough = 0.02 if aggregate in ("q1", "q3") else 1e-9
    assert same.to_dict() == pytest.approx(plain.to_dict(), rel=rough)


def test_a_limit_keeps_the_groups_with_the_largest_weight(weighted):
    frame = pd.DataFrame({"g": ["a"] * 9 + ["b"] * 5 + ["c"] * 3, "w": [0.1] * 9 + [1.0] * 5 + [2.0] * 3})
    frame["v"] = range(17)
    spec = bar({"aggregate": "count"})
    spec["transform"] = [
        {"joinaggregate": [{"op": "count", "as": "observatory_measure"}], "groupby": ["g"]},
        {
            "window": [{"op": "dense_rank", "as": "observatory_rank"}],
            "sort": [{"field": "observatory_measure", "order": "descending"}, {"field": "g", "order": "ascending"}],
        },
        {"filter": {"field": "observatory_rank", "lte": 2}},
    ]
    assert set(rows_of(draw(spec, *weighted(frame)))["v_x"]) == {"b", "c"}


def test_box_plots_have_weighted_quartiles(weighted):
    frame = people()
    spec = {"mark": "boxplot", "encoding": {"x": X, "y": {"field": "v", "type": "quantitative"}}}
    drawing = draw(spec, *weighted(frame))
    drawn = rows_of(drawing).dropna(subset=["mid"]).set_index("v_x")
    for level, part in frame.dropna(subset=["v"]).groupby("g"):
        for name, aggregate in (("q1", "q1"), ("mid", "median"), ("q3", "q3")):
            assert drawn.loc[level, name] == pytest.approx(TRUTH[aggregate](part["v"], part["w"]))
    assert drawing.chart.title.to_dict()["text"][-1].endswith("weighted")


def test_an_interval_is_as_wide_as_the_rows_are_worth(weighted):
    frame = people()
    layers = [
        {"mark": "point", "encoding": {"y": {"aggregate": "mean", "field": "v", "type": "quantitative"}}},
        {
            "mark": {"type": "errorbar", "extent": "stderr"},
            "encoding": {"y": {"field": "v", "type": "quantitative"}},
        },
    ]
    drawing = draw({"encoding": {"x": X}, "layer": layers}, *weighted(frame))
    spec = drawing.chart.to_dict()
    drawn = next(pd.DataFrame(rows) for rows in spec["datasets"].values() if "v_y_low" in rows[0]).set_index("v_x")
    for level, part in frame.dropna(subset=["v"]).groupby("g"):
        half = np.sqrt(variance(part["v"], part["w"]) / effective(part["w"]))
        assert drawn.loc[level, "v_y_high"] - drawn.loc[level, "v_y"] == pytest.approx(half)


def test_single_rows_stay_as_they_are_and_say_so(weighted):
    frame = people(60)
    spec = {"mark": "point", "encoding": {"x": {"field": "v", "type": "quantitative"}, "y": X}}
    weighting = Weighting("raking", ("g",), 60, 1.2, 50.0, 3.0, None, 0, 0.3, 0.0, statement="Weighted; it falls.")
    drawing = draw(spec, *weighted(frame), weighting=weighting)
    assert rows_of(drawing)["v_x"].tolist() == pytest.approx(frame["v"].dropna().tolist())
    assert drawing.caveat.startswith("Single rows are drawn as they are")
    assert "weighted" not in str(drawing.chart.title.to_dict()["text"])


def test_titles_and_remarks_say_what_the_weights_are(weighted):
    weighting = Weighting(
        "raking", ("g", "h"), 500, 1.25, 400.4, 3.0, None, 0, 0.3, 0.0, statement="Weighted; it falls."
    )
    spec = bar({"aggregate": "mean", "field": "v"}) | {"title": "Mean v by g"}
    drawing = draw(spec, *weighted(people()), weighting=weighting)
    title = drawing.chart.title.to_dict()
    assert title["text"] == ["Mean v by g, weighted"]
    assert title["subtitle"] == ["Weighted by g and h: 500 rows count as 400."]
    assert drawing.caveat.startswith("Weighted by g and h: 500 rows count as 400.")
    assert drawing.alt.endswith("count as 400.")
    assert drawing.chart.to_dict()["encoding"]["y"]["title"] == "mean v, weighted"
    own = draw(spec | {"title": "How v goes"}, *weighted(people()), weighting=weighting).chart.title.to_dict()
    assert own["text"] == ["How v goes"]
    assert own["subtitle"] == title["subtitle"]


def test_filters_and_odd_weights_are_kept_apart(weighted):
    frame = people(50).assign(**{'w"; DROP': 2.0})
    spec = bar({"aggregate": "count"}) | {"transform": [{"filter": {"field": "h", "equal": "p"}}]}
    drawn = rows_of(draw(spec, *weighted(frame, 'w"; DROP')))
    assert drawn["v_y"].sum() == 2 * (frame["h"] == "p").sum()
    nothing = rows_of(draw(bar({"aggregate": "mean", "field": "v"}), *weighted(people(50).assign(w=0.0))))
    assert nothing["v_y"].isna().all()
