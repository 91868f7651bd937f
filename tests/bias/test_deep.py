"""A corner of three fields, or an area of two, is one finding with its bounds; what cells said of it is below it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.candidates import NONE
from observatory.bias.compared import compared
from observatory.bias.deep import bare, beyond_cells, dig, measure, refined
from observatory.bias.run import Run
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 24_000
    return pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n),
            "age": rng.integers(18, 90, n),
            "job": rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
            "east": rng.uniform(-5, 5, n),
            "north": rng.uniform(-50, -40, n),
        }
    )


@pytest.fixture
def thinned(people):
    def make(inside, keep, seed=0):
        rng = np.random.default_rng(seed)
        kept = people.iloc[::2][~inside.iloc[::2] | (rng.random(len(people) // 2) < keep)]
        return kept.sample(4000, random_state=seed).reset_index(drop=True), people.iloc[1::2].reset_index(drop=True)

    return make


def test_lost_corner_of_three_fields_is_one_finding(unexplained, people, thinned):
    inside = (people["sex"] == "female") & (people["age"] < 50) & (people["job"] == "a")
    (found,) = unexplained(*thinned(inside, 0.0), sample_rows=20_000)
    assert set(found.columns) == {"sex", "age", "job"}
    assert (found.direction, found.evidence, found.n) == ("under", "reference", 0)
    assert found.statement.startswith("Women with ")
    assert found.p <= found.q <= 0.05


def test_cells_that_the_corner_explains_are_its_children(report, people, thinned):
    inside = (people["sex"] == "female") & (people["age"] < 50) & (people["job"] == "a")
    found = report(*thinned(inside, 0.0), sample_rows=20_000).findings
    assert found[0].detector in ("told_apart", "itemsets")
    assert len(found) > 2
    assert all(f.explained_by == "f1" for f in found[1:])


def test_round_area_is_one_finding_of_its_two_fields(unexplained, people, thinned):
    inside = (people["east"] - 1) ** 2 + (people["north"] + 45) ** 2 < 6
    found = unexplained(*thinned(inside, 0.2), sample_rows=20_000)
    assert [set(f.columns) for f in found] == [{"east", "north"}]


@pytest.mark.parametrize("seed", range(4))
def test_fair_sample_has_no_corner(report, people, thinned, seed):
    nobody = pd.Series(False, index=people.index)
    assert report(*thinned(nobody, 1.0, seed), sample_rows=20_000, random_state=seed).findings == ()


@pytest.fixture
def run(table):
    def make(frame, reference):
        ours = table(frame)
        return Run(ours, profile(ours), table(reference), options=BiasOptions())

    return make


def _region(both, **codes):
    names = [a.field for a in both.axes]
    fields = sorted(names.index(n) for n in codes)
    return bare((tuple(fields), tuple(codes[names[i]] for i in fields)), -1.0)


def test_field_that_adds_nothing_is_dropped_and_bounds_are_moved(run, people, thinned):
    both = compared(run(*thinned((people["age"] < 40) & (people["job"] == "b"), 0.0)))
    job = next(a for a in both.axes if a.field == "job")
    b = 1 + job.labels.index("b")
    started = _region(both, sex=(1,), age=tuple(range(1, 9)), job=(b,))
    made = refined(started, (both.sample, both.reference), both.axes)
    assert {both.axes[i].field for i in made.axes} == {"age", "job"}
    z, h = measure(made, (both.sample, both.reference))
    assert z < measure(started, (both.sample, both.reference))[0] < 0
    assert h < -0.5


def test_nothing_proposed_is_nothing_found(run, people, thinned):
    given = run(*thinned(people["age"] < 40, 0.5))
    start, both = given.once(beyond_cells), given.once(compared)
    made = dig(start, both, lambda *_: NONE, lambda sides: sides, "told_apart")
    assert (made.regions, made.known, made.sides) == ((), start.known, start.sides)
    assert len(made.p) == 0
