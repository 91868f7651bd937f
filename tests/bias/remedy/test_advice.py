"""A sample weighed to its population: what becomes of findings, what it costs, and what cannot be weighed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run, row_weights, weigh
from observatory.bias.remedy.advice import remedy, rows_to_collect
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import Weighting
from observatory.profile import profile

MARGINALS = pd.DataFrame(
    {
        "field": ["sex"] * 2 + ["region"] * 8,
        "value": ["female", "male", *"ABCDEFGH"],
        "share": [0.51, 0.49, 0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05],
    }
)


@pytest.fixture
def run(table):
    def make(frame, reference=None, **given):
        sample = table(frame)
        return Run(sample, profile(sample), None if reference is None else table(reference), **given)

    return make


def test_rows_to_collect_bring_the_share_to_the_reference():
    need = rows_to_collect(40, 1000, 0.1)
    assert (40 + need) / (1000 + need) == pytest.approx(0.1, abs=1e-3)
    assert rows_to_collect(200, 1000, 0.1) == 0
    assert rows_to_collect(5, 10, 1.0) == 0


def test_a_group_without_rows_has_no_weight_but_a_need():
    assert remedy(0, 900, 0.1) == {"collect": 100}


def test_a_report_ends_with_its_weighting(report, drawn, population):
    made = report(drawn(population["sex"] == "female", 0.1), population)
    weighting = Weighting.from_dict(json.loads(json.dumps(made.to_dict()))["remedy"])
    assert made.remedy["weigh_by"] == ["sex"]
    assert weighting.fields[0] == "sex"
    again = weighting.findings[0]
    assert again.statement == "sex = female is 51 % of the weighted sample and 51 % of the reference."
    assert abs(again.effect_after) < 1e-6 < 0.5 < abs(again.effect_before)
    assert weighting.converged
    assert weighting.asmd_after < 1e-6 < weighting.asmd_before
    assert weighting.effective_n < weighting.n == 3000
    assert weighting.statement.startswith("Weighted by sex")


def test_nothing_found_needs_no_remedy(report, drawn, population):
    assert report(drawn(), population).remedy == {}
    assert report(drawn()).remedy == {}


def test_a_combination_is_weighed_as_a_group_of_its_own(report, drawn, population):
    inside = (population["sex"] == "female") & (population["age"] > 60)
    made = Weighting.from_dict(report(drawn(inside, 0.2), population).remedy)
    assert len(made.groups) == 1
    assert max(abs(f.effect_after) for f in made.findings) < 1e-4
    assert made.collect[0].group == made.groups[0]


def test_weights_of_all_rows_reach_the_margins_and_are_worth_what_is_said(run, drawn, population):
    sample = drawn(population["sex"] == "female", 0.2)
    made = run(sample, population)
    weights = row_weights(made, fields=["sex", "region"])
    assert weights["row"].tolist() == list(range(3000))
    w = weights["weight"].to_numpy()
    assert w.mean() == pytest.approx(1)
    assert w[sample["sex"] == "female"].sum() / w.sum() == pytest.approx((population["sex"] == "female").mean())
    said = weigh(made, fields=["sex", "region"])
    assert said.effective_n == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert said.largest == pytest.approx(w.max())
    assert said.fields == ("sex", "region")


def test_numbers_are_weighed_in_the_bins_of_the_report(run, drawn, population):
    sample = drawn(population["age"] > 60, 0.2)
    w = row_weights(run(sample, population), fields=["age"])["weight"].to_numpy()
    assert (w * sample["age"]).sum() / w.sum() == pytest.approx(population["age"].mean(), abs=0.5)


def test_marginals_are_enough_to_rake(run, drawn, population):
    sample = drawn(population["sex"] == "female", 0.2)
    made = weigh(run(sample, marginals=MARGINALS), fields=["sex", "region"])
    shares = {(b.field, b.level): b.weighted_share for b in made.balance}
    assert shares["sex", "female"] == pytest.approx(0.51)
    assert shares["region", "H"] == pytest.approx(0.05)


def test_marginals_have_no_joint_cells(run, drawn):
    with pytest.raises(ObservatoryError, match="joint cells"):
        weigh(run(drawn(), marginals=MARGINALS), method="post-stratification")


def test_post_stratification_reaches_every_cell(run, drawn, population):
    sample = drawn(population["sex"] == "female", 0.2)
    w = row_weights(run(sample, population), fields=["sex", "region"], method="post-stratification")[
        "weight"
    ].to_numpy()
    inside = (sample["sex"] == "female") & (sample["region"] == "C")
    theirs = ((population["sex"] == "female") & (population["region"] == "C")).mean()
    assert w[inside].sum() / w.sum() == pytest.approx(theirs)


def test_a_level_without_rows_is_left_out_in_words(run, population):
    sample = population[population["region"] != "H"].sample(2000, random_state=1)
    made = weigh(run(sample, population), fields=["region"])
    assert made.left_out["region is H"].endswith("has no row here: no weight can stand for it.")
    assert made.converged


def test_a_level_that_the_population_lacks_weighs_nothing(run, population):
    sample = population.sample(2000, random_state=1)
    made = run(sample, population[population["region"] != "A"])
    assert "weigh nothing" in weigh(made, fields=["region"]).left_out["region is A"]
    w = row_weights(made, fields=["region"])["weight"].to_numpy()
    assert w[sample["region"] == "A"].max() == 0


def test_missing_values_keep_their_share_where_the_population_has_none(run, population):
    sample = population.sample(2000, random_state=1)
    made = weigh(run(sample, population.dropna()), fields=["code"])
    lost = next(b for b in made.balance if b.level == "missing")
    assert lost.weighted_share == pytest.approx(lost.sample_share)
    assert "keep their share" in made.left_out["code is missing"]


def test_trimming_bounds_the_weights_and_is_counted(run, drawn, population):
    made = run(drawn(population["sex"] == "female", 0.1), population)
    free, cut = weigh(made, fields=["sex"]), weigh(made, fields=["sex"], trim_at=2.0)
    assert cut.largest < free.largest
    assert cut.n_trimmed > 0 == free.n_trimmed
    assert cut.trimmed_at == 2.0
    assert cut.effective_n > free.effective_n
    assert cut.asmd_after > free.asmd_after


def test_the_target_is_not_weighed_by_unasked(run, population):
    made = run(population.head(3000), population, target="code")
    assert "code" not in weigh(made).fields
    assert weigh(made, fields=["code"]).fields == ("code",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "magic"}, "no method “magic”"),
        ({"trim_at": 0.5}, "below their mean"),
        ({"trim_at": float("nan")}, "below their mean"),
    ],
)
def test_what_cannot_be_done_is_said(run, drawn, population, given, message):
    with pytest.raises(ObservatoryError, match=message):
        weigh(run(drawn(), population), **given)


def test_nothing_to_weigh_to_is_said(run, drawn, population):
    with pytest.raises(ObservatoryError, match="no population"):
        weigh(run(drawn()))
    with pytest.raises(FieldNotFound):
        weigh(run(drawn(), population), fields=["regoin"])
    with pytest.raises(ObservatoryError, match="Nothing is known of code"):
        weigh(run(drawn(), population.drop(columns="code")), fields=["code"])
    with pytest.raises(ObservatoryError, match="no field in common"):
        weigh(run(drawn(), pd.DataFrame({"other": [1, 2]})))


def test_many_fields_stop_where_the_combinations_grow_too_many(run, monkeypatch):
    monkeypatch.setattr("observatory.bias.remedy.strata.MAX_CELLS", 50)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"f{i}": rng.integers(0, 5, 4000) for i in range(6)})
    made = weigh(run(frame.head(2000), frame), fields=[f"f{i}" for i in range(6)])
    assert made.fields == ("f0", "f1")
    assert set(made.left_out) == {"f2", "f3", "f4", "f5"}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"table": ["x"]}),
        pd.DataFrame({"a": ["x"] * 50, "b": ["y", None] * 25}),
        pd.DataFrame({"weight": [1, 2] * 30, "row": ["a", "b"] * 30, "n": ["k", "c0"] * 30}),
        pd.DataFrame({"long": -np.arange(200.0) / 3, 'a"b': ["it's", ""] * 100}),
        pd.DataFrame({"x": [np.inf, -np.inf, np.nan, *range(100)]}),
    ],
    ids=["one row", "constant", "names", "signs", "infinities"],
)
def test_awkward_tables_weighed_to_themselves_keep_weights_of_one(run, frame):
    made = run(frame, frame)
    fields = [f.name for f in made.profile.fields]
    assert np.allclose(row_weights(made, fields=fields)["weight"], 1)
    assert weigh(made, fields=fields).effective_n == pytest.approx(len(frame))
