"""Questions whose words look like a field, a value or a calculation and are none: the rows, or a part of a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from observatory.insight.rules import read
from observatory.model import Filter, Profile

AFTER = Filter("opened", "gt", "2002-01-01")
ProfileOf = Callable[[pd.DataFrame], Profile]


@pytest.fixture
def schools(profile_of: ProfileOf) -> Profile:
    n = 24
    return profile_of(
        pd.DataFrame(
            {
                "School_ID": range(1, n + 1),
                "School": [f"School of {chr(65 + i)}" for i in range(n)],
                "Faith": ["Anglican", "Catholic", "None at all"] * 8,
                "Place": [f"{city}, {land}" for city, land in [("Kobe", "Japan"), ("Osaka", "Japan"), ("Lima", "Peru")]]
                * 8,
                "Kind": ["Pupil", "Parent"] * 12,
                "Contact_Email": [f"p{i % 12}@{'example.com' if i % 2 else 'test.org'}" for i in range(n)],
                "Contact_Address": [f"{i} High Street" for i in range(n)],
                "share_count": [10.5 * i for i in range(n)],
                "Fee": [1000.0 + 37 * i for i in range(n)],
                "opened": pd.date_range("2001-01-05", periods=n, freq="40D"),
            }
        )
    )


def asked(question: str, profile: Profile) -> tuple[list[Any], list[Filter]]:
    """What is shown, as (name, aggregate or unit), and of which rows."""
    wish = read(question, profile).wish
    return [(f.field, f.aggregate or f.time_unit) for f in wish.fields], list(wish.filters)


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("How many schools are there for each faith?", [("Faith", None), (None, "count")]),
        ("the mean fee of the schools for each faith", [("Faith", None), ("Fee", "mean")]),
        ("mean fee by school", [("School", None), ("Fee", "mean")]),
        ("How many pupils of each kind are there?", [("Kind", None), (None, "count")]),
        ("average fee of the schools by share count", [("share_count", None), ("Fee", "mean")]),
        ("number of different places for each faith", [("Faith", None), ("Place", "distinct")]),
        ("the number of rows, bin opened by weekday", [("opened", "day"), (None, "count")]),
        ("Bin the opened date into the month interval and show the total fee", [("opened", "month"), ("Fee", "sum")]),
    ],
)
def test_the_rows_are_counted_and_a_group_groups(schools: Profile, question: str, fields: list[Any]) -> None:
    assert asked(question, schools)[0] == fields


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        (
            "mean fee by faith of those whose place is in Japan",
            Filter("Place", "oneOf", ["Kobe, Japan", "Osaka, Japan"]),
        ),
        ("schools by kind with a share count larger than 100", Filter("share_count", "gt", 100)),
        (
            "mean fee by faith with a fee lower than 1200 or higher than 1500",
            Filter("Fee", "range", [1200, 1500], negated=True),
        ),
        ("mean fee by faith where the fee is in the range of 1200 and 1500", Filter("Fee", "range", [1200, 1500])),
        ("mean fee by faith for kind Pupil or kind Parent opened after 2002-01-01", AFTER),
        ("for those orders opened after 2002-01-01, list the mean fee by faith from low to high", AFTER),
    ],
)
def test_a_condition_is_about_the_field_it_names(schools: Profile, question: str, condition: Filter) -> None:
    assert condition in asked(question, schools)[1]


def test_an_email_address_is_an_email(schools: Profile) -> None:
    (made,) = asked("number of schools by faith whose email address ends with example.com", schools)[1]
    assert made.field == "Contact_Email"
    assert len(made.value) == 6
    assert all(value.endswith("example.com") for value in made.value)


def test_a_text_that_no_value_has_leaves_all_rows_and_is_said(schools: Profile) -> None:
    reading = read("number of schools by faith whose place contains Xanadu", schools)
    assert not reading.wish.filters
    assert any("Xanadu" in warning for warning in reading.warnings)


def test_a_number_of_rows_is_not_compared_with_what_tells_them_apart(schools: Profile) -> None:
    reading = read("mean fee in each faith that has more than 2 schools", schools)
    assert "School_ID" not in [made.field for made in reading.wish.filters]


def test_two_values_of_a_field_are_alternatives(profile_of: ProfileOf) -> None:
    known = profile_of(pd.DataFrame({"year": [1952, 1957, 2007] * 9, "city": list("abc") * 9, "pay": range(27)}))
    assert asked("total pay by city in 1952 and in 2007", known)[1] == [Filter("year", "oneOf", [1952, 2007])]


def test_what_was_not_done_by_someone_is_what_others_did(profile_of: ProfileOf) -> None:
    known = profile_of(pd.DataFrame({"firm": list("abcdef"), "investor": ["Ann Lee", "Bo Ray"] * 3, "sum": range(6)}))
    assert asked("total sum by firm not invested by Ann Lee", known)[1] == [Filter("investor", "oneOf", ["Bo Ray"])]


@pytest.mark.parametrize(
    ("word", "kind"), [("Pupll", None), ("Prent", None), ("Parnet", "Parent"), ("parnts", None), ("Parrent", "Parent")]
)
def test_a_slip_of_the_pen_is_read_and_said(schools: Profile, word: str, kind: str | None) -> None:
    reading = read(f"mean fee by faith of {word}", schools)
    assert [made.value for made in reading.wish.filters] == ([] if kind is None else [kind])
    assert any(f"“{word}” is read as “{str(kind).lower()}”" in warning for warning in reading.warnings) == bool(kind)
