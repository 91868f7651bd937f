"""Every way in: what the grammar of charts refuses is never drawn or pinned, and what it leaves out is said."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest

import observatory
from observatory.cli import main
from observatory.errors import ChartInvalidSpec
from observatory.workbench import Observatory

KIND = {"field": "kind", "type": "nominal"}
N = {"field": "n", "type": "quantitative"}
BARS: dict[str, Any] = {"mark": "bar", "encoding": {"x": KIND, "y": {"aggregate": "count", "type": "quantitative"}}}
MADE = {"calculate": "2 * datum.n", "as": "twice"}
EVIL: dict[str, dict[str, Any]] = {
    "href": BARS | {"mark": {"type": "bar", "href": "http://127.0.0.1:9/"}},
    "image": {"mark": {"type": "image", "url": "http://127.0.0.1:9/a.png"}, "encoding": {"x": KIND}},
    "expression": BARS | {"params": [{"name": "p", "expr": "alert(1)"}]},
    "calculate": BARS | {"transform": [{"calculate": "event.view.alert(1)", "as": "z"}]},
    "lookup": BARS
    | {
        "transform": [{"lookup": "kind", "from": {"data": {"url": "http://127.0.0.1:9/"}, "key": "k", "fields": ["v"]}}]
    },
    "element": BARS | {"params": [{"name": "p", "bind": {"input": "range", "element": "body"}}]},
    "usermeta": BARS | {"usermeta": {"embedOptions": {"loader": {"baseURL": "http://127.0.0.1:9/"}}}},
}
"""Charts that keep every rule, and would do harm."""


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[Observatory]:
    with observatory.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def table(obs: Observatory):
    return obs.ingest(pd.DataFrame({"kind": list("ab") * 20, "n": range(40)}), "table")


def refused(ask, spec: dict[str, Any], table) -> bool:
    """Whether a way in refuses a chart, or leaves out of it what is harmful and says so."""
    try:
        found = ask(spec, table)
    except ChartInvalidSpec as error:
        return bool(error.message.endswith("."))
    said = getattr(found, "notes", None) or getattr(found, "caveat", "")
    return bool(said) and "127.0.0.1" not in json.dumps(getattr(found, "spec", {}))


@pytest.mark.parametrize("name", EVIL)
def test_every_way_in_is_closed_to_what_does_harm(obs: Observatory, table, name: str) -> None:
    assert refused(obs.draw, EVIL[name], table)
    assert refused(obs.check, EVIL[name], table)
    for ask in (obs.picture, obs.judged, obs.draco_facts, lambda spec, over: obs.pin(over, spec)):
        try:
            found = ask(EVIL[name], table)
        except ChartInvalidSpec:
            continue
        assert "127.0.0.1" not in str(found)
    assert "127.0.0.1" not in str(obs.pins(table))


def test_a_pin_of_another_hand_is_not_drawn(obs: Observatory, table) -> None:
    obs._store.journal("pins").change(lambda _: [{"dataset": table.id, "spec": EVIL["element"]}])
    (chart,) = obs.pins(table)
    assert chart.summary == "A chart that cannot be drawn."
    assert "element" in chart.caveat
    assert chart.code == ""


def test_data_that_would_be_fetched_are_left_out_and_that_is_said(obs: Observatory, table) -> None:
    spec = BARS | {"data": {"url": "http://127.0.0.1:9/rows.json"}}
    assert "rows of the data set stand for" in obs.draw(spec, table).caveat
    assert any("rows of the data set stand for" in note for note in obs.check(spec, table).notes)
    assert obs.judged(spec, table).spec == BARS
    assert obs.pin(table, spec)[0].spec == BARS


def test_a_chart_that_is_refused_and_breaks_rules_is_mended(obs: Observatory, table) -> None:
    found = obs.check({"mark": "bar", "encodings": BARS["encoding"]}, table, repair=True)
    assert not found.valid
    assert found.repairs
    assert found.notes[-1].startswith("It is not drawn. ")
    for repair in found.repairs:
        assert obs.draw(repair.spec, table).alt
    still = EVIL["element"] | {"encoding": {"x": {"field": "kin", "type": "nominal"}, "y": BARS["encoding"]["y"]}}
    assert obs.check(still, table, repair=True).repairs == ()


def test_charts_of_the_house_and_of_altair_are_let_in_as_they_are(obs: Observatory, table) -> None:
    for chart in obs.recommend(table, k=6):
        assert obs.judged(chart.spec, table).spec == chart.spec
        assert obs.check(chart.spec, table).notes == ()
    frame = pd.DataFrame({"kind": ["a"], "n": [1]})
    written = alt.Chart(frame).mark_bar().encode(x="kind:N", y="count()")
    assert obs.check(written, table).valid


def test_what_a_chart_computes_or_holds_is_drawn_judged_and_pinned(obs: Observatory, table) -> None:
    made = {
        "mark": "point",
        "encoding": {"x": {"field": "twice"} | {"type": "quantitative"}, "y": N},
        "transform": [MADE],
    }
    own = {"data": {"values": [{"g": "a", "m": 3}, {"g": "b", "m": 5}]}, "mark": "bar"}
    own |= {"encoding": {"x": {"field": "g", "type": "nominal"}, "y": {"field": "m", "type": "quantitative"}}}
    for spec, coded in ((made, True), (own, False)):
        assert obs.judged(spec, table).code.startswith("import") == coded
        assert obs.picture(spec, table).startswith("<svg")
        assert obs.pin(table, spec)[-1].caveat.startswith("Drawn as written")


def test_the_shell_refuses_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setitem(os.environ, "OBSERVATORY_LLM", "off")
    rows, spec = tmp_path / "rows.csv", tmp_path / "spec.json"
    rows.write_text("kind,n\n" + "a,1\nb,2\n" * 20, encoding="utf-8")
    spec.write_text(json.dumps(EVIL["expression"]), encoding="utf-8")
    assert main(["check", str(spec), str(rows), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["type"] == "ChartInvalidSpec"
    assert error["hint"]
