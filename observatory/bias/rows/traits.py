"""What sets some rows apart from all others: in words, and as a predicate where a short one will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias import describe
from observatory.bias.axis import family
from observatory.bias.describe import Condition
from observatory.bias.rows.features import Features, Mask, Matrix, is_number
from observatory.model import FieldProfile
from observatory.quoting import sql_literal, sql_name

_MAX_ROWS = 5000
_MAX_LEVELS = 20
_MAX_LABEL = 60
_APART = 0.3
_GOOD = 0.7
_DEPTH = 3


@dataclass(frozen=True)
class Trait:
    """A field in which rows differ from the others, `size` in [0, 1] (Cliff's delta, or the difference of shares)."""

    field: str
    size: float
    words: str


@dataclass(frozen=True)
class Rule:
    """A predicate that holds for most of some rows and for few others, and the same as conditions."""

    where: str
    conditions: tuple[Condition, ...]
    precision: float
    recall: float


@dataclass(frozen=True)
class _Cut:
    """One field held to a half-open range, or to a set of levels (-1 is missing, None any that is not listed)."""

    field: int
    low: float | None = None
    high: float | None = None
    levels: tuple[int, ...] | None = None


def traits(made: Features, inside: Mask, n: int = 3) -> tuple[Trait, ...]:
    """At most `n` fields, largest difference first, in which the rows `inside` differ clearly from all others."""
    found = [_trait(made, i, inside[: len(made.values[i])]) for i in range(len(made.fields))]
    ranked = sorted((t for t in found if t.size >= _APART), key=lambda t: (-t.size, t.field))
    return tuple(ranked[:n])


def _trait(made: Features, i: int, inside: Mask) -> Trait:
    field, values = made.fields[i], made.values[i]
    if not inside.any() or inside.all():
        return Trait(field.name, 0.0, "")
    if is_number(field):
        return _shift(field, values, inside)
    return _level(made, i, inside)


def _shift(field: FieldProfile, values: Matrix, inside: Mask) -> Trait:
    """Cliff's delta of the known values, and the two medians."""
    from scipy.stats import rankdata

    ours, others = values[inside & ~np.isnan(values)], values[~inside & ~np.isnan(values)]
    if not len(ours) or not len(others):
        lost = not len(ours)
        return Trait(field.name, 1.0, f"no {field.name}" if lost else f"a {field.name}, as no others have")
    ours, others = (v[:: max(1, len(v) // _MAX_ROWS)] for v in (ours, others))
    ranks = rankdata(np.concatenate([ours, others]))[: len(ours)]
    delta = 2 * (ranks.mean() - (len(ours) + 1) / 2) / len(others) - 1
    here, there = (shown(field, float(np.quantile(v, 0.5, method="lower"))) for v in (ours, others))
    return Trait(
        field.name, abs(float(delta)), f"{'high' if delta > 0 else 'low'} {field.name} ({here} against {there})"
    )


def _level(made: Features, i: int, inside: Mask) -> Trait:
    """The level whose share differs most."""
    codes, names = made.values[i].astype(int) + 1, ("missing", *made.names[i])
    here, there = (np.bincount(codes[m], minlength=len(names)) / m.sum() for m in (inside, ~inside))
    gap = here - there
    best = int(gap.argmax() if gap.max() >= 0.5 * -gap.min() else gap.argmin())
    name = made.fields[i].name
    text = f"{name} = {_cut_off(names[best])} ({describe.share(here[best])} against {describe.share(there[best])})"
    return Trait(name, abs(float(gap[best])), text)


def shown(field: FieldProfile, value: float) -> str:
    """A value of a number or time field, given in days if it is a time, as people write it."""
    if family(field.storage) != "time":
        return describe.number(value)
    moment = pd.Timestamp(0) + pd.Timedelta(days=value)
    if field.storage.upper().startswith("TIME") and not field.storage.upper().startswith("TIMESTAMP"):
        return f"{moment:%H:%M:%S}"
    return f"{moment:%Y-%m-%d}" if moment == moment.normalize() else f"{moment:%Y-%m-%d %H:%M:%S}"


def rule(made: Features, inside: Mask, random_state: int) -> Rule | None:
    """The best short conjunction for the rows `inside`: a node of a decision tree of depth 3 with precision and recall
    of at least .7; None when no short one will do.
    """
    usable = [i for i, v in enumerate(made.values) if len(v) == len(inside)]
    if not usable or not inside.any() or inside.all():
        return None
    chosen = np.sort(np.random.default_rng(random_state).permutation(len(inside))[:_MAX_ROWS])
    truth = inside[chosen]
    if truth.all() or not truth.any():
        return None
    cuts = _best_node(made, usable, chosen, truth, random_state)
    held = np.all([_holds(made.values[c.field][chosen], c) for c in cuts], axis=0) if cuts else np.zeros(0, bool)
    if not cuts or not held.any():
        return None
    precision, recall = float(truth[held].mean()), float(held[truth].mean())
    if min(precision, recall) < _GOOD:
        return None
    where = " AND ".join(f"({_where(made, c)})" for c in cuts)
    return Rule(where, tuple(_condition(made, c) for c in cuts), precision, recall)


def _best_node(made: Features, usable: list[int], chosen: Any, truth: Mask, random_state: int) -> list[_Cut]:
    """The cuts on the way to the node of the best F1 score."""
    from sklearn.tree import DecisionTreeClassifier

    orders = [_order(made, i, made.values[i][chosen], truth) for i in usable]
    coded = np.column_stack([_coded(made.values[i][chosen], o) for i, o in zip(usable, orders)])
    leaf = max(5, len(truth) // 200)
    model: Any = DecisionTreeClassifier(max_depth=_DEPTH, min_samples_leaf=leaf, random_state=random_state)  # type: ignore[no-untyped-call]
    tree = model.fit(coded, truth).tree_
    passed = np.asarray(model.decision_path(coded).todense(), dtype=bool)
    scores = 2 * passed[truth].sum(axis=0) / (passed.sum(axis=0) + truth.sum())
    scores[0] = 0.0
    node, steps = int(scores.argmax()), []
    while node:
        above = int(np.flatnonzero((tree.children_left == node) | (tree.children_right == node))[0])
        steps.append((int(tree.feature[above]), float(tree.threshold[above]), tree.children_left[above] == node))
        node = above
    return _cuts(made, usable, orders, steps)


def _order(made: Features, i: int, values: Matrix, truth: Mask) -> Matrix:
    """The values of a field in the order of its codes: numbers by size, common levels by how often they are inside."""
    if is_number(made.fields[i]):
        return np.unique(values[~np.isnan(values)])
    found, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    inside = np.bincount(place[truth], minlength=len(found)) / counts
    common = np.argsort(-counts, kind="stable")[:_MAX_LEVELS]
    return np.asarray(found[common[np.argsort(inside[common], kind="stable")]])


def _coded(values: Matrix, order: Matrix) -> Matrix:
    """Positions in an order that starts at 1; missing numbers in the middle, levels not listed at 0."""
    place = {v: i + 1.0 for i, v in enumerate(order.tolist())}
    found = np.array([place.get(v, 0.0) for v in values.tolist()])
    return np.where(np.isnan(values), len(order) // 2, found)


def _cuts(made: Features, usable: list[int], orders: list[Matrix], steps: list[tuple[int, float, Any]]) -> list[_Cut]:
    """The steps of a path, one cut for each field."""
    bounds: dict[int, tuple[int, int]] = {}
    for feature, threshold, is_left in steps:
        first, last = bounds.get(feature, (0, len(orders[feature])))
        at = int(threshold)
        bounds[feature] = (first, min(last, at)) if is_left else (max(first, at + 1), last)
    cuts = []
    for feature, (first, last) in sorted(bounds.items()):
        order, i = orders[feature], usable[feature]
        if is_number(made.fields[i]):
            low = _between(made.fields[i], order, first) if first > 1 else None
            high = _between(made.fields[i], order, last + 1) if last < len(order) else None
            cuts.append(_Cut(i, low, high))
        else:
            cuts.append(_Cut(i, levels=tuple(int(v) for v in order[max(first, 1) - 1 : last])))
    return [c for c in cuts if c.levels != ()]


def _between(field: FieldProfile, order: Matrix, position: int) -> float:
    """The shortest number above the value before that position and not above the value there (counted from 1)."""
    below, at = float(order[position - 2]) if position > 1 else -np.inf, float(order[position - 1])
    if family(field.storage) == "time":
        return at
    for digits in range(1, 17):
        short = float(f"{at:.{digits}g}")
        if below < short <= at:
            return short
    return at


def _holds(values: Matrix, cut: _Cut) -> Mask:
    if cut.levels is not None:
        return np.isin(values, cut.levels)
    low, high = -np.inf if cut.low is None else cut.low, np.inf if cut.high is None else cut.high
    return np.asarray((values >= low) & (values < high))


def _where(made: Features, cut: _Cut) -> str:
    field = made.fields[cut.field]
    name = sql_name(field.name)
    if cut.levels is None:
        low = [f"{name} >= {literal(field, cut.low)}"] if cut.low is not None else []
        high = [f"{name} < {literal(field, cut.high)}"] if cut.high is not None else []
        return " AND ".join(low + high) or f"{name} IS NOT NULL"
    kind = family(field.storage)
    plain = kind in ("number", "boolean") or field.storage.upper() == "VARCHAR"
    known = [made.names[cut.field][v] for v in cut.levels if v >= 0]
    literals = ", ".join(sql_literal(_typed(text, kind)) for text in known)
    among = f"= {literals}" if len(known) == 1 else f"IN ({literals})"
    parts = [f"{name if plain else f'CAST({name} AS VARCHAR)'} {among}"] if known else []
    return " OR ".join(parts + ([f"{name} IS NULL"] if -1 in cut.levels else []))


def _typed(text: str, kind: str) -> object:
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "number":
        return int(text) if text.lstrip("-").isdigit() else float(text)
    return text


def literal(field: FieldProfile, value: float) -> str:
    """The SQL literal of a number, or of a time given in days."""
    if family(field.storage) == "time":
        return f"{sql_literal(_exact(field, value))}::{field.storage}"
    return sql_literal(int(value) if value.is_integer() else value)


def _exact(field: FieldProfile, days: float) -> str:
    moment = (pd.Timestamp(0) + pd.Timedelta(days=days)).round("us")
    is_clock = field.storage.upper().startswith("TIME") and not field.storage.upper().startswith("TIMESTAMP")
    return (
        f"{moment:%H:%M:%S.%f}" if is_clock else f"{moment:%Y-%m-%d}" if moment == moment.normalize() else str(moment)
    )


def _condition(made: Features, cut: _Cut) -> Condition:
    field = made.fields[cut.field]
    if cut.levels is None:
        low = None if cut.low is None else shown(field, cut.low)
        high = None if cut.high is None else shown(field, cut.high)
        whole = "INT" in field.storage.upper()
        return Condition(field.name, low=low, high=high, whole=whole)
    if cut.levels == (-1,):
        return Condition(field.name, missing=True)
    texts = ["missing" if v < 0 else _cut_off(made.names[cut.field][v]) for v in cut.levels]
    return Condition(field.name, levels=tuple(texts))


def _cut_off(text: str) -> str:
    text = " ".join(text.split()) or "(empty)"
    return text if len(text) <= _MAX_LABEL else text[: _MAX_LABEL - 1] + "…"
