"""Conditions that name a value: “grade 4”, “in Boston or Chicago”, “not majoring in 600”, “ending with m”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatory.insight.clauses import covered
from observatory.insight.conditions import Condition, comparable, predicate
from observatory.insight.linking import ORDINALS, Mention, ValueMention, yes_of
from observatory.insight.words import STOP, Token, is_aside, number, stem, vocabulary, words_for_sex
from observatory.model import FieldProfile, Filter, Profile

_PATTERN = re.compile(
    r"\b(?P<verb>contain|includ|start|begin|end)(?:s|ing|es|ning)?(?!\s+(?:to|of|in|at|on|up)\b)(?:\s+with)?\s+(?:the\s+)?"
    r"(?:letters?|words?|substring|string|prefix|suffix)?\s*[\"'“]?(?P<letters>\w+(?:[.@-]\w+)*)[\"'”]?"
    r"(?:\s+or\s+(?:with\s+)?[\"'“]?(?P<others>\w+)[\"'”]?)?",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:(?:do|does|did)(?:n['’]t|\s+not)\s+\w+|not\s+\w+ed\s+(?:by|in|at|from|to|on|with)|not|except|excluding|without|outside|other\s+than|isn't|aren't|!=|<>)(?:\s+(?:for|equal|to|the|in|majoring|from|of|be|have|having))*\s*$",
    re.IGNORECASE,
)


def equalities(question: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int]) -> list[Condition]:
    """“grade 4”, “majored in 600”, “status = 'paid'”: a field named, then (is, in, of, equal to, not) a value."""
    found = _alternatives(question, mentions, taken)
    taken = taken.union(*(c.tokens for c in found))
    for mention in mentions:
        ordinal = ORDINALS.get(question[mention.start - 1].lower) if mention.start else None
        made = (
            predicate(mention.field, "equal", [ordinal]) if ordinal and comparable(mention.field, [ordinal]) else None
        )
        if made is not None and mention.start - 1 not in taken:
            found.append(Condition(made, frozenset(range(mention.start - 1, mention.end))))
            continue
        i = mention.end
        while i < len(question) and question[i].lower in (
            "is",
            "are",
            "in",
            "of",
            "equal",
            "equals",
            "to",
            "=",
            "as",
            "was",
            "not",
            "does",
            "do",
            "!=",
            "<>",
        ):
            i += 1
        if i >= len(question) or i in taken or question[i].kind not in ("number", "quoted"):
            continue
        if question[mention.end].start - question[mention.end - 1].end > 1 or number(question[i].text) is None:
            continue
        value = question[i].text
        if not comparable(mention.field, [value]) or (mention.field.role == "measure" and i == mention.end):
            continue
        negated = any(t.lower in ("not", "!=", "<>") for t in question[max(0, mention.start - 2) : i])
        made = predicate(mention.field, "equal", [value])
        span = frozenset(range(mention.start, i + 1))
        if made is not None:
            found.append(_negated(made, mention.field, span) if negated else Condition(made, span))
    return found


def _alternatives(question: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int]) -> list[Condition]:
    """“4 or 6 cylinders”, “grade 4 or 5”: numbers joined by “or” beside a field whose values are such numbers."""
    found = []
    for i in range(1, len(question) - 1):
        a, joint, b = question[i - 1 : i + 2]
        if joint.lower != "or" or a.kind != "number" or b.kind != "number" or {i - 1, i, i + 1} & taken:
            continue
        near = [m for m in mentions if m.start == i + 2 or 0 <= i - 1 - m.end <= 2]
        field = near[0].field if near else None
        if field is not None and field.top and comparable(field, [a.text, b.text]):
            made = [predicate(field, "equal", [t.text]) for t in (a, b)]
            span = frozenset(range(min(near[0].start, i - 1), max(near[0].end, i + 2)))
            values = [f.value for f in made if f is not None]
            found.append(Condition(Filter(field.name, "oneOf", values), span))
    return found


_MISSING = r"(?:null|nan|missing|empty|blank|unknown|not\s+known|not\s+available|n/a)"
_PRESENCE = re.compile(
    rf"\b(?:is|are|was|were|be|do(?:es)?|has|have)?\s*(?P<no>not|n['’]t|no)?\s*(?P<missing>{_MISSING})\b|\b(?:is|are)\s+known\b",
    re.IGNORECASE,
)


def presences(text: str, question: Sequence[Token], mentions: Sequence[Mention]) -> list[Condition]:
    """“whose sex is not missing”, “where age is null”: rows with, and without, a value of the field named before."""
    found = []
    for match in _PRESENCE.finditer(text):
        span = covered(question, match.start(), match.end())
        before = [m for m in mentions if span and 0 <= min(span) - m.end <= 1]
        if before:
            known = match["missing"] is None or match["no"] is not None
            whole = span | frozenset(range(before[-1].start, before[-1].end))
            found.append(Condition(Filter(before[-1].field.name, "valid", known), whole))
    return found


_WHO = vocabulary("who that which whom")
_AUX = vocabulary("did do does was were is are have has had been")


def _is_not(word: str) -> bool:
    return word in ("not", "never") or (word.removesuffix("n't") in _AUX and word.endswith("n't"))


def outcomes(question: Sequence[Token], mentions: Sequence[Mention]) -> list[Condition]:
    """“those who did not survive”, “passengers who survived”: the rows where an outcome is yes, or no."""
    found = []
    for mention in mentions:
        i = mention.start - 1
        negative = False
        while i >= 0 and (_is_not(question[i].lower) or question[i].lower in _AUX):
            negative |= _is_not(question[i].lower)
            i -= 1
        if i < 0 or question[i].lower not in _WHO or (yes := yes_of(mention.field)) is None:
            continue
        other = next((t.value for t in mention.field.top if t.value != yes), None)
        span = frozenset(range(i + 1, mention.end))
        found.append(Condition(Filter(mention.field.name, "equal", other if negative else yes), span))
    return found


def patterns(text: str, question: Sequence[Token], mentions: Sequence[Mention]) -> list[Condition]:
    """“whose name contains TN”: the values that do, where the profile knows them all; else a sentence."""
    found = []
    for match in _PATTERN.finditer(text):
        span = covered(question, match.start(), match.end())
        before = [m for m in mentions if span and m.end <= min(span)]
        if not before:
            continue
        others = match["others"] or ""
        either = others if others[:1].isupper() or 0 < len(others) <= len(match["letters"]) else None
        found.append(_containing(before[-1].field, match["verb"].lower(), match["letters"], span, either))
    return found + _within(text, question, mentions)


_WITHIN = re.compile(
    r"\b(?:have|has|having|with|contain\w*)\s+(?:the\s+)?[\"'“]?(?P<letters>\w+)[\"'”]?\s+in\s+(?:their|its|the)\s+",
    re.IGNORECASE,
)


def _within(text: str, question: Sequence[Token], mentions: Sequence[Mention]) -> list[Condition]:
    """“who have TN in their address”."""
    found = []
    for match in _WITHIN.finditer(text):
        about = [m for m in mentions if question[m.start].start == match.end() and m.field.type == "nominal"]
        span = covered(question, match.start(), match.end())
        found += [_containing(m.field, "contain", match["letters"], span) for m in about]
    return found


def parts_of_values(
    text: str, question: Sequence[Token], mentions: Sequence[Mention], profile: Profile, taken: frozenset[int]
) -> list[Condition]:
    """“whose location is in Japan”: a name that is a word of some values of one field, such as “Tokyo, Japan”."""
    found = []
    for i, token in enumerate(question):
        starts = i == 0 or re.search(r"[.?!:]", text[question[i - 1].end : token.start])
        if starts or i in taken or token.kind != "word" or not token.text[:1].isupper() or len(token.text) < 4:
            continue
        fields = [f for f in profile.fields if f.type == "nominal" and len(f.top) == f.distinct]
        fitting = {f.name: [t.value for t in f.top if token.lower in _words(t.value)] for f in fields}
        fitting = {name: values for name, values in fitting.items() if values}
        near = [m.field.name for m in mentions if 0 <= i - m.end <= 3 and m.field.name in fitting]
        chosen = near[-1] if near else next(iter(fitting)) if len(fitting) == 1 else None
        if chosen is not None and len(fitting[chosen]) < profile.field(chosen).distinct:
            found.append(Condition(Filter(chosen, "oneOf", fitting[chosen]), frozenset({i})))
    return found


_FEW_LEVELS, _LONG_ENOUGH = 12, 6


def misspelt(question: Sequence[Token], profile: Profile, taken: frozenset[int]) -> list[Condition]:
    """“famale”: a long word that is one slip away from one value of one field of few; it is said how it was read."""
    found = []
    for i, token in enumerate(question):
        word = token.lower
        if i in taken or token.kind != "word" or len(word) < _LONG_ENOUGH or word in STOP or is_aside(word):
            continue
        fitting = [
            (field, top.value, said)
            for field in profile.fields
            if field.type == "nominal" and len(field.top) == field.distinct <= _FEW_LEVELS
            for top in field.top
            for said in (str(top.value).lower(), *words_for_sex(str(top.value)))
            if stem(word) != stem(said) and _is_slip(word, said)
        ]
        if len({(field.name, value) for field, value, _ in fitting}) == 1:
            field, value, said = fitting[0]
            read = f"“{token.text}” is read as “{said}”."
            found.append(Condition(Filter(field.name, "equal", value), frozenset({i}), read))
    return found


def _is_slip(word: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many, or in the place of its neighbour."""
    if word == meant or word[:1] != meant[:1] or abs(len(word) - len(meant)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    rest, wanted = word[start:], meant[start:]
    turned = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:] or turned


def _words(value: object) -> list[str]:
    return re.findall(r"\w+", str(value).lower())


def _containing(
    field: FieldProfile, verb: str, letters: str, span: frozenset[int], either: str | None = None
) -> Condition:
    if len(field.top) < field.distinct:
        said = f"“{field.name}” has too many values to look for “{letters}”, so all of them are shown."
        return Condition(None, span, said)
    parts = [part.lower() for part in (letters, either) if part]
    values = [t.value for t in field.top if any(_has(str(t.value).lower(), verb, part) for part in parts)]
    if not values:
        return Condition(None, span, f"No value of “{field.name}” has “{letters}”, so all of them are shown.")
    return Condition(Filter(field.name, "oneOf", values), span)


def _has(value: str, verb: str, letters: str) -> bool:
    if verb.startswith(("start", "begin")):
        return value.startswith(letters)
    return value.endswith(letters) if verb.startswith("end") else letters in value


def memberships(text: str, question: Sequence[Token], values: Sequence[ValueMention]) -> list[Condition]:
    """One condition for each field whose values the question says; two values of a field are alternatives."""
    by_field: dict[str, list[ValueMention]] = {}
    for value in values:
        by_field.setdefault(value.field.name, []).append(value)
    found = []
    for name, said in by_field.items():
        span = frozenset(i for v in said for i in range(v.start, v.end))
        if len({v.value for v in said}) == said[0].field.distinct > 1:
            found.append(Condition(None, span))
            continue
        before = text[: question[said[0].start].start].rstrip("\"'“ ")
        made = (
            Filter(name, "equal", said[0].value)
            if len({v.value for v in said}) == 1
            else Filter(name, "oneOf", list(dict.fromkeys(v.value for v in said)))
        )
        found.append(_negated(made, said[0].field, span) if _NOT.search(before + " ") else Condition(made, span))
    return found


def _negated(filter: Filter, field: FieldProfile, span: frozenset[int]) -> Condition:
    """All other values, where the profile knows them all."""
    out = filter.value if isinstance(filter.value, list) else [filter.value]
    if len(field.top) < field.distinct:
        return Condition(
            None, span, f"“{field.name}” has too many values to leave {out[0]!r} out, so all of them are shown."
        )
    return Condition(Filter(field.name, "oneOf", [t.value for t in field.top if t.value not in out]), span)
