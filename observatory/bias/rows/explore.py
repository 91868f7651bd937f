"""What there is to explore: a map of rows, their natural groups, and how odd each is, from the fits of the report."""

from __future__ import annotations

import numpy as np

from observatory.bias.rows.features import Codes, Matrix, features
from observatory.bias.rows.groups import k_means, ward
from observatory.bias.rows.modes import mixture
from observatory.bias.rows.odd_rows import METHODS, N_ODD, Oddness, oddness
from observatory.bias.rows.partition import Partition
from observatory.bias.rows.projection import projection
from observatory.bias.run import Run
from observatory.model import Exploration, Grouping, OddRows

MAX_POINTS = 2000
_N_WHY = 200
_SAYS = {
    METHODS[0]: "Isolation forest: rows that a few cuts set apart from all others come first.",
    METHODS[1]: "LOF: rows that lie thinner than their own neighbours come first.",
    METHODS[2]: "Autoencoder: rows of which the fields do not go together as in the others come first.",
}


def explore(run: Run) -> Exploration:
    """A map of at most 2,000 rows of the run's sample: a seeded draw and the ten oddest rows.

    Sizes and shares of groups, and ranks, are those of the whole sample. `why` is given for the 200 oddest rows of the
    map, by row position as text. A table of too few rows, or without a field that varies, gives a map of no rows.
    """
    made = run.once(features)
    odd = run.once(oddness)
    if not made.n or odd is None:
        return Exploration((), (), (), (), ())
    chosen = _chosen(odd, run.random_state)
    map_ = run.once(projection)
    return Exploration(
        rows=tuple(int(r) for r in made.frame.index[chosen]),
        x=_rounded(map_.points[chosen, 0]),
        y=_rounded(map_.points[chosen, 1]),
        axes=map_.axes,
        explained=map_.explained,
        groupings=tuple(_grouping(run.once(method), chosen) for method in (k_means, ward, mixture)),
        odd=tuple(OddRows(name, _rounded(rank[chosen]), _SAYS[name]) for name, rank in odd.ranks.items()),
        why=_why(odd, chosen),
    )


def _chosen(odd: Oddness, random_state: int) -> Codes:
    """Positions in the sample, in order."""
    n = odd.features.n
    oddest = np.argsort(-odd.mean, kind="stable")[:N_ODD]
    if n <= MAX_POINTS:
        return np.arange(n)
    drawn = np.random.default_rng(random_state).choice(n, MAX_POINTS - N_ODD, replace=False)
    return np.union1d(drawn, oddest)


def _rounded(values: Matrix) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in values)


def _grouping(found: Partition, chosen: Codes) -> Grouping:
    return Grouping(
        method=found.method,
        score_name=found.score_name,
        score=round(found.score, 4),
        groups=found.groups,
        labels=tuple(int(v) for v in found.labels[chosen]),
        statement=found.statement,
    )


def _why(odd: Oddness, chosen: Codes) -> dict[str, str]:
    first = chosen[np.argsort(-odd.mean[chosen], kind="stable")[:_N_WHY]]
    return {str(odd.features.frame.index[i]): odd.why(int(i)) for i in first.tolist()}
