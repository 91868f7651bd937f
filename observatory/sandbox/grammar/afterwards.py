"""What must hold of the properties of a place together, once each of them is as it may be."""

from __future__ import annotations

from typing import Any

from observatory.sandbox.grammar.kind import DROPPED, Then
from observatory.sandbox.grammar.limits import BINS, PIVOTED, ROWS, SLID, STEPS
from observatory.sandbox.grammar.names import is_plain
from observatory.sandbox.grammar.refusal import Refused, unfit
from observatory.sandbox.grammar.scope import Scope
from observatory.sandbox.grammar.titles import title_for
from observatory.sandbox.grammar.values import TEXTS, is_colour

_FINE = ("millisecond", "second", "minute")


def _titled(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    checked = _counting(checked, "aggregate")
    title = title_for(checked, scope.plain_titles)
    return checked if title is None else checked | {"title": title}


def _counting(checked: dict[str, Any], op: str) -> dict[str, Any]:
    """The number of rows, which Altair's `count(*)` counts as that of a field called `*`."""
    if checked.get(op) == "count" and checked.get("field") == "*":
        return {key: item for key, item in checked.items() if key != "field"}
    return checked


def _sorted_by(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    return _counting(checked, "op")


def _imputed(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    checked = _counting(checked, "aggregate")
    if checked.get("impute") is not None and type(checked.get("field")) is str and not is_plain(checked["field"]):
        raise Refused(
            "A field whose gaps are filled{at} needs a name that is one plain word.", "Calculate such a field."
        )
    return _titled(checked, scope)


def _shaped(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if checked.get("type") == "geojson" and not is_plain(str(checked.get("field", "geometry"))):
        raise Refused("The field of a map{at} needs a name that is one plain word.", "Calculate such a field.")
    return _titled(checked, scope)


def _coloured(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Without a scale what stands in the cells is taken as a colour, and a colour may be an address."""
    scale = checked.get("scale", False)
    bare = scale is None or (
        type(scale) is dict and (scale.get("type") == "identity" or type(scale.get("range")) is dict)
    )
    if bare:
        if "datum" in checked and not (type(checked["datum"]) is str and is_colour(checked["datum"])):
            raise unfit(TEXTS["colour"].words).within("datum")
        scope.coloured.append(checked)
    return _titled(checked, scope)


def _declared(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    scope.declared.add(checked["name"])
    return checked


def _selection(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Widgets under names are one for each field: Vega-Lite takes the whole object for the binding of any other."""
    bind, select = checked.get("bind"), checked["select"]
    if type(bind) is dict and all(type(widget) is dict for widget in bind.values()):
        fields = select.get("fields", []) if type(select) is dict else []
        if set(bind) != set(fields) or (type(select) is dict and select.get("encodings")):
            raise Refused("The widgets{at} are not one for each of its “fields”.", "Bind each field of the selection.")
    return _declared(checked, scope)


def _encoding(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if type(checked.get("tooltip")) is dict:
        scope.encodings.append(checked)
    return checked


def _tooltip_content(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if checked["content"] == "data" and not scope.shows_rows:
        scope.note("Tooltips show what is drawn, not all columns of a row.")
        return {"content": "encoding"}
    return checked


def _axis(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    count = checked.get("tickCount")
    if (count.get("interval") if type(count) is dict else count) in _FINE:
        scope.note("Ticks at every minute or second were left out: over a longer time there would be too many.")
        del checked["tickCount"]
    return checked


def _counted(low: float, high: float, step: float, most: int) -> None:
    if step == 0 or abs(high - low) / abs(step) > most:
        raise Refused("The step{at} is too small for its range.", f"It may give {most:,} values.")


def _bin(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    extent = checked.get("extent")
    if type(extent) is list and "step" in checked:
        _counted(extent[0], extent[1], checked["step"], BINS)
    return checked


def _scale_bins(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    if "start" not in checked or "stop" not in checked:
        raise Refused("“start” and “stop” are needed{at}.", "Say where the bins begin and end.")
    _counted(checked["start"], checked["stop"], checked["step"], BINS)
    return checked


def _sequence(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    _counted(checked.get("start", 0), checked["stop"], checked.get("step", 1), STEPS)
    return checked


def _generated(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    low, high, step = checked["start"], checked["stop"], checked.get("step", 1)
    _counted(low, high, step, ROWS)
    scope.rows += int(abs(high - low) / abs(step))
    if scope.rows > ROWS:
        raise Refused(f"There are more than {ROWS:,} rows in the chart.", "Make fewer.")
    return checked


def _named(checked: dict[str, Any], scope: Scope) -> Any:
    return checked if checked["name"] in scope.datasets else DROPPED


def _elsewhere(_checked: dict[str, Any], scope: Scope) -> Any:
    scope.note("The rows of the data set stand for the data that the chart would fetch.")
    return DROPPED


def _from_data(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    if "data" not in checked:
        raise Refused("The rows to look up{at} must stand in the chart.", "A chart here fetches nothing.")
    return checked


def _lookup(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if "fields" not in checked["from"]:
        scope.has_objects = True
    return _carried(checked, scope)


def _carried(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Texts go on under other names, so from here on a field may be as long as the longest so far."""
    scope.least_growth = max(scope.least_growth, *scope.growth.values(), 1)
    names = checked.get("as", ["key", "value"])
    scope.made |= set(names if type(names) is list else [names])
    return checked


def _pivoted(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Vega makes a column of every value, however many, where no limit is set."""
    return _carried(checked | {"limit": checked.get("limit") or PIVOTED}, scope)


def _windows(checked: dict[str, Any], _scope: Scope) -> dict[str, Any]:
    """Vega sorts the whole frame anew for each row where an operation does not slide."""
    low, high = checked.get("frame", [None, 0])
    width = ROWS if low is None or high is None else max(high - low, 1)
    slides = (low is None and high is None) or not any(each["op"] in _SORTED for each in checked["window"])
    anew = 1_000 if any(each["op"] in _DRAWN for each in checked["window"]) else 1
    if (not slides and ROWS * width > SLID) or (anew > 1 and width * anew > STEPS):
        raise Refused(
            "A window{at} is too wide for what is computed over it.",
            "Take a narrower “frame”, or a mean in the place of a median.",
        )
    return checked


_DRAWN = ("ci0", "ci1")
_SORTED = ("median", "q1", "q3", "distinct", *_DRAWN)


def _calculate(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    name, value = checked["as"], scope.last
    scope.growth[name] = max(scope.growth.get(name, 1), value.growth)
    if value.texts is not None and all(is_colour(text) for text in value.texts):
        scope.colours.add(name)
    else:
        scope.made.add(name)
        scope.has_free_texts = scope.has_free_texts or not value.numeric
    return checked


def _derived(checked: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if checked["op"] in ("argmax", "argmin"):
        scope.has_objects = True
    return _carried(_counting(checked, "op"), scope)


AFTERWARDS: dict[str, Then] = {
    "titled": _titled,
    "imputed": _imputed,
    "shaped": _shaped,
    "coloured": _coloured,
    "declared": _declared,
    "encoding": _encoding,
    "tooltip-content": _tooltip_content,
    "axis": _axis,
    "bin": _bin,
    "scale-bins": _scale_bins,
    "sequence": _sequence,
    "generated": _generated,
    "named": _named,
    "elsewhere": _elsewhere,
    "from-data": _from_data,
    "lookup": _lookup,
    "carried": _carried,
    "pivoted": _pivoted,
    "windows": _windows,
    "calculate": _calculate,
    "derived": _derived,
    "sorted-by": _sorted_by,
    "selection": _selection,
}
