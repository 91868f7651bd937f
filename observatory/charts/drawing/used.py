"""The fields that a chart names when it is drawn as it is written: in channels, transforms and expressions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from observatory.charts.spec.own import own_rows
from observatory.charts.spec.transform import Shaped, shaped
from observatory.errors import ChartInvalidSpec, FieldNotFound
from observatory.model import Profile
from observatory.quoting import vega_field, vega_head, vega_name

_ASIDE = ("data", "datasets", "config")
_INPUTS = ("groupby", "fold", "density", "quantile", "regression", "loess", "on", "pivot", "impute", "flatten", "stack")
_EXPRESSIONS = ("calculate", "filter", "test")
_DATUM = re.compile(
    r"""datum\s*(?:\.\s*([A-Za-z_$][\w$]*)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\])""",
)
_OPERATION = re.compile("[a-z0-9_]+")


def nodes(node: Any, aside: Collection[str] = _ASIDE) -> Iterator[Mapping[str, Any]]:
    """Every object of a chart, the whole first; its rows and themes are left out.

    >>> [sorted(part) for part in nodes({"mark": "bar", "encoding": {"x": {"field": "a"}}, "data": {"values": [{}]}})]
    [['data', 'encoding', 'mark'], ['x'], ['field']]
    """
    if isinstance(node, Mapping):
        yield node
    inner = [v for k, v in node.items() if k not in aside] if isinstance(node, Mapping) else node
    for item in inner if isinstance(inner, list) else ():
        yield from nodes(item, aside)


def columns_of(spec: Mapping[str, Any], profile: Profile) -> list[str]:
    """The fields of the data set that a chart may use, in their order."""
    words = {word for node in nodes(spec) for word in _words(node)}
    return [field.name for field in profile.fields if field.name in words]


def _words(node: Mapping[str, Any]) -> Iterator[str]:
    """What may name a field: every text in an object, the beginning of a path, and what an expression reads."""
    for value in node.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield from (text, vega_name(text), vega_head(text), *_read(text))


def _read(expression: str) -> Iterator[str]:
    for found in _DATUM.finditer(expression):
        yield found[1] or re.sub(r"\\(.)", r"\1", found[2] or found[3] or "")


def takes_rows(spec: Any, datasets: Any, around: bool = True) -> bool:
    """Whether any part of a chart stands on the rows of the data set; `around` says whether what is around it does.

    >>> takes_rows({"layer": [{"mark": "bar"}], "data": {"values": [{"a": 1}]}}, None)
    False
    """
    if not isinstance(spec, Mapping):
        return False
    others = [step["from"].get("data") for step in steps_of(spec) if isinstance(step.get("from"), Mapping)]
    if any(data is not None and own_rows(data, datasets) is None for data in others):
        return True
    named = isinstance(spec.get("data"), Mapping)
    here = own_rows(spec["data"], datasets) is None if named else around
    parts = parts_of(spec)
    return any(takes_rows(part, datasets, here) for part in parts) if parts else here


def parts_of(spec: Mapping[str, Any]) -> list[Any]:
    """The charts inside a chart: layers, plots beside each other, or what is repeated."""
    lists = [spec[key] for key in ("layer", "concat", "hconcat", "vconcat") if isinstance(spec.get(key), list)]
    return [part for found in lists for part in found] + ([spec["spec"]] if "spec" in spec else [])


def steps_of(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The transforms of one level of a chart."""
    steps = spec.get("transform")
    return [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []


def made_by(spec: Mapping[str, Any]) -> Shaped:
    """All fields that the transforms of a chart or rows of its own bring, wherever they stand in it."""
    own = [own_rows(node.get("data"), spec.get("datasets")) for node in nodes(spec)]
    known = [shaped([rows]) for rows in own if rows is not None]
    known += [shaped(steps_of(node)) for node in nodes(spec) if "transform" in node]
    return Shaped(derived=tuple(d for one in known for d in one.derived), is_open=any(one.is_open for one in known))


def demand_fields(spec: Mapping[str, Any], profile: Profile) -> None:
    """Raise FieldNotFound for a field that neither the rows hold nor the chart makes, ChartInvalidSpec for a path."""
    made = made_by(spec)
    if made.is_open:
        return
    theirs = [field.name for field in profile.fields] if takes_rows(spec, spec.get("datasets")) else []
    known = {*theirs, *(d.name for d in made.derived)}
    for name in _named(spec):
        if vega_head(name) not in known and {name, vega_name(name)} & known:
            raise ChartInvalidSpec(
                f"“{name[:80]}” is read as a path into the field “{vega_head(name)[:80]}”.",
                f"Write it as {vega_field(name)[:80]}.",
            )
        if vega_head(name) not in known and not _is_summed(name, known):
            raise FieldNotFound(vega_name(name)[:200], [*theirs, *(d.name for d in made.derived)])


def _is_summed(name: str, known: Collection[str]) -> bool:
    """Whether Vega-Lite itself makes such a field of another one, as `mean_age`, for expressions to read."""
    ends = (at for at, sign in enumerate(name) if sign == "_" and at)
    return name in ("count", "__count") or any(
        name[at + 1 :] in known and _OPERATION.fullmatch(name[:at]) for at in ends
    )


def _named(spec: Mapping[str, Any]) -> Iterator[str]:
    """The fields that a chart reads, as they are written; what an axis tests is its ticks."""
    for node in nodes(spec, (*_ASIDE, "axis")):
        if isinstance(node.get("field"), str) and node["field"]:
            yield node["field"]
        repeated = node.get("repeat")
        for names in repeated.values() if isinstance(repeated, Mapping) else [repeated]:
            yield from (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
        for step in steps_of(node):
            for key in _INPUTS:
                names = step.get(key)
                yield from (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
                yield from [names] if isinstance(names, str) else ()
        for key in _EXPRESSIONS:
            if isinstance(node.get(key), str):
                yield from map(vega_field, _read(node[key]))
