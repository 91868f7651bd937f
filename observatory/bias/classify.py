"""Rows of two sides as numbers that models can learn from, the regions of a tree, and the area under a curve.

Levels are put in order of how much commoner they are in the first of the two sides, which is the best split of a tree
for two classes (Breiman et al., 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Side
from observatory.bias.compare.candidates import Place
from observatory.bias.compare.deep import Sides

DEPTH = 4
Rows = np.ndarray[Any, np.dtype[np.int64]]
Scores = np.ndarray[Any, np.dtype[np.float64]]


def part(sides: Sides, rows: Sequence[Rows]) -> Sides:
    """Some rows of both sides, with their weights."""
    a, b = (Side(tuple(c[r] for c in side.codes), side.weights[r]) for side, r in zip(sides, rows))
    return a, b


def ranks(sides: Sides, axes: Sequence[Axis]) -> list[Rows]:
    """For every field the rank of each of its codes: bins in their order, levels by how much commoner they are in the
    first of the two sides (shrunk towards even by one row each).
    """
    orders = []
    for i, axis in enumerate(axes):
        if axis.ordered:
            orders.append(np.arange(axis.n_codes))
            continue
        p, r = (side.margin(i, axis.n_codes) * max(side.n, 1.0) for side in sides)
        even = (p.sum() + 1) / (p.sum() + r.sum() + 2)
        odds = (p + 2 * even) / (p + r + 2)
        rank = np.empty(axis.n_codes, dtype=np.int64)
        rank[np.argsort(odds, kind="stable")] = np.arange(axis.n_codes)
        orders.append(rank)
    return orders


def matrix(side: Side, orders: Sequence[Rows]) -> Scores:
    """Rows x fields: the rank of each row's code."""
    return np.column_stack([o[c] for o, c in zip(orders, side.codes)]).astype(np.float32)


def fitted(sides: Sides, axes: Sequence[Axis], depth: int = DEPTH) -> tuple[Any, list[Rows]]:
    """A decision tree that tells the first of two sides from the second, both weighing the same, and the ranks it was
    given; leaves hold at least ten rows and half a per cent.
    """
    from sklearn.tree import DecisionTreeClassifier

    orders = ranks(sides, axes)
    x, y = np.vstack([matrix(s, orders) for s in sides]), np.repeat([1, 0], [len(s.weights) for s in sides])
    weights = np.concatenate([s.weights * len(x) / max(s.weights.sum(), 1e-300) for s in sides])
    held = weights > 0
    tree: Any = DecisionTreeClassifier(  # type: ignore[no-untyped-call]
        max_depth=depth, min_samples_leaf=max(10, int(held.sum()) // 200), random_state=0
    )
    return tree.fit(x[held], y[held], sample_weight=weights[held]), orders


def tree_places(sides: Sides, axes: Sequence[Axis], depth: int = DEPTH) -> list[Place]:
    """The regions of a decision tree's nodes, leaves and unions of sibling leaves alike, by field and codes."""
    if not all(s.weights.sum() > 0 for s in sides):
        return []
    tree, orders = fitted(sides, axes, depth)
    counts = [np.sum([np.bincount(s.codes[i], minlength=a.n_codes) for s in sides], axis=0) for i, a in enumerate(axes)]
    return _nodes(tree.tree_, orders, [np.flatnonzero(n) for n in counts])


def tree_scores(learn: Sides, test: Sides, axes: Sequence[Axis], depth: int = DEPTH) -> tuple[Scores, Scores]:
    """What a tree that learns on two sides gives to rows of the first and of the second that it did not see."""
    tree, orders = fitted(learn, axes, depth)
    first, second = (tree.predict_proba(matrix(s, orders))[:, 1] for s in test)
    return first, second


def _nodes(tree: Any, orders: Sequence[Rows], present: Sequence[Rows]) -> list[Place]:
    places: list[Place] = []
    stack: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while stack:
        node, bounds = stack.pop()
        if bounds and (place := _place(bounds, orders, present)):
            places.append(place)
        if tree.children_left[node] >= 0:
            i, cut = int(tree.feature[node]), float(tree.threshold[node])
            low, high = bounds.get(i, (-np.inf, np.inf))
            stack.append((int(tree.children_right[node]), {**bounds, i: (max(low, cut), high)}))
            stack.append((int(tree.children_left[node]), {**bounds, i: (low, min(high, cut))}))
    return places


def _place(bounds: dict[int, tuple[float, float]], orders: Sequence[Rows], present: Sequence[Rows]) -> Place | None:
    """Fields and codes of a node; missing values make a group of their own or are left out."""
    fields = sorted(bounds)
    codes = []
    for i in fields:
        low, high = bounds[i]
        inside = [int(c) for c in present[i] if low < orders[i][c] <= high]
        valued = [c for c in inside if c != 0]
        if not inside:
            return None
        codes.append(tuple(valued or inside))
    return tuple(fields), tuple(codes)


def auc(positive: Scores, negative: Scores) -> dict[str, Any]:
    """Area under the ROC curve, its 95 % interval (DeLong et al., 1988), and the one-sided p of Mann-Whitney.

    >>> auc(np.array([0.9, 0.8, 0.7, 0.6]), np.array([0.1, 0.2, 0.3, 0.65]))["auc"]
    0.9375
    """
    from scipy import stats

    n, m = len(positive), len(negative)
    lower = below(np.sort(negative), positive) / m
    upper = 1 - below(np.sort(positive), negative) / n
    area = float(lower.mean())
    spread = float(np.sqrt(lower.var() / max(n - 1, 1) + upper.var() / max(m - 1, 1)))
    varies = len(np.unique(np.concatenate([positive, negative]))) > 1
    test = stats.mannwhitneyu(positive, negative, alternative="greater", method="asymptotic") if varies else None
    return {
        "auc": area,
        "interval": [max(0.0, area - 1.96 * spread), min(1.0, area + 1.96 * spread)],
        "p": float(test.pvalue) if test else 1.0,
    }


def below(ordered: Scores, values: Scores) -> Scores:
    """How many of `ordered` lie below each value, ties by half."""
    return np.asarray(np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2
