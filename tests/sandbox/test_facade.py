"""The facade alone holds no module, and a disarmed process finds nothing that reads, writes or runs."""

import json
import subprocess
import sys

import pytest

from observatory.sandbox import facade

# Each is run with the guard off, after `warm()`, in a process that counts what it opens and starts.
ATTACKS = [
    "data.to_csv('@')",
    "data.agg('to_pickle', path='@')",
    "data['a'].apply('to_json', path_or_buf='@')",
    "data.groupby('a').agg('plot')",
    "data.to_string('@')",
    "pd.read_csv('@')",
    "pd.io.common.os.system('touch @')",
    "np.save('@', data)",
    "np.array([1]).tofile('@')",
    "np.array([1]).dump('@')",
    "kept = alt.Chart(data).mark_bar().save('@')",
    "alt.Chart(data).mark_bar().to_url()",
    "alt.data_transformers.enable('csv'); chart = alt.Chart(data).mark_bar(); chart.to_dict()['data']['url']",
    "alt.utils.data._to_text('x', '', '', '@', '', '')",
    "open('@', 'w')",
    "import os; os.system('touch @')",
    "__import__('os').system('touch @')",
    "__import__('os', fromlist=[]).system('touch @')",
    "pd.DataFrame.__init__.__globals__['sys']",
    "data.query.__globals__['sys']",
    "print.__globals__",
    "len.__self__.open('@', 'w')",
    "(x for x in [1]).gi_frame.f_builtins['open']('@', 'w')",
    "data.query('@pd.io.common.os.system(\"touch @\") == 0')",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0](['touch', '@'])",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'BuiltinImporter'][0].load_module('posix')",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'FileLoader'][0]('x', '@').get_data('@')",
    "[c for c in object.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['open']",
    "pd.Timestamp('2020-01-01', tz='dateutil//@')",
    "alt.pd = 1",
    "del np.mean",
]
HARNESS = """
import json, os, sys
import pandas as pd
from observatory.sandbox import program
program.warm()
place = sys.argv[1]
data = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
answers = [program.run(code.replace("@", place), data.copy(), guard=False) for code in json.loads(sys.stdin.read())]
honest = program.run("chart = alt.Chart(data).mark_bar().encode(x='a', y='mean(b)')", data)
print(json.dumps([[answer["ok"] for answer in answers], os.path.exists(place), honest]))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    place = tmp_path_factory.mktemp("facade") / "written"
    command, given = [sys.executable, "-c", HARNESS, str(place)], json.dumps(ATTACKS)
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_no_attack_finds_what_it_looks_for_when_the_guard_is_off(outcome):
    assert [code for code, ok in zip(ATTACKS, outcome[0], strict=True) if ok] == []


def test_no_attack_writes_a_file_when_the_guard_is_off(outcome):
    assert outcome[1] is False


def test_the_next_chart_is_right(outcome):
    assert outcome[2]["ok"]
    assert outcome[2]["spec"]["encoding"]["y"] == {"aggregate": "mean", "field": "b", "type": "quantitative"}


@pytest.mark.parametrize("name", ["pandas", "numpy", "altair", "re", "statistics"])
def test_a_namespace_holds_no_module_and_cannot_be_changed(name):
    held = facade.namespace(name)
    assert not [key for key, value in vars(held).items() if type(value).__name__ == "module"]
    with pytest.raises(AttributeError):
        held.os = 1


def test_builtins_are_those_of_the_table():
    assert not {"open", "exec", "eval", "compile", "globals", "vars", "delattr", "input"} & set(facade.SAFE)
