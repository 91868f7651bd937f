"""Pinned charts are kept with their version of the data and stand first among the charts of every report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import observatory
from observatory import report
from observatory.errors import ChartInvalidSpec, FieldNotFound
from observatory.model import PinnedChart, Report
from observatory.workbench import Observatory

BARS: dict[str, Any] = {
    "mark": "bar",
    "encoding": {"x": {"field": "<b>", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}},
}
POINTS: dict[str, Any] = {
    "mark": "point",
    "encoding": {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "m", "type": "quantitative"}},
}
SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


def rows(n: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"<b>": ["a", "*b*"] * (n // 2), "n": range(n), "m": [None, *range(1, n)]})


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[Observatory]:
    with observatory.open(tmp_path / "workspace") as opened:
        yield opened


def test_pins_are_kept_in_order_for_one_version(obs: Observatory) -> None:
    first, second = obs.ingest(rows(), "table"), obs.ingest(rows(80), "table")
    obs.pin(first, BARS, "For the talk.")
    obs.pin(first, POINTS)
    assert [(chart.spec["mark"], chart.note) for chart in obs.pins(first)] == [("bar", "For the talk."), ("point", "")]
    assert obs.pins(second) == []
    assert "left out" in obs.pins(first)[1].caveat


def test_a_chart_is_pinned_once_with_its_latest_note(obs: Observatory) -> None:
    table = obs.ingest(rows(), "table")
    obs.pin(table, BARS, "one")
    obs.pin(table, POINTS)
    assert [chart.note for chart in obs.pin(table, BARS, "two")] == ["two", ""]


def test_pins_outlive_the_process_and_are_taken_out_by_place(obs: Observatory, tmp_path: Path) -> None:
    table = obs.ingest(rows(), "table")
    obs.pin(table, BARS)
    obs.pin(table, POINTS)
    with observatory.open(tmp_path / "workspace") as again:
        assert [chart.spec["mark"] for chart in again.unpin(table.id, 0)] == ["point"]
    assert len(obs.pins(table)) == 1
    with pytest.raises(ChartInvalidSpec, match="no such pinned chart"):
        obs.unpin(table, 1)


def test_what_cannot_be_drawn_is_not_pinned(obs: Observatory) -> None:
    table = obs.ingest(rows(), "table")
    with pytest.raises(FieldNotFound):
        obs.pin(table, {"mark": "bar", "encoding": {"x": {"field": "nobody", "type": "nominal"}}})
    with pytest.raises(ChartInvalidSpec):
        obs.pin(table, {"mark": "bar"})
    assert obs.pins(table) == []


def test_a_pin_that_can_be_drawn_no_more_says_why(obs: Observatory) -> None:
    table = obs.ingest(rows(), "table")
    broken = {"mark": "bar", "encoding": {"x": {"field": "gone", "type": "nominal"}}}
    obs._store.journal("pins").change(lambda _: [{"dataset": table.id, "spec": broken}, {"dataset": table.id}])
    (chart,) = obs.pins(table)
    assert "no field called “gone”" in chart.caveat


def test_every_rendering_shows_pinned_charts_first(obs: Observatory) -> None:
    table = obs.ingest(rows(), "table")
    obs.pin(table, POINTS, "Look <here>")
    found = obs.report(table, llm=False)
    assert Report.from_dict(found.to_dict()) == found
    page = report.html(found, lambda _: SVG, of_pinned=lambda _: SVG)
    assert page.count("<img") == 1 + len(found.charts)
    assert page.index("Pinned charts") < page.index("Can I trust it?")
    assert "Look &lt;here&gt;" in page
    assert "left out" in page
    said = report.markdown(found).replace("\\", "")
    assert said.index("## Pinned charts") < said.index("## What is it?")
    for text in (said, report.text(found)):
        assert "Look <here>" in text
        assert found.pinned[0].caveat in text


def test_a_report_without_pins_says_nothing_of_them(obs: Observatory) -> None:
    found = obs.report(obs.ingest(rows(), "table"), llm=False)
    for text in (report.html(found, lambda _: SVG), report.markdown(found), report.text(found)):
        assert "pinned charts" not in text.lower()


def test_a_chart_pinned_with_weights_stays_weighted(obs: Observatory) -> None:
    spec = {
        "mark": "bar",
        "encoding": {"x": {"field": "class", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}},
    }
    obs.pin("titanic_passengers", spec, weighted={"reference": "titanic_aboard"})
    (chart,) = obs.pins("titanic_passengers")
    assert chart.weighted == {"reference": "titanic_aboard"}
    assert "eighted" in chart.caveat
    assert PinnedChart.from_dict(chart.to_dict()) == chart
