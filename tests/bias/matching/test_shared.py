"""A reference in other words is compared, marginals are read as people have them, and what is not compared is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run, matched
from observatory.bias.compare.cells import cells
from observatory.bias.compare.marginals import marginals
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import Alignment, FieldMatch
from observatory.profile import profile
from observatory.store import AlignedTable


@pytest.fixture
def made(table) -> Callable[..., Run]:
    """The run over a frame, matched with a reference or marginals, without running a detector."""

    def make(
        frame: pd.DataFrame,
        reference: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
        alignment: Alignment | None = None,
    ) -> Run:
        sample = table(frame)
        other = None if reference is None else table(reference)
        return matched(Run(sample, profile(sample), other, shares), alignment, AlignedTable)

    return make


def found(outcome: Outcome) -> list[tuple[tuple[str, ...], str | None]]:
    return [(f.columns, f.direction) for f, _ in outcome.found]


def few_women(population: pd.DataFrame, n: int = 3000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kept = population[(population["sex"] == "male") | (rng.random(len(population)) < 0.4)]
    return kept.sample(n, random_state=0).reset_index(drop=True)


def test_a_reference_in_other_words_finds_what_the_same_words_find(made, population):
    sample = few_women(population)
    spelled = population.rename(columns={"sex": " SEX", "age": "Age"}).assign(
        **{" SEX": population["sex"].str.title(), "Age": population["age"].astype(str)}
    )
    run = made(sample, spelled)
    assert {n.kind for n in run.notes} == {"alignment"}
    assert "“Female” as “female”" in run.notes[0].statement
    same, other = cells(made(sample, population)), cells(run)
    assert found(same) == found(other) == [(("sex",), "under")]
    assert other.found[0][0].reference_share == pytest.approx(same.found[0][0].reference_share)


def test_the_same_words_need_no_note_and_no_view(made, population):
    run = made(few_women(population), population)
    assert run.notes == ()
    assert not isinstance(run.reference, AlignedTable)


def test_an_alignment_compares_its_fields_only(made, population):
    sample = few_women(population)
    named = population.rename(columns={"sex": "gender"}).replace({"gender": {"female": "F", "male": "M"}})
    levels = {"F": "female", "M": "male"}
    run = made(sample, named, alignment=Alignment((FieldMatch("sex", "gender", levels),)))
    assert list(storage_of(run.reference)) == ["sex"]
    assert found(cells(run)) == [(("sex",), "under")]
    with pytest.raises(FieldNotFound):
        made(sample, named, alignment=Alignment((FieldMatch("sex", "sexx"),)))


@pytest.mark.parametrize(
    ("ours", "theirs", "levels", "expected"),
    [
        ([1.5, 2.0, 7.0], ["1.5", "2", " 7"], {}, [1.5, 2.0, 7.0]),
        (["1", "2", "7"], [1.0, 2.0, 7.0], {}, ["1", "2", "7"]),
        ([True, False, True], ["Yes", "no", None], {"Yes": "true", "no": "false"}, [True, False, None]),
        ([1, 2, 3], ["1", "many", "3"], {}, ["1", "many", "3"]),
        (["it's", 'a "b"', ""], ["x", "y", ""], {"x": "it's", "y": 'a "b"'}, ["it's", 'a "b"', ""]),
    ],
    ids=["text as numbers", "numbers as text", "text as truth", "not all are numbers", "quotes"],
)
def test_values_of_another_type_are_read_where_none_is_lost(made, ours, theirs, levels, expected):
    match = Alignment((FieldMatch("table", "x", levels),))
    run = made(pd.DataFrame({"table": ours, "n": 1}), pd.DataFrame({"x": theirs, "rest": 0}), alignment=match)
    values = run.reference.query('SELECT "table" AS v FROM t ORDER BY rowid')["v"].astype(object)
    assert values.where(values.notna(), None).tolist() == expected


def test_a_reference_that_is_the_sample_is_said_to_be_it(made, population):
    sample = few_women(population, 500)
    for reference in (sample, sample.sample(frac=1, random_state=0)):
        run = made(sample, reference)
        assert run.notes[0].statement.startswith("The reference is this table itself")
        assert found(cells(run)) == []
    assert made(sample, sample.assign(sex=sample["sex"][::-1].to_numpy())).notes == ()


def test_bands_of_a_large_reference_are_compared_as_shares(made, population):
    bands = pd.cut(population["age"], [0, 34, 64, 200], labels=["18-34", "35-64", "65+"]).astype(str)
    young = population[population["age"] < 65].sample(2000, random_state=0).reset_index(drop=True)
    run = made(young, population.assign(age=bands))
    assert [n.kind for n in run.notes] == ["bands"]
    assert found(marginals(run)) == [(("age",), "under")]
    assert not any("age" in n.columns and n.kind == "unmatched" for n in cells(run).notes)


def test_bands_of_a_small_reference_are_not_compared_and_the_note_says_how(made, population):
    some = population.sample(400, random_state=0)
    run = made(few_women(population, 400), some.assign(age=np.where(some["age"] < 40, "under 40", "40+")))
    assert run.marginals is None
    assert "too small" in run.notes[0].statement
    assert "same bands" in run.notes[0].needs


@pytest.mark.parametrize(
    "shares",
    [
        pd.DataFrame({"field": ["sex", "sex"], "value": ["female", "male"], "share": [0.51, 0.49]}),
        pd.DataFrame({"Field": ["Sex", "Sex"], "Level": ["Female", "MALE "], "Percent": ["51 %", "49%"]}),
        pd.DataFrame({"variable": ["SEX"] * 3, "value": ["female", "male", "Total"], "count": [5100, 4900, 10000]}),
        pd.DataFrame({"note": 1, "field": ["sex", "sex"], "value": ["female", "male"], "share": [51, 49], "n": [1, 2]}),
    ],
    ids=["as documented", "other spellings", "counts with a total", "more columns"],
)
def test_marginals_are_read_as_people_have_them(made, population, shares):
    run = made(few_women(population), shares=shares)
    assert set(run.marginals["value"]) == {"female", "male"}
    assert found(marginals(run)) == [(("sex",), "under")]
    even = population.sample(3000, random_state=0)
    assert found(marginals(made(even, shares=shares))) == []


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (pd.DataFrame({"male": [0.5], "female": [0.5]}), "no column “field”, “value” and “share”"),
        (pd.DataFrame({f"year {i}": [i] for i in range(30)}), "24 more"),
        (pd.DataFrame({"field": ["sex"], "value": ["male"], "share": [-0.1]}), "Row 1 of the marginals"),
        (pd.DataFrame({"field": ["sex", "sex"], "value": ["a", "b"], "share": ["0.5", "half"]}), "Row 2 .* “half”"),
        (pd.DataFrame({"field": ["sex"], "value": ["a"], "share": [np.inf]}), "Row 1"),
        (pd.DataFrame({"field": [], "value": [], "share": []}), "no rows"),
    ],
    ids=["wide", "very wide", "negative", "text", "infinite", "empty"],
)
def test_marginals_that_cannot_be_read_get_a_sentence(made, population, shares, said):
    with pytest.raises(ObservatoryError, match=said) as caught:
        made(population.head(50), shares=shares)
    assert caught.value.hint


def test_marginals_of_unknown_fields_and_sums_are_noted(made, population):
    shares = pd.DataFrame({"field": ["planet", "sex"], "value": ["Mars", "female"], "share": [1.0, 1.7]})
    notes = {n.kind: n.statement for n in marginals(made(population.head(500), shares=shares)).notes}
    assert "planet is in the marginals but not in the sample" in notes["unmatched"]
    assert any("add up to 1.7" in n.statement for n in marginals(made(population.head(500), shares=shares)).notes)


@pytest.mark.parametrize("n", [0, 1])
def test_a_reference_of_no_or_one_row_says_so_or_is_quiet(made, population, n):
    assert found(cells(made(population.head(300), population.iloc[:n]))) == []


def test_a_reference_of_other_columns_is_noted_and_a_field_missing_there_does_no_harm(report, population):
    sample = population.head(600).assign(gap=np.where(population["sex"].head(600) == "male", None, "x"), far=1.0)
    sample["far"] = np.where(np.arange(600) % 150 == 0, 1e6, sample["age"] / 7)
    notes = report(sample, population[["sex"]].assign(other=1)).notes
    assert {"unmatched"} <= {n.kind for n in notes}
