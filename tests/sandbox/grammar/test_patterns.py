"""Patterns that are surely fast may be looked for; all others are refused before anything looks for them."""

from __future__ import annotations

import pytest

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept
from observatory.sandbox.grammar.expression import expression
from observatory.sandbox.grammar.patterns import pattern
from observatory.sandbox.grammar.refusal import Refused


@pytest.mark.parametrize(
    "text",
    [
        "test(/^a/, datum.model)",
        "test(/^(?:Jan|Feb|Mar) \\d/, datum.day)",
        "test(/^[A-Z]{2}-\\d+/i, datum.model) && datum.a > 1",
        "replace(datum.model, /[0-9]/g, '')",
        "replace(datum.model, /^(\\w+) (\\w)/, '$2 $1')",
        "replace(datum.model, /\\s+/g, ' ')",
        "test(regexp('^a'), datum.model)",
        "test(regexp('^a|b$', 'i'), datum['a b'])",
        "split(datum.model, /[,;] ?/)[0]",
        "test(/(?:Jan|Feb|Mar|Apr|May|Jun) \\d{1,2}(?:st|nd|rd|th)?/, truncate('' + datum.day, 50))",
        "test(/a\\/b[/]c/, datum.model) ? 'a' : 'b'",
        "test(/x+y/, truncate('' + datum.model, 200))",
        "datum.a / 2 / 3",
        "(datum.a) / (2) / datum.b",
    ],
)
def test_simple_patterns_stay_as_they_are(text: str) -> None:
    assert expression(text).text == text


def test_texts_are_cut_where_a_pattern_may_be_slow_in_long_ones() -> None:
    found = expression("test(/x+y/, datum.a) || replace(datum.b + 'c', /\\s*$/, '') == ''").text
    assert found == (
        "test(/x+y/, truncate('' + datum.a, 200)) || replace(truncate('' + (datum.b + 'c'), 200), /\\s*$/, '') == ''"
    )
    assert expression(found).text == found


def test_quotes_in_a_pattern_end_no_text() -> None:
    found = expression("test(/n't \"a\\'/, datum.a)").text
    assert found == "test(/n\\x27t \\x22a\\x27/, datum.a)"
    assert expression(found).text == found


@pytest.mark.parametrize(
    "body",
    [
        *("(a+)+$", "(a|a)*", "(a|aa)+b", "(?:a*)*", "([a-z]+)*x", "(a?){20}", "(ab){2}", "(x+)?y"),
        *("a*a*a*b", "^a*b*c*", ".*.*=.*", "x+x+y", "(.*)(.*)(.*)", "(a+)(b+)c", "(a|b+)c+d"),
        *("a{1000}", "a{1,30}", "a{0,20}a{0,20}a{0,20}b", "a?a?a?a?a?a?a?a?", "x{3,1}", "x{1,2}{1,2}", "a**", "a+*"),
        *("(a)\\1", "\\k<a>", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?<a>b)", "\\p{L}", "\\u{61}", "\\cA", "\\x61"),
        *("", "a" * 101, "a\n", "a\u2028", "[", "a]", "(", "a)", "(a", "()", "a|", "|a", "(|a)", "^*", "$+", "\\b+"),
        *("*", "{1}"),
        *("datum.label", "a&&b", "\\", "a\\"),
    ],
)  # fmt: skip
def test_all_other_patterns_are_refused(body: str) -> None:
    with pytest.raises(Refused):
        pattern(body, "")


@pytest.mark.parametrize("flags", ["gg", "u", "v", "d", "x", "gimsyg", "G"])
def test_only_flags_that_are_known_pass(flags: str) -> None:
    with pytest.raises(Refused):
        pattern("a", flags)


@pytest.mark.parametrize(
    "text",
    [
        *("/a/", "/a/.source", "/a/['exec']", "/a/ + 1", "datum[/a/]", "[/a/][0]", "lower(/a/)", "if(/a/, 1, 2)"),
        *("test(datum.a, /a/)", "test(/a/)", "test(/a/, datum.a, 1)", "test(/a/, /b/)", "test(datum.a, datum.b)"),
        *("test('a', datum.a)", "test(regexp(datum.b), datum.a)", "test(regexp('a' + 'b'), datum.a)", "regexp('a')"),
        *("regexp('a').source", "test(regexp('a', datum.f), datum.a)", "test(regexp('(a+)+'), datum.a)"),
        *("match(datum.a, /a/)", "exec(/a/, datum.a)"),
        *("replace(datum.a, /a/g, datum.b)", "replace(datum.a, /a/g, 'x' + 'y')", "replace(datum.a, /a/)"),
        *("replace(datum.a, /a/g, '$`')", "replace(datum.a, /a/, \"$'\")", f"replace(datum.a, /a/g, '{'x' * 60}')"),
        *("replace(/a/, /a/, '')", "replace(datum.a, 'a', /b/)", "split(/a/, 'b')", "split(datum.a, /b/, /c/)"),
        *("test(/a/ , datum)", "test (/(/, datum.a)", "test(//, datum.a)", "test(/*a*/, datum.a)", "test(/a/gx, 1)"),
        *("test(/a\\\n/, datum.a)", "test(/a/\n.source, datum.a)", "test(regexp", "test(regexp(", "test(/a/", "test("),
    ],
)  # fmt: skip
def test_patterns_stand_nowhere_else(text: str) -> None:
    with pytest.raises(Refused):
        expression(text)


def test_there_are_only_so_many_patterns_in_a_chart() -> None:
    quick = {"filter": " && ".join(["test(/^a/, datum.a)"] * 40)}
    slow = {"filter": " && ".join(["test(/a+b/, datum.a)"] * 4)}
    assert accept({"mark": "bar", "transform": [quick]}).spec
    assert accept({"mark": "bar", "transform": [slow]}).spec
    with pytest.raises(ChartInvalidSpec, match="too many patterns"):
        accept({"mark": "bar", "transform": [quick, slow]})


def test_one_of_a_list_of_names() -> None:
    for text in ("datum.year in {2008: 1, 2012: true}", "datum.a + 1 in {a: 1, 'b c': null} && datum.b > 1"):
        assert expression(text).text == text
    for text in (
        *("datum.a in datum", "datum.a in {a: datum.b}", "datum.a in {[datum.a]: 1}", "datum.a in {a: {}}"),
        *("datum.a in {get a() {}}", "datum.a in {...datum}", "in {a: 1}", "datum.a in {a: 1}.a"),
        *("datum in {a: 1}", "1 in [1]"),
        *("datum.a in {a: 1", "datum.a in {a}", "datum.a in {,}", "datum.a instanceof {a: 1}"),
    ):  # fmt: skip
        with pytest.raises(Refused):
            expression(text)
