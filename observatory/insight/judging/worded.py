"""What the words of a question or a title say by themselves: ends, averages, units of time, shortened names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from observatory.insight.words import alike, name_words, vocabulary
from observatory.model import FieldProfile

_FAMILIES = {
    "mean": vocabulary("mean means average averages avg averaged"),
    "median": vocabulary("median medians"),
    "sum": vocabulary("total totals sum sums number numbers count counts many often"),
    "max": vocabulary(
        "maximum max highest largest biggest greatest strongest heaviest longest oldest tallest warmest hottest best "
        "peak fastest dearest"
    ),
    "min": vocabulary(
        "minimum min lowest smallest least weakest lightest shortest youngest coldest worst slowest cheapest"
    ),
}
_OF_AGGREGATE = {"count": "sum", "distinct": "sum", "average": "mean"}
_WORD = re.compile(r"[^\W\d_]+")
_COUNT = re.compile(r"\b(?:how (?:many|often|common|frequent\w*)|numbers? of|counts?|most common)\b", re.IGNORECASE)
_UNIT = re.compile(
    r"\b(?:(?:each|every|per|by|which|what|from)\s+(?P<unit>year|quarter|month|day|hour)\b"
    r"|(?P<adverb>yearly|annual(?:ly)?|quarterly|monthly|hourly)\b)",
    re.IGNORECASE,
)
_ADVERBS = {"yearly": "year", "quarterly": "quarter", "monthly": "month", "hourly": "hour"}
_MEASURES = vocabulary("mm cm m km g kg mg lb ft usd eur in of pct percent billion million thousand")
_VOWELS = str.maketrans("", "", "aeiou")
_SAID_ELSEWHERE = ("title", "subtitle", "description", "text")


def families(text: str) -> set[str]:
    """The kinds of summary that a text names: mean, median, sum (counts too), max, min.

    >>> sorted(families("Average of the highest winds")), families("Winds")
    (['max', 'mean'], set())
    """
    words = {word.lower() for word in _WORD.findall(text)}
    return {name for name, said in _FAMILIES.items() if words & said}


def family(aggregate: str | None) -> str | None:
    """The kind of summary of an aggregate of Vega-Lite.

    >>> family("count"), family("average"), family("min")
    ('sum', 'mean', 'min')
    """
    return _OF_AGGREGATE.get(aggregate or "", aggregate)


def own_families(name: str) -> set[str]:
    """The kinds of summary that the name of a field itself speaks of.

    >>> own_families("temp_max")
    {'max'}
    """
    return families(" ".join(name_words(name)))


def asks_count(question: str) -> bool:
    """Whether the words ask for a number of rows.

    >>> asks_count("How many storms?"), asks_count("How much rain falls each month?")
    (True, False)
    """
    return _COUNT.search(question) is not None


def unit_of_time(question: str) -> str | None:
    """The one unit of time by which the words group.

    >>> unit_of_time("Which month is the warmest?"), unit_of_time("How did it go through the years?")
    ('month', None)
    """
    found = {_unit(match) for match in _UNIT.finditer(question)}
    return found.pop() if len(found) == 1 else None


def _unit(match: re.Match[str]) -> str:
    if match["unit"]:
        return match["unit"].lower()
    return _ADVERBS.get(match["adverb"].lower(), "year")


def shortens(part: str, word: str) -> bool:
    """Whether a part of a name is a word cut short, or written without its vowels.

    >>> shortens("edu", "education"), shortens("cty", "city"), shortens("cat", "city")
    (True, True, False)
    """
    part, word = part.lower(), word.lower()
    if len(part) < 3 or len(word) <= len(part) or not part.isalpha():
        return False
    return word.startswith(part) or word[0] + word[1:].translate(_VOWELS) == part


def hinted(words: tuple[str, ...], fields: tuple[FieldProfile, ...]) -> dict[str, set[str]]:
    """The fields that each word may mean, as a part of their names is the word cut short."""
    found = {word: {f.name for f in fields if any(shortens(p, word) for p in name_words(f.name))} for word in words}
    return {word: names for word, names in found.items() if names}


def spelt_out(text: str, field: FieldProfile) -> bool:
    """Whether a text has all words of a name of two or more, units aside.

    >>> spelt_out("Body mass on each island", FieldProfile("body_mass_g", "quantitative", "measure", "DOUBLE", 0, 9))
    True
    """
    parts = [part for part in name_words(field.name) if part not in _MEASURES and part.isalpha()]
    words = _WORD.findall(text)
    return len(parts) > 1 and all(any(alike(word, p) or shortens(p, word) for word in words) for p in parts)


def written(spec: Any) -> Iterator[str]:
    """Every text in a chart that is no title: fields, expressions, values."""
    if isinstance(spec, str):
        yield spec
    elif isinstance(spec, dict):
        for key, inner in spec.items():
            if key not in _SAID_ELSEWHERE or (isinstance(inner, dict) and "field" in inner):
                yield from written(inner)
    elif isinstance(spec, (list, tuple)):
        for inner in spec:
            yield from written(inner)
