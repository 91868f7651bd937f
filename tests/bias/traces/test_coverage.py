"""Maximal uncovered patterns are exactly those, ranked by what should be there, and never a finding."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from observatory.bias.run import Run
from observatory.bias.traces.coverage import coverage
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture
def look(table):
    def run(frame, reference=None, min_count=30):
        sample = table(frame)
        other = None if reference is None else table(reference)
        return coverage(Run(sample, profile(sample), other, options=BiasOptions(min_count=min_count)))

    return run


def people(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n),
            "region": rng.choice(list("NESW"), n, p=[0.4, 0.3, 0.2, 0.1]),
            "table": rng.choice(["yes", "no"], n, p=[0.3, 0.7]),
            "age": rng.integers(18, 90, n),
        }
    )


def maximal_uncovered(frame, min_count):
    """By brute force."""
    levels = {c: sorted(frame[c].dropna().unique()) for c in frame}

    def covered(pattern):
        rows = np.logical_and.reduce([frame[c] == v for c, v in pattern])
        return rows.sum() >= min_count

    found = set()
    for ways in (2, 3):
        for fields in combinations(levels, ways):
            for values in product(*(levels[f] for f in fields)):
                pattern = tuple(zip(fields, values))
                parents = combinations(pattern, ways - 1)
                if not covered(pattern) and all(covered(p) and _parents_covered(p, covered) for p in parents):
                    found.add(frozenset(pattern))
    return found


def _parents_covered(pattern, covered):
    return len(pattern) == 1 or all(covered(p) for p in combinations(pattern, len(pattern) - 1))


def test_they_are_the_maximal_uncovered_patterns(look):
    frame = people(900).drop(columns="age")
    frame = frame[~((frame.sex == "female") & (frame.region == "E"))].reset_index(drop=True)
    claims = look(frame, min_count=25).claims["coverage"]
    said = set()
    for claim in claims:
        parts = [p.strip("()") for p in claim["where"].split(" AND ")]
        said.add(frozenset((p.split('"')[1], p.split("'")[1]) for p in parts))
    assert said == maximal_uncovered(frame, 25)
    assert [c["expected"] for c in claims] == sorted((c["expected"] for c in claims), reverse=True)


def test_the_pair_that_should_be_there_comes_first(look):
    frame = people()
    hole = (frame.sex == "female") & (frame.region == "S")
    frame = frame[~hole | (frame.index % 20 == 0)].reset_index(drop=True)
    outcome = look(frame)
    first = outcome.claims["coverage"][0]
    assert first["fields"] == ["sex", "region"]
    assert first["n"] < 30
    assert outcome.found == ()


def test_alone_a_note_names_common_groups_that_hardly_meet(look):
    frame = people()
    hole = (frame.sex == "female") & (frame.region == "S")
    frame = frame[~hole | (np.random.default_rng(1).random(4000) < 0.14)].reset_index(drop=True)
    n = int(((frame.sex == "female") & (frame.region == "S")).sum())
    (note,) = look(frame, min_count=80).notes
    assert note.columns == ("sex", "region")
    assert f"women with region = S ({n})" in note.statement
    assert "if the population has them" in note.needs


def test_rare_levels_do_not_flood(look):
    frame = people()
    assert look(frame).notes == ()


def test_a_reference_says_how_many_rows_to_collect(look):
    frame = people()
    frame = frame[~((frame.sex == "female") & (frame.region == "S"))].reset_index(drop=True)
    (note,) = look(frame, people(8000, 3)).notes
    assert note.columns == ("sex", "region")
    assert note.needs.startswith("Collect ")
    assert "women with region = S (0, where the reference's" in note.statement


def test_a_reference_that_lacks_them_too_says_nothing(look):
    frame = people()
    frame = frame[~((frame.sex == "female") & (frame.region == "S"))].reset_index(drop=True)
    assert look(frame, frame).notes == ()


def test_predicates_run_and_count_what_is_said(table):
    sample = table(people(600))
    claims = coverage(Run(sample, profile(sample))).claims["coverage"]
    for claim in claims:
        n = sample.query(f"SELECT count(*) AS n FROM t WHERE {claim['where']}")["n"].iloc[0]
        assert n == claim["n"] < 30


def test_awkward_tables_are_passed_over(look):
    for frame in (
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": ["x"] * 100, "b": [None] * 100}),
        pd.DataFrame({"a": [str(i) for i in range(500)]}),
        pd.DataFrame({f"c{i}": np.arange(60) % 2 for i in range(500)}),
    ):
        assert look(frame).found == ()
