"""A run gives the chart of plain Altair without the rows it was given, or one plain sentence with the line."""

import json
import subprocess
import sys

import altair as alt
import pandas as pd
import pytest

from observatory.sandbox import program

FRAME = pd.DataFrame(
    {
        "kind": ["a", "b", "a", "c"],
        "value": [1.5, float("nan"), 3.0, 4.0],
        "when": pd.date_range("2026-01-01", periods=4),
        "n": [1, 2, 3, 4],
    }
)
CHARTS = {
    "plot(data)": "def plot(data):\n    return alt.Chart(data).mark_bar().encode(x='kind')",
    "chart": "chart = alt.Chart(data).mark_bar().encode(x='kind')",
    "an expression": "alt.Chart(data).mark_bar().encode(x='kind')",
    "show": "alt.Chart(data).mark_bar().encode(x='kind').show()",
    "another name": "bars = alt.Chart(data).mark_bar().encode(x='kind')",
    "another function": "def draw(frame):\n    return alt.Chart(frame).mark_bar().encode(x='kind')",
    "a dictionary": "chart = alt.Chart(data).mark_bar().encode(x='kind').to_dict()",
    "columns of the data": "chart = alt.Chart(data[['kind', 'n']].copy()).mark_bar().encode(x='kind')",
}
FAILURES = {
    "data['Kind']": ("There is no column “Kind”.", "Did you mean “kind”?", 1),
    "\ndata.groupby('kin').size()": ("There is no column “kin”.", "Did you mean “kind”?", 2),
    "x = data.valu": ("There is no column or method “valu”.", "Did you mean “value”?", 1),
    "chart = alt.Chart(dta)": ("The name “dta” is not defined.", "Did you mean “data”?", 1),
    "chart = alt.Chart(data).mark_bar().encode(x='kin')": ("There is no column “kin”.", "Did you mean “kind”?", 1),
    "chart = alt.Chart(data).mark_bar().encode(\n  alt.X('n', stak=1))": (
        "X has no parameter “stak”.",
        "Did you mean “stack”?",
        2,
    ),
    "def plot(data):\n    data.head()": ("plot(data) returns nothing.", "End it with “return chart”.", 1),
    "chart = 1": ("The variable chart holds an int, not a chart.", None, None),
    "def f(): return f()\nf()": ("A function calls itself too many times.", None, 1),
    "1 / 0": ("The code failed with ZeroDivisionError: division by zero.", None, 1),
    "chart = alt.Chart('https://x.y/z.csv').mark_bar()": ("The chart takes its rows from an address.", None, None),
    "chart = alt.Chart(pd.concat([data] * 6000)).mark_bar()": (
        "The chart holds 24,000 rows that the code computed; at most 20,000 can be drawn.",
        None,
        None,
    ),
    "'{0.__class__}'.format(data)": ("The format field “0.__class__” reaches into an object.", None, 1),
    "data.agg('to_' + 'pickle')": ("pandas may not call “to_pickle” by its name in chart code.", None, 1),
    "data.agg(pd.Series(['to_csv']))": ("pandas was asked to call something that is no function.", None, 1),
    "data.assign(x=pd.col('n').agg('to_' + 'csv'))": (
        "pandas may not call “to_csv” by its name in chart code.",
        None,
        1,
    ),
    "x = np\ny = x.save('f', data)": ("The attribute “save” is not allowed in chart code.", None, 2),
    "getattr(data, 'to_' + 'csv')": ("The attribute “to_csv” is not allowed in chart code.", None, 1),
    "pd.DataFrame.mean = 1": ("The attribute “mean” of a type cannot be set.", None, 1),
    "data.query('@pd.io')": ("The query may not use “io”.", None, 1),
}
HOSTILE = """
class Loud(BaseException):
    def __str__(self):
        raise SystemExit
raise Loud
"""
IDIOMS = [
    "d = data.copy()\nd['m'] = d['when'].dt.strftime('%b')\nchart = alt.Chart(d).mark_bar().encode(x='m', y='sum(n)')",
    "d = data.query('n > @k') if (k := 1) else data\nchart = alt.Chart(d).mark_line().encode(x='when', y='n')",
    "d = data.assign(t=pd.to_datetime('2026-01-01'))\nchart = alt.Chart(d).mark_bar().encode(x='t', y='n')",
    "d = data.melt('kind', ['n'], value_name='v')\nchart = alt.Chart(d).mark_bar().encode(x='kind', y='v')",
    "d = data.groupby('kind')['n'].apply(lambda s: s.sum()).reset_index()\nchart = alt.Chart(d).mark_bar()",
    "import datetime as dt\nd = [dt.datetime.strptime('2026', '%Y')]\nchart = alt.Chart(data).mark_bar()",
    "d = data.set_index('when')[['n']].resample('2D').sum()\nchart = alt.Chart(d.reset_index()).mark_area()",
    "d = data['when'].dt.tz_localize('Asia/Tokyo').to_frame()\nchart = alt.Chart(d).mark_tick().encode(x='when')",
    "import os\nos.getcwd()",
    "data['Kind']",
]
WITHOUT_FILES = """
import json, sys
import pandas as pd
from observatory.sandbox import program
program.warm()
data = pd.DataFrame({"kind": list("abac"), "value": [1.5, None, 3, 4], "n": [1, 2, 3, 4]})
data["when"] = pd.date_range("2026-01-01", periods=4)
codes = json.loads(sys.stdin.read())
def refuse(event, arguments):
    if event == "open" or (event == "import" and arguments[0] not in sys.modules):
        raise PermissionError(event)
sys.addaudithook(refuse)
sys.__stdout__.write(json.dumps([program.run(code, data.copy()) for code in codes]))
"""


@pytest.mark.parametrize("code", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_found_and_untouched_rows_are_left_out(code):
    answer = program.run(code, FRAME.copy())
    assert answer["ok"], answer
    spec = answer["spec"]
    assert spec["encoding"] == {"x": {"field": "kind", "type": "nominal"}}
    assert "data" not in spec
    assert "datasets" not in spec


@pytest.mark.parametrize(
    "code", ["data.head(2)", "data.iloc[::-1]", "data.assign(m=1)", "data.rename(columns={'n': 'N'})"]
)
def test_what_the_code_computed_stands_in_the_chart(code):
    spec = program.run(f"chart = alt.Chart({code}).mark_bar()", FRAME.copy())["spec"]
    plain = alt.Chart(eval(code, {"data": FRAME.copy()})).mark_bar().to_dict()
    assert list(spec["datasets"]) == list(plain["datasets"])
    assert spec["data"] == plain["data"]
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


def test_changes_in_place_are_seen():
    answer = program.run("data['n'] = data['n'] * 2\nchart = alt.Chart(data).mark_bar()", FRAME.copy())
    [rows] = answer["spec"]["datasets"].values()
    assert [row["n"] for row in rows] == [2, 4, 6, 8]
    assert rows[1]["value"] is None
    assert rows[0]["when"] == "2026-01-01T00:00:00"


def test_parts_of_a_chart_have_rows_of_their_own():
    code = "a = alt.Chart(data).mark_bar()\nb = alt.Chart(data.head(1)).mark_line()\nchart = a | b"
    left, right = program.run(code, FRAME.copy())["spec"]["hconcat"]
    assert "data" not in left
    assert right["data"]["name"].startswith("data-")


def test_rows_that_a_lookup_needs_stand_in_the_chart():
    code = (
        "chart = alt.Chart(data).mark_bar().transform_lookup("
        "lookup='kind', from_=alt.LookupData(data=data, key='kind', fields=['n']))"
    )
    spec = program.run(code, FRAME.copy())["spec"]
    assert spec["transform"][0]["from"]["data"] == {"name": "data"}
    assert len(spec["datasets"]["data"]) == 4


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_is_a_plain_sentence_with_its_line(code):
    message, hint, line = FAILURES[code]
    answer = program.run(code, FRAME.copy())
    error = answer["error"]
    assert not answer["ok"]
    assert (error["message"], error["line"]) == (message, line)
    assert error["hint"] == hint or (hint is None and error["hint"])


@pytest.mark.parametrize(
    "code", [HOSTILE, "raise KeyboardInterrupt", "raise Exception('x' * 10**7)", "raise KeyError([])"]
)
def test_nothing_that_code_raises_comes_through(code):
    error = program.run(code, FRAME.copy(), guard=False, facade=False)["error"]
    assert set(error) == {"type", "message", "hint", "line", "fix"}
    assert len(error["message"]) < 1000


@pytest.mark.parametrize(
    ("name", "word"), [("MemoryError", "memory"), ("SystemExit", "ends"), ("GeneratorExit", "ends")]
)
def test_an_end_of_the_process_is_told_as_a_failure(name, word):
    error = program.run(f"def plot(data):\n\n    raise {name}", FRAME.copy(), guard=False, facade=False)["error"]
    assert error["line"] == 3
    assert word in error["message"]


@pytest.mark.parametrize(("guard", "facade"), [(True, True), (True, False), (False, True), (False, False)])
def test_each_layer_alone_gives_the_same_chart(guard, facade):
    code = "import altair as alt\nchart = alt.Chart(data.query('n > 1')).mark_bar().encode(x='kind', y='mean(value)')"
    assert program.run(code, FRAME.copy(), guard=guard, facade=facade) == program.run(code, FRAME.copy())


def test_what_is_printed_is_kept_beside_the_chart_and_the_error():
    chart = "chart = alt.Chart(data).mark_bar()"
    assert program.run(f"print(1, 'a', sep='|', flush=True)\n{chart}", FRAME.copy())["printed"] == "1|a\n"
    assert program.run("print(len(data))\nmissing", FRAME.copy())["printed"] == f"{len(FRAME)}\n"
    assert "printed" not in program.run(chart, FRAME.copy())


def test_a_flood_of_print_is_cut():
    printed = program.run("for n in range(10_000):\n    print('x' * 1_000)", FRAME.copy())["printed"]
    assert len(printed) == 4_001
    assert printed.endswith("…")


def test_a_theme_lasts_for_one_chart():
    assert "usermeta" in program.run("alt.theme.enable('dark')\nchart = alt.Chart(data).mark_bar()", FRAME)["spec"]
    assert "usermeta" not in program.run("chart = alt.Chart(data).mark_bar()", FRAME)["spec"]


def test_after_warming_charts_need_no_file():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FILES], input=json.dumps(IDIOMS), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    assert [code for code, answer in zip(IDIOMS[:-2], answers, strict=False) if not answer["ok"]] == []
    assert [answer["error"]["type"] for answer in answers[-2:]] == ["ChartCodeRejected", "ChartCodeFailed"]


CALLED = "def plot(data, colour='red'):\n    return alt.Chart(data).mark_bar(color=colour).encode(x='kind')\n"


@pytest.mark.parametrize(
    "rest",
    [
        "chart = plot(data, 'blue')",
        "plot(data, 'blue')",
        "final = plot(data, 'blue')",
        "chart = plot(data, 'blue')\nchart = chart.configure_axis(grid=False)",
        "if __name__ == '__main__':\n    chart = plot(data, 'blue')",
    ],
)
def test_what_the_code_itself_makes_of_plot_is_its_chart(rest):
    assert program.run(CALLED + rest, FRAME.copy())["spec"]["mark"]["color"] == "blue"


def test_plot_is_called_where_the_code_does_not():
    assert program.run(CALLED, FRAME.copy())["spec"]["mark"]["color"] == "red"
    assert program.run(CALLED + "rows = len(data)", FRAME.copy())["spec"]["mark"]["color"] == "red"


def test_an_import_that_is_not_reached_does_no_harm():
    code = "try:\n    source = data\nexcept NameError:\n    from vega_datasets import data as source\n"
    chart = "chart = alt.Chart(source).mark_bar().encode(x='kind')"
    assert program.run(code + chart, FRAME.copy())["ok"]
    error = program.run(code.replace("= data", "= dota") + chart, FRAME.copy())["error"]
    assert "vega_datasets" in error["message"]


def test_code_may_begin_with_a_byte_order_mark():
    assert program.run("\ufeff" + CALLED, FRAME.copy())["ok"]
