"""The layers of a box plot over quartiles that SQL computed."""

from __future__ import annotations

from typing import Any

from observatory.charts.drawing.palette import ACCENT
from observatory.charts.drawing.query import boxed
from observatory.charts.spec.view import View

_PARTS = {
    "low": "lower whisker",
    "q1": "lower quartile",
    "mid": "median",
    "q3": "upper quartile",
    "high": "upper whisker",
}


def box_layers(axes: dict[str, Any], view: View) -> list[dict[str, Any]]:
    """A rule for the whiskers, a bar for the quartiles, a tick for the median, points for the rows beyond."""
    value = boxed(view)
    along = value.channel if value else "y"
    base = {channel: definition for channel, definition in axes.items() if channel != along}
    scale = axes[along].get("scale", {"zero": False})
    shared = {key: axes[along][key] for key in ("title", "axis")} | {"type": "quantitative", "scale": scale}
    tips = [{"field": e.channel, **base[e.channel]} for e in view.encodings if "field" in base.get(e.channel, {})]
    tooltip: list[dict[str, Any]] = [{key: tip[key] for key in ("field", "type", "title")} for tip in tips]
    tooltip += [
        {"field": part, "type": "quantitative", "title": words, "format": ",.4~g"} for part, words in _PARTS.items()
    ]
    tooltip.append({"field": "n", "type": "quantitative", "title": "rows", "format": ",d"})

    def span(low: str, high: str) -> dict[str, Any]:
        return base | {along: shared | {"field": low}, f"{along}2": {"field": high}, "tooltip": tooltip}

    def middle(colour: str, thickness: int) -> dict[str, Any]:
        mark = {"type": "tick", "color": colour, "size": 18, "thickness": thickness}
        return {"mark": mark, "encoding": base | {along: shared | {"field": "mid"}, "tooltip": tooltip}}

    across = "horizontal" if along == "x" else "vertical"
    return [
        {"mark": {"type": "rule", "color": ACCENT}, "encoding": span("low", "high")},
        {"mark": {"type": "bar", "orient": across, "size": 18, "color": ACCENT}, "encoding": span("q1", "q3")},
        middle(ACCENT, 6),  # a box without length, as of rows that are all alike, is seen too
        middle("white", 2),
        {
            "mark": {"type": "point", "color": ACCENT, "size": 14, "opacity": 0.5},
            "encoding": base | {along: shared | {"field": f"v_{along}"}},
        },
    ]
