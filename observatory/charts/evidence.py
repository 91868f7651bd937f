"""The picture of a finding: the share of a group with its interval, beside the share it is compared with."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
from scipy.stats import binomtest

from observatory.charts.palette import ACCENT, CONFIG
from observatory.model import Finding

REFERENCE = "#7b8794"
_HEIGHT = 130


def shares(finding: Finding) -> Any:
    """The sample's share as a dot with its 95 % interval, the reference's as a grey one; None without a reference."""
    if finding.reference_share is None:
        return None
    low, high = finding.interval
    there = "the marginals" if finding.evidence == "marginals" else "the reference"
    sample = {"who": "this sample", "share": finding.sample_share, "low": low, "high": high}
    return _dots([sample, {"who": there, "share": finding.reference_share, "low": None, "high": None}])


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
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False)),
        color=alt.Color("label:N", legend=None, scale=alt.Scale(domain=order, range=[ACCENT, REFERENCE])),
        tooltip=[alt.Tooltip("who:N", title="of"), alt.Tooltip("share:Q", format=".1%")],
    )
    percent = alt.Axis(format=".0%", tickCount=5, title=None)
    dots = base.mark_point(filled=True, size=120, opacity=1, shape="circle").encode(
        x=alt.X("share:Q", axis=percent, scale=alt.Scale(domainMin=0))
    )
    interval = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return (interval + dots).properties(width="container", height=_HEIGHT).configure(**CONFIG)
