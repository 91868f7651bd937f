"""A chart in words: which data it is of, what stands for what, and what was computed before it is drawn (LIDA)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.facts import known
from observatory.insight.ground import is_plain
from observatory.insight.meanings import is_personal
from observatory.insight.prompts import fill
from observatory.insight.symbols import spots
from observatory.insight.wording import AGGREGATES, MARKS, number_words
from observatory.insight.words import STOP, stem, vocabulary
from observatory.model import TIME_UNITS, Explanation, FieldProfile, Profile
from observatory.quoting import vega_name

if TYPE_CHECKING:
    from observatory.llm import LLM

_CHANNELS = {
    "x": "the place from left to right", "y": "the height", "color": "the colour", "size": "the size",
    "shape": "the shape", "theta": "the angle", "opacity": "how solid it is", "row": "the row of panels",
    "column": "the column of panels", "facet": "the panel", "xOffset": "the place within a group",
    "yOffset": "the place within a group", "text": "the text", "detail": "which rows belong together",
    "order": "the order", "strokeDash": "the dashes", "latitude": "the latitude", "longitude": "the longitude",
    "radius": "the distance from the centre", "fill": "the colour", "stroke": "the colour of the outline",
}  # fmt: skip
_MARKS = {"bar": "bar", "line": "line", "area": "area", "point": "point", "circle": "point", "square": "point",
          "arc": "slice", "rect": "cell", "tick": "tick", "rule": "line", "text": "word", "boxplot": "box"}  # fmt: skip
_STEPS = {
    "calculate": "a new value is computed for each row", "aggregate": "the rows are summed up by group",
    "bin": "numbers are put into bins", "timeUnit": "times are cut to their unit", "fold": "fields become rows",
    "window": "rows are compared with those beside them", "joinaggregate": "groups are summed up beside each row",
    "stack": "values are stacked", "impute": "gaps are filled", "regression": "a trend line is fitted",
    "loess": "a smooth curve is fitted", "density": "a density is estimated", "quantile": "quantiles are taken",
    "sample": "a sample of rows is drawn", "lookup": "values are looked up", "pivot": "rows become fields",
}  # fmt: skip
_WORDS = vocabulary("chart graph plot shows show shown displays display compares how each across axis along different")


def explain_chart(spec: Mapping[str, Any], profile: Profile, llm: LLM | None = None) -> Explanation:
    """The data, encodings and transformation of any Vega-Lite chart in words; the model rewords what can be checked.

    >>> spec = {"mark": "bar", "encoding": {"x": {"field": "class"}, "y": {"field": "fare", "aggregate": "mean"}}}
    >>> found = explain_chart(spec, Profile(891, ()))
    >>> found.transformation
    'Rows are grouped by class, and of each group the mean of fare is taken.'
    """
    units = list(_units(spec))
    shown = [(channel, d) for unit in units for channel, d in unit["encoding"].items() if _is_shown(d)]
    shown = list({json.dumps([c, d], sort_keys=True, default=str): (c, d) for c, d in shown}.values())
    data = _data(units, shown, profile)
    encodings, transformation = _encodings(units), _transformation(units, shown)
    text, dropped = " ".join((data, encodings, transformation)), 0
    if llm is not None and shown:
        words, dropped = _reworded(llm, (data, encodings, transformation), shown, profile)
        text = words or text
    return Explanation(data, encodings, transformation, text, dropped)


def _units(spec: Mapping[str, Any], above: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Every part of a chart that has a mark, with the encoding, the transforms and the facets it stands under."""
    above = above or {"encoding": {}, "transform": []}
    facet = spec.get("facet")
    facets = {"facet": facet} if isinstance(facet, Mapping) and "field" in facet else dict(facet or {})
    own = {
        "encoding": {**above["encoding"], **facets, **(spec.get("encoding") or {})},
        "transform": [*above["transform"], *(spec.get("transform") or [])],
    }
    inner = [part for key in ("layer", "concat", "hconcat", "vconcat") for part in spec.get(key) or []]
    inner += [spec["spec"]] if isinstance(spec.get("spec"), Mapping) else []
    for part in inner:
        yield from _units(part, own)
    if "mark" in spec:
        mark = spec["mark"]
        yield {"mark": mark["type"] if isinstance(mark, Mapping) else mark, **own}


def _is_shown(definition: Any) -> bool:
    return isinstance(definition, Mapping) and ("field" in definition or "aggregate" in definition)


def _name(definition: Mapping[str, Any]) -> str | None:
    field = definition.get("field")
    return vega_name(field) if isinstance(field, str) else None


def _data(units: Sequence[Mapping[str, Any]], shown: Sequence[tuple[str, Any]], profile: Profile) -> str:
    names = list(dict.fromkeys(name for _, d in shown if (name := _name(d)) is not None))
    fields = {f.name: f for f in profile.fields}
    told = [_told(fields[n]) if n in fields else f"{n}, which is computed" for n in names]
    filters = [t["filter"] for unit in units for t in unit["transform"] if isinstance(t, Mapping) and "filter" in t]
    kept = list(dict.fromkeys(_condition(f) for f in filters))
    rows = f"It is drawn from {'the rows where ' + ' and '.join(kept) if kept else f'all {profile.n_rows:,} rows'}."
    return f"{rows} It shows {_listed(told)}." if told else rows


def _told(field: FieldProfile) -> str:
    missing = f", missing in {field.missing:,} row{'' if field.missing == 1 else 's'}" if field.missing else ""
    if field.type == "temporal" and field.min is not None:
        return f"{field.name} (times from {str(field.min)[:10]} to {str(field.max)[:10]}{missing})"
    if field.role == "time" and field.min is not None:
        return f"{field.name} (from {field.min} to {field.max}{missing})"
    if field.type == "quantitative" and isinstance(field.min, (int, float)) and isinstance(field.max, (int, float)):
        return f"{field.name} (numbers from {number_words(field.min)} to {number_words(field.max)}{missing})"
    return f"{field.name} (a category with {field.distinct:,} value{'' if field.distinct == 1 else 's'}{missing})"


_SIGNS = {"equal": "is", "lt": "is below", "lte": "is at most", "gt": "is above", "gte": "is at least"}


def _condition(filter: Any) -> str:
    if isinstance(filter, str):
        return f"“{filter}” holds"
    if not isinstance(filter, Mapping):
        return "a selection says so"
    for word, joint in (("and", " and "), ("or", " or ")):
        if word in filter:
            return joint.join(map(_condition, filter[word]))
    if "not" in filter:
        return f"it is not so that {_condition(filter['not'])}"
    name = _name(filter) or "a value"
    if "range" in filter and isinstance(filter["range"], Sequence):
        return f"{name} is between {' and '.join(map(str, filter['range']))}"
    if "oneOf" in filter:
        return f"{name} is {' or '.join(map(str, filter['oneOf'][:5]))}"
    if "valid" in filter:
        return f"{name} is {'known' if filter['valid'] else 'missing'}"
    sign = next((s for s in _SIGNS if s in filter), None)
    return f"{name} {_SIGNS[sign]} {filter[sign]}" if sign else "a selection says so"


def _encodings(units: Sequence[Mapping[str, Any]]) -> str:
    sentences = []
    for unit in units:
        shown = [(c, d) for c, d in unit["encoding"].items() if _is_shown(d) and c in _CHANNELS]
        told = [f"{_place(str(unit['mark']), c, d)} stands for {_what(d)}" for c, d in shown]
        kind = _MARKS.get(str(unit["mark"]), "mark")
        article = "an" if kind[0] in "aeiou" else "a"
        sentences.append(f"Of {article} {kind}, {_listed(told)}." if told else f"It draws {article} {kind}.")
    return " ".join(dict.fromkeys(sentences))


def _place(mark: str, channel: str, definition: Mapping[str, Any]) -> str:
    """What of a mark a channel sets: of bars the measured side is their length."""
    if channel in ("x", "y") and mark in ("bar", "area") and definition.get("aggregate"):
        return "the length" if mark == "bar" else "the height"
    if channel == "y" and definition.get("type") in ("nominal", "ordinal"):
        return "the place from top to bottom"
    return _CHANNELS[channel]


def _what(definition: Mapping[str, Any]) -> str:
    name, aggregate = _name(definition), definition.get("aggregate")
    if aggregate == "count" or name is None:
        return "the number of rows"
    if isinstance(aggregate, str):
        return f"the {AGGREGATES.get(aggregate, aggregate)} of {name}"
    if definition.get("bin"):
        return f"{name} in bins"
    unit = definition.get("timeUnit")
    return f"the {TIME_UNITS.get(str(unit), 'time unit')} of {name}" if unit else name


def _transformation(units: Sequence[Mapping[str, Any]], shown: Sequence[tuple[str, Any]]) -> str:
    measured = list(dict.fromkeys(_what(d) for _, d in shown if d.get("aggregate")))
    groups = list(dict.fromkeys(_what(d) for c, d in shown if not d.get("aggregate") and c != "order"))
    steps = [t for unit in units for t in unit["transform"] if isinstance(t, Mapping)]
    done = list(dict.fromkeys(words for t in steps for key, words in _STEPS.items() if key in t))
    first = f"First, {_listed(done)}. " if done else ""
    if not measured:
        return first + ("Nothing is summed up: each row is drawn as it is." if shown else "Nothing is computed.")
    of = f"of each group {_listed(measured)} {'is' if len(measured) == 1 else 'are'} taken"
    grouped = (
        f"Rows are grouped by {_listed(groups)}, and {of}." if groups else f"Of all rows, {_listed(measured)} is taken."
    )
    order = next(
        (d["sort"] for _, d in shown if isinstance(d.get("sort"), str) and d["sort"].lstrip("-") in _CHANNELS), ""
    )
    return (
        first
        + grouped
        + (f" They are sorted from {'high to low' if order[0] == '-' else 'low to high'}." if order else "")
    )


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


# ── the model ────────────────────────────────────────────────────────────────────────────────────

_SENTENCES = {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "maxLength": 200}}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"sentences": _SENTENCES},
    "required": ["sentences"],
    "additionalProperties": False,
}


def _reworded(llm: LLM, parts: Sequence[str], shown: Sequence[tuple[str, Any]], profile: Profile) -> tuple[str, int]:
    """The model's sentences that say no more than the rules do, and how many did; nothing where it fails."""
    fields = [f for f in profile.fields if f.name in {_name(d) for _, d in shown}]
    if any(map(is_personal, fields)) or not all(is_plain(f.name) for f in fields):
        return "", 0
    lines = "\n".join(json.dumps(part, ensure_ascii=False) for part in parts[1:])
    messages = [
        {"role": "system", "content": fill("explain_system")},
        {"role": "user", "content": fill("data", data=lines) + "\n" + fill("explain_task")},
    ]
    try:
        said = json.loads(llm.complete(messages, schema=_SCHEMA, max_tokens=120))["sentences"]
    except (LLMError, ValueError, KeyError, TypeError):
        return "", 0
    said = [" ".join(str(s).split()) for s in said] if isinstance(said, list) else []
    kept = [s for s in said if _says_the_same(s, parts, shown, profile)]
    return " ".join(kept), len(said) - len(kept)


def _says_the_same(text: str, parts: Sequence[str], shown: Sequence[tuple[str, Any]], profile: Profile) -> bool:
    """Whether a sentence names fields of the chart, no other ones, and has no word that the rules do not use."""
    if not is_plain(text) or not 10 <= len(text) <= 240 or re.search(r"\d", text):
        return False
    own = {_name(d) for _, d in shown} - {None}
    named = {s.field for s in spots(text, known(profile)) if s.item is None}
    if not named or not named <= own:
        return False
    aggregates = {AGGREGATES.get(str(d.get("aggregate")), "") for _, d in shown}
    for word in ("mean", "average", "median", "total", "lowest", "highest"):
        if re.search(rf"\b{word}\b", text, re.IGNORECASE) and {"average": "mean"}.get(word, word) not in aggregates:
            return False
    allowed = {stem(w) for part in (*parts, *MARKS.values()) for w in re.findall(r"[^\W\d_]+", part)}
    allowed |= {stem(w) for w in STOP | _WORDS} | {stem("average")}
    said = {stem(w) for w in re.findall(r"[^\W\d_]+", text)}
    return said <= allowed and not {"left", "height", "colour", "axis"} & said
