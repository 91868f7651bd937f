"""Reading questions by rules: what is shown, of which rows, in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from observatory.insight.rules import read
from observatory.model import Filter, Profile


def shown(question: str, profile: Profile) -> list[Any]:
    """The wished fields as (name, aggregate), the rows as None."""
    return [(f.field, f.aggregate) for f in read(question, profile).wish.fields]


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("average salary by department", [("Department", None), ("Salary", "mean")]),
        ("What is the mean age for each city?", [("City", None), ("Age", "mean")]),
        ("Total salary per department as a bar chart", [("Department", None), ("Salary", "sum")]),
        ("the highest salary in each city", [("City", None), ("Salary", "max")]),
        ("How many people are there in each department?", [("Department", None), (None, "count")]),
        ("number of employees by gender", [("Sex", None), (None, "count")]),
        ("How does salary differ between departments?", [("Department", None), ("Salary", "mean")]),
        ("Show departments and the median salary", [("Department", None), ("Salary", "median")]),
        ("which department has the highest average salary?", [("Department", None), ("Salary", "mean")]),
        ("salary against age", [("Age", None), ("Salary", None)]),
        ("relationship between age and salary", [("Age", None), ("Salary", None)]),
        ("average salary by department, coloured by sex", [("Department", None), ("Sex", None), ("Salary", "mean")]),
        ("distribution of ages", [("Age", None)]),
        ("Pie chart of the cities", [("City", None), (None, "count")]),
        ("How many women and men are in each city?", [("City", None), ("Sex", None), (None, "count")]),
        ("box plot of salary for every department", [("Department", None), ("Salary", None)]),
        ("salary vs age coloured by sex", [("Age", None), ("Salary", None), ("Sex", None)]),
        ("How has the average salary changed?", [("HIRE_DATE", None), ("Salary", "mean")]),
        ("number of different cities per department", [("Department", None), ("City", "distinct")]),
    ],
)
def test_what_is_asked_for_is_wished(staff: Profile, question: str, fields: list[Any]) -> None:
    assert shown(question, staff) == fields


@pytest.mark.parametrize(
    ("question", "mark"),
    [
        ("bar chart of mean age by city", "bar"),
        ("mean age by city in a bar graph please", "bar"),
        ("a pie of the departments", "arc"),
        ("scatter plot of age and salary", "point"),
        ("line chart of mean salary by hire date", "line"),
        ("box plot of salary by department", "boxplot"),
        ("histogram of salary", "bar"),
        ("mean age by city", None),
    ],
)
def test_the_chart_is_the_one_that_is_named(staff: Profile, question: str, mark: str | None) -> None:
    assert read(question, staff).wish.mark == mark


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("average salary by city for employees older than 40", [Filter("Age", "gt", 40)]),
        ("average salary by city for age at most 30", [Filter("Age", "lte", 30)]),
        ("average salary by city, age between 30 and 40", [Filter("Age", "range", [30, 40])]),
        ("average salary by city for people 50 or older", [Filter("Age", "gte", 50)]),
        ("number of women in each city", [Filter("Sex", "equal", "F")]),
        ("average salary by sex in New York", [Filter("City", "equal", "New York")]),
        ('average salary by sex for "Boston" or "Chicago"', [Filter("City", "oneOf", ["Boston", "Chicago"])]),
        ("average salary by sex outside of sales", [Filter("Department", "oneOf", ["Research", "Support"])]),
        (
            "average salary by sex for departments that start with S",
            [Filter("Department", "oneOf", ["Sales", "Support"])],
        ),
        ("average salary by sex, not in Boston", [Filter("City", "oneOf", ["New York", "Chicago"])]),
        ("salary by department for those hired in 2005", [Filter("HIRE_DATE", "range", ["2005-01-01", "2005-12-31"])]),
        ("salary by department for those hired before 2004-06-01", [Filter("HIRE_DATE", "lt", "2004-06-01")]),
        ("salary by department since 2005", [Filter("HIRE_DATE", "gte", "2005-01-01")]),
        ("salary by department for salaries above 40,000", [Filter("Salary", "gt", 40000)]),
        ("number of male and female employees", []),
        ("salary by department for those hired since June 2005", [Filter("HIRE_DATE", "gte", "2005-06-01")]),
        (
            "salary by department for those hired in February 2004",
            [Filter("HIRE_DATE", "range", ["2004-02-01", "2004-02-29"])],
        ),
        (
            "salary by department, hired between 2003-05-01 and 2003-06-15",
            [Filter("HIRE_DATE", "range", ["2003-05-01", "2003-06-15"])],
        ),
        ("number of employees by city whose salary is not missing", [Filter("Salary", "valid", True)]),
        ("number of employees by city where age is null", [Filter("Age", "valid", False)]),
        ("average salary by sex in Boston and Chicago", [Filter("City", "oneOf", ["Boston", "Chicago"])]),
    ],
)
def test_conditions_become_filters(staff: Profile, question: str, filters: list[Filter]) -> None:
    found = list(read(question, staff).wish.filters)
    assert [(f.field, f.op, sorted(f.value) if f.op == "oneOf" else f.value) for f in found] == [
        (f.field, f.op, sorted(f.value) if f.op == "oneOf" else f.value) for f in filters
    ]


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("mean age by city, sorted by age in descending order", ("descending", "measure", None)),
        ("mean age by city, from high to low", ("descending", "measure", None)),
        ("mean age by city and rank by the x-axis in ascending", ("ascending", "dimension", None)),
        ("mean age by city, order the y-axis from low to high", ("ascending", "measure", None)),
        ("mean age by city in alphabetical order", ("ascending", "dimension", None)),
        ("top 3 cities by average salary", ("descending", "measure", 3)),
        ("the two departments with the lowest mean salary", (None, None, None)),
        ("which city has the fewest employees?", ("ascending", "measure", None)),
    ],
)
def test_order_and_number_are_read(staff: Profile, question: str, sort: tuple[Any, ...]) -> None:
    wish = read(question, staff).wish
    if sort[0] is not None:
        assert (wish.sort, wish.sort_by, wish.limit) == sort


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("average salary per year", "year"),
        ("how many were hired each month?", "month"),
        ("monthly number of employees hired", "yearmonth"),
        ("number of hires by weekday", "day"),
    ],
)
def test_a_unit_of_time_groups_the_date(staff: Profile, question: str, unit: str) -> None:
    wish = read(question, staff).wish
    assert [f.time_unit for f in wish.fields if f.field == "HIRE_DATE"] == [unit]


def test_bins_are_as_wide_as_is_said(staff: Profile) -> None:
    wish = read("histogram of age in bins of 10", staff).wish
    assert [(f.field, f.bin, f.aggregate) for f in wish.fields] == [("Age", 10, None), (None, None, "count")]


def test_bars_in_a_row_are_by_name_and_from_high_to_low_by_length(staff: Profile) -> None:
    by_name = read("bar chart of mean age by city, sorted by the bars in descending order", staff).wish
    by_length = read("bar chart of mean age by city, order the bars from high to low", staff).wish
    assert (by_name.sort_by, by_length.sort_by) == ("dimension", "measure")


def test_over_time_takes_the_date(staff: Profile) -> None:
    wish = read("How did the average salary develop over time?", staff).wish
    assert {f.field for f in wish.fields} == {"HIRE_DATE", "Salary"}
    assert wish.task == "trend"


def test_axes_are_kept_as_they_are_said(staff: Profile) -> None:
    wish = read("Bar chart x axis department y axis the average salary", staff).wish
    assert [(f.field, f.channel) for f in wish.fields] == [("Department", "x"), ("Salary", "y")]


def test_a_condition_about_no_field_is_said_and_not_guessed(staff: Profile) -> None:
    reading = read("number of employees by city with at least 3 children", staff)
    assert not reading.wish.filters
    assert any("at least 3" in warning for warning in reading.warnings)


def test_a_value_that_is_nowhere_is_said(staff: Profile) -> None:
    reading = read('average salary by city for "Atlantis"', staff)
    assert any("Atlantis" in w for w in reading.warnings) or reading.wish.filters == (
        Filter("City", "equal", "Atlantis"),
    )


def test_a_group_that_does_not_exist_is_said_with_the_nearest_names(staff: Profile) -> None:
    reading = read("average salary by departure", staff)
    assert (
        any("departure" in w and "Department" in w for w in reading.warnings)
        or reading.wish.fields[0].field == "Department"
    )
    assert any("continent" in w for w in read("average salary by continent", staff).warnings)


@pytest.mark.parametrize(
    "question", ["", "?", "What is the meaning of life?", "Hello there", "🙂", "'; DROP TABLE t; --"]
)
def test_a_question_about_something_else_wishes_nothing(staff: Profile, question: str) -> None:
    assert not read(question, staff).understood


AWKWARD = ["Sepal Width", "größe", 'a "quoted" name', "x.y[0]", "🙂", "naïve; DROP TABLE t", "<b>bold</b>", "年齢"]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_are_found_when_written_out(profile_of: Callable[[pd.DataFrame], Profile], name: str) -> None:
    profile = profile_of(pd.DataFrame({name: [1.5, 2.5, 4.0, 7.0] * 5, "kind": ["a", "b"] * 10}))
    wish = read(f"average of {name} by kind", profile).wish
    if name != "🙂":  # a picture is no word
        assert name in [f.field for f in wish.fields]
    assert "kind" in [f.field for f in wish.fields]


def test_the_order_of_the_columns_does_not_matter(profile_of: Callable[[pd.DataFrame], Profile]) -> None:
    frame = pd.DataFrame({"alpha": ["u", "v"] * 8, "beta": [1.5, 2.5] * 8, "gamma": [2.0, 9.0] * 8})
    wishes = [
        read("mean beta by alpha where gamma is above 3", profile_of(frame[list(order)])).wish
        for order in (["alpha", "beta", "gamma"], ["gamma", "beta", "alpha"], ["beta", "alpha", "gamma"])
    ]
    assert wishes[0] == wishes[1] == wishes[2]


@pytest.fixture(scope="module")
def people(profile_of: Callable[[pd.DataFrame], Profile]) -> Profile:
    """Pay, gender in German, a class of three and an outcome."""
    return profile_of(
        pd.DataFrame(
            {
                "Geschlecht": ["weiblich", "männlich"] * 30,
                "cabin_class": ["1st", "2nd", "3rd"] * 20,
                "survived": ["yes", "no", "no", "yes", "no"] * 12,
                "Income": [1000.5 + 7 * i for i in range(60)],
            }
        )
    )


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("Is the salary of women lower than that of men?", [("Sex", None), ("Salary", "mean")]),
        ("Do women earn less than men?", [("Sex", None), ("Salary", "mean")]),
        ("Are women paid less?", [("Sex", None), ("Salary", "mean")]),
        ("Are men older than women?", [("Sex", None), ("Age", "mean")]),
        ("Is the pay in Sales higher than in the other departments?", [("Department", None), ("Salary", "mean")]),
        ("Do people in Boston earn more than others?", [("City", None), ("Salary", "mean")]),
    ],
)
def test_values_set_against_each_other_are_groups(staff: Profile, question: str, fields: list[Any]) -> None:
    reading = read(question, staff)
    assert [(f.field, f.aggregate) for f in reading.wish.fields] == fields
    assert not reading.wish.filters
    assert not reading.warnings


def test_a_number_after_than_is_a_condition_and_no_contrast(staff: Profile) -> None:
    wish = read("average salary by city of women older than 40", staff).wish
    assert {f.field for f in wish.filters} == {"Sex", "Age"}


@pytest.mark.parametrize(
    ("question", "names", "filters"),
    [
        ("Do Frauen earn less than Männer?", {"Geschlecht", "Income"}, []),
        ("How does survival differ between women and men?", {"Geschlecht", "survived"}, []),
        ("What share of the first class survived?", {"survived", None}, [Filter("cabin_class", "equal", "1st")]),
        (
            "Did first class survive more often than third class?",
            {"cabin_class", "survived"},
            [Filter("cabin_class", "oneOf", ["1st", "3rd"])],
        ),
    ],
)
def test_synonyms_and_ordinals_name_values(
    people: Profile, question: str, names: set[str | None], filters: list[Filter]
) -> None:
    reading = read(question, people)
    assert {f.field for f in reading.wish.fields} == names
    assert list(reading.wish.filters) == filters
    assert not reading.warnings


def test_words_that_were_not_used_are_said(people: Profile) -> None:
    assert any("children" in w for w in read("Were children more likely to survive?", people).warnings)
    assert not read("How many passengers are there for each class?", people).warnings


def test_earners_are_people_with_a_salary(staff: Profile) -> None:
    wish = read("Show me the top 5 earners", staff).wish
    assert [f.field for f in wish.fields] == ["Employee_Name", "Salary"]
    assert (wish.sort, wish.limit) == ("descending", 5)


@pytest.mark.parametrize(
    ("question", "warned"),
    [
        ("average salary by city where age is over 50 or department is Sales", True),
        ("average salary by city where age is over 50 and department is Sales", False),
        ("average salary by city for Sales or Support", False),
    ],
)
def test_an_or_between_fields_is_said_to_be_read_as_and(staff: Profile, question: str, warned: bool) -> None:
    found = read(question, staff)
    assert warned == any("is read as “and”" in w for w in found.warnings)
