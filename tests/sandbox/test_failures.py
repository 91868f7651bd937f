"""What is said of chart code that failed: plainly, at its line, with a hint and a change that gives a chart."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from observatory.sandbox import program
from observatory.sandbox.calls import refuse_attribute
from observatory.sandbox.failures import described
from observatory.sandbox.fixes.at_hand import at_hand
from observatory.sandbox.fixes.said import said
from observatory.sandbox.fixes.told import changed_line, told

SALES = pd.DataFrame(
    {
        "date": pd.date_range("2012-01-15", periods=20, freq="90D"),
        "price": range(20),
        "symbol": list("abcd") * 5,
        "Smoker?": list("yn") * 10,
        "count": [1, 2] * 10,
        "mean:score": [3, 4] * 10,
    }
)
BARS = "chart = alt.Chart({}).mark_bar().encode(x='symbol', y='count()')"
USE_DT = "Use .dt, as in .dt.year or .dt.strftime('%Y')."
COMPARE = "Compare the year, as in .dt.year > 2013, or give a date, as in '2013-01-31'."
TYPES = "The types are Q for numbers, N for names, O for ranks and T for dates."
# The code, what is said of it, the hint, the line, and the line as it is mended.
CASES: dict[str, tuple[str, str, str, int, str]] = {
    "the year of dates, by letters": (
        f"d = data.copy()\nd['y'] = d['date'].str[:4]\n{BARS.format('d')}",
        "“date” holds dates, and .str is for text.",
        USE_DT,
        2,
        "d['y'] = d['date'].dt.strftime('%Y')",
    ),
    "the month of dates, by slice": (
        f"d = data.copy()\nd['m'] = d['date'].str.slice(5, 7)\n{BARS.format('d')}",
        "“date” holds dates, and .str is for text.",
        USE_DT,
        2,
        "d['m'] = d['date'].dt.strftime('%m')",
    ),
    "dates that begin as a text": (
        f"d = data[data['symbol'].str.islower() & data['date'].str.startswith('2013')]\n{BARS.format('d')}",
        "“date” holds dates, and .str is for text.",
        USE_DT,
        1,
        "d = data[data['symbol'].str.islower() & data['date'].dt.strftime('%Y-%m-%d').str.startswith('2013')]",
    ),
    "letters of numbers": (
        f"d = data.assign(p=data['price'].str[:1])\n{BARS.format('d')}",
        "“price” holds numbers, and .str is for text.",
        "Make text of it first: .astype(str).",
        1,
        "d = data.assign(p=data['price'].astype(str).str[:1])",
    ),
    "a part of dates without .dt": (
        f"d = data.assign(y=data.date.year)\n{BARS.format('d')}",
        "A Series has no “year”.",
        "Did you mean “dt.year”?",
        1,
        "d = data.assign(y=data.date.dt.year)",
    ),
    "a format of dates without .dt": (
        f"d = data.assign(y=data['date'].strftime('%Y'))\n{BARS.format('d')}",
        "A Series has no “strftime”.",
        "Did you mean “dt.strftime”?",
        1,
        "d = data.assign(y=data['date'].dt.strftime('%Y'))",
    ),
    "dates and a year": (
        f"d = data[(data['date'] > 2013) & (data['price'] > 3)]\n{BARS.format('d')}",
        "“date” holds dates, and is compared with a number.",
        COMPARE,
        1,
        "d = data[(data['date'].dt.year > 2013) & (data['price'] > 3)]",
    ),
    "dates between years": (
        f"d = data[data['date'].between(2013, 2014)]\n{BARS.format('d')}",
        "“date” holds dates, and is compared with a number.",
        COMPARE,
        1,
        "d = data[data['date'].dt.year.between(2013, 2014)]",
    ),
    "a text as a date": (
        f"d = data[data['date'].apply(lambda day: day[:4]) > '2013']\n{BARS.format('d')}",
        "A date is not text of which letters can be taken.",
        "Use its parts, such as .year and .month.",
        1,
        "d = data[data['date'].apply(lambda day: str(day)[:4]) > '2013']",
    ),
    "numbers and a text": (
        f"d = data[data['price'] > '3']\n{BARS.format('d')}",
        "“price” holds numbers, and is compared with text.",
        "Write the number without quotes.",
        1,
        "d = data[data['price'] > 3]",
    ),
    "days of a date": (
        f"last = data['date'].max() - 365\n{BARS.format('data[data.date > last]')}",
        "A number is added to a date.",
        "Say of what, as in pd.Timedelta(days=7).",
        1,
        "last = data['date'].max() - pd.Timedelta(days=365)",
    ),
    "the year of a datum": (
        "chart = alt.Chart(data).mark_bar().transform_filter(alt.datum.date.year > 2013)",
        "A column of alt.datum has no “year”.",
        "Write “expr.year(alt.datum.date)”, not “datum.date.year”.",
        1,
        "chart = alt.Chart(data).mark_bar().transform_filter(alt.expr.year(alt.datum.date) > 2013)",
    ),
    "intervals": (
        "data['range'] = pd.cut(data['price'], 3)\nchart = alt.Chart(data).mark_bar().encode(x='range', y='count()')",
        "The chart holds intervals, which cannot be drawn.",
        "Make text of them: pd.cut(…).astype(str).",
        1,
        "data['range'] = pd.cut(data['price'], 3).astype(str)",
    ),
    "months of rows that are not by date": (
        f"d = data.resample('ME')['price'].mean().reset_index()\n{BARS.format('data')}",
        "The rows are not by date.",
        "Name the column, as in resample('ME', on='date').",
        1,
        "d = data.resample('ME', on='date')['price'].mean().reset_index()",
    ),
    "a method for a column": (
        f"d = data[data.count > 1]\n{BARS.format('d')}",
        "A method of pandas stands where a column is meant.",
        'Write a column of that name as in data["count"].',
        1,
        "d = data[data['count'] > 1]",
    ),
    "count of a column": (
        "chart = alt.Chart(data).mark_bar().encode(\n    x='symbol',\n    y='count(x)',\n)",
        "count() takes no column: it counts rows.",
        "Write count().",
        3,
        "    y='count()',",
    ),
    "another name for a mark": (
        "chart = alt.Chart(data).mark_scatter().encode(x='price', y='count')",
        "A Chart has no “mark_scatter”.",
        "Did you mean “mark_point”?",
        1,
        "chart = alt.Chart(data).mark_point().encode(x='price', y='count')",
    ),
    "a renamed column": (
        "d = data.rename(columns=str.lower)\nchart = alt.Chart(d).mark_bar().encode(x='Smoker?', y='count()')",
        "There is no column “Smoker?” in this table.",
        "Did you mean “smoker?”?",
        2,
        "chart = alt.Chart(d).mark_bar().encode(x='smoker?', y='count()')",
    ),
    "a renamed column that is read": (
        f"d = data.rename(columns=str.lower)\ne = d['Smoker?'].value_counts()\n{BARS.format('data')}",
        "There is no column “Smoker?” in this table.",
        "Did you mean “smoker?”?",
        2,
        "e = d['smoker?'].value_counts()",
    ),
    "a column in the index": (
        "d = data.groupby('symbol')[['price']].mean()\nchart = alt.Chart(d).mark_bar().encode(x='symbol', y='price')",
        "There is no column “symbol” in this table.",
        "“symbol” is the index of this table. Add .reset_index() to make it a column.",
        1,
        "d = data.groupby('symbol')[['price']].mean().reset_index()",
    ),
    "no mark": (
        "\nchart = alt.Chart(data).encode(x='symbol', y='count()')",
        "The chart has no mark.",
        "Say what to draw: add .mark_point().",
        2,
        "chart = alt.Chart(data).mark_point().encode(x='symbol', y='count()')",
    ),
    "a type that is none": (
        "chart = alt.Chart(data).mark_bar().encode(\n    x='symbol:X', y='count()')",
        "“X” behind a colon is not a type.",
        TYPES,
        2,
        "    x='symbol', y='count()')",
    ),
    "a colon in a name": (
        "chart = alt.Chart(data).mark_bar().encode(x='symbol', y='mean(mean:score)')",
        "“score” behind a colon is not a type.",
        TYPES,
        1,
        r"chart = alt.Chart(data).mark_bar().encode(x='symbol', y='mean(mean\\:score)')",
    ),
    "a colon in a name with a type": (
        "chart = alt.Chart(data).mark_bar().encode(x='symbol', y=alt.Y('mean:score:Q'))",
        "“score” behind a colon is not a type.",
        TYPES,
        1,
        r"chart = alt.Chart(data).mark_bar().encode(x='symbol', y=alt.Y('mean\\:score:Q'))",
    ),
    "a channel in British English": (
        "chart = alt.Chart(data).mark_bar().encode(x='symbol', y='count()', colour='Smoker?')",
        "encode() takes no argument “colour”.",
        "Did you mean “color”?",
        1,
        "chart = alt.Chart(data).mark_bar().encode(x='symbol', y='count()', color='Smoker?')",
    ),
    "columns without channels": (
        "chart = alt.Chart(data).mark_bar().encode('symbol', 'count()')",
        "encode() is given a column without its channel.",
        "Write x= before the first column and y= before the second.",
        1,
        "chart = alt.Chart(data).mark_bar().encode(x='symbol', y='count()')",
    ),
    "a scheme beside its scale": (
        "chart = alt.Chart(data).mark_point().encode(x='price', color=alt.Color('symbol', scheme='viridis'))",
        "Color has no parameter “scheme”.",
        "Write “scale=alt.Scale(scheme='viridis')”, not “scheme='viridis'”.",
        1,
        "chart = alt.Chart(data).mark_point().encode(x='price', color=alt.Color('symbol', "
        "scale=alt.Scale(scheme='viridis')))",
    ),
    "an open bracket": (
        BARS.format("data")[:-1],
        "The code is not valid Python: '(' was never closed.",
        "Add “)”.",
        1,
        BARS.format("data"),
    ),
}


def failed(code: str, frame: pd.DataFrame = SALES) -> dict[str, Any]:
    answer = program.run(code, frame.copy())
    assert not answer["ok"], answer
    return dict(answer["error"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_failure_is_told_plainly_and_its_change_gives_a_chart(case: tuple[str, str, str, int, str]) -> None:
    code, message, hint, line, mended = case
    error = failed(code)
    assert (error["message"], error["hint"], error["line"]) == (message, hint, line)
    lines = code.splitlines()
    assert error["fix"].splitlines() == [*lines[: line - 1], *([mended] if mended else []), *lines[line:]]
    assert program.run(error["fix"], SALES.copy())["ok"]


@pytest.mark.parametrize(
    ("code", "message", "hint", "line"),
    [
        ("d = data[data['date'] > 'next year']", "“next year” is not a date.", "Write year, month and day", 1),
        ("d = data[data['symbol'] > 3]", "“symbol” is text, and is compared with a number.", "Compare it with", 1),
        ("d = {'a': 1}\nd['b']", "There is no “b” in this dictionary.", "Check the name.", 2),
        (
            "d = data.groupby('symbol', as_index=False).agg(best=('price', 'max'))\nd['zz']",
            "There is no column “zz”.",
            "The columns are symbol, best.",
            2,
        ),
        (
            "d = data.assign(new=1)[['new', 'price']]\nchart = alt.Chart(d).mark_bar().encode(x='zz')",
            "There is no column “zz”.",
            "The columns are new, price.",
            2,
        ),
        (
            "chart = alt.Chart(data).mark_bar(color=3).encode(x='symbol')",
            "“3” is not a value of color.",
            "It may be black, silver,",
            1,
        ),
    ],
)
def test_what_cannot_be_mended_is_still_told(code: str, message: str, hint: str, line: int) -> None:
    error = failed(code)
    assert error["message"].startswith(message)
    assert error["hint"].startswith(hint)
    assert (error["line"], error["fix"]) == (line, None)


def test_a_hint_never_gives_the_name_that_failed() -> None:
    for code in ("data['date'].yeer", "data.pric", "data.to_nothing()", "alt.Chart(data).T", "data['Date']"):
        error = failed(code)
        wrong = re.search("no (?:column |column or method )?“(.*?)”", error["message"])
        assert wrong
        assert f"“{wrong[1]}”?" not in error["hint"]


def test_words_without_use_are_left_out() -> None:
    assert failed("this is not code at all")["hint"] == ""
    assert failed("x = 'open")["hint"] == "End the text with a quote."


def test_a_library_that_has_lost_its_readers_is_told_of_the_rows() -> None:
    error = AttributeError("module 'pandas' has no attribute 'read_csv'", name="read_csv", obj=pd)
    told_of = described(error, f"df = pd.read_csv('a.csv')\n{BARS.format('df')}", list(SALES.columns))
    assert told_of["hint"] == "The rows of the file are in `data` already."
    assert told_of["fix"] == f"df = data\n{BARS.format('df')}"


def refused(code: str, name: str, line: int) -> dict[str, Any]:
    return described(refuse_attribute(name, line=line), code, list(SALES.columns))


def test_what_is_refused_is_taken_out_and_no_other_name_put_in_its_place() -> None:
    bars = BARS.format("data") + "\n"
    assert refused(f"{bars}html = chart.to_html()\n", "to_html", 2)["fix"] == bars
    assert refused(f"{bars}html = chart.to_html()\nprint(len(html))\n", "to_html", 2)["fix"] is None


def test_rows_of_a_file_are_there_already() -> None:
    told_of = refused(f"df = pd.read_csv('sales.csv')\n{BARS.format('df')}", "read_csv", 1)
    assert told_of["hint"] == "The rows of the file are in `data` already."
    assert told_of["fix"] == f"df = data\n{BARS.format('df')}"
    imported = refused(f"from pandas import read_csv\ndf = read_csv('a.csv')\n{BARS.format('df')}", "read_csv", 1)
    assert imported["fix"] == told_of["fix"]


def test_text_that_is_read_as_a_table_stays() -> None:
    read = f"import io\nd = pd.read_csv(io.StringIO('a,b'))\n{BARS.format('d')}\n"
    assert refused(f"{read}d.to_csv('a.csv')\n", "to_csv", 4)["fix"] in (read, read.replace("import io\n", ""))


def test_nothing_is_suggested_that_the_guard_refuses() -> None:
    for code in ("data['date'].struc", "data['price'].plo", "chart = alt.Chart(data).mark_bar().sav", "data.to_cs()"):
        fix = failed(code)["fix"]
        assert fix is None or "not allowed" not in program.run(fix, SALES.copy()).get("error", {}).get("message", "")


def test_the_table_at_hand_is_the_one_that_the_line_used() -> None:
    with pytest.raises(KeyError) as raised:
        SALES[["date", "price"]].set_index("price")["zz"]
    found = at_hand(raised.value)
    assert (found.columns, found.dates, found.index) == (("date",), ("date",), ("price",))


def test_a_change_is_told_in_words() -> None:
    assert told("a['avgg']", "a['avg']") == "Did you mean “avg”?"
    assert told("y='count'", "y='count()'") == "Write “count()”, not “count”."
    assert told("f(x)\n", "\n".join("abc" * 40)) == ""
    assert changed_line("a\nb", "a\nb") is None
    assert said("something else", at_hand(ValueError())) is None
