"""Values beyond a gap are a finding; heavy tails are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def test_values_far_from_the_rest_are_found_with_their_rows(report, drawn):
    sample = drawn()
    rows = [5, 700, 2900]
    sample.loc[rows, "income"] = [9e6, 8e6, 9.5e6]
    found = report(sample).findings
    assert [(f.direction, f.columns, f.rows) for f in found] == [("outliers", ("income",), tuple(rows))]
    assert found[0].n == 3


def test_values_far_below_are_found(report, drawn):
    sample = drawn()
    sample.loc[[3, 30], "age"] = -999
    assert [(f.direction, f.rows) for f in report(sample).findings] == [("outliers", (3, 30))]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tail", ["normal", "lognormal", "pareto", "cauchy", "uniform", "counts"])
def test_heavy_tails_are_no_finding(report, tail, seed):
    rng = np.random.default_rng(seed)
    values = {
        "normal": rng.normal(size=3000),
        "lognormal": rng.lognormal(0, 2, 3000),
        "pareto": rng.pareto(1.2, 3000),
        "cauchy": rng.standard_cauchy(3000),
        "uniform": rng.random(3000),
        "counts": rng.negative_binomial(1, 0.05, 3000),
    }[tail]
    assert report(pd.DataFrame({"x": values, "y": rng.normal(size=3000)})).findings == ()


def test_infinities_and_awkward_types_do_not_crash(report):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": np.where(rng.random(200) < 0.05, np.inf, rng.normal(size=200)),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 500, 200), unit="D"),
            "clock": [pd.Timestamp("2020-01-01").time()] * 200,
            "parts": [[1, 2]] * 200,
            "yes": rng.random(200) < 0.5,
        }
    )
    assert len(report(frame, frame).claims["odd_rows"]) == 10


def test_far_values_on_both_sides_are_one_finding(report, drawn):
    sample = drawn()
    rows = np.arange(0, 90)
    sample["income"] = sample["income"].astype(float)
    sample.loc[rows, "income"] += np.where(rows % 2, 15, -15) * sample["income"].std() * (1 + rows / 100)
    found = report(sample).findings
    assert [(f.direction, f.columns, f.rows) for f in found] == [("outliers", ("income",), tuple(rows.tolist()))]
    assert "or less" in found[0].statement
    assert "or more" in found[0].statement


def test_three_per_cent_in_another_unit(report, drawn):
    sample = drawn()
    rows = np.arange(100, 190)
    sample.loc[rows, "income"] *= 1000
    found = [f.rows for f in report(sample).findings if f.direction == "outliers"]
    assert found == [tuple(rows.tolist())]


def test_a_code_for_unknown_is_named_as_one(report, drawn):
    sample = drawn()
    sample.loc[sample.index[::20], "age"] = 999
    (found,) = report(sample).findings
    assert found.n == 150
    assert "age = 999, which reads like a code" in found.statement


def test_far_below_a_field_that_ends_at_zero(report, drawn):
    rng = np.random.default_rng(0)
    sample = drawn().assign(hours=rng.choice([0, 0, 0, 10, 20, 30, 35, 38, 40, 42, 45, 50], 3000))
    sample["hours"] += rng.integers(0, 4, 3000)
    sample.loc[[7, 8, 9], "hours"] = -200
    assert [f.rows for f in report(sample).findings if f.direction == "outliers"] == [(7, 8, 9)]


@pytest.mark.parametrize("seed", range(2))
def test_fields_that_are_mostly_zero_are_quiet(report, seed):
    rng = np.random.default_rng(seed)
    rain = np.where(rng.random(3000) < 0.9, 0, (rng.lognormal(-3, 1, 3000) * 100).round() / 100)
    assert [f for f in report(pd.DataFrame({"rain": rain, "y": rng.normal(size=3000)})).findings if f.where] == []
