"""What a field is for: its Vega-Lite type and its role, from its values first and its name second."""

from __future__ import annotations

import re

from observatory.model import FieldType, Role
from observatory.profile.columns import Column
from observatory.profile.statistics import Statistics

MAX_CODES = 12
_MAX_CODE_SPAN = 30
_MIN_REPEATS = 8
_MIN_KEYS = 20
_TEXT_LENGTH = 40
_TEXT_WORDS = 5

_ID = {"id", "ids", "uuid", "guid", "key", "pk", "index", "idx", "identifier", "rownames", "serial"}
_YEAR = {"year", "yr", "jahr", "annee", "année", "año", "anno", "ano"}
_REGION = {
    "country",
    "nation",
    "state",
    "province",
    "county",
    "city",
    "town",
    "region",
    "continent",
    "district",
    "place",
}
_REGION |= {"location", "municipality", "zip", "zipcode", "postcode", "postal", "iso2", "iso3", "fips", "land", "stadt"}
_LATITUDE, _LONGITUDE = {"lat", "latitude"}, {"lon", "lng", "long", "longitude"}
_BAND = re.compile(
    r"\s*([<>≤≥]\s*\d[\d.,]*|\d[\d.,]*\s*(-|–|—|to)\s*\d[\d.,]*|\d[\d.,]*\s*\+)\D*|\s*[1-9](st|nd|rd|th)\b\D*"
)


def type_and_role(column: Column, known: Statistics) -> tuple[FieldType, Role]:
    """The type in Vega-Lite's sense, and the role.

    Whole years under a name such as “year” stay quantitative, since Vega-Lite would take them for milliseconds, with
    the role time. Few whole numbers that repeat often, in a small range, are codes: nominal when there are two, else
    ordinal. Texts that never repeat are identifiers, or text when long.
    """
    words = set(re.findall(r"[^\W\d_]+\d*|\d+", _spaced(column.name).lower()))
    if known.present == 0:
        return ("temporal", "time") if column.family == "time" else ("nominal", "dimension")
    if column.family == "time":
        return "temporal", "time"
    if column.family == "number":
        return _number(column, known, words)
    if column.family == "text":
        return _text(known, words)
    return ("nominal", "text" if column.family == "other" else "dimension")


def _number(column: Column, known: Statistics, words: set[str]) -> tuple[FieldType, Role]:
    low, high = known.lowest or 0.0, known.highest or 0.0
    is_whole = known.n_whole == known.present
    if (words & _LATITUDE and -90 <= low <= high <= 90) or (words & _LONGITUDE and -180 <= low <= high <= 180):
        return "quantitative", "place"
    if not is_whole:
        return "quantitative", "measure"
    if words & _YEAR and low >= 1000 and high <= 2200:
        return "quantitative", "time"
    if words & _ID:
        return "nominal", "identifier" if known.distinct >= 0.95 * known.present else "dimension"
    if words & {"zip", "zipcode", "postcode", "fips"}:
        return "nominal", "place"
    if known.distinct == known.present >= _MIN_KEYS and column.is_whole and high - low + 1 == known.distinct:
        return "nominal", "identifier"
    repeats = known.present / known.distinct
    if known.distinct <= MAX_CODES and high - low <= _MAX_CODE_SPAN and repeats >= _MIN_REPEATS:
        return "nominal" if known.distinct <= 2 else "ordinal", "dimension"
    return "quantitative", "measure"


def _text(known: Statistics, words: set[str]) -> tuple[FieldType, Role]:
    distinct_share = known.distinct / known.present
    if known.length > _TEXT_LENGTH or (known.words > _TEXT_WORDS and distinct_share > 0.5):
        return "nominal", "text"
    if words & _REGION:
        return "nominal", "place"
    if words & _ID and distinct_share >= 0.95:
        return "nominal", "identifier"
    if known.distinct == known.present >= _MIN_KEYS:
        return "nominal", "identifier"
    if known.top and all(isinstance(t.value, str) and _BAND.fullmatch(t.value) for t in known.top):
        return "ordinal", "dimension"
    return "nominal", "dimension"


def _spaced(name: str) -> str:
    """A name with its camel-case words apart.

    >>> _spaced("customerID")
    'customer ID'
    """
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name)
