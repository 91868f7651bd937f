"""Code of other plotting libraries as Altair: the mark, the columns and what is summed up stay as they were meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observatory.sandbox.program import run

CARS = pd.read_csv(Path(__file__).parents[2] / "datasets" / "cars.csv")
SNS, PLT, PX = "import seaborn as sns\n", "import matplotlib.pyplot as plt\n", "import plotly.express as px\n"
Shown = dict[str, tuple[str | None, str | None]]


def mended(code: str) -> dict[str, Any]:
    """The chart of code once its suggestions are followed."""
    for _ in range(8):
        answer = run(code, CARS.copy())
        if answer["ok"]:
            return answer["spec"]  # type: ignore[no-any-return]
        code = answer["error"]["fix"] or ""
        assert code, answer["error"]["message"]
    raise AssertionError("no chart")


def shown(spec: dict[str, Any]) -> Shown:
    return {c: (d.get("field"), d.get("aggregate")) for c, d in spec["encoding"].items() if isinstance(d, dict)}


@pytest.mark.parametrize(
    ("code", "mark", "channels"),
    [
        (SNS + "sns.barplot(x='class', y='hwy', data=data)", "bar", {"x": ("class", None), "y": ("hwy", "mean")}),
        (
            SNS + "import numpy as np\nsns.barplot(data=data, x='hwy', y='class', estimator=np.median)",
            "bar",
            {"x": ("hwy", "median"), "y": ("class", None)},
        ),
        (SNS + "ax = sns.countplot(y='class', data=data)", "bar", {"x": (None, "count"), "y": ("class", None)}),
        (SNS + "sns.kdeplot(data['hwy'])", "bar", {"x": ("hwy", None), "y": (None, "count")}),
        (
            SNS
            + PLT
            + "def plot(df):\n    sns.lineplot(x='year', y='hwy', hue='drive', data=df)\n    return plt.gcf()",
            "line",
            {"x": ("year", None), "y": ("hwy", "mean"), "color": ("drive", None)},
        ),
        (PLT + "plt.scatter(data.cty, data.hwy)", "point", {"x": ("cty", None), "y": ("hwy", None)}),
        (PLT + "x = data['cty']\ny = data['hwy']\nplt.plot(x, y)", "line", {"x": ("cty", None), "y": ("hwy", None)}),
        (PLT + "plt.hist(data['hwy'], bins=12)\nplt.show()", "bar", {"x": ("hwy", None), "y": (None, "count")}),
        (PX + "px.scatter(data, x='cty', y='hwy')", "point", {"x": ("cty", None), "y": ("hwy", None)}),
        (
            PX + "fig = px.histogram(data, x='class', y='hwy', histfunc='avg')",
            "bar",
            {"x": ("class", None), "y": ("hwy", "mean")},
        ),
        (PX + "px.pie(data, names='class')", "arc", {"theta": (None, "count"), "color": ("class", None)}),
        ("data.plot(kind='scatter', x='cty', y='hwy')", "point", {"x": ("cty", None), "y": ("hwy", None)}),
        ("data.boxplot(column='hwy', by='class')", "boxplot", {"x": ("class", None), "y": ("hwy", None)}),
        ("data['class'].value_counts().plot.bar()", "bar", {"x": ("class", None), "y": ("count", None)}),
    ],
)
def test_a_plot_is_the_same_chart(code: str, mark: str, channels: Shown) -> None:
    spec = mended(code)
    assert spec["mark"]["type"] == mark
    assert shown(spec) == channels


def test_values_that_are_no_columns_become_a_table() -> None:
    spec = mended(PLT + "means = data.groupby('class')['hwy'].mean()\nplt.bar(means.index, means.values)")
    (rows,) = spec["datasets"].values()
    means = CARS.groupby("class")["hwy"].mean()
    assert {row["x"]: row["value"] for row in rows} == pytest.approx(means.to_dict())


def test_a_plot_in_a_loop_over_groups_is_one_chart_with_colours() -> None:
    code = (
        PLT
        + "for name, rows in data.groupby('drive'):\n    plt.scatter(rows['cty'], rows['hwy'], label=name)\nplt.show()"
    )
    spec = mended(code)
    assert "datasets" not in spec
    assert shown(spec) == {"x": ("cty", None), "y": ("hwy", None), "color": ("drive", None)}


@pytest.mark.parametrize(
    ("code", "mark", "channels"),
    [
        ("chart = alt.Chart(data).mark_hist().encode(x='hwy')", "bar", {"x": ("hwy", None), "y": (None, "count")}),
        (
            "chart = alt.Chart(data).mark_pie().encode(x='class', y='count()')",
            "arc",
            {"color": ("class", None), "theta": (None, "count")},
        ),
        ("chart = alt.Chart(data, x='cty', y='hwy').mark_point()", "point", {"x": ("cty", None), "y": ("hwy", None)}),
        (
            "chart = alt.Chart(data).mark_bar(x='class', y='mean(hwy)')",
            "bar",
            {"x": ("class", None), "y": ("hwy", "mean")},
        ),
        (
            "chart = alt.Chart(data).mark_bar().encode({'x': 'class', 'y': 'max(hwy)'})",
            "bar",
            {"x": ("class", None), "y": ("hwy", "max")},
        ),
        (
            "chart = alt.Chart(data).mark_bar().encode(x='class', y='mean(hwy)', tooltip=['class', 'mean(h",
            "bar",
            {"x": ("class", None), "y": ("hwy", "mean")},
        ),
    ],
)
def test_what_stands_in_the_wrong_place_keeps_its_meaning(code: str, mark: str, channels: Shown) -> None:
    spec = mended(code)
    assert spec["mark"]["type"] == mark
    assert {c: pair for c, pair in shown(spec).items() if c in channels} == channels


def test_a_filter_in_the_words_of_python_keeps_the_rows_it_named() -> None:
    spec = mended("chart = alt.Chart(data).transform_filter('hwy > 30 and year == 2008').mark_bar().encode(x='class')")
    assert spec["transform"] == [{"filter": "datum['hwy'] > 30 && datum['year'] == 2008"}]


def test_charts_in_a_list_stand_side_by_side() -> None:
    spec = mended("def plot(data):\n    a = alt.Chart(data).mark_bar().encode(x='class')\n    return [a, a]")
    assert len(spec["hconcat"]) == 2


GG, GO = "from plotnine import *\n", "import plotly.graph_objects as go\n"


@pytest.mark.parametrize(
    ("code", "mark", "channels"),
    [
        (
            GG + "ggplot(data, aes('cty', 'hwy', color='drive')) + geom_point() + theme_bw()",
            "point",
            {"x": ("cty", None), "y": ("hwy", None), "color": ("drive", None)},
        ),
        (
            GG + "def plot(df):\n    return ggplot(df, aes(x='class', fill='drive')) + geom_bar(position='dodge')",
            "bar",
            {"x": ("class", None), "y": (None, "count"), "color": ("drive", None), "xOffset": ("drive", None)},
        ),
        (
            "library(ggplot2)\nggplot(data, aes(x = cty, y = hwy, colour = drive)) +\n  geom_point() +\n  theme_bw()",
            "point",
            {"x": ("cty", None), "y": ("hwy", None), "color": ("drive", None)},
        ),
        (
            GO + "fig = go.Figure()\nfor d, g in data.groupby('drive'):\n"
            "    fig.add_trace(go.Scatter(x=g['cty'], y=g['hwy'], mode='markers', name=d))\nfig.show()",
            "point",
            {"x": ("cty", None), "y": ("hwy", None), "color": ("drive", None)},
        ),
        (
            SNS + "sns.heatmap(data.pivot_table(index='class', columns='drive', values='hwy'), annot=True)",
            "rect",
            {"x": ("drive", None), "y": ("class", None), "color": ("hwy", None)},
        ),
        (
            "import pandas as pd\npd.crosstab(data['class'], data['drive']).plot(kind='bar', stacked=True)",
            "bar",
            {"x": ("class", None), "y": ("count", None), "color": ("drive", None)},
        ),
        (
            "data.groupby(['year', 'drive'])['hwy'].mean().unstack().plot()",
            "line",
            {"x": ("year", None), "y": ("hwy", None), "color": ("drive", None)},
        ),
        (
            "chart = alt.Chart(data)\n    .mark_bar()\n    .encode(x='class', y='count()')",
            "bar",
            {"x": ("class", None), "y": (None, "count")},
        ),
        (
            "chart = alt.Chart(data).mark_pie().encode(values='count()', labels='drive:N')",
            "arc",
            {"theta": (None, "count"), "color": ("drive", None)},
        ),
        (
            "chart = alt.Chart(data).transform_aggregate(m=('hwy', 'mean'), groupby='class').mark_bar()"
            ".encode(x='class:N', y='m:Q')",
            "bar",
            {"x": ("class", None), "y": ("m", None)},
        ),
    ],
)
def test_other_grammars_and_wide_tables_keep_their_columns(code: str, mark: str, channels: Shown) -> None:
    spec = mended(code)
    assert spec["mark"]["type"] == mark
    assert shown(spec) == channels


def test_a_loop_through_some_values_keeps_their_rows_alone() -> None:
    loop = "for c in ['suv', 'pickup']:\n    sub = data[data['class'] == c]\n"
    spec = mended(
        GO + f"fig = go.Figure()\n{loop}    fig.add_trace(go.Scatter(x=sub['cty'], y=sub['hwy']))\nfig.show()"
    )
    assert shown(spec) == {"x": ("cty", None), "y": ("hwy", None), "color": ("class", None)}
    (rows,) = spec["datasets"].values()
    assert {row["class"] for row in rows} == {"suv", "pickup"}


@pytest.mark.parametrize(
    "code",
    [
        PLT + "plt.hist(data['hwy'].dropna(), bins=12)",
        PLT + "plt.hist(data['hwy'].values * 1.6, bins=12)",
        "chart = alt.Chart(data).mark_hist(bins=12).encode(x='hwy')",
    ],
)
def test_a_histogram_keeps_its_bins(code: str) -> None:
    encoding = mended(code)["encoding"]
    assert encoding["x"]["bin"] == {"maxbins": 12}
    assert encoding["y"]["aggregate"] == "count"


def test_a_column_named_like_a_word_of_python_can_be_queried() -> None:
    spec = mended("few = data.query(\"class == 'suv'\")\nchart = alt.Chart(few).mark_point().encode(x='cty', y='hwy')")
    (rows,) = spec["datasets"].values()
    assert len(rows) == (CARS["class"] == "suv").sum()
