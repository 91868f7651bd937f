"""Lines and areas over time where a group has no rows: a count or sum is 0 there, and of a mean there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from observatory.charts.drawing.units import CYCLES
from observatory.charts.spec.view import Encoding, View

ADDITIVE = ("count", "sum", "distinct")
_STEPS = {"year": "Y", "yearquarter": "M", "yearmonth": "M", "yearweek": "D", "yearmonthdate": "D"}
_STEPS |= {"yearmonthdatehours": "h", "yearmonthdatehoursminutes": "m"}


def filled(rows: pd.DataFrame, view: View, most: int) -> pd.DataFrame:
    """The rows of a line or area over time with one for each time of each series, as long as that is fewer than `most`.

    The times lie between the first and the last at the largest step that meets all of them, so yearly values keep
    their step; cycles and times without a unit are those that any series has. What has no rows counts and adds up to
    0. A mean is missing there, which breaks its line; only a series with longer steps of its own is drawn through.

    >>> view = View("line", (Encoding("x", "d", "temporal", time_unit="year"), Encoding("y", None, "", "count")))
    >>> rows = pd.DataFrame({"v_x": [f"{year}-01-01T00:00:00" for year in (2001, 2002, 2004)], "v_y": [5, 6, 7]})
    >>> filled(rows, view, 99)["v_y"].tolist()
    [5, 6, 0, 7]
    """
    along = _along(view)
    if along is None or rows.empty or view.interval is not None:
        return rows
    name, parts = f"v_{along.channel}", [e for e in view.encodings if e.is_group and e.datum is None and e != along]
    columns = [f"v_{e.channel}" for e in parts]
    series = rows[columns].drop_duplicates() if columns else pd.DataFrame({"one": [0]})
    times = _times(rows[name], along, most // len(series))
    if any(e.field == along.field for e in parts) or not 0 < len(series) * len(times) < most:
        return rows
    frame = series.merge(pd.DataFrame({name: times}), how="cross")
    whole = frame.merge(rows, how="left", on=[*columns, name], indicator=True)
    absent = (whole.pop("_merge") == "left_only").to_numpy()
    sums = [f"v_{e.channel}" for e in view.encodings if e.aggregate in ADDITIVE] + ["n"] * ("n" in rows)
    whole.loc[absent, sums] = 0
    whole = whole.astype({column: rows[column].dtype for column in sums})[list(rows.columns)]
    if all(e.aggregate in ADDITIVE for e in view.encodings if e.aggregate):
        return whole
    there = ~absent.reshape(-1, len(times))
    stepping = np.array([_steps_over(np.flatnonzero(row), along.time_unit is not None) for row in there])
    kept: pd.DataFrame = whole[~absent | np.repeat(~stepping, len(times))]
    return kept.reset_index(drop=True)


def lone(rows: pd.DataFrame, view: View, levels: Sequence[str] = ()) -> npt.NDArray[np.bool_]:
    """Which rows no line of a summary over time reaches: their series has no value just before or after them.

    `levels` are the times in their order where they are names, such as those of months.

    >>> view = View("line", (Encoding("x", "d", "temporal", time_unit="year"), Encoding("y", "a", "", "mean")))
    >>> lone(pd.DataFrame({"v_x": ["2001", "2002", "2003", "2004", "2005"], "v_y": [1, 2, None, 4, None]}), view)
    array([False, False, False,  True, False])
    """
    along = _along(view)
    if along is None or rows.empty:
        return np.zeros(len(rows), dtype=bool)
    place = {level: index for index, level in enumerate(levels)}
    when, measure = f"v_{along.channel}", "v_y" if along.channel == "x" else "v_x"
    series = [f"v_{e.channel}" for e in view.encodings if e.is_group and e.datum is None and e != along]
    ordered = rows.assign(**{when: rows[when].map(place)} if place else {}).sort_values([*series, when], kind="stable")
    there = ordered[measure].notna()
    groups = there.groupby([ordered[name] for name in series] or (lambda _: 0), dropna=False)
    alone = there & ~groups.shift(1, fill_value=False) & ~groups.shift(-1, fill_value=False)
    return alone.reindex(rows.index).to_numpy()


def _along(view: View) -> Encoding | None:
    """The axis of time that a summary on the other axis runs along."""
    x, y = view.on("x"), view.on("y")
    if view.mark not in ("line", "area") or x is None or y is None:
        return None
    along, measure = (x, y) if x.is_group else (y, x)
    timed = along.is_group and along.datum is None and (along.time_unit or along.type == "temporal" or along.format)
    return along if timed and measure.aggregate and measure.scale != "log" else None


def _times(shown: pd.Series[Any], along: Encoding, most: int) -> list[Any]:
    """The times of each series: at most `most`, or none."""
    code = _STEPS.get(along.time_unit or "")
    there = shown.drop_duplicates()
    if code is None or along.time_unit in CYCLES:
        return there.tolist() if len(there) <= most else []
    try:
        moments = np.sort(np.array(there.tolist(), dtype="datetime64[s]").astype(f"datetime64[{code}]"))
    except ValueError:
        return []
    steps = np.diff(moments).astype(int)
    step = math.gcd(*steps.tolist())
    if not step or (len(moments) and steps.sum() // step >= most):
        return there.tolist() if len(there) <= most else []
    every = np.arange(moments[0], moments[-1] + 1, step).astype("datetime64[s]")
    texts: list[str] = np.datetime_as_string(every).tolist()
    return texts if set(there) <= set(texts) else []


def _steps_over(places: npt.NDArray[np.intp], even: bool) -> bool:
    """Whether a series has no two values at neighbouring times, but three or more at steps of its own."""
    steps = np.diff(places)
    return len(steps) >= 2 and bool(steps.min() > 1) and (not even or bool((steps == steps[0]).all()))
