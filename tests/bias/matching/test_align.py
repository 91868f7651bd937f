"""Fields and levels are matched where they are the same, proposed where they look alike, and never guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.matching.align import certain, checked, propose
from observatory.bias.matching.levels import same_meaning, same_spelling
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import Alignment, FieldMatch
from observatory.profile import profile

N = 600


def people(**columns: object) -> pd.DataFrame:
    """600 people; a column given as None is left out, under its new name where it is a name."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], N),
            "age": rng.integers(18, 90, N),
            "region": rng.choice(["North", "South", "East", "West"], N),
            "smokes": rng.choice(["yes", "no"], N),
            "married": rng.choice(["yes", "no"], N),
        }
    )
    for name, what in columns.items():
        frame[name] = frame[name].map(what) if callable(what) else what
    return frame


@pytest.fixture
def pairs(table):
    """A function that gives the names matched between two frames, certain and suggested."""

    def make(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
        sample = table(ours)
        made = propose(sample, profile(sample), table(theirs))
        assert made.certain == certain(sample, profile(sample), table(theirs))
        return tuple({m.field: m.theirs for m in side.matches} for side in (made.certain, made.suggested))

    return make


def test_the_same_names_are_certain(pairs):
    sure, likely = pairs(people(), people())
    assert sure == likely == {name: name for name in people()}


def test_case_and_spaces_are_certain_and_punctuation_and_accents_are_proposed(pairs):
    theirs = people().rename(columns={"sex": " Sex ", "age": "AGE", "region": "régi-on", "smokes": "Smokes?"})
    sure, likely = pairs(people(), theirs)
    assert sure == {"sex": " Sex ", "age": "AGE", "married": "married"}
    assert likely == {**sure, "region": "régi-on", "smokes": "Smokes?"}


def test_two_names_that_fold_alike_are_not_chosen_between(pairs):
    theirs = pd.DataFrame({"Age ": [1, 2] * 20, " AGE": [1, 2] * 20})
    sure, likely = pairs(people(), theirs)
    assert sure == likely == {}


def test_a_longer_name_with_the_same_range_is_proposed_and_another_range_is_not(pairs):
    far = people(age=lambda a: a + 1000).rename(columns={"age": "age_in_years"})
    near = people().rename(columns={"age": "age_in_years"})
    assert pairs(people(), near)[1]["age"] == "age_in_years"
    assert "age" not in pairs(people(), far)[1]


def test_the_same_levels_are_proposed_under_any_name(pairs):
    sure, likely = pairs(people(), people().rename(columns={"region": "area"}))
    assert "region" not in sure
    assert likely["region"] == "area"


def test_yes_and_no_are_the_levels_of_many_fields_and_say_nothing(pairs):
    theirs = people().rename(columns={"smokes": "drinks", "married": "employed"})
    assert not {"smokes", "married"} & set(pairs(people(), theirs)[1])


def test_bands_are_proposed_for_the_number_of_a_like_name(pairs):
    bands = people(age=lambda a: "18-49" if a < 50 else "50+").rename(columns={"age": "age_band"})
    assert pairs(people(), bands)[1]["age"] == "age_band"


def test_levels_are_certain_but_for_case_and_spaces_and_synonyms_are_proposed(table):
    sample = table(people())
    spelled = table(people(sex=lambda v: f" {v.upper()}"))
    assert certain(sample, profile(sample), spelled).match("sex").levels == {" FEMALE": "female", " MALE": "male"}
    short = table(people(sex=lambda v: v[0].upper(), smokes=lambda v: v == "yes"))
    made = propose(sample, profile(sample), short)
    assert made.certain.match("sex").levels == {}
    assert made.suggested.match("sex").levels == {"F": "female", "M": "male"}
    assert made.suggested.match("smokes").levels == {"true": "yes", "false": "no"}


def test_a_grade_is_never_taken_for_a_sex():
    assert same_meaning(["A", "B", "F"], ["female", "male"]) == {}
    assert same_meaning(["f", "m"], ["A", "B", "F"]) == {}
    assert same_spelling(["yes", "Yes"], ["YES"]) == {}


def test_all_fields_and_levels_of_both_sides_are_shown(table):
    sample, reference = table(people()), table(people(region=lambda v: "Far North" if v == "North" else v))
    made = propose(sample, profile(sample), reference)
    ours, theirs = ({f.name: set(f.levels) for f in side} for side in (made.ours, made.theirs))
    assert ours["region"] - theirs["region"] == {"North"}
    assert theirs["region"] - ours["region"] == {"Far North"}
    assert ours["age"] == set()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"table": ["a"]}),
        pd.DataFrame({"sex": pd.Series([None] * 9, dtype=object)}),
        pd.DataFrame({f"c{i}": [i, i] for i in range(120)}),
        pd.DataFrame({"sex": [f"level {i}" for i in range(2000)], "age": [np.inf, 1.0, -np.inf, -2.0] * 500}),
        pd.DataFrame({"age": ["(unknown", "18-", "--93", "'; DROP TABLE t; --"] * 5, 'a "b"': [-1.5, None] * 10}),
        people().iloc[:0],
    ],
    ids=["one row", "all null", "120 columns", "many levels", "hostile", "empty"],
)
def test_awkward_references_are_read(pairs, frame):
    pairs(people(), frame)
    if len(frame):
        pairs(frame, people())


def test_an_alignment_that_cannot_be_meant_is_refused(table):
    sample = table(people())
    for matches in ([("no such", "sex")], [("sex", "no such")]):
        with pytest.raises(FieldNotFound):
            checked(Alignment(tuple(FieldMatch(a, b) for a, b in matches)), profile(sample), sample)
    with pytest.raises(ObservatoryError, match="matched twice"):
        checked(Alignment((FieldMatch("sex", "sex"), FieldMatch("sex", "region"))), profile(sample), sample)


@pytest.mark.parametrize("data", [3, [], "sex", {"matches": {}}, {"sex": 1}, {"matches": [{"field": "sex"}]}, None])
def test_json_that_is_no_alignment_gets_a_hint(data):
    with pytest.raises(ObservatoryError) as caught:
        Alignment.read(data)
    assert "theirs" in caught.value.hint


def test_an_alignment_survives_json():
    made = Alignment((FieldMatch("sex", "Gender", {"F": "female"}),))
    assert Alignment.from_dict(made.to_dict()) == Alignment.read(made.to_dict()) == made
