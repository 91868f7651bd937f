"""Charts in the shorthand of Altair get the repair that a person would make: the same chart in full."""

import pandas as pd
import pytest

from observatory.charts import check, draw

X, Y = {"field": "class", "type": "nominal"}, {"field": "hwy", "type": "quantitative"}
MEAN, COUNT = {**Y, "aggregate": "mean"}, {"aggregate": "count", "type": "quantitative"}


@pytest.fixture
def cars(tabulate):
    rows = {"class": ["suv", "compact", "pickup"] * 40, "hwy": [15.0 + i % 17 for i in range(120)], "a:Q": range(120)}
    return tabulate(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ({"encoding": {"x": "class", "y": "count()"}}, {"x": X, "y": COUNT}),
        ({"encoding": {"x": "class:N", "y": "mean(hwy):Q"}}, {"x": X, "y": MEAN}),
        ({"encoding": {"x": X, "y": {"field": "avg(hwy)", "type": "quantitative"}}}, {"x": X, "y": MEAN}),
        (
            {"encoding": {"x": {"shorthand": "class"}, "y": {"shorthand": "hwy", "aggregate": "mean"}}},
            {"x": X, "y": MEAN},
        ),
        ({"x": "class", "y": MEAN}, {"x": X, "y": MEAN}),
        ({"encoding": {"x": "class", "y": {"field": "a:Q", "type": "quantitative", "aggregate": "sum"}}}, {"x": X}),
    ],
)
def test_shorthand_is_written_in_full(cars, written, full):
    table, profile = cars
    found = check({"mark": "bar", **written}, profile, repair=True, table=table)
    assert not found.valid
    best = found.repairs[0]
    assert {channel: best.spec["encoding"][channel] for channel in full} == full
    assert len(best.edits) <= 2
    draw(best.spec, table, profile)


def test_a_field_that_is_named_like_shorthand_stays_itself(cars):
    table, profile = cars
    spec = {"mark": "bar", "encoding": {"x": X, "y": {"field": "a:Q", "type": "quantitative", "aggregate": "sum"}}}
    assert check(spec, profile, table=table).valid


def test_what_speaks_of_no_field_is_not_guessed(cars):
    table, profile = cars
    found = check({"mark": "bar", "encoding": {"x": "klass", "y": "count()"}}, profile, repair=True, table=table)
    assert all("klass" not in str(repair.spec) for repair in found.repairs if len(repair.edits) > 1)


def test_a_scale_that_is_text_is_no_scale(cars):
    table, profile = cars
    spec = {"mark": "point", "encoding": {"x": Y | {"scale": "log"}, "y": {"field": "a:Q", "type": "quantitative"}}}
    found = check(spec, profile, repair=True, table=table)
    assert [v.rule for v in found.hard] == ["unknown_scale"]
    assert found.repairs[0].spec["encoding"]["x"]["scale"] == {"type": "log"}
