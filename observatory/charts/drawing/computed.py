"""The numbers of a chart that computes shares, rates, ratios or differences of its groups, as a small table."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from observatory.charts.drawing.summed import summed
from observatory.charts.spec.calculated import PART, WHOLE
from observatory.charts.spec.view import View
from observatory.charts.spec.words import phrase
from observatory.model import Numbers, Profile, Scalar, Table
from observatory.quoting import vega_name

_N = "observatory_n"


def computed(spec: Mapping[str, Any], view: View, table: Table, profile: Profile) -> Numbers | None:
    """The numbers of a chart whose steps sum its rows up first; None where they do more than is known here.

    Rates and shares are in [0, 1].
    """
    chart = copy.deepcopy(dict(spec))
    steps = chart.get("transform") or []
    sums = next((step for step in steps if isinstance(step, dict) and "aggregate" in step), None)
    measure = next(
        (e for e in view.encodings if e.type == "quantitative" and e.field and not _is_of(e.field, profile)), None
    )
    if sums is None or measure is None:
        return None
    sums["aggregate"] = [*sums["aggregate"], {"op": "count", "as": _N}]
    found = summed(chart, table, profile)
    frame = None if found is None else _finished(pd.DataFrame(found[1].records), found[0].get("transform") or [])
    groups = [e for e in view.encodings if e.field is not None and e is not measure]
    names = list(dict.fromkeys(vega_name(e.field or "") for e in groups))
    if frame is None or not {*names, vega_name(measure.field or "")} <= set(frame):
        return None
    values = pd.to_numeric(frame[vega_name(measure.field or "")], errors="coerce")
    rows: tuple[tuple[Scalar, ...], ...] = tuple(
        (*(str(frame[name].iloc[i]) for name in names), None if pd.isna(v) else float(v), int(frame[_N].iloc[i]))
        for i, v in enumerate(values)
    )
    kind = "rate" if measure.format == ".0%" else "computed"
    total = int(frame[_N].sum())
    times = tuple(phrase(e) for e in groups if e.type == "temporal" or e.format == "d")
    zero = kind == "rate" or bool((values.dropna() >= 0).all())
    return Numbers(tuple(names), str(measure.field), kind, rows, total, 0, times, has_zero=zero)


def _is_of(name: str, profile: Profile) -> bool:
    return any(field.name == name for field in profile.fields)


def _finished(frame: pd.DataFrame, steps: Sequence[Mapping[str, Any]]) -> pd.DataFrame | None:
    """The rows after the steps that make a share, a ratio or a difference of sums; None for any other step."""
    for step in steps:
        if "joinaggregate" in step and [i.get("as") for i in step["joinaggregate"]] == [WHOLE] and PART in frame:
            groups = [vega_name(name) for name in step.get("groupby") or ()]
            whole = frame.groupby(groups, dropna=False)[PART].transform("sum") if groups else frame[PART].sum()
            frame = frame.assign(**{WHOLE: whole})
        elif (
            "calculate" in step
            and {PART, WHOLE} <= set(frame)
            and f'datum["{PART}"] / datum["{WHOLE}"]' in step["calculate"]
        ):
            frame = frame.assign(**{step["as"]: frame[PART] / frame[WHOLE].where(frame[WHOLE] != 0)})
        elif (
            "calculate" in step
            and {PART, WHOLE} <= set(frame)
            and f'datum["{PART}"] - datum["{WHOLE}"]' == step["calculate"]
        ):
            frame = frame.assign(**{step["as"]: frame[PART] - frame[WHOLE]})
        else:
            return None
    return frame
