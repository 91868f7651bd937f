"""A stretch of time without rows is told from weekends, seasons, waves and the whims of chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.run import Run
from observatory.bias.traces.gaps import gaps
from observatory.profile import profile

START = pd.Timestamp("2020-01-01")


@pytest.fixture
def look(table):
    def run(times, reference=None):
        sample = table(pd.DataFrame({"table": times}))
        other = None if reference is None else table(pd.DataFrame({"table": reference}))
        return gaps(Run(sample, profile(sample), other))

    return run


def moments(n=3000, days=700, seed=0):
    return pd.Series(START + pd.to_timedelta(np.random.default_rng(seed).uniform(0, days, n), unit="D"))


def without(times, first, last):
    return times[(times < first) | (times >= last)].reset_index(drop=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weekends", [True, False])
def test_a_window_without_rows_is_a_finding_about_the_column(look, weekends, seed):
    times = moments(seed=seed)
    times = times if weekends else times[times.dt.day_of_week < 5]
    ((finding, place),) = look(without(times, "2021-03-03", "2021-04-20")).found
    assert (finding.kind, finding.direction, finding.where) == ("column", None, None)
    first = "3 March 2021" if weekends else "March 2021"
    assert first in finding.statement
    assert "19 April 2021" in finding.statement
    assert place == ("gaps", 0)


def test_the_evidence_counts_by_period(table):
    sample = table(pd.DataFrame({"day": without(moments(), "2020-05-01", "2020-08-01").dt.date}))
    finding = gaps(Run(sample, profile(sample))).found[0][0]
    counted = sample.query(finding.evidence_sql)
    assert counted["n"].sum() == sample.n_rows
    assert len(counted) == 20


def test_two_windows_are_two_findings(look):
    times = without(without(moments(), "2020-05-01", "2020-06-15"), "2021-01-20", "2021-03-01")
    assert [f.columns for f, _ in look(times).found] == [("table",), ("table",)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "rhythm", ["poisson", "sparse", "weekdays", "seasons", "one day", "waves", "bursts", "growing", "stray", "closed"]
)
def test_rhythms_and_chance_stay_quiet(look, rhythm, seed):
    rng = np.random.default_rng(seed)
    times = {
        "poisson": lambda: moments(seed=seed),
        "sparse": lambda: moments(200, 3000, seed),
        "weekdays": lambda: moments(seed=seed)[lambda t: t.dt.day_of_week < 5],
        "seasons": lambda: moments(6000, 2000, seed)[lambda t: t.dt.month.between(6, 10)],
        "one day": lambda: moments(900, 1, seed),
        "waves": lambda: pd.Series(START + pd.to_timedelta(rng.integers(0, 8, 900) * 180, unit="D")),
        "bursts": lambda: pd.Series(START + pd.to_timedelta(np.cumsum(rng.pareto(1.2, 400) * 3), unit="D")),
        "growing": lambda: pd.Series(START + pd.to_timedelta(900 * rng.random(2000) ** 0.3, unit="D")),
        "stray": lambda: pd.concat([moments(seed=seed), pd.Series([pd.Timestamp("1999-01-01")])]),
        "closed": lambda: without(moments(seed=seed), "2020-12-22", "2021-01-06"),
    }[rhythm]()
    assert look(times).found == ()


def test_a_reference_decides_by_itself(look):
    times = without(moments(), "2021-03-03", "2021-04-20")
    outcome = look(times, moments(9000, seed=3))
    assert outcome.found == ()
    assert [(w.detector, w.direction) for w in outcome.witnesses] == [("gaps", "under")]
    assert "'2021-03-03'" in outcome.witnesses[0].where
    assert "'2021-04-20'" in outcome.witnesses[0].where


def test_awkward_columns_are_passed_over(look):
    for times in ([START], [START] * 500, [pd.NaT] * 499 + [START], pd.Series([1.0, 2.0] * 300), [START.time()] * 300):
        assert look(times).found == ()
