"""Which natural groups do the rows form, and how large are they? k-means and Ward's agglomeration, each with a null.

Any algorithm cuts any data into groups. Groups count as natural only if their silhouette (Rousseeuw, 1987) beats that
of two kinds of rows without groups, shuffled columns (the same values, no relations) and one Gaussian of the same
covariance (the same relations, no gaps; as in Liu et al., 2008), and if the density dips between every two of them.
Where most rows have a copy, the combinations of levels are the groups, and nothing is to be found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from observatory.bias.describe import count
from observatory.bias.rows.dip import Dip, dip
from observatory.bias.rows.features import Codes, Features, Matrix, features, is_number
from observatory.bias.rows.partition import Partition, compare, described, sizes, undivided
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import chi_square
from observatory.model import Note, RowGroup

MAX_GROUPS = 8
MIN_SHARE = 0.02
_SCAN_ROWS = 800
_RELATED_ROWS = 3000
_RELATED = 0.15
_RELATED_P = 1e-3
_N_NULLS = 2
_N_STARTS = 3
_MARGIN = 0.05
_ALIKE = 0.7
Cluster = Callable[[Matrix, int], list[Codes]]


def groups(run: Run) -> Outcome:
    """A note on the natural groups of rows; with a reference, their shares are compared and bear out findings."""
    if not run.once(features).n:
        return Outcome()
    found = [run.once(k_means), run.once(ward)]
    made = run.once(features)
    natural = [g for g in found if g.is_divided]
    if not natural:
        return Outcome(f"No natural groups of rows: k-means and Ward cut {count(made.n)} no better than chance would.")
    counts = " and ".join(f"{g.method} {len(g.groups) if g.is_divided else 'no'}" for g in found)
    check = f"Natural groups among {count(made.n)}, held against rows without groups: {counts}."
    compared = [compare(run, made, g) for g in natural] if len(made.reference) else []
    families = {"groups": np.concatenate([p for p, _ in compared])} if compared else {}
    return Outcome(check, families, notes=(_note(run, found),), witnesses=tuple(w for _, ws in compared for w in ws))


def k_means(run: Run) -> Partition:
    """Natural groups by k-means, from 2 to 8 of them."""

    from scipy.cluster.vq import kmeans2

    def cluster(rows: Matrix, most: int) -> list[Codes]:
        return [_lloyd(rows, k, run.random_state) for k in range(2, most + 1)]

    return _found(run, "k-means", cluster, lambda rows, centres: kmeans2(rows, centres, minit="matrix")[1])


def ward(run: Run) -> Partition:
    """Natural groups by agglomeration that keeps the variance within low (Ward, 1963); rows beyond the few hundred that
    it looks at join the group of the nearest centre.
    """

    def cluster(rows: Matrix, most: int) -> list[Codes]:
        from scipy.cluster.hierarchy import fcluster, linkage

        tree = linkage(rows, "ward")
        return [fcluster(tree, k, "maxclust").astype(np.int64) - 1 for k in range(2, most + 1)]

    return _found(run, "Ward", cluster, _nearest)


def _found(run: Run, method: str, cluster: Cluster, refine: Callable[[Matrix, Matrix], Codes]) -> Partition:
    made = run.once(features)
    pooled, owners = _related(made, run.random_state)
    rng = np.random.default_rng(run.random_state)
    order = rng.permutation(len(pooled))
    rows, others = pooled[order[:_SCAN_ROWS]], pooled[order[_SCAN_ROWS:]]
    if rows.shape[1] and 2 * len(np.unique(rows, axis=0)) >= len(rows):
        cuts = cluster(rows, MAX_GROUPS)
        real = _silhouettes(rows, cuts)
        null = np.array([_silhouettes(x, cluster(x, MAX_GROUPS)) for x in _without_groups(rows, owners, rng)])
        ordinary = null.max(axis=0)
        excess = real - ordinary
        for i in np.argsort(-excess, kind="stable"):
            if excess[i] < max(_MARGIN, len(rows) ** -0.5):
                break
            centres = centres_of(rows, cuts[i])
            if _is_even(cuts[i]) and joined(others if len(others) >= _SCAN_ROWS else pooled, centres) is None:
                labels = refine(pooled, centres)
                parts, rules = described(run, made, labels)
                text = _statement(method, parts, float(real[i]), float(ordinary[i]))
                return Partition(method, "silhouette", float(real[i]), labels, parts, rules, text)
    text = f"{method} finds no natural groups: it cuts the rows no better than it cuts rows without groups."
    return undivided(made, method, "silhouette", text)


def _related(made: Features, random_state: int) -> tuple[Matrix, Codes]:
    """The features, and the fields they belong to, of fields that are related to another one: only those can form
    groups together, and all others would multiply them.
    """
    both = made.shared if len(made.reference) else np.ones_like(made.shared)
    fields = np.unique(made.owners[both])
    n = len(made.pooled)
    chosen = np.random.default_rng(random_state).permutation(n)[:_RELATED_ROWS]
    coded = [_quintiles(made.values[i][chosen], is_number(made.fields[i])) for i in fields]
    kept = {f for (i, a), (j, b) in itertools.combinations(zip(fields, coded), 2) if _associated(a, b) for f in (i, j)}
    features_kept = np.isin(made.owners[both], sorted(kept))
    return made.pooled[:, features_kept], made.owners[both][features_kept]


def _quintiles(values: Matrix, is_scale: bool) -> Codes:
    """Five codes of about equal size, or the four commonest levels and all others."""
    if is_scale and np.isnan(values).all():
        return np.zeros(len(values), np.int64)
    if is_scale:
        edges = np.unique(np.nanquantile(values, [0.2, 0.4, 0.6, 0.8]))
        return np.where(np.isnan(values), 5, np.searchsorted(edges, values, side="right"))
    found, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.empty(len(found), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(found))
    return np.asarray(np.minimum(rank[place], 4))


def _associated(a: Codes, b: Codes) -> bool:
    v, p = chi_square(np.bincount(a * 6 + b, minlength=36).reshape(6, 6).astype(float))
    return v >= _RELATED and p <= _RELATED_P


def _lloyd(rows: Matrix, k: int, random_state: int) -> Codes:
    """The best of three starts of k-means (k-means++); all rows in one group where every start lost a group."""
    from scipy.cluster.vq import ClusterError, kmeans2

    best, labels = np.inf, np.zeros(len(rows), np.int64)
    for start in range(_N_STARTS):
        try:
            centres, found = kmeans2(rows, k, iter=20, minit="++", missing="raise", rng=random_state + start)
        except ClusterError:
            continue
        within = float(((rows - centres[found]) ** 2).sum())
        if within < best:
            best, labels = within, found.astype(np.int64)
    return labels


def _silhouettes(rows: Matrix, cuts: Sequence[Codes]) -> Matrix:
    """The mean silhouette of each way to cut the rows."""
    from scipy.spatial.distance import pdist, squareform

    distance = squareform(pdist(rows))
    return np.array([_silhouette(distance, labels) for labels in cuts])


def _silhouette(distance: Matrix, labels: Codes) -> float:
    n = np.arange(len(labels))
    belongs = np.eye(int(labels.max()) + 1)[labels]
    sizes = belongs.sum(axis=0)
    if len(sizes) < 2:
        return 0.0
    sums = distance @ belongs
    own = sums[n, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[n, labels] = np.inf
    other = means.min(axis=1)
    return float(np.where(sizes[labels] > 1, (other - own) / np.maximum(np.maximum(other, own), 1e-12), 0.0).mean())


def _without_groups(rows: Matrix, owners: Codes, rng: np.random.Generator) -> list[Matrix]:
    """Rows like these without groups: shuffled by field, and drawn from one Gaussian of the same covariance."""
    shuffled = []
    for _ in range(_N_NULLS):
        made = rows.copy()
        for owner in np.unique(owners):
            made[:, owners == owner] = rows[rng.permutation(len(rows))][:, owners == owner]
        shuffled.append(made)
    covariance = np.atleast_2d(np.cov(rows.T))
    return shuffled + [rng.multivariate_normal(rows.mean(axis=0), covariance, len(rows)) for _ in range(_N_NULLS)]


def centres_of(rows: Matrix, labels: Codes) -> Matrix:
    """The mean of each group; none may be empty."""
    return np.array([rows[labels == k].mean(axis=0) for k in range(int(labels.max()) + 1)])


def _nearest(rows: Matrix, centres: Matrix) -> Codes:
    distance = (centres**2).sum(axis=1) - 2 * rows @ centres.T
    return np.asarray(distance.argmin(axis=1), dtype=np.int64)


def _is_even(labels: Codes) -> bool:
    """Whether every group has at least 2 % of the rows: a few odd rows are no group."""
    return bool(np.bincount(labels).min() >= max(5, MIN_SHARE * len(labels)))


def joined(rows: Matrix, centres: Matrix) -> tuple[int, int] | None:
    """The two groups that are least apart if no real dip of density lies between them, on the line through both."""
    labels = _nearest(rows, centres)
    worst, pair = -1.0, None
    for a, b in itertools.combinations(range(len(centres)), 2):
        line = centres[b] - centres[a]
        length = float(np.linalg.norm(line))
        mine, yours = ((rows[labels == k] - centres[a]) @ line / max(length, 1e-12) for k in (a, b))
        width = float(np.sqrt((np.var(mine) + np.var(yours)) / 2)) if min(len(mine), len(yours)) > 1 else 0.0
        found = dip(np.concatenate([mine, yours]), 0.0, length, width) if width > 0 else Dip(0.0, 1.0, 1.0)
        if not found.is_real and found.ratio > worst:
            worst, pair = found.ratio, (a, b)
    return pair


def _statement(method: str, parts: Sequence[RowGroup], silhouette: float, ordinary: float) -> str:
    return (
        f"{method} finds {len(parts)} natural groups (silhouette {silhouette:.2f}, against {ordinary:.2f} for rows"
        f" without groups): {sizes(parts)}."
    )


def _note(run: Run, found: Sequence[Partition]) -> Note:
    from sklearn.metrics import adjusted_rand_score

    natural = [g for g in found if g.is_divided]
    best = max(natural, key=lambda g: g.score)
    other = next(g for g in found if g is not best)
    agree = f" {other.method} finds none."
    if other.is_divided:
        index = float(adjusted_rand_score(best.labels, other.labels))
        much = "much the same" if index >= _ALIKE else "other"
        agree = f" {other.method} finds {len(other.groups)} {much} ones (adjusted Rand index {index:.2f})."
    columns = tuple(dict.fromkeys(c.field for r in best.rules if r for c in r.conditions))
    needs = (
        ""
        if run.reference is not None
        else "To tell whether one is too large or too small, its share in the population is needed."
    )
    return Note("groups", columns, best.statement + agree, needs)
