"""The share of groups in the sample beside their share in the reference: levels of a field, cells of two fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
from scipy.stats import binomtest

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT
from observatory.charts.findings.groups import counted, groups, labelled
from observatory.charts.spec.words import lines, short
from observatory.model import FieldProfile, Finding, Table
from observatory.quoting import sql_name, vega_title

REFERENCE = "#7b8794"
WHO = ("this sample", "reference")
DIVERGING = ("#8c510a", "#cf9d5f", "#e9d3ae", "#f0f0ee", "#b5dbd5", "#5aaea4", "#015c52")
# Heights hold title, legend and axes too: the page fits all of them into it, and every level keeps its label.
STEP = 26
AROUND = 78
LEGEND = 30
_FEW = 7
_NARROW = 42  # letters of labels that fit side by side on a telephone
_RANGE = " to "


def title(text: str) -> dict[str, Any]:
    """A chart's own title: at most two lines, over the left end."""
    return {"text": lines(text), "anchor": "start", "fontSize": 14, "offset": 8}


def rows_compared(sample: Table, reference: Table) -> str:
    """The footer of a chart that compares two tables."""
    return f"n = {sample.n_rows:,} rows of this sample and {reference.n_rows:,} of the reference."


def levels(finding: Finding, field: FieldProfile, sample: Table, reference: Table) -> Drawing:
    """Every level of a field: its share in the sample with a 95 % interval, and in the reference.

    The levels that the finding is about are drawn in full, the others faint.
    """
    cut = groups(field, (sample, reference), finding.where)
    where = finding.where or "FALSE"
    here = labelled(counted(sample, [cut], where), [cut]).assign(who=WHO[0], total=sample.n_rows)
    there = labelled(counted(reference, [cut], where), [cut]).assign(who=WHO[1], total=reference.n_rows)
    rows = pd.concat([_complete(here, there), _complete(there, here)], ignore_index=True)
    rows["share"] = rows["n"] / rows["total"]
    rows["told"] = rows.groupby("label0")["inside"].transform("sum") > 0
    bounds = [_wilson(row.n, row.total) if row.who == WHO[0] else (None, None) for row in rows.itertuples()]
    rows["low"], rows["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    order = [label for label in cut.labels if label in set(rows["label0"])]
    chart = _dumbbells(rows, order, short(field.name)).properties(
        title=title(f"Share of rows, by {short(field.name)}"), width="container", height=level_height(order) + LEGEND
    )
    said = "; ".join(f"{r.label0}: {r.share:.1%} of {r.who}" for r in rows[rows["told"]].itertuples())
    return Drawing(chart, rows_compared(sample, reference), f"{field.name}: {said}")


def level_height(labels: Sequence[str]) -> int:
    """Pixels in which every label of an axis has a line of its own, with title and axis around them."""
    return STEP * max(len(labels), 2) + AROUND


def level_axis(limit: int = 170) -> Any:
    """An axis that names every level; what the levels are of stands in the title of the chart."""
    return alt.Axis(title=None, labelLimit=limit, ticks=False, domain=False, labelPadding=10, labelOverlap=False)


def above() -> Any:
    """A legend close over the chart."""
    return alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1, offset=6)


def _complete(rows: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The same with a row of none for each group that only the other table has."""
    lacking = other[~other["g0"].isin(rows["g0"])]
    if not len(lacking):
        return rows
    return pd.concat([rows, lacking.assign(n=0, inside=0, who=rows["who"].iloc[0], total=rows["total"].iloc[0])])


def _wilson(n: Any, total: Any) -> tuple[float, float]:
    interval = binomtest(int(n), int(total)).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _dumbbells(rows: pd.DataFrame, order: Sequence[str], axis: str) -> Any:
    y: Any = alt.Y("label0:N", sort=list(order), axis=level_axis())
    colour: Any = alt.Color("who:N", scale=alt.Scale(domain=list(WHO), range=[ACCENT, REFERENCE]), legend=above())
    faint: Any = alt.condition("datum.told", alt.value(1), alt.value(0.5))
    share: Any = alt.X("share:Q", axis=alt.Axis(format="~%", tickCount=6, title=None), scale=alt.Scale(domainMin=0))
    tips = [
        alt.Tooltip("label0:N", title=vega_title(axis)),
        alt.Tooltip("who:N", title="of"),
        alt.Tooltip("share:Q", format=".1%", title="share"),
        alt.Tooltip("n:Q", format=",d", title="rows"),
    ]
    base: Any = alt.Chart(rows).encode(y=y)
    line = base.mark_line(color=REFERENCE, strokeWidth=1.5).encode(x=share, detail="label0:N", opacity=faint)
    whisker = base.mark_rule(color=ACCENT, strokeWidth=3).encode(x="low:Q", x2="high:Q", opacity=faint)
    dots = base.mark_point(filled=True, size=90).encode(x=share, color=colour, opacity=faint, tooltip=tips)
    return line + whisker + dots


def cells(finding: Finding, fields: Sequence[FieldProfile], sample: Table, reference: Table) -> Drawing | None:
    """Two fields crossed: how many times its share in the reference each combination holds in the sample.

    The cells that the finding is about have a frame. A third field is held to the levels that the finding is about.
    """
    where = finding.where or "FALSE"
    cut = [groups(f, (sample, reference), finding.where, most=_FEW, n_bins=4) for f in fields[:2]]
    kept, within = "TRUE", ""
    for field in fields[2:]:
        rest = groups(field, (sample, reference), finding.where, most=_FEW, n_bins=4)
        codes = {int(g) for t in (sample, reference) for g in _inside(counted(t, [rest], where))}
        kept += f" AND {rest.code} IN ({', '.join(map(str, sorted(codes))) or '-1'})"
        named = " or ".join(rest.labels[code] for code in sorted(codes))
        within += f" Only rows with {short(field.name)}: {named}."
    both = [counted(t, cut, where, kept) for t in (sample, reference)]
    keys = ["g0", "g1"]
    rows = both[0].merge(both[1], on=keys, how="outer", suffixes=("_here", "_there")).fillna(0)
    if not len(rows):
        return None
    rows = labelled(rows, cut)
    rows["here"], rows["there"] = rows["n_here"] / sample.n_rows, rows["n_there"] / reference.n_rows
    rows["ratio"] = [_ratio(h, t) for h, t in zip(rows["here"], rows["there"])]
    rows["label"] = [_times(h, t) for h, t in zip(rows["here"], rows["there"])]
    rows["told"] = rows["inside_here"] + rows["inside_there"] > 0.5 * (rows["n_here"] + rows["n_there"])
    chart = _heat(
        rows, [[label for i, label in enumerate(c.labels) if i in set(rows[g])] for c, g in zip(cut, keys)], fields
    )
    said = ", ".join(f"{r.label0} and {r.label1} {r.label}" for r in rows[rows["told"]].itertuples())
    text = f"{fields[0].name} by {fields[1].name}, times the share in the reference: {said}"
    return Drawing(chart, rows_compared(sample, reference) + within, text)


def _inside(rows: pd.DataFrame) -> list[int]:
    return [int(g) for g in rows.loc[rows["inside"] > 0, "g0"]]


def _ratio(here: float, there: float) -> float:
    """The logarithm to base 2 of the ratio, within [-2, 2]."""
    if not here or not there:
        return 0.0 if here == there else 2.0 if here else -2.0
    return max(-2.0, min(2.0, math.log2(here / there)))


def _times(here: float, there: float) -> str:
    if not there:
        return "new" if here else ""
    if not here:
        return "none"
    ratio = here / there
    return f"× {ratio:.0f}" if ratio >= 9.5 else f"× {ratio:.1f}" if ratio >= 0.095 else f"× {ratio:.2g}"


def _heat(rows: pd.DataFrame, orders: Sequence[Sequence[str]], fields: Sequence[FieldProfile]) -> Any:
    axis: dict[str, Any] = {
        "title": None,
        "labelLimit": 150,
        "ticks": False,
        "domain": False,
        "labelPadding": 8,
        "labelOverlap": False,
    }
    longest = max((len(part) for label in orders[1] for part in label.split(_RANGE)), default=0)
    is_tilted = longest * len(orders[1]) > _NARROW
    flat: dict[str, Any] = {"labelAngle": 0, "labelExpr": f"split(datum.label, '{_RANGE}')"}
    tilted: dict[str, Any] = {"labelAngle": -40, "labelAlign": "right"}
    x: Any = alt.X("label1:N", sort=list(orders[1]), axis=alt.Axis(**axis, **(tilted if is_tilted else flat)))
    y: Any = alt.Y("label0:N", sort=list(orders[0]), axis=alt.Axis(**axis))
    tips = [
        alt.Tooltip("label0:N", title=vega_title(short(fields[0].name))),
        alt.Tooltip("label1:N", title=vega_title(short(fields[1].name))),
        alt.Tooltip("here:Q", format=".2%", title="of this sample"),
        alt.Tooltip("there:Q", format=".2%", title="of the reference"),
    ]
    base: Any = alt.Chart(rows).encode(x=x, y=y)
    colour = alt.Color("ratio:Q", scale=alt.Scale(domain=[-2, 2], range=list(DIVERGING), type="linear"), legend=None)
    fill = base.mark_rect(stroke="white", strokeWidth=1).encode(color=colour, tooltip=tips)
    ink: Any = alt.condition("abs(datum.ratio) > 1.3", alt.value("#ffffff"), alt.value("#0c1424"))
    words = base.mark_text(fontSize=12).encode(text="label:N", color=ink)
    frame = base.transform_filter("datum.told").mark_rect(fillOpacity=0, stroke="#d55e00", strokeWidth=3)
    head = f"Share here ÷ share in the reference, {short(fields[0].name)} by {short(fields[1].name)}"
    below = 4 * min(longest, 24) if is_tilted else 0
    return (fill + words + frame).properties(
        title=title(head), width="container", height=32 * len(orders[0]) + AROUND + 16 + below
    )


def missing_by(finding: Finding, field: FieldProfile, lost: FieldProfile, sample: Table) -> Drawing:
    """The share of rows without a value in every group of a field, with 95 % Wilson intervals."""
    cut = groups(field, (sample,), finding.where)
    rows = labelled(counted(sample, [cut], f"{sql_name(lost.name)} IS NULL"), [cut])
    told = counted(sample, [cut], finding.where or "FALSE").set_index("g0")["inside"]
    rows["share"] = rows["inside"] / rows["n"]
    rows["told"] = [told.get(g, 0) > 0.5 * lost_here > 0 for g, lost_here in zip(rows["g0"], rows["inside"])]
    bounds = [_wilson(row.inside, row.n) for row in rows.itertuples()]
    rows["low"], rows["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    order = [label for label in cut.labels if label in set(rows["label0"])]
    chart = rates(rows, order, short(field.name), "share of rows", color=ACCENT).properties(
        title=title(f"Share of rows without {short(lost.name)}, by {short(field.name)}")
    )
    said = "; ".join(f"{r.label0}: {r.share:.1%}" for r in rows.itertuples())
    return Drawing(
        chart, f"n = {sample.n_rows:,} rows; lines are 95 % intervals.", f"{lost.name} missing by {field.name}: {said}"
    )


def rates(rows: pd.DataFrame, order: Sequence[str], axis: str, measure: str, *, color: str) -> Any:
    """Shares as dots with their intervals, one line for each label; what is `told` in full, the rest faint."""
    faint: Any = alt.condition("datum.told", alt.value(1), alt.value(0.5))
    y: Any = alt.Y("label0:N", sort=list(order), axis=level_axis(200))
    tips = [
        alt.Tooltip("label0:N", title=vega_title(axis)),
        alt.Tooltip("share:Q", format=".1%", title=vega_title(measure)),
        alt.Tooltip("n:Q", format=",d", title="rows"),
    ]
    scale = alt.Scale(domainMin=0)
    base: Any = alt.Chart(rows).encode(y=y, opacity=faint, tooltip=tips)
    whisker = base.mark_rule(color=color, strokeWidth=3).encode(
        x=alt.X("low:Q", axis=alt.Axis(format="~%", tickCount=6, title=None), scale=scale), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, color=color).encode(x=alt.X("share:Q", scale=scale))
    return (whisker + dots).properties(width="container", height=level_height(order))
