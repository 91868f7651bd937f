"""Modes are found where the density dips; skew, heavy tails, curves and heaps are no second mode."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run
from observatory.bias.rows.dip import dip
from observatory.bias.rows.modes import mixture, modes
from observatory.profile import profile


@pytest.fixture
def run(table):
    def make(frame: pd.DataFrame, reference: pd.DataFrame | None = None) -> Run:
        made = table(frame)
        return Run(made, profile(made), None if reference is None else table(reference))

    return make


def two_modes(n: int, share: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    second = rng.random(n) < share
    return pd.DataFrame({"mass": rng.normal(3700, 350, n) + 1500 * second, "other": rng.normal(size=n)})


def test_two_modes_are_said_with_their_places_and_shares(run):
    (note,) = modes(run(two_modes(2000, 0.4))).notes
    assert note.columns == ("mass",)
    assert note.statement.startswith("mass falls into two modes, near 36")
    assert "(58 % and 42 % of the rows)" in note.statement


def test_modes_of_two_fields_together(run):
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 3, 2000)
    places = np.array([[0.0, 0.0], [6.0, 0.0], [3.0, 6.0]])[kind]
    frame = pd.DataFrame(places + rng.normal(size=(2000, 2)), columns=["a", "b"])
    found = run(frame).once(mixture)
    assert [g.share for g in found.groups] == pytest.approx([1 / 3] * 3, abs=0.04)
    assert pd.crosstab(found.labels, kind).max(axis=1).sum() >= 0.98 * 2000


def test_a_mode_that_is_short_is_a_witness(run):
    outcome = modes(run(two_modes(2000, 0.2), two_modes(3000, 0.4, seed=1)))
    assert {(w.detector, w.direction) for w in outcome.witnesses} == {
        ("Gaussian mixture", "under"),
        ("Gaussian mixture", "over"),
    }
    under = next(w for w in outcome.witnesses if w.direction == "under")
    assert under.where.startswith('"mass" >= 4')
    assert outcome.families["modes"].max() < 1e-6


def test_equal_modes_on_both_sides_have_no_witness(run):
    assert modes(run(two_modes(2000, 0.4), two_modes(3000, 0.4, seed=1))).witnesses == ()


@pytest.mark.parametrize("seed", range(2))
def test_one_mode_of_any_shape_stays_one(run, seed):
    rng = np.random.default_rng(seed)
    n = 2000
    curve = rng.normal(size=n)
    shapes = {
        "normal": rng.normal(size=n),
        "lognormal": rng.lognormal(0, 1, n),
        "exponential": rng.exponential(size=n),
        "uniform": rng.random(n),
        "pareto": rng.pareto(1.5, n),
        "heavy": rng.standard_t(3, n),
        "gamma": rng.gamma(2, 1, n),
        "left": rng.beta(5, 1, n),
        "counts": rng.poisson(30, n),
        "curve": curve,
        "parabola": curve**2 + rng.normal(0, 0.3, n),
        "heaped": np.where(rng.random(n) < 0.4, rng.integers(18, 80, n) // 10 * 10, rng.integers(18, 80, n)),
        "zeros": np.where(rng.random(n) < 0.5, 0.0, rng.lognormal(3, 1, n)),
    }
    made = run(pd.DataFrame(shapes))
    assert modes(made).notes == ()
    assert len(made.once(mixture).groups) == 1


def test_a_dip_needs_rows_enough(run):
    values = np.concatenate([np.random.default_rng(0).normal(m, 1, 12) for m in (-1.2, 1.2)])
    assert not dip(values, -1.2, 1.2, 1.0).is_real
    assert modes(run(two_modes(40, 0.5))).notes == ()


def test_levels_alone_have_no_modes(run):
    frame = pd.DataFrame({"a": list("xyz") * 100, "b": [1, 2] * 150})
    assert modes(run(frame)).notes == ()


@pytest.mark.parametrize("seed", range(6))
def test_whole_numbers_of_few_steps_have_no_dips_between_the_steps(run, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.choice(np.arange(21, 36), 4568, p=np.arange(5, 20) / 180)})
    assert modes(run(frame)).notes == ()
