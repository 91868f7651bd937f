"""The model's part in a question: a wish bound to a schema, whose names are fields of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMInvalidReply
from observatory.insight.conditions import Op, comparable, predicate
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, sheet
from observatory.insight.words import number
from observatory.model import Filter, Profile, Wish, WishedField

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

    >>> from observatory.model import FieldProfile
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
