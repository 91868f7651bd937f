"""The report as a whole: same input same report, one error control, calm words, and no table it chokes on."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from observatory.bias.compare.cells import cells
from observatory.bias.detect import DETECTORS, steps
from observatory.bias.run import Run
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import BiasReport
from observatory.profile import profile


def test_same_seed_same_report(report, drawn, population):
    sample = drawn(population["age"] > 60, 0.3)
    assert report(sample, population, random_state=3) == report(sample, population, random_state=3)


def test_report_survives_json(report, drawn, population):
    sample = pd.concat([drawn(population["age"] > 60, 0.3)] * 1 + [population.head(5)], ignore_index=True)
    made = report(sample, population)
    assert BiasReport.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_findings_are_ranked_by_severity_and_numbered(report, drawn, population):
    sample = drawn(population["sex"] == "female", 0.1)
    sample = pd.concat([sample, sample.head(20)], ignore_index=True)
    found = report(sample, population).findings
    assert [f.id for f in found] == ["f1", "f2"]
    assert [f.severity for f in found] == ["high", "low"]
    assert all(f.p <= f.q <= 0.05 for f in found)


def test_nothing_found_says_what_was_looked_for_and_what_cannot_be_known(report, drawn):
    made = report(drawn())
    assert made.findings == ()
    assert made.verdict.startswith("Nothing found among 3,000 rows: looked for copied rows")
    assert made.claims["needs_reference"]
    assert all(text.endswith(".") for text in made.checks.values())


def test_dominance_is_a_note_and_needs_a_reference(report, drawn):
    sample = drawn()
    sample["sex"] = np.where(np.random.default_rng(0).random(len(sample)) < 0.9, "male", "female")
    made = report(sample)
    assert made.findings == ()
    note = next(n for n in made.notes if n.kind == "dominance")
    assert note.columns == ("sex",)
    assert note.statement.startswith(("90 %", "89 %", "91 %"))
    assert "population" in note.needs


def test_unknown_target_names_the_closest_field(report, drawn):
    with pytest.raises(FieldNotFound) as raised:
        report(drawn(), target="incme")
    assert "income" in raised.value.hint


def test_marginals_without_their_columns_are_refused(report, drawn):
    with pytest.raises(ObservatoryError, match="share"):
        report(drawn(), marginals=pd.DataFrame({"field": ["sex"], "value": ["female"]}))


AWKWARD = {
    "one row": pd.DataFrame({"a": [1], "b": ["x"]}),
    "one column": pd.DataFrame({"a": [1, 2, 3] * 40}),
    "constant": pd.DataFrame({"a": [1] * 100, "b": ["x"] * 100}),
    "all null": pd.DataFrame({"a": [None] * 100, "b": [None] * 100}),
    "all unique": pd.DataFrame({"a": [f"v{i}" for i in range(300)], "b": np.arange(300.0) ** 1.5}),
    "names": pd.DataFrame(
        {
            "table": ["x", None] * 60,
            '"long"--93': range(120),
            "a b;DROP TABLE t": ["it's", '"q"', ""] * 40,
            "<b>": range(120),
        }
    ),
    "signs": pd.DataFrame({"long": -np.arange(200.0) / 3, "n": [-1, -2] * 100}),
    "sorted": pd.DataFrame({"a": sorted(["x", "y", "z"] * 100), "b": np.arange(300.0)}),
    "many levels": pd.DataFrame({"a": [f"v{i % 400}" for i in range(2000)], "b": np.arange(2000) % 7}),
    "no rows": pd.DataFrame({"a": pd.Series(dtype=float), "b": pd.Series(dtype=str)}),
}


@pytest.mark.parametrize("name", list(AWKWARD))
def test_awkward_tables_give_a_quiet_report(report, name):
    frame = AWKWARD[name]
    for reference in (None, frame):
        made = report(frame, reference)
        assert [f for f in made.findings if f.detector != "duplicates"] == []
        assert made.verdict


def test_awkward_names_are_found_under_their_names(unexplained, table):
    rng = np.random.default_rng(0)
    name, level = '"long"--93', "it's <b>;"
    population = pd.DataFrame({name: rng.choice([level, "x", "y"], 6000), "table": rng.normal(size=6000)})
    sample = population[(population[name] != level) | (rng.random(6000) < 0.2)].reset_index(drop=True)
    found = unexplained(sample, population)
    assert [f.columns for f in found] == [(name,)]
    assert table(sample).query(f"SELECT count(*) AS n FROM t WHERE ({found[0].where})")["n"][0] == found[0].n
    assert f"{name} = {level}" in found[0].statement


def test_reference_of_other_levels_is_compared(unexplained):
    sample = pd.DataFrame({"x": ["a", "b"] * 300})
    reference = pd.DataFrame({"x": ["a", "b", "c", "c"] * 300})
    found = unexplained(sample, reference)
    assert [(f.where, f.n, f.direction) for f in found] == [("(\"x\" = 'c')", 0, "under")]


def test_wide_table_says_what_was_capped(report):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"v{i}": rng.choice(["a", "b", None], 60) for i in range(120)})
    notes = [n.statement for n in report(frame).notes if n.kind == "capped"]
    assert len(notes) == 1
    assert "the first 100 of 120 fields with missing values and groups of 40 of 120 fields" in notes[0]


def test_one_row_is_a_row(report):
    assert "among 1 row:" in report(pd.DataFrame({"a": [1], "b": ["x"]})).verdict


def test_every_detector_has_its_question_in_its_module():
    import sys

    assert all((sys.modules[d.__module__].__doc__ or "").strip() for d in DETECTORS)


def test_a_run_may_ask_some_of_the_detectors(drawn, population, table):
    ours = table(drawn(population["age"] > 60, 0.3))
    (made,) = steps(Run(ours, profile(ours), table(population)), (cells,))
    assert {f.detector for f in made.findings} == {"cells"}
    assert made.pending == ()
