"""Expressions compute from a row and the params, and do nothing else."""

from __future__ import annotations

import pytest

from observatory.sandbox.grammar.expression import expression
from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.refusal import Refused

PARAMS = {
    "cutoff": Param("cutoff", values=(0, 10), numeric=True),
    "column": Param("column", values=("a", "b c")),
    "typed": Param("typed"),
    "brush": Param("brush", selection=True),
}


def written(text: str, **growth: int) -> str:
    return expression(text, Known(PARAMS, growth)).text


@pytest.mark.parametrize(
    "text",
    [
        "datum.year > 2000 && datum['Miles per Gallon'] !== null",
        "(datum.a === 'it\\'s') || !isValid(datum.b)",
        "datum.a > 0 ? 'more' : datum.a < 0 ? 'less' : 'same'",
        "if(datum.a > cutoff, datum['a b'], -1.5e3)",
        "sqrt(-2*log(random()))*cos(2*PI*random())",
        "format(datum.share, '.0%') + ' of ' + datum.name",
        "timeFormat(datum.date, '%b %Y') + ', ' + year(datum.date)",
        "indexof(['a', 'b'], datum.kind) >= 0",
        "split(datum.name, ' ')[0]",
        "datum[column]",
        "brush.x[0] <= datum.x",
        "inrange(datum.a, [0, 10]) && length(datum.name) > 2",
        "{'yes': 'Survived', no: 'Died'}[datum.label]",
        "datum.label == 0 ? '' : datum.value / 1000 + 'k'",
        "timeOffset('month', datum.date, 3)",
        "datum['größe']",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("datum", "item.a", "event.view", "parent.a", "width", "window.alert(1)", "this", "alert(1)", "unknown"),
        *("data('a')", "scale('x', 1)", "warn(datum.a)", "modify('a', 1)", "regexp('(a+)+$')", "eval('1')"),
        *("test(/(a+)+$/, datum.a)", "test(regexp('(a+)+$'), datum.a)", "/a/", "/a/ == 1"),
        *("datum.constructor", "datum['__proto__']", "datum.a.constructor('x')()", "datum['con' + 'structor']"),
        *(
            "datum[typed]",
            "datum[datum.a]",
            "typed.toString",
            "datum.a()",
            "datum.a = 1",
            "a => 1",
            "datum.a; 1",
            "`a`",
        ),
        *("sequence(1e9)", "sequence(cutoff)", "pad(datum.a, 1e9, ' ')", "format(1, '999999999d')", "format(1, typed)"),
        *(
            "'datum.label'",
            "'\\u0064atum.label'",
            "1 /* a */",
            "1 // a",
            "datum.a +",
            "(datum.a",
            "[1, 2",
            "'a",
            "",
            "{a: 1}",
        ),
        *(
            "datum.a ** 2",
            "datum.a | 1",
            "new Date()",
            "datum?.a",
            "1..toString()",
            "0x10",
            "join(split(datum.a, ''), typed) ^ 1",
        ),
        *("(" * 100 + "1" + ")" * 100, "+".join("1" * 1100), "[" + ",".join("1" * 300) + "]", "-" * 5000 + "1"),
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        written(text)


def test_a_search_box_searches_for_the_words_as_they_are() -> None:
    found = written("test(regexp(typed, 'i'), datum.name)")
    assert found == "(indexof(lower('' + datum.name), lower('' + typed)) >= 0)"
    assert written(found) == found


def test_signs_that_would_run_together_stay_apart() -> None:
    assert written("1--1") == "1- -1"
    assert written("1 + +1") == "1 + +1"


def test_line_breaks_and_other_gaps_become_one_space() -> None:
    assert written("datum.a\n  >\t1") == "datum.a > 1"


def test_a_text_is_written_again_from_its_value() -> None:
    assert written("'\\x41\\u2028' + \"a'b\"") == "'A\\u2028' + \"a'b\""


def test_a_text_that_doubles_again_and_again_is_refused() -> None:
    doubled = expression("datum.a + datum.a + datum.a", Known({}, {"a": 8}))
    assert doubled.growth == 24
    with pytest.raises(Refused):
        written("datum.a + datum.a", a=24)


def test_what_a_ternary_may_give_is_known() -> None:
    assert expression("datum.a > 0 ? 'red' : 'blue'").texts == ("red", "blue")
    assert expression("datum.a + 'red'").texts is None
