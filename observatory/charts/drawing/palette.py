"""Colours of charts: one accent, the categories of Okabe and Ito, one sequential ramp of even steps in lightness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ACCENT = "#0f766e"
LABEL = "#64748b"
MISSING_COLOUR = "#9ca3af"
MISSING = "(missing)"
CATEGORIES = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#882255",
    "#44AA99",
    "#777777",
)
# CIELAB lightness 92 to 22 in steps of 11.7, in the hue of the accent.
RAMP = ("#d0eeea", "#a1d1ca", "#6eb4ac", "#3f968e", "#167870", "#005a53", "#023c37")
CONFIG = {"range": {"category": list(CATEGORIES), "ramp": list(RAMP), "heatmap": list(RAMP), "ordinal": list(RAMP)}}

_WORDS = {
    "labelColor": LABEL,
    "titleColor": LABEL,
    "titleFontWeight": "normal",
    "labelFontSize": 11,
    "titleFontSize": 12,
}
LOOK = {
    "axis": _WORDS
    | {"gridColor": "#e2e8f0", "gridWidth": 0.7, "domain": False, "tickColor": "#e2e8f0", "titlePadding": 10},
    "legend": _WORDS,
    "header": _WORDS,
    "title": {"fontWeight": 600, "color": "#1e293b", "subtitleColor": LABEL, "subtitleFontSize": 11},
    "view": {"stroke": None},
}
"""The look of a picture of its own; on a page the theme of the page sets it."""


def missing_last(levels: Iterable[str]) -> list[str]:
    """Levels in their order, with what is missing behind them.

    >>> missing_last(["b", "(missing)", "a"])
    ['b', 'a', '(missing)']
    """
    return sorted(levels, key=lambda level: level == MISSING)


def colours(levels: tuple[str, ...], *, ordered: bool) -> list[str]:
    """One colour for each level, the same on every chart; missing is grey.

    >>> colours(("a", "(missing)"), ordered=False)
    ['#0072B2', '#9ca3af']
    """
    named = [level for level in levels if level != MISSING]
    if ordered:
        shown = dict(zip(named, _steps(len(named)), strict=True))
    else:
        shown = {level: CATEGORIES[i % len(CATEGORIES)] for i, level in enumerate(named)}
    return [shown.get(level, MISSING_COLOUR) for level in levels]


def _steps(n: int) -> list[str]:
    """`n` colours of the ramp, from its second step to its last, repeated where there are more levels than steps."""
    usable = RAMP[1:]
    return [usable[round(i * (len(usable) - 1) / max(n - 1, 1))] for i in range(n)]


def over(under: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """A theme over another one: what both say of the same thing is said by the upper one.

    >>> over({"axis": {"grid": True, "ticks": True}}, {"axis": {"grid": False}})
    {'axis': {'grid': False, 'ticks': True}}
    """
    both = {key: over(under[key], upper[key]) for key in upper if _are_objects(under.get(key), upper[key])}
    return {**under, **upper, **both}


def _are_objects(*values: Any) -> bool:
    return all(isinstance(value, Mapping) for value in values)
