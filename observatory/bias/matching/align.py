"""A reference under the sample's names and spellings: which fields and levels stand for each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from observatory.bias.axis import family
from observatory.bias.describe import listed
from observatory.bias.matching.levels import (
    are_bands,
    folded,
    in_batches,
    levels_of,
    plain,
    quoted,
    same_field,
    same_meaning,
    same_spelling,
)
from observatory.bias.matching.shared import storage_of
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import Alignment, FieldLevels, FieldMatch, Note, Profile, Proposal, Table
from observatory.quoting import sql_name

_LIKE_NAME = 0.8
_LIKE_LEVELS = 0.5
_SAME_LEVELS = 0.8
_MIN_LEVELS = 3
_LIKE_RANGE = 0.5
_SHOWN = 4
_MAX_FREE = 100
_RANGE_ROWS = 100_000
Levels = Mapping[str, tuple[str, ...]]


def certain(table: Table, profile: Profile, reference: Table) -> Alignment:
    """Fields of the same name and levels of the same spelling, but for case and spaces: matched without being asked."""
    theirs = storage_of(reference)
    names = by_name([f.name for f in profile.fields], list(theirs), tight)
    return _with_levels(
        names, _read(table, _ours(profile), names), _read(reference, theirs, names.values()), [_tightly]
    )


def propose(table: Table, profile: Profile, reference: Table) -> Proposal:
    """What is certain, and what further fields and levels look alike, with all fields and levels of both tables.

    Suggested are names that differ in punctuation and accents; names that are alike (Ratcliff & Obershelp, >= .8, or
    one is the beginning or end of the other) where half of the levels, or of the range, are common; the same three or
    more levels under any name; and levels that mean the same by `synonyms.toml`.
    """
    ours, theirs = _ours(profile), storage_of(reference)
    levels, others = levels_of(table, ours, list(ours)), levels_of(reference, theirs, list(theirs))
    sure = by_name(list(ours), list(theirs), tight)
    loose = _rest(sure, by_name(list(ours), list(theirs), plain))
    names = _rest(loose, _by_likeness(loose, levels, others, _ranges(table, ours), _ranges(reference, theirs)))
    return Proposal(
        _with_levels(_in_order(sure, ours), levels, others, [_tightly]),
        _with_levels(_in_order(names, ours), levels, others, [_tightly, _loosely, same_meaning]),
        tuple(FieldLevels(n, s, levels.get(n, ())) for n, s in ours.items()),
        tuple(FieldLevels(n, s, others.get(n, ())) for n, s in theirs.items()),
    )


def checked(alignment: Alignment, profile: Profile, reference: Table) -> Alignment:
    """The same alignment in the order of the sample; FieldNotFound or ObservatoryError where it cannot be meant."""
    ours, theirs = _ours(profile), list(storage_of(reference))
    for match in alignment.matches:
        for name, known in ((match.field, list(ours)), (match.theirs, theirs)):
            if name not in known:
                raise FieldNotFound(name, known)
    names = [m.field for m in alignment.matches]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ObservatoryError(f"The field “{twice[0]}” is matched twice.", "Match every field of the table once.")
    return Alignment(tuple(sorted(alignment.matches, key=lambda m: list(ours).index(m.field))))


def read_as(matches: tuple[FieldMatch, ...], where: str) -> list[Note]:
    """One note on the fields and levels that are written otherwise there, none if all are written alike."""
    told = [m for m in matches if m.field != m.theirs or m.levels]
    if not told:
        return []
    parts = []
    for m in told[:_SHOWN]:
        levels = [f"{quoted(a)} as {quoted(b)}" for a, b in list(m.levels.items())[:_SHOWN]]
        more = len(m.levels) - len(levels)
        levels += [f"{more} more {'level' if more == 1 else 'levels'}"] if more else []
        field = f"{quoted(m.theirs)} of {where} is read as {quoted(m.field)}" if m.field != m.theirs else ""
        said = f"{'its' if field else quoted(m.field)} {'levels' if field else 'of ' + where + ' is read with'}"
        parts.append(f"{field}{', ' if field and levels else ''}{said + ' ' + listed(levels) if levels else ''}")
    rest = len(told) - len(parts)
    parts += [f"{rest} more fields are matched in the same way"] if rest else []
    return [Note("alignment", tuple(m.field for m in told), f"{'; '.join(parts)}.")]


def by_name(ours: Sequence[str], theirs: Sequence[str], fold: Callable[[str], str]) -> dict[str, str]:
    """Their name for each of ours: the same one, or the only one that is the same when folded, on both sides.

    >>> by_name(["sex", "age"], ["Sex", "SEX ", "age"], folded)
    {'age': 'age'}
    """
    found = {name: name for name in ours if name in theirs}
    left = [name for name in theirs if name not in found]
    for name in (n for n in ours if n not in found):
        same = [other for other in left if fold(other) == fold(name)]
        alone = sum(fold(other) == fold(name) for other in ours if other not in found) == 1
        if len(same) == 1 and alone:
            found[name] = same[0]
    return {name: found[name] for name in ours if name in found}


def tight(name: str) -> str:
    """A name without regard to case and spaces."""
    return folded(name).replace(" ", "")


def _ours(profile: Profile) -> dict[str, str]:
    return {f.name: f.storage for f in profile.fields}


def _read(table: Table, storage: Mapping[str, str], names: Any) -> Levels:
    return levels_of(table, storage, [n for n in names if family(storage[n]) in ("text", "boolean")])


def _rest(found: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Those found, and of the others those whose two names are both still free."""
    taken = set(found.values())
    return {**found, **{a: b for a, b in more.items() if a not in found and b not in taken}}


def _in_order(names: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    return {name: names[name] for name in ours if name in names}


def _tightly(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    return same_spelling(ours, theirs)


def _loosely(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    return same_spelling(ours, theirs, loosely=True)


def _with_levels(
    names: Mapping[str, str],
    ours: Levels,
    theirs: Levels,
    ways: Sequence[Callable[[Sequence[str], Sequence[str]], dict[str, str]]],
) -> Alignment:
    """The matches of those names, levels matched by the first way that matches each of them."""
    matches = []
    for name, other in names.items():
        known: dict[str, str] = {}
        if name in ours and other in theirs:
            for way in reversed(ways):
                known |= way(ours[name], theirs[other])
        matches.append(FieldMatch(name, other, known))
    return Alignment(tuple(matches))


# ── fields that look alike ───────────────────────────────────────────────────────────────────────


def _by_likeness(found: Mapping[str, str], ours: Levels, theirs: Levels, *ranges: Mapping[str, Any]) -> dict[str, str]:
    """Further pairs of fields, the most alike first; a pair as much alike as another one of its field is left out."""
    free = [n for n in {**ours, **ranges[0]} if n not in found][:_MAX_FREE]
    others = [n for n in {**theirs, **ranges[1]} if n not in found.values()][:_MAX_FREE]
    scores = {(a, b): _likeness(a, b, ours, theirs, *ranges) for a in free for b in others}
    alike = sorted((pair for pair, score in scores.items() if score > 0), key=lambda pair: -scores[pair])
    as_much = Counter((name, scores[pair]) for pair in alike for name in enumerate(pair))
    made: dict[str, str] = {}
    for a, b in alike:
        alone = as_much[(0, a), scores[a, b]] == as_much[(1, b), scores[a, b]] == 1
        if alone and a not in made and b not in made.values():
            made[a] = b
    return made


def _likeness(a: str, b: str, ours: Levels, theirs: Levels, *ranges: Mapping[str, Any]) -> float:
    """How much alike two fields are by name and by values, 0 where they are not."""
    name = SequenceMatcher(None, plain(a), plain(b)).ratio()
    shorter, longer = sorted((plain(a), plain(b)), key=len)
    named = name >= _LIKE_NAME or (len(shorter) >= _MIN_LEVELS and longer.startswith(shorter))
    named = named or (len(shorter) >= _MIN_LEVELS and longer.endswith(shorter)) or same_field(a, b)
    if a in ours and b in theirs:
        common = _common_levels(ours[a], theirs[b])
        same = common >= _SAME_LEVELS and min(len(ours[a]), len(theirs[b])) >= _MIN_LEVELS
        return name + common if same or (named and common >= _LIKE_LEVELS) else 0.0
    if named and a in ranges[0] and are_bands(theirs.get(b, ())):
        return name
    if named and a in ranges[0] and b in ranges[1]:
        common = _common_range(ranges[0][a], ranges[1][b])
        return name + common if common >= _LIKE_RANGE else 0.0
    return 0.0


def _common_levels(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """Jaccard index of the levels, those of the same meaning counted as the same."""
    read = {**same_meaning(ours, theirs), **same_spelling(ours, theirs, loosely=True)}
    a, b = set(ours), {read.get(level, level) for level in theirs}
    return len(a & b) / len(a | b)


def _common_range(ours: tuple[float, float], theirs: tuple[float, float]) -> float:
    """Length that two ranges have in common as a share of the length that they cover together.

    >>> _common_range((0, 10), (5, 10))
    0.5
    """
    inside = min(ours[1], theirs[1]) - max(ours[0], theirs[0])
    return inside / (max(ours[1], theirs[1]) - min(ours[0], theirs[0])) if inside > 0 else 0.0


def _ranges(table: Table, storage: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """The middle nine tenths of the numbers of every number column."""
    names = [name for name, kind in storage.items() if family(kind) == "number"]
    if not names or not table.n_rows:
        return {}
    asked = [
        f"quantile_cont({sql_name(n)}::DOUBLE, {q}) FILTER (isfinite({sql_name(n)}::DOUBLE))"
        for n in names
        for q in (0.05, 0.95)
    ]
    row = in_batches(table, asked, _RANGE_ROWS)
    pairs = {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(names)}
    return {name: pair for name, pair in pairs.items() if pair[0] < pair[1]}
