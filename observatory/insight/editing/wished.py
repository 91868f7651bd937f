"""The model's part in an edit, where the rules find nothing: changes bound to a schema of real fields and words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMInvalidReply
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, is_public, sheet
from observatory.insight.wish import CHARTS
from observatory.insight.wording import MARKS as MARK_WORDS
from observatory.insight.wording import channels, mark_of
from observatory.model import ChartEdit, Filter, Profile

if TYPE_CHECKING:
    from observatory.llm import LLM

_FIELD_OPS = {
    "group by": "group",
    "colour by": "color",
    "small charts by": "panels",
    "measure": "measure",
    "leave out": "drop",
}
_SUMMARIES = {
    "mean": "mean",
    "median": "median",
    "total": "sum",
    "lowest": "min",
    "highest": "max",
    "number of rows": "count",
}
_ORDERS = {"high to low": "descending", "low to high": "ascending", "alphabetical": "a-z"}
_LOOKS: Mapping[str, tuple[str, str | None]] = {
    "shares of the whole": ("stack", "normalize"),
    "side by side": ("stack", "none"),
    "horizontal": ("orient", "horizontal"),
    "logarithmic": ("scale", "log"),
    "axes swapped": ("swap", None),
    "all rows": ("unfilter", None),
}
_MOST, _VALUES = 2, 40


def ask_model(llm: LLM, profile: Profile, spec: Mapping[str, Any], instruction: str) -> tuple[ChartEdit, ...]:
    """The changes that the model reads in an instruction; raises LLMError."""
    known = sheet(profile, instruction)
    values = _values(known)
    task = fill("edit_task", chart=_chart(spec, known), instruction=json.dumps(instruction[:500], ensure_ascii=False))
    messages = [
        {"role": "system", "content": fill("edit_system")},
        {"role": "user", "content": fill("data", data=known.text) + "\n" + task},
    ]
    reply = llm.complete(messages, schema=schema(known, values), max_tokens=160)
    return edits_of(reply, known, values)


def _chart(spec: Mapping[str, Any], known: Sheet) -> str:
    """The chart in words, with the labels of fields that a prompt may name."""
    shown = [(s.channel, known.label(s.field) if s.field else "number of rows", s.aggregate) for s in channels(spec)]
    listed = "; ".join(
        f"{channel} {aggregate or ''} {json.dumps(label)}" for channel, label, aggregate in shown if label
    )
    return f"{MARK_WORDS.get(mark_of(spec), 'chart')}: {listed}"


def _values(known: Sheet) -> dict[str, tuple[str, Any]]:
    """Public values of the fields, by their words; one that two fields share is left out."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for field in known.fields.values():
        if field.type in ("nominal", "ordinal") and field.role not in ("identifier", "text") and field.distinct <= 60:
            for item in field.top[:6]:
                if item.value is not None and is_public(item.value):
                    found.setdefault(f"only {item.value}", []).append((field.name, item.value))
    return dict([(words, pairs[0]) for words, pairs in found.items() if len(pairs) == 1][:_VALUES])


def schema(known: Sheet, values: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    """The JSON schema of a reply: every field in it is one of the table, and every word is known."""
    what = ["kind of chart", "summary", "order", "looks", "rows", *_FIELD_OPS]
    to = ["none", *CHARTS, *_SUMMARIES, *_ORDERS, *_LOOKS, *values]
    change = {"what": {"enum": what}, "field": {"enum": ["none", *known.labels]}, "to": {"enum": to}}
    item = {"type": "object", "properties": change, "required": list(change), "additionalProperties": False}
    changes = {"changes": {"type": "array", "maxItems": _MOST, "items": item}}
    return {"type": "object", "properties": changes, "required": ["changes"], "additionalProperties": False}


def edits_of(reply: str, known: Sheet, values: Mapping[str, tuple[str, Any]]) -> tuple[ChartEdit, ...]:
    """The edits of a reply; a change whose words do not go together is left out. Raises LLMInvalidReply.

    >>> edits_of('{"changes":[{"what":"order","field":"none","to":"high to low"}]}', Sheet({}, ""), {})
    (ChartEdit(op='sort', value='descending', field=None, filter=None),)
    """
    try:
        said = [(str(c["what"]), str(c["field"]), str(c["to"])) for c in json.loads(reply)["changes"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise LLMInvalidReply("The model's answer is no change of a chart.", "Say it in other words.") from exc
    found = (_edit(what, known.fields.get(label), to, values) for what, label, to in said[:_MOST])
    return tuple(edit for edit in found if edit is not None)


def _edit(what: str, field: Any, to: str, values: Mapping[str, tuple[str, Any]]) -> ChartEdit | None:
    name = None if field is None else field.name
    if what in _FIELD_OPS:
        summary = _SUMMARIES.get(to) if what == "measure" else None
        return None if name is None else ChartEdit(_FIELD_OPS[what], summary, name)  # type: ignore[arg-type]
    if to in values:
        held, value = values[to]
        return ChartEdit("filter", filter=Filter(held, "equal", value))
    if to in CHARTS:
        return ChartEdit("mark", CHARTS[to])
    if to in _SUMMARIES:
        return ChartEdit("measure") if to == "number of rows" else ChartEdit("aggregate", _SUMMARIES[to])
    if to in _ORDERS:
        return ChartEdit("sort", _ORDERS[to])
    if to in _LOOKS:
        op, value = _LOOKS[to]
        return ChartEdit(op, value)  # type: ignore[arg-type]
    return None
