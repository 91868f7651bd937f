"""Is the density of numbers multi-modal? Gaussian mixtures, with a dip between modes that other rows must show.

The Bayesian information criterion (Schwarz, 1978) chooses the number of components, one allowed; skew and heavy tails
need several, so components are not yet modes. Those without a dip between them are one mode (Hennig, 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.bias.describe import count, listed, share
from observatory.bias.rows.dip import Dip, dip
from observatory.bias.rows.features import Codes, Features, Matrix, features, is_number
from observatory.bias.rows.groups import MIN_SHARE, centres_of, joined, k_means, ward
from observatory.bias.rows.partition import Partition, compare, described, sizes, undivided
from observatory.bias.rows.traits import literal, shown
from observatory.bias.run import Outcome, Run, Witness
from observatory.bias.statistics import cohens_h, log_p, two_proportion_z
from observatory.model import FieldProfile, Note
from observatory.quoting import sql_name

MAX_COMPONENTS = 8
_METHOD = "Gaussian mixture"
_FIT_ROWS = 3000
_MIN_DISTINCT = 15
_MANY_STEPS = 200
_MAX_DIMENSIONS = 6
_SPIKE = 0.3
_HEAPED = 0.15
_SAME = 0.8
_MIN_WEIGHT = 0.05
_MAX_NOTES = 3
_AGREE = 0.8
_CLIMB = 60
_MAX_P = 0.05
_NUMBERS = {2: "two", 3: "three"}


@dataclass(frozen=True)
class Modes:
    """The modes of one field: peaks, the dips between them, and the share of rows on each side of the dips."""

    field: FieldProfile
    peaks: tuple[float, ...]
    dips: tuple[Dip, ...]
    shares: tuple[float, ...]
    reference_shares: tuple[float, ...] = ()


def modes(run: Run) -> Outcome:
    """Notes on fields of numbers, one by one and together, that fall into several modes.

    With a reference the shares of the modes are compared, and those that depart bear out findings.
    """
    made = run.once(features)
    fields = _smooth(made)
    if not fields:
        return Outcome()
    found = [m for m in (_modes(made, i, run.random_state) for i in fields) if m is not None]
    together = run.once(mixture)
    check = (
        f"{count(len(fields), 'field')} of smooth numbers, one by one and together, looked at by Gaussian mixtures for"
        " several modes; skew is no second mode."
    )
    tests = [_compare(run, made, m) for m in found if m.reference_shares]
    if together.is_divided and len(made.reference):
        tests.append(compare(run, made, together))
    found.sort(key=lambda m: min(d.ratio for d in m.dips))
    notes = [_note(m) for m in found[:_MAX_NOTES]]
    told = run.once(k_means).is_divided or run.once(ward).is_divided or any(_same(made, together, m) for m in found)
    if together.is_divided and not told:
        notes.append(Note("modes", tuple(made.fields[i].name for i in fields), together.statement))
    families = {"modes": np.concatenate([p for p, _ in tests])} if tests else {}
    return Outcome(check, families, notes=tuple(notes), witnesses=tuple(w for _, ws in tests for w in ws))


def _same(made: Features, together: Partition, alone: Modes) -> bool:
    """Whether the modes of all numbers are those of one field."""
    from sklearn.metrics import adjusted_rand_score

    values = made.values[made.fields.index(alone.field)][: made.n]
    sides = np.searchsorted([d.at for d in alone.dips], values, side="right")
    return float(adjusted_rand_score(sides, together.labels[: made.n])) >= _AGREE


def mixture(run: Run) -> Partition:
    """Modes of all numbers together (of their first 6 principal components where there are more)."""
    made = run.once(features)
    both = made.shared if len(made.reference) else np.ones_like(made.shared)
    owners = made.owners[both]
    columns = [int(np.flatnonzero(owners == i)[0]) for i in _smooth(made) if (owners == i).any()]
    if len(columns) < 2:
        text = f"{_METHOD}: fewer than two fields of smooth numbers, so nothing to look at together."
        return undivided(made, _METHOD, "BIC", text)
    rows = _reduced(made.pooled[:, columns])
    order = np.random.default_rng(run.random_state).permutation(len(rows))
    fit_on, test_on = rows[order[:_FIT_ROWS]], rows[order[_FIT_ROWS:]]
    model = _best(fit_on, MAX_COMPONENTS, run.random_state)
    merged = _merged(model)
    labels = _absorbed(rows, np.unique(merged[model.predict(rows)], return_inverse=True)[1])
    tested = test_on if len(test_on) >= _FIT_ROWS // 4 else rows
    bic = float(model.bic(fit_on))
    while labels.any() and (pair := joined(tested, centres_of(rows, labels))) is not None:
        labels = np.unique(np.where(labels == pair[1], pair[0], labels), return_inverse=True)[1]
    n_modes = int(labels.max()) + 1
    if n_modes > 1:
        parts, rules = described(run, made, labels)
        text = f"{_METHOD} finds {n_modes} modes of the numbers together: {sizes(parts)}."
        return Partition(_METHOD, "BIC", bic, labels, parts, rules, text)
    prefers = f"BIC prefers {count(model.n_components, 'component')}"
    text = f"{_METHOD} finds one mode: {prefers}" + (
        ", but no real dip between them." if model.n_components > 1 else "."
    )
    return undivided(made, _METHOD, "BIC", text)


def _smooth(made: Features) -> list[int]:
    """Fields of numbers with many values, none of which holds most rows or stands out from its neighbours."""
    chosen = []
    for i, field in enumerate(made.fields):
        if family(field.storage) == "number" and is_number(field) and not _is_endless(made.frame[field.name]):
            values, counts = np.unique(made.values[i][: made.n], return_counts=True)
            counts = counts[~np.isnan(values)]
            if len(counts) >= _MIN_DISTINCT and counts.max() < _SPIKE * counts.sum() and not _is_heaped(counts):
                chosen.append(i)
    return chosen


def _is_endless(column: pd.Series) -> bool:
    """Whether a column holds infinities, which would heap at its outermost value."""
    return column.dtype.kind == "f" and bool(np.isinf(column.to_numpy(dtype=float, na_value=np.nan)).any())


def _is_heaped(counts: Codes) -> bool:
    """Whether values at least three times as common as the six around them hold 15 % of the rows."""
    padded = np.pad(counts.astype(float), 3, mode="reflect")
    around = sum(padded[3 + step : len(padded) - 3 + step] for step in (-3, -2, -1, 1, 2, 3)) / 6
    heaps = (counts >= 3 * around) & (counts >= np.maximum(5, 0.01 * counts.sum()))
    return bool(counts[heaps].sum() >= _HEAPED * counts.sum())


def _reduced(rows: Matrix) -> Matrix:
    if rows.shape[1] <= _MAX_DIMENSIONS:
        return rows
    centred = rows - rows.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(centred.T))
    return np.asarray(centred @ vectors[:, ::-1][:, :_MAX_DIMENSIONS])


def _best(rows: Matrix, most: int, random_state: int) -> Any:
    """The mixture of the smallest BIC; more components are tried until two in a row are no better."""
    from sklearn.mixture import GaussianMixture

    best, least, worse = None, np.inf, 0
    for k in range(1, most + 1):
        model: Any = GaussianMixture(
            k, reg_covar=1e-3, tol=1e-2, max_iter=50, init_params="k-means++", random_state=random_state
        )  # type: ignore[no-untyped-call]
        with _quiet():
            bic = float(model.fit(rows).bic(rows))
        best, least, worse = (model, bic, 0) if bic < least else (best, least, worse + 1)
        if worse == 2:
            break
    return best


def _quiet() -> Any:
    """A mixture that still moves after 50 rounds is good enough to compare."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    return warnings.catch_warnings(action="ignore", category=ConvergenceWarning)


def _merged(model: Any) -> Codes:
    """The mode of each component: the peak that its mean climbs to; peaks joined by a straight way on which the density
    hardly dips are one.
    """
    k = model.n_components
    peaks = _climbed(model)
    mode = np.arange(k)
    steps = np.linspace(0, 1, 41)[:, None]
    for a in range(k):
        for b in range(a + 1, k):
            density = np.exp(model.score_samples(peaks[a] * (1 - steps) + peaks[b] * steps))
            if density.min() >= _SAME * min(density[0], density[-1]):
                mode[mode == mode[b]] = mode[a]
    return np.asarray(np.unique(mode, return_inverse=True)[1], dtype=np.int64)


def _absorbed(rows: Matrix, labels: Codes) -> Codes:
    """The labels with modes of less than 2 % of the rows, a few odd rows, joined to the nearest of the others."""
    large = np.bincount(labels) >= MIN_SHARE * len(labels)
    centres = centres_of(rows, labels)
    distance = np.linalg.norm(centres[:, None] - centres[large][None], axis=2)
    joined = np.where(large, np.cumsum(large) - 1, distance.argmin(axis=1))
    return np.asarray(joined[labels], dtype=np.int64)


def _climbed(model: Any) -> Matrix:
    """Where the means end when they climb the density of the mixture (fixed point of Carreira-Perpiñán, 2000)."""
    places = model.means_.copy()
    precisions = model.precisions_
    pulls = np.einsum("kij,kj->ki", precisions, model.means_)
    for _ in range(_CLIMB):
        held = model.predict_proba(places)
        curvature = np.einsum("nk,kij->nij", held, precisions)
        places = np.linalg.solve(curvature, (held @ pulls)[:, :, None])[:, :, 0]
    return np.asarray(places)


def _modes(made: Features, i: int, random_state: int) -> Modes | None:
    """The modes of one field, if there are several on its own scale and, where it is positive, on a log scale."""
    values = made.values[i]
    known = values[: made.n][~np.isnan(values[: made.n])]
    if len(known) < 100 or np.ptp(known) == 0:
        return None
    spread = _spread(known, random_state)
    order = np.random.default_rng(random_state).permutation(len(known))
    half = len(known) // 2
    fit_on, test_on = spread[order[: min(half, _FIT_ROWS)]], spread[order[half:]]
    plain = _dips(fit_on, test_on, random_state)
    if not plain:
        return None
    if spread.min() > 0:
        logs = _dips(np.log(fit_on), np.log(test_on), random_state)
        if len(logs) != len(plain):
            return None
    cuts = [d.at for d in plain]
    side = np.searchsorted(cuts, known, side="right")
    shares = tuple(float(s) for s in np.bincount(side, minlength=len(cuts) + 1) / len(known))
    peaks = tuple(float(np.quantile(known[side == k], 0.5, method="lower")) for k in range(len(cuts) + 1))
    theirs = values[made.n :][~np.isnan(values[made.n :])]
    there = np.bincount(np.searchsorted(cuts, theirs, side="right"), minlength=len(cuts) + 1) / max(len(theirs), 1)
    return Modes(made.fields[i], peaks, tuple(plain), shares, tuple(map(float, there)) if len(theirs) else ())


def _spread(values: Matrix, random_state: int) -> Matrix:
    """Values of few steps, such as ages in years, spread evenly over their step: no dip lies between two steps."""
    gaps = np.diff(np.unique(values))
    if len(gaps) > _MANY_STEPS:
        return values
    moved = np.random.default_rng((random_state, len(gaps))).uniform(-0.5, 0.5, len(values))
    return np.asarray(values + moved * float(np.median(gaps)))


def _dips(fit_on: Matrix, test_on: Matrix, random_state: int) -> list[Dip]:
    """The real dips between the components of a mixture of at most three, as other rows show them."""
    low, middle, high = np.quantile(fit_on, [0.25, 0.5, 0.75])
    spread = float(high - low) or float(np.std(fit_on)) or 1.0
    model = _best(((fit_on - middle) / spread)[:, None], 3, random_state)
    keep = model.weights_ >= _MIN_WEIGHT
    means, widths = model.means_[keep, 0] * spread + middle, np.sqrt(model.covariances_[keep, 0, 0]) * spread
    order = np.argsort(means)
    dips: list[Dip] = []
    start = 0
    for here in range(1, len(order)):
        a, b = order[start], order[here]
        found = dip(test_on, float(means[a]), float(means[b]), float(min(widths[a], widths[b])))
        if found.is_real:
            dips.append(found)
            start = here
        elif model.weights_[keep][b] > model.weights_[keep][a]:
            start = here
    return dips


def _note(found: Modes) -> Note:
    name = found.field.name
    near = listed([shown(found.field, p) for p in found.peaks])
    held = listed([share(s) for s in found.shares])
    deepest = min(d.ratio for d in found.dips)
    there = f", in the reference {listed([share(s) for s in found.reference_shares])}" if found.reference_shares else ""
    between = (
        "with hardly a row between them"
        if deepest < 0.05
        else (f"and between them the density falls to {share(deepest)} of that of the lower mode")
    )
    text = f"{name} falls into {_NUMBERS[len(found.peaks)]} modes, near {near} ({held} of the rows{there}), {between}."
    needs = "Several modes often are several groups in one field: look for a field that tells them apart."
    return Note("modes", (name,), text, needs)


def _compare(run: Run, made: Features, found: Modes) -> tuple[Matrix, list[Witness]]:
    """The p of each mode's share against the reference, and a witness for each that departs."""
    ours, theirs = np.array(found.shares), np.array(found.reference_shares)
    p = np.exp(log_p(two_proportion_z(ours, made.n, theirs, len(made.reference))))
    is_far = (p * len(p) <= _MAX_P) & (np.abs(cohens_h(ours, theirs)) >= run.options.min_effect)
    edges: Sequence[float | None] = [None, *(d.at for d in found.dips), None]
    name = sql_name(found.field.name)
    witnesses = []
    for k in np.flatnonzero(is_far).tolist():
        low, high = edges[k], edges[k + 1]
        parts = [f"{name} {sign} {literal(found.field, v)}" for sign, v in ((">=", low), ("<", high)) if v is not None]
        witnesses.append(Witness(_METHOD, " AND ".join(parts), "over" if ours[k] > theirs[k] else "under"))
    return p, witnesses
