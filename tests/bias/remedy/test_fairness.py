"""Base rates by group: worked numbers, what is said, and targets of which nothing can be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run
from observatory.bias.remedy.fairness import fairness
from observatory.bias.statistics import newcombe, wilson
from observatory.profile import profile

BERKELEY = {
    ("A", "men"): (512, 825),
    ("A", "women"): (89, 108),
    ("B", "men"): (353, 560),
    ("B", "women"): (17, 25),
    ("C", "men"): (120, 325),
    ("C", "women"): (202, 593),
    ("D", "men"): (138, 417),
    ("D", "women"): (131, 375),
    ("E", "men"): (53, 191),
    ("E", "women"): (94, 393),
    ("F", "men"): (22, 373),
    ("F", "women"): (24, 341),
}


@pytest.fixture
def berkeley():
    """The six largest departments of Berkeley in 1973 (Bickel, Hammel & O'Connell, 1975)."""
    rows = [
        (department, sex, "yes" if i < admitted else "no")
        for (department, sex), (admitted, n) in BERKELEY.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


@pytest.fixture
def asked(table):
    def make(frame, target, reference=None):
        sample = table(frame)
        other = None if reference is None else table(reference)
        return fairness(Run(sample, profile(sample), other, target=target))

    return make


def test_base_rates_are_those_of_the_paper(asked, berkeley):
    made = asked(berkeley, "admitted").fairness
    rates = {(g.field, g.group): g for g in made.groups}
    assert made.positive == "yes"
    assert made.rate == pytest.approx(1755 / 4526)
    assert rates["sex", "men"].rate == pytest.approx(1198 / 2691)
    assert rates["sex", "women"].rate == pytest.approx(557 / 1835)
    assert rates["department", "A"].interval == wilson(601, 933)
    assert made.unequal == ("department", "sex")


def test_statements_are_few_and_carry_their_numbers(asked, berkeley):
    said = asked(berkeley, "admitted").fairness.statements
    assert said == (
        "admitted = yes holds for 39 % of 4,526 rows (95 % CI 37–40 %).",
        "admitted = yes: 64 % where department is A (933 rows) and 6.4 % where department is F (714 rows), the highest"
        " and the lowest rate of its groups.",
        "admitted = yes: 45 % where sex is men (2,691 rows) and 30 % where sex is women (1,835 rows).",
    )


def test_the_smaller_the_group_the_larger_what_would_be_noticed(asked, berkeley):
    groups = {g.group: g for g in asked(berkeley, "admitted").fairness.groups if g.field == "department"}
    assert groups["A"].detectable < groups["E"].detectable


def test_a_planted_difference_is_found_and_an_even_target_is_quiet(asked, population):
    rng = np.random.default_rng(1)
    rows = population.head(4000)
    even = rows.assign(y=rng.random(4000) < 0.3)
    made = asked(even, "y").fairness
    assert made.unequal == ()
    assert made.statements[1].startswith("No field has groups that differ")
    planted = rows.assign(y=rng.random(4000) < np.where(rows["sex"] == "female", 0.4, 0.2))
    assert asked(planted, "y").fairness.unequal == ("sex",)


def test_even_targets_rarely_differ_by_chance(asked, population):
    rng = np.random.default_rng(2)
    rows = population[["sex", "age", "region", "code"]].head(1000)
    alarms = sum(bool(asked(rows.assign(y=rng.random(1000) < 0.5), "y").fairness.unequal) for _ in range(12))
    assert alarms <= 2


def test_rates_against_the_reference_carry_newcombes_interval(asked, population):
    rng = np.random.default_rng(3)
    people = population.assign(y=np.where(rng.random(len(population)) < 0.3, "yes", "no"))
    sample = people.sample(3000, random_state=1)
    flipped = sample.assign(y=np.where((sample["region"] == "A") & (rng.random(3000) < 0.3), "yes", sample["y"]))
    made = asked(flipped, "y", people).fairness
    group = next(g for g in made.groups if (g.field, g.group) == ("region", "A"))
    there = people[people["region"] == "A"]["y"]
    assert group.reference_rate == pytest.approx((there == "yes").mean())
    assert group.difference == pytest.approx(newcombe(group.n_positive, group.n, (there == "yes").sum(), len(there)))
    assert any(s.startswith("Where region is A, y = yes holds for") for s in made.statements)
    assert made.reference_rate == pytest.approx((people["y"] == "yes").mean())


def test_a_sample_of_the_reference_does_not_depart_from_its_rates(asked, population):
    people = population.assign(y=np.random.default_rng(4).random(len(population)) < 0.3)
    made = asked(people.sample(3000, random_state=2), "y", people).fairness
    assert not any(" here and for " in s for s in made.statements)


def test_cells_of_fewer_than_five_rows_are_flagged(asked, population):
    rows = population.head(1000).assign(rare=["x"] * 12 + ["y"] * 988)
    made = asked(rows.assign(y=([True] * 2 + [False] * 10 + [True, False] * 494)), "y").fairness
    few = [g.group for g in made.groups if g.few]
    assert few == ["x"]
    assert any(s.startswith("Fewer than 5 rows with or without y = true where rare is x") for s in made.statements)


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 1], "1"),
        ([1, 2], "2"),
        ([False, True], "true"),
        (["no", "yes"], "yes"),
        (["Y", "N"], "Y"),
        (["a", "a", "a", "b"], "b"),
        (["a"] * 60 + ["b"] * 30 + ["c"] * 9 + ["d"], "c"),
        (list(range(100)), "above 49"),
        ([0] * 60 + [1] * 30 + [5] * 10, "above 0"),
        ([1] * 10 + [2] * 20 + [5] * 70, "at least 5"),
        (pd.date_range("2024-01-01", periods=99).tolist(), "above 2024-02-19"),
    ],
)
def test_the_positive_class_of_any_kind_of_field(asked, values, positive):
    rows = pd.DataFrame({"y": values * 4, "g": ["p", "q"] * (len(values) * 2)})
    assert asked(rows, "y").fairness.positive == positive


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["x"] * 100, "one value only"),
        ([7] * 100, "one value only"),
        ([None] * 100, "no value in any row"),
        ([f"v{i}" for i in range(100)], "classes"),
        ([["a"], ["b"]] * 50, "classes"),
    ],
    ids=["one class", "one number", "missing", "unique", "nested"],
)
def test_targets_of_which_nothing_is_said_get_a_note(asked, values, said):
    made = asked(pd.DataFrame({"y": values, "g": ["p", "q"] * 50}), "y")
    assert made.fairness is None
    assert said in made.notes[0].statement
    assert made.notes[0].kind == "fairness"


def test_no_target_says_nothing(asked, population):
    made = asked(population.head(100), None)
    assert made.fairness is None
    assert made.notes == ()


def test_missing_targets_do_not_count_and_missing_groups_do(asked):
    rows = pd.DataFrame({"y": ["yes", "no", None, "yes"] * 50, "g": ["p", None, "p", None] * 50})
    made = asked(rows, "y").fairness
    assert made.n == 150
    assert {g.group: (g.n, g.n_positive) for g in made.groups} == {"p": (50, 50), "missing": (100, 50)}


def test_every_predicate_runs_and_counts_what_is_said(table, asked):
    rows = pd.DataFrame({"table": ["it's", '"q"'] * 50, '"long"--93': -np.arange(100.0), "t": [1, 2, 2, 2] * 25})
    made = asked(rows, "t").fairness
    sample = table(rows)
    for g in made.groups:
        sql = f"SELECT count(*) AS n, count(*) FILTER (WHERE {made.where}) AS k FROM t WHERE ({g.where})"
        assert sample.query(sql).iloc[0].tolist() == [g.n, g.n_positive]


def test_the_report_of_a_target_has_its_fairness(report, berkeley):
    made = report(berkeley, target="admitted")
    assert made.fairness.target == "admitted"
    assert made.checks["fairness"].startswith("The rate of admitted = yes was compared over 8 groups of 2 fields")
    assert report(berkeley).fairness is None
