"""The model's part in a question: a wish bound to a schema, joined to what the rules read and checked by it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMInvalidReply
from observatory.insight.conditions import Op, comparable, predicate
from observatory.insight.prompts import fill
from observatory.insight.rules import Reading
from observatory.insight.sheet import Sheet, sheet
from observatory.insight.words import number, tokens
from observatory.model import FieldProfile, Filter, Profile, Wish, WishedField

if TYPE_CHECKING:
    from observatory.llm import LLM

CHARTS = {
    "bar chart": "bar",
    "line chart": "line",
    "scatter plot": "point",
    "pie chart": "arc",
    "histogram": "histogram",
    "box plot": "boxplot",
    "heat map": "rect",
    "area chart": "area",
}
_MEASURES = {"average of": "mean", "total of": "sum", "highest": "max", "lowest": "min"}
_UNITS = {"year of": "year", "month of": "yearmonth"}
_OPS: dict[str, Op | None] = {
    "equal to": "equal",
    "more than": "gt",
    "at least": "gte",
    "less than": "lt",
    "at most": "lte",
}
_SORTS = ("none", "x ascending", "x descending", "y ascending", "y descending")
_COUNT = "number of rows"


def ask_model(llm: LLM, profile: Profile, question: str) -> tuple[Wish, int]:
    """The model's own wish, and how many fields it was not shown; raises LLMError."""
    known = sheet(profile, question)
    words = _shown_words(known)
    messages = [
        {"role": "system", "content": fill("wish_system")},
        {
            "role": "user",
            "content": fill("data", data=known.text)
            + "\n"
            + fill("wish_task", question=json.dumps(question[:500], ensure_ascii=False)),
        },
    ]
    reply = llm.complete(messages, schema=schema(known), max_tokens=160)
    return _wish(reply, known, words), known.n_left_out


def schema(known: Sheet) -> dict[str, Any]:
    """The JSON schema of a reply: every name in it is a field of the table.

    >>> field = FieldProfile("Fare", "quantitative", "measure", "DOUBLE", 0, 9)
    >>> schema(Sheet({"Fare": field}, ""))["properties"]["y"]["enum"]
    ['Fare', 'number of rows', 'average of Fare', 'total of Fare', 'highest Fare', 'lowest Fare']
    """
    labels = list(known.labels)
    shown = list(_shown_words(known))
    condition = {
        "field": {"enum": labels},
        "is": {"enum": list(_OPS)},
        "value": {"type": "string", "maxLength": 40},
    }
    properties = {
        "filters": {"type": "array", "maxItems": 2, "items": _object(condition)},
        "chart": {"enum": list(CHARTS)},
        "x": {"enum": shown},
        "y": {"enum": shown},
        "color": {"enum": ["none", *labels]},
        "sort": {"enum": list(_SORTS)},
        "top": {"enum": [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20]},
    }
    return _object(properties)


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _shown_words(known: Sheet) -> dict[str, WishedField]:
    """What may stand on an axis, in words, and what the words mean."""
    found = {label: WishedField(field.name) for label, field in known.fields.items()}
    found[_COUNT] = WishedField(None, "count")
    for label, field in known.fields.items():
        if field.type == "quantitative" and field.role != "identifier":
            found |= {f"{words} {label}": WishedField(field.name, name) for words, name in _MEASURES.items()}
        if field.type == "temporal":
            found |= {f"{words} {label}": WishedField(field.name, None, None, unit) for words, unit in _UNITS.items()}
    return found


def _wish(reply: str, known: Sheet, words: Mapping[str, WishedField]) -> Wish:
    try:
        said = json.loads(reply)
        x, y, colour = words[said["x"]], words[said["y"]], said["color"]
        mark, sort = CHARTS[said["chart"]], said["sort"]
        filters = tuple(f for item in said["filters"] if (f := _filter(item, known)) is not None)
        limit = int(said["top"]) or None
        split = () if colour == "none" else (WishedField(known.fields[colour].name, channel="color"),)
    except (ValueError, KeyError, TypeError) as exc:
        raise LLMInvalidReply("The model's answer is not a chart.", "Ask again in other words.") from exc
    fields = tuple(dict.fromkeys((x, y))) + tuple(s for s in split if s.field not in (x.field, y.field))
    if mark == "histogram":
        first = next((f for f in (x, y) if f.field is not None), x)
        fields, mark = (WishedField(first.field, None, True), WishedField(None, "count")), "bar"
    direction = None if sort == "none" else sort.split()[1]
    sort_by = None if direction is None else "dimension" if sort.startswith("x") else "measure"
    return Wish(fields, mark, None, filters, direction, limit, sort_by)  # type: ignore[arg-type]


def _filter(item: Mapping[str, str], known: Sheet) -> Filter | None:
    field, value = known.fields[item["field"]], str(item["value"])
    op = _OPS[item["is"]] or "equal"
    if op == "equal":
        same = [t.value for t in field.top if str(t.value).lower() == value.lower()]
        if same:
            return Filter(field.name, "equal", same[0])
    return predicate(field, op, [value]) if comparable(field, [value]) and number(value) is not None else None


def join(own: Wish, reading: Reading, question: str, profile: Profile) -> Wish:
    """The model's wish where the question leaves room, the rules' reading where its words are plain.

    What the question says outright (a field by its name, a chart, an order, a number of rows, a condition) is
    taken from the rules. Of the model's, a condition stays only if its value is in the question and its field is
    not one to group by, and a field only next to one that the question names.
    """
    read = reading.wish
    grouped = {f.field for f in read.fields}
    filters = list(read.filters)
    if not filters:
        filters += [f for f in own.filters if f.field not in grouped and _is_said(f, question, profile)]
        filters += [f for f in own.filters if f.field in grouped and _is_range(f) and _is_said(f, question, profile)]
    return replace(read, fields=_fields(own, reading), mark=read.mark or own.mark, filters=tuple(filters))


def _is_range(filter: Filter) -> bool:
    return filter.op not in ("equal", "oneOf")


def _fields(own: Wish, reading: Reading) -> tuple[WishedField, ...]:
    """The rules' fields; the model's where it keeps them and adds what an open question asks for."""
    named = {f.field for f in reading.wish.fields if f.field is not None}
    proposed = {f.field for f in own.fields if f.field is not None}
    adds = reading.is_open and named < proposed and len(own.fields) <= 3
    return own.fields if adds else reading.wish.fields


def _is_said(filter: Filter, question: str, profile: Profile) -> bool:
    """Whether the value of a condition is in the question."""
    said = {t.lower for t in tokens(question)}
    values: Sequence[Any] = filter.value if isinstance(filter.value, list) else [filter.value]
    numbers = {number(word) for word in said}
    field: FieldProfile = profile.field(filter.field)
    if field.type == "temporal":
        return all(str(v)[:4] in question for v in values)
    return all(
        str(v).lower() in question.lower() if isinstance(v, str) else float(v) in numbers
        for v in values
        if v is not None
    )
