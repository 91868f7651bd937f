"""Requests for charts: those of the two panels, and random ones over the sample tables."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import observatory
from observatory.model import FieldProfile, Profile, Task, Wish, WishedField

ROOT = Path(__file__).parents[2]
_STORAGE = {"quantitative": "DOUBLE", "temporal": "DATE", "nominal": "VARCHAR", "ordinal": "VARCHAR"}


def panel() -> dict[str, Any]:
    """The panel of textbook charts as it is written; its `notation` says how to read it."""
    return json.loads((ROOT / "benchmarks/charts/panel.json").read_text("utf-8"))


def profile_of(table: Mapping[str, Any]) -> Profile:
    """The profile of a table of a panel: `rows`, and what is known of each of its `fields`."""
    plain = {"missing": 0}
    fields = [
        FieldProfile.from_dict({"name": name, "storage": _STORAGE[known["type"]], **plain, **known})
        for name, known in table["fields"].items()
    ]
    return Profile(table["rows"], tuple(fields))


def wish_of(request: Mapping[str, Any]) -> Wish:
    """A request of a panel: `fields`, and where given `aggregate` and `channel` of some, `task` and `mark`."""
    aggregate, channel = request.get("aggregate", {}), request.get("channel", {})
    fields = [WishedField(name, aggregate=aggregate.get(name), channel=channel.get(name)) for name in request["fields"]]
    return Wish(tuple(fields), mark=request.get("mark"), task=request.get("task"))


def textbook() -> Iterator[tuple[str, Profile, Wish]]:
    """Both panels: a label, the table and the wish."""
    written = panel()
    profiles = {name: profile_of(table) for name, table in written["tables"].items()}
    for request in written["requests"]:
        yield "panel", profiles[request["table"]], wish_of(request)
    first = json.loads((ROOT / "tests/charts/panel.json").read_text("utf-8"))
    for request in first["requests"]:
        fields = {
            name: known | {"distinct": request.get("distinct", {}).get(name, known["distinct"])}
            for name, known in first["fields"].items()
        }
        if not any("(" in name for name in request["fields"]):
            yield (
                "first panel",
                profile_of({"rows": request.get("rows", first["rows"]), "fields": fields}),
                wish_of(request),
            )


def sampled(n: int, seed: int = 0) -> Iterator[tuple[str, Profile, Wish]]:
    """`n` random requests for each sample table: one to four of its columns, often with a task."""
    dice = random.Random(seed)
    workbench = observatory.open()
    try:
        for path in sorted((ROOT / "datasets").glob("*.csv")):
            profile = workbench.profile(workbench.ingest(path))
            names = [field.name for field in profile.fields]
            for _ in range(n):
                fields = dice.sample(names, min(dice.choice([1, 2, 2, 3, 3, 4]), len(names)))
                task = dice.choice([None, None, *get_args(Task)])
                yield path.stem, profile, Wish(tuple(WishedField(name) for name in fields), task=task)
    finally:
        workbench.close()
