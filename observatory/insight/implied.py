"""What a question asks for beyond its terms: bins of a width, a relation, whether there is any, what is compared."""

from __future__ import annotations

import re
from dataclasses import replace

from observatory.insight.assemble import asks_share
from observatory.insight.bins import bin_width
from observatory.model import Profile, Wish, WishedField

_TWICE = re.compile(r"\b(?:higher|lower) `([^`]+)`.*\b(?:higher|lower) `([^`]+)`", re.IGNORECASE)


def related(text: str, wish: Wish) -> Wish:
    """“Do people in richer countries live longer?”: two comparatives ask how one number goes with the other."""
    found = _TWICE.search(text)
    if found is None or found[1] == found[2]:
        return wish
    return Wish((WishedField(found[1], channel="x"), WishedField(found[2], channel="y")), "point", None, wish.filters)


_ANY = re.compile(r"^\s*(?:were|was|are|is|have|has|had|did|do)\b[^.?!]*\b(?:there|any|ever)\b", re.IGNORECASE)


def existing(text: str, wish: Wish, profile: Profile) -> Wish:
    """“Were there any with wind above 9?” asks how many; “when”, in which month."""
    if wish.fields or not wish.filters:
        return wish
    times = [f for f in profile.fields if f.type == "temporal"]
    rows = WishedField(None, "count")
    if _ANY.search(text):
        return replace(wish, fields=(rows,))
    if re.match(r"\s*when\b", text, re.IGNORECASE) and len(times) == 1:
        return replace(wish, fields=(WishedField(times[0].name, time_unit="month"), rows))
    return wish


def wide(wish: Wish, text: str, profile: Profile) -> Wish:
    """Bins of the width that is asked for: of the first number, which is counted in them."""
    width = bin_width(text)
    numbers = [f for f in wish.fields if f.field is not None and profile.field(f.field).type == "quantitative"]
    chosen = next((f for f in numbers if f.bin), next((f for f in numbers if f.aggregate is None), None))
    if width is None or chosen is None:
        return wish
    binned = replace(chosen, bin=width)
    alone = (WishedField(None, "count"),) if len(wish.fields) == 1 else ()
    return replace(wish, fields=(*(binned if f is chosen else f for f in wish.fields), *alone))


def readable(text: str, wish: Wish) -> Wish:
    """Bars where a share of some rows, or in each group, is asked for: what is to be compared stands side by side."""
    dims = [f for f in wish.fields if f.field is not None and f.aggregate is None]
    counted = all(f.aggregate in (None, "count") and not f.bin for f in wish.fields)
    split = asks_share(text) and wish.mark is None and counted and bool(dims) and (bool(wish.filters) or len(dims) > 1)
    return replace(wish, mark="bar") if split else wish


def compared_values(wish: Wish) -> Wish:
    """One number of several values of a field, such as “the pay in Boston and Chicago”: a number for each of them."""
    several = [f.field for f in wish.filters if f.op == "oneOf" and not f.negated]
    alone = bool(wish.fields) and all(f.aggregate for f in wish.fields) and wish.mark not in ("point", "boxplot")
    return replace(wish, fields=(WishedField(several[0]), *wish.fields)) if alone and several else wish
