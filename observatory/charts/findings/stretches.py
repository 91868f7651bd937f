"""Where a field ends abruptly, where its times have a gap, and where places lie."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT
from observatory.charts.findings.compared import title
from observatory.charts.findings.distribution import HEIGHT, MARKED, spread
from observatory.charts.findings.groups import scale_sql
from observatory.charts.spec.words import short
from observatory.model import FieldProfile, Finding, Table

_MOST_PLACES = 2_000
_MOST_FAR = 200
_EDGE = 0.02
_MOST_GAPS = 20


def edge(finding: Finding, field: FieldProfile, sample: Table, reference: Table | None) -> Drawing | None:
    """How a field is spread, with the side shaded on which its values end: the fuller of the two outermost bins."""
    steps = sample.query(f"SELECT * FROM ({finding.evidence_sql}) ORDER BY steps_from_edge LIMIT 2")
    v = scale_sql(field)
    low, high = sample.query(f"SELECT min({v}), max({v}) FROM t").astype(float).iloc[0].tolist()
    if len(steps) < 2 or not low < high:
        return None
    is_upper = bool(steps["low"].iloc[0] > steps["low"].iloc[1])
    width = _EDGE * (high - low)
    region = (high, high + width) if is_upper else (low - width, low)
    return spread(finding, field, sample, reference, region)


def gap(finding: Finding, field: FieldProfile, sample: Table, reference: Table | None) -> Drawing | None:
    """How times are spread, with the stretch shaded of which the statement names the first day, or else the longest."""
    v = scale_sql(field)
    steps = (
        f"SELECT v, lead(v) OVER (ORDER BY v) AS following FROM (SELECT DISTINCT {v} AS v FROM t) WHERE v IS NOT NULL"
    )
    longest = f"ORDER BY following - v DESC, v LIMIT {_MOST_GAPS}"
    found = sample.query(f"SELECT * FROM ({steps}) WHERE following IS NOT NULL {longest}").astype(float)
    stretches = list(zip(found["v"], found["following"]))
    if not stretches:
        return None
    region = next((s for s in stretches if f"from {_day_after(s[0])} to" in finding.statement), stretches[0])
    return spread(finding, field, sample, reference, region)


def _day_after(milliseconds: float) -> str:
    day = pd.Timestamp(milliseconds, unit="ms") + pd.Timedelta(days=1)
    return f"{day.day} {day:%B %Y}"


def places(finding: Finding, fields: list[FieldProfile], sample: Table) -> Drawing:
    """Rows by their two coordinates, those of the finding marked; beyond 2,000 a fixed random sample of the others."""
    down, across = (scale_sql(field) for field in fields[:2])
    where = finding.where or "FALSE"
    columns = f"SELECT {across} AS x, {down} AS y, rowid AS id FROM t WHERE"
    rest = sample.query(f"{columns} NOT coalesce({where}, FALSE) ORDER BY hash(rowid), rowid LIMIT {_MOST_PLACES}")
    far = sample.query(f"{columns} {where} ORDER BY rowid LIMIT {_MOST_FAR}")
    x = alt.X("x:Q", title=short(fields[1].name), scale=alt.Scale(zero=False))
    y = alt.Y("y:Q", title=short(fields[0].name), scale=alt.Scale(zero=False))
    dots: Any = alt.Chart(rest.dropna()).mark_point(filled=True, size=18, opacity=0.4, color=ACCENT)
    marks: Any = alt.Chart(far.dropna()).mark_point(filled=True, size=90, color=MARKED, shape="diamond", opacity=0.9)
    tips = [alt.Tooltip("id:Q", title="row", format=",d"), alt.Tooltip("y:Q"), alt.Tooltip("x:Q")]
    chart = (dots.encode(x=x, y=y, tooltip=tips) + marks.encode(x=x, y=y, tooltip=tips)).properties(
        title=title("Where the rows are"), width="container", height=HEIGHT
    )
    sampled = f"{len(rest):,} of " if sample.n_rows > len(rest) + len(far) else ""
    return Drawing(chart, f"{sampled}{sample.n_rows:,} rows; ◆ the rows of this finding.", finding.statement)
