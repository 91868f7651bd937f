"""From a planted bias to the chart: it changes which chart is proposed, stands on the picture, and weights undo it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import observatory
from observatory.workbench import Observatory

HOSTILE = 'a). :- not x. b(1"] <script>alert(1)</script> \u202e{{expr}}'
LEVEL = "<img src=x onerror=alert(1)> & ]]> \x1b[31m"


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as opened:
        yield opened


def population(n: int = 4_000, *, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "region": rng.choice(["north", "south", "east"], n),
            "pay": rng.normal(50, 8, n).round(1),
        }
    )


def bars(dimension: str, **measure) -> dict:
    return {
        "mark": "bar",
        "encoding": {
            "x": {"field": dimension, "type": "nominal"},
            "y": {"type": "quantitative", **(measure or {"aggregate": "count"})},
        },
    }


def rows_of(drawing) -> pd.DataFrame:
    spec = drawing.chart.to_dict()
    data = spec["data"] if "values" in spec["data"] else {"values": spec["datasets"][spec["data"]["name"]]}
    return pd.DataFrame(data["values"])


def lines_of(drawing) -> list[str]:
    return drawing.chart.to_dict()["title"].get("subtitle", [])


def first_with(charts, aggregate: str) -> int:
    return next((c.rank for c in charts if f"'aggregate': '{aggregate}'" in str(c.spec)), 99)


def test_far_values_turn_the_mean_into_a_median(obs):
    frame = population()
    honest = obs.recommend(obs.ingest(frame, "honest"), ("pay", "sex"), k=8)
    frame.loc[:9, "pay"] = 99_999.0
    dataset = obs.ingest(frame, "far")
    flagged = obs.recommend(dataset, ("pay", "sex"), k=8)
    assert first_with(honest, "mean") < first_with(honest, "median")
    assert first_with(flagged, "median") < first_with(flagged, "mean")
    said = lines_of(obs.draw(bars("sex", aggregate="mean", field="pay"), dataset))
    assert said[0].startswith("10 rows have pay = 99999, which reads like a code for “unknown”")


def test_values_missing_by_group_stand_on_the_chart_of_them_alone(obs):
    frame = population()
    frame.loc[(frame["sex"] == "m") & (np.arange(len(frame)) % 3 == 0), "pay"] = np.nan
    dataset = obs.ingest(frame, "lost")
    assert "pay is missing for" in " ".join(lines_of(obs.draw(bars("sex", aggregate="mean", field="pay"), dataset)))
    assert lines_of(obs.draw(bars("region"), dataset)) == []
    assert "missing_group" in {v.rule for v in obs.check(bars("sex", aggregate="mean", field="pay"), dataset).soft}
    assert "missing_group" not in {
        v.rule for v in obs.check(bars("sex", aggregate="mean", field="pay"), dataset, findings=()).soft
    }


def test_the_reference_of_the_card_stands_on_the_chart(obs):
    dataset = obs.dataset("us_forces")
    drawing = obs.draw(bars("gender"), dataset)
    assert lines_of(drawing) == ["gender = female is 15 % of this sample and 48 % of the reference."]
    assert "gender = female is 15 % of this sample and 48 % of the reference (95 % CI" in drawing.caveat
    assert drawing.caveat in drawing.alt
    assert "gender = female is 15 %" in obs.picture(bars("gender"), dataset)
    filtered = bars("branch") | {"transform": [{"filter": {"field": "gender", "equal": "female"}}]}
    assert lines_of(obs.draw(filtered, dataset)) == lines_of(drawing)
    assert lines_of(obs.draw(bars("gender"), dataset, findings=())) == []


def test_the_same_call_gives_the_same_charts(obs):
    dataset = obs.dataset("titanic_passengers")
    before = obs.recommend(dataset)
    obs.detect_bias(dataset, reference="titanic_aboard")
    with observatory.open() as other:
        assert other.recommend(other.dataset("titanic_passengers")) == before
    assert obs.quick_findings(dataset) == obs.quick_findings("titanic_passengers")
    assert "coverage_count" in {v.rule for chart in before for v in chart.violations}


def test_weights_give_the_shares_of_the_reference(obs):
    dataset = obs.dataset("us_forces")
    weighting = obs.weighting(dataset)
    assert weighting is not None
    assert weighting.converged
    for field in weighting.fields:
        drawn = rows_of(obs.draw(bars(field), dataset, weighted={})).set_index("v_x")["v_y"]
        shares = drawn / drawn.sum()
        known = {level.level: level.weighted_share for level in weighting.balance if level.field == field}
        assert shares.drop("(missing)", errors="ignore").to_dict() == pytest.approx(
            {level: known[level] for level in shares.index if level != "(missing)"}, abs=1e-6
        )
    theirs = obs.profile("us_residents").field("gender")
    truth = {top.value: top.n / obs.profile("us_residents").n_rows for top in theirs.top}
    drawn = rows_of(obs.draw(bars("gender"), dataset, weighted={})).set_index("v_x")["v_y"]
    assert (drawn / drawn.sum()).to_dict() == pytest.approx(truth, abs=1e-6)


def test_a_weighted_chart_says_by_what_and_what_it_is_worth(obs):
    dataset = obs.dataset("us_forces")
    drawing = obs.draw(bars("gender"), dataset, weighted={})
    assert lines_of(drawing) == ["Weighted by gender and race: 5,000 rows count as 2,395."]
    assert drawing.chart.to_dict()["encoding"]["y"]["title"] == "number of rows, weighted"
    weights = obs.weights(dataset, reference="us_residents")
    stored = obs.rows(dataset, n=10_000)
    counts = stored.assign(w=weights["weight"]).groupby("branch")["w"].sum()
    drawn = rows_of(obs.draw(bars("branch"), dataset, weighted={})).set_index("v_x")["v_y"]
    assert drawn.to_dict() == pytest.approx(counts.to_dict())


def test_a_weighted_mean_is_that_of_pandas(obs):
    dataset = obs.dataset("titanic_passengers")
    stored = obs.rows(dataset, n=2_000).assign(w=obs.weights(dataset, reference="titanic_aboard")["weight"])
    kept = stored.dropna(subset=["age"])
    truth = (kept["age"] * kept["w"]).groupby(kept["sex"]).sum() / kept["w"].groupby(kept["sex"]).sum()
    drawing = obs.draw(bars("sex", aggregate="mean", field="age"), dataset, weighted={})
    assert rows_of(drawing).set_index("v_x")["v_y"].to_dict() == pytest.approx(truth.to_dict())
    assert "No weight can stand for class is crew" in drawing.caveat


def test_marginals_weigh_as_well_as_a_table(obs):
    dataset = obs.ingest(population().assign(sex=lambda f: np.where(f.index % 10 == 0, "f", "m")), "skewed")
    shares = obs.ingest(pd.DataFrame({"field": ["sex", "sex"], "value": ["f", "m"], "share": [0.5, 0.5]}), "shares")
    drawn = rows_of(obs.draw(bars("sex"), dataset, weighted={"marginals": shares.id})).set_index("v_x")["v_y"]
    assert drawn["f"] == pytest.approx(drawn["m"], abs=1e-3)
    assert obs.weighting(dataset) is None
    with pytest.raises(observatory.errors.ObservatoryError):
        obs.draw(bars("sex"), dataset, weighted={})


def test_hostile_names_and_levels_are_text(obs):
    frame = population().rename(columns={"sex": HOSTILE}).replace({"f": LEVEL})
    frame.loc[(frame[HOSTILE] == LEVEL) & (np.arange(len(frame)) % 3 == 0), "pay"] = np.nan
    dataset = obs.ingest(frame, "hostile")
    assert obs.recommend(dataset, (HOSTILE, "pay"))
    name = observatory.quoting.vega_field(dataset.fields[0])
    spec = bars(name, aggregate="mean", field="pay")
    drawing = obs.draw(spec, dataset)
    said = lines_of(drawing)
    assert said
    assert all(isinstance(line, str) and line.isprintable() and len(line) <= 80 for line in said)
    picture = obs.picture(spec, dataset)
    assert "<script" not in picture
    assert "<img" not in picture
    ElementTree.fromstring(picture)


def test_a_long_statement_is_cut_and_kept_in_full_beside(obs):
    dataset = obs.dataset("atlantic_storms")
    drawing = obs.draw(bars("category"), dataset)
    said = lines_of(drawing)
    assert said[-1].endswith("…")
    assert "in no other: it looks as if it does not apply there" in drawing.caveat


def test_a_chart_of_several_plots_carries_the_line_once(obs):
    both = {"hconcat": [bars("gender"), bars("race")]}
    drawing = obs.draw(both, "us_forces")
    assert str(drawing.chart.to_dict()).count("gender = female is 15 %") == 1
    assert "gender = female is 15 %" in obs.picture(both, "us_forces")
