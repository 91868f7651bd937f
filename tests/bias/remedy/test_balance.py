"""ASMD as in the literature, findings under the weights, and the one sentence on both."""

from __future__ import annotations

import numpy as np
import pytest

from observatory.bias import Run, steps
from observatory.bias.remedy.balance import asmd, field_balance, level_balance, sentence, subject
from observatory.profile import profile


def test_asmd_is_the_difference_in_standard_deviations_of_the_reference():
    made = asmd(np.array([0.25, 0.75]), np.array([0.4, 0.6]))
    assert made == pytest.approx(np.array([0.15, 0.15]) / np.sqrt(0.24))


def test_asmd_of_rows_has_the_deviation_of_rows():
    theirs = np.array([1.0, 1, 1, 0, 0])
    made = asmd(np.array([0.2]), np.array([theirs.mean()]), len(theirs))
    assert made[0] == pytest.approx(abs(0.2 - theirs.mean()) / theirs.std(ddof=1))


def test_asmd_of_a_level_the_reference_lacks_takes_the_pooled_deviation():
    assert asmd(np.array([0.5]), np.array([0.0]))[0] == pytest.approx(0.5 / np.sqrt(0.125))
    assert asmd(np.array([0.0]), np.array([0.0]))[0] == 0
    assert asmd(np.array([0.0]), np.array([1.0]))[0] == 1


def test_a_field_counts_with_the_mean_of_its_levels_and_the_worst_comes_first():
    even = np.array([0.5, 0.5])
    levels = [
        *level_balance("a", ["x", "y"], np.array([0.5, 0.5]), even, even, None),
        *level_balance("b", ["x", "y"], np.array([0.1, 0.9]), even, even, None),
    ]
    fields = field_balance(levels, ["b"])
    assert [(f.field, f.weighed) for f in fields] == [("b", True), ("a", False)]
    assert fields[0].asmd_before == pytest.approx(0.8)
    assert fields[0].asmd_after == 0


def test_levels_that_neither_side_has_are_not_listed():
    shares = np.array([0.0, 1.0, 0.0])
    assert [b.level for b in level_balance("a", ["x", "y", "z"], shares, shares, shares, None)] == ["y"]


def test_the_sentence_says_what_is_paid_for_what():
    assert sentence(["sex"], 1000, 1000, 0.02, 0.02).endswith(
        "1,000 of its 1,000 rows; the mean difference (ASMD) stays at .02."
    )
    assert "by a, b, c and 3 more fields," in sentence(list("abcdef"), 10, 5, 0.2, 0.1)
    assert sentence(["a"], 10, 5, 0.2, 0.001).endswith("falls from .20 to less than .01.")


def test_the_subject_of_a_finding_is_read_from_its_statement(table, drawn, population):
    sample = table(drawn(population["sex"] == "female", 0.1))
    first = next(steps(Run(sample, profile(sample), table(population))))
    assert subject(first.findings[0]) == "sex = female"
