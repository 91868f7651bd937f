"""Changes to what a plot shows: its mark, its groups, its measure, and what is left out."""

from __future__ import annotations

from typing import Any

from observatory.charts.editing.plot import CannotEdit, Plot, definition, field_of
from observatory.charts.spec.view import AGGREGATES, Encoding
from observatory.charts.spec.words import phrase
from observatory.model import TIME_UNITS, ChartEdit, FieldProfile, Profile

_MARKS = {
    "arc": "pie",
    "rect": "heat map",
    "boxplot": "box plot",
    "tick": "strip",
    "point": "points",
}
_PLACES = {"x": "x", "y": "y", "color": "colour", "theta": "angle", "row": "rows of panels", "column": "panels"}
_BINS = 20


def mark(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Another mark; a pie takes its groups as colours, a histogram its number in bins."""
    wanted, old = str(edit.value), plot.mark
    if wanted == "histogram":
        return _histogram(plot, profile)
    if wanted == old:
        return ""
    if wanted == "arc":
        to_pie(plot)
    elif old == "arc":
        _from_pie(plot)
    if wanted == "boxplot":
        _unsummed(plot, profile)
    if wanted in ("line", "area") and plot.dimension() == "y" and "x" in plot.channels():
        _exchange(plot)
    unit = plot.main
    unit["mark"] = {**unit["mark"], "type": wanted} if isinstance(unit.get("mark"), dict) else wanted
    return f"mark: {_MARKS.get(old, old)} → {_MARKS.get(wanted, wanted)}"


def to_pie(plot: Plot) -> None:
    """The groups as colours and their number as angles."""
    plot.only_main()
    shown, measure = plot.channels(), plot.measure()
    groups = [name for name in ("x", "y") if name in shown and name != measure]
    if measure is None or (not groups and "color" not in shown):
        raise CannotEdit("A pie needs groups and a number for each, which this chart does not have.")
    size, parts = plot.definitions(measure)[0], plot.definitions(groups[0])[0] if groups else None
    for name in ("x", "y"):
        plot.take(name)
    if parts is not None:
        plot.set("color", _without(parts, "sort", "axis", "scale"))
    plot.set("theta", _without(size, "axis", "scale", "stack", "sort"))


def _from_pie(plot: Plot) -> None:
    for old, new in (("color", "x"), ("theta", "y")):
        if known := plot.definitions(old)[:1]:
            plot.take(old)
            plot.set(new, _without(known[0], "legend", "scale"))


def _without(known: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in known.items() if key not in keys}


def _exchange(plot: Plot) -> None:
    """Lines run from left to right."""
    x, y = (plot.definitions(name)[0] for name in ("x", "y"))
    plot.set("x", _without(y, "sort"))
    plot.set("y", _without(x, "sort"))


def _unsummed(plot: Plot, profile: Profile) -> None:
    name, shown = plot.measure(), plot.channels()
    if _is_histogram(plot) and name is not None and (binned := [n for n, e in shown.items() if e.bin and n in "xy"]):
        plot.take(name)
        name = binned[0]
        plot.change(name, bin=None)
    elif name is None or field_of(shown[name], profile) is None:
        raise CannotEdit("A box plot needs a field of numbers, and this chart counts rows.")
    plot.change(name, aggregate=None, stack=None)
    plot.only_main()


def _histogram(plot: Plot, profile: Profile) -> str:
    numbers = [e.field for e in plot.channels().values() if (f := field_of(e, profile)) and f.type == "quantitative"]
    if not numbers:
        raise CannotEdit("A histogram needs a field of numbers, and this chart shows none.")
    name = str(numbers[-1])
    return _set_histogram(plot, profile.field(name))


def _set_histogram(plot: Plot, field: FieldProfile) -> str:
    for channel in list(plot.channels()):
        plot.take(channel)
    plot.only_main()
    plot.main["mark"] = "bar"
    plot.set("x", {**definition(field), "bin": {"maxbins": _BINS}})
    plot.set("y", {"type": "quantitative", "aggregate": "count"})
    return f"a histogram of {field.name}"


def group(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Other groups along the axis, or the colours of a pie; a chart without groups gets them."""
    field, place = profile.field(str(edit.field)), plot.dimension()
    shown = plot.channels()
    if plot.mark == "point" and not any(e.aggregate for e in shown.values()):
        return color(plot, edit, profile)
    if place is None:
        place = "x" if "x" not in shown else "y"
        if place in shown:
            return color(plot, edit, profile)
    old = shown.get(place)
    if old is not None and old.field == field.name:
        return ""
    fresh = definition(field, grouped=True)
    _undouble(plot, field.name, place)
    kept = {"sort": old.sort} if old is not None and isinstance(old.sort, str) and fresh["type"] != "temporal" else {}
    plot.set(place, fresh | ({} if "bin" in fresh or plot.mark == "line" else kept))
    _from_line(plot, field)
    return f"{_PLACES[place]}: {phrase(old) if old else 'nothing'} → {field.name}"


def _undouble(plot: Plot, name: str, place: str) -> None:
    """A field that now stands on an axis need not be told apart by colour or panels too."""
    for other, known in plot.channels().items():
        if known.field == name and other != place and not known.aggregate:
            plot.take(other)


def _from_line(plot: Plot, field: FieldProfile) -> None:
    """A line along groups without an order says what is not there: bars stand side by side."""
    if plot.mark in ("line", "area") and field.type == "nominal":
        plot.main["mark"] = "bar"


def color(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Groups told apart by colour; means stand side by side. With the value “too”, taken colours stay: panels do it."""
    field, shown = profile.field(str(edit.field)), plot.channels()
    if plot.mark == "arc":
        return group(plot, edit, profile)
    old = shown.get("color")
    if old is not None and old.field == field.name:
        return ""
    if old is not None and edit.value == "too":
        return panels(plot, edit, profile)
    plain = plot.mark == "point" and not any(e.aggregate for e in shown.values())
    plot.take("detail")
    plot.set("color", definition(field, grouped=not plain))
    offset = next((name for name in ("xOffset", "yOffset") if name in shown), None)
    measure = shown.get(plot.measure() or "")
    if offset is not None:
        plot.change(offset, field=definition(field)["field"], type=None)
    elif plot.mark == "bar" and measure is not None and measure.aggregate not in (None, "count", "sum"):
        beside(plot, definition(field)["field"])
    return f"colour: {phrase(old)} → {field.name}" if old else f"coloured by {field.name}"


def beside(plot: Plot, name: str) -> None:
    """Bars of one group next to each other along the axis of the groups."""
    axis = plot.dimension()
    if axis in ("x", "y") and plot.channels()[axis].field != name:
        plot.set(f"{axis}Offset", {"field": name})


def panels(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """A small chart for each group, beside each other."""
    field = profile.field(str(edit.field))
    on_axes = [name for name in ("x", "y") if (e := plot.channels().get(name)) and e.field == field.name]
    if on_axes:
        raise CannotEdit(f"“{field.name}” stands on an axis already, so there is nothing to split.")
    for name, known in plot.channels().items():
        if name in ("color", "row", "column", "xOffset", "yOffset") and known.field == field.name:
            plot.take(name)
    plot.set("column", definition(field, grouped=True))
    return f"a small chart for each {field.name}"


def measure(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Another number: the same summary of another field, or the summary that the edit names."""
    name, shown = plot.measure(), plot.channels()
    if name is None:
        name = "theta" if plot.mark == "arc" else "y" if "y" not in shown else "x"
    old = shown.get(name)
    if edit.field is None:
        fresh: dict[str, Any] = {"type": "quantitative", "aggregate": "count"}
    else:
        field = profile.field(edit.field)
        fresh = definition(field)
        wanted = edit.value or (old.aggregate if old is not None and old.aggregate != "count" else None)
        summed = any(e.aggregate for e in shown.values())
        wanted = wanted or ("mean" if summed and field.type == "quantitative" else None)
        fresh |= {"aggregate": str(wanted)} if wanted else {}
        if field.type != "quantitative" and wanted not in ("min", "max", "distinct"):
            raise CannotEdit(f"“{field.name}” is no number, so it has no {wanted or 'mean'}.")
        if _is_histogram(plot) and not edit.value:
            return _set_histogram(plot, field)
    if old is not None and (old.field, old.aggregate) == (edit.field, fresh.get("aggregate")):
        return ""
    plot.set(name, fresh)
    plot.only_main()
    if plot.mark == "arc" and fresh.get("aggregate") not in ("count", "sum", None):
        _from_pie(plot)
        plot.main["mark"] = "bar"
        return f"{_said(fresh, edit.field)}, as bars: it has no whole to take parts of"
    return f"{_PLACES.get(name, name)}: {phrase(old) if old else 'nothing'} → {_said(fresh, edit.field)}"


def _is_histogram(plot: Plot) -> bool:
    shown = plot.channels().values()
    return any(e.bin for e in shown) and all(e.aggregate == "count" for e in shown if e.aggregate)


def _said(known: dict[str, Any], name: str | None) -> str:
    return phrase(Encoding("y", name, "quantitative", known.get("aggregate")))


def aggregate(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Another summary of the same number."""
    wanted, name = str(edit.value), plot.measure()
    if wanted == "count":
        return measure(plot, ChartEdit("measure"), profile)
    old = plot.channels().get(name or "")
    field = field_of(old, profile)
    if name is None or old is None or field is None:
        what = "counts rows" if old is not None else "shows no number"
        raise CannotEdit(f"This chart {what}, so say of which field, such as “the {_word(wanted)} age”.")
    if wanted not in AGGREGATES or (field.type != "quantitative" and wanted not in ("min", "max", "distinct")):
        raise CannotEdit(f"“{field.name}” is no number, so it has no {_word(wanted)}.")
    if old.aggregate == wanted:
        return ""
    plot.change(name, aggregate=wanted, stack=None if wanted not in ("count", "sum") else old.stack)
    if wanted != "mean":
        plot.only_main()
    fresh = plot.channels()[name]
    return f"{_PLACES.get(name, name)}: {phrase(old)} → {phrase(fresh)}"


def _word(aggregate: str) -> str:
    return {"sum": "total", "min": "lowest", "max": "highest", "stdev": "standard deviation"}.get(aggregate, aggregate)


def time_unit(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """Another unit of time, on the axis that shows one; else the time of the table becomes the groups."""
    unit, shown = str(edit.value), plot.channels()
    times = [n for n, e in shown.items() if (f := field_of(e, profile)) and f.type == "temporal" and not e.aggregate]
    if not times:
        known = [f for f in profile.fields if f.type == "temporal" and edit.field in (None, f.name)]
        if not known:
            raise CannotEdit(f"There is no field of dates to take the {TIME_UNITS.get(unit, unit)} of.")
        group(plot, ChartEdit("group", field=known[0].name), profile)
        times = [n for n, e in plot.channels().items() if e.field == known[0].name]
    name = times[0]
    old = shown.get(name)
    plot.change(name, timeUnit=unit, type="temporal", bin=None, sort=None)
    fresh = plot.channels()[name]
    return "" if old == fresh else f"{_PLACES.get(name, name)}: {phrase(old) if old else 'nothing'} → {phrase(fresh)}"


def bins(plot: Plot, edit: ChartEdit, profile: Profile) -> str:
    """More or fewer bins, or bins where each number stood for itself."""
    numbers = [n for n, e in plot.channels().items() if (f := field_of(e, profile)) and f.type == "quantitative"]
    numbers = [n for n in numbers if not plot.channels()[n].aggregate]
    if not numbers:
        raise CannotEdit("There is no number along an axis to put into bins.")
    name = next((n for n in numbers if plot.channels()[n].bin), numbers[0])
    plot.change(name, bin={"maxbins": int(edit.value or _BINS)}, type="quantitative")
    return f"{plot.channels()[name].field} in at most {int(edit.value or _BINS)} bins"


def drop(plot: Plot, edit: ChartEdit, _profile: Profile) -> str:
    """A channel, or the channels of a field, left out; never the last of a chart."""
    shown = plot.channels()
    if edit.value is not None:
        names = [n for n in _CHANNELS_OF[str(edit.value)] if n in shown]
    else:
        names = [n for n, e in shown.items() if e.field == edit.field]
    if not names:
        what = f"“{edit.field}”" if edit.value is None else f"no {edit.value}" if edit.value != "color" else "no colour"
        raise CannotEdit(f"This chart does not show {what}." if edit.value is None else f"This chart has {what}.")
    if len([n for n in shown if n not in (*names, "xOffset", "yOffset")]) < 1:
        raise CannotEdit("That is all the chart shows, so it stays.")
    fields = {shown[n].field for n in names}
    names += [n for n in ("xOffset", "yOffset") if n in shown and shown[n].field in fields and n not in names]
    for name in names:
        plot.take(name)
    return f"without {' and '.join(dict.fromkeys(_lost(n, shown[n]) for n in names if not n.endswith('Offset')))}"


_CHANNELS_OF = {"color": ("color",), "panels": ("row", "column", "facet"), "size": ("size",), "shape": ("shape",)}


def _lost(name: str, shown: Encoding) -> str:
    if name == "color":
        return f"the colours of {shown.field or 'the number of rows'}"
    return f"the panels of {shown.field}" if name in ("row", "column") else phrase(shown)
