"""Plant one bias at a time in real tables and see whether it is found.

    python -m benchmarks.bias.planted [--seeds 3] [--first 0]

The population is a random half of a table, the sample up to 3,000 rows of the other half. A hit is a finding among the
first three whose rows are the planted ones (Jaccard >= .5) with the right direction; a finding is precise if a field
of it was planted. Findings that another one explains (`explained_by`) count for nothing: neither as hits, nor in
precision, nor as alarms. Cases of z < 5 are left out. Controls are samples with nothing planted. Baseline: chi-square
per field with Benjamini-Hochberg and Cohen's w >= .1. Without a reference: copies, far values and missing by group.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.bias.mechanisms import MECHANISMS, STRENGTHS, Planted, categories, numbers
from benchmarks.bias.tables import SOURCES, FrameTable, load
from observatory.bias import detect_bias
from observatory.bias.statistics import two_proportion_z
from observatory.model import BiasOptions, BiasReport, Finding
from observatory.profile import profile

N_SAMPLE = 3000
MIN_Z = 5


@dataclass
class Score:
    """Tallies of one mechanism."""

    cases: int = 0
    hits: int = 0
    column_hits: int = 0
    shown: int = 0
    precise: int = 0
    base_hits: int = 0
    base_shown: int = 0
    base_precise: int = 0
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)


def halves(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A random half as the population, the other half as the pool that samples are drawn from."""
    order = np.random.default_rng(seed).permutation(len(frame))
    half = len(frame) // 2
    return frame.iloc[order[:half]].reset_index(drop=True), frame.iloc[order[half:]].reset_index(drop=True)


def report(sample: pd.DataFrame, reference: FrameTable | None, seed: int) -> tuple[BiasReport, float]:
    """The report of a sample, without the findings that others explain, and the CPU seconds it took."""
    table = FrameTable(sample.reset_index(drop=True))
    known = profile(table)
    start = time.process_time()
    made = detect_bias(table, known, reference=reference, options=BiasOptions(random_state=seed))
    seconds = time.process_time() - start
    unexplained = tuple(f for f in made.findings if f.explained_by is None)
    return dataclasses.replace(made, findings=unexplained), seconds


def is_hit(finding: Finding, planted: Planted, reference: FrameTable) -> bool:
    """Whether a finding is about the planted rows, in the planted direction."""
    if finding.where is None or finding.direction != planted.direction:
        return False
    found = reference.query(f"SELECT rowid AS r FROM t WHERE ({finding.where}) ORDER BY 1")["r"].to_numpy()
    inside = np.zeros(reference.n_rows, dtype=bool)
    inside[found] = True
    region = planted.region.to_numpy()
    return bool((inside & region).sum() >= 0.5 * max((inside | region).sum(), 1))


def chi_square_fields(sample: pd.DataFrame, reference: pd.DataFrame) -> list[str]:
    """Fields that a chi-square test each tells apart, best first; numbers in tenths, the twenty commonest levels."""
    p_values, effects = {}, {}
    for name in reference:
        a, b = _binned(sample[name], reference[name])
        counts = pd.crosstab(np.r_[np.zeros(len(a)), np.ones(len(b))], np.r_[a, b]).to_numpy()
        if counts.shape[1] < 2:
            continue
        shares = counts / counts.sum(axis=1, keepdims=True)
        known = shares[1] > 0
        effects[name] = float(np.sqrt(((shares[0] - shares[1])[known] ** 2 / shares[1][known]).sum()))
        p_values[name] = float(stats.chi2_contingency(counts).pvalue)
    q = dict(zip(p_values, stats.false_discovery_control(list(p_values.values())))) if p_values else {}
    found = [name for name in q if q[name] <= 0.05 and effects[name] >= 0.1]
    return sorted(found, key=lambda name: -effects[name])


def _binned(a: pd.Series, b: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    if pd.api.types.is_numeric_dtype(b) and b.nunique() > 20:
        edges = np.unique(b.quantile(np.linspace(0.1, 0.9, 9)))
        return tuple(np.where(x.isna(), "none", np.digitize(x, edges).astype(str)) for x in (a, b))
    if pd.api.types.is_datetime64_any_dtype(b):
        return _binned(a.astype("int64"), b.astype("int64"))
    top = set(b.value_counts().index[:20].astype(str))
    return tuple(
        x.astype(str).where(x.notna(), "none").map(lambda v: v if v in top else "rest").to_numpy() for x in (a, b)
    )


def with_reference(names: list[str], seeds: range, verbose: bool) -> tuple[dict[str, Score], list[int], list[int]]:
    """Scores by mechanism, and findings per control of the engine and of the baseline."""
    scores: dict[str, Score] = defaultdict(Score)
    alarms: list[int] = []
    base_alarms: list[int] = []
    for name in names:
        frame = load(name)
        for seed in seeds:
            population, pool = halves(frame, seed)
            reference = FrameTable(population)
            for mechanism, plant in MECHANISMS.items():
                for keep in STRENGTHS:
                    rng = np.random.default_rng([seed, list(MECHANISMS).index(mechanism), int(10 * keep)])
                    planted = plant(population, pool, keep, rng)
                    if planted is not None:
                        _score(
                            scores[mechanism], planted, reference, seed, f"{name} {mechanism} {keep} {seed}", verbose
                        )
            for k in range(3):
                sample = pool.sample(min(N_SAMPLE, len(pool) * 2 // 3), random_state=100 * seed + k)
                made, _ = report(sample, reference, seed)
                alarms.append(len(made.findings))
                base_alarms.append(len(chi_square_fields(sample, population)))
                if made.findings and verbose:
                    print("  control", name, seed, k, [f.statement for f in made.findings])
    return scores, alarms, base_alarms


def _score(score: Score, planted: Planted, reference: FrameTable, seed: int, label: str, verbose: bool) -> None:
    sample = planted.sample.sample(min(N_SAMPLE, len(planted.sample)), random_state=seed)
    inside = planted.region.mean()
    there = _share_inside(sample, planted, reference)
    if abs(float(two_proportion_z(there, len(sample), inside, reference.n_rows))) < MIN_Z:
        return
    made, seconds = report(sample, reference, seed)
    hit = any(is_hit(f, planted, reference) for f in made.findings[:3])
    score.cases += 1
    score.hits += hit
    score.column_hits += any(set(planted.fields) & set(f.columns) for f in made.findings[:3])
    score.shown += len(made.findings)
    score.precise += sum(bool(set(planted.fields) & set(f.columns)) for f in made.findings)
    score.seconds += seconds
    base = chi_square_fields(sample, reference.frame)
    score.base_hits += bool(set(base[:3]) & set(planted.fields))
    score.base_shown += len(base)
    score.base_precise += sum(b in planted.fields for b in base)
    strays = [f.statement for f in made.findings if not set(planted.fields) & set(f.columns)]
    if verbose and (not hit or strays):
        what = [f.statement for f in made.findings[:3]]
        print(
            f"  {'stray' if hit else 'missed'} {label} {planted.fields} {inside:.2f} -> {there:.2f}: "
            f"{strays if hit else what}"
        )


def _share_inside(sample: pd.DataFrame, planted: Planted, reference: FrameTable) -> float:
    """Share of the sample in the planted region, which is told from the population rows by value."""
    keys = list(planted.fields)
    values = reference.frame.loc[planted.region, keys].drop_duplicates()
    return float(sample[keys].merge(values, on=keys, how="inner").shape[0] / len(sample))


def without_reference(names: list[str], seeds: range, verbose: bool) -> dict[str, tuple[int, int]]:
    """(hits, cases) of copies, far values, missing by group; (bias claims, controls) of the tables as they are."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name in names:
        frame = load(name)
        for seed in seeds:
            rng = np.random.default_rng(seed)
            sample = frame.sample(min(N_SAMPLE, len(frame)), random_state=seed).reset_index(drop=True)
            before, _ = report(sample, None, seed)
            tally["controls"][0] += len(before.findings)
            tally["controls"][1] += 1
            if verbose and before.findings:
                print("  as it is:", name, [f.statement for f in before.findings])
            for kind, spoiled, test in _spoiled(sample, rng):
                made, _ = report(spoiled, None, seed)
                ok = any(test(f) for f in made.findings[:3])
                tally[kind][0] += ok
                tally[kind][1] += 1
                if verbose and not ok:
                    print(
                        "  missed",
                        kind,
                        name,
                        [f.statement for f in made.findings],
                        [n.statement for n in made.notes][:3],
                    )
    return {kind: (hits, cases) for kind, (hits, cases) in tally.items()}


def _spoiled(sample: pd.DataFrame, rng: np.random.Generator):
    """The sample with 3 % copies, with 0.5 % far values, and with a field blanked in 30 % of one group's rows."""
    n = len(sample)
    copied = pd.concat([sample, sample.sample(n // 33, random_state=1)], ignore_index=True).sample(
        frac=1, random_state=2
    )
    yield "copies", copied, lambda f: f.direction == "duplicates"
    measured, groups = numbers(sample), categories(sample)
    if measured:
        name = measured[rng.integers(len(measured))]
        far, rows = sample.copy(), rng.choice(n, max(n // 200, 3), replace=False)
        far[name] = far[name].astype(float)
        far.loc[rows, name] = sample[name].max() + sample[name].std() * rng.uniform(8, 20, len(rows))
        yield "far values", far, lambda f: f.direction == "outliers" and f.columns == (name,)
    if len(groups) > 1:
        lost, by = (str(c) for c in rng.choice(groups, 2, replace=False))
        level = sample[by].value_counts().index[0]
        blank = sample.copy()
        blank[lost] = blank[lost].astype(object).where(~((blank[by] == level) & (rng.random(n) < 0.3)), None)
        yield "missing by group", blank, lambda f: f.direction == "missing" and lost in f.columns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="first seed; change it to judge on cases never seen")
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    scores, alarms, base_alarms = with_reference(given.tables, seeds, given.verbose)
    print(
        "| mechanism | cases | region@3 | field@3 | precision | findings |"
        " chi² field@3 | chi² precision | chi² findings |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    total = Score()
    for name, s in scores.items():
        _row(name, s)
        for key in vars(total):
            setattr(total, key, getattr(total, key) + getattr(s, key))
    _row("all", total)
    print(f"\nAlarms per control: {np.mean(alarms):.3f} over {len(alarms)} controls; chi² {np.mean(base_alarms):.3f}.")
    print(f"CPU per report: {total.seconds / max(total.cases, 1):.2f} s.")
    for kind, (hits, cases) in without_reference(given.tables, seeds, given.verbose).items():
        print(f"Without reference, {kind}: {hits} of {cases}.")


def _row(name: str, s: Score) -> None:
    n, shown, base = max(s.cases, 1), max(s.shown, 1), max(s.base_shown, 1)
    print(
        f"| {name} | {s.cases} | {s.hits / n:.2f} | {s.column_hits / n:.2f} | {s.precise / shown:.2f}"
        f" | {s.shown / n:.2f}"
        f" | {s.base_hits / n:.2f} | {s.base_precise / base:.2f} | {s.base_shown / n:.2f} |"
    )


if __name__ == "__main__":
    main()
