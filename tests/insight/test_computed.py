"""What is said of a chart's numbers is arithmetic on these numbers."""

from __future__ import annotations

from observatory.insight.computed import left_out, small_groups, told
from observatory.model import Numbers


def numbers(*rows: tuple, groups: tuple[str, ...] = ("class",), measure: str = "mean age", of: str = "mean", **more):
    return Numbers(groups, measure, of, rows, sum(int(row[-1]) for row in rows), **more)


def test_highest_lowest_difference_and_ratio():
    said = told(numbers(("a", 10.0, 40), ("b", 4.0, 40), ("c", 7.0, 40)))
    expected = "The mean age is highest for a (10) and lowest for b (4), a difference of 6: 2.5 times as much."
    assert said == (expected,)


def test_a_ratio_is_said_only_of_numbers_above_zero():
    assert "times" not in told(numbers(("a", 10.0, 40), ("b", -4.0, 40)))[0]


def test_degrees_have_no_ratio():
    said = told(numbers(("Jul", 28.0, 40), ("Jan", 7.0, 40), measure="mean temp", has_zero=False))
    assert said[0].endswith("a difference of 21.")


def test_ties_are_named_together_and_equal_groups_as_equal():
    assert "highest for a and b (2)" in told(numbers(("a", 2.0, 40), ("b", 2.0, 40), ("c", 1.0, 40)))[0]
    assert told(numbers(("a", 2.0, 40), ("b", 2.0, 40)))[0] == "The mean age is the same for all 2 groups: 2."


def test_counts_have_a_total_and_the_part_of_the_largest():
    said = told(numbers(("a", 75.0, 75), ("b", 25.0, 25), measure="number of rows", of="count"))
    assert said[0] == "There are in all 100 rows, of which a makes up 75 %."


def test_means_have_no_total():
    assert not any("In all" in text for text in told(numbers(("a", 75.0, 75), ("b", 25.0, 25))))


def test_a_total_of_the_first_few_says_so():
    said = told(numbers(("a", 75.0, 75), ("b", 25.0, 25), measure="number of rows", of="count", limited=True))
    assert said[0] == "The 2 shown have 100 rows, of which a makes up 75 %."
    assert said[1].startswith("Of the 2 shown, the number of rows is highest for a")


def test_a_course_runs_from_the_first_time_to_the_last():
    rows = (("2001", 10.0, 40), ("2002", 30.0, 40), ("2003", 15.0, 40))
    said = told(numbers(*rows, groups=("year",), times=("year",)))
    assert said[0] == "From 2001 to 2003 the mean age rises from 10 to 15, by 50 %."


def test_of_several_courses_the_steepest_and_the_flattest_are_told():
    ends = {"a": (10.0, 20.0), "b": (10.0, 5.0), "c": (10.0, 11.0)}
    rows = [(year, name, ends[name][i], 40) for name in ends for i, year in enumerate(("2001", "2002"))]
    said = told(numbers(*rows, groups=("year", "kind"), times=("year",)))[0]
    assert "greatest rise of the mean age is that of a, from 10 to 20" in said
    assert "greatest fall is that of b, from 10 to 5" in said


def test_shares_are_those_of_the_level_that_says_yes():
    rows = (("f", "no", 0.25, 10), ("f", "yes", 0.75, 30), ("m", "no", 0.9, 90), ("m", "yes", 0.1, 10))
    said = told(numbers(*rows, groups=("sex", "survived"), measure="share of rows", of="share"))
    assert said == ("The share of survived = yes is 75 % for f, 10 % for m.",)


def test_a_correlation_is_told_in_the_words_of_cohen_and_is_no_cause():
    r = told(numbers((-0.78, 392), groups=(), measure="correlation of hp and mpg", of="corr"))[0]
    assert "a strong linear relation (r = -0.78, 392 rows): where one is high, the other tends to be low." in r
    assert "does not say that one causes the other" in r
    assert "hardly any" in told(numbers((0.05, 392), groups=(), measure="correlation of a and b", of="corr"))[0]


def test_small_groups_are_named_but_single_rows_and_counts_are_not():
    rows = (("a", 10.0, 400), ("b", 4.0, 7))
    assert small_groups(numbers(*rows)) == "Small groups, of fewer than 30 rows, say little: b (7)."
    assert small_groups(numbers(*rows, of="count")) == ""
    assert small_groups(numbers(("a", 1.0, 1), ("b", 2.0, 1))) == ""
    days = [(f"2012-{month:02}", 1.0, 28 if month == 2 else 31) for month in range(1, 13)]
    assert small_groups(numbers(*days, groups=("month",), times=("month",))) == ""


def test_small_groups_of_a_share_are_the_wholes_it_is_of():
    rows = (("f", "no", 0.25, 10), ("f", "yes", 0.75, 30), ("m", "no", 0.5, 5), ("m", "yes", 0.5, 5))
    assert small_groups(numbers(*rows, groups=("sex", "survived"), of="share")).endswith("m (10).")


def test_what_is_left_out_is_counted():
    lacking = Numbers(("a",), "mean b", "mean", (("x", 1.0, 80),), 100, 20)
    assert left_out(lacking).startswith("20 of 100 rows (20 %) lack a value")


def test_nothing_is_said_of_nothing():
    assert "no number to show" in told(numbers())[0]
    assert "no number to show" in told(numbers(("a", None, 0)))[0]


def test_rates_are_told_as_shares_of_each_group():
    said = told(numbers(("f", 0.73, 466), ("m", 0.19, 843), groups=("sex",), measure="share who survived", of="rate"))
    assert said == ("The share who survived is 73 % for f, 19 % for m.",)
