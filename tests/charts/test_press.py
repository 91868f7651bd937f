"""The process that draws pictures dies of what is too much, and the next picture is right."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

import observatory
from observatory.charts.drawing.press import Press
from observatory.errors import ChartInvalidSpec

POINT = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
GAPS = {
    "data": {"sequence": {"start": 0, "stop": 5000, "as": "u"}},
    "transform": [{"calculate": "datum.u", "as": "g"}, {"impute": "u", "key": "u", "groupby": ["g"], "value": 0}],
    "mark": "point",
    "encoding": {"x": {"field": "u", "type": "quantitative"}},
}
FAR = {"field": "a", "type": "quantitative", "scale": {"range": [0, 90_000]}}


@pytest.fixture(scope="module")
def press():
    opened = Press()
    yield opened
    opened.close()


def test_a_chart_that_takes_too_long_costs_only_itself(press):
    press.draw(POINT)
    press._seconds = 1
    with pytest.raises(ChartInvalidSpec, match="too long or too much memory"):
        press.draw(GAPS)
    press._seconds = 60
    assert press.draw(POINT).startswith(b"<svg")


def test_a_process_that_died_is_started_anew(press):
    before = press.draw(POINT)
    os.kill(press._process.pid, signal.SIGKILL)
    press._process.wait()
    assert press.draw(POINT) == before


def test_a_picture_of_absurd_size_is_refused_with_its_size(press):
    far = {**POINT, "encoding": {"x": FAR, "y": FAR}}
    for scale in (None, 2):
        with pytest.raises(ValueError, match=r"[\d,]{6,} by [\d,]{6,} pixels"):
            press.draw(far, scale)


def test_threads_get_their_own_pictures(press):
    widths = range(100, 130)
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda width: press.draw({**POINT, "width": width}), widths))
    assert len(set(drawn)) == len(widths)


def test_nothing_is_left_of_a_closed_press():
    press = Press()
    press.draw(POINT)
    process = press._process
    press.close()
    assert process.returncode is not None


PAIRS = {"impute": "value", "key": "year", "groupby": ["place"], "value": 0}
FILLED = {"x": {"field": "year", "type": "quantitative"}, "y": {"field": "value", "type": "quantitative"}}


def test_gaps_are_filled_where_there_are_few_pairs(obs_of_years):
    obs, dataset = obs_of_years
    assert obs.picture({"mark": "line", "transform": [PAIRS], "encoding": FILLED}, dataset).startswith("<svg")


def test_gaps_of_too_many_pairs_are_refused(obs_of_years):
    obs, dataset = obs_of_years
    pairs = PAIRS | {"groupby": ["row"], "keyvals": {"start": 0, "stop": 1000}}
    with pytest.raises(ChartInvalidSpec, match="Gaps would be filled"):
        obs.draw({"mark": "line", "transform": [pairs], "encoding": FILLED}, dataset)


def test_a_chart_whose_channel_fills_too_many_gaps_is_drawn_without(obs_of_years):
    obs, dataset = obs_of_years
    encoding = {
        "x": {"field": "row", "type": "quantitative"},
        "y": {"field": "value", "type": "quantitative", "impute": {"value": 0}},
        "detail": [{"field": "row", "type": "nominal"}],
    }
    drawn = obs.draw({"mark": "line", "encoding": encoding}, dataset)
    assert "impute" not in str(drawn.chart.to_dict())
    assert drawn.caveat == "Other options of the written chart are not drawn."


@pytest.fixture
def obs_of_years(tmp_path):
    lines = [f"{2000 + i % 20},{'abcde'[i % 5]},{i},{i % 7}" for i in range(1000)]
    (tmp_path / "years.csv").write_text("\n".join(["year,place,row,value", *lines]))
    with observatory.open() as obs:
        yield obs, obs.ingest(tmp_path / "years.csv")
