"""Words: names are cut into words, words into stems, and slips of the keyboard forgiven."""

from __future__ import annotations

import pytest

from observatory.insight.words import alike, name_words, nearest, number, tokens


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bill_length_mm", ("bill", "length", "mm")),
        ("basePrice", ("base", "price")),
        ("LName", ("last", "name")),
        ("STU_GPA", ("stu", "gpa")),
        ("meter_100", ("meter", "100")),
        ("größe (cm)", ("größe", "cm")),
        ("GDPPerCapita", ("gdp", "per", "capita")),
    ],
)
def test_a_name_is_cut_into_its_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize("pair", [("genders", "Sex"), ("cities", "city"), ("majoring", "Major"), ("salery", "Salary")])
def test_words_that_mean_the_same_are_alike(pair: tuple[str, str]) -> None:
    assert alike(*pair)


@pytest.mark.parametrize("pair", [("cat", "car"), ("age", "wage"), ("state", "status"), ("female", "male")])
def test_words_that_only_look_alike_are_not(pair: tuple[str, str]) -> None:
    assert not alike(*pair)


def test_quotes_keep_a_value_together() -> None:
    assert [t.text for t in tokens("those in “New York” or 'Los Angeles'")] == [
        "those",
        "in",
        "New York",
        "or",
        "Los Angeles",
    ]


def test_an_apostrophe_is_no_quote() -> None:
    assert [t.kind for t in tokens("the wrestler's days and the women's")] == ["word"] * 6


@pytest.mark.parametrize(
    ("text", "value"), [("1,200", 1200), ("$2.5k", 2500), ("3 million", 3e6), ("-4", -4), ("x", None)]
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


def test_the_nearest_names_are_offered() -> None:
    assert nearest("payments", ["amount_payment", "birth", "Payment method"])[0] in ("amount_payment", "Payment method")
    assert nearest("zzz", ["amount_payment"]) == []
