"""A cell of two fields is named where the two act together, and else the field that acts alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.compare.compared import compared
from observatory.bias.compare.explain import explain
from observatory.bias.run import Run
from observatory.profile import profile


@pytest.fixture
def regions(table):
    """The fields of the regions found, in order, with the sign of each."""

    def find(sample, reference):
        ours = table(sample)
        both = compared(Run(ours, profile(ours), table(reference)))
        found = explain(both.sample, both.reference, both.axes, range(both.n_paired)).regions
        return [({both.axes[i].field for i in r.axes}, int(np.sign(r.z))) for r in found]

    return find


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(5)
    n = 12_000
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "area": rng.choice(list("abcd"), n),
            "wage": rng.normal(20, 5, n).round(2),
            "age": rng.integers(18, 90, n),
        }
    )


def test_smooth_selection_is_one_range_of_one_field(regions, people):
    keep = people["wage"].rank(pct=True)
    sample = people[np.random.default_rng(1).random(len(people)) < keep].head(3000)
    assert [fields for fields, _ in regions(sample, people)] == [{"wage"}]


def test_two_selections_are_two_regions_of_one_field(regions, people):
    keep = np.where(people["sex"] == "f", 0.2, 1) * np.where(people["area"] == "b", 0.2, 1)
    sample = people[np.random.default_rng(1).random(len(people)) < keep].head(3000)
    assert sorted(sorted(fields) for fields, _ in regions(sample, people)) == [["area"], ["sex"]]


def test_hidden_crossing_is_said_as_what_is_missing(regions, people):
    inside = (people["sex"] == "f") & (people["area"] == "b")
    beside = (people["sex"] == "m") & (people["area"] == "b")
    keep = np.where(inside, 0.2, np.where(beside, 1.0, np.where(people["sex"] == "f", 0.75, 0.5)))
    sample = people[np.random.default_rng(1).random(len(people)) < keep].head(4000)
    assert ({"sex", "area"}, -1) in regions(sample, people)


def test_lower_tail_is_seen_beside_missing_values(regions, people):
    wide = people.assign(wage=people["wage"].where(np.random.default_rng(0).random(len(people)) < 0.5))
    sample = wide[~(wide["wage"] < 18)].head(3000)
    assert regions(sample, wide)[0] == ({"wage"}, -1)


@pytest.mark.parametrize("seed", range(5))
def test_even_samples_are_quiet(regions, people, seed):
    assert regions(people.sample(2500, random_state=seed), people) == []
