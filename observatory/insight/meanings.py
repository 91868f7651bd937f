"""What a field means: its semantic type of a closed list (`meanings.toml`), by name, values and numbers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from observatory.insight.words import name_words
from observatory.model import FieldProfile

_MOST_VALUES = 0.8
"""The share of the common values that must look like a meaning."""


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("observatory.insight").joinpath("meanings.toml").read_text(encoding="utf-8"))


def meanings() -> tuple[str, ...]:
    """All semantic types, the first that fits first.

    >>> {"age", "year", "money", "email"} <= set(meanings())
    True
    """
    return tuple(_table())


def meaning(field: FieldProfile) -> str:
    """The semantic type of a field; "category", "level", "date" and "measure" say no more than its type.

    >>> meaning(FieldProfile("pax_age", "quantitative", "measure", "DOUBLE", 0, 60, 0.5, 80.0))
    'age'
    >>> meaning(FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 60, -5.0, 4000.0))
    'measure'
    """
    return next((name for name in meanings() if fits(name, field) and _points_to(name, field)), "category")


def fits(name: str, field: FieldProfile) -> bool:
    """Whether the data allow a meaning, whatever the field is called: a year is a whole number of four digits.

    >>> fits("year", FieldProfile("y", "quantitative", "measure", "BIGINT", 0, 60, 1, 80))
    False
    """
    rule = _table()[name]
    if field.type not in rule["types"].split() or not rule.get("least", 0) <= field.distinct <= rule.get(
        "most", 10**12
    ):
        return False
    if rule.get("identifies") and field.role != "identifier":
        return False
    if rule.get("free") and field.role != "text":
        return False
    if field.type == "quantitative" and not _in_range(rule, field):
        return False
    if "range" in rule and field.type in ("nominal", "ordinal") and not rule.get("values"):
        return all(_is_within(str(t.value), rule["range"]) for t in field.top if t.value is not None)
    if "values" in rule and "words" not in rule:
        return _look_like(rule, field)
    return True


def is_personal(field: FieldProfile) -> bool:
    """Whether a field tells who a person is or how to reach them, by its name or by its values.

    >>> is_personal(FieldProfile("Home_Phone", "nominal", "dimension", "VARCHAR", 0, 9))
    True
    """
    personal = [rule for rule in _table().values() if rule.get("personal")]
    return any(_named(rule, field) or _look_like(rule, field) for rule in personal)


def template(name: str, field: FieldProfile) -> str:
    """What is known of a field of that meaning, in a short sentence; of personal fields none of the values."""
    text = str(_table()[name]["says"])
    values = [str(t.value) for t in field.top if t.value is not None]
    listed = ", ".join(values[:4]) + (" …" if field.distinct > 4 else "")
    if "{values}" in text and (not values or len(listed) > 60):
        text = text.replace(": {values}", f"; {field.distinct:,} of them")
    known = {"min": _short(field.min), "max": _short(field.max), "distinct": f"{field.distinct:,}", "values": listed}
    if field.min is None:
        text = re.sub(r", (?:in degrees )?from \{min\} to \{max\}", "", text)
    for slot, value in known.items():
        text = text.replace(f"{{{slot}}}", value)
    return text


def _short(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.4g}" if abs(value) < 1000 or value % 1 else str(int(value))
    return str(value)[:10]


def _points_to(name: str, field: FieldProfile) -> bool:
    """Whether the name or the values of a field speak for a meaning, or nothing need to."""
    rule = _table()[name]
    silent = rule.get("always") or rule.get("free") or (rule.get("identifies") and "words" not in rule)
    return bool(silent) or rule.get("identifies", False) or _named(rule, field) or _look_like(rule, field)


def _named(rule: Mapping[str, Any], field: FieldProfile) -> bool:
    words = tuple(word for word in name_words(field.name) if word not in ("of", "the"))
    joined = "".join(words)
    pairs = [tuple(pair.split()) for pair in rule.get("pairs", "").split(", ") if pair]
    return (
        bool(set(rule.get("words", "").split()) & {*words, joined})
        or any(pair in pairwise(words) for pair in pairs)
        or any("".join(pair) == joined for pair in pairs)
    )


def _look_like(rule: Mapping[str, Any], field: FieldProfile) -> bool:
    """Whether most of the common values are of a list, or of a pattern."""
    values = [str(t.value).strip() for t in field.top if t.value is not None]
    if not values:
        return False
    if "pattern" in rule:
        like = sum(re.fullmatch(rule["pattern"], v, re.IGNORECASE) is not None for v in values)
        return field.type == "nominal" and like >= _MOST_VALUES * len(values)
    allowed = set(rule.get("values", "").split())
    return bool(allowed) and all(v.lower() in allowed for v in values)


def _in_range(rule: Mapping[str, Any], field: FieldProfile) -> bool:
    low, high = rule.get("range", (float("-inf"), float("inf")))
    if not isinstance(field.min, (int, float)) or not isinstance(field.max, (int, float)):
        return "range" not in rule
    whole = [v for v in (field.min, field.max, *(t.value for t in field.top)) if isinstance(v, float)]
    if rule.get("whole") and any(v % 1 for v in whole):
        return False
    return bool(low <= field.min and field.max <= high)


def _is_within(value: str, bounds: tuple[float, float]) -> bool:
    try:
        return bounds[0] <= float(value) <= bounds[1]
    except ValueError:
        return False
