"""The functions an expression may call: those of Vega that compute a value from their arguments and nothing else."""

from __future__ import annotations

_MANY = 20
_NUMERIC = {
    "abs acos asin atan ceil cos exp floor log round sin sqrt tan toNumber length timezoneoffset now random": (0, 1),
    "atan2 pow": (2, 2),
    "hypot max min": (1, _MANY),
    "clamp": (3, 3),
    "date day dayofyear year quarter month week hours minutes seconds milliseconds time": (1, 1),
    "utcdate utcday utcdayofyear utcyear utcquarter utcmonth utcweek": (1, 1),
    "utchours utcminutes utcseconds utcmilliseconds": (1, 1),
    "indexof lastindexof": (2, 2),
    "parseFloat": (1, 1),
    "parseInt": (1, 2),
    "luminance span": (1, 1),
    "contrast": (2, 2),
    "lerp": (2, 2),
    "sampleNormal sampleLogNormal sampleUniform": (0, 2),
    "cumulativeNormal densityNormal quantileNormal": (1, 3),
    "cumulativeLogNormal densityLogNormal quantileLogNormal": (1, 3),
    "cumulativeUniform densityUniform quantileUniform": (1, 3),
}
_TRUTH = {
    "isArray isBoolean isDate isDefined isFinite isNaN isNumber isObject isRegExp isString isValid toBoolean": (1, 1),
    "inrange": (2, 4),
}
_OTHER = {
    "toDate toString lower upper trim peek reverse extent": (1, 1),
    "dayFormat dayAbbrevFormat monthFormat monthAbbrevFormat": (1, 1),
    "datetime utc": (0, 7),
    "timeOffset utcOffset": (2, 3),
    "timeParse utcParse": (2, 2),
    "format": (2, 2),
    "timeFormat utcFormat": (1, 2),
    "if": (3, 3),
    "pad": (2, 4),
    "truncate": (2, 4),
    "replace": (3, 3),
    "split": (2, 3),
    "join": (1, 2),
    "test": (2, 2),
    "substring slice": (1, 3),
    "sequence": (1, 3),
    "clampRange": (3, 3),
    "sort": (1, 1),
}


def _spread(table: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {name: bounds for names, bounds in table.items() for name in names.split()}


NUMERIC = frozenset(_spread(_NUMERIC)) | {"utc", "toNumber"}
SMALL = NUMERIC | frozenset(_spread(_TRUTH))
ARGUMENTS = {**_spread(_NUMERIC), **_spread(_TRUTH), **_spread(_OTHER)}
MULTIPLY = frozenset({"join", "replace"})
PATTERNED = {"test": (0, 2), "replace": (1, 3), "split": (1, 2)}
"""Which of so many values is a pattern."""
FORMATS = {"format": 1, "timeFormat": 1, "utcFormat": 1, "timeParse": 1, "utcParse": 1}
COUNTS = {"pad": (1, 200), "truncate": (1, 2_000)}
UNITS = frozenset(
    ("year", "quarter", "month", "week", "date", "day", "dayofyear", "hours", "minutes", "seconds", "milliseconds")
)
NUMBERS = frozenset(
    ("NaN", "Infinity", "E", "LN10", "LN2", "LOG10E", "LOG2E", "MAX_VALUE", "MIN_VALUE", "PI", "SQRT1_2", "SQRT2")
)
CONSTANTS = NUMBERS | {"true", "false", "null", "undefined"}
