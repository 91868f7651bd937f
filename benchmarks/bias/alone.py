"""Spoil real tables that come alone, with no reference, and see whether it is found and nothing else is claimed.

    python -m benchmarks.bias.alone [--seeds 3] [--first 0] [--verbose]

Copies (exact, with noise in the numbers, with one cell changed), far values (a shift, a factor, a code, several fields
at once) and missing values (in a group, over a range of another field). A hit is one of the first three findings with
the right direction about the rows that were spoiled (Jaccard >= .5). Copies count by themselves in coarse tables, of
which more than 5 % of the rows equal another one as it is: there, a copy leaves hardly a trace. Controls are the tables
as they are, and tables of which every column was shuffled by itself: there, whatever is said beyond a note is false.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.bias.planting import categories, numbers
from benchmarks.bias.tables import SOURCES, FrameTable, load
from observatory.bias import detect_bias
from observatory.model import BiasOptions, Finding
from observatory.profile import profile

N_SAMPLE = 3000
COPIED = (0.01, 0.02, 0.05)
COARSE = 0.05
FAR = (0.003, 0.01, 0.03)
LOST = (0.2, 0.4)
Rng = np.random.Generator


@dataclass(frozen=True)
class Spoiled:
    """A table with one fault: a label of each row, where rows of one label are alike, and the labels at fault."""

    frame: pd.DataFrame
    labels: np.ndarray
    at_fault: frozenset[int]
    direction: str


def copies(sample: pd.DataFrame, share: float, rng: Rng, spoil: Callable[[pd.DataFrame, pd.DataFrame, Rng], None]):
    """Some rows once or twice more, each copy spoiled, in a random order."""
    chosen = rng.choice(len(sample), max(int(share * len(sample)), 3), replace=False)
    again = np.r_[chosen, chosen[: len(chosen) // 3]]
    copied = sample.iloc[again].reset_index(drop=True)
    spoil(copied, sample, rng)
    order = rng.permutation(len(sample) + len(again))
    frame = pd.concat([sample, copied], ignore_index=True).iloc[order].reset_index(drop=True)
    return Spoiled(frame, np.r_[np.arange(len(sample)), again][order], frozenset(chosen.tolist()), "duplicates")


def exact(*_: object) -> None:
    """Leave the copies as they are."""


def jitter(copied: pd.DataFrame, sample: pd.DataFrame, rng: Rng) -> None:
    """Noise of 1 % of the standard deviation in every number of many values, whole numbers staying whole."""
    for name in numbers(sample):
        noisy = copied[name] + rng.normal(0, 0.01 * sample[name].std(), len(copied))
        copied[name] = noisy.round() if (sample[name].dropna() % 1 == 0).all() else noisy


def jitter_all(copied: pd.DataFrame, sample: pd.DataFrame, rng: Rng) -> None:
    """Noise of 1 % of the standard deviation in every number, which makes whole numbers real ones."""
    for name in sample:
        if pd.api.types.is_numeric_dtype(sample[name]) and not pd.api.types.is_bool_dtype(sample[name]):
            copied[name] = copied[name].astype(float) + rng.normal(0, 0.01 * sample[name].std(), len(copied))


def one_cell(copied: pd.DataFrame, sample: pd.DataFrame, rng: Rng) -> None:
    """One cell of each copy holds what another row does."""
    for row in range(len(copied)):
        name = sample.columns[rng.integers(sample.shape[1])]
        other = sample[name][sample[name] != copied.loc[row, name]]
        copied.loc[row, name] = other.iloc[rng.integers(len(other))]


def far_values(sample: pd.DataFrame, share: float, rng: Rng, change: Callable[..., np.ndarray], n_fields: int = 1):
    """Some cells of one field, or of several, changed: those that leave the field's range are at fault."""
    measured = numbers(sample)
    if len(measured) < n_fields:
        return None
    frame = sample.copy()
    rows = rng.choice(len(sample), max(int(share * len(sample)), 3), replace=False)
    at_fault: set[int] = set()
    for name in rng.choice(measured, n_fields, replace=False).tolist():
        frame[name] = frame[name].astype(float)
        known = rows[frame[name].iloc[rows].notna().to_numpy()]
        frame.loc[known, name] = change(frame.loc[known, name].to_numpy(), sample[name], rng)
        at_fault |= set(known[~frame[name].iloc[known].between(sample[name].min(), sample[name].max())].tolist())
    return Spoiled(frame, np.arange(len(frame)), frozenset(at_fault), "outliers")


def beyond(values: np.ndarray, column: pd.Series, rng: Rng) -> np.ndarray:
    """8 to 20 standard deviations above the largest."""
    return column.max() + column.std() * rng.uniform(8, 20, len(values))


def shifted(values: np.ndarray, column: pd.Series, rng: Rng) -> np.ndarray:
    """10 to 20 standard deviations up or down."""
    return values + rng.choice([-1, 1], len(values)) * column.std() * rng.uniform(10, 20, len(values))


def multiplied(values: np.ndarray, _: pd.Series, rng: Rng) -> np.ndarray:
    """10 to 100 times as large."""
    return values * rng.uniform(10, 100, len(values))


def wrong_unit(values: np.ndarray, _: pd.Series, __: Rng) -> np.ndarray:
    """A thousand times as large."""
    return values * 1000


def coded(values: np.ndarray, column: pd.Series, rng: Rng) -> np.ndarray:
    """A code of nines for "unknown", outside all values."""
    codes = [-1.0, -9.0, -99.0, -999.0, 99.0, 999.0, 9999.0, 99999.0]
    out = [c for c in codes if c < column.min() - column.std() or c > column.max() + column.std()]
    return np.full(len(values), out[rng.integers(len(out))] if out else -9999999.0)


def lost_in_group(sample: pd.DataFrame, share: float, rng: Rng) -> Spoiled | None:
    """A field blanked in that share of the rows of one level of another."""
    groups = categories(sample)
    if len(groups) < 2:
        return None
    lost, by = (str(c) for c in rng.choice(groups, 2, replace=False))
    shares = sample[by].value_counts(normalize=True)
    levels = shares.index[(shares > 0.05) & (shares < 0.8)]
    if not len(levels):
        return None
    return _blanked(sample, lost, sample[by] == levels[rng.integers(len(levels))], share, rng)


def lost_in_range(sample: pd.DataFrame, share: float, rng: Rng) -> Spoiled | None:
    """A field blanked in that share of the rows in the top or bottom 15 to 40 % of another."""
    measured = numbers(sample)
    others = [c for c in sample if c not in measured[:1]]
    if not measured or not others:
        return None
    by = measured[rng.integers(len(measured))]
    lost = str(rng.choice([c for c in sample if c != by]))
    cut = rng.uniform(0.15, 0.4)
    top = rng.random() < 0.5
    edge = sample[by].quantile(1 - cut if top else cut)
    return _blanked(sample, lost, sample[by] >= edge if top else sample[by] <= edge, share, rng)


def _blanked(sample: pd.DataFrame, lost: str, inside: pd.Series, share: float, rng: Rng) -> Spoiled:
    blank = inside & (rng.random(len(sample)) < share) & sample[lost].notna()
    frame = sample.copy()
    if not pd.api.types.is_datetime64_any_dtype(frame[lost]):
        frame[lost] = frame[lost].astype(object)
    frame[lost] = frame[lost].where(~blank, None)
    if pd.api.types.is_numeric_dtype(sample[lost]) and not pd.api.types.is_bool_dtype(sample[lost]):
        frame[lost] = pd.to_numeric(frame[lost])
    at_fault = np.flatnonzero(inside & frame[lost].isna())
    return Spoiled(frame, np.arange(len(frame)), frozenset(at_fault.tolist()), "missing")


def spoilings(sample: pd.DataFrame, seed: int) -> Iterator[tuple[str, Spoiled]]:
    """Every fault in turn, under its name."""
    rng = np.random.default_rng([seed, 77])
    coarse = "coarse: " if sample.duplicated().mean() > COARSE else ""
    for spoil in (exact, jitter, jitter_all, one_cell):
        yield f"{coarse}copies {spoil.__name__}", copies(sample, COPIED[seed % 3], rng, spoil)
    made: list[tuple[str, Spoiled | None]] = [
        (f"far {change.__name__}", far_values(sample, FAR[(seed + i) % 3], rng, change))
        for i, change in enumerate((beyond, shifted, multiplied, wrong_unit, coded))
    ]
    made.append(("far beyond in two fields", far_values(sample, FAR[seed % 3], rng, beyond, 2)))
    for i in range(2):
        made.append(("missing in a group", lost_in_group(sample, LOST[(seed + i) % 2], rng)))
        made.append(("missing over a range", lost_in_range(sample, LOST[(seed + i) % 2], rng)))
    yield from ((name, s) for name, s in made if s is not None and len(s.at_fault) >= 3)


def findings(frame: pd.DataFrame, seed: int) -> tuple[FrameTable, list[Finding]]:
    """The table and the findings that no other one explains."""
    table = FrameTable(frame.reset_index(drop=True))
    made = detect_bias(table, profile(table), options=BiasOptions(random_state=seed))
    return table, [f for f in made.findings if f.explained_by is None]


def is_hit(found: Finding, spoiled: Spoiled, table: FrameTable) -> bool:
    """Whether a finding has the right direction and is about the rows at fault."""
    if found.direction != spoiled.direction:
        return False
    rows = found.rows
    if rows is None:
        rows = tuple(table.query(f"SELECT rowid AS r FROM t WHERE ({found.where})")["r"].tolist())
    labels = set(spoiled.labels[list(rows)].tolist())
    return len(labels & spoiled.at_fault) >= 0.5 * len(labels | spoiled.at_fault)


def _shuffled(sample: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, 5])
    return pd.DataFrame({c: sample[c].to_numpy()[rng.permutation(len(sample))] for c in sample}).astype(sample.dtypes)


def run(names: Iterable[str], seeds: range, verbose: bool) -> tuple[dict[str, list[int]], dict[str, Counter[str]]]:
    """[hits, cases, findings shown] by fault, and claims of each detector by kind of control."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    claims: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        frame = load(name)
        for seed in seeds:
            sample = frame.sample(min(N_SAMPLE, len(frame)), random_state=seed).reset_index(drop=True)
            for control, given in (("as it is", sample), ("shuffled", _shuffled(sample, seed))):
                _, found = findings(given, seed)
                claims[control].update(["controls", *(f"{f.detector}: {f.direction}" for f in found)])
                if verbose:
                    print(*(f"  {control} {name} {seed}: {f.statement}" for f in found), sep="\n", flush=True)
            for kind, spoiled in spoilings(sample, seed):
                table, found = findings(spoiled.frame, seed)
                hit = any(is_hit(f, spoiled, table) for f in found[:3])
                tally[kind] = [a + b for a, b in zip(tally[kind], (hit, 1, len(found)))]
                if verbose and not hit:
                    print(f"  missed {kind} {name} {seed}:", [f.statement for f in found], flush=True)
    return tally, claims


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="first seed; change it to judge on cases never seen")
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    tally, claims = run(given.tables, range(given.first, given.first + given.seeds), given.verbose)
    print("| fault | cases | found in the first three | findings |\n|---|---|---|---|")
    for kind, (hits, cases, shown) in tally.items():
        print(f"| {kind} | {cases} | {hits / cases:.2f} | {shown / cases:.1f} |")
    print("\n| controls | tables | claims each | by detector and direction |\n|---|---|---|---|")
    for control, counted in claims.items():
        n = counted.pop("controls")
        print(f"| {control} | {n} | {sum(counted.values()) / n:.2f} | {dict(counted) or 'none'} |")


if __name__ == "__main__":
    main()
