"""The words that chart code may use, and which of them somebody meant."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import altair as alt
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

_WRITES = re.compile(
    r"^(_|to_(?!dict|datetime|numeric|list|frame|numpy|timedelta)|save|show|display|open|from_|repr|read_)"
)
_LONGEST = 200
TYPES = {"quantitative": "Q", "nominal": "N", "ordinal": "O", "temporal": "T", "geojson": "G"}
AGGREGATES = (
    *("average", "count", "distinct", "max", "mean", "median", "min", "missing", "q1", "q3", "stdev", "stderr"),
    *("sum", "valid", "variance"),
)
_TABLES = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def _table(name: str) -> dict[str, str]:
    return {written: word for word, others in _TABLES[name].items() for written in others}


MEANT = _table("word")
MARKS_MEANT = _table("mark")
MODERN = _table("method")
TIME_UNITS = (
    *("year", "quarter", "month", "week", "day", "dayofyear", "date", "hours", "minutes", "seconds", "yearquarter"),
    *("yearmonth", "yearmonthdate", "monthdate", "yearweek", "hoursminutes"),
)
COLOURS = (
    *(
        "red",
        "blue",
        "green",
        "black",
        "white",
        "gray",
        "grey",
        "orange",
        "purple",
        "steelblue",
        "teal",
        "navy",
        "gold",
    ),
    *("pink", "brown", "firebrick", "crimson", "tomato", "salmon", "darkblue", "darkgreen", "lightblue", "lightgray"),
)
DATE_PARTS = (
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "weekday",
    "dayofweek",
    "quarter",
    "date",
    "month_name",
    "day_name",
    "second",
    "dayofyear",
    "day_of_week",
    "isocalendar",
    "strftime",
    "is_month_end",
)
TEXT_PARTS = (
    "lower",
    "upper",
    "title",
    "strip",
    "split",
    "replace",
    "contains",
    "startswith",
    "endswith",
    "capitalize",
    *("zfill", "slice", "lstrip", "rstrip", "isdigit", "isnumeric", "extract", "match", "swapcase", "casefold"),
)


def _public(*holders: object) -> tuple[str, ...]:
    return tuple(sorted({name for holder in holders for name in dir(holder) if not _WRITES.match(name)}))


def useful(holder: object) -> tuple[str, ...]:
    """The names of an object that chart code may want: not private, and not those that write or show.

    >>> "save" in useful(alt.Chart), "encode" in useful(alt.Chart)
    (False, True)
    """
    return _public(holder)


ALT = _public(alt)
CHARTS = _public(alt.Chart)
FRAMES = _public(pd.DataFrame, pd.Series)
PANDAS = _public(pd)
CHANNELS = tuple(name for name in inspect.signature(alt.Chart.encode).parameters if name not in ("self", "args"))
MARKS = tuple(name for name in CHARTS if name.startswith("mark_"))


def plain(name: str) -> str:
    """A name without case, spaces and signs.

    >>> plain("Bill length (mm)")
    'billlengthmm'
    """
    return re.sub(r"[\W_]+", "", name).casefold()


def nearest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known name that was meant: the same but for case and signs, nearly the same, or the only one it begins.

    >>> nearest("Body Mass", ["body_mass_g", "sex"]), nearest("tail", ["body_mass_g", "sex"])
    ('body_mass_g', None)
    """
    by_plain: dict[str, str] = {}
    for other in known:
        if len(other) <= _LONGEST:
            by_plain.setdefault(plain(other) or other, other)
    short = plain(name)
    if not short or len(name) > _LONGEST or name in by_plain.values():
        return None
    if short in by_plain:
        return by_plain[short]
    meant = MEANT.get(name, MEANT.get(name.lower(), ""))
    if plain(meant) in by_plain and meant:
        return by_plain[plain(meant)]
    close = get_close_matches(short, by_plain, n=1, cutoff=cutoff)
    if close:
        return by_plain[close[0]]
    begun = [other for other in by_plain if len(short) >= 3 and (other.startswith(short) or short.startswith(other))]
    begun = begun or [other for other in by_plain if len(short) >= 4 and other.endswith(short)]
    return by_plain[begun[0]] if len(begun) == 1 else None


def parameters(function: str, holder: str = "") -> tuple[str, ...]:
    """The arguments that a function of Altair or pandas takes by name.

    >>> "ascending" in parameters("sort_values")
    True
    """
    holders = (alt.Chart, alt, pd.DataFrame, pd.Series, DataFrameGroupBy, pd)
    for owner in (pd.Series, *holders) if holder == "Series" else holders:
        found = getattr(owner, function, None)
        if callable(found):
            try:
                return tuple(name for name in inspect.signature(found).parameters if name != "self")
            except (TypeError, ValueError):
                continue
    return ()
