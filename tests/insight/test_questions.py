"""Questions over the tables in datasets/: each asks for what `questions.toml` says, by rules alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import observatory
from observatory.insight.rules import read
from observatory.model import Filter, Profile, Wish, WishedField
from observatory.profile import profile, with_all_values

_OPS = {"=": "equal", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "oneOf", "valid": "valid", "range": "range"}
QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))["question"]


@pytest.fixture(scope="module")
def profiles() -> dict[str, Profile]:
    with observatory.open() as obs:
        tables = {name: obs._store.table(obs.dataset(name).id) for name in {q["table"] for q in QUESTIONS}}
        return {name: with_all_values(table, profile(table)) for name, table in tables.items()}


def said(item: WishedField) -> str:
    """A wished field as `questions.toml` writes it."""
    made = item.calculation
    words = [w for w in (item.aggregate, item.time_unit, item.field) if w is not None]
    plain = " ".join(["bin" if item.bin is True else f"bin {item.bin}", *words] if item.bin else words)
    if made is None:
        return plain
    if made.part is not None:
        return f"rate {made.part.field}={made.part.value}"
    return f"{made.kind} {item.field} {made.other}" if made.other else f"{made.kind} {plain}"


def kept(filters: tuple[Filter, ...], known: Profile) -> set[str]:
    """Conditions as text in which equal ones are equal: the other values, where one is left out."""
    return {_condition(f, known) for f in filters}


def _condition(f: Filter, known: Profile) -> str:
    values = [str(v).lower() for v in (f.value if isinstance(f.value, list) else [f.value])]
    sign = next(sign for sign, op in _OPS.items() if op == f.op)
    if f.negated and f.op == "equal":
        return _others(f.field, values[0], known)
    return f"{f.field} {sign} {'|'.join(sorted(values) if f.op == 'oneOf' else values)}"


def _others(name: str, value: str, known: Profile) -> str:
    return f"{name} in {'|'.join(sorted(v for t in known.field(name).top if (v := str(t.value).lower()) != value))}"


def asked_rows(where: str, known: Profile) -> str:
    name, sign, value = where.lower().split(" ", 2)
    name = next(f.name for f in known.fields if f.name.lower() == name)
    return (
        _others(name, value, known)
        if sign == "!="
        else f"{name} {sign} {value if sign != 'in' else '|'.join(sorted(value.split('|')))}"
    )


def wrong(asked: dict[str, Any], wish: Wish, known: Profile) -> list[str]:
    """What of a wish is not what the question asks for; a count need not be wished where nothing else is measured."""
    sort = None if wish.sort is None else f"{wish.sort} {wish.sort_by or 'measure'}"
    fields = {said(f) for f in wish.fields}
    plain = {f"mean {name}" if f"mean {name}" in fields else name for name in asked["fields"]}
    parts = {
        "fields": (fields - {"count"}, plain - {"count"}),
        "where": (kept(wish.filters, known), {asked_rows(w, known) for w in asked.get("where", [])}),
        "mark": (wish.mark, asked["mark"]) if asked.get("mark") else (None, None),
        "sort": (sort, asked["sort"]) if "sort" in asked else (None, None),
        "limit": (wish.limit, asked.get("limit")),
    }
    return [f"{name}: {got} for {want}" for name, (got, want) in parts.items() if got != want]


def _case(asked: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason="not read yet")] if asked.get("gap") else []
    return pytest.param(asked, id=asked["ask"][:60], marks=marks)


@pytest.mark.parametrize("asked", list(map(_case, QUESTIONS)))
def test_a_question_is_read_as_it_is_meant(profiles: dict[str, Profile], asked: dict[str, Any]) -> None:
    known = profiles[asked["table"]]
    assert not wrong(asked, read(asked["ask"], known).wish, known)
