"""Numbers on a scale of time: whole years are drawn however they are stored, other numbers are refused."""

import re
from itertools import pairwise

import pandas as pd
import pytest

import observatory
from observatory.errors import ChartInvalidSpec

YEARS = [1990, 1991, 1992, 1995]
FRAME = pd.DataFrame(
    {
        "year": [float(year) for year in YEARS] * 4 + [None],
        "when": [year + 0.5 for year in YEARS] * 4 + [1990.25],
        "amount": [100 * n for n in range(17)],
        "month": [n % 12 + 1 for n in range(17)],
    }
)


def line(field: str, **more: str) -> dict:
    y = {"field": "amount", "type": "quantitative", "aggregate": "mean"}
    return {"mark": "point", "encoding": {"x": {"field": field, "type": "temporal", **more}, "y": y}}


@pytest.mark.parametrize("unit", [{}, {"timeUnit": "year"}])
def test_whole_years_that_are_stored_as_decimals_are_drawn(unit):
    with observatory.open() as obs:
        drawing = obs.draw(line("year", **unit), obs.ingest(FRAME, name="years"))
    assert list(drawing.chart.data["v_x"].str[:10]) == [f"{year}-01-01" for year in YEARS]
    assert drawing.caveat == "1 row is left out, where year is missing."


@pytest.mark.parametrize("field", ["when", "amount", "month"])
@pytest.mark.parametrize("more", [{}, {"timeUnit": "yearmonth"}, {"aggregate": "max"}])
def test_other_numbers_are_refused_and_not_drawn_empty(field, more):
    with observatory.open() as obs:
        dataset = obs.ingest(FRAME, name="years")
        assert "time_not_time" in [v.rule for v in obs.check(line(field), dataset).hard]
        with pytest.raises(ChartInvalidSpec, match=f"“{field}” holds other numbers"):
            obs.draw(line(field, **more), dataset)


def test_a_mean_of_numbers_that_is_called_a_time_is_a_number():
    with observatory.open() as obs:
        drawing = obs.draw(line("when", aggregate="mean"), obs.ingest(FRAME, name="years"))
    assert drawing.chart.data["v_x"].between(1990, 1996).all()


@pytest.mark.parametrize("n_years", [3, 40])
def test_years_under_bars_lie_flat_and_are_thinned_where_they_have_no_room(n_years):
    frame = pd.DataFrame({"year": [float(1960 + n) for n in range(n_years)] * 2})
    x, y = {"field": "year", "type": "ordinal", "axis": {"format": "d"}}, {"aggregate": "count"}
    with observatory.open() as obs:
        dataset = obs.ingest(frame.astype({"year": int}), name="years")
        picture = obs.picture({"mark": "bar", "encoding": {"x": x, "y": y}}, dataset)
    written = [text for text in re.findall(r"<text[^>]*>19\d\d<", picture) if 'opacity="1"' in text]
    labels = [int(text[-5:-1]) for text in written]
    assert not any("rotate" in text for text in written)
    assert len({late - early for early, late in pairwise(labels)}) == 1
    assert labels == list(range(1960, 1963)) if n_years == 3 else 5 < len(labels) < 40
