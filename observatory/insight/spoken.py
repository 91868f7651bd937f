"""Values that a sentence names and the profile does not list: they are looked for in the table itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from observatory.insight.words import STOP, tokens
from observatory.model import FieldProfile, Profile, TopValue
from observatory.quoting import sql_name

Query = Callable[[str, tuple[object, ...]], Any]
_WORDS, _PHRASES, _FOUND, _LEVELS = 4, 200, 20, 100_000


def with_spoken(profile: Profile, sentence: str, query: Query) -> Profile:
    """The profile with the values that a sentence names added to those that its fields list.

    `query` runs SQL with parameters over the table `t` and gives a DataFrame. A table of 142 countries lists the most
    common of them; “only France and India” names two more, which are found by their own words, whatever their case.
    """
    phrases = _phrases(sentence)
    if not phrases:
        return profile
    fields = tuple(_listing(field, phrases, query) if _has_more(field) else field for field in profile.fields)
    return replace(profile, fields=fields)


def _has_more(field: FieldProfile) -> bool:
    named = field.type in ("nominal", "ordinal") and "CHAR" in field.storage.upper()
    return named and len(field.top) < field.distinct <= _LEVELS and field.role != "text"


def _phrases(sentence: str) -> list[str]:
    """The runs of up to four words of a sentence, in lower case, but for those that begin or end in a small word.

    >>> _phrases("only South Africa")
    ['only', 'only south', 'only south africa', 'south', 'south africa', 'africa']
    """
    words = [token.lower for token in tokens(sentence[:500])]
    runs = [words[i : i + n] for i in range(len(words)) for n in range(1, _WORDS + 1) if i + n <= len(words)]
    kept = [" ".join(run) for run in runs if run[0] not in STOP and run[-1] not in STOP]
    return list(dict.fromkeys(phrase for phrase in kept if len(phrase) > 2))[:_PHRASES]


def _listing(field: FieldProfile, phrases: list[str], query: Query) -> FieldProfile:
    name, known = sql_name(field.name), {str(item.value) for item in field.top}
    places = ", ".join("?" for _ in phrases)
    sql = f"SELECT {name} AS value, count(*) AS n FROM t WHERE lower({name}) IN ({places}) GROUP BY 1 ORDER BY 1"
    rows = query(f"{sql} LIMIT {_FOUND}", tuple(phrases))
    fresh = [TopValue(str(v), int(n)) for v, n in zip(rows["value"], rows["n"]) if str(v) not in known]
    return replace(field, top=(*field.top, *fresh)) if fresh else field
