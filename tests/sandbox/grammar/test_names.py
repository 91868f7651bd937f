"""Names of fields keep inside the texts that Vega-Lite pastes them into, and walk to nothing that is inherited."""

from __future__ import annotations

import pytest

from observatory.quoting import vega_field
from observatory.sandbox.grammar.names import is_field, is_label, is_new_field, is_param


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a b",
        "größe",
        "Miles per Gallon",
        "a.b",
        "a[0].b",
        "['a b']",
        "price (€)",
        "don't know",
        "a\nb",
        "constructor",
    ],
)
def test_columns_of_tables_have_such_names(name: str) -> None:
    assert is_field(name)


@pytest.mark.parametrize(
    "name", ["a.b", "weight [kg]", '5" pipe', "c:\\new", "don't know", "100 %", "a\nb", "constructor"]
)
def test_what_the_observatory_writes_for_a_column_is_a_field(name: str) -> None:
    assert is_field(vega_field(name))


@pytest.mark.parametrize(
    "name",
    [
        *("", "a" * 2000, "a\x00b", "__proto__", "a.__proto__.b", "a['__proto__']", "a.constructor.name", "prototype"),
        *(
            "con\\structor",
            "\\__proto__",
            "a\\",
            "a'] + b + ['c",
            "\\'] + b + datum['c",
            "'+b+'",
            "a' in b",
            "a\\\\' + b + 'c",
        ),
    ],
)
def test_other_names_are_no_fields(name: str) -> None:
    assert not is_field(name)


def test_an_apostrophe_with_a_backslash_is_kept_from_marks_of_several_parts() -> None:
    assert is_field("5\\'-6\\'", parts=False)
    assert not is_field("5\\'-6\\'", parts=True)
    assert is_field("Students\\' score", parts=True)


def test_a_quote_behind_a_doubled_backslash_is_no_part_of_a_field() -> None:
    assert is_field('5\\" pipe')
    assert not is_field('a\\\\"+b+"c')


def test_a_new_field_has_no_quotes_of_code() -> None:
    assert is_new_field("share of all")
    assert not is_new_field('a"];b')


def test_params_are_plain_words_that_vega_does_not_use() -> None:
    assert all(map(is_param, ["param_1", "brush", "cutoff", "Year"]))
    assert not any(map(is_param, ["datum", "width", "a b", "a'b", "__a", "brush_store", "PI", ""]))


def test_views_and_sets_of_rows_have_names_without_quotes() -> None:
    assert all(map(is_label, ["view_1", "data-5f3a", "my data", "Größe"]))
    assert not any(map(is_label, ["a'b", 'a"b', "a\\b", "", "__proto__"]))
