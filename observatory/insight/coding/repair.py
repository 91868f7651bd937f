"""Broken chart code, repaired: by the sandbox's suggestions, by a model, and at the end anew from what it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from observatory.errors import ChartError, FieldNotFound, RuleError
from observatory.insight.coding.by_model import repaired
from observatory.insight.coding.mend import TryCode, mend
from observatory.insight.coding.salvage import aggregates_in, wish_of
from observatory.insight.sheet import sheet
from observatory.model import Attempt, Profile, RankedChart, Wish

if TYPE_CHECKING:
    from observatory.llm import LLM

Recommend = Callable[[Wish, int], list[RankedChart]]


def repair(code: str, profile: Profile, try_code: TryCode, recommend: Recommend, llm: LLM | None) -> list[Attempt]:
    """The attempts at a chart, from the code as it is to the one that is shown; the last one is `ok` if there is one.

    A repair that runs but lost a field or an aggregate that the code named is not the end: a model is asked, if there
    is one, and then the chart is made anew, by the chart rules, of what the code names. The attempt says so, and what
    it still lacks. Raises nothing for bad code.
    """
    attempts = mend(code, try_code, "generate", "person")
    lacks = lost(code, attempts[-1], profile)
    if attempts[-1].ok and (len(attempts) == 1 or not lacks):
        return attempts
    if llm is not None:
        attempts += repaired(llm, sheet(profile, code), [*attempts[:-1], _told(attempts[-1], lacks)], try_code)
        if attempts[-1].ok and not lost(code, attempts[-1], profile):
            return attempts
    return attempts + _anew(code, profile, recommend, attempts[-1])


def lost(code: str, mended: Attempt, profile: Profile) -> list[str]:
    """The fields and aggregates that code names and an attempt at mending it does not.

    A field is lost, too, that the attempt names less often than the code and its chart does not show; a chart of a
    table without rows lost those.

    >>> from observatory.model import FieldProfile
    >>> table = Profile(9, (FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 9),))
    >>> lost("encode(y='avg(Age)')", Attempt("fix", "rules", True, "encode(y='age')"), table)
    ['mean']
    """
    before, after = wish_of(code, profile), mended.code or ""
    if before is None:
        return []
    chart = json.dumps(dict(mended.spec or {}, datasets={}), ensure_ascii=False, default=str)
    names = dict.fromkeys([*(part.field for part in before.fields), *(part.field for part in before.filters)])
    named = [name for name in names if name is not None]
    gone = [name for name in named if name not in after or (name not in chart and after.count(name) < code.count(name))]
    summed = dict.fromkeys(part.aggregate for part in before.fields if part.aggregate)
    rows = ["any row"] if [] in (mended.spec or {}).get("datasets", {}).values() else []
    return [*gone, *(how for how in summed if how not in aggregates_in(after)), *rows]


def _told(attempt: Attempt, lacks: list[str]) -> Attempt:
    """An attempt that ran, with what it lacks as its error, for a model to mend."""
    return replace(attempt, error=f"The chart no longer shows {', '.join(lacks)}.") if attempt.ok else attempt


def _anew(code: str, profile: Profile, recommend: Recommend, last: Attempt) -> list[Attempt]:
    """The chart that the rules make of what the code names, if it shows no less than the last attempt."""
    wish = wish_of(code, profile)
    charts: list[RankedChart] = []
    error = "The code names no field of this table."
    for easier in [] if wish is None else _easier(wish):
        try:
            charts = charts or recommend(easier, 1)
            error = "No chart fits what the code names."
        except (RuleError, ChartError, FieldNotFound) as exc:
            error = exc.message
    if not charts:
        return [] if last.ok else [Attempt("fallback", "rules", False, error=error)]
    said = f"The chart was made anew of what the code names: {charts[0].summary}"
    made = Attempt("fallback", "rules", True, charts[0].code, charts[0].spec, changed=said)
    lacks = lost(code, made, profile)
    if last.ok and len(lacks) > len(lost(code, last, profile)):
        return []
    return [replace(made, changed=f"{said} It does not show {', '.join(lacks)}.") if lacks else made]


def _easier(wish: Wish) -> list[Wish]:
    """What is asked of the chart rules: all that the code names, then without the mark, then without the channels."""
    loose = tuple(replace(field, channel=None) for field in wish.fields)
    return [wish, Wish(wish.fields, None, None, wish.filters), Wish(loose, None, None, wish.filters)]
