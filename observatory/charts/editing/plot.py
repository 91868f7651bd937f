"""One plot of a Vega-Lite chart that is being changed: its mark and its channels, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from observatory.charts.spec.channel import encoding_of, mark_of
from observatory.charts.spec.groups import ANNOTATIONS
from observatory.charts.spec.parts import CONCATS
from observatory.charts.spec.view import Encoding
from observatory.model import FieldProfile, Profile
from observatory.quoting import vega_field

_MEANT = ("field", "aggregate", "bin", "timeUnit", "stack")
_MANY, _BINS = 20, 10


class CannotEdit(Exception):
    """A change that a chart has no place for, with the sentence that says so."""


def plots(chart: dict[str, Any]) -> list[Plot]:
    """The plots of a chart that may be changed in place: one, or those beside each other.

    >>> [plot.mark for plot in plots({"hconcat": [{"mark": "bar"}, {"facet": {}, "spec": {"mark": "line"}}]})]
    ['bar', 'line']
    """
    for key in CONCATS:
        if isinstance(chart.get(key), list):
            return [plot for part in chart[key] if isinstance(part, dict) for plot in plots(part)]
    inner = chart.get("spec")
    return plots(inner) if isinstance(inner, dict) else [Plot(chart)]


class Plot:
    """A mark and its channels, or layers that share them; what is set here is written into the chart's own JSON."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    @property
    def units(self) -> list[dict[str, Any]]:
        """The plot itself and its layers."""
        layers = self.body.get("layer")
        inner = [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
        return [self.body, *inner]

    @property
    def main(self) -> dict[str, Any]:
        """The unit whose mark the plot is about: the first that is no rule, label or error bar."""
        marked = [unit for unit in self.units if "mark" in unit]
        return next((u for u in marked if mark_of(u["mark"]) not in ANNOTATIONS), (marked or [self.body])[0])

    @property
    def mark(self) -> str:
        """The name of that mark."""
        return mark_of(self.main.get("mark"))

    def definitions(self, channel: str) -> list[dict[str, Any]]:
        """What the plot and its layers say of a channel, the plot itself first."""
        encodings = (unit.get("encoding") for unit in self.units)
        found = [e[channel] for e in encodings if isinstance(e, dict) and isinstance(e.get(channel), dict)]
        return [known for known in found if "field" in known or "aggregate" in known]

    def channels(self) -> dict[str, Encoding]:
        """What each channel shows; of layers, what the first of them shows."""
        names = [name for unit in self.units for name in (unit.get("encoding") or {})]
        found = {name: self.definitions(name) for name in dict.fromkeys(names)}
        return {name: encoding_of(name, known[0]) for name, known in found.items() if known}

    def set(self, channel: str, definition: dict[str, Any]) -> None:
        """Show something else on a channel, in the place where it is written."""
        for unit in self.units:
            encoding = unit.get("encoding")
            if isinstance(encoding, dict) and channel in encoding:
                encoding[channel] = definition
                return
        self.body.setdefault("encoding", {})[channel] = definition

    def take(self, channel: str) -> None:
        """Leave a channel out, and the orders that were taken from it."""
        for unit in self.units:
            encoding = unit.get("encoding")
            if isinstance(encoding, dict):
                encoding.pop(channel, None)
        for known in self._all():
            if isinstance(known.get("sort"), str) and known["sort"].lstrip("-") == channel:
                known.pop("sort")

    def change(self, channel: str, **properties: Any) -> None:
        """Set properties of a channel, None takes one away; a title that no longer fits goes too."""
        for known in self.definitions(channel)[:1]:
            for key, value in properties.items():
                if value is None:
                    known.pop(key, None)
                else:
                    known[key] = value
            if set(properties) & set(_MEANT):
                known.pop("title", None)

    def only_main(self) -> None:
        """Take away the layers around a mean, which stand for nothing once it is something else."""
        layers = self.body.get("layer")
        if not isinstance(layers, list):
            return
        kept = [u for u in layers if not isinstance(u, dict) or mark_of(u.get("mark")) not in ("errorbar", "errorband")]
        self.body["layer"] = kept
        if len(kept) == 1 and isinstance(kept[0], dict) and len(kept) < len(layers):
            del self.body["layer"]
            shared = self.body.get("encoding") or {}
            self.body |= kept[0] | {"encoding": {**shared, **(kept[0].get("encoding") or {})}}

    def measure(self) -> str | None:
        """The channel of the number that the plot shows; of points of single rows there is none but both axes."""
        shown = self.channels()
        summed = [
            name for name in ("y", "x", "theta", "color", "size", "text") if name in shown and shown[name].aggregate
        ]
        plain = [n for n in ("y", "theta", "x") if n in shown and shown[n].type == "quantitative" and not shown[n].bin]
        plain = [n for n in plain if shown[n].format != "d"]
        return next(iter((*summed, *plain)), None)

    def dimension(self) -> str | None:
        """The channel of the groups along which the plot runs: an axis, or the colours of a pie."""
        shown, measure = self.channels(), self.measure()
        return next((name for name in ("x", "y", "color") if name in shown and name != measure), None)

    def is_time(self, channel: str | None, profile: Profile) -> bool:
        """Whether a channel runs along time."""
        shown = self.channels().get(channel or "")
        field = field_of(shown, profile)
        return field is not None and (field.type == "temporal" or field.role == "time")

    def _all(self) -> Iterator[dict[str, Any]]:
        for name in self.channels():
            yield from self.definitions(name)


def field_of(shown: Encoding | None, profile: Profile) -> FieldProfile | None:
    """The field of the table that a channel shows, None for a count or a computed one."""
    names = {f.name: f for f in profile.fields}
    return None if shown is None or shown.field is None else names.get(shown.field)


def definition(field: FieldProfile, *, grouped: bool = False) -> dict[str, Any]:
    """A channel that shows a field; `grouped`: as groups, so that many numbers are binned and times have a unit.

    >>> definition(FieldProfile("Age", "quantitative", "measure", "DOUBLE", 0, 88), grouped=True)
    {'field': 'Age', 'type': 'quantitative', 'bin': {'maxbins': 10}}
    """
    known: dict[str, Any] = {"field": vega_field(field.name), "type": field.type}
    if field.type == "temporal":
        return known | ({"timeUnit": _unit(field)} if grouped else {})
    if field.type != "quantitative":
        return known
    if field.role == "time":
        return known | {"scale": {"zero": False}, "axis": {"format": "d"}}
    if not grouped:
        return known
    return known | ({"bin": {"maxbins": _BINS}} if field.distinct > _MANY else {"type": "ordinal"})


def _unit(field: FieldProfile) -> str:
    """The unit of time that gives a field of this span some dozens of groups."""
    first, last = str(field.min)[:7], str(field.max)[:7]
    try:
        months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])
    except ValueError:
        return "year"
    return "year" if months > 120 else "yearmonth" if months > 2 else "yearmonthdate"
