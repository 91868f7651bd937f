"""The guard refuses what reaches beyond charts, by name and line, and lets through what charts are made of."""

import ast

import pytest

from observatory.charts import altair_code
from observatory.errors import ChartCodeError, ChartCodeFailed, ChartCodeRejected
from observatory.sandbox.guard import check
from observatory.sandbox.query import accept_query
from observatory.sandbox.reading import read

REFUSED = {
    "import os": "os",
    "from os import path": "os",
    "import altair.utils": "altair.utils",
    "from altair import *": "import *",
    "from . import secrets": ".",
    "open('/etc/passwd')": "open",
    "eval('1')": "eval",
    "globals()": "globals",
    "__import__('os')": "__import__",
    "data.to_csv('x')": "to_csv",
    "pd.io.common": "io",
    "np.save('x', data)": "save",
    "np.lib": "lib",
    "alt.UrlData('x')": "UrlData",
    "alt.topo_feature('x', 'y')": "topo_feature",
    "().__class__": "__class__",
    "import re\nre.enum": "enum",
    "import statistics as s\ns.random": "random",
    "(x for x in data).gi_frame": "gi_frame",
    "def f(): pass\nf.__globals__": "__globals__",
    "alt.Chart(data).save('x.html')": "save",
    "data.plot()": "plot",
    "async def f(): pass": "asynchronous",
    "match data:\n    case object(__class__=c): pass": "match",
    "del data.columns": "columns",
    "data.tz_localize('dateutil//etc/passwd')": "Time zones",
    "x = 9**9**9": "number",
    "x = 'a' * 10**9": "text",
    "f(__x=1)": "__x",
    "ｏｐｅｎ('x')": "open",
    "x = " + "-" * 500 + "1": "deeply",
    "#" * 50_000: "longer",
}
ACCEPTED = """
import altair as alt, pandas, numpy.random as npr
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pandas.api.types import is_numeric_dtype
from __future__ import annotations
import warnings
warnings.filterwarnings("ignore")
alt.data_transformers.disable_max_rows()
alt.theme.enable("dark")
pd.options.mode.chained_assignment = None
pd.set_option("display.max_rows", 10)
COLOURS = {"a": "red", **{"b": "blue"}}
data.columns = [name.lower() for name in data.columns]
data["ratio"] = np.where(data["a"] > 0, data.b / data.a, np.nan)
table = data.groupby(["a", "b"], as_index=False).agg(n=("c", "size"), mean=("c", "mean")).query("n > 1")
label = "{:.1f} of {name}".format(3.14159, name="all") + f"{len(table):,}" + "%s" % "x"
(first, *rest), power = [1, 2, 3], 10**6
top = [row.name for row in table.itertuples() if (n := row.n) > 1]
def _helper(frame: pd.DataFrame, *columns: str, by: str = "a", **options) -> alt.Chart:
    "What a helper does."
    try:
        held = sorted(frame[by].unique(), key=lambda value: -value)
    except (KeyError, TypeError) as exc:
        raise ValueError(f"no {exc!r}") from None
    finally:
        print(held)
    while held and len(held) > 3:
        held.pop()
    match len(held):
        case 0 | 1:
            return None
        case _:
            pass
    return getattr(alt.Chart(frame), f"mark_{by}")(*columns, **options)
if __name__ == "__main__":
    chart = _helper(data).encode(x=alt.X("a").sort("-y"), color=alt.when(alt.datum.x > 1).then(alt.value("red")))
    chart.encoding.x.title = "A"
"""


def guarded(code):
    return check(read(code))


@pytest.mark.parametrize("code", REFUSED)
def test_what_reaches_beyond_charts_is_refused_by_name(code):
    with pytest.raises(ChartCodeRejected) as caught:
        guarded(code)
    assert REFUSED[code] in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_a_refusal_names_the_line():
    with pytest.raises(ChartCodeRejected) as caught:
        guarded("x = 1\n\ny = open('x')\n")
    assert caught.value.line == 3
    assert caught.value.message == "The name “open” is not allowed in chart code."


def test_a_chart_of_every_idiom_is_accepted():
    compile(guarded(ACCEPTED.replace("from __future__ import annotations\n", "")), "chart.py", "exec")


def test_code_that_the_observatory_prints_is_accepted():
    spec = {
        "mark": {"type": "bar", "color": "red"},
        "transform": [{"filter": "datum.a > 1"}, {"calculate": "1", "as": "one"}],
        "encoding": {"x": {"field": "a b", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}},
    }
    compile(guarded(altair_code({"hconcat": [spec, {"layer": [spec, spec]}]})), "chart.py", "exec")


def test_code_that_is_no_python_says_where():
    with pytest.raises(ChartCodeFailed) as caught:
        guarded("chart = 1\nchart = (")
    assert caught.value.line == 2
    for code in ("x = " + "[" * 300, "x = 1\0", "x = '\ud800"):
        with pytest.raises(ChartCodeError):
            guarded(code)


def test_a_name_that_code_cannot_write_stands_for_a_column():
    [statement] = guarded("data.sales").body
    assert isinstance(statement, ast.Expr)
    assert not ast.unparse(statement.value.func).isidentifier()


@pytest.mark.parametrize(
    "text",
    [
        "@pd.io.common.os.system('x') == 0",
        "a.to_csv('x')",
        "a.agg('to_pickle')",
        "`a b`.to_pickle('x') == 1",
        "x == '`' or @pd.io == '`'",
        "@__builtins__",
        "().__class__",
        "[x for x in a]",
        "(lambda: 1)()",
        "a # ` \n b",
        "f'{a.io}'",
        "open('x')",
        "a" * 3_000,
    ],
)
def test_a_query_that_does_more_than_compare_is_refused(text):
    with pytest.raises(ChartCodeError):
        accept_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "a > 1 and b in ['x', 'y'] and not c",
        "`it's a name` >= @least & (b | c)",
        'name.str.contains("o#") and date.dt.year == 2020',
        "a == a.max() or abs(b) < 2",
        "index % 2 == 0",
        "c = a + b * 2",
    ],
)
def test_a_query_that_compares_is_accepted(text):
    accept_query(text)
