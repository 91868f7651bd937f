"""How the values of a field are spread: sample beside reference, with the range that a finding is about shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT
from observatory.charts.drawing.query import nice_step
from observatory.charts.findings.compared import REFERENCE, WHO, above, rows_compared, title
from observatory.charts.findings.groups import scale_sql
from observatory.charts.spec.words import short
from observatory.model import FieldProfile, Finding, Table
from observatory.quoting import sql_literal

HEIGHT = 240
MARKED = "#d55e00"
_BINS = 40
_MOST_WHOLE = 100
_TAIL = 0.005
_MOST_FAR = 200
_TICKS = alt.Axis(tickCount=8)


def distribution(
    finding: Finding, field: FieldProfile, sample: Table, reference: Table | None = None
) -> Drawing | None:
    """Shares of rows in bins of one width, with the range of the finding's rows shaded; None without values."""
    v, where = scale_sql(field), finding.where or "FALSE"
    tables = [t for t in (sample, reference) if t is not None]
    found = [t.query(f"SELECT min({v}) AS a, max({v}) AS b FROM t WHERE {where}").astype(float) for t in tables]
    spans = pd.concat(found).dropna()
    region = (float(spans["a"].min()), float(spans["b"].max())) if len(spans) else None
    return spread(finding, field, sample, reference, region)


def spread(
    finding: Finding,
    field: FieldProfile,
    sample: Table,
    reference: Table | None,
    region: tuple[float, float] | None,
) -> Drawing | None:
    """Shares of rows in bins of one width, with a range shaded; None where no row has a value.

    A tail of half a per cent on either side is left out when it would squeeze the rest, and the caveat says so.
    """
    tables = [t for t in (sample, reference) if t is not None]
    span = _extent(field, tables)
    if span is None:
        return None
    low, high, cut = span
    step = _step(field, low, high)
    rows = pd.concat(
        [_binned(field, t, low, high, step).assign(who=who) for t, who in zip(tables, WHO)], ignore_index=True
    )
    chart = _layers(rows, field, region, low, high, len(tables) > 1)
    footer = rows_compared(sample, reference) if reference is not None else f"n = {sample.n_rows:,} rows."
    footer += " The farthest 0.5 % on either side are not drawn." if cut else ""
    where = f", shaded from {_plain(field, region[0])} to {_plain(field, region[1])}" if region else ""
    return Drawing(chart, footer, f"Distribution of {field.name}{where}. {finding.statement}")


def _extent(field: FieldProfile, tables: Sequence[Table]) -> tuple[float, float, bool] | None:
    """From and to of the picture, and whether tails are cut."""
    v = scale_sql(field)
    tails = f"quantile_cont({v}, {_TAIL}), quantile_cont({v}, {1 - _TAIL})"
    found = [t.query(f"SELECT min({v}), max({v}), {tails} FROM t").astype(float).iloc[0].tolist() for t in tables]
    frame = pd.DataFrame(found, columns=["low", "high", "near_low", "near_high"])
    if frame["low"].isna().all():
        return None
    low, high = float(frame["low"].min()), float(frame["high"].max())
    near_low, near_high = float(frame["near_low"].min()), float(frame["near_high"].max())
    squeezed = high - low > 2 * (near_high - near_low) > 0
    return (near_low, near_high, True) if squeezed else (low, high, False)


def _step(field: FieldProfile, low: float, high: float) -> float:
    """The width of a bin: a round one, or a bin for each number where they are whole and not too many."""
    return 1.0 if _is_whole(field) and high - low <= _MOST_WHOLE else nice_step(low, high, _BINS)


def _is_whole(field: FieldProfile) -> bool:
    return "INT" in field.storage.upper()


def _binned(field: FieldProfile, table: Table, low: float, high: float, step: float) -> pd.DataFrame:
    """Share of rows by bin, empty bins too; the last bin holds its upper end, unless the numbers are whole."""
    v = scale_sql(field)
    end = int(high // step) if _is_whole(field) else int(-(-high // step)) - 1
    first, last = int(low // step), max(int(low // step), end)
    bin_sql = f"least(floor({v} / {sql_literal(step)}), {last})::BIGINT"
    sql = f"SELECT {bin_sql} AS bin, count(*) AS n FROM t WHERE {v} BETWEEN {sql_literal(low)} AND {sql_literal(high)}"
    found = table.query(f"{sql} GROUP BY 1").set_index("bin")["n"]
    n = found.reindex(range(first, last + 1), fill_value=0)
    return pd.DataFrame(
        {
            "from": n.index * step,
            "to": (n.index + 1) * step,
            "n": n.to_numpy(),
            "share": n.to_numpy() / max(table.n_rows, 1),
        }
    )


def _layers(
    rows: pd.DataFrame,
    field: FieldProfile,
    region: tuple[float, float] | None,
    low: float,
    high: float,
    is_compared: bool,
) -> Any:
    kind = "T" if field.type == "temporal" else "Q"
    x: Any = alt.X(f"from:{kind}", title=None, scale=alt.Scale(zero=False, nice=False), axis=_TICKS)
    y: Any = alt.Y("share:Q", title=None, axis=alt.Axis(format="~%", tickCount=4))
    tips = [
        alt.Tooltip(f"from:{kind}", title="from"),
        alt.Tooltip(f"to:{kind}", title="to under"),
        alt.Tooltip("share:Q", format=".2%"),
        alt.Tooltip("who:N", title="of"),
    ]
    colour: Any = alt.Color(
        "who:N",
        scale=alt.Scale(domain=list(WHO), range=[ACCENT, REFERENCE]),
        legend=above() if is_compared else None,
    )
    base: Any = alt.Chart(rows)
    layers: list[Any] = []
    if region is not None:
        begin = region[0] if region[0] < low <= region[1] else max(region[0], low)
        band = pd.DataFrame([{"from": begin, "to": region[1] if begin >= high else min(region[1], high)}])
        shade: Any = alt.Chart(band).mark_rect(color=MARKED, opacity=0.16)
        edge: Any = alt.Chart(band).mark_rule(color=MARKED, strokeWidth=1.5, strokeDash=[4, 3])
        layers += [shade.encode(x=x, x2="to"), edge.encode(x=x), edge.encode(x=alt.X(f"to:{kind}"))]
    here = base.transform_filter(f"datum.who == '{WHO[0]}'").mark_rect(opacity=0.75, stroke=None)
    layers.append(here.encode(x=x, x2="to", y=y, y2=alt.datum(0), color=colour, tooltip=tips))
    if is_compared:
        there = base.transform_filter(f"datum.who == '{WHO[1]}'").mark_line(interpolate="step-after", strokeWidth=2.5)
        layers.append(there.encode(x=x, y=y, color=colour, tooltip=tips))
    return alt.layer(*layers).properties(
        title=title(f"Share of rows, by {short(field.name)}"), width="container", height=HEIGHT
    )


def _plain(field: FieldProfile, value: float) -> str:
    return f"{pd.Timestamp(value, unit='ms'):%Y-%m-%d}" if field.type == "temporal" else f"{value:.4g}"


def far_values(finding: Finding, field: FieldProfile, sample: Table) -> Drawing | None:
    """All values of a field as counts in bins on a logarithmic scale, and each far value as a dot."""
    where = finding.where or "FALSE"
    v = scale_sql(field)
    low, high = sample.query(f"SELECT min({v}), max({v}) FROM t").astype(float).iloc[0].tolist()
    if not low < high:
        return None
    step = _step(field, low, high)
    rows = _binned(field, sample, low, high, step)
    far = sample.query(f"SELECT {v} AS value FROM t WHERE {where} ORDER BY rowid LIMIT {_MOST_FAR}")
    kind = "T" if field.type == "temporal" else "Q"
    x = alt.X(f"from:{kind}", title=None, scale=alt.Scale(zero=False), axis=_TICKS)
    bars: Any = alt.Chart(rows[rows["n"] > 0]).mark_rect(color=ACCENT)
    dots: Any = alt.Chart(far.assign(n=1)).mark_point(filled=True, size=90, color=MARKED, opacity=0.9, shape="diamond")
    scale = alt.Scale(type="symlog", domainMin=0)
    chart = bars.encode(
        x=x,
        x2="to",
        y2=alt.datum(0),
        y=alt.Y("n:Q", title=None, scale=scale, axis=alt.Axis(format=",d", tickCount=4)),
        tooltip=[alt.Tooltip(f"from:{kind}", title="from"), alt.Tooltip("n:Q", format=",d", title="rows")],
    ) + dots.encode(x=alt.X(f"value:{kind}"), y="n:Q", tooltip=[alt.Tooltip(f"value:{kind}", title="far value")])
    drawn = chart.properties(
        title=title(f"Rows, by {short(field.name)}, on a logarithmic scale"), width="container", height=HEIGHT
    )
    most = f" The first {_MOST_FAR} of {finding.n:,} far values are marked." if finding.n > _MOST_FAR else ""
    return Drawing(drawn, f"n = {sample.n_rows:,} rows; ◆ far values.{most}", finding.statement)
