"""Levels of fields, and which levels of two tables are the same one written in two ways."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from observatory.bias.axis import MAX_LEVELS, family
from observatory.bias.matching.band import lower_end
from observatory.model import Table
from observatory.quoting import sql_name

_GATE_ROWS = 20_000
_LEVELLED = ("text", "boolean", "number")
_FEW_NUMBERS = 20
_SHOWN = 40
_BATCH = 20


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
    gate = in_batches(table, [f"approx_count_distinct({sql_name(name)})" for name in asked], _GATE_ROWS)
    few = {name: _most(storage[name]) for name, n in zip(asked, gate) if n <= 2 * _most(storage[name])}
    counted = [_counted(i, name, storage[name], n) for i, (name, n) in enumerate(few.items())]
    found: dict[int, list[str]] = {}
    for start in range(0, len(counted), _BATCH):
        frame = table.query(" UNION ALL ".join(counted[start : start + _BATCH]))
        for i, level in zip(frame["i"].tolist(), frame["v"].tolist()):
            found.setdefault(i, []).append(level)
    return {name: tuple(found[i]) for i, (name, n) in enumerate(few.items()) if 0 < len(found.get(i, ())) <= n}


def _most(storage: str) -> int:
    return _FEW_NUMBERS if family(storage) == "number" else MAX_LEVELS


def in_batches(table: Table, aggregates: Sequence[str], n_rows: int) -> list[Any]:
    """The values of many aggregates over the first rows of a table, a few at a time: a long list takes too long."""
    source = f"(SELECT * FROM t LIMIT {n_rows})"
    starts = range(0, len(aggregates), _BATCH)
    asked = [f"SELECT {', '.join(aggregates[i : i + _BATCH])} FROM {source}" for i in starts]
    return [value for sql in asked for value in table.query(sql).iloc[0].tolist()]


def are_bands(levels: Sequence[str]) -> bool:
    """Whether levels are bands of a number, two at least, each with a lower end of its own.

    >>> are_bands(["under 18", "18-34", "35 and over"]), are_bands(["18", "19"]), are_bands(["18-34", "adult"])
    (True, False, False)
    """
    lows = [lower_end(level, whole=False) for level in levels]
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


def _counted(i: int, name: str, storage: str, most: int) -> str:
    """The SQL of the commonest levels of column number `i`, one more than `most` where there are that many."""
    column, text = sql_name(name), text_sql(name, storage)
    counted = f"SELECT {i} AS i, {text} AS v, count(*) AS n FROM t WHERE {column} IS NOT NULL GROUP BY ALL"
    return f"({counted} ORDER BY n DESC, v LIMIT {most + 1})"


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


def same_field(ours: str, theirs: str) -> bool:
    """Whether two names of fields are names of the same thing by `synonyms.toml`.

    >>> same_field("Sex", "gender"), same_field("sex", "age")
    (True, False)
    """
    named = [{plain(name) for name in group.get("fields", ())} for group in _groups()]
    return any({plain(ours), plain(theirs)} <= names for names in named)


@lru_cache(maxsize=1)
def _groups() -> tuple[dict[str, list[str]], ...]:
    text = files("observatory.bias.matching").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text).values())


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[str, str], ...]:
    """For each group of the file, word -> meaning."""
    return tuple(
        {_unaccented(word): meaning for meaning, words in group.items() if meaning != "fields" for word in words}
        for group in _groups()
    )
