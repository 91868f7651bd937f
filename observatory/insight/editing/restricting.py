"""Which rows an instruction speaks of: conditions that it puts, lifts, or sets against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from observatory.insight.conditions import comparisons
from observatory.insight.editing.phrases import blank
from observatory.insight.linking import Mention, ValueMention, field_mentions, value_mentions
from observatory.insight.values import equalities, memberships, patterns
from observatory.insight.wording import channels
from observatory.insight.words import Token, tokens
from observatory.model import ChartEdit, Filter, Profile

_AWAY = (
    r"(?:remove|drop|delete|without|no(?:\s+more)?|hide|exclud\w*|except(?:\s+for)?|leave\s+out|leaving\s+out|omit\w*"
    r"|ignor\w*|skip|not|minus|other\s+than|take\s+(?:away|out|off)|get\s+rid\s+of|undo|clear|reset|lift)"
)
_DET = (
    r"(?:\s+(?:the|a|an|each|every|their|its|different|all|values?|rows?|those|people|in|with|of|from|where|is))*\s*$"
)
LEFT_OUT = re.compile(rf"(?<!\w){_AWAY}{_DET}", re.IGNORECASE)
_UNFILTER = re.compile(
    rf"(?<!\w){_AWAY}\s+(?:the\s+|all\s+|any\s+|every\s+)*(?:filters?|filtering|conditions?|restrictions?)|\bunfilter(?:ed)?\b"
    r"|(?<!\w)(?:everyone|everybody|all\s+(?:the\s+)?(?:rows|data|people|passengers|records|years|of\s+it))(?:\s+again)?(?!\w)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?:show\s+|list\s+)?\b(?:all\s+of\s+them|all\s+(?:the\s+)?(?:groups|bars|values|categories)|them\s+all|not\s+(?:only|just)\s+the\s+(?:top|first)\s*\w*"
    rf"|{_AWAY}\s+(?:the\s+)?(?:limit|top\s+\w+|cut))(?!\w)",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    rf"(?<!\w){_AWAY}\s+(?:the\s+|all\s+|rows\s+with\s+|any\s+)*(?:missing|empty|blank|null|unknown|n/?a)s?(?:\s+(?:values?|rows?|ones?|data))?(?!\w)",
    re.IGNORECASE,
)
_COMPARE = re.compile(r"\bcompar\w*\b|\bversus\b|\bvs\.?(?!\w)|\bagainst\b", re.IGNORECASE)
_DECADE = re.compile(r"\b(?:in|only|during|from)?\s*(?:the\s+)?((?:1[5-9]|20)\d)0'?s\b", re.IGNORECASE)
_BARE_YEAR = re.compile(
    r"\b(?:only|just|for)\s+((?:1[5-9]|20)\d\d)\b(?!\s*(?:on|onwards?|or|to|-|and)\b)|\b((?:1[5-9]|20)\d\d)\s+only\b",
    re.IGNORECASE,
)
_NTH = r"(first|second|third|fourth|fifth|\d(?:st|nd|rd|th))"
_ORDINALS = re.compile(rf"\b{_NTH}\s+(and|or)\s+{_NTH}\s+([^\W\d_]+)", re.IGNORECASE)


@dataclass
class Named:
    """What was read so far: edits, sentences for what cannot be, and the text with the read parts blanked out."""

    left: str
    edits: list[ChartEdit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, start: int, end: int, *edits: ChartEdit) -> None:
        """Blank a part of the text and keep what it says."""
        self.left = blank(self.left, start, end)
        self.edits += edits


def restricted(text: str, profile: Profile, spec: Mapping[str, Any]) -> Named:
    """The conditions of a text, as edits of a chart, and what is left of it.

    >>> from observatory.model import FieldProfile
    >>> fields = (FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 90, 1.0, 80.0),)
    >>> restricted("only people older than 60", Profile(9, fields), {"mark": "bar"}).edits[0].filter
    Filter(field='age', op='gt', value=60, negated=False)
    """
    found = Named(_years(text))
    _lifted(found, profile, spec)
    _present(found, profile, spec)
    _rows(found, profile, spec)
    return found


def _years(text: str) -> str:
    """“the 1990s” and “only 2007” as the conditions that they are, and each ordinal with its noun."""
    text = _ORDINALS.sub(lambda m: f"{m[1]} {m[4]} {m[2]} {m[3]} {m[4]}", text)
    text = _DECADE.sub(lambda m: f"between {m[1]}0 and {m[1]}9", text)
    return _BARE_YEAR.sub(lambda m: f"in {m[1] or m[2]}", text)


def _lifted(found: Named, profile: Profile, spec: Mapping[str, Any]) -> None:
    while match := _UNFILTER.search(found.left):
        words = tokens(found.left)
        about = [m for m in field_mentions(words, profile) if 0 <= words[m.start].start - match.end() <= 8]
        inside = [m for m in field_mentions(tokens(match[0]), profile) if m.coverage > 0.99]
        name = next((m.field.name for m in (*about, *inside)), None)
        found.take(
            match.start(), words[about[0].end - 1].end if about else match.end(), ChartEdit("unfilter", field=name)
        )
    if match := _ALL.search(found.left):
        op = "limit" if "observatory_rank" in str(spec.get("transform")) else "unfilter"
        found.take(match.start(), match.end(), ChartEdit(op))  # type: ignore[arg-type]


def _present(found: Named, profile: Profile, spec: Mapping[str, Any]) -> None:
    """Rows that lack a value left out; a value that is called so in the data is meant before that."""
    match = _PRESENT.search(found.left)
    words = tokens(found.left)
    if match is None or any(words[v.start].start >= match.start() for v in value_mentions(words, profile, frozenset())):
        return
    about = [m.field for m in field_mentions(words, profile)]
    shown = [profile.field(s.field) for s in channels(spec) if s.field in {f.name for f in profile.fields}]
    lacking = [f for f in (about[:1] or shown) if f.missing]
    found.take(match.start(), len(found.left) if about else match.end())
    found.edits += [ChartEdit("filter", filter=Filter(f.name, "valid", True)) for f in lacking]
    if not lacking:
        names = " and ".join(dict.fromkeys(f"“{f.name}”" for f in (about[:1] or shown))) or "this chart"
        found.problems.append(f"No value of {names} is missing in this table.")


def _rows(found: Named, profile: Profile, spec: Mapping[str, Any]) -> None:
    """Values and comparisons: which rows stay, which go, and which are set against each other."""
    words = tokens(found.left)
    mentions = field_mentions(words, profile)
    strong = frozenset(i for m in mentions if m.coverage > 0.99 for i in range(m.start, m.end))
    values = value_mentions(words, profile, strong)
    if values and _COMPARE.search(found.left):
        values = _against(found, words, values, spec)
    out = [v for v in values if LEFT_OUT.search(_before(found.left, words, v.start, values))]
    spent: set[int] = set()
    for name in dict.fromkeys(v.field.name for v in out):
        own = list(dict.fromkeys(v.value for v in out if v.field.name == name))
        made = Filter(name, "equal", own[0], True) if len(own) == 1 else Filter(name, "oneOf", own, True)
        found.edits.append(ChartEdit("filter", filter=made))
    kept = [v for v in values if v not in out]
    spent |= {i for v in values for i in range(v.start, v.end)}
    free = [m for m in mentions if not spent & set(range(m.start, m.end))]
    conditions = [*memberships(found.left, words, kept), *patterns(found.left, words, free)]
    taken = frozenset(spent).union(*(c.tokens for c in conditions))
    conditions += comparisons(found.left, words, free, profile, taken)
    conditions += equalities(words, free, taken.union(*(c.tokens for c in conditions)))
    for condition in conditions:
        found.edits += [ChartEdit("filter", filter=condition.filter)] if condition.filter else []
        found.problems += [condition.problem] if condition.problem else []
        spent |= condition.tokens
    about = {e.filter.field for e in found.edits if e.filter is not None}
    spent |= {i for m in free if m.field.name in about and _only_about(words, m, spent) for i in range(m.start, m.end)}
    for i in sorted(spent):
        found.left = blank(found.left, words[i].start, words[i].end)


def _before(text: str, words: Sequence[Token], start: int, values: Sequence[ValueMention]) -> str:
    """The text before a value, past further values that stand in one list with it."""
    i = start
    earlier = {j: v for v in values for j in range(v.start, v.end) if v.end <= start}
    while i > 0 and (i - 1 in earlier or words[i - 1].lower in ("and", "or", "nor")):
        i -= 1
    return text[: words[i].start].rstrip("\"'“ ") + " "


def _against(
    found: Named, words: Sequence[Token], values: list[ValueMention], spec: Mapping[str, Any]
) -> list[ValueMention]:
    """“compare that with men”: the groups side by side, with those that the chart is restricted to."""
    name, held = values[0].field.name, values[0].field
    said = list(dict.fromkeys(v.value for v in values if v.field.name == name))
    kept = [v for step in spec.get("transform") or () for v in _restricted(step, name)]
    wanted = list(dict.fromkeys([*kept, *said]))
    if len(wanted) < 2 and held.distinct > len(wanted) and not kept:
        wanted = []
    if not wanted or (
        set(wanted) >= {t.value for t in held.top if t.value is not None} and len(held.top) >= held.distinct
    ):
        found.edits += [ChartEdit("unfilter", field=name)] if kept else []
    else:
        found.edits.append(ChartEdit("filter", filter=Filter(name, "oneOf", wanted)))
    if name not in {s.field for s in channels(spec)}:
        found.edits.append(ChartEdit("color", field=name))
    for value in reversed([v for v in values if v.field.name == name]):
        found.left = blank(found.left, words[value.start].start, words[value.end - 1].end)
    return [v for v in values if v.field.name != name]


def _restricted(step: Any, name: str) -> list[Any]:
    """The values of a field that a step of a chart keeps."""
    kept = step.get("filter") if isinstance(step, Mapping) else None
    if not isinstance(kept, Mapping) or kept.get("field") != name:
        return []
    return [kept["equal"]] if "equal" in kept else list(kept.get("oneOf") or ())


def _only_about(words: Sequence[Token], mention: Mention, spent: set[int]) -> bool:
    """Whether a field is named only to say what a condition is about, such as “class” in “only first class”."""
    beside = mention.start - 1 in spent or mention.end in spent
    near = any(i in spent for i in range(mention.end, mention.end + 4))
    before = words[mention.start - 1].lower if mention.start else ""
    return (beside or near) and before not in ("by", "per", "each", "every")
