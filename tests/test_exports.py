"""Charts as scripts and notebooks: run for real, beside the file, they draw the chart that was shown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import observatory
from observatory import Observatory, model
from observatory.errors import ChartCodeFailed, ChartInvalidSpec

AWKWARD = '''a b;"it's ""x""";größe;a b;when;ok;n.a[0]
1,5;x\\y;3;u;01.02.2020;true;5
2,5;NA;4;v;13.02.2020;false;6
3,25;{z};-;v;14.02.2020;true;
'''
LINES = '{"name: it\'s": "a", "v": 1, "when": "2020-01-05"}\n{"name: it\'s": null, "v": 2.5, "when": "2021-02-03"}\n'
CODES = {
    "awkward.csv": """def plot(data):
    few = data[data["ok"]].assign(half=data["a b"] / 2)
    return alt.Chart(few).mark_bar().encode(x=alt.X("größe:Q"), y="half:Q")
""",
    "lines.jsonl": """shown = alt.Color(field="name: it's")
chart = alt.Chart(data).mark_point().encode(x='when', y='v', color=shown)
""",
}


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    (made / "awkward.csv").write_text(AWKWARD, "utf-8")
    (made / "lines.jsonl").write_text(LINES, "utf-8")
    weather = Path(__file__).parents[1] / "datasets" / "seattle_weather.csv"
    (made / "weather.csv").write_bytes(weather.read_bytes())
    return made


def run_outside(code: str, folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """The chart and the rows that the code gives in a Python of its own, where nothing of the observatory is found."""
    told = "\nimport json\nprint(json.dumps(chart.to_dict()))\n"
    told += "data.to_json('rows.json', orient='split', date_format='iso')"
    (folder / "outside.py").write_text(code + told, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "outside.py"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((folder / "rows.json").read_text("utf-8"))
    return json.loads(done.stdout.splitlines()[-1]), pd.DataFrame(rows["data"], columns=rows["columns"])


def encoded(spec: Any) -> Any:
    """The mark and encoding of a chart, and the rows that it computed."""
    return spec["mark"], spec["encoding"], spec.get("transform")


@pytest.mark.parametrize("name", ["awkward.csv", "lines.jsonl", "weather.csv"])
def test_the_script_reads_the_same_rows_and_draws_the_same_chart(obs: Observatory, folder: Path, name: str) -> None:
    dataset = obs.ingest(folder / name)
    chart = obs.recommend(dataset, k=1)[0]
    spec, rows = run_outside(obs.export_script(dataset, chart), folder)
    assert encoded(spec) == encoded(chart.spec | {"mark": spec["mark"]})
    kept = json.loads(obs.rows_for_code(dataset).to_json(orient="split", date_format="iso"))
    assert list(rows.columns) == kept["columns"]
    assert json.loads(rows.to_json(orient="values")) == json.loads(pd.DataFrame(kept["data"]).to_json(orient="values"))
    assert "vega" in (folder / "chart.html").read_text("utf-8")


@pytest.mark.parametrize("name", CODES)
def test_chart_code_is_exported_as_it_is(obs: Observatory, folder: Path, name: str) -> None:
    if not obs.sandbox().ready:
        return
    dataset = obs.ingest(folder / name)
    spec, _ = run_outside(obs.export_script(dataset, CODES[name]), folder)
    shown = obs.run_code(CODES[name], dataset).to_dict()
    assert encoded(spec) == encoded(shown)
    if rows := list(shown.get("datasets", {}).values()):
        assert list(spec["datasets"].values()) == rows


def test_the_cells_of_the_notebook_run_one_after_the_other(obs: Observatory, folder: Path) -> None:
    dataset = obs.ingest(folder / "weather.csv")
    answer = obs.visualize(dataset, "average temp_max by weather", llm=False)
    notebook = json.loads(json.dumps(obs.export_notebook(dataset, answer)))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert "average temp\\_max by weather" in "".join(cells[0]["source"])
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    spec, _ = run_outside(f"for cell in {code!r}:\n    exec(cell)\n", folder)
    assert encoded(spec) == encoded(answer.spec | {"mark": spec["mark"]})


def test_a_hostile_file_name_stays_a_text(obs: Observatory, tmp_path: Path) -> None:
    (tmp_path / "a'); print('x.csv").write_text("n\n1\n2\n", "utf-8")
    dataset = obs.ingest(tmp_path / "a'); print('x.csv")
    code = obs.export_script(dataset, {"mark": "bar", "encoding": {"x": {"field": "n", "type": "quantitative"}}})
    compile(code, "chart.py", "exec")
    assert not [line for line in code.splitlines() if line.startswith("print")]


def test_what_is_no_chart_is_not_exported(obs: Observatory) -> None:
    nothing = model.Visualization("?", {}, "", (), "", (), obs.engine())
    with pytest.raises(ChartInvalidSpec):
        obs.export_script("cars", nothing)
    if obs.sandbox().ready:
        with pytest.raises(ChartCodeFailed):
            obs.export_script("cars", "chart = alt.Chart(data).mark_bar().encode(x='no such field')")
