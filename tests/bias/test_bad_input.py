"""Input that is at fault, or hardly any: a calm report that claims nothing false, or an error with a hint."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import observatory
from observatory.errors import ObservatoryError
from observatory.model import BiasOptions, BiasReport
from observatory.workbench import Observatory

N = 300
OPTIONS = BiasOptions(sample_rows=150)


def people(seed: int = 0, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 80, n),
            "long": -rng.random(n) * 100,
            "y": rng.choice(["a", "b"], n),
        }
    )


SAMPLE, OTHERS = people(), people(1, 900)


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as opened:
        yield opened


def look(obs: Observatory, frame: pd.DataFrame, **given: object) -> BiasReport:
    return obs.detect_bias(frame, options=OPTIONS, **given)


def kinds(made: BiasReport) -> set[str]:
    return {note.kind for note in made.notes}


# ── tables ──

TABLES = {
    "one row": SAMPLE.head(1),
    "two rows": SAMPLE.head(2),
    "one column": SAMPLE[["sex"]],
    "one column of numbers": SAMPLE[["long"]],
    "constant": SAMPLE.assign(sex="f", age=3, long=0.5, y="a"),
    "all null": pd.DataFrame({"a": [None] * 100, "b": [None] * 100}),
    "all unique": pd.DataFrame({"a": [f"v{i}" for i in range(N)], "b": np.arange(N) * 1.7, "c": range(N)}),
    "500 columns": pd.DataFrame({f"c{i}": np.random.default_rng(i).integers(0, 5, 60) for i in range(500)}),
    "1e5 levels": pd.DataFrame({"a": [f"n{i}" for i in range(100_000)], "c": list("xy") * 50_000}),
    "infinities": SAMPLE.assign(age=np.where(np.arange(N) % 10 == 0, np.inf, SAMPLE["age"])),
    "only infinities and nulls": SAMPLE.assign(age=np.where(np.arange(N) % 2 == 0, np.inf, np.nan)),
    "huge numbers": SAMPLE.assign(age=np.random.default_rng(0).normal(size=N) * 1e307),
    "sorted": SAMPLE.sort_values(["sex", "age"], ignore_index=True),
    "names of SQL": SAMPLE.rename(columns={"sex": "table", "age": "rowid", "long": "n", "y": "t"}),
    "negative longitudes": SAMPLE.assign(lat=np.linspace(20, 50, N), long=-np.linspace(60, 120, N)),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_at_fault_gives_a_calm_report(obs: Observatory, name: str) -> None:
    made = look(obs, TABLES[name])
    assert made.findings == ()
    assert made.verdict.startswith("Nothing found among")
    assert "modes" not in kinds(made)


def test_a_single_row_claims_no_power(obs: Observatory) -> None:
    assert "so few rows that hardly any difference" in look(obs, SAMPLE.head(1)).verdict


def test_infinities_alone_have_no_quantiles(obs: Observatory, table) -> None:
    from observatory.profile import profile

    plain = profile(table(TABLES["only infinities and nulls"]))
    assert plain.field("age").quantiles == {}
    assert obs.profile(TABLES["only infinities and nulls"]).field("age").quantiles == {}


# ── references ──

REFERENCES = {
    "other columns": (pd.DataFrame({"q": range(50)}), "reference", False),
    "other types": (OTHERS.assign(age="old"), "types", True),
    "other values": (OTHERS.assign(sex=np.arange(900) % 2), "values", True),
    "dates for numbers": (OTHERS.assign(age=pd.date_range("2020-01-01", periods=900)), "types", True),
    "the sample itself": (SAMPLE, "itself", False),
}


@pytest.mark.parametrize("name", list(REFERENCES))
def test_a_reference_that_cannot_be_compared_is_said(obs: Observatory, name: str) -> None:
    reference, kind, is_compared = REFERENCES[name]
    made = look(obs, SAMPLE, reference=reference)
    assert made.findings == ()
    assert kind in kinds(made)
    assert ("No group could be compared with the reference" in made.verdict) is not is_compared
    assert ("would have been noticed at" in made.verdict) is is_compared


def test_a_reference_of_one_row_is_no_evidence(obs: Observatory) -> None:
    made = look(obs, SAMPLE, reference=OTHERS.head(1))
    assert made.findings == ()
    assert "100 %" not in made.verdict


@pytest.mark.parametrize("column", ["table", "n"])
def test_levels_absent_on_either_side_are_found(obs: Observatory, column: str) -> None:
    ours, theirs = (f.rename(columns={"sex": column, "y": "other"}) for f in (SAMPLE, OTHERS))
    lost = look(obs, ours[ours[column] == "f"], reference=theirs).findings[0]
    new = look(obs, ours, reference=theirs[theirs[column] == "f"]).findings[0]
    assert (lost.columns, lost.sample_share in (0, 1)) == ((column,), True)
    assert (new.columns, new.reference_share in (0, 1)) == ((column,), True)


# ── targets ──


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["a"] * N, "has one value only"),
        ([None] * N, "holds no value"),
        (["a", None] * (N // 2), "has one value only"),
        ([f"i{i}" for i in range(N)], "do not make classes"),
    ],
)
def test_a_target_that_is_none_is_said(obs: Observatory, values: list[str | None], words: str) -> None:
    made = look(obs, SAMPLE.assign(y=pd.Series(values, dtype=object)), target="y")
    assert made.fairness is None
    assert any(words in note.statement for note in made.notes if note.kind == "fairness")


def test_an_unknown_target_is_refused(obs: Observatory) -> None:
    with pytest.raises(ObservatoryError, match="no field called “nope”") as raised:
        look(obs, SAMPLE, target="nope")
    assert "sex" in raised.value.hint


# ── marginals ──


def shares(*rows: tuple[str, object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["field", "value", "share"])


REFUSED = {
    "negative": shares(("sex", "f", -0.5), ("sex", "m", 1.5)),
    "text": shares(("sex", "f", "half"), ("sex", "m", "rest")),
    "missing": shares(("sex", "f", None), ("sex", "m", 0.5)),
    "twice": shares(("sex", "f", 0.5), ("sex", "f", 0.5)),
    "bands that overlap": shares(("age", "18-40", 0.5), ("age", "30+", 0.5)),
    "other columns": pd.DataFrame({"a": [1], "b": [2]}),
    "empty": pd.DataFrame({"field": [], "value": [], "share": []}),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_marginals_that_cannot_be_read_are_refused_with_a_hint(obs: Observatory, name: str) -> None:
    with pytest.raises(ObservatoryError) as raised:
        look(obs, SAMPLE, marginals=REFUSED[name])
    assert raised.value.exit_code == 2
    assert raised.value.hint


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (shares(("sex", "f", 0.9), ("sex", "m", 0.4)), "marginals"),
        (shares(("gender", "f", 0.5), ("gender", "m", 0.5)), "unmatched"),
        (shares(("sex", "q", 0.5), ("sex", "z", 0.5)), "values"),
    ],
)
def test_marginals_that_cannot_be_compared_are_said(obs: Observatory, given: pd.DataFrame, kind: str) -> None:
    made = look(obs, SAMPLE, marginals=given)
    assert made.findings == ()
    assert kind in kinds(made)
    assert "No group could be compared with the marginals" in made.verdict


def test_marginals_in_per_cent_are_read(obs: Observatory) -> None:
    made = look(obs, SAMPLE[SAMPLE["sex"] == "f"], marginals=shares(("sex", "f", 51), ("sex", "m", 49)))
    assert {f.columns for f in made.findings} == {("sex",)}
    assert made.findings[0].evidence == "marginals"


# ── options ──


@pytest.mark.parametrize(
    "wrong",
    [{"random_state": -1}, {"random_state": 2**40}, {"max_q": 0.0}, {"min_effect": -1.0}, {"min_count": 0}],
)
def test_options_out_of_range_are_refused(obs: Observatory, wrong: dict[str, float]) -> None:
    with pytest.raises(ObservatoryError) as raised:
        obs.detect_bias(SAMPLE, options=BiasOptions(**wrong))
    assert raised.value.hint


@pytest.mark.parametrize("asked", ["weights", "collection_plan"])
def test_a_remedy_takes_a_population(obs: Observatory, asked: str) -> None:
    with pytest.raises(ObservatoryError, match="no population"):
        getattr(obs, asked)(SAMPLE)
