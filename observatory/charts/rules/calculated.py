"""Charts of what is computed of groups: the rules lay them out as for any number, transforms compute the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from observatory.charts.spec.calculated import SHARES, label, plain
from observatory.charts.spec.view import View
from observatory.charts.spec.words import title
from observatory.model import FieldProfile, Profile, Wish, WishedField

_ADDITIVE = ("share of total", "share of group")


def calculation_of(wish: Wish) -> WishedField | None:
    """The wished field that is to be computed; the first, where there are several."""
    return next((item for item in wish.fields if item.calculation is not None), None)


def stand_in(profile: Profile, wish: Wish, item: WishedField) -> tuple[Profile, Wish, str]:
    """The profile and the wish with a number in the place of what is computed, and its name.

    Parts of a whole add up, so the rules may stack them; rates, ratios and differences do not.
    """
    made = item.calculation
    if made is None:
        raise ValueError("Nothing is computed.")
    for name in (made.other, made.part.field if made.part else None):
        if name is not None:
            profile.field(name)
    name = plain(label(item))
    while any(f.name == name for f in profile.fields):
        name += " (computed)"
    low, high = (0.0, 1.0) if made.kind in SHARES else (_least(profile, item), 1.0)
    number = FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, profile.n_rows, low, high, 0.5, 0.25)
    aggregate = "sum" if made.kind in _ADDITIVE else "mean"
    shown = WishedField(name, aggregate, channel=item.channel)
    fields = tuple(shown if f is item else f for f in wish.fields)
    return replace(profile, fields=(*profile.fields, number)), replace(wish, fields=fields), name


def _least(profile: Profile, item: WishedField) -> float:
    """Zero or more for ratios and running totals of what is never below zero; else either sign."""
    signed = item.calculation is not None and item.calculation.kind in ("difference", "change")
    low = None if item.field is None else profile.field(item.field).min
    return -1.0 if signed or (isinstance(low, (int, float)) and low < 0) else 0.0


def plain_view(view: View, item: WishedField, name: str) -> View:
    """The view with the computed number as it is: one row is left for each group, so nothing is summed up again."""
    encodings = tuple(replace(e, aggregate=None, title=label(item)) if e.field == name else e for e in view.encodings)
    shown = replace(view, encodings=encodings, interval=None)
    words = title(shown)
    is_named = item.calculation is not None and item.calculation.kind == "ratio"
    return replace(shown, title=words if is_named else words[:1].upper() + words[1:])


def names_of(names: Sequence[str], name: str, item: WishedField) -> tuple[str, ...]:
    """The fields of the table that a chart shows, in the place of the computed one those it is computed of."""
    made = item.calculation
    behind = [item.field, made.other if made else None, made.part.field if made and made.part else None]
    kept = [n for n in names if n != name] + [n for n in behind if n is not None]
    return tuple(dict.fromkeys(kept))
