"""A first look at a whole chart: its params and rows, and how much its views, folds and repeats make of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from observatory.sandbox.grammar.expression import expression
from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.limits import FOLDED, PARAMS, TRANSFORMS, VIEWS
from observatory.sandbox.grammar.names import is_param
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.plain import Plain
from observatory.sandbox.grammar.refusal import Refused, shown
from observatory.sandbox.grammar.scope import Scope

_LISTS = ("layer", "concat", "hconcat", "vconcat")
_COMPOSITE = ("boxplot", "errorbar", "errorband")
_SIZES_APART = ("concat", "hconcat", "vconcat", "facet", "repeat", "spec")
_OWN = ("values", "sequence", "sphere", "graticule")


def survey(whole: Plain) -> Scope:
    """What is known of a chart before its places are checked; raises Refused for one that would grow too large.

    >>> sorted(survey(Plain({"params": [{"name": "brush", "select": "interval"}]}, False)).params)
    ['brush']
    """
    spec = whole.value
    config = _object(spec.get("config"))
    look = _Look(frozenset(_object(spec.get("datasets"))))
    look.declare(config.get("params"))
    look.view(spec, own=False, folds=1, flat=0, times=1)
    look.compute()
    return Scope(
        params=look.params,
        datasets=look.datasets,
        has_size=not any(key in spec for key in _SIZES_APART),
        plain_titles=config.get("fieldTitle") == "plain",
        is_bound=look.is_bound,
        pivots=look.pivots,
        has_parts=look.has_parts,
        shows_rows=not (look.is_bound or look.pivots or whole.has_image),
    )


class _Look:
    def __init__(self, datasets: frozenset[str]) -> None:
        self.datasets = datasets
        self.params: dict[str, Param] = {}
        self.computed: dict[str, str] = {}
        self.n_views = 0
        self.n_transforms = 0
        self.is_bound = False
        self.pivots = False
        self.has_parts = False

    def view(self, view: dict[str, Any], own: bool, folds: int, flat: int, times: int) -> None:
        """A view that lies on rows of its own or of the data set, folded and repeated so many times already."""
        self.declare(view.get("params"))
        own = self.owns(view.get("data"), own)
        folds, flat = self.grown(view.get("transform"), folds, flat)
        times *= _repeats(view.get("repeat"))
        inner = list(_views(view))
        mark = view.get("mark")
        kind = mark.get("type") if type(mark) is dict else mark
        self.has_parts = self.has_parts or (type(kind) is str and kind in _COMPOSITE)
        if not inner:
            self.n_views += times
            self.is_bound = self.is_bound or not own
        if self.n_views > VIEWS:
            raise Refused("There are too many charts and layers in the chart.", f"There may be {VIEWS} together.")
        for child in inner:
            self.view(child, own, folds, flat, times)

    def owns(self, data: Any, own: bool) -> bool:
        """Whether a view has rows of its own; the rows of the data set are no longer at hand beneath those."""
        if type(data) is not dict:
            return own
        named = type(data.get("name")) is str and data["name"] in self.datasets
        if "url" not in data and (named or any(key in data for key in _OWN)):
            return True
        if own:
            raise Refused(
                "A part of the chart asks for the rows of the data set beneath rows that stand in the chart.",
                "Move the rows that stand in the chart to the parts that need them.",
            )
        return False

    def grown(self, transforms: Any, folds: int, flat: int) -> tuple[int, int]:
        steps = transforms if type(transforms) is list else []
        self.n_transforms += len(steps)
        if self.n_transforms > TRANSFORMS:
            raise Refused("There are too many transforms in the chart.", f"There may be {TRANSFORMS} together.")
        for transform in steps:
            found = _object(transform)
            folds *= max(1, len(found["fold"])) if type(found.get("fold")) is list else 1
            flat += "flatten" in found
            self.pivots = self.pivots or "pivot" in found
            if "extent" in found and "param" in found:
                self.declare([{"name": found["param"], "select": "extent"}])
        if folds > FOLDED or flat > 1:
            raise Refused("The transforms make too many rows of each row.", f"Fold {FOLDED} fields, flatten once.")
        return folds, flat

    def declare(self, params: Any) -> None:
        for given in params if type(params) is list else ():
            found = _object(given)
            name = found.get("name")
            if type(name) is not str or not is_param(name):
                raise Refused(
                    f"A param may not be called “{shown(str(name)) if type(name) is str else ''}”.",
                    "Its name is a plain word that Vega does not use itself.",
                )
            known = self.params.get(name)
            self.computed.pop(name, None)
            if known is None and type(found.get("expr")) is str:
                self.computed[name] = found["expr"]
            self.params[name] = _param(name, found) if known is None else Param(name, known.selection)
        if len(self.params) > PARAMS:
            raise Refused("There are too many params in the chart.", f"There may be {PARAMS}.")

    def compute(self) -> None:
        """What params may be that are computed of others, as far as that is known."""
        for name, text in self.computed.items():
            with suppress(Refused):
                found = expression(text, Known(self.params))
                self.params[name] = Param(name, values=found.texts, numeric=found.numeric)


def _views(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _LISTS:
        found = view.get(key)
        yield from (child for child in (found if type(found) is list else ()) if type(child) is dict)
    if type(view.get("spec")) is dict:
        yield view["spec"]


def _repeats(repeat: Any) -> int:
    if type(repeat) is list:
        return max(1, len(repeat))
    times = 1
    for fields in _object(repeat).values():
        times *= max(1, len(fields)) if type(fields) is list else 1
    return times


def _object(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}


def _param(name: str, given: dict[str, Any]) -> Param:
    """What a variable may be set to: what its slider, menu or box offers, or the one value it has."""
    if "select" in given:
        return Param(name, selection=True, chosen=_chosen(given))
    if "expr" in given:
        return Param(name)
    bind = _object(given.get("bind"))
    values = [given["value"]] if "value" in given else []
    kind = bind.get("input")
    if kind == "range":
        values += [bind.get("min", 0), bind.get("max", 100)]
    elif kind in ("select", "radio") and type(bind.get("options")) is list:
        values += bind["options"]
    elif kind == "checkbox":
        values += [True, False]
    elif kind == "color":
        values += ["#000000"]
    elif "bind" in given:
        return Param(name)
    numeric = bool(values) and all(type(value) in (int, float) for value in values)
    return Param(name, values=tuple(values) or None, numeric=numeric)


def _chosen(given: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What a menu offers for the one field of a selection that nothing else sets."""
    select, bind, first = _object(given.get("select")), _object(given.get("bind")), given.get("value", [])
    fields, options = select.get("fields"), bind.get("options")
    only_by_menu = set(select) <= {"type", "fields"} and select.get("type") == "point"
    if not only_by_menu or bind.get("input") not in ("select", "radio") or type(options) is not list:
        return {}
    if type(fields) is not list or len(fields) != 1 or type(fields[0]) is not str:
        return {}
    held = [_object(each).get(fields[0]) if type(each) is dict else each for each in _listed(first)]
    return {fields[0]: (*options, *held)}


def _listed(value: Any) -> list[Any]:
    return value if type(value) is list else [value]
