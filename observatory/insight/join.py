"""The model's reading of a question joined to the rules': what words say outright wins, the model fills in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from observatory.insight.linking import MANY_VALUES
from observatory.insight.rules import Reading
from observatory.insight.terms import extensive, is_time
from observatory.insight.words import STOP, Token, alike, is_aside, name_words, number, stem, tokens
from observatory.insight.world import root
from observatory.model import FieldProfile, Filter, Profile, Wish, WishedField


@dataclass(frozen=True)
class Joined:
    """The wish, whether its fields are the model's, and the words of the question that the model accounts for."""

    wish: Wish
    by_model: bool = False
    read: tuple[str, ...] = ()


def join(own: Wish, reading: Reading, question: str, profile: Profile) -> Joined:
    """The rules' reading, with the model's where the question leaves room.

    What the question says outright (fields by name, marks, conditions, orders, limits, calculations) is the rules'.
    The model's measure is taken where the rules read none and a word is left unread, with its chart, order and number;
    its condition where its value is one of the field and is, in some form, in the question.
    """
    read = reading.wish
    if any(f.calculation is not None for f in read.fields):
        return Joined(read)
    words = tokens(question)
    filters = _filters(own, reading, words, profile)
    fields = _fields(own, reading, words, filters, profile)
    if fields is None:
        made, by_model = replace(read, filters=(*read.filters, *filters)), False
    else:
        made, by_model = _taken(own, read, fields, filters), True
    made = _split(made, filters)
    return Joined(made, by_model, tuple(_accounted(reading, made, filters, by_model)))


def _taken(own: Wish, read: Wish, fields: tuple[WishedField, ...], filters: tuple[Filter, ...]) -> Wish:
    mark = read.mark or (own.mark if {f.field for f in fields} == {f.field for f in own.fields} else None)
    sort, by = (read.sort, read.sort_by) if read.sort else (own.sort, own.sort_by)
    return Wish(fields, mark, read.task, (*read.filters, *filters), sort, read.limit or own.limit, by)


# ── fields ──


def _fields(
    own: Wish, reading: Reading, words: Iterable[Token], filters: tuple[Filter, ...], profile: Profile
) -> tuple[WishedField, ...] | None:
    """The model's fields, or the rules' with its measure; None where the rules' are to stay as they are."""
    named = {f.field for f in reading.wish.fields if f.field is not None}
    proposed = {f.field for f in own.fields if f.field is not None}
    summed = _summed(own, profile)
    if not reading.understood:
        return summed if proposed and (filters or _is_named(proposed, words)) else None
    if reading.is_open and named < proposed and len(own.fields) <= 3:
        return summed
    measure = next((f for f in summed if f.field is not None and _is_measure(profile.field(f.field))), None)
    if reading.is_measured or not reading.lost or measure is None or measure.field in named:
        return None
    if named <= proposed:
        return summed
    dims = tuple(f for f in reading.wish.fields if f.field is not None)
    return (*dims, replace(measure, aggregate=measure.aggregate or "mean", channel=None))


def _is_measure(field: FieldProfile) -> bool:
    return field.type == "quantitative" and field.role == "measure" and not is_time(field)


def _summed(own: Wish, profile: Profile) -> tuple[WishedField, ...]:
    """The model's fields, a plain number in groups being summed or averaged: it often leaves out which."""
    plain = [f for f in own.fields if f.field and not f.aggregate and not f.bin and _is_measure(profile.field(f.field))]
    counted = any(f.aggregate for f in own.fields)
    if own.mark in ("point", "boxplot", "rect", None) or counted or not plain or len(own.fields) < 2:
        return own.fields
    last = plain[-1]
    how = "sum" if own.mark == "arc" or extensive(profile.field(str(last.field))) else "mean"
    return tuple(replace(f, aggregate=how) if f is last else f for f in own.fields)


def _is_named(names: Iterable[str | None], words: Iterable[Token]) -> bool:
    """Whether a word of the question is, in some form, a word of a field's name: what makes the model's choice sure."""
    said = {form for t in words if t.lower not in STOP and not is_aside(t.lower) for form in (t.stem, root(t.text))}
    parts = {part for name in names if name for part in name_words(name) if len(part) > 2}
    return any(form in said for part in parts for form in (stem(part), root(part)))


# ── conditions ──


def _filters(own: Wish, reading: Reading, words: Iterable[Token], profile: Profile) -> tuple[Filter, ...]:
    """The model's conditions that the question says and the rules did not read, those on one field as alternatives."""
    said, read = list(words), reading.wish
    taken = {n for f in read.filters for n in _numbers(f)} | ({float(read.limit)} if read.limit else set())
    done = {f.field for f in read.filters} | {f.calculation.part.field for f in read.fields if _part(f)}  # type: ignore[union-attr]
    found: dict[str, list[Filter]] = {}
    for one in own.filters:
        if one.field not in done and not _numbers(one) & taken and _is_said(one, said, profile.field(one.field)):
            found.setdefault(one.field, []).append(one)
    shown = {f.field for f in read.fields}
    kept: list[Filter] = []
    for name, same in found.items():
        values = list(dict.fromkeys(f.value for f in same if f.op == "equal"))
        if len(values) == len(same) > 1:
            kept.append(Filter(name, "oneOf", values))
        elif name not in shown or same[0].op != "equal":
            kept += same
    return tuple(kept)


def _part(item: WishedField) -> bool:
    return item.calculation is not None and item.calculation.part is not None


def _numbers(filter: Filter) -> set[float]:
    values = filter.value if isinstance(filter.value, list) else [filter.value]
    return {float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)}


def _is_said(filter: Filter, words: list[Token], field: FieldProfile) -> bool:
    """Whether the question has the value of a condition: its words in some form, a date of it, or a number that it
    does not say of something else, as “it” or “they”, without the name of the field.
    """
    values = filter.value if isinstance(filter.value, list) else [filter.value]
    if field.type == "temporal":
        return all(any(str(v)[:4] == t.text[:4] for t in words) for v in values)
    numbers = _numbers(filter)
    if numbers:
        places = {n: i for i, t in enumerate(words) if (n := number(t.text)) is not None}
        before = [t.lower for n in numbers & places.keys() for t in words[max(0, places[n] - 4) : places[n]]]
        return numbers <= places.keys() and (_is_named([field.name], words) or not {"it", "they"} & set(before))
    if len(field.top) > MANY_VALUES:
        said = {t.lower for t in words} | {t.lower.removesuffix("'s") for t in words}
        return all(str(v).lower() in said for v in values)
    parts = [part for v in values for part in name_words(str(v)) or (str(v),)]
    return all(any(t.text == part or (len(part) > 2 and _like(t.text, part)) for t in words) for part in parts)


def _like(word: str, value: str) -> bool:
    """Whether a word is a form of a value: sunny of sun, unemployment of unemployed."""
    said, own = root(word), root(value)
    longer = len(own) > 2 and said in (f"{own}i", f"{own}{own[-1]}i", f"{own}y")
    return said == own or longer or (len(own) > 3 and alike(word, value))


def _split(wish: Wish, filters: tuple[Filter, ...]) -> Wish:
    """What is compared by the alternatives of one field is told apart by it."""
    several = [f.field for f in filters if f.op == "oneOf"]
    free = bool(several) and several[0] not in {f.field for f in wish.fields} and len(wish.fields) < 3
    return replace(wish, fields=(*wish.fields, WishedField(several[0], channel="color"))) if free else wish


def _accounted(reading: Reading, wish: Wish, filters: tuple[Filter, ...], by_model: bool) -> Iterable[str]:
    """The unread words that a kept condition or field is about; all, where the model's fields answer an open word."""
    fields = {f.field for f in wish.fields if f.field} | {f.field for f in filters}
    names = [part for name in fields for part in name_words(name)]
    values = [str(v) for f in filters for v in (f.value if isinstance(f.value, list) else [f.value])]
    for word in reading.lost:
        if by_model or any(_like(word, part) for part in (*names, *(p for v in values for p in name_words(v)))):
            yield word
