"""From a sentence to a wish by rules alone: what works without a model, and checks it where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from observatory.insight import clauses
from observatory.insight.assemble import asks_share, assemble
from observatory.insight.calculations import calculated
from observatory.insight.conditions import Condition, comparisons
from observatory.insight.contrast import beyond_others, contrasted
from observatory.insight.entities import counted_nouns, standing_for_rows, without_names, without_own
from observatory.insight.implied import compared_values, completed, readable, related, shown_after_all, wide
from observatory.insight.language import beyond, no_answer
from observatory.insight.linking import Mention, ValueMention, field_mentions, value_mentions
from observatory.insight.restating import in_its_words, season_note
from observatory.insight.terms import (
    AGGREGATES,
    SUPERLATIVES,
    Term,
    entity_words,
    grouped,
    is_aggregate,
    is_time,
    terms,
)
from observatory.insight.values import equalities, memberships, misspelt, outcomes, parts_of_values, patterns, presences
from observatory.insight.words import Token, alike, dated, is_aside, name_words, nearest, tokens, vocabulary
from observatory.insight.world import restated
from observatory.model import Filter, Profile, Wish

NOT_USED = "Not used of the question:"
_GROUP_SLOT = re.compile(r"\b(?:by|per|for each|each|across)\s+(?:the\s+)?([^\W\d_]{3,})", re.IGNORECASE)

_SHOWN = vocabulary("average mean total by per each distribution maximum minimum number many count")
_NO_GROUP = vocabulary(
    "time year month day week weekday hour the using means row other one how its number count average mean total sum "
    "maximum minimum descending ascending order name names each every person people group side"
)


@dataclass(frozen=True)
class Reading:
    """A wish, the words nothing was made of, what to warn of, and which parts the question says outright.

    `is_open`: the question asks for an average, a total or an extreme of something that the rules could not find.
    `is_measured`: the question says what to measure, be it the number of rows; else rows are counted by default.
    `lost` are the unread words that mean something.
    """

    wish: Wish
    unread: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()
    is_open: bool = False
    is_measured: bool = False
    lost: tuple[str, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether the question names anything in the data."""
        return bool(self.wish.fields)


def read(question: str, profile: Profile) -> Reading:
    """What a question asks for, by its words.

    >>> from observatory.model import FieldProfile
    >>> fields = (FieldProfile("Fare", "quantitative", "measure", "DOUBLE", 0, 248, 0.0, 512.3),
    ...           FieldProfile("Pclass", "ordinal", "dimension", "BIGINT", 0, 3))
    >>> wish = read("Bar chart of the average fare by class, from high to low", Profile(891, fields)).wish
    >>> [(f.field, f.aggregate) for f in wish.fields], wish.mark, wish.sort
    ([('Pclass', None), ('Fare', 'mean')], 'bar', 'descending')
    """
    if no_answer(question):
        return Reading(Wish(), warnings=(no_answer(question),))
    spoken = restated(dated(" ".join(question.split())), profile)
    text = in_its_words(spoken, profile)
    words = tokens(text)
    mark, order, limit = clauses.mark(text, words), clauses.order(text, words), clauses.limit(text, words)
    taken = _union(mark.tokens if mark else None, order.tokens if order else None, limit[2] if limit else None)
    mentions = field_mentions(words, profile, taken)
    text, words = without_names(text, words, mentions)
    mentions, conditions = _conditions(text, words, mentions, profile, taken)
    used = taken.union(*(c.tokens for c in conditions)) if conditions else taken
    limit = limit or _who(words)
    ranked = limit is not None or clauses.superlative(text) is not None
    found = terms(text, words, mentions, profile, used, ranked=ranked)
    order, sort_term = _resolve(order, words, profile)
    wish, problems = assemble(text, found, mark.value if mark else None, order, sort_term, limit, profile)
    filters = _alternatives(tuple(c.filter for c in conditions if c.filter is not None))
    warnings = (
        *filter(None, [beyond(text), season_note(spoken, profile)]),
        *(c.problem for c in conditions if c.problem),
        *problems,
        *_either(words, conditions),
        *_not_shown(found, wish, problems),
        *_unknown(text, words, mentions, used, profile),
    )
    said = {name for name, part in (("mark", mark), ("sort", order), ("limit", limit)) if part is not None}
    said |= {"filters"} if filters else set()
    unread = tuple(entity_words(words, mentions, used))
    wish = wide(wish, text, profile)
    read = compared_values(replace(related(text, wish, found), filters=filters))
    read = completed(text, read, profile)
    wish = calculated(text, words, read, found, profile)
    wish = readable(text, read) if wish == read else wish
    used_names = fields_of(wish)
    warnings = tuple(w for w in warnings if not shown_after_all(w, used_names))
    lost = _lost(unread, warnings, used_names)
    told = lost if used_names else tuple(w for w in lost if w.lower() not in counted_nouns(text))
    warnings = (*warnings, *([not_used(told)] if told and wish.fields else []))
    measured = wish.task in ("distribution", "part") or any(f.calculation for f in wish.fields)
    measured = measured or any(t.measured for t in found) or not found
    return Reading(
        wish, unread, tuple(dict.fromkeys(warnings)), frozenset(said), _is_open(words, found), measured, lost
    )


def _alternatives(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Two values of one field, which no row has both: rows with either."""
    found: dict[tuple[str, object], Filter] = {}
    for condition in filters:
        is_equal = condition.op == "equal" and not condition.negated
        key = (condition.field, None if is_equal else id(condition))
        known = found.get(key)
        values = [] if known is None else known.value if isinstance(known.value, list) else [known.value]
        several = [*values, condition.value] if condition.value not in values else values
        found[key] = replace(condition, op="oneOf", value=several) if len(several) > 1 else condition
    return tuple(found.values())


def _who(words: Sequence[Token]) -> tuple[int, clauses.Direction, frozenset[int]] | None:
    """“Who was the oldest passenger?”: the ten rows at that end, by what they are called."""
    if not words or words[0].lower != "who":
        return None
    ends = {t.lower for t in words} & SUPERLATIVES
    low = bool(ends & AGGREGATES["min"])
    return (10, "ascending" if low else "descending", frozenset()) if ends else None


def fields_of(wish: Wish) -> set[str]:
    """The names of all fields that a wish shows, computes with or filters by."""
    made = [f.calculation for f in wish.fields if f.calculation is not None]
    names = [f.field for f in wish.fields] + [c.other for c in made] + [c.part.field for c in made if c.part]
    return {name for name in names if name is not None} | {f.field for f in wish.filters}


def _not_shown(found: Sequence[Term], wish: Wish, problems: Sequence[str]) -> list[str]:
    """Fields that the question names and the wish has lost."""
    kept = {f.field for f in wish.fields}
    lost = list(dict.fromkeys(t.field.name for t in found if t.field is not None and t.field.name not in kept))
    lost = [name for name in lost if not any(name in p for p in problems)]
    return [f"Not shown, to keep it one chart: {', '.join(lost)}."] if lost and kept else []


def _lost(unread: Sequence[str], warnings: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """The words of which nothing was made, but for those that stand for the rows or say how to show them."""
    lost = [w for w in dict.fromkeys(unread) if not is_aside(w) and not any(f"“{w}”" in said for said in warnings)]
    parts = {part for name in names for part in name_words(name)}
    return tuple(w for w in lost if w not in names and not any(alike(w, part) for part in parts))


def not_used(words: Sequence[str]) -> str:
    """The sentence that says which words a question lost.

    >>> not_used(("rich", "famous"))
    'Not used of the question: “rich”, “famous”.'
    """
    return f"{NOT_USED} {', '.join(f'“{w}”' for w in words[:6])}."


def _is_open(words: Sequence[Token], found: Sequence[Term]) -> bool:
    measured = any(t.measured for t in found)
    return not measured and any(is_aggregate(t.text) for t in words)


def _union(*parts: frozenset[int] | None) -> frozenset[int]:
    return frozenset[int]().union(*(p for p in parts if p is not None))


def _conditions(
    text: str, words: Sequence[Token], mentions: list[Mention], profile: Profile, taken: frozenset[int]
) -> tuple[list[Mention], list[Condition]]:
    """The conditions, and the mentions that are left once those that only serve a condition are gone."""
    strong = _union(taken, *(frozenset(range(m.start, m.end)) for m in mentions if m.coverage > 0.99))
    values = without_own(words, value_mentions(words, profile, strong), mentions)
    covered = {i for v in values for i in range(v.start, v.end)}
    mentions = [m for m in mentions if not covered & set(range(m.start, m.end))]
    is_grouped = any(grouped(words, m) and not is_time(m.field) for m in mentions)
    groups = contrasted(text, words, values, is_grouped=is_grouped)
    shown, values = _parts(text, mentions, values, groups)
    compared_fields = {m.field.name for m in groups}
    conditions = [_compared(text, m, [v for v in values if v.field is m.field]) for m in groups]
    conditions += memberships(text, words, [v for v in values if v.field.name not in compared_fields])
    conditions += _quoted(words, mentions, taken | covered)
    conditions += patterns(text, words, mentions) + presences(text, words, mentions) + outcomes(words, mentions)
    compared = comparisons(text, words, mentions, profile, _union(taken, *(c.tokens for c in conditions)))
    conditions += compared
    conditions += equalities(words, mentions, _union(taken, *(c.tokens for c in conditions)))
    named = _union(*(frozenset(range(m.start, m.end)) for m in mentions))
    named = _union(taken, named, frozenset(covered), *(c.tokens for c in conditions))
    conditions += parts_of_values(text, words, mentions, profile, named)
    conditions += misspelt(words, profile, _union(named, *(c.tokens for c in conditions)))
    serving = _serving(words, mentions, conditions)
    rows = standing_for_rows(words, mentions, profile)
    left = [m for m in mentions if m not in serving and m not in rows and (not m.weak or grouped(words, m))]
    left = [m for m in left if m.field.name not in compared_fields or grouped(words, m)]
    left += [m for m in (*groups, *shown) if all(m.field is not other.field for other in left)]
    return sorted(left, key=lambda m: m.start), conditions


def _parts(
    text: str, mentions: Sequence[Mention], values: Sequence[ValueMention], groups: Sequence[Mention]
) -> tuple[list[Mention], list[ValueMention]]:
    """“what share of women work in Sales”: the field of the last value is shown, as no other is named."""
    free = [v for v in values if all(v.field is not m.field for m in groups)]
    if (
        not free
        or groups
        or _GROUP_SLOT.search(text)
        or not asks_share(text)
        or any(not m.weak and m.field is not free[-1].field and m.field.role != "measure" for m in mentions)
    ):
        return [], list(values)
    last = free[-1]
    shown = Mention(last.field, last.start, last.end, 1.0, 1, contrast=True)
    return [shown], [v for v in values if v.field is not last.field]


def _either(words: Sequence[Token], conditions: Sequence[Condition]) -> list[str]:
    """Conditions on different fields with an “or” between them, which are both asked of a row here."""
    found = []
    said = [(min(c.tokens), max(c.tokens), c.filter.field) for c in conditions if c.filter is not None and c.tokens]
    for i in (i for i, token in enumerate(words) if token.lower == "or"):
        before = [name for _, last, name in said if 0 < i - last <= 3]
        after = [name for first, _, name in said if 0 < first - i <= 4]
        if before and after and before[-1] != after[0]:
            found.append(f"The “or” between {before[-1]} and {after[0]} is read as “and”: rows must meet both.")
    return found


def _compared(text: str, group: Mention, said: Sequence[ValueMention]) -> Condition:
    """Of groups that stand in a row, those; of some that are more or less than others, all."""
    span = frozenset(i for v in said for i in range(v.start, v.end))
    values = list(dict.fromkeys(v.value for v in said))
    some = 1 < len(values) < group.field.distinct and not beyond_others(text)
    return Condition(Filter(group.field.name, "oneOf", values) if some else None, span)


def _quoted(words: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int]) -> list[Condition]:
    """A quoted text that is no known value, after a field that has more values than the profile lists."""
    found = []
    for i, token in enumerate(words):
        if token.kind != "quoted" or i in taken or any(m.start <= i < m.end for m in mentions):
            continue
        before = [m for m in mentions if m.end <= i and i - m.end <= 3 and m.field.type in ("nominal", "ordinal")]
        if before and len(before[-1].field.top) < before[-1].field.distinct:
            found.append(Condition(Filter(before[-1].field.name, "equal", token.text), frozenset({i})))
        else:
            said = f"No field has the value “{token.text}”, so nothing was left out for it."
            found.append(Condition(None, frozenset({i}), said))
    return found


def _serving(words: Sequence[Token], mentions: Sequence[Mention], conditions: Iterable[Condition]) -> list[Mention]:
    """Mentions that only say what a condition is about, such as “status” in “in Cancelled status”."""
    found = []
    for condition in conditions:
        first, last = min(condition.tokens), max(condition.tokens)
        for mention in mentions:
            about = condition.filter is not None and mention.field.name == condition.filter.field
            if mention in found or (not about and not (mention.end == first and words[first].kind == "quoted")):
                continue
            inside = first <= mention.start <= last
            before = 0 <= first - mention.end <= 3 and not _shown(words, mention)
            after = mention.start - last == 1
            if inside or before or after:
                found.append(mention)
    return found


def _shown(words: Sequence[Token], mention: Mention) -> bool:
    """Whether the words before a mention ask for it to be shown, so that it is more than the subject of a condition."""
    before = {t.lower for t in words[max(0, mention.start - 4) : mention.start]}
    return bool(_SHOWN & before)


def _resolve(
    order: clauses.Order | None, words: Sequence[Token], profile: Profile
) -> tuple[clauses.Order | None, Term | None]:
    """Links the words of a sort clause to a field, or to the dimension where they are “names”."""
    if order is None or order.target in ("x", "y"):
        return order, None
    inside = sorted(order.tokens)
    span = words[inside[0] : inside[-1] + 1] if inside else ()
    named = [m for m in field_mentions(span, profile) if m.coverage > 0.49]
    if named and order.target != "measure":
        return replace(order, target="field"), Term(named[-1].field, None, inside[0] + named[-1].start)
    if order.target == "" and any(
        t.lower in ("name", "names", "label", "labels", "category", "categories") for t in span
    ):
        return replace(order, target="dimension"), None
    return replace(order, target=order.target or "measure"), None


def _unknown(
    text: str, words: Sequence[Token], mentions: Sequence[Mention], used: frozenset[int], profile: Profile
) -> list[str]:
    """Words after “by” or “each” that name no field, with the names nearest to them."""
    found = []
    for match in _GROUP_SLOT.finditer(text):
        at = next((i for i, t in enumerate(words) if t.start == match.start(1)), None)
        if at is None or at in used or any(m.start - 2 <= at < m.end for m in mentions):
            continue
        word = match[1]
        if any(alike(word, part) for f in profile.fields for part in name_words(f.name)) or not word.islower():
            continue
        close = nearest(word, [f.name for f in profile.fields])
        hint = f" The nearest: {', '.join(close)}." if close else ""
        if word not in _NO_GROUP:
            found.append(f"No field is called “{word}”.{hint}")
    return found
