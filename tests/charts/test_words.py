"""What charts say of themselves: how many rows they show, what a filter keeps, and titles that fit."""

import datetime
import itertools

import pytest

from observatory.charts import altair_code, compare, recommend, summarize, why
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import AGGREGATES, MARKS, Encoding, View
from observatory.charts.spec.words import AXIS, LINE, condition, drawn_as, lines, title
from observatory.model import FieldProfile, Filter, Profile, Wish, WishedField

NAMES = ["Hired", 'a "b"', "it's", "<script>", "a.b[0]", "x\ny", "größe" * 30]


def number(name: str, missing: int = 0, **more) -> FieldProfile:
    return FieldProfile(name, "quantitative", "measure", "DOUBLE", missing, 90, 1.0, 80.0, 30.0, 14.0, **more)


def category(name: str, missing: int = 0) -> FieldProfile:
    return FieldProfile(name, "nominal", "dimension", "VARCHAR", missing, 3)


def passengers(**missing: int) -> Profile:
    day = FieldProfile("Hired", "temporal", "time", "DATE", 0, 900, "2012-01-01", "2020-12-31")
    numbers = [number(name, missing.get(name, 0)) for name in ("age", "fare")]
    return Profile(1309, (*numbers, category("survived", missing.get("survived", 0)), day))


def said(profile: Profile, *names: str, **more) -> str:
    return recommend(profile, Wish(tuple(WishedField(name) for name in names), **more))[0].summary


def test_the_rows_of_a_sentence_are_those_with_a_value():
    assert said(passengers(age=263), "age", "survived").endswith("(1,046 of 1,309 rows).")
    assert said(passengers(), "age", "survived").endswith("(1,309 rows).")
    assert said(passengers(survived=9), "age", "survived").endswith("(1,309 rows).")
    assert said(passengers(age=263), "age", "fare").endswith("(1,046 of 1,309 rows).")
    assert said(passengers(age=263, fare=1), "age", "fare").endswith("(rows with a value).")


def test_rows_that_the_profile_cannot_know_are_not_counted():
    narrowed = said(passengers(age=263), "age", "survived", filters=(Filter("fare", "gt", 3),))
    cut = said(passengers(), "age", "survived", limit=2)
    assert "row" not in narrowed
    assert "row" not in cut
    text = FieldProfile("age", "quantitative", "measure", "VARCHAR", 0, 90, 1.0, 80.0)
    spec = {"mark": "tick", "encoding": {"x": {"field": "age", "type": "quantitative"}}}
    assert summarize(spec, Profile(9, (text,))).endswith("(rows with a value).")


@pytest.mark.parametrize(
    ("filter", "words"),
    [
        (Filter("Hired", "gte", "2018-01-01"), "Hired from 2018 on"),
        (Filter("Hired", "lte", "2019-12-31"), "Hired up to 2019"),
        (Filter("Hired", "range", ["2018-01-01", "2018-12-31"]), "Hired 2018"),
        (Filter("Hired", "range", ["2018-01-01", "2019-12-31"]), "Hired 2018 to 2019"),
        (Filter("Hired", "range", ["2018-03-01", "2018-05-31"]), "Hired March 2018 to May 2018"),
        (Filter("Hired", "lt", "2018-01-01"), "Hired before 2018"),
        (Filter("Hired", "gt", "2018-12-31"), "Hired after 2018"),
        (Filter("Hired", "equal", "2018-07-14"), "Hired 14 July 2018"),
        (Filter("age", "range", [None, 30.0]), "age up to 30"),
        (Filter("age", "gt", 2.5), "age above 2.5"),
        (Filter("age", "equal", None), "age missing"),
        (Filter("sex", "oneOf", list("abcd")), "sex one of 4 values"),
        (Filter("bool", "equal", True), "bool true"),
        (Filter("a", "equal", "9999-12-31"), "a 31 December 9999"),
        (Filter("a", "oneOf", []), "a one of 0 values"),
    ],
)
def test_a_filter_is_said_in_words(filter, words):
    assert condition(filter) == words


def test_the_title_of_a_narrowed_chart_names_the_filter():
    filters = (Filter("Hired", "gte", "2018-01-01"),)
    chart = recommend(passengers(), Wish((WishedField("survived"), WishedField("age", "median")), filters=filters))[0]
    assert chart.spec["title"] == "Median age by survived, Hired from 2018 on"
    assert chart.summary == "Median age by survived, Hired from 2018 on, as bars, sorted by length."
    assert "title='Median age by survived, Hired from 2018 on'" in chart.code


@pytest.mark.parametrize("name", NAMES)
def test_hostile_filters_stay_text_in_the_code(name):
    profile = Profile(90, (category(name), number("age")))
    wish = Wish((WishedField("age"),), filters=(Filter(name, "equal", "');import os#"),))
    for chart in recommend(profile, wish):
        assert name in chart.spec["title"]
        assert repr(chart.spec["title"]) in altair_code(chart.spec)
        compile(chart.code, "chart", "exec")


@pytest.mark.parametrize(
    "text", ["", "short", "word " * 60, "x" * 300, "Number of rows by " + "ß" * 90, "a\nb", "🐧" * 99]
)
def test_a_title_takes_at_most_two_lines(text):
    found = lines(text)
    assert len(found) <= 2
    assert all(len(line) <= LINE for line in found)
    whole = "".join(text.split())
    kept = "".join("".join(found).split())
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))


def test_the_axis_of_a_long_name_is_cut_and_the_tip_is_not(tabulate):
    import pandas as pd

    from observatory.charts import draw

    name = "Wie zufrieden sind Sie mit " + "allem " * 20
    table, profile = tabulate(pd.DataFrame({name: ["a", "b", "a"] * 9}))
    drawn = draw(recommend(profile, Wish((WishedField(name),)))[0].spec, table, profile).chart.to_dict()
    assert len(drawn["title"]["text"]) == 2
    assert len(drawn["encoding"]["x"]["title"]) <= AXIS
    assert drawn["encoding"]["tooltip"][0]["title"] == name


def test_why_a_chart_stands_above_the_next_is_one_plain_sentence():
    names = ("age", "fare", "survived", "Hired")
    for size in (1, 2, 3):
        for chosen in itertools.combinations(names, size):
            charts = recommend(passengers(), Wish(tuple(WishedField(name) for name in chosen)))
            for chart, following in zip(charts, [*charts[1:], None]):
                sentence = why(chart, following)
                assert 0 < len(sentence) <= 140
                assert sentence.endswith((".", "…"))
                assert "_" not in sentence
                if following is not None and following.cost > chart.cost:
                    assert sentence.startswith("Rather than ")
                    assert compare(chart, following).startswith("It costs")


def test_months_and_years_of_every_day_are_read_back():
    for offset in range(0, 800, 7):
        day = datetime.date(2019, 1, 1) + datetime.timedelta(offset)
        words = condition(Filter("d", "gte", day.isoformat()))
        assert str(day.year) in words
        assert words.startswith("d from ")


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"mark": "rule", "encoding": {"y": {"field": "fare", "aggregate": "mean"}}}, "a line at the mean fare"),
        ({"mark": "rule", "encoding": {"y": {"datum": 30}}}, "a line at 30"),
        ({"mark": "text", "encoding": {"text": {"aggregate": "count"}}}, "labels of the number of rows"),
        ({"mark": {"type": "errorbar", "extent": "ci"}, "encoding": {"y": {"field": "fare"}}}, "error bars"),
        ({"mark": "point", "encoding": {"y": {"field": "age", "aggregate": "q3"}}}, "points of upper quartile of age"),
    ],
)
def test_a_layer_is_said_by_what_it_adds(layer, words):
    dimension = {"x": {"field": "survived", "type": "nominal"}}
    bars = {"mark": "bar", "encoding": {**dimension, "y": {"field": "fare", "aggregate": "median"}}}
    sentence = summarize({"layer": [bars, layer]}, passengers())
    assert sentence.startswith("Median fare by survived, as bars, with ")
    assert words in sentence


@pytest.mark.parametrize("aggregate", AGGREGATES)
@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_and_summary_has_words(mark, aggregate):
    encodings = (Encoding("x", "survived", "nominal"), Encoding("y", "fare", "quantitative", aggregate))
    assert drawn_as(View(mark, encodings))
    assert title(View(mark, encodings))[0].isupper()


def test_a_scatter_plot_is_y_against_x_whatever_the_order_of_its_channels():
    channels = {
        "color": {"field": "Age", "type": "quantitative"},
        "y": {"field": "Fare", "type": "quantitative"},
        "x": {"field": "Parch", "type": "quantitative"},
    }
    assert title(parse({"mark": "point", "encoding": channels})) == "Fare against Parch by Age"
