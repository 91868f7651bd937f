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
    plain = " ".join(["bin", *words] if item.bin else words)
    if made is None:
        return plain
    if made.part is not None:
        return f"rate {made.part.field}={made.part.value}"
    return f"{made.kind} {item.field} {made.other}" if made.other else f"{made.kind} {plain}"


def kept(filters: tuple[Filter, ...], known: Profile) -> set[str]:
    """Conditions as text in which equal ones are equal: all values but some are the others left out."""
    found = set()
    for f in filters:
        values = [str(v).lower() for v in (f.value if isinstance(f.value, list) else [f.value])]
        levels = {str(t.value).lower() for t in known.field(f.field).top}
        if f.op == "oneOf" and len(values) > 1 and len(levels - set(values)) == 1 < len(levels) - 1:
            found.add(f"{f.field} != {min(levels - set(values))}")
        else:
            name = next(sign for sign, op in _OPS.items() if op == f.op)
            order = sorted(values) if f.op == "oneOf" else values
            found.add(f"{f.field} {'!=' if f.negated and f.op == 'equal' else name} {'|'.join(order)}")
    return found


def wrong(asked: dict[str, Any], wish: Wish, known: Profile) -> list[str]:
    """What of a wish is not what the question asks for."""
    sort = None if wish.sort is None else f"{wish.sort} {wish.sort_by or 'measure'}"
    wanted = {w.lower() if "|" not in w else _ordered(w) for w in asked.get("where", [])}
    parts = {
        "fields": ({said(f) for f in wish.fields} - _implied(asked), set(asked["fields"]) - _implied(asked)),
        "where": ({w.lower() for w in kept(wish.filters, known)}, wanted),
        "mark": (wish.mark, asked["mark"]) if asked.get("mark") else (None, None),
        "sort": (sort, asked["sort"]) if "sort" in asked else (None, None),
        "limit": (wish.limit, asked.get("limit")),
    }
    return [f"{name}: {got} for {want}" for name, (got, want) in parts.items() if got != want]


def _implied(asked: dict[str, Any]) -> set[str]:
    """A count need not be wished where nothing else is measured: the rules add it."""
    return {"count"}


def _ordered(where: str) -> str:
    head, values = where.lower().rsplit(" ", 1) if " in " not in where else where.lower().split(" in ")
    return f"{head} {values}" if " in " not in where else f"{head} in {'|'.join(sorted(values.split('|')))}"


@pytest.mark.parametrize("asked", QUESTIONS, ids=[q["ask"][:60] for q in QUESTIONS])
def test_a_question_is_read_as_it_is_meant(profiles: dict[str, Profile], asked: dict[str, Any]) -> None:
    known = profiles[asked["table"]]
    assert not wrong(asked, read(asked["ask"], known).wish, known)
