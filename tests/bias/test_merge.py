"""Detectors that agree are one finding with witnesses; what points elsewhere, or the other way, stays apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from observatory.bias.merge import merge
from observatory.bias.run import Run, Witness
from observatory.model import BiasOptions, Effect, Finding
from observatory.profile import profile


def finding(detector, where=None, direction="under", rows=None, explained_by=None):
    return Finding(
        "", "region", ("x",), where, direction, rows, 1, 0.1, 0.2, (0.0, 0.2), Effect("Cohen's h", -0.3), 0.01, 0.01,
        "low", "reference", detector, "x.", "SELECT 1", explained_by,
    )  # fmt: skip


@pytest.fixture
def run(table):
    frame = pd.DataFrame({"x": np.arange(1000), "only here": 1})
    ours = table(frame)
    return Run(ours, profile(ours), table(frame[["x"]]), options=BiasOptions())


def test_three_detectors_that_agree_are_one_finding_with_witnesses(run):
    a, b = finding("cells", '"x" < 100'), finding("told_apart", '"x" < 110')
    witnesses = [Witness("decision tree", '"x" < 90', "under"), Witness("apriori", '"x" >= 500', "under")]
    (one,) = merge(run, [a, b], witnesses)
    assert (one.where, one.witnesses) == ('"x" < 100', ("told_apart", "decision tree"))


def test_directions_that_differ_never_merge(run):
    found = merge(run, [finding("cells", '"x" < 100'), finding("edges", '"x" < 100', "over")], [])
    assert [f.witnesses for f in found] == [(), ()]
    (one,) = merge(run, [finding("cells", '"x" < 100')], [Witness("decision tree", '"x" < 100', "over")])
    assert one.witnesses == ()


def test_what_is_missing_is_borne_out_by_too_many(run):
    (one,) = merge(run, [finding("cells", '"x" < 9', "missing")], [Witness("apriori", '"x" < 9', "over")])
    assert one.witnesses == ("apriori",)


def test_one_detector_keeps_its_own_findings_apart(run):
    assert len(merge(run, [finding("cells", '"x" < 100'), finding("cells", '"x" < 105')], [])) == 2


def test_findings_of_another_detector_are_passed_over_for_one_that_differs(run):
    found = [finding("cells", '"x" < 100'), finding("edges", '"x" > 500'), finding("cells", '"x" > 510')]
    assert [(f.where, f.witnesses) for f in merge(run, found, [])] == [
        ('"x" < 100', ()),
        ('"x" > 500', ("cells",)),
    ]


def test_half_of_the_rows_is_the_limit(run):
    assert len(merge(run, [finding("a", '"x" < 100'), finding("b", '"x" < 200')], [])) == 1
    assert len(merge(run, [finding("a", '"x" < 100'), finding("b", '"x" < 201')], [])) == 2


def test_children_stay_children_and_follow_what_stands_for_their_parent(run):
    parent, twin = finding("cells", '"x" < 100'), finding("told_apart", '"x" < 101')
    child = finding("cells", '"x" < 90', explained_by='"x" < 101')
    other = finding("told_apart", '"x" < 91', explained_by='"x" < 100')
    found = merge(run, [parent, twin, child, other], [])
    assert [(f.where, f.explained_by) for f in found] == [('"x" < 100', None), ('"x" < 90', '"x" < 100')]


def test_finding_that_another_detector_explains_is_its_child_only(run):
    deep, cell = finding("told_apart", '"x" < 60'), finding("cells", '"x" < 300')
    told = dataclasses.replace(cell, explained_by='"x" < 60')
    below = finding("cells", '"x" < 700', explained_by='"x" < 300')
    found = merge(run, [deep, cell, told, below], [])
    assert [(f.where, f.explained_by) for f in found] == [
        ('"x" < 60', None),
        ('"x" < 300', '"x" < 60'),
        ('"x" < 700', '"x" < 60'),
    ]


def test_findings_of_rows_merge_by_their_rows(run):
    a, b = (finding(d, direction="outliers", rows=r) for d, r in (("outliers", (1, 2, 3)), ("odd_rows", (2, 3))))
    c = finding("gaps", direction="outliers", rows=(7,))
    assert [f.witnesses for f in merge(run, [a, b, c], [])] == [("odd_rows",), ()]


def test_a_field_that_the_reference_lacks_is_looked_up_in_the_sample_alone(run):
    a, b = finding("missing", '"only here" = 1'), finding("told_apart", '"x" >= 0')
    assert [f.witnesses for f in merge(run, [a, b], [])] == [("told_apart",)]


def test_each_predicate_is_asked_once_of_each_table(run):
    asked = []

    class Counting:
        def __init__(self, inner):
            self.inner, self.n_rows = inner, inner.n_rows

        def query(self, sql, params=()):
            asked.append(sql)
            return self.inner.query(sql, params)

    counted = dataclasses.replace(run, table=Counting(run.table), reference=Counting(run.reference), _made={})
    found = [finding(f"d{i}", f'"x" < {i}') for i in range(1, 30)]
    witnesses = [Witness("decision tree", f'"x" < {i}', "under") for i in range(30, 60)]
    first = merge(counted, found, witnesses)
    assert merge(counted, found, witnesses) == first
    assert len([sql for sql in asked if "FROM t" in sql and "DESCRIBE" not in sql]) == 2


def test_rare_rows_of_a_long_table_are_counted_in_full(table):
    ours = table(pd.DataFrame({"x": np.arange(120_000)}))
    run = Run(ours, profile(ours))
    found = [finding("a", '"x" < 4'), finding("b", '"x" < 5'), finding("c", '"x" < 60000'), finding("d", '"x" < 70000')]
    assert [(f.where, f.witnesses) for f in merge(run, found, [])] == [('"x" < 4', ("b",)), ('"x" < 60000', ("d",))]
