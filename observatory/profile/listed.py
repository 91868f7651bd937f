"""The values of categories beyond the most common ones, for questions that name them."""

from __future__ import annotations

from dataclasses import replace

from observatory.model import FieldProfile, Profile, Table, TopValue
from observatory.profile.columns import Column, stacked, stacks

MOST_VALUES = 2_000


def with_all_values(table: Table, profile: Profile) -> Profile:
    """The profile with every value of its fields of text in `top`, most common first; those of over 2,000 stay cut.

    A page shows twenty values; a question may name any, such as one country of 142.
    """
    cut = [f for f in profile.fields if _is_cut(f)]
    found: dict[str, tuple[TopValue, ...]] = {}
    for v, alike in stacks([Column(f.name, f.storage) for f in cut]):
        counted = f"SELECT f, v, count(*) AS n FROM {stacked(alike)} WHERE {v.present} IS NOT NULL GROUP BY ALL"
        for f, rows in table.query(f"{counted} ORDER BY f, n DESC, v").groupby("f"):
            top = tuple(TopValue(str(value), int(n)) for value, n in zip(rows["v"], rows["n"]))
            found[alike[int(str(f))].name] = top
    return replace(profile, fields=tuple(replace(f, top=found.get(f.name, f.top)) for f in profile.fields))


def _is_cut(field: FieldProfile) -> bool:
    listed = field.storage == "VARCHAR" and field.type in ("nominal", "ordinal") and field.role != "text"
    return listed and len(field.top) < field.distinct <= MOST_VALUES
