"""Preferences are read whatever they are about, judged on data left out, and learned weights keep the panels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.charts.pairs import Pair, Score, changed_firsts, evaluate, fit, read
from observatory.charts.rules.rule_weights import hand_set, shipped
from observatory.model import Choice

FIELDS = [
    {"name": "n", "type": "string", "unique": 3},
    {"name": "when (x). b", "type": "date", "unique": 40},
    {"name": "q", "type": "number", "unique": 90, "entropy": 3900, "interesting": True},
    {"name": "r", "type": "number", "unique": 90, "entropy": 1000},
]


def points(**channels: str) -> dict[str, Any]:
    return {"mark": "point", "encoding": {channel: {"field": name} for channel, name in channels.items()}}


def pair(better: Any, worse: Any, **more: Any) -> dict[str, Any]:
    return {"task": "value", "n_rows": 90, "fields": FIELDS, "better": better, "worse": worse, **more}


def written(tmp_path: Path, *records: dict[str, Any]) -> Path:
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps(records), "utf-8")
    return path


def test_the_number_asked_about_is_told_from_the_other_one(tmp_path):
    one = pair(points(x="r", y="q", color="n"), points(x="n", y="r", color="q"), distribution=7)
    [found], unread = read(written(tmp_path, one))
    assert unread == 0
    assert (found.data, found.task, found.choice.task) == ("7", "value", "value")
    assert {"asked_colour", "categories_on_x"} <= set(found.choice.worse) - set(found.choice.better)


def test_other_marks_types_and_tasks_are_read(tmp_path):
    line = {"mark": "line", "encoding": {"x": {"field": "when (x). b"}, "y": {"field": "q", "aggregate": "mean"}}}
    bars = {"mark": {"type": "bar"}, "encoding": {"x": {"field": "n"}, "y": {"aggregate": "count", "field": "*"}}}
    bins = {"mark": "bar", "encoding": {"x": {"field": "q", "bin": True}, "y": {"aggregate": "count"}}}
    found, unread = read(written(tmp_path, pair(line, bars, task="compare"), pair(bins, line, task=None)))
    assert unread == 0
    assert [(p.task, p.choice.task) for p in found] == [("compare", None), ("none", None)]
    assert found[0].data == found[1].data


def test_what_cannot_be_read_is_counted(tmp_path):
    fine = points(x="q", y="r")
    found, unread = read(written(tmp_path, pair(fine, {"mark": "bar"}), pair(7, fine), pair(fine, fine)))
    assert (len(found), unread) == (1, 2)


def test_ties_stand_apart_and_every_pair_is_judged_by_weights_that_never_saw_its_data():
    better, worse = {"categories_coloured": 1}, {"beside_size": 1}
    pairs = [Pair(Choice(better, worse, "value"), str(data), "value") for data in range(4) for _ in range(5)]
    odd = [Pair(Choice(worse, better, "value"), "odd", "value") for _ in range(5)]
    assert fit(pairs).of("beside_size", "value") > hand_set().of("beside_size")
    table = evaluate([*pairs, *odd])
    assert table["all"]["hand_set"] == Score(0, 0, 25)
    assert table["value"]["learned"] == Score(20, 5, 0)
    assert table["value"]["learned"].accuracy == 0.8


def test_shipped_weights_leave_the_first_chart_of_every_panel_request():
    assert changed_firsts(shipped()) == []
