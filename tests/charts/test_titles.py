"""Pictures of fields with hostile names: none fails, and every label is what the field is called."""

import html
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest

import observatory
from observatory.charts import draw, recommend
from observatory.charts.drawing.picture import png, svg
from observatory.charts.findings.compared import rates
from observatory.errors import ChartInvalidSpec
from observatory.model import Wish, WishedField
from observatory.quoting import vega_field

NAMES = ["x\\by", "a\\u1", "c:\\new\\", '\\"', '"+alert(1)+"', "line\nbreak", "bell\x07\t\x00"]
NAMES += ["a\u2028b", "</script><b>", "😀 שם", "constructor", "toString"]


def frame(name: str, n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kinds = rng.choice([name, f"{name}2", "b"], n)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 400, n), "D")
    return pd.DataFrame({name: rng.normal(10, 3, n).round(2), f"{name} kind": kinds, f"day {name}": days})


def drawn(name: str) -> str:
    """A name as a picture can show it: on one line, and no character that XML lacks."""
    return " ".join(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", " ".join(name.split())).split())


def texts(picture: str) -> list[str]:
    found = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split()) for text in found]


@pytest.mark.parametrize("name", ["c:\\new\\", '\\"', "a\u2028b", "constructor"])
def test_every_recommended_chart_of_a_hostile_name_is_a_picture(tabulate, name):
    table, profile = tabulate(frame(name))
    wishes = [Wish(), Wish(fields=(WishedField(name),))]
    for chart in [c for wish in wishes for c in recommend(profile, wish, 3)]:
        picture = svg(draw(chart.spec, table, profile).chart)
        assert drawn(name) in " ".join(texts(picture))


@pytest.mark.parametrize("name", ["constructor", "toString", "a\u2028b"])
def test_a_category_that_expressions_mistake_is_stacked_and_ordered(tabulate, name):
    table, profile = tabulate(frame(name))
    kind = {"field": f"{name} kind", "type": "nominal"}
    count = {"aggregate": "count", "type": "quantitative"}
    spec = {"mark": "bar", "encoding": {"y": kind | {"sort": "-x"}, "x": count, "color": kind}}
    chart = draw(spec, table, profile).chart
    assert drawn(name) in texts(svg(chart))
    assert len(chart.to_dict()["encoding"]["y"]["sort"]) == 3


@pytest.mark.parametrize("name", NAMES)
def test_axes_legends_and_what_is_read_aloud_say_the_name(tabulate, name):
    table, profile = tabulate(frame(name))
    field = {"field": vega_field(name), "type": "quantitative"}
    kind = {"field": vega_field(f"{name} kind"), "type": "nominal"}
    point = {"mark": "point", "encoding": {"x": field, "y": kind, "color": kind}}
    mean = {"mark": "rule", "encoding": {"x": field | {"aggregate": "mean"}}}
    box = {"mark": "boxplot", "encoding": {"x": field, "y": kind, "column": kind}}
    for spec in ({"layer": [point, mean]}, {"hconcat": [point, box]}):
        chart = draw(spec, table, profile).chart
        picture = svg(chart)
        shown = texts(picture)
        assert any(text.startswith(drawn(name)) for text in shown)
        assert drawn(f"{name} kind") in shown
        assert drawn(name) in shown
        aloud = [" ".join(html.unescape(said).split()) for said in re.findall(r'aria-label="([^"]*)"', picture)]
        assert any(drawn(name) in said and "kind" in said for said in aloud)
    assert png(chart, scale=1)[1:4] == b"PNG"


def test_a_table_of_hostile_names_is_drawn_from_its_file(tmp_path):
    path = tmp_path / "names.csv"
    frame("x\\by").rename(columns={"day x\\by": "c:\\new\\"}).to_csv(path, index=False)
    with observatory.open() as obs:
        dataset = obs.ingest(path)
        for chart in obs.recommend(dataset, k=4):
            assert obs.picture(chart.spec, dataset, "png")[1:4] == b"PNG"


@pytest.mark.parametrize("name", ["image", "title"])
def test_no_tooltip_takes_a_cell_for_a_picture_or_a_heading(tabulate, name):
    table, profile = tabulate(frame(name))
    field = {"field": name, "type": "quantitative"}
    chart = draw({"mark": "point", "encoding": {"x": field, "y": {"field": f"{name} kind"}}}, table, profile).chart
    titles = [tip["title"] for tip in chart.to_dict()["encoding"]["tooltip"]]
    assert titles == [f"{name} ", f"{name} kind"]
    assert name in texts(svg(chart))


def test_the_hint_of_a_picture_that_fails_is_no_line_of_a_program():
    with pytest.raises(ChartInvalidSpec) as told:
        svg(alt.Chart(alt.UrlData("rows.json")).mark_point().encode(x="a:Q"))
    assert not told.value.hint.startswith("at ")


@pytest.mark.parametrize("name", ["a\\u1", "c:\\new\\"])
def test_charts_of_findings_about_hostile_names_are_pictures(name):
    rows = pd.DataFrame({"label0": ["u", "v"], "told": True, "share": [0.2, 0.3], "low": 0.1, "high": 0.4, "n": 9})
    assert svg(rates(rows, ["u", "v"], name, f"share with {name}", color="#0f766e")).startswith("<svg")
