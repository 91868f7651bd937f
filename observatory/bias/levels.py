"""Levels of fields, and which levels of two tables are the same one written in two ways."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from observatory.bias.axis import MAX_LEVELS, family
from observatory.bias.marginals import _low as lower_end
from observatory.model import Table
from observatory.quoting import sql_name

_GATE_ROWS = 20_000
_LEVELLED = ("text", "boolean", "number")
_FEW_NUMBERS = 20
_SHOWN = 40


def folded(text: str) -> str:
    """A name or level without regard to case and to spaces around and between its words.

    >>> folded("  Hair   Colour ") == folded("hair colour")
    True
    """
    return " ".join(text.split()).casefold()


def plain(text: str) -> str:
    """A name or level without regard to case, spaces, punctuation and accents; symbols alone stay as they are.

    >>> plain("Año_Nacimiento"), plain("hair.colour"), plain("+")
    ('anonacimiento', 'haircolour', '+')
    """
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(c for c in letters if c.isalnum()) or folded(text)


def quoted(text: object) -> str:
    """A name or level in a sentence, cut at 40 characters.

    >>> quoted("New  York")
    '“New York”'
    """
    words = " ".join(str(text).split())
    return f"“{words if len(words) <= _SHOWN else words[: _SHOWN - 1] + '…'}”"


def levels_of(table: Table, storage: Mapping[str, str], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Levels of those columns as text, the commonest first; columns of more than 50 levels (20 numbers) are left out.

    A column that already has more levels among the first 20,000 rows is not counted any further.
    """
    asked = [name for name in names if family(storage[name]) in _LEVELLED]
    if not asked or not table.n_rows:
        return {}
    counts = ", ".join(f"count(DISTINCT {sql_name(name)})" for name in asked)
    gate = table.query(f"SELECT {counts} FROM (SELECT * FROM t LIMIT {_GATE_ROWS})").iloc[0].tolist()
    found = {}
    for name, n in zip(asked, gate):
        most = _FEW_NUMBERS if family(storage[name]) == "number" else MAX_LEVELS
        levels = _levels(table, name, storage[name], most) if n <= most else ()
        if levels:
            found[name] = levels
    return found


def are_bands(levels: Sequence[str]) -> bool:
    """Whether levels are bands of a number, two at least, each with a lower end of its own.

    >>> are_bands(["under 18", "18-34", "35 and over"]), are_bands(["18", "19"]), are_bands(["18-34", "adult"])
    (True, False, False)
    """
    lows = [lower_end(level) for level in levels]
    return len(levels) > 1 and None not in lows and len(set(lows)) == len(lows)


def text_sql(name: str, storage: str) -> str:
    r"""The SQL of a column as text, whole numbers without a point.

    >>> print(text_sql("n", "DOUBLE"))
    regexp_replace(CAST("n" AS VARCHAR), '\.0$', '')
    """
    if storage.upper() == "VARCHAR":
        return sql_name(name)
    text = f"CAST({sql_name(name)} AS VARCHAR)"
    return f"regexp_replace({text}, '\\.0$', '')" if family(storage) == "number" else text


def _levels(table: Table, name: str, storage: str, most: int) -> tuple[str, ...]:
    column, text = sql_name(name), text_sql(name, storage)
    counted = f"SELECT {text} AS v, count(*) AS n FROM t WHERE {column} IS NOT NULL GROUP BY 1"
    frame = table.query(f"{counted} ORDER BY n DESC, 1 LIMIT {most + 1}")
    return tuple(frame["v"].tolist()) if len(frame) <= most else ()


def same_spelling(ours: Sequence[str], theirs: Sequence[str], *, loosely: bool = False) -> dict[str, str]:
    """Levels of the other table that are one of ours but for case and spaces (`loosely`: accents too), by theirs.

    What is written alike on both sides is left out, and so is what could be two of ours.

    >>> same_spelling(["female", "male"], ["Female", " MALE", "other"])
    {'Female': 'female', ' MALE': 'male'}
    """
    fold = _unaccented if loosely else folded
    by_fold: dict[str, list[str]] = {}
    for level in ours:
        by_fold.setdefault(fold(level), []).append(level)
    found = {level: by_fold.get(fold(level), []) for level in theirs if level not in ours}
    return {level: same[0] for level, same in found.items() if len(same) == 1}


def _unaccented(text: str) -> str:
    letters = unicodedata.normalize("NFKD", folded(text))
    return "".join(c for c in letters if not unicodedata.combining(c))


def same_meaning(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Levels of the other table that mean one of ours by `synonyms.toml`, by theirs; empty if any level is unknown.

    >>> same_meaning(["F", "M"], ["female", "male"]), same_meaning(["A", "F"], ["female", "male"])
    ({'female': 'F', 'male': 'M'}, {})
    """
    for meanings in _synonyms():
        read = [[meanings.get(_unaccented(level)) for level in side] for side in (ours, theirs)]
        if None in (*read[0], *read[1]) or len(set(read[0])) < len(read[0]):
            continue
        by_meaning = dict(zip(read[0], ours))
        return {
            level: by_meaning[meaning]
            for level, meaning in zip(theirs, read[1])
            if meaning in by_meaning and by_meaning[meaning] != level
        }
    return {}


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[str, str], ...]:
    """For each group of the file, word -> meaning."""
    text = files("observatory.bias").joinpath("synonyms.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text).values()
    return tuple({_unaccented(word): meaning for meaning, words in g.items() for word in words} for g in groups)
