"""Which fields of a table have something to say, and which sets of them to try first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from itertools import combinations

from observatory.charts.rules.facts import is_outcome
from observatory.model import FieldProfile, Profile

LOUDEST = 8
_LONE, _CROWD, _AGAIN, _SAME_SHAPE, _NO_OUTCOME, _NO_GROUPS = 3, 2, 3, 3, 6, 3


def quietness(profile: Profile) -> dict[str, int]:
    """How little each drawable field has to say: 0 (much) to 10, in the order of the table.

    Left out are identifiers, free text, and fields with fewer than two values. A field is quieter the more of it is
    missing and the less its values are spread (Shannon entropy of its levels or its histogram, as a share of the most).
    """
    usable = [f for f in profile.fields if f.role not in ("identifier", "text") and f.distinct > 1]
    return {f.name: min(10, _silence(f, profile.n_rows)) for f in usable}


def _silence(field: FieldProfile, n_rows: int) -> int:
    missing = field.missing / n_rows if n_rows else 0.0
    discrete = field.type in ("nominal", "ordinal")
    levels = sum(field.distinct > most for most in (10, 20, 20, 60, 60, 60)) if discrete else 0
    counts = [part.n for part in field.histogram] if field.histogram else [top.n for top in field.top]
    dull = 3 * (field.role == "time" and field.distinct < 5) + 2 * (field.role == "place" and not discrete)
    return round(4 * missing + 5 * (1 - evenness(counts))) + levels + dull


def evenness(counts: list[int]) -> float:
    """Pielou's evenness: Shannon entropy over its maximum, in [0, 1]; with nothing known it is 0.5.

    >>> evenness([5, 5]), evenness([10])
    (1.0, 0.0)
    """
    total = sum(counts)
    if not total:
        return 0.5
    if len(counts) < 2:
        return 0.0
    shares = [n / total for n in counts if n > 0]
    return max(0.0, -sum(p * math.log(p) for p in shares) / math.log(len(counts)))


def field_sets(profile: Profile, quiet: Mapping[str, int], *, most: int) -> list[tuple[str, ...]]:
    """Sets of one to three fields worth a chart, in the order of a varied first page.

    The sets are picked one by one: the one whose fields are least quiet, where a field and a combination of types
    that stand on the page already count as quieter.
    """
    loudest = _loudest(profile, quiet)
    sets = [
        names for size in (2, 1, 3) for names in combinations(loudest, size) if size < 3 or _is_panel(profile, names)
    ]
    used: dict[str, int] = dict.fromkeys(loudest, 0)
    shapes: dict[tuple[str, ...], int] = {}
    picked: list[tuple[str, ...]] = []
    dull = {names: _dullness([profile.field(name) for name in names]) for names in sets}

    def price(names: tuple[str, ...]) -> float:
        fields = sum(quiet[n] + _AGAIN * used[n] for n in names) / len(names)
        return fields + _SAME_SHAPE * shapes.get(_shape(profile, names), 0) + dull[names]

    while sets and len(picked) < most:
        names = min(sets, key=price)
        sets.remove(names)
        picked.append(names)
        shapes[_shape(profile, names)] = shapes.get(_shape(profile, names), 0) + 1
        for name in names:
            used[name] += 1
    return picked


def _dullness(fields: list[FieldProfile]) -> int:
    """What a set of fields lacks: an outcome beside a few groups, any groups or time, and just one companion."""
    outcome = any(is_outcome(f) for f in fields)
    groups = any(2 <= f.distinct <= 8 and _sort(f) == "category" and not is_outcome(f) for f in fields)
    timed = any(_sort(f) == "time" for f in fields)
    told = outcome and groups and len(fields) == 2
    return (
        _NO_OUTCOME * (not told)
        + _NO_GROUPS * (len(fields) > 1 and not groups and not timed)
        + {1: _LONE, 2: 0, 3: _CROWD}[len(fields)]
    )


def _loudest(profile: Profile, quiet: Mapping[str, int]) -> list[str]:
    """The least quiet fields, taken in turn from numbers, categories and times."""
    ordered = sorted(quiet, key=lambda name: quiet[name])
    turns = Counter[str]()
    place = {}
    for name in ordered:
        sort = _sort(profile.field(name))
        turns[sort] += 1
        place[name] = turns[sort]
    return sorted(ordered, key=lambda name: place[name])[:LOUDEST]


def _shape(profile: Profile, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(_sort(profile.field(name)) for name in names))


def _sort(field: FieldProfile) -> str:
    return "time" if field.role == "time" else "category" if field.type in ("nominal", "ordinal") else "number"


def _is_panel(profile: Profile, names: tuple[str, ...]) -> bool:
    """Whether three fields make a chart that people draw: a category of few levels, and something to split by it."""
    fields = [profile.field(name) for name in names]
    categories = [f for f in fields if _sort(f) == "category"]
    return len(categories) == 1 and categories[0].distinct <= 6 and sum(_sort(f) == "time" for f in fields) < 2
