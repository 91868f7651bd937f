"""A table that chart code left empty is drawn empty, not as the whole data set."""

import re

import pytest

import observatory

EMPTY = {"datasets": {"data-1": []}, "data": {"name": "data-1"}}
POINTS = {
    "mark": "point",
    "encoding": {"x": {"field": "cty", "type": "quantitative"}, "y": {"field": "hwy", "type": "quantitative"}},
}


@pytest.fixture(scope="module")
def obs():
    with observatory.open() as opened:
        yield opened


def n_points(picture):
    return len(re.findall(r'aria-roledescription="point"', picture))


def test_nothing_is_drawn_of_an_empty_table(obs):
    assert n_points(obs.picture(POINTS, "cars")) > 100
    assert n_points(obs.picture({**POINTS, **EMPTY}, "cars")) == 0


def test_a_layer_of_an_empty_table_is_empty(obs):
    whole = {"layer": [POINTS, {**POINTS, "data": {"name": "data-1"}}], "datasets": {"data-1": []}}
    drawn = obs.draw(whole, "cars").chart.to_dict()
    assert drawn["datasets"]["data-1"] == []
    assert n_points(obs.picture(whole, "cars")) == n_points(obs.picture({"layer": [POINTS]}, "cars"))


def test_code_that_leaves_no_rows_says_so(obs):
    if obs.sandbox().ready:
        run = obs.try_code("alt.Chart(data[data['cty'] > 1000]).mark_point().encode(x='cty', y='hwy')", "cars")
        assert run.notes == ("A table that the code made has no rows, so nothing of it is drawn.",)
        assert n_points(obs.picture(run.spec, "cars")) == 0
