"""Questions about what the table does not hold of its rows: which fields lack values, how many, and in which groups."""

from __future__ import annotations

import re

from observatory.insight.linking import field_mentions
from observatory.insight.one_number import Count, InContext, telling
from observatory.insight.rules import Reading
from observatory.insight.wording import filter_words, number_words
from observatory.insight.words import tokens, vocabulary
from observatory.model import FieldProfile, Filter, Profile, Wish, WishedField

_LACKING = re.compile(
    r"\b(?:missing(?:ness)?|unknown|not\s+known|not\s+recorded|never\s+recorded|incomplete|blanks?|nulls?|nans?"
    r"|(?<!i\s)(?:do|did|does)(?:n['’]t|\s+(?:\w+\s+)?not)\s+(?:\w+\s+)?know"
    r"|(?:is|are|was|were)(?:n['’]t|\s+not)\s+(?:known|recorded|filled)"
    r"|(?:lacks?|lacking)(?=\s+(?:an?|the|their|any)\s)|empty\s+(?:cells?|values?|fields?)"
    r"|(?:is|are)\s+(?:the\s+|this\s+|our\s+|all\s+)*(?:data|table|file|records|rows|dataset)\s+complete)\b",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:ignor|exclud|omit|drop|remov|skip|without\s+(?:the\s+)?miss|leav\w+\s+out|except|not\s+(?:missing|null|empty))",
    re.IGNORECASE,
)
_SAID = vocabulary("missing unknown known know recorded incomplete complete affected lack lacks values")
_MOST_GROUPS, _MOST_NAMED = 12, 8
_ROWS = WishedField(None, "count")


def of_missing(question: str, reading: Reading, profile: Profile, count: Count | None) -> InContext | None:
    """The rows without a value, in words and as a chart; None for a question of something else.

    What is said comes from the profile, and from `count` for the groups and the rows that lack any value.

    >>> age = FieldProfile("age", "quantitative", "measure", "DOUBLE", 3, 9)
    >>> read = Reading(Wish((WishedField(None, "count"),)))
    >>> of_missing("Where are values missing?", read, Profile(12, (age,)), None).said
    'Of 1 field, 1 lacks values: age in 3 rows (25.0 %).'
    """
    found = None if _LEFT_OUT.search(question) else _LACKING.search(question)
    if found is None or _is_held(found[0], profile):
        return None
    field = _named(question, found, reading, profile)
    dims = tuple(f for f in reading.wish.fields if f.field and f.aggregate is None and _few(f.field, profile))
    dims = tuple(f for f in dims if field is None or f.field != field.name)[:1]
    others = tuple(f for f in reading.wish.filters if f.op != "valid")
    said = _of_all(profile, count) if field is None else _of_one(field, others, profile, count)
    most = field or max(profile.fields, key=lambda f: f.missing, default=None)
    if most is None or not profile.n_rows:
        return None
    if dims and most.missing and count is not None:
        said += _of_groups(profile.field(str(dims[0].field)), most, others, count)
    if not dims and (group := telling(profile, Wish((WishedField(most.name),), filters=others))) is not None:
        dims = (WishedField(group.name),)
    lacking = (Filter(most.name, "valid", False),) if most.missing else ()
    return InContext(Wish((*(dims or (WishedField(most.name),)), _ROWS), None, None, (*others, *lacking)), said)


def still_lost(lost: tuple[str, ...]) -> tuple[str, ...]:
    """The unread words of a question about missing values, without those that ask for them.

    >>> still_lost(("missing", "ticket"))
    ('ticket',)
    """
    return tuple(word for word in lost if word.lower() not in _SAID)


def _is_held(said: str, profile: Profile) -> bool:
    """Whether the table itself has the word, as a value or in the name of a field."""
    word = said.lower()
    return any(word in f.name.lower() or any(str(t.value).lower() == word for t in f.top) for f in profile.fields)


def _few(name: str, profile: Profile) -> bool:
    field = profile.field(name)
    return field.type in ("nominal", "ordinal") and 1 < field.distinct <= 30


def _named(question: str, found: re.Match[str], reading: Reading, profile: Profile) -> FieldProfile | None:
    """The field that is said to be missing: the one just after the words for it, else just before."""
    known = next((f.field for f in reading.wish.filters if f.op == "valid"), None)
    if known is not None:
        return profile.field(known)
    words = tokens(question)
    first = next((i for i, t in enumerate(words) if t.end > found.start()), 0)
    last = next((i for i, t in enumerate(words) if t.end >= found.end()), first)
    mentions = field_mentions(words, profile)
    after = [m for m in mentions if 0 < m.start - last <= 4 and words[m.start - 1].lower not in ("by", "per", "each")]
    before = [m for m in mentions if 0 <= first - m.end <= 2]
    return after[0].field if after else before[-1].field if before else None


# ── what is said ──


def _share(n: float, of: float) -> str:
    return f"{100 * n / of:.1f} %"


def _rows(n: float) -> str:
    return f"{number_words(n)} {'row' if n == 1 else 'rows'}"


def _of_all(profile: Profile, count: Count | None) -> str:
    """The fields that lack values, most first, and how many rows lack any."""
    lacking = sorted((f for f in profile.fields if f.missing), key=lambda f: -f.missing)
    n = len(profile.fields)
    fields = f"{n} {'field' if n == 1 else 'fields'}"
    if not lacking:
        return f"No value is missing: all {fields} have one in each of the {_rows(profile.n_rows)}."
    named = [f"{f.name} in {_rows(f.missing)} ({_share(f.missing, profile.n_rows)})" for f in lacking[:_MOST_NAMED]]
    more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
    said = f"Of {fields}, {len(lacking)} {'lacks' if len(lacking) == 1 else 'lack'} values: {', '.join(named)}{more}."
    whole = count(Wish((_ROWS,), filters=tuple(Filter(f.name, "valid", True) for f in lacking))) if count else None
    if len(lacking) == 1 or (count is not None and whole is None):
        return said
    n_lacking = profile.n_rows - (whole or 0)
    any_of = f" {number_words(n_lacking)} of the {_rows(profile.n_rows)} lack at least one value."
    return said + (any_of if count else "") + f" The chart is of {lacking[0].name}, which lacks most."


def _of_one(field: FieldProfile, others: tuple[Filter, ...], profile: Profile, count: Count | None) -> str:
    """How many rows lack a value of one field, among those that the conditions keep."""
    n, of = float(field.missing), float(profile.n_rows)
    if others:
        counted = _counted(field, others, count)
        if counted is None:
            return ""
        n, of = counted
    where = f" where {filter_words(others)}" if others else ""
    if not n or not of:
        return f"No row{where} lacks a value of {field.name}."
    return f"{field.name} is missing in {number_words(n)} of the {_rows(of)}{where} ({_share(n, of)})."


def _of_groups(group: FieldProfile, field: FieldProfile, others: tuple[Filter, ...], count: Count) -> str:
    """The share of the rows of each group that lack a value, highest first."""
    if len(group.top) != group.distinct or group.distinct > _MOST_GROUPS:
        return ""
    made = {t.value: _counted(field, (*others, Filter(group.name, "equal", t.value)), count) for t in group.top}
    shares = [(value, *pair) for value, pair in made.items() if pair is not None and pair[1]]
    shares.sort(key=lambda row: -row[1] / row[2])
    named = [f"{value} {_share(n, of)} ({number_words(n)} of {number_words(of)})" for value, n, of in shares]
    return f" By {group.name} it is {', '.join(named)}." if named else ""


def _counted(field: FieldProfile, filters: tuple[Filter, ...], count: Count | None) -> tuple[float, float] | None:
    """The rows that lack a value, and all rows, where the conditions hold."""
    if count is None:
        return None
    every = count(Wish((_ROWS,), filters=filters))
    known = count(Wish((_ROWS,), filters=(*filters, Filter(field.name, "valid", True))))
    return None if every is None else (every - (known or 0.0), every)
