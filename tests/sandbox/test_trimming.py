"""What scripts have around a chart is no obstacle, and what is used is never taken away."""

import pandas as pd
import pytest

from observatory.sandbox import program
from observatory.sandbox.trimming import SAVED

FRAME = pd.DataFrame({"kind": list("aab"), "n": [1, 2, 3]})
CHART = "chart = alt.Chart(data).mark_bar().encode(x='kind', y='sum(n)')"


def ran(code):
    return program.run(code, FRAME.copy())


@pytest.mark.parametrize(
    "around",
    [
        "import os, sys\nimport matplotlib.pyplot as plt\nfrom dataclasses import dataclass\n{}",
        "from typing import NamedTuple, Optional\nfrom vega_datasets import data as samples\n{}",
        "try:\n    import seaborn as sns\nexcept ImportError:\n    sns = None\n{}",
        "try:\n    import numpy as np, cupy as cp\n    cp.ones(1)\nexcept Exception:\n    pass\n{}",
        '__all__ = ["chart"]\n__version__ = "1.0"\n__author__ = "me"\n{}',
        "{}\nchart.save('chart.html', scale_factor=2.0)\nchart.show()",
        "from IPython.display import display\n{}\ndisplay(chart)",
        "import logging\nlogging.basicConfig(level=logging.INFO)\nlog = logging.getLogger(__name__)\n{}\nlog.info('a')",
        "import time\nbegan = time.perf_counter()\n{}\nprint(f'{{time.perf_counter() - began:.0f}} s')",
        "import copy\n{}\nchart = copy.deepcopy(chart)",
        "print(alt.__version__, pd.__version__, np.__version__, type(data).__name__)\n{}",
        "from functools import wraps\ndef kept(f):\n    @wraps(f)\n    def g():\n        return f()\n    return g\n{}",
        "{}\nchart = alt.Chart.from_json(chart.to_json())",
    ],
)
def test_a_script_gives_its_chart(around):
    assert ran(around.format(CHART))["spec"]["encoding"] == ran(CHART)["spec"]["encoding"]


def test_a_chart_that_is_to_be_saved_is_shown_and_that_is_said():
    assert ran(f"{CHART}\nchart.save('chart.png')")["notes"] == [SAVED]
    assert ran("alt.Chart(data).mark_bar().save('chart.png')")["spec"]["mark"] == {"type": "bar"}


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import os\nos.getcwd()", "os"),
        ("import os as system\nprint(system)", "os"),
        ("from os import *", "os"),
        ("try:\n    import os\nexcept ValueError:\n    pass\nos.getcwd()", "os"),
        ("html = chart.save('x')", "save"),
        ("__all__ = print(1)", "__all__"),
        ("import time\ntime.tzset()", "tzset"),
        ("import io\nio.open('x')", "open"),
        ("import io\nio.FileIO('x')", "FileIO"),
        ("alt.__loader__", "__loader__"),
        ("data.__version__", "__version__"),
        ("(1).__name__", "__name__"),
        ("pd.read_csv('rows.csv')", "read_csv"),
        ("import io\npd.read_csv(io.StringIO('a'), storage_options={})", "storage_options"),
    ],
)
def test_what_is_used_must_be_allowed(code, word):
    answer = ran(f"{code}\n{CHART}")
    assert not answer["ok"]
    assert word in answer["error"]["message"]
    assert answer["error"]["line"] is not None


def test_a_table_in_the_code_is_read():
    code = "import io\nnames = pd.read_csv(io.StringIO('kind;name\\na;first\\nb;second'), sep=';')\n"
    spec = ran(f"{code}chart = alt.Chart(data.merge(names)).mark_bar().encode(x='name', y='sum(n)')")["spec"]
    assert {row["name"] for rows in spec["datasets"].values() for row in rows} == {"first", "second"}


def test_named_aggregates_call_only_what_is_in_the_table():
    code = "chart = alt.Chart(data.groupby('kind', as_index=False).agg(top=pd.NamedAgg(column='n', aggfunc={!r})))"
    assert ran(f"{code.format('max')}.mark_bar().encode(x='kind', y='top')")["ok"]
    assert "to_pickle" in ran(f"{code.format('to_pickle')}.mark_bar()")["error"]["message"]
