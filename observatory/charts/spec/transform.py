"""The transforms of a Vega-Lite chart, read for what is known afterwards of its rows and fields; nothing is run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from observatory.charts.spec.expression import OPS, Condition, condition_of, negated
from observatory.charts.spec.vegalite import DATE_PARTS, MEASURE, RANK
from observatory.model import Filter
from observatory.quoting import vega_name

MOST_STEPS, DEEPEST = 100, 20
_RANKS = ("rank", "dense_rank", "row_number")
_ALIKE = ("min", "max", "first_value", "last_value", "nth_value", "lag", "lead", "mode")
_CURVES = {"regression": "regression", "loess": "loess", "density": "density", "quantile": "quantile"}


@dataclass(frozen=True)
class Derived:
    """A field that a transform makes: its Vega-Lite type and number of values where they are known, and of which
    fields it holds values.
    """

    name: str
    how: str
    type: str | None = None
    distinct: int | None = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnRows:
    """Rows of the chart's own, before its transforms: their fields; `is_open` where there may be others."""

    fields: tuple[Derived, ...] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Shaped:
    """What transforms leave: filters, derived fields, the first groups kept, and what is known no more.

    `visible` are the fields that are left, None for all; `is_open` says that fields of unknown names were added;
    `exact` says that the filters and the limit are all that the transforms do.
    """

    filters: tuple[Filter, ...] = ()
    derived: tuple[Derived, ...] = ()
    limit: int | None = None
    descending: bool = True
    visible: tuple[str, ...] | None = None
    rows_known: bool = True
    levels_known: bool = True
    is_open: bool = False
    exact: bool = True
    notes: tuple[str, ...] = ()

    def made(self, name: str | None) -> Derived | None:
        """The derived field of a name, the one made last."""
        return next((d for d in reversed(self.derived) if d.name == name), None)


def shaped(steps: Iterable[Any]) -> Shaped:
    """What a list of transforms leaves of the rows and fields; it may begin with the chart's own rows.

    >>> shaped([{"calculate": "datum.a + 1", "as": "b"}, {"filter": "datum.a > 1"}]).derived[0].name
    'b'
    """
    known = Shaped()
    for place, step in enumerate(steps):
        if place == MOST_STEPS:
            return replace(known, exact=False, rows_known=False, levels_known=False, is_open=True)
        known = _after(known, step)
    return known


def _after(known: Shaped, step: Any) -> Shaped:
    if isinstance(step, OwnRows):
        visible = tuple(made.name for made in step.fields)
        return Shaped((), step.fields, visible=visible, rows_known=False, is_open=step.is_open, exact=False)
    if not isinstance(step, Mapping):
        return _noted(known, "A transform that is no JSON object is not judged.")
    if "filter" in step:
        return _filtered(known, step["filter"])
    name = next((key for key in _MAKERS if key in step), None)
    if name is None:
        return _noted(known, f"The transform “{_first(step)}” is not understood, so its fields and rows are not known.")
    own = (
        name in ("joinaggregate", "window")
        and known.exact
        and _writes(step, MEASURE if name == "joinaggregate" else RANK)
    )
    made = _MAKERS[name](known, name, step)
    if own and name == "window":
        order = step.get("sort")
        first = order[0] if isinstance(order, list) and order and isinstance(order[0], Mapping) else {}
        made = replace(made, descending=first.get("order") == "descending")
    return replace(made, exact=own)


def _first(step: Mapping[str, Any]) -> str:
    return str(next(iter(step), ""))[:60]


def _noted(known: Shaped, note: str) -> Shaped:
    return replace(known, rows_known=False, levels_known=False, is_open=True, exact=False, notes=(*known.notes, note))


def _writes(step: Mapping[str, Any], name: str) -> bool:
    items = step.get("joinaggregate", step.get("window"))
    return isinstance(items, list) and any(isinstance(item, Mapping) and item.get("as") == name for item in items)


# ── rows ──


def _filtered(known: Shaped, predicate: Any) -> Shaped:
    condition = _condition(predicate)
    for kept in condition.filters:
        known = _kept(known, kept)
    if not condition.understood:
        text = predicate if isinstance(predicate, str) else "of a selection" if _selects(predicate) else "of a filter"
        note = f"The condition “{text[:80]}” is not understood, so which rows stay is not known."
        if _selects(predicate):
            note = "What a selection filters is not known before somebody selects."
        known = replace(known, rows_known=False, levels_known=_selects(predicate), notes=(*known.notes, note))
    return replace(known, exact=known.exact and condition.exact)


def _selects(predicate: Any) -> bool:
    return isinstance(predicate, Mapping) and ("param" in predicate or "selection" in predicate)


def spares_most(filter: Filter) -> bool:
    """Whether a filter only leaves missing or single values out.

    >>> spares_most(Filter("a", "valid", True)), spares_most(Filter("a", "gt", 1))
    (True, False)
    """
    return (filter.op, filter.value) == ("valid", True) or (filter.op == "equal" and filter.negated)


def _kept(known: Shaped, filter: Filter) -> Shaped:
    made = known.made(filter.field)
    if made is None:
        return replace(known, filters=(*known.filters, filter))
    if spares_most(filter):
        return replace(known, exact=known.exact and made.name == MEASURE)
    is_first = made.how == "rank" and filter.op in ("lt", "lte") and not filter.negated
    if is_first and isinstance(filter.value, (int, float)):
        most = math.ceil(filter.value) - 1 if filter.op == "lt" else math.floor(filter.value)
        return replace(
            known, limit=max(1, min(most, 10_000)), rows_known=False, exact=known.exact and made.name == RANK
        )
    return replace(known, rows_known=False, levels_known=False, exact=False)


def _condition(predicate: Any, deep: int = 0) -> Condition:
    if isinstance(predicate, str):
        return condition_of(predicate)
    if not isinstance(predicate, Mapping) or deep > DEEPEST:
        return Condition((), False, False)
    if isinstance(predicate.get("and"), list):
        parts = [_condition(item, deep + 1) for item in predicate["and"][:MOST_STEPS]]
        joined = tuple(kept for part in parts for kept in part.filters)
        return Condition(joined, all(p.understood for p in parts), all(p.exact for p in parts))
    if "not" in predicate:
        inner = _condition(predicate["not"], deep + 1)
        one = inner.filters if inner.exact and len(inner.filters) == 1 else ()
        return Condition(tuple(map(negated, one)), bool(one), bool(one))
    if not isinstance(predicate.get("field"), str) or "timeUnit" in predicate:
        return Condition((), False, False)
    if isinstance(predicate.get("valid"), bool):
        return Condition((Filter(vega_name(predicate["field"]), "valid", predicate["valid"]),))
    if "equal" in predicate and predicate["equal"] is None:
        return Condition((Filter(vega_name(predicate["field"]), "valid", False),))
    return next((_compared(predicate, op) for op in OPS if op in predicate), Condition((), False, False))


def _compared(predicate: Mapping[str, Any], op: Any) -> Condition:
    value = predicate[op]
    several = op in ("range", "oneOf")
    if several != isinstance(value, list):
        return Condition((), False, False)
    items = [_iso(v) for v in value[:1000]] if several else _iso(value)
    good = all(map(_is_scalar, items)) if several else _is_scalar(items)
    if not good or (op == "range" and len(items) != 2) or (several and len(value) > 1000):
        return Condition((), False, False)
    return Condition((Filter(vega_name(predicate["field"]), op, items),))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, bool)) or (isinstance(value, (int, float)) and math.isfinite(value))


def _iso(value: Any) -> Any:
    """Vega-Lite's DateTime as ISO 8601, anything else as it is."""
    if not isinstance(value, Mapping) or not isinstance(value.get("year"), int):
        return value
    parts = [value.get(part, int(part in ("month", "date"))) for part in DATE_PARTS]
    try:
        time = datetime(*parts)
    except (TypeError, ValueError, OverflowError):
        return None
    return time.date().isoformat() if parts[3:] == [0, 0, 0] else time.isoformat()


# ── fields ──


def _names(names: Any, otherwise: tuple[str, ...] = ()) -> tuple[str, ...]:
    given = [names] if isinstance(names, str) else names if isinstance(names, list) else []
    return tuple(vega_name(name) for name in given[:MOST_STEPS] if isinstance(name, str)) or otherwise


def _add(known: Shaped, *made: Derived) -> Shaped:
    visible = None if known.visible is None else (*known.visible, *(d.name for d in made))
    return replace(known, derived=(*known.derived, *made), visible=visible)


def _only(known: Shaped, kept: tuple[str, ...], *made: Derived) -> Shaped:
    """New rows: of the old fields only those kept are left, beside those made."""
    return replace(_add(replace(known, visible=kept), *made), rows_known=False)


def _simple(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    kinds = {"bin": "quantitative", "stack": "quantitative", "timeUnit": "temporal"}
    defaults = {"stack": ("stack",)}.get(how, ())
    return _add(known, *(Derived(name, how, kinds.get(how)) for name in _names(step.get("as"), defaults)))


def _operations(step: Mapping[str, Any], how: str) -> tuple[Derived, ...]:
    items = step[how] if isinstance(step[how], list) else []
    made = []
    for item in [i for i in items[:MOST_STEPS] if isinstance(i, Mapping)]:
        op, of = str(item.get("op"))[:40], _names(item.get("field"))
        name = _names(item.get("as"), (f"{op}_{of[0]}" if of else op,))[0]
        kind = None if op in _ALIKE else "quantitative"
        made.append(
            Derived(
                name,
                "rank" if op in _RANKS else how,
                kind,
                None,
                of if op in _ALIKE or op in ("mean", "median") else (),
            )
        )
    return tuple(made)


def _joined(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    return _add(known, *_operations(step, how))


def _aggregated(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    if not isinstance(step[how], list):
        return _noted(known, "A transform “aggregate” without operations is not judged.")
    return _only(known, _names(step.get("groupby")), *_operations(step, how))


def _folded(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    of, names = _names(step[how]), (*_names(step.get("as")), "key", "value")
    pair = (names[0], names[1]) if len(_names(step.get("as"))) > 1 else ("key", "value")
    made = Derived(pair[0], how, "nominal", len(of)), Derived(pair[1], how, None, None, of)
    return replace(_add(known, *made), rows_known=False)


def _curve(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    default = {"density": ("value", "density"), "quantile": ("prob", "value")}.get(
        how, (*_names(step.get("on")), *_names(step[how]))
    )
    is_fit = how == "regression" and step.get("params") is True
    names = ("coef", "rSquared") if is_fit else _names(step.get("as"), default)
    return _only(known, _names(step.get("groupby")), *(Derived(name, how, "quantitative") for name in names))


def _opened(known: Shaped, how: str, step: Mapping[str, Any]) -> Shaped:
    """Rows or fields that cannot be known: pivots, lookups, flattened lists, imputed and sampled rows."""
    made = [Derived(name, how) for name in _names(step.get("as"))]
    opened = replace(_add(known, *made), is_open=known.is_open or how in ("pivot", "lookup", "flatten"))
    if how == "lookup":
        return replace(opened, notes=(*known.notes, "Fields looked up in other data are not known."))
    return replace(opened, rows_known=False, levels_known=known.levels_known and how != "sample")


_MAKERS = {
    "calculate": _simple,
    "timeUnit": _simple,
    "bin": _simple,
    "stack": _simple,
    "joinaggregate": _joined,
    "window": _joined,
    "aggregate": _aggregated,
    "fold": _folded,
    **dict.fromkeys(_CURVES, _curve),
    **dict.fromkeys(("pivot", "lookup", "flatten", "impute", "sample", "extent"), _opened),
}
