"""Changes to how a plot looks: its order, its axes, its title, its colour, shares, and a line at the mean."""

from __future__ import annotations

from typing import Any

from observatory.charts.editing.plot import CannotEdit, Plot, definition, field_of
from observatory.charts.editing.shown import beside, to_pie
from observatory.charts.spec.channel import mark_of
from observatory.charts.spec.view import is_discrete
from observatory.model import ChartEdit, Profile

PAINT = {
    "blue": "#0072B2",
    "orange": "#B35900",
    "green": "#00795A",
    "red": "#B2182B",
    "purple": "#7B3294",
    "pink": "#B5487F",
    "teal": "#00707A",
    "brown": "#7F4F24",
    "grey": "#5F6670",
    "black": "#222222",
    "yellow": "#8A6D00",
}
"""Colours by their names, each at least 4.5 : 1 against white (WCAG 2), so that marks can be seen."""
_ORDERS = {"descending": "from high to low", "ascending": "from low to high"}
_TURNED = {"x": "y", "y": "x", "xOffset": "yOffset", "yOffset": "xOffset", "row": "column", "column": "row"}
_SUMMED = ("count", "sum")
_SCALES: dict[str, dict[str, Any]] = {"log": {"type": "log"}, "zero": {"zero": True}, "fit": {"zero": False}}


def sort(plot: Plot, edit: ChartEdit, _profile: Profile) -> str:
    """Groups in the order of their number (value `descending`, `ascending`) or of their names (`a-z`, `z-a`)."""
    shown, name = plot.channels(), plot.dimension()
    discrete = name is not None and is_discrete(shown[name])
    if name is None or not discrete:
        along = f"“{shown[name].field}” has an order of its own" if name else "there are no groups"
        raise CannotEdit(f"There is nothing to sort: {along}.")
    wanted = None if edit.value is None else str(edit.value)
    if wanted in _ORDERS:
        other = plot.measure()
        if other not in ("x", "y"):
            raise CannotEdit("Only groups along an axis can be sorted by their number.")
        plot.change(name, sort=f"-{other}" if wanted == "descending" else other)
        return f"sorted {_ORDERS[wanted]}"
    plot.change(name, sort={"a-z": "ascending", "z-a": "descending"}.get(wanted or ""))
    if wanted is None:
        return "in the order of the groups"
    return f"{shown[name].field} in {'alphabetical' if wanted == 'a-z' else 'reversed alphabetical'} order"


def stack(plot: Plot, edit: ChartEdit, _profile: Profile) -> str:
    """Shares of the whole (`normalize`), sums on one another (`zero`), or bars side by side (`none`)."""
    shown, name = plot.channels(), plot.measure()
    if edit.value == "normalize":
        return _shares(plot)
    if name is None or plot.mark not in ("bar", "area") or "color" not in shown:
        raise CannotEdit("Only bars and areas with colours can be stacked or stand side by side.")
    split = plot.definitions("color")[0].get("field")
    if edit.value == "none" and plot.mark == "bar" and split is not None:
        plot.change(name, stack=None)
        beside(plot, split)
        return "bars side by side"
    for offset in ("xOffset", "yOffset"):
        plot.take(offset)
    plot.change(name, stack=None)
    return "stacked, as numbers"


def _shares(plot: Plot) -> str:
    """Parts of a whole need colours: a lone group becomes a pie, for there is no other whole to divide."""
    shown, name = plot.channels(), plot.measure()
    summed = name is not None and shown[name].aggregate in _SUMMED
    if not summed or name is None:
        what = f"a {shown[name].aggregate} has none" if name and shown[name].aggregate else "this chart adds nothing up"
        raise CannotEdit(f"Shares are parts of a total, and {what}; ask for the number of rows or a total first.")
    if plot.mark == "arc":
        return "the pie shows shares already"
    if "color" in shown and plot.mark in ("bar", "area"):
        for offset in ("xOffset", "yOffset"):
            plot.take(offset)
        plot.change(name, stack="normalize")
        return "as shares of the whole"
    axis = plot.dimension()
    if axis is None or not is_discrete(shown[axis]):
        raise CannotEdit("Shares need groups to divide; colour the chart by a field first.")
    to_pie(plot)
    plot.main["mark"] = "arc"
    return "as shares of the whole, in a pie"


def scale(plot: Plot, edit: ChartEdit, _profile: Profile) -> str:
    """A logarithmic or linear axis, or one that starts at zero or fits the data; bars become points for a logarithm."""
    shown = plot.channels()
    name = plot.measure()
    if edit.field is not None:
        name = next((n for n, e in shown.items() if e.field == edit.field), None)
    if name not in ("x", "y") or shown[name].bin or shown[name].type != "quantitative":
        raise CannotEdit("There is no axis of plain numbers whose scale could change.")
    both = plot.mark == "point" and not any(e.aggregate for e in shown.values()) and edit.field is None
    axes = [n for n in ("x", "y") if both and n in shown and shown[n].type == "quantitative"]
    names: list[str] = [*axes] or [str(name)]
    for axis in names:
        old = {k: v for k, v in (plot.definitions(axis)[0].get("scale") or {}).items() if k not in ("type", "zero")}
        plot.change(axis, scale=(old | _SCALES.get(str(edit.value), {})) or None)
    if edit.value == "log" and plot.mark in ("bar", "area"):
        plot.main["mark"] = "point" if plot.mark == "bar" else "line"
        plot.change(names[0], stack=None)
    said = {
        "log": "a logarithmic scale",
        "linear": "a linear scale",
        "zero": "from zero on",
        "fit": "as far as data go",
    }
    on = " and ".join(str(shown[n].field or "number of rows") for n in names)
    return f"{on}: {said[str(edit.value)]}" + (", as points" if edit.value == "log" and plot.mark == "point" else "")


def title(chart: dict[str, Any], edit: ChartEdit, _profile: Profile) -> str:
    """Another title, or none of one's own."""
    if edit.value is None:
        if "title" not in chart:
            raise CannotEdit("This chart has no title of its own.")
        del chart["title"]
        return "without its own title"
    text = " ".join(str(edit.value).split())[:200]
    written = chart.get("title")
    chart["title"] = {**written, "text": text} if isinstance(written, dict) else text
    return f"title: “{text}”"


def swap(plot: Plot, _edit: ChartEdit, _profile: Profile) -> str:
    """The axes exchanged, with all that refers to them."""
    if not {"x", "y"} & set(plot.channels()):
        raise CannotEdit("This chart has no axes to swap.")
    for unit in plot.units:
        encoding = unit.get("encoding")
        if isinstance(encoding, dict):
            unit["encoding"] = {_TURNED.get(n, n) if n not in ("row", "column") else n: d for n, d in encoding.items()}
            for known in unit["encoding"].values():
                order = known.get("sort") if isinstance(known, dict) else None
                if isinstance(order, str) and order.lstrip("-") in ("x", "y"):
                    known["sort"] = order[:-1] + _TURNED[order[-1]]
    return "axes swapped"


def orient(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Groups down the side (`horizontal` bars) or along the bottom (`vertical`)."""
    wanted = "y" if edit.value == "horizontal" else "x"
    axis = plot.dimension()
    if axis not in ("x", "y") or plot.mark in ("line", "area"):
        raise CannotEdit("Only groups along an axis can be turned; lines run from left to right.")
    if axis == wanted:
        return ""
    swap(plot, edit, profile)
    return f"{'horizontal' if wanted == 'y' else 'vertical'}: axes swapped"


def paint(plot: Plot, edit: ChartEdit, _profile: Profile) -> str:
    """One colour for all marks, dark enough to be seen; colours that tell groups apart stay."""
    if "color" in plot.channels():
        shown = plot.channels()["color"].field or "the number of rows"
        raise CannotEdit(f"The colours show “{shown}”; say “remove the colour” first.")
    name = str(edit.value)
    unit = plot.main
    old = unit.get("mark")
    unit["mark"] = {**(old if isinstance(old, dict) else {"type": old}), "color": PAINT[name]}
    return f"colour of the marks: {name}"


def line_at(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """A line at the mean or median of all rows shown, across the chart; None takes it away."""
    layers, name = plot.body.get("layer"), plot.measure()
    rules = [u for u in plot.units[1:] if mark_of(u.get("mark")) == "rule"]
    if edit.value is None:
        if not rules or not isinstance(layers, list):
            raise CannotEdit("This chart has no line to take away.")
        plot.body["layer"] = [u for u in layers if u not in rules]
        return "without the line"
    shown = plot.channels()
    field = field_of(shown.get(name or ""), profile)
    if name not in ("x", "y") or field is None or field.type != "quantitative":
        raise CannotEdit("A line at the mean needs a chart of a number, not of a number of rows.")
    if {"row", "column", "facet"} & set(shown):
        raise CannotEdit("A line across small charts is not drawn yet; say “without panels” first.")
    if shown[name].aggregate in ("sum", "count", "distinct"):
        raise CannotEdit("A line at the mean of the rows would lie far below totals; ask for the mean of each group.")
    rule = {"mark": "rule", "encoding": {name: {**definition(field), "aggregate": str(edit.value)}}}
    if isinstance(layers, list):
        layers.append(rule)
    else:
        unit = {key: plot.body.pop(key) for key in ("mark", "encoding") if key in plot.body}
        plot.body["layer"] = [unit, rule]
    return f"a line at the {edit.value} {field.name} of all rows shown"
