"""The judge of repaired code: what is drawn counts, not how it is written; and a sample of the broken programs."""

from __future__ import annotations

import json

import observatory
from benchmarks.repair import meaning, programs, verdict

ROWS = [{"a": "x", "b": 1}, {"a": "y", "b": 2}, {"a": "y", "b": 4}]


def bar(**encoding: object) -> dict[str, object]:
    return {"mark": "bar", "encoding": encoding}


A, MEAN = {"field": "a", "type": "nominal"}, {"field": "b", "type": "quantitative", "aggregate": "mean"}


def test_a_bar_on_its_side_means_the_same() -> None:
    assert meaning(bar(x=A, y=MEAN), ROWS) == meaning(bar(x=MEAN, y=A), ROWS)


def test_rows_that_were_summed_before_mean_the_same() -> None:
    rows = {"data": {"values": [{"a": "x", "b": 1}, {"a": "y", "b": 3}]}}
    assert meaning(bar(x=A, y=MEAN | {"aggregate": None}) | rows, []) == meaning(bar(x=A, y=MEAN), ROWS)


def test_another_aggregate_mark_or_field_does_not() -> None:
    right = meaning(bar(x=A, y=MEAN), ROWS)
    assert meaning(bar(x=A, y=MEAN | {"aggregate": "sum"}), ROWS) != right
    assert meaning(bar(x=A, y=MEAN) | {"mark": "point"}, ROWS) != right
    assert meaning(bar(y=MEAN), ROWS) != right


def test_the_second_corpus_holds_other_programs() -> None:
    second = programs("second")
    assert len(second) == 60
    assert sum(program.get("held_out", False) for program in second) == 30
    assert len({program["name"] for program in second}) == 60
    assert not {p["code"] for p in second} & {p["code"] for p in programs()}


def test_programs_are_broken_and_a_sample_of_them_is_mended() -> None:
    found = programs()
    assert len(found) >= 80
    assert len({program["name"] for program in found}) == len(found)
    with observatory.open() as obs:
        if not obs.sandbox().ready:
            return
        for program in [p for p in found if p["dataset"] == "seattle_weather" and not p.get("held_out")][:5]:
            rows = json.loads(obs.rows_for_code(program["dataset"]).to_json(orient="records", date_format="iso"))
            said = verdict(obs, program, rows, llm=False)
            assert said["was_broken"]
            assert said["verdict"] == "fixed", program["name"]
