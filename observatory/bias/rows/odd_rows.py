"""Which rows are the oddest? A ranking by three methods, and never a verdict.

Isolation forest (Liu, Ting & Zhou, 2008) ranks rows that few cuts set apart from all others; LOF (Breunig et al., 2000)
rows that lie thinner than their own neighbours; an autoencoder rows that the other fields do not predict.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.describe import count, listed, number, share
from observatory.bias.rows.features import Features, Matrix, features
from observatory.bias.run import Outcome, Run

N_ODD = 10
METHODS = ("isolation forest", "LOF", "autoencoder")
_TREE_ROWS = 2048
_NEIGHBOURS = 20
_NEAR_ROWS = 8000
_ODD = 0.99
_RARE = 0.05
_STEPS = 1200
_BATCH = 200


@dataclass(frozen=True, eq=False)
class Oddness:
    """How odd each row of the sample is by each method: its rank in [0, 1], 1 the oddest; `field_error` is what the
    autoencoder misses per row and field.
    """

    features: Features
    ranks: dict[str, Matrix]
    field_error: Matrix

    @property
    def mean(self) -> Matrix:
        """The mean rank over the methods."""
        return np.asarray(np.mean(list(self.ranks.values()), axis=0))

    def why(self, i: int) -> str:
        """What sets row `i` of the sample apart, and which methods agree on it."""
        return f"{_what(self, i)} {_agreed(self, i)}"


def odd_rows(run: Run) -> Outcome:
    """The ten oddest rows of a seeded sample by the mean rank of three methods, as `claims["odd_rows"]`.

    Each is `{"row", "score", "why", "methods"}`, oddest first; `row` is the position in import order, `score` and the
    values of `methods` are ranks in [0, 1]. There is always an oddest row: being in the list is no error.
    """
    odd = run.once(oddness)
    if odd is None:
        return Outcome()
    n = odd.features.n
    check = f"{count(n)} ranked by oddness by {listed(METHODS)}, without judging them."
    return Outcome(check, notes=odd.features.notes, claims={"odd_rows": oddest(odd)})


def oddest(odd: Oddness, n: int = N_ODD) -> list[dict[str, Any]]:
    """The `n` rows of the highest mean rank; ties go by position."""
    rows = odd.features.frame.index
    first = np.lexsort((np.arange(len(rows)), -np.round(odd.mean, 9)))[:n]
    return [
        {
            "row": int(rows[i]),
            "score": round(float(odd.mean[i]), 4),
            "why": odd.why(int(i)),
            "methods": {name: round(float(rank[i]), 4) for name, rank in odd.ranks.items()},
        }
        for i in first
    ]


def oddness(run: Run) -> Oddness | None:
    """How odd each row of the sample is; None when there are too few rows or no field that varies."""
    from scipy.stats import rankdata

    made = run.once(features)
    if not made.n:
        return None
    errors = _reconstruction_error(made.matrix, run.random_state)
    by_field = np.column_stack([errors[:, made.owners == i].sum(axis=1) for i in range(len(made.fields))])
    scores = {
        METHODS[0]: _isolation(made.columns, run.random_state),
        METHODS[1]: _local(made.matrix, run.random_state),
        METHODS[2]: errors.sum(axis=1),
    }
    ranks = {name: (rankdata(np.round(s, 9)) - 1) / max(made.n - 1, 1) for name, s in scores.items()}
    return Oddness(made, ranks, by_field)


def _isolation(columns: Matrix, random_state: int) -> Matrix:
    from sklearn.ensemble import IsolationForest

    n_drawn = min(_TREE_ROWS, len(columns))
    forest: Any = IsolationForest(max_samples=n_drawn, random_state=random_state)  # type: ignore[no-untyped-call]
    return np.asarray(-forest.fit(columns).score_samples(columns))


def _local(matrix: Matrix, random_state: int) -> Matrix:
    """Local outlier factor among at most 8,000 rows, of which all others are scored as new ones; copies of a row count
    once, for a row with enough copies has no distance to go by.
    """
    from sklearn.neighbors import LocalOutlierFactor

    distinct, place = np.unique(np.round(matrix, 6), axis=0, return_inverse=True)
    if len(distinct) <= 2:
        return np.zeros(len(matrix))
    distinct = distinct.astype(np.float32)
    order = np.random.default_rng(random_state).permutation(len(distinct))
    known, new = order[:_NEAR_ROWS], order[_NEAR_ROWS:]
    neighbours = min(_NEIGHBOURS, len(known) - 1)
    model: Any = LocalOutlierFactor(n_neighbors=neighbours, novelty=True)  # type: ignore[no-untyped-call]
    scores = np.empty(len(distinct))
    scores[known] = -model.fit(distinct[known]).negative_outlier_factor_
    if len(new):
        scores[new] = -model.score_samples(distinct[new])
    return scores[place.ravel()]


def _reconstruction_error(matrix: Matrix, random_state: int) -> Matrix:
    """Squared error per row and feature of a small autoencoder, trained for a fixed number of steps."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    width = matrix.shape[1]
    if width == 1:
        return np.asarray(matrix**2)
    epochs = int(np.clip(_STEPS * _BATCH // len(matrix), 8, 200))
    model: Any = MLPRegressor(  # type: ignore[no-untyped-call]
        hidden_layer_sizes=(max(1, min(width // 2, 8)),),
        activation="tanh",
        batch_size=min(_BATCH, len(matrix)),
        learning_rate_init=0.01,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=random_state,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of steps is what is wanted
        model.fit(matrix, matrix)
    return np.asarray((model.predict(matrix) - matrix) ** 2)


def _what(odd: Oddness, i: int) -> str:
    made, rarity = odd.features, odd.features.rarity[i]
    row = made.frame.iloc[i]
    rare = [j for j in np.argsort(rarity, kind="stable")[:3] if rarity[j] <= _RARE]
    if rare:
        said = (f"{made.fields[j].name} is {_shown(row[made.fields[j].name])} ({_rarest(rarity[j])})" for j in rare)
        return "; ".join(said) + "."
    name = made.fields[int(odd.field_error[i].argmax())].name
    return f"No single value is rare; the combination is, above all for its {name} ({_shown(row[name])})."


def _agreed(odd: Oddness, i: int) -> str:
    high = [name for name, rank in odd.ranks.items() if rank[i] >= _ODD]
    if len(high) == len(odd.ranks):
        return "All three methods have it among the oddest 1 %."
    return f"Among the oddest 1 % by {listed(high)}." if high else "No method by itself has it among the oddest 1 %."


def _rarest(value: float) -> str:
    return f"rarest {share(value)}" if value >= 0.001 else "rarest 0.1 %"


def _shown(value: Any) -> str:
    if pd.isna(value):
        return "missing"
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)[:60]
