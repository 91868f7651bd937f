"""A cell of two fields is named where the two act together, and else the field that acts alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.axis import Axis
from observatory.bias.coded import Known
from observatory.bias.compare.cells import simplest, where_sql
from observatory.bias.compare.compared import compared
from observatory.bias.compare.explain import Region, explain
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


@pytest.fixture
def said(table):
    """The SQL of the regions found, each with its sign."""

    def find(sample, reference):
        ours = table(sample)
        both = compared(Run(ours, profile(ours), table(reference)))
        found = explain(both.sample, both.reference, both.axes, range(both.n_paired)).regions
        return [(where_sql(r, both.axes), int(np.sign(r.z))) for r in found]

    return find


def test_levels_kept_by_degrees_are_those_that_lost(said, people):
    """Whatever level comes next is large or small among those left; only what departs in all rows is named."""
    keep = people["area"].map({"a": 0.2, "b": 0.5, "c": 0.9, "d": 1.0})
    sample = people[np.random.default_rng(1).random(len(people)) < keep].head(4000)
    assert said(sample, people) == [("(\"area\" IN ('b', 'a'))", -1)]


def test_abrupt_tail_is_not_widened(said, people):
    keep = np.where(people["wage"] > people["wage"].quantile(0.85), 0.5, 1)
    for seed in range(5):
        sample = people[np.random.default_rng(seed).random(len(people)) < keep].sample(1500, random_state=seed)
        ((where, sign),) = said(sample, people)
        lost = people.query(where.strip("()").replace('"wage"', "wage"))
        assert sign < 0
        assert 0.1 <= len(lost) / len(people) <= 0.21


def test_two_tails_lost_are_not_told_as_a_middle_too_large(said, people):
    keep = people["wage"].rank(pct=True).map(lambda r: 0.2 if r > 0.82 else 0.7 if r < 0.07 else 1)
    sample = people[np.random.default_rng(2).random(len(people)) < keep].head(3000)
    (where, sign), *_ = said(sample, people)
    assert sign < 0
    assert '"wage" >=' in where


def test_box_that_is_lost_is_one_region(said, people):
    """Its margins fall too, but each by itself says less."""
    low, high = people["wage"].quantile([0.2, 0.6])
    inside = people["wage"].between(low, high) & people["age"].between(30, 60)
    sample = people[~inside].sample(700, random_state=1)
    ((where, sign),) = said(sample, people)
    assert sign < 0
    assert '"wage"' in where
    assert '"age"' in where


def test_window_of_time_leaves_no_month_behind(regions, people):
    rng = np.random.default_rng(3)
    days = rng.integers(0, 365, len(people))
    frame = people.assign(day=pd.Timestamp("2021-01-01") + pd.to_timedelta(days, unit="D"))
    frame["month"] = frame["day"].dt.month
    sample = frame[(days < 128) | (days >= 181)].head(4000)
    assert regions(sample, frame) == [({"day"}, -1)]


def test_levels_that_lost_rows_are_found_among_those_that_did_not(said, people):
    people = people.assign(area=np.random.default_rng(4).choice(list("abcde"), len(people)))
    keep = people["area"].isin(["a", "b"]).map({True: 0.5, False: 1.0})
    sample = people[np.random.default_rng(1).random(len(people)) < keep].head(1200)
    ((where, sign),) = said(sample, people)
    assert sign < 0
    assert "'a'" in where
    assert "'b'" in where


def test_the_other_side_is_said_only_where_it_departs_as_much():
    """Two levels too large are three too small; a range is not the rest of its field where many values are missing."""
    levels = Axis("area", False, '"area"', ("'a'", "'b'", "'c'", "'d'"), ("a", "b", "c", "d"))
    number = Axis("size", True, '"size"', ("1", "2"), ("1", "2"))
    known = Known((np.array([0, 0.3, 0.25, 0.25, 0.2, 0]), np.array([0.4, 0.25, 0.25, 0.1])))
    large = Region((0,), ((1, 2),), 5.0, "sets", -10.0, 0.3)
    turned = simplest(large, known, [levels, number])
    assert (turned.codes, turned.z) == (((3, 4),), -5.0)
    ranged = Region((1,), ((1, 2),), 5.0, "tails", -10.0, 0.3)
    assert simplest(ranged, known, [levels, number]) == ranged


@pytest.mark.parametrize("falls", [True, False])
def test_a_preference_is_half_of_the_values_at_either_end(said, people, falls):
    """From a fifth to a half of the values all tails depart alike; neither end is told by its narrowest tail."""
    rank = people["wage"].rank(pct=True)
    sample = people[np.random.default_rng(7).random(len(people)) < (1 - rank if falls else rank)].head(2000)
    ((where, _),) = said(sample, people)
    share = len(people.query(where.strip("()").replace('"wage"', "wage"))) / len(people)
    assert 0.35 <= share <= 0.65
