"""Copies are found where equal rows are a surprise, and only there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def _copied(frame: pd.DataFrame, n: int) -> pd.DataFrame:
    return pd.concat([frame, frame.head(n)], ignore_index=True)


def test_copies_are_counted_and_placed(report, drawn):
    found = report(_copied(drawn(), 60)).findings
    assert [(f.kind, f.direction, f.n) for f in found] == [("rows", "duplicates", 60)]
    assert found[0].rows == tuple(range(3000, 3060))
    assert found[0].where is None
    assert found[0].statement.startswith("60 rows (2 %")


def test_rows_that_differ_only_in_an_identifier(report, drawn):
    sample = _copied(drawn(), 60)
    sample.insert(0, "id", np.arange(len(sample)))
    found = report(sample).findings
    assert [f.n for f in found] == [60]
    assert "agree with an earlier row in everything but id" in found[0].statement


def test_one_copy_is_enough_where_chance_brings_none(report, drawn):
    assert [f.n for f in report(_copied(drawn(), 1)).findings] == [1]


@pytest.mark.parametrize("seed", range(5))
def test_equal_rows_of_a_coarse_table_are_no_finding(report, seed):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], 2000)
    frame = pd.DataFrame(
        {"sex": sex, "class": rng.integers(1, 4, 2000), "alive": (rng.random(2000) < 0.3) ^ (sex == "f")}
    )
    made = report(frame)
    assert made.findings == ()
    assert "duplicates" not in {n.kind for n in made.notes}
    assert "as is to be expected of so few different values" in made.checks["duplicates"]


@pytest.mark.parametrize("n_columns", [4, 8, 14])
def test_equal_rows_of_answers_that_hang_together_are_no_finding(report, n_columns):
    rng = np.random.default_rng(n_columns)
    mood = rng.normal(size=(1500, 1))
    answers = (mood + rng.normal(scale=0.7, size=(1500, n_columns)) > 0.8).astype(int)
    assert report(pd.DataFrame(answers, columns=[f"q{i}" for i in range(n_columns)])).findings == ()


def test_a_column_that_another_determines_adds_no_surprise(report):
    rng = np.random.default_rng(0)
    city = rng.integers(0, 20, 400)
    frame = pd.DataFrame(
        {"city": city.astype(str), "state": (city // 4).astype(str), "kind": rng.choice(list("abcd"), 400)}
    )
    assert report(frame).findings == ()


def test_equal_rows_of_the_reference_are_expected(report):
    rng = np.random.default_rng(0)
    half = pd.DataFrame({"x": rng.normal(size=4000), "y": rng.normal(size=4000)})
    population = pd.concat([half, half], ignore_index=True)
    assert report(population.sample(4000, random_state=1).reset_index(drop=True), population).findings == ()
