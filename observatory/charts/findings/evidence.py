"""The picture of a finding: what it compares, drawn from all rows of the table and its reference."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
from scipy.stats import binomtest

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT, CONFIG
from observatory.charts.findings.compared import REFERENCE, cells, level_axis, level_height, levels, missing_by, title
from observatory.charts.findings.distribution import distribution, far_values
from observatory.charts.findings.groups import is_scaled
from observatory.charts.findings.stretches import edge, gap, places
from observatory.model import Finding, Profile, Table

_HEIGHT = 130
_MOST_SIZES = 12
_STRETCHES = {"edges": edge, "gaps": gap}


def draw_finding(
    finding: Finding, sample: Table, profile: Profile, reference: Table | None = None
) -> tuple[Drawing, ...]:
    """The charts that show a finding, from all rows: one, two for a combination of fields, none where none helps.

    A reference without the fields of the finding is left out.
    """
    is_comparable = reference is not None and {*finding.columns} <= {*reference.query("SELECT * FROM t LIMIT 0")}
    drawn = _drawn(finding, sample, profile, reference if is_comparable else None)
    for drawing in drawn:
        drawing.chart.config = CONFIG
    return drawn


def _drawn(finding: Finding, sample: Table, profile: Profile, reference: Table | None) -> tuple[Drawing, ...]:
    fields = [f for f in profile.fields if f.name in finding.columns]
    fields.sort(key=lambda f: finding.columns.index(f.name))
    if not fields:
        return ()
    if finding.detector == "duplicates":
        return _some(copies(finding, sample))
    if finding.detector == "geography" and len(fields) > 1:
        return (places(finding, fields, sample),)
    if finding.kind == "column" and finding.detector in _STRETCHES:
        return _some(_STRETCHES[finding.detector](finding, fields[0], sample, reference))
    if finding.direction == "outliers":
        return _some(far_values(finding, fields[0], sample))
    if finding.kind == "missing" and len(fields) > 1:
        return (missing_by(finding, fields[-1], fields[0], sample),)
    if finding.kind == "column" and is_scaled(fields[0]):
        return _some(distribution(finding, fields[0], sample, reference))
    if reference is None or finding.reference_share is None:
        return _some(shares(finding))
    if len(fields) > 1:
        return _some(shares(finding), cells(finding, fields, sample, reference))
    if is_scaled(fields[0]) and "IS NULL" not in (finding.where or ""):
        return _some(distribution(finding, fields[0], sample, reference))
    return (levels(finding, fields[0], sample, reference),)


def _some(*found: Drawing | None) -> tuple[Drawing, ...]:
    return tuple(drawing for drawing in found if drawing is not None)


def shares(finding: Finding) -> Drawing | None:
    """The sample's share as a dot with its 95 % interval, the reference's as a grey one; None without a reference."""
    if finding.reference_share is None:
        return None
    low, high = finding.interval
    there = "the marginals" if finding.evidence == "marginals" else "the reference"
    sample = {"who": "this sample", "share": finding.sample_share, "low": low, "high": high}
    other = {"who": there, "share": finding.reference_share, "low": None, "high": None}
    return Drawing(
        _dots([sample, other]).properties(title=title("Share of this group")),
        f"{finding.n:,} rows of this group; the line is its 95 % interval.",
        finding.statement,
    )


def copies(finding: Finding, sample: Table) -> Drawing | None:
    """How many sets of copied rows have how many members; None where the evidence counts no copies."""
    counts = sample.query(
        f"SELECT copies, count(*) AS sets FROM ({finding.evidence_sql}) GROUP BY 1 ORDER BY 1 LIMIT {_MOST_SIZES}"
    )
    if not len(counts):
        return None
    base: Any = alt.Chart(counts.assign(size=[f"{int(n):,}" for n in counts["copies"]]))
    order = [f"{int(n):,}" for n in counts["copies"]]
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=2, height={"band": 0.6}).encode(
        y=alt.Y(
            "size:N",
            sort=order,
            axis=level_axis(),
        ),
        x=alt.X("sets:Q", title=None, axis=_counts(int(counts["sets"].max()))),
        tooltip=[alt.Tooltip("size:N", title="rows alike"), alt.Tooltip("sets:Q", format=",d", title="sets")],
    )
    chart = bars.properties(
        title=title("Sets of copies, by how many rows are alike"), width="container", height=level_height(order)
    )
    return Drawing(chart, f"n = {sample.n_rows:,} rows.", finding.statement)


def _counts(most: int) -> Any:
    """An axis of whole numbers."""
    return alt.Axis(format=",d", values=list(range(most + 1))) if most <= 5 else alt.Axis(format=",d", tickCount=5)


def missing_shares(counts: pd.DataFrame) -> Any:
    """The share of missing values in a group and outside it, each with its 95 % Wilson interval.

    `counts` has a row for the group and one for the rest: `in_group`, `n`, `n_missing`.
    """
    known = counts.dropna(subset=["in_group"]).sort_values("in_group", ascending=False)
    if len(known) != 2:
        return None
    return _dots(
        [_counted("missing in this group" if row.in_group else "missing elsewhere", row) for row in known.itertuples()]
    )


def _counted(who: str, row: Any) -> dict[str, Any]:
    test = binomtest(int(row.n_missing), int(row.n))
    interval = test.proportion_ci(method="wilson")
    return {"who": who, "share": test.statistic, "low": interval.low, "high": interval.high}


def _dots(values: list[dict[str, Any]]) -> Any:
    values = [{**value, "label": f"{value['who']}: {value['share']:.1%}"} for value in values]
    order = [value["label"] for value in values]
    base: Any = alt.Chart(pd.DataFrame(values)).encode(
        y=alt.Y(
            "label:N",
            sort=order,
            axis=level_axis(260),
        ),
        color=alt.Color("label:N", legend=None, scale=alt.Scale(domain=order, range=[ACCENT, REFERENCE])),
        tooltip=[alt.Tooltip("who:N", title="of"), alt.Tooltip("share:Q", format=".1%")],
    )
    percent = alt.Axis(format=".0%", tickCount=5, title=None)
    dots = base.mark_point(filled=True, size=120, opacity=1, shape="circle").encode(
        x=alt.X("share:Q", axis=percent, scale=alt.Scale(domainMin=0))
    )
    interval = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return (interval + dots).properties(width="container", height=_HEIGHT)
