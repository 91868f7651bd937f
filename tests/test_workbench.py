"""The use cases end to end, on the samples and on the awkward tables people really have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import observatory
from observatory.errors import DatasetNotFound, LLMUnavailable, UnreadableFile
from observatory.llm import ScriptedLLM
from observatory.model import Alignment, FieldMatch, Report
from observatory.store.samples import samples
from observatory.workbench import Observatory

N = 60
AWKWARD = {
    "one row": pd.DataFrame({"a": [1], "b": ["x"]}),
    "one column": pd.DataFrame({"a": range(N)}),
    "constant": pd.DataFrame({"a": [1] * N, "b": ["x"] * N}),
    "all missing": pd.DataFrame({"a": pd.Series([None] * N, dtype="object"), "b": range(N)}),
    "all unique text": pd.DataFrame({"id": [f"id-{i}" for i in range(N)]}),
    "infinite": pd.DataFrame({"a": [np.inf, -np.inf, np.nan, 1.0] * 15, "b": list("abcd") * 15}),
    "huge": pd.DataFrame({"a": [2**53 + 1, 5 * 10**18, -1] * 20, "b": ["5e9", "inf", "nan"] * 20}),
    "shares": pd.DataFrame({"share": np.linspace(0, 1, N), "group": list("ab") * 30}),
    "words of languages": pd.DataFrame(
        {"SELECT": range(N), "table": list("ab") * 30, "x:Q": range(N), "datum": range(N)}
    ),
    "hostile": pd.DataFrame(
        {"a). :- not x. b(1": range(N), '"; DROP TABLE t; --': ["'", '"', "\\"] * 20, "größe 🦆": range(N)}
    ),
    "emoji cells": pd.DataFrame({"mood": ["🦆", "<b>", None] * 20, "n": range(N)}),
}


@pytest.fixture
def obs() -> Iterator[Observatory]:
    with observatory.open() as opened:
        yield opened


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_table_gets_a_whole_report(obs: Observatory, name: str) -> None:
    report = obs.report(obs.ingest(AWKWARD[name], name))
    assert report.dataset.n_rows == len(AWKWARD[name])
    assert report.bias.verdict
    assert Report.from_dict(json.loads(json.dumps(report.to_dict(), allow_nan=False))).bias == report.bias
    for chart in report.charts:
        assert obs.picture(chart.spec, report.dataset).startswith("<svg")


@pytest.mark.parametrize("name", [sample.name for sample in samples()])
def test_every_sample_gets_a_whole_report(obs: Observatory, name: str) -> None:
    report = obs.report(name)
    assert report.summary.sentences
    assert len(report.goals) == 5
    assert len({json.dumps(chart.spec) for chart in report.charts}) == len(report.charts) == 5
    for chart in report.charts:
        assert chart.cost == sum((v.weight or 0) * v.count for v in chart.violations)


def test_titanic_passengers_against_everybody_aboard(obs: Observatory) -> None:
    report = obs.detect_bias("titanic_passengers", reference="titanic_aboard")
    crew = [f for f in report.findings if f.direction == "under" and "class" in f.columns]
    assert any("crew" in f.statement for f in crew)
    for finding in report.findings:
        if finding.where:
            assert len(obs.rows("titanic_passengers", finding.where, n=5000)) == finding.n


def test_age_is_missing_more_often_in_third_class(obs: Observatory) -> None:
    missing = [f for f in obs.detect_bias("titanic_passengers").findings if f.kind == "missing"]
    assert any("age" in f.columns and "class" in f.columns for f in missing)


def test_the_same_seed_gives_the_same_report(obs: Observatory) -> None:
    with observatory.open() as other:
        assert obs.detect_bias("us_forces").to_dict() == other.detect_bias("us_forces").to_dict()


def test_a_data_set_is_still_there_after_a_restart(tmp_path: Path) -> None:
    with observatory.open(tmp_path) as first:
        stored = first.ingest(AWKWARD["shares"], "shares")
    with observatory.open(tmp_path) as second:
        assert second.datasets() == [stored]
        assert second.profile(stored).n_rows == N


def test_a_file_that_is_not_there(obs: Observatory) -> None:
    with pytest.raises(UnreadableFile):
        obs.ingest("nowhere.csv")
    with pytest.raises(DatasetNotFound) as caught:
        obs.profile("titanic_passenger")
    assert "titanic_passengers" in caught.value.hint


def test_a_model_that_is_down_leaves_templates() -> None:
    with observatory.open(llm=ScriptedLLM([LLMUnavailable("The model is down.")] * 20)) as obs:
        report = obs.report("cars")
    assert {sentence.source for sentence in report.summary.sentences} == {"template"}
    assert {goal.source for goal in report.goals} == {"template"}


def test_invented_numbers_of_a_model_are_not_shown() -> None:
    lie = '{"sentences": ["The table has 98765 rows.", "Prices rise because of inflation."]}'
    with observatory.open(llm=ScriptedLLM([lie] * 20)) as obs:
        summary = obs.summarize("cars")
    assert "98765" not in " ".join(sentence.text for sentence in summary.sentences)
    assert "inflation" not in " ".join(sentence.text for sentence in summary.sentences)


def census(n: int = 2000) -> pd.DataFrame:
    """Half women and half men in four areas, with a number."""
    rng = np.random.default_rng(5)
    sexes, areas = rng.choice(["female", "male"], n), rng.choice(list("abcd"), n)
    return pd.DataFrame({"sex": sexes, "area": areas, "n": rng.normal(size=n)})


def test_an_alignment_is_applied_and_another_one_is_another_report(obs: Observatory) -> None:
    people = obs.ingest(census()[lambda f: (f["sex"] == "male") | (f.index % 3 == 0)], "people")
    other = obs.ingest(census().rename(columns={"sex": "gender"}).replace({"gender": {"female": "F", "male": "M"}}))
    matches = Alignment((FieldMatch("sex", "gender", {"F": "female", "M": "male"}),))
    job = obs.bias_job(people, other, alignment=matches)
    assert job is obs.bias_job(people, other, alignment=Alignment.from_dict(matches.to_dict()))
    assert job is not obs.bias_job(people, other)
    first = job.first(lambda report: bool(report.findings)).findings[0]
    assert (first.columns, first.direction, first.evidence) == (("sex",), "under", "reference")
    assert obs.propose_alignment(people, other).suggested.match("sex") == matches.matches[0]


def test_an_earlier_version_is_a_reference_and_said_to_be_one(obs: Observatory) -> None:
    old = obs.ingest(census(), "visits")
    new = obs.ingest(census()[lambda f: f["area"] != "a"], "visits")
    assert obs.versions(new) == [old]
    assert obs.versions(old) == []
    report = obs.bias_job(new, old).first(lambda report: bool(report.findings))
    assert "as it was on" in report.notes[0].statement
    assert report.findings[0].columns == ("area",)


def test_a_reference_that_is_the_table_itself_is_said_to_be(obs: Observatory) -> None:
    people = obs.ingest(census(300), "people")
    assert "this table itself" in obs.bias_job(people, people).first(lambda _: True).notes[0].statement


def test_a_card_beside_a_file_declares_population_and_reference(obs: Observatory, tmp_path: Path) -> None:
    census().to_csv(tmp_path / "census.csv", index=False)
    census(100).to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "people.toml").write_text('title = "People"\npopulation = "everybody"\nreference = "census.csv"\n')
    people = obs.ingest(tmp_path / "people.csv")
    assert people.card is not None
    assert (people.title, people.card.population) == ("People", "everybody")
    declared = obs.declared_reference(people)
    assert declared is not None
    assert obs.dataset(declared).name == "census"
    assert obs.declared_reference("titanic_passengers") == "titanic_aboard"
    (tmp_path / "census.toml").write_text('reference = "people.csv"')
    assert obs.ingest(tmp_path / "census.csv").card is None
    (tmp_path / "census.toml").write_text("title = ")
    with pytest.raises(UnreadableFile, match="not well-formed"):
        obs.ingest(tmp_path / "census.csv")
