"""Intervals around a mean: their bounds from mean, standard deviation and n, and the layers that show them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

LEVEL = 0.95
LEAST = 3
_SOFT = {"bar": 0.45, "area": 0.45}


def spread_sql(value: str, extent: str) -> str:
    """What an interval is computed from, beside the mean and the number of rows.

    >>> spread_sql("v_y", "ci")
    'stddev_samp(v_y) AS sd'
    """
    if extent == "iqr":
        return f"quantile_cont({value}, 0.25) AS q1, quantile_cont({value}, 0.75) AS q3"
    return f"stddev_samp({value}) AS sd"


def bounded(rows: pd.DataFrame, mean: str, extent: str) -> pd.DataFrame:
    """The rows with the bounds `<mean>_low` and `<mean>_high`, empty for a group of fewer than three rows.

    "ci" is Student's interval, mean ± t · sd / √n with n - 1 degrees of freedom; "stderr" is sd / √n.

    >>> rows = pd.DataFrame({"v_y": [10.0], "n": [4], "sd": [2.0]})
    >>> bounded(rows, "v_y", "ci")[["v_y_low", "v_y_high"]].round(2).values.tolist()
    [[6.82, 13.18]]
    """
    if extent == "iqr":
        return rows.rename(columns={"q1": f"{mean}_low", "q3": f"{mean}_high"})
    n = rows["worth" if "worth" in rows else "n"].to_numpy(dtype=float)
    half = rows["sd"].to_numpy(dtype=float)
    if extent != "stdev":
        half = half / np.sqrt(n)
    if extent == "ci":
        half = half * _quantile(n)
    half = np.where(n >= LEAST, half, np.nan)
    bounds = {f"{mean}_low": rows[mean] - half, f"{mean}_high": rows[mean] + half}
    return rows.drop(columns=["sd", "worth"], errors="ignore").assign(**bounds)


def _quantile(n: np.ndarray[Any, Any]) -> Any:
    from scipy.special import stdtrit

    return stdtrit(np.maximum(n - 1, 1), (1 + LEVEL) / 2)


def interval_layers(mark: dict[str, Any], encoding: dict[str, Any], channel: str) -> list[dict[str, Any]]:
    """The mean and its interval over one set of rows: error bars in the colour of the mark, or a band and a line."""
    shown = encoding[channel]
    name = shown["field"]
    kept = {key: shown[key] for key in ("type", "title", "scale", "axis") if key in shown}
    ends = {channel: kept | {"field": f"{name}_low"}, f"{channel}2": {"field": f"{name}_high"}}
    around = {key: value for key, value in encoding.items() if key not in ("size", "shape")} | ends
    colour = {"color": mark["color"]} if "color" in mark else {}
    if mark["type"] in ("line", "area", "errorband"):
        band = {"mark": {"type": "area", "opacity": 0.2, **colour}, "encoding": around}
        return (
            [band] if mark["type"] == "errorband" else [band, {"mark": mark | {"type": "line"}, "encoding": encoding}]
        )
    bars = {"mark": {"type": "rule", "strokeWidth": 2, **colour}, "encoding": around}
    ticks = [
        {
            "mark": {"type": "tick", "thickness": 2, "size": 9, "opacity": 1, **colour},
            "encoding": {k: v for k, v in around.items() if k != f"{channel}2"}
            | {channel: kept | {"field": f"{name}_{end}"}},
        }
        for end in ("low", "high")
    ]
    soft = {"opacity": _SOFT[mark["type"]]} if mark["type"] in _SOFT else {}
    return ([] if mark["type"] == "errorbar" else [{"mark": mark | soft, "encoding": encoding}]) + [bars, *ticks]


def said(rows: pd.DataFrame, mean: str) -> pd.Series[Any]:
    """The interval of each row in words, as its tooltip says it.

    >>> said(pd.DataFrame({"v_y_low": [1.234, None], "v_y_high": [2.0, None]}), "v_y").tolist()
    ['1.23 to 2.00', 'unknown: too few rows']
    """
    bounds = rows[[f"{mean}_low", f"{mean}_high"]].astype(float)
    most = bounds.abs().max().max()
    digits = ",.1f" if most >= 100 else ",.2f" if most >= 1 else ".3g"
    words = [
        f"{low:{digits}} to {high:{digits}}" if low <= high else "unknown: too few rows"
        for low, high in bounds.to_numpy()
    ]
    return pd.Series(words, index=rows.index, dtype=object)
