"""Tooltips of a drawn chart: what each channel shows, the interval of a mean, and how many rows stand behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from observatory.charts.drawing.channels import drawn_type, number_format
from observatory.charts.drawing.query import column
from observatory.charts.drawing.units import FORMATS
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import INTERVALS, phrase


def tooltips(view: View, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """One line for each thing that is shown, then the interval and the number of rows of a summary."""
    shown = [e for e in view.encodings if e.datum is None and column(e) in rows]
    tips: dict[str, dict[str, Any]] = {}
    for e in shown:
        tip = _tip(e, rows)
        tips.setdefault(str(tip["title"]), tip)
    mean = view.averaged()
    if view.interval is not None and mean is not None:
        words = INTERVALS[view.interval]
        tips[words] = {"field": f"{column(mean)}_said", "type": "nominal", "title": words}
    if "n" in rows and shown:
        tips.setdefault("rows", {"field": "n", "type": "quantitative", "title": "rows", "format": ",d"})
    return list(tips.values())


def _tip(e: Encoding, rows: pd.DataFrame) -> dict[str, Any]:
    name = phrase(replace(e, stack=None)) if e.stack == "normalize" else e.title or phrase(e)
    tip: dict[str, Any] = {"field": column(e), "type": drawn_type(e), "title": name}
    if tip["type"] == "quantitative":
        tip["format"] = e.format or number_format(rows[column(e)])
    elif tip["type"] == "temporal":
        tip["format"] = FORMATS.get(e.time_unit or "", "%d %b %Y %H:%M" if _has_clock(rows[column(e)]) else "%d %b %Y")
    return tip


def _has_clock(times: pd.Series[Any]) -> bool:
    return bool((times.dropna().astype(str).str[11:] != "00:00:00").any())
