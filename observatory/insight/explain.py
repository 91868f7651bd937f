"""What is said beside an answer: what the chart shows, of which rows, and what is known of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.insight.assemble import asks_share
from observatory.insight.facts import about, known
from observatory.insight.wording import AGGREGATES, channels, chart_words, filter_words, sorted_words
from observatory.model import FieldProfile, Profile, Wish, WishedField


def explain(spec: Mapping[str, Any], wish: Wish, profile: Profile, question: str = "") -> str:
    """The chart in words, its rows, and facts of its fields; of a part of the rows no fact is known, so none is said.

    >>> spec = {"mark": "bar", "encoding": {"x": {"field": "age", "bin": True, "type": "quantitative"}}}
    >>> age = FieldProfile("age", "quantitative", "measure", "DOUBLE", 263, 98)
    >>> explain(spec, Wish(), Profile(1309, (age,)))
    'Histogram of age, for the 1,046 of 1,309 rows with a value of age.'
    """
    words = chart_words(spec) + sorted_words(spec)
    if wish.limit is not None:
        words += f", at most {wish.limit}"
    gaps = _gaps(spec, wish, profile)
    first = f"{words[0].upper()}{words[1:]}, {_rows(gaps, wish, profile)}."
    shown = [s.field for s in channels(spec) if s.field is not None]
    made = [f for f in wish.fields if f.calculation is not None]
    shown = [name for name in shown if any(f.name == name for f in profile.fields)]
    plain = all(f.field is None and f.calculation and f.calculation.kind == "share of total" for f in made)
    said = [_share(shown, wish, profile)] if asks_share(question) and plain and not (made and wish.filters) else []
    said += [_computed(f) for f in made]
    if not wish.filters and not any(said):
        facts = [f for f in about(known(profile), shown, 3) if " is missing in " not in f or not gaps][:2]
        said = [f"Of the whole table: {' '.join(facts)}"] if facts and gaps else list(facts)
    return " ".join([first, *filter(None, said)])


def _computed(item: WishedField) -> str:
    """How the number of each group is computed."""
    made = item.calculation
    if made is None:
        return ""
    if made.kind == "rate" and made.part is not None:
        rows = f"of the rows of each group with a value of {made.part.field}"
        return f"That is, {rows}, the share where {filter_words([made.part])}."
    of = (
        "the number of rows"
        if item.field is None
        else f"the {AGGREGATES.get(item.aggregate or 'sum', 'total')} of {item.field}"
    )
    both = f"in each group, over the rows that have both, {of}"
    words = {
        "share of total": f"{of} of each group as a share of all that is shown",
        "share of group": f"{of} of each part as a share of its group",
        "ratio": f"{both} divided by that of {made.other}",
        "difference": f"{both} minus that of {made.other}",
        "running total": f"{of} of each step added to all before it",
        "change": f"{of} of each step minus that of the step before",
    }
    return f"That is, {words[made.kind]}."


def _gaps(spec: Mapping[str, Any], wish: Wish, profile: Profile) -> list[FieldProfile]:
    """The fields without which a row is left out: numbers, times and what rates are of, missing somewhere."""
    made = [(f.field, f.calculation) for f in wish.fields if f.calculation is not None]
    names = {s.field for s in channels(spec)} | {n for field, c in made for n in (field, c.other)}
    rated = {c.part.field for _, c in made if c.part is not None}
    numbers = [f for f in profile.fields if f.name in names and f.type in ("quantitative", "temporal")]
    return [f for f in profile.fields if f.missing and (f in numbers or f.name in rated)]


def _rows(gaps: list[FieldProfile], wish: Wish, profile: Profile) -> str:
    value = f" with a value of {' and '.join(f.name for f in gaps)}" if gaps else ""
    if wish.filters:
        return f"for rows{value} where {filter_words(wish.filters)}"
    if len(gaps) == 1:
        return f"for the {profile.n_rows - gaps[0].missing:,} of {profile.n_rows:,} rows{value}"
    return f"for those of the {profile.n_rows:,} rows{value}" if gaps else f"for all {profile.n_rows:,} rows"


def _share(shown: list[str], wish: Wish, profile: Profile) -> str:
    """The shares of a lone category; of a part of the rows, or by group, they are not known, only to be seen."""
    fields = [f for f in map(profile.field, dict.fromkeys(shown)) if f.top and f.type in ("nominal", "ordinal")]
    if not fields or fields[-1].distinct > 6:
        return ""
    field = fields[-1]
    present = profile.n_rows - field.missing
    shares = [f"{t.value} {100 * t.n / present:.0f} %" for t in field.top if t.value is not None] if present else []
    of_all = f"of all rows with a value of {field.name}: {', '.join(shares)}" if shares else ""
    if not wish.filters and len(fields) == 1:
        return f"Shares {of_all}."
    which = "among these rows" if wish.filters else "within each group"
    return f"The shares {which} are not computed here, but can be read from the chart. For comparison, {of_all}."
