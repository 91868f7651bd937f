"""Can sample and reference be told apart, and by what?

The classifier two-sample test (Lopez-Paz & Oquab, 2017): models learn on one half which of the two tables a row is
from; if they guess better than by chance on the other half (area under the ROC curve above .5), the tables differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from observatory.bias.absent.retained import retained
from observatory.bias.axis import Axis
from observatory.bias.classify import DEPTH, Rows, Scores, auc, below, matrix, part, ranks, tree_places
from observatory.bias.coded import Weights
from observatory.bias.compare.candidates import Place, Tests
from observatory.bias.compare.cells import explained_away, where_sql
from observatory.bias.compare.compared import Compared, compared
from observatory.bias.compare.deep import Deep, Sides, bare, beyond_cells, dig, said, tested
from observatory.bias.describe import listed, number
from observatory.bias.run import Outcome, Run, Witness
from observatory.model import BiasOptions, Note

MODELS = ("decision tree", "random forest", "k-nearest neighbours")
_MIN_ROWS = 40
_N_TREES = 40
_NEIGHBOURS = 25
_KNN_ROWS = 4000
_SHUFFLED_ROWS = 3000
_LEARN_ROWS = 10_000
_TREE_ROWS = 5000
_IMPORTANT = 0.005
_MAIN = 0.3


@dataclass(frozen=True, eq=False)
class Halves:
    """Rows of sample and reference that models learn on, and those that they are tested on."""

    learn: tuple[Rows, Rows]
    test: tuple[Rows, Rows]


def told_apart(run: Run) -> Outcome:
    """Sample against reference by three classifiers, and regions over several fields that cells could not say.

    Without a reference: rows whose values are missing against the others (see `retained`).
    """
    lost = retained(run)
    if run.reference is None or not run.once(compared).axes:
        return lost
    both = run.once(compared)
    halves = _halves(both, run.random_state, run.sample_rows)
    if halves is None:
        return lost
    claims, p = _two_sample(both, halves, run)
    start, deep = run.once(beyond_cells), run.once(told_regions)
    found, below = said(run, deep, "told_apart", start)
    return Outcome(
        check=_check(claims, halves, run.options),
        families={"models": p, "told_apart": deep.p},
        found=found,
        notes=lost.notes if found or run.once(explained_away).regions else (_note(claims, run.options), *lost.notes),
        claims={"told_apart": claims, **lost.claims},
        explained=below,
        witnesses=_witnesses(both, halves, run),
    )


def told_regions(run: Run) -> Deep:
    """Regions of a decision tree that one- and two-way cells leave over, confirmed on the half it did not see."""
    both, start = run.once(compared), run.once(beyond_cells)
    halves = _halves(both, run.random_state, run.sample_rows)
    if halves is None or len(both.axes) < 2:
        return start

    plain = run.once(plain_places)

    def propose(_: Sides, raked: Sides) -> Tests:
        places = [*tree_places(part(raked, halves.learn), both.axes), *plain]
        return tested([p for p in dict.fromkeys(places) if len(p[0]) > 1], part(raked, halves.test))

    return dig(start, both, propose, lambda sides: part(sides, halves.learn), "told_apart", run.options)


def plain_places(run: Run) -> list[Place]:
    """The nodes of a decision tree that tells the tables apart as they are."""
    both = run.once(compared)
    halves = _halves(both, run.random_state, run.sample_rows)
    return tree_places(part((both.sample, both.reference), halves.learn), both.axes) if halves else []


def _halves(both: Compared, random_state: int, most: int) -> Halves | None:
    """A random half of each side, at most `most` rows of it, to learn on, and the rest; None with too few rows."""
    rng = np.random.default_rng(random_state)
    orders = [rng.permutation(len(side.weights)) for side in (both.sample, both.reference)]
    if min(len(o) for o in orders) < _MIN_ROWS:
        return None
    cuts = [min(len(o) // 2, most) for o in orders]
    a, b = zip(orders, cuts)
    return Halves((a[0][: a[1]], b[0][: b[1]]), (a[0][a[1] :], b[0][b[1] :]))


# ── the two-sample test ──


def _two_sample(both: Compared, halves: Halves, run: Run) -> tuple[dict[str, Any], Weights]:
    """AUC with its interval and p for each model, the fields that a forest needs, and the p of all models."""
    whole = both.sample, both.reference
    n_learn, n_test = (min(len(r) for r in rows) for rows in (halves.learn, halves.test))
    n_learn, n_test = min(n_learn, _LEARN_ROWS), min(n_test, run.sample_rows)
    learn, test = part(whole, [r[:n_learn] for r in halves.learn]), part(whole, [r[:n_test] for r in halves.test])
    orders = ranks(learn, both.axes)
    scale = np.array([max(axis.n_codes - 1, 1) for axis in both.axes], dtype=np.float32)
    x, x_test = (np.vstack([matrix(side, orders) for side in sides]) / scale for sides in (learn, test))
    y, y_test = np.repeat([1, 0], n_learn), np.repeat([1, 0], n_test)
    tree, forest, neighbours = _models(n_learn)
    few, few_test = _spread(len(x), _KNN_ROWS), _spread(len(x_test), _KNN_ROWS)
    scores = [model.fit(x, y).predict_proba(x_test)[:, 1] for model in (tree, forest)]
    near = neighbours.fit(x[few], y[few]).predict_proba(x_test[few_test])[:, 1]
    areas = [auc(s[y_test == 1], s[y_test == 0]) for s in scores]
    areas.append(auc(near[y_test[few_test] == 1], near[y_test[few_test] == 0]))
    apart = areas[1]["p"] <= run.options.max_q
    fields = _importance(forest, x_test, y_test, both.axes, run.random_state) if apart else []
    return {**dict(zip(MODELS, areas)), "fields": fields}, np.array([a["p"] for a in areas])


def _models(n: int) -> tuple[Any, Any, Any]:
    """Tree, forest and neighbours for `n` rows of each table."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.tree import DecisionTreeClassifier

    drawn = min(1.0, _TREE_ROWS / (2 * n))
    return (
        DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=max(5, n // 100), random_state=0),  # type: ignore[no-untyped-call]
        RandomForestClassifier(  # type: ignore[no-untyped-call]
            _N_TREES, max_depth=10, min_samples_leaf=5, max_samples=drawn, random_state=0
        ),
        KNeighborsClassifier(min(_NEIGHBOURS, n)),  # type: ignore[no-untyped-call]
    )


def _spread(n: int, most: int) -> Rows:
    """Evenly spread positions, as many of both classes."""
    return np.arange(n) if n <= most else np.unique(np.linspace(0, n - 1, most).astype(np.int64))


def _importance(
    forest: Any, x: Scores, y: Rows, axes: Sequence[Axis], random_state: int
) -> list[dict[str, str | float]]:
    """By how much the forest's AUC falls when one field is shuffled among the rows it is tested on (Breiman, 2001),
    on average over two shuffles that both lower it.
    """
    rows = _spread(len(x), _SHUFFLED_ROWS)
    x, y = x[rows], y[rows]
    rng = np.random.default_rng(random_state)
    orders = [rng.permutation(len(x)) for _ in range(2)]
    given = [x]
    for i in range(len(axes)):
        for order in orders:
            given.append(x.copy())
            given[-1][:, i] = x[order, i]
    scores = forest.predict_proba(np.vstack(given))[:, 1].reshape(len(given), len(x))
    whole, *areas = [below(np.sort(s[y == 0]), s[y == 1]).mean() / max((y == 0).sum(), 1) for s in scores]
    lowered = whole - np.reshape(areas, (len(axes), len(orders)))
    falls = [(float(low.mean()), axis.field) for low, axis in zip(lowered, axes) if low.min() > 0]
    ranked = sorted(falls, key=lambda f: -f[0])
    return [{"field": name, "importance": fall} for fall, name in ranked if fall >= _IMPORTANT]


# ── what is said ──


def _witnesses(both: Compared, halves: Halves, run: Run) -> tuple[Witness, ...]:
    """Nodes of a tree whose share departs in the half it did not see (Bonferroni, |h| at least the threshold)."""
    whole = both.sample, both.reference
    t = tested(run.once(plain_places), part(whole, halves.test))
    if not len(t.log_p):
        return ()
    passing = (np.abs(t.h) >= run.options.min_effect) & (t.log_p <= np.log(run.options.max_q / len(t.log_p)))
    made = []
    for i in np.flatnonzero(passing):
        where = where_sql(bare(t.places[int(i)]), both.axes)
        made.append(Witness("decision tree", where, "over" if t.z[i] > 0 else "under"))
    return tuple(made)


def _main_fields(claims: dict[str, Any]) -> list[str]:
    """The fields without which the forest does markedly worse."""
    falls = [(str(f["field"]), float(f["importance"])) for f in claims["fields"][:3]]
    return [name for name, fall in falls if fall >= _MAIN * falls[0][1]]


def _cannot_tell(claims: dict[str, Any], options: BiasOptions) -> bool:
    return bool(claims["random forest"]["p"] > options.max_q / len(MODELS))


def _note(claims: dict[str, Any], options: BiasOptions) -> Note:
    """What the forest says, where no finding says it."""
    forest = claims["random forest"]
    low, high = (number(round(v, 2)).removeprefix("0") for v in forest["interval"])
    area = f"{forest['auc']:.2f}".removeprefix("0")
    scale = ".5 is guessing, 1 is certain"
    if _cannot_tell(claims, options):
        text = (
            f"A random forest cannot tell sample rows from reference rows: AUC {area} (95 % CI {low}–{high}; {scale})."
        )
        return Note("told_apart", (), text)
    names = _main_fields(claims)
    by = f", mostly by {listed(names)}" if names else ""
    text = f"A random forest tells sample rows from reference rows with AUC {area} (95 % CI {low}–{high}; {scale}){by}."
    return Note("told_apart", tuple(names), text)


def _check(claims: dict[str, Any], halves: Halves, options: BiasOptions) -> str:
    areas = listed([f"{name} {claims[name]['auc']:.2f}".replace(" 0.", " .") for name in MODELS])
    n = min(len(r) for r in halves.test)
    z = float(-special.ndtri(0.05 / len(MODELS)) + special.ndtri(0.8))
    seen = 0.5 + z * float(np.sqrt(1 / (6 * max(n, 1))))
    noticed = f"{seen:.2f}" if seen >= 0.51 else f"{seen:.3f}"
    names = [] if _cannot_tell(claims, options) else _main_fields(claims)
    return (
        f"Sample and reference were told apart on the half of the rows held out, by area under the curve (.5 is"
        f" guessing): {areas}; {noticed.removeprefix('0')} would have been noticed (power 80 %)."
        + (f" The forest goes mostly by {listed(names)}." if names else "")
    )
