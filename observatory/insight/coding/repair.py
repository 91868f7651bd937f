"""Broken chart code, repaired: by the sandbox's suggestions, by a model, and at the end anew from what it names."""

from __future__ import annotations

from collections.abc import Callable
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

    A repair that runs but lost a field or an aggregate that the code named is not the end: the chart is then made
    anew, by the chart rules, of what the code names, and the attempt says so. Raises nothing for bad code.
    """
    attempts = mend(code, try_code, "generate", "person")
    if attempts[-1].ok and (len(attempts) == 1 or keeps(code, attempts[-1].code or "", profile)):
        return attempts
    if llm is not None and not attempts[-1].ok:
        attempts += repaired(llm, sheet(profile, code), attempts, try_code)
        if attempts[-1].ok and keeps(code, attempts[-1].code or "", profile):
            return attempts
    return attempts + _anew(code, profile, recommend, is_open=not attempts[-1].ok)


def keeps(code: str, mended: str, profile: Profile) -> bool:
    """Whether all fields and aggregates that code names are still named after a repair.

    >>> from observatory.model import FieldProfile
    >>> table = Profile(9, (FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 9),))
    >>> keeps("encode(y='avg(Age)')", "encode(y='mean(age)')", table), keeps("y='avg(Age)'", "y='age'", table)
    (True, False)
    """
    before = wish_of(code, profile)
    named = [] if before is None else [*(f.field for f in before.fields), *(f.field for f in before.filters)]
    summed = {f.aggregate for f in before.fields if f.aggregate} if before is not None else set()
    return all(name is None or name in mended for name in named) and summed <= aggregates_in(mended)


def _anew(code: str, profile: Profile, recommend: Recommend, *, is_open: bool) -> list[Attempt]:
    """The chart that the rules make of what the code names; where none fits, that is said if no other is shown."""
    wish = wish_of(code, profile)
    charts: list[RankedChart] = []
    error = "The code names no field of this table."
    for easier in [] if wish is None else [wish, Wish(wish.fields, None, None, wish.filters)]:
        try:
            charts = charts or recommend(easier, 1)
            error = "No chart fits what the code names."
        except (RuleError, ChartError, FieldNotFound) as exc:
            error = exc.message
    if charts:
        said = f"The chart was made anew of what the code names: {charts[0].summary}"
        return [Attempt("fallback", "rules", True, charts[0].code, charts[0].spec, changed=said)]
    return [Attempt("fallback", "rules", False, error=error)] if is_open else []
