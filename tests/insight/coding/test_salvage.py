"""What broken code means is read from its words, of whichever library they are."""

from __future__ import annotations

import pytest

from observatory.insight.coding.salvage import wish_of
from observatory.model import Profile

MEAN = {("Department", None), ("Salary", "mean")}


@pytest.mark.parametrize(
    ("code", "mark", "shown"),
    [
        ("alt.Chart(data).mark_bar().encode(x='Department:N', y='mean(Salary):Q'", "bar", MEAN),
        ("Chart(df).mark_bars(x=alt.X('department'), y=alt.Y('avg(salary)'", "bar", MEAN),
        ("sns.barplot(x='Department', y='Salary'); df['Salary'].mean(", "bar", MEAN),
        ("df.groupby('Department')['Salary'].mean().plot(kind='bar'", "bar", MEAN),
        ("alt.Chart(df).mark_scatter(x='Age', y='Salary'", "point", {("Age", None), ("Salary", None)}),
        ("mark_pie().encode(theta='count()', color='City'", "arc", {(None, "count"), ("City", None)}),
        ("mark_hist().encode(x='Age'", "bar", {("Age", None), (None, "count")}),
        ("transform_aggregate(m=('Salary', 'mean')).mark_bar().encode(x='Department', y='m:Q'", "bar", MEAN),
        ("agg(m=pd.NamedAgg(1)).mark_bar(x='Department', y='m'); transform(m='mean(Salary)')", "bar", MEAN),
        ("agg({'Salary': ['mean', 'max']}).mark_bar().encode(x='Department', y='mean'", "bar", MEAN),
        ("px.line(df, x='HIRE_DATE', y='Salary'", "line", {("HIRE_DATE", None), ("Salary", None)}),
    ],
)
def test_mark_fields_and_aggregates(
    staff: Profile, code: str, mark: str, shown: set[tuple[str | None, str | None]]
) -> None:
    wish = wish_of(code, staff)
    assert wish is not None
    assert wish.mark == mark
    assert {(f.field, f.aggregate) for f in wish.fields} == shown


def test_conditions(staff: Profile) -> None:
    wish = wish_of("few = df[(df['Sex'] == 'F') & (df['Age'] >= 30)]\nChart(few).encode(x='City', y='count()'", staff)
    assert wish is not None
    assert {(f.field, f.op, f.value) for f in wish.filters} == {("Sex", "equal", "F"), ("Age", "gte", 30)}
    assert [f.field for f in wish.fields] == ["City", None]


def test_conditions_of_a_query(staff: Profile) -> None:
    wish = wish_of("df.query('Age >= 30')\nChart(few).encode(x='City', y='count()'", staff)
    assert wish is not None
    assert {(f.field, f.op, f.value) for f in wish.filters} == {("Age", "gte", 30)}


@pytest.mark.parametrize("code", ["", "x", "encode(x='planet')", "'" * 30_000, "['a'" * 5_000])
def test_code_without_a_field_means_nothing(staff: Profile, code: str) -> None:
    assert wish_of(code, staff) is None
