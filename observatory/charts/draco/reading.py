"""Facts of Draco 2, ours or of its own answers, read as Vega-Lite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import clingo
from clingo import ast

from observatory.charts.draco.language import (
    AGGREGATES,
    CARRIED,
    CHANNELS,
    COORDINATES,
    FACETS,
    MARKS,
    PROPERTIES,
    SCALES,
    STACKS,
    plain,
    settled,
)
from observatory.charts.spec.reading import parse
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import INTERVALS, TIME_UNITS, TYPES, Encoding, View
from observatory.charts.spec.view import SCALES as VEGA_SCALES
from observatory.charts.spec.view import STACKS as VEGA_STACKS
from observatory.errors import ChartInvalidSpec

LONGEST = 2_000
_HIDDEN = re.compile(r'"(?:\\.|[^"\\\n])*"|%[^\n]*')
_DERIVED = {
    *("domain", "helper", "preference", "preference_weight", "violation", "required", "not_required", "root_required"),
    *("mark_id", "enc_id", "facet_id"),
}
_VIEW_CARRIED = ("limit", "order", "interval")
_WORDS = {
    ("view", "coordinates"): COORDINATES,
    ("mark", "type"): MARKS,
    ("encoding", "channel"): CHANNELS,
    ("encoding", "aggregate"): AGGREGATES,
    ("encoding", "stack"): STACKS,
    ("scale", "channel"): CHANNELS,
    ("scale", "type"): SCALES,
    ("facet", "channel"): tuple(FACETS.values()),
}
_VEGA_WORDS = {
    "type": TYPES,
    "time_unit": (*TIME_UNITS, "none"),
    "scale": (*VEGA_SCALES, "none"),
    "stack": VEGA_STACKS,
    "zero": ("true", "false", "none"),
    "order": ("ascending", "descending"),
    "interval": INTERVALS,
}
_Carried = dict[str, str | int]


@dataclass
class _Thing:
    """An entity: what it is part of, what Draco says of it and what is carried along."""

    kind: str
    parent: clingo.Symbol
    words: dict[str, str] = field(default_factory=dict)
    carried: _Carried = field(default_factory=dict)


_Things = dict[clingo.Symbol, _Thing]


def from_draco(text: str, names: Sequence[str] = ()) -> dict[str, Any]:
    """The Vega-Lite chart of facts of Draco 2; `names[0]` is the field `f0`, and without names fields name themselves.

    Several marks of a view become layers, several views stand side by side; what Draco's solver derives (domains,
    helpers, preferences) is passed over. Raises ChartInvalidSpec, which names the fact that is not understood.

    >>> from_draco('''entity(view,root,v). entity(mark,v,m). attribute((mark,type),m,tick). entity(encoding,m,e).
    ... attribute((encoding,channel),e,x). attribute((encoding,field),e,f0).
    ... entity(field,root,f0). attribute((field,name),f0,f0). attribute((field,type),f0,number).''', ["größe"])
    {'mark': 'tick', 'encoding': {'x': {'field': 'größe', 'type': 'quantitative'}}}
    """
    things = _things(_symbols(text))
    root = clingo.Function("root", [])
    charts = [_chart(things, entity, names) for entity, _ in _children(things, root, "view")]
    if not charts:
        raise ChartInvalidSpec("The facts have no view, so there is no chart.", "Add entity(view,root,v0).")
    return charts[0] if len(charts) == 1 else {"hconcat": charts}


def _symbols(text: str) -> list[clingo.Symbol]:
    """The facts of a text, in their order; a denial such as `:- attribute((scale,zero),s0).` says nothing."""
    _guard(text)
    statements: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(text, statements.append, logger=lambda _, message: messages.append(message))
    except RuntimeError as exc:
        raise ChartInvalidSpec(_complaint(messages or [str(exc)]), "A fact ends with a full stop.") from exc
    found = []
    for statement in statements:
        if statement.ast_type in (ast.ASTType.Program, ast.ASTType.ShowSignature, ast.ASTType.Comment):
            continue
        line = statement.location.begin.line
        if str(statement).startswith("#false :- attribute("):
            continue
        if statement.ast_type != ast.ASTType.Rule or statement.body:
            raise ChartInvalidSpec(f"Line {line} is not a fact: “{_short(statement)}”", "Give facts only, no rules.")
        try:
            found.append(clingo.parse_term(str(statement.head), logger=lambda *_: None))
        except RuntimeError as exc:
            raise ChartInvalidSpec(
                f"Line {line} is not a fact: “{_short(statement)}”", "Write out each value."
            ) from exc
    return found


def _guard(text: str) -> None:
    """Keeps from the parser what makes it open a file, or nest deeper than it can go."""
    longest = max(map(len, _HIDDEN.sub("", text).split(".")))
    if "#include" in text or "%*" in text or longest > LONGEST:
        raise ChartInvalidSpec(
            "The facts hold more than facts: an #include, a block comment or a statement without end.",
            "Give facts only, each with a full stop.",
        )


def _complaint(messages: Sequence[str]) -> str:
    """What clingo says of a syntax error, as a sentence with its line."""
    found = re.match(r"<string>:(\d+):[^ ]* error: (.*)", messages[0].strip())
    where, what = (f" at line {found[1]}", found[2]) if found else ("", messages[0].strip())
    return f"The facts cannot be read{where}: “{_short(what)}”."


def _short(thing: object) -> str:
    text = str(thing)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _things(symbols: Sequence[clingo.Symbol]) -> _Things:
    things: _Things = {clingo.Function("root", []): _Thing("root", clingo.Function("root", []))}
    for symbol in symbols:
        if symbol.match("entity", 3):
            kind, parent, entity = symbol.arguments
            if _text(kind) not in PROPERTIES or _text(kind) == "root":
                raise _unknown(symbol, f"Entities are {', '.join(k for k in PROPERTIES if k != 'root')}.")
            things[entity] = _Thing(_text(kind), parent)
    for symbol in symbols:
        if symbol.type == clingo.SymbolType.Function and symbol.name in _DERIVED:
            continue
        if any(symbol.match("attribute", n) or symbol.match("vega", n) for n in (2, 3)):
            _attribute(things, symbol)
        elif not symbol.match("entity", 3):
            raise _unknown(symbol, "Facts are entity(…), attribute(…) and vega(…).")
        elif symbol.arguments[1] not in things:
            raise _unknown(symbol, f"There is no entity {symbol.arguments[1]}.")
    return things


def _attribute(things: _Things, symbol: clingo.Symbol) -> None:
    """Adds a property to its entity; a property without a value is true, as Draco writes it."""
    (kind, key), entity, value = _path(symbol), symbol.arguments[1], symbol.arguments[2:]
    thing = things.get(entity)
    if thing is None or thing.kind != kind:
        raise _unknown(symbol, f"There is no {kind} called {entity}.")
    word = _text(value[0]) if value else "true"
    if symbol.name == "vega":
        known = _VEGA_WORDS.get(key)
        if key not in (_VIEW_CARRIED if kind == "view" else CARRIED) or (known and word not in known):
            raise _unknown(symbol, f"Vega-Lite has {', '.join(known or CARRIED)}.")
        thing.carried[key] = value[0].number if value and value[0].type == clingo.SymbolType.Number else word
        return
    words = _WORDS.get((kind, key))
    if key not in PROPERTIES.get(kind, ()) or (words and word not in words):
        raise _unknown(symbol, f"Draco knows {', '.join(words or PROPERTIES.get(kind, ()))}.")
    if key == "binning" and (not word.isdecimal() or int(word) < 1):
        raise _unknown(symbol, "Give a number of bins.")
    thing.words[key] = word


def _path(symbol: clingo.Symbol) -> tuple[str, str]:
    """The kind and the name of a property: `(mark,type)`, or `task` of the root."""
    path = symbol.arguments[0]
    if path.type == clingo.SymbolType.Function and not path.arguments:
        return "root", path.name
    if not path.match("", 2):
        raise _unknown(symbol, "A property is written (kind,name).")
    return _text(path.arguments[0]), _text(path.arguments[1])


def _text(symbol: clingo.Symbol) -> str:
    return symbol.string if symbol.type == clingo.SymbolType.String else str(symbol)


def _unknown(symbol: clingo.Symbol, hint: str) -> ChartInvalidSpec:
    return ChartInvalidSpec(f"The fact “{_short(symbol)}” is not understood.", hint)


def _children(things: _Things, parent: clingo.Symbol, kind: str) -> list[tuple[clingo.Symbol, _Thing]]:
    return [(entity, thing) for entity, thing in things.items() if thing.kind == kind and thing.parent == parent]


def _chart(things: _Things, entity: clingo.Symbol, names: Sequence[str]) -> dict[str, Any]:
    """One view: a single chart, or its marks as layers, in small multiples when it has facets."""
    view, facets = things[entity], [thing for _, thing in _children(things, entity, "facet")]
    marks = _children(things, entity, "mark")
    if not marks:
        raise ChartInvalidSpec(f"The view {entity} has no mark.", "Add entity(mark,…) and its type.")
    if len(marks) == 1:
        return _checked(_view(things, view, marks[0], facets, names))
    layers = [_checked(_view(things, view, mark, [], names)) for mark in marks]
    if not facets:
        return {"layer": layers}
    split = [_encoding(things, thing, None, names) for thing in facets]
    spec = to_spec(View("point", tuple(split)))["encoding"]
    return {"facet": spec, "spec": {"layer": layers}}


def _checked(view: View) -> dict[str, Any]:
    spec = to_spec(view)
    parse(spec)
    return spec


def _view(
    things: _Things,
    view: _Thing,
    mark: tuple[clingo.Symbol, _Thing],
    facets: Sequence[_Thing],
    names: Sequence[str],
) -> View:
    entity, thing = mark
    polar = view.words.get("coordinates") == "polar"
    shown = [*(e for _, e in _children(things, entity, "encoding")), *facets]
    if "type" not in thing.words or not shown or any("channel" not in e.words for e in shown):
        raise ChartInvalidSpec(
            f"The mark {entity} is not complete: it needs a type, and each encoding a channel.",
            "Let Draco complete the chart first.",
        )
    if polar and (thing.words["type"] != "bar" or sum(e.words["channel"] in ("x", "y") for e in shown) != 1):
        raise ChartInvalidSpec("Of polar charts only a pie is understood.", "Use cartesian coordinates.")
    scales = _scales(things, thing.parent)
    encodings = [_encoding(things, e, scales.get(e.words["channel"]), names, polar) for e in shown]
    read = settled("arc" if polar else thing.words["type"], encodings)
    full = tuple(_told(e, of.carried) for e, of in zip(read.encodings, shown, strict=True))
    limit, interval = view.carried.get("limit"), view.carried.get("interval")
    return replace(
        read,
        encodings=full,
        limit=limit if isinstance(limit, int) else None,
        descending=view.carried.get("order") != "ascending",
        interval=None if interval is None else str(interval),
    )


def _scales(things: _Things, view: clingo.Symbol) -> dict[str, _Thing]:
    """The scales of a view by their channel; those of the root are shared by all views."""
    shared = _children(things, clingo.Function("root", []), "scale") + _children(things, view, "scale")
    return {thing.words["channel"]: thing for _, thing in shared if "channel" in thing.words}


def _encoding(
    things: _Things, thing: _Thing, scale: _Thing | None, names: Sequence[str], polar: bool = False
) -> Encoding:
    words, kind = dict(thing.words), ""
    if scale is not None:
        words |= {"scale": scale.words["type"]} if "type" in scale.words else {}
        words |= {"zero": "true"} if scale.words.get("zero") == "true" else {}
    if "field" in words:
        declared = (t for t in things.values() if t.kind == "field" and t.words.get("name") == words["field"])
        kind = next(declared, thing).words.get("type", "")
        words["field"] = _name(words["field"], names)
    elif words.get("aggregate") != "count":
        raise ChartInvalidSpec(f"The channel {words['channel']} shows no field.", "Give it a field or a count.")
    return plain(words, kind, polar)


def _name(name: str, names: Sequence[str]) -> str:
    found = re.fullmatch(r"f(\d{1,6})", name)
    if not names:
        return name
    if found is None or int(found[1]) >= len(names):
        raise ChartInvalidSpec(f"The facts speak of a field “{name}” that is not among the names.", "Give every name.")
    return names[int(found[1])]


def _told(encoding: Encoding, carried: Mapping[str, str | int]) -> Encoding:
    """The encoding with what was carried along."""
    values: dict[str, Any] = {key: value for key, value in carried.items() if key not in ("zero", "bin")}
    values |= {key: None for key, value in values.items() if value == "none" and key != "stack"}
    if "zero" in carried:
        values["zero"] = {"true": True, "false": False}.get(str(carried["zero"]))
    if "bin" in carried:
        values["bin"] = carried["bin"] if isinstance(carried["bin"], int) else None
    return replace(encoding, **values)
