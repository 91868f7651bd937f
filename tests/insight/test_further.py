"""Charts that go further than a given one are valid, add something, differ from it and from each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import observatory
from observatory.insight.wording import channels, chart_words
from observatory.workbench import Observatory

CHARTS: dict[str, dict[str, Any]] = {
    "penguins": {
        "mark": "bar",
        "encoding": {
            "x": {"field": "species", "type": "nominal"},
            "y": {"field": "body_mass_g", "type": "quantitative", "aggregate": "mean"},
        },
    },
    "gapminder": {
        "mark": "circle",
        "transform": [{"filter": {"field": "year", "equal": 2007}}],
        "encoding": {
            "x": {"field": "gdpPercap", "type": "quantitative", "scale": {"type": "log"}},
            "y": {"field": "lifeExp", "type": "quantitative"},
        },
    },
    "titanic_aboard": {
        "mark": "arc",
        "encoding": {"theta": {"aggregate": "count"}, "color": {"field": "class", "type": "nominal"}},
    },
    "seattle_weather": {
        "mark": "line",
        "encoding": {
            "x": {"field": "date", "type": "temporal", "timeUnit": "yearmonth"},
            "y": {"field": "temp_max", "type": "quantitative", "aggregate": "mean"},
        },
    },
}


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    opened = observatory.open()
    yield opened
    opened.close()


def shown(spec: Any) -> set[str | None]:
    return {s.field for s in channels(spec)}


@pytest.mark.parametrize("name", CHARTS)
def test_further_charts_are_valid_different_and_say_what_they_add(obs: Observatory, name: str) -> None:
    spec = CHARTS[name]
    found = obs.further(name, spec, 3)
    assert len(found) >= 2
    said = [(chart_words(one), str(one.get("transform"))) for one in (spec, *(one.chart.spec for one in found))]
    assert len(set(said)) == len(said)
    assert len({one.question for one in found}) == len(found)
    for one in found:
        assert obs.check(one.chart.spec, name).valid
        assert one.question.endswith("?")
        assert one.reason.endswith(".")
        about = (shown(one.chart.spec) & shown(spec)) - {None}
        assert about or any(name in one.reason for name in shown(spec) if name) or "number of rows" in one.reason


def test_the_same_rows_are_looked_at(obs: Observatory) -> None:
    found = obs.further("gapminder", CHARTS["gapminder"], 4)
    kept = [one for one in found if "finding" not in one.reason]
    assert kept
    assert all("2007" in str(one.chart.spec["transform"]) for one in kept)


def test_a_table_of_one_field_has_nothing_further_than_itself(obs: Observatory) -> None:
    dataset = obs.ingest(pd.DataFrame({"colour": ["red", "blue", "red"] * 30}), name="one")
    spec = {"mark": "bar", "encoding": {"x": {"field": "colour", "type": "nominal"}, "y": {"aggregate": "count"}}}
    assert obs.further(dataset, spec) == []


def test_a_chart_of_unknown_fields_gives_what_can_be_had(obs: Observatory) -> None:
    spec = {"mark": "bar", "encoding": {"x": {"field": "nothing"}, "y": {"aggregate": "count"}}}
    assert all(obs.check(one.chart.spec, "penguins").valid for one in obs.further("penguins", spec))
