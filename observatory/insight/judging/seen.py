"""A chart as it is judged: its views, what the rules say of it, what was counted of its rows, what it is to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from observatory.model import ChartCheck, FieldProfile, Filter, Plotted, Profile
from observatory.quoting import vega_name

if TYPE_CHECKING:
    from observatory.charts.spec.view import Encoding, View
    from observatory.insight.rules import Reading

_INSIDE = ("layer", "concat", "hconcat", "vconcat")


@dataclass(frozen=True)
class Seen:
    """A chart with all that is known of it.

    `made` are the fields that its transforms make, with the fields they are made of; `exact`: filters and a limit are
    all that transforms do. `asked` is the question as the rules read it. `refused` says why the chart is not drawn, and
    `code_fault` what is wrong with its code; both are "" where nothing is.
    """

    spec: Mapping[str, Any]
    profile: Profile
    views: tuple[View, ...]
    check: ChartCheck
    plotted: tuple[Plotted | None, ...] = ()
    made: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exact: bool = True
    question: str = ""
    asked: Reading | None = None
    refused: str = ""
    code_fault: str = ""

    def field(self, name: str | None) -> FieldProfile | None:
        """The field of the table of that name, or None."""
        return next((f for f in self.profile.fields if f.name == name), None)

    def encodings(self) -> Iterator[tuple[View, Encoding, FieldProfile]]:
        """Every channel that shows a field of the table, with its view."""
        for view in self.views:
            for e in view.encodings:
                known = self.field(e.field)
                if known is not None:
                    yield view, e, known

    def counts(self) -> Iterator[tuple[View, Plotted]]:
        """The views whose rows were counted."""
        for view, plotted in zip(self.views, self.plotted):
            if plotted is not None:
                yield view, plotted

    def filters(self) -> list[Filter]:
        """The filters of all views, each once."""
        found: list[Filter] = []
        for view in self.views:
            found += [one for one in view.filters if one not in found]
        return found

    def levels(self, channel: str) -> int:
        """The most categories on a channel, 0 where none are counted."""
        return max((p.levels.get(channel, 0) for _, p in self.counts()), default=0)

    def shown(self) -> set[str]:
        """The fields that the chart shows, and those that what it shows was made of."""
        names = {e.field for view in self.views for e in view.encodings if e.field is not None}
        todo = list(names)
        while todo:
            sources = [source for source in self.made.get(todo.pop(), ()) if source not in names]
            names.update(sources)
            todo += sources
        return names

    def is_as_asked(self) -> bool:
        """Whether the chart shows just the fields that the question names: then how they are grouped is its asker's."""
        asked = {f.field for f in self.asked.wish.fields if f.field is not None} if self.asked else set()
        return bool(asked) and asked == self.shown()

    def marks(self) -> set[str]:
        """The marks of the chart."""
        return {view.mark for view in self.views}


def units(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The chart and every chart inside it, outside in.

    >>> [sorted(unit) for unit in units({"layer": [{"mark": "bar"}]})]
    [['layer'], ['mark']]
    """
    todo: list[Any] = [spec]
    while todo:
        unit = todo.pop(0)
        if isinstance(unit, Mapping):
            yield unit
            todo += [inner for key in _INSIDE if isinstance(unit.get(key), list) for inner in unit[key]]
            todo += [unit["spec"]] if "spec" in unit else []


def definitions(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str | None]]:
    """Every channel as it is written, with the name of its field.

    >>> [(channel, name) for channel, _, name in definitions({"encoding": {"x": {"field": "a"}}})]
    [('x', 'a')]
    """
    for unit in units(spec):
        encoding = unit.get("encoding")
        for channel, definition in encoding.items() if isinstance(encoding, Mapping) else ():
            if isinstance(definition, Mapping):
                name = definition.get("field")
                yield str(channel), definition, vega_name(name) if isinstance(name, str) else None


def part(definition: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object inside a definition, such as its scale; empty where there is none."""
    inner = definition.get(key)
    return inner if isinstance(inner, Mapping) else {}
