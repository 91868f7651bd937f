"""A corner of three fields, or an area of two, is one finding with its bounds; what cells said of it is below it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.compare.candidates import NONE
from observatory.bias.compare.cells import explained_away
from observatory.bias.compare.compared import compared
from observatory.bias.compare.deep import bare, beyond_cells, dig, explained_by, measure, refined
from observatory.bias.compare.itemsets import itemsets
from observatory.bias.compare.told_apart import told_apart, told_regions
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


@pytest.fixture
def run(table):
    def make(frame, reference):
        ours = table(frame)
        return Run(ours, profile(ours), table(reference), options=BiasOptions())

    return make


def corner(people):
    return (people["sex"] == "female") & (people["age"] < 50) & (people["job"] == "a")


def test_lost_corner_of_three_fields_is_one_finding_and_cells_are_its_children(report, people, thinned):
    found = report(*thinned(corner(people), 0.0), sample_rows=2000).findings
    first = found[0]
    assert set(first.columns) == {"sex", "age", "job"}
    assert (first.direction, first.evidence, first.n) == ("under", "reference", 0)
    assert first.detector in ("told_apart", "itemsets")
    assert first.statement.startswith("Women with ")
    assert first.p <= first.q <= 0.05
    assert len(found) > 1
    assert all(f.explained_by == "f1" for f in found[1:])


def test_round_area_is_of_its_two_fields(run, people, thinned):
    given = run(*thinned((people["east"] - 1) ** 2 + (people["north"] + 45) ** 2 < 6, 0.2))
    names = [a.field for a in given.once(compared).axes]
    known = given.once(told_regions).known
    assert {names[i] for r in known for i in r.axes} == {"east", "north"}


@pytest.mark.parametrize("seed", range(3))
def test_fair_sample_has_no_corner(run, people, thinned, seed):
    given = run(*thinned(pd.Series(False, index=people.index), 1.0, seed))
    assert (told_apart(given).found, itemsets(given).found) == ((), ())


def test_cell_that_departs_more_is_not_explained(run, people, thinned):
    given = run(*thinned(people["job"] == "a", 0.2))
    both, cell = given.once(compared), given.once(explained_away).regions[0]
    other = _region(both, sex=(1,), job=cell.codes[0])
    whole = both.sample, both.reference
    assert explained_by(other, {0: cell}, whole, both.axes, BiasOptions()) == set()
    assert explained_by(cell, {0: other}, whole, both.axes, BiasOptions()) == {0}


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
