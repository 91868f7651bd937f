"""What people use today to tell a sample from its population: each a function to ranked claims."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.bias.claims import Claim
from benchmarks.bias.tables import FrameTable
from observatory.bias.statistics import cohens_h, two_proportion_z

_MAX_LEVELS = 20
_Q, _MIN_H, _MIN_W = 0.05, 0.1, 0.1


def binned(a: pd.Series, b: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Both sides as groups: numbers and times in tenths of the second, the twenty commonest levels, the rest."""
    if pd.api.types.is_datetime64_any_dtype(b):
        a, b = (x.astype("int64").where(x.notna()) for x in (a, b))
    if pd.api.types.is_numeric_dtype(b) and not pd.api.types.is_bool_dtype(b) and b.nunique() > _MAX_LEVELS:
        edges = np.unique(b.quantile(np.linspace(0.1, 0.9, 9)))
        return _codes(*(np.where(x.isna(), "none", np.digitize(x, edges).astype(str)) for x in (a, b)))
    top = set(b.value_counts().index[:_MAX_LEVELS].astype(str))
    levels = (
        x.astype(str).where(x.notna(), "none").map(lambda v: v if v in top or v == "none" else "rest") for x in (a, b)
    )
    return _codes(*(x.to_numpy() for x in levels))


def _codes(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    codes = np.unique(np.r_[a.astype(str), b.astype(str)], return_inverse=True)[1]
    return codes[: len(a)], codes[len(a) :]


def _counts(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    size = int(max(a.max(initial=0), b.max(initial=0))) + 1
    return np.array([np.bincount(a, minlength=size), np.bincount(b, minlength=size)], dtype=float)


def _all_counts(sample: pd.DataFrame, reference: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    for name in reference:
        counts = _counts(*binned(sample[name], reference[name]))
        if counts.shape[1] > 1:
            yield str(name), counts


def _ranked(scores: dict[str, float]) -> list[Claim]:
    return [Claim((name,)) for name in sorted(scores, key=lambda name: -scores[name])]


def chi_square(sample: pd.DataFrame, reference: FrameTable, _: int) -> list[Claim]:
    """Chi-square of every field with Benjamini-Hochberg, and Cohen's w >= .1."""
    p_values, effects = {}, {}
    for name, counts in _all_counts(sample, reference.frame):
        shares = counts / counts.sum(axis=1, keepdims=True)
        known = shares[1] > 0
        effects[name] = float(np.sqrt(((shares[0] - shares[1])[known] ** 2 / shares[1][known]).sum()))
        p_values[name] = float(stats.chi2_contingency(counts).pvalue)
    q = dict(zip(p_values, stats.false_discovery_control(list(p_values.values())))) if p_values else {}
    return _ranked({name: w for name, w in effects.items() if q[name] <= _Q and w >= _MIN_W})


def psi(sample: pd.DataFrame, reference: FrameTable, _: int) -> list[Claim]:
    """Population stability index above .2."""
    found = {}
    for name, counts in _all_counts(sample, reference.frame):
        p, r = np.maximum(counts / counts.sum(axis=1, keepdims=True), 1e-4)
        found[name] = float(((p - r) * np.log(p / r)).sum())
    return _ranked({name: value for name, value in found.items() if value > 0.2})


def evidently(sample: pd.DataFrame, reference: FrameTable, _: int) -> list[Claim]:
    """Evidently's default rule, rebuilt: up to 1,000 rows Kolmogorov-Smirnov (numbers) or chi-square at p < .05; above,
    Wasserstein distance in standard deviations or Jensen-Shannon distance of at least .1.
    """
    small = len(reference.frame) <= 1000
    found = {}
    for name, counts in _all_counts(sample, reference.frame):
        a, b = sample[name].dropna(), reference.frame[name].dropna()
        is_number = pd.api.types.is_numeric_dtype(b) and b.nunique() > 5 and len(a) > 0
        if small:
            p = stats.ks_2samp(a, b).pvalue if is_number else stats.chi2_contingency(counts).pvalue
            found[name] = 1 - float(p) if p < 0.05 else 0.0
        elif is_number:
            found[name] = float(stats.wasserstein_distance(a, b) / max(float(b.std()), 1e-3))
        else:
            p, r = counts / counts.sum(axis=1, keepdims=True)
            middle = (p + r) / 2
            divergence = (stats.entropy(p, middle, base=2) + stats.entropy(r, middle, base=2)) / 2
            found[name] = float(np.sqrt(divergence))
    return _ranked({name: value for name, value in found.items() if value >= 0.1})


def _coded(sample: pd.DataFrame, reference: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Numbers as they are and levels as codes, for trees; what is missing is -1 below the smallest value."""
    both = pd.concat([sample, reference], ignore_index=True)[list(reference)]
    columns = []
    for name in both:
        values = both[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            values = values.astype("int64")
        elif not pd.api.types.is_numeric_dtype(values):
            common = values.value_counts().index
            values = pd.Series(pd.Categorical(values, categories=common).codes).astype(float)
        values = values.astype(float)
        columns.append(values.fillna(values.min() - 1).fillna(0.0).to_numpy())
    side = np.r_[np.ones(len(sample)), np.zeros(len(reference))]
    return np.column_stack(columns), side


def two_sample_classifier(sample: pd.DataFrame, reference: FrameTable, seed: int) -> list[Claim]:
    """A forest tells sample from reference; if it does so on held-out rows (p <= .05), the fields it uses most."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score

    x, y = _coded(sample, reference.frame)
    order = np.random.default_rng(seed).permutation(len(y))[:6000]
    fit, held = np.array_split(order, 2)
    model = RandomForestClassifier(60, max_depth=8, class_weight="balanced", random_state=seed).fit(x[fit], y[fit])
    scores = model.predict_proba(x[held])[:, 1]
    n, m = y[held].sum(), (1 - y[held]).sum()
    z = (roc_auc_score(y[held], scores) - 0.5) / np.sqrt((n + m + 1) / (12 * n * m))
    if stats.norm.sf(z) > _Q:
        return []
    used = dict(zip(map(str, reference.frame), model.feature_importances_))
    return _ranked({name: value for name, value in used.items() if value > 1 / len(used)})


def tree(sample: pd.DataFrame, reference: FrameTable, seed: int) -> list[Claim]:
    """Leaves of a tree of depth 4 that depart on the half held out (Benjamini-Hochberg, h >= .1)."""
    from sklearn.tree import DecisionTreeClassifier

    x, y = _coded(sample, reference.frame)
    fit, held = np.array_split(np.random.default_rng(seed).permutation(len(y)), 2)
    model = DecisionTreeClassifier(max_depth=4, min_samples_leaf=30, class_weight="balanced", random_state=seed)
    leaves = model.fit(x[fit], y[fit]).apply(x)
    names, path = list(map(str, reference.frame)), model.tree_
    fields = _fields_of(path.children_left, path.children_right, path.feature, names)
    theirs = leaves[len(sample) :]
    found = []
    for leaf in np.unique(leaves[held]):
        ours_in, theirs_in = leaves[held][y[held] == 1] == leaf, leaves[held][y[held] == 0] == leaf
        found.append((ours_in.mean(), len(ours_in), theirs_in.mean(), len(theirs_in), theirs == leaf, fields[leaf]))
    return _departing(found)


def _fields_of(left: np.ndarray, right: np.ndarray, feature: np.ndarray, names: list[str]) -> dict[int, tuple]:
    """The fields on the way to every node of a tree."""
    found: dict[int, tuple] = {0: ()}
    for node in range(len(left)):
        for child in (left[node], right[node]):
            if child >= 0:
                found[int(child)] = tuple(dict.fromkeys((*found[node], names[feature[node]])))
    return found


def _departing(found: list[tuple]) -> list[Claim]:
    """Claims of the groups that depart, best first, given shares and rows of both sides, the rows and the fields."""
    if not found:
        return []
    p, n, r, m = (np.array([f[k] for f in found], dtype=float) for k in range(4))
    z = two_proportion_z(p, n[0], r, m[0])
    q = stats.false_discovery_control(2 * stats.norm.sf(np.abs(z)))
    h = cohens_h(p, r)
    kept = [k for k in np.argsort(-np.abs(z)) if q[k] <= _Q and abs(h[k]) >= _MIN_H]
    return [Claim(found[k][5], "under" if h[k] < 0 else "over", found[k][4]) for k in kept]


def one_way(sample: pd.DataFrame, reference: FrameTable, _: int) -> list[Claim]:
    """Every level and tenth of every field (Benjamini-Hochberg, h >= .1)."""
    return _departing(_cells(sample, reference.frame, pairs=False))


def two_way(sample: pd.DataFrame, reference: FrameTable, _: int) -> list[Claim]:
    """The same with every crossing of two fields, numbers in tenths."""
    return _departing(_cells(sample, reference.frame, pairs=True))


def _cells(sample: pd.DataFrame, reference: pd.DataFrame, *, pairs: bool) -> list[tuple]:
    coded = {str(c): binned(sample[c], reference[c]) for c in reference}
    groups = [(name,) for name in coded] + (list(combinations(coded, 2)) if pairs else [])
    found = []
    for fields in groups:
        a, b = coded[fields[0]]
        if len(fields) == 2:
            width = int(max(x.max(initial=0) for x in coded[fields[1]])) + 1
            a, b = (x * width + y for x, y in zip((a, b), coded[fields[1]]))
        counts = _counts(a, b)
        present = np.flatnonzero(counts.sum(axis=0) >= 10)
        shares = counts / [[len(a)], [len(b)]]
        found += [(shares[0, code], len(a), shares[1, code], len(b), b == code, fields) for code in present]
    return found
