"""The units of a Vega-Lite chart, each as a view with all that it inherits: one walk through the JSON, outside in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from observatory.charts.spec.channel import PLACES, SILENT, UNJUDGED, encoding_of, mark_of, shown
from observatory.charts.spec.own import own_rows
from observatory.charts.spec.transform import OwnRows, Shaped, shaped
from observatory.charts.spec.view import CHANNELS, Encoding, View
from observatory.quoting import vega_name

MOST_PARTS, MOST_CHANNELS, DEEPEST = 24, 40, 12
Composition = Literal["single", "layer", "facet", "concat", "repeat"]
Path = tuple[str | int, ...]
Reach = Literal["aside", "written", "never"]
"""What a note means for the picture: drawn without that, drawn as it is written, or not drawn."""
CONCATS = ("concat", "hconcat", "vconcat")
COMPOSITE = ("layer", "facet", *CONCATS, "repeat", "spec")
IGNORED = {
    *("$schema", "title", "description", "width", "height", "config", "name", "data", "background", "autosize"),
    *("padding", "datasets", "usermeta", "view", "resolve", "columns", "spacing", "align", "bounds", "center"),
}
_UNREAD: dict[str, tuple[str, Reach]] = {
    "params": ("Interactions", "aside"),
    "selection": ("Interactions", "aside"),
    "projection": ("Maps", "written"),
}
_MEAN = ("average", "mean")
_UNJUDGED_MARKS = ("geoshape", "image", "trail")


@dataclass(frozen=True)
class Part:
    """A unit of a chart as a view with all that it inherits.

    `path` is where it stands in the JSON and `unit` where its mark does; `sources` are, for each encoding, the paths of
    the definitions that make it, the outermost first. `layer` is the path of the layers that it is one of; `rows` says
    what its transforms leave, and so whether the view says all of them (`rows.exact`). `ordered` says that an order
    of the rows is written, `labelled` that the mark carries a text of its own. The channels in `apart` have a scale of
    their own in each layer.
    """

    path: Path
    view: View
    unit: Path = ()
    sources: tuple[tuple[Path, ...], ...] = ()
    layer: Path | None = None
    rows: Shaped = field(default_factory=Shaped)
    ordered: bool = False
    labelled: bool = False
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Inherited:
    """What a unit has from those around it: definitions with their sources, transforms, and the layers it is in."""

    path: Path = ()
    encoding: Mapping[str, tuple[Any, tuple[Path, ...]]] = field(default_factory=dict)
    steps: tuple[Any, ...] = ()
    layer: Path | None = None
    repeated: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()

    def into(self, *path: str | int) -> Inherited:
        return replace(self, path=(*self.path, *path))


class Walk:
    """One walk through a chart, outside in."""

    def __init__(self, datasets: Any = None) -> None:
        self.notes: dict[str, Reach] = {}
        self.brings_rows = False
        self._datasets = datasets
        self.composition: Composition | None = None
        self._n_parts = 0

    def parts(self, spec: Any, around: Inherited) -> Iterator[Part]:
        """The parts of a chart or of one inside it."""
        if not isinstance(spec, Mapping):
            self._say("A part that is no JSON object is not judged.")
            return
        if len(around.path) > 2 * DEEPEST:
            self._say(f"Parts nested deeper than {DEEPEST} times are not judged.")
            return
        around = self._seen(spec, around)
        if "projection" in spec:
            return
        steps = spec.get("transform")
        around = replace(
            around, steps=(*around.steps, *(steps[:200] if isinstance(steps, list) else [steps] if steps else []))
        )
        around = replace(around, encoding=_merged(around, spec.get("encoding"), ("encoding",)))
        yield from self._inside(spec, around)

    def _inside(self, spec: Mapping[str, Any], around: Inherited) -> Iterator[Part]:
        concat = next((key for key in CONCATS if key in spec), None)
        if concat is not None:
            inner = replace(around, encoding={}, layer=None, apart=frozenset())
            yield from self._each(spec[concat], concat, inner, "concat")
        elif "layer" in spec:
            inner = replace(around, layer=around.layer or around.path, apart=around.apart | _apart(spec.get("resolve")))
            yield from self._each(spec["layer"], "layer", inner, "layer")
        elif "repeat" in spec:
            yield from self._repeated(spec, around)
        elif "facet" in spec or "spec" in spec:
            self.composition = self.composition or "facet"
            yield from self.parts(spec.get("spec"), _faceted(around, spec.get("facet")).into("spec"))
        else:
            yield from self._unit(spec, around)

    def _each(self, specs: Any, key: str, around: Inherited, composition: Composition) -> Iterator[Part]:
        self.composition = self.composition or composition
        if not isinstance(specs, list):
            self._say(f"“{key}” is no list, so it is not judged.")
            return
        for place, spec in enumerate(specs):
            if self._n_parts >= MOST_PARTS:
                self._say(f"Only the first {MOST_PARTS} parts are judged.")
                return
            yield from self.parts(spec, around.into(key, place))

    def _repeated(self, spec: Mapping[str, Any], around: Inherited) -> Iterator[Part]:
        self.composition = self.composition or "repeat"
        repeat = spec["repeat"]
        lists = repeat if isinstance(repeat, Mapping) else {"repeat": repeat}
        layered = around.layer or (around.path if "layer" in lists else None)
        for names in _combinations({str(key): value for key, value in lists.items()}):
            if self._n_parts >= MOST_PARTS:
                self._say(f"Only the first {MOST_PARTS} parts are judged.")
                return
            inner = replace(around, repeated={**around.repeated, **names}, layer=layered).into("spec")
            yield from self.parts(spec.get("spec"), inner)

    def _unit(self, spec: Mapping[str, Any], around: Inherited) -> Iterator[Part]:
        self._n_parts += 1
        mark = mark_of(spec.get("mark"))
        if mark in _UNJUDGED_MARKS:
            has_shapes = isinstance(next(iter(around.steps), None), OwnRows)
            self._say(f"The mark {mark} is not judged.", "written" if mark == "trail" or has_shapes else "never")
            return
        if any(channel in around.encoding for channel in PLACES):
            self._say("Maps are not judged.", "written")
            return
        found = list(self._encodings(around))
        encodings = _sorted_by([e for e, _ in found], around)
        rows = shaped(around.steps)
        title = spec.get("title")
        view = View(
            mark, encodings, rows.filters, rows.limit, rows.descending, title if isinstance(title, str) else None
        )
        sources = tuple(source for _, source in found)
        mark_text = isinstance(spec.get("mark"), Mapping) and "text" in spec["mark"]
        is_ordered = "order" in around.encoding
        yield Part(
            around.path, view, around.path, sources, around.layer, rows, is_ordered, mark_text, apart=around.apart
        )

    def _encodings(self, around: Inherited) -> Iterator[tuple[Encoding, tuple[Path, ...]]]:
        named = list(around.encoding.items())[:MOST_CHANNELS]
        filled = any(channel in ("color", "fill") for channel, _ in named)
        for channel, (definition, sources) in named:
            if channel in SILENT:
                continue
            if channel in UNJUDGED or (channel == "stroke" and filled):
                self._say(f"The channel {channel} is not judged.", "written")
                continue
            for inner, item in shown(channel, _replaced(definition, around.repeated)):
                if isinstance(item, Mapping) and item.get("type") == "geojson":
                    self._say("Maps are not judged.", "written")
                    continue
                name = channel if channel != "facet" else "row" if "row" in around.encoding else "column"
                yield encoding_of(name, item), tuple((*source, *inner) for source in sources)

    def _seen(self, spec: Mapping[str, Any], around: Inherited) -> Inherited:
        """Note what is not judged of a unit or of what is around units; rows of its own go before all transforms."""
        data = spec.get("data")
        own = own_rows(data, self._datasets)
        if own is not None:
            self.brings_rows = True
            self._say("The chart's own rows are not looked at: only their fields are known.", "written")
        elif isinstance(data, Mapping) and ("url" in data or "values" in data):
            self._say("The chart's own data are not looked at: it is judged over this data set.", "aside")
        for key in list(spec)[:200]:
            if key in _UNREAD:
                what, reach = _UNREAD[key]
                self._say(f"{what} are not judged.", reach)
            elif key not in IGNORED and key not in ("mark", "encoding", "transform", *COMPOSITE):
                self._say(f"“{str(key)[:60]}” is not understood in a chart.")
        return around if own is None else replace(around, steps=(own,))

    def _say(self, note: str, reach: Reach = "never") -> None:
        self.notes.setdefault(note, reach)


def _merged(around: Inherited, encoding: Any, inner: Path) -> Mapping[str, tuple[Any, tuple[Path, ...]]]:
    """The definitions of a unit over those it inherits, channel by channel as Vega-Lite merges them."""
    known = dict(around.encoding)
    for channel, definition in list(encoding.items())[:MOST_CHANNELS] if isinstance(encoding, Mapping) else []:
        source, name = (*around.path, *inner, channel), str(channel)
        outer, sources = known.get(name, (None, ()))
        if definition is None:
            known.pop(name, None)
        elif isinstance(outer, Mapping) and isinstance(definition, Mapping) and _adds(definition):
            known[name] = ({**outer, **definition}, (*sources, source))
        else:
            known[name] = (definition, (source,))
    return known


def _apart(resolve: Any) -> frozenset[str]:
    """The axes of layers that are resolved to be independent."""
    scales = resolve.get("scale") if isinstance(resolve, Mapping) else None
    written = scales if isinstance(scales, Mapping) else {}
    return frozenset(channel for channel in ("x", "y") if written.get(channel) == "independent")


def _adds(definition: Mapping[str, Any]) -> bool:
    return "value" not in definition and "condition" not in definition


def _faceted(around: Inherited, facet: Any) -> Inherited:
    """The operator `facet` as the channels row, column or facet."""
    if isinstance(facet, Mapping) and "field" not in facet and ("row" in facet or "column" in facet):
        sides = {side: facet[side] for side in ("row", "column") if side in facet}
        return replace(around, encoding=_merged(around, sides, ("facet",)))
    known = dict(around.encoding)
    known["facet"] = (facet, ((*around.path, "facet"),))
    return replace(around, encoding=known)


def _combinations(lists: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Each way to take one name from each list."""
    ways: list[dict[str, str]] = [{}]
    for key, names in list(lists.items())[:3]:
        listed = [name for name in names if isinstance(name, str)][:MOST_PARTS] if isinstance(names, list) else []
        ways = [{**way, key: name} for way in ways for name in listed][: MOST_PARTS + 1]
    yield from ways


def _replaced(definition: Any, repeated: Mapping[str, str]) -> Any:
    name = definition.get("field") if isinstance(definition, Mapping) else None
    if isinstance(name, Mapping) and isinstance(name.get("repeat"), str) and name["repeat"] in repeated:
        return {**definition, "field": repeated[name["repeat"]]}
    return definition


def _sorted_by(encodings: Sequence[Encoding], around: Inherited) -> tuple[Encoding, ...]:
    """A sort by a field, written as the sort by the channel that shows it."""
    sorted_by = []
    for encoding in encodings:
        definition = around.encoding.get(encoding.channel, (None, ()))[0]
        sort = definition.get("sort") if isinstance(definition, Mapping) else None
        if encoding.sort is None and isinstance(sort, Mapping):
            name, op = sort.get("field"), sort.get("op")
            named = vega_name(name) if isinstance(name, str) else None
            by = [e for e in encodings if e is not encoding and e.channel in CHANNELS and e.field == named]
            by = [e for e in by if e.channel not in ("x2", "y2")]
            by = [e for e in by if op in (None, e.aggregate) or e.aggregate is None or (op, e.aggregate) == _MEAN]
            if by and (named is not None or (op == "count" and by[0].aggregate == "count")):
                encoding = replace(encoding, sort=("-" if sort.get("order") == "descending" else "") + by[0].channel)
        sorted_by.append(encoding)
    return tuple(sorted_by)
