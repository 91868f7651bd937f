"""The cells that weights are made for: the cuts of a table, and what share of the population each group has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Codes, Weights
from observatory.bias.compare.cells import count_where
from observatory.bias.compare.compared import compared
from observatory.bias.compare.marginals import given_shares, known_axis, known_margin
from observatory.bias.describe import predicate as said
from observatory.bias.drawn import drawn
from observatory.bias.remedy.balance import subject
from observatory.bias.run import Run
from observatory.errors import ObservatoryError
from observatory.model import Finding, Table
from observatory.quoting import sql_name

MAX_CELLS = 200_000
MAX_COARSE = 12
_MAX_KEY = 2**62


@dataclass(frozen=True)
class Cut:
    """One margin: a field's groups, or a predicate (its rows are code 1), with the population's share of every code."""

    expression: str
    labels: tuple[str, ...]
    target: Weights
    axis: Axis | None = None
    words: str = ""
    predicate: str = ""

    @property
    def name(self) -> str:
        """The field, or the group in words."""
        return self.axis.field if self.axis else self.words

    def said(self, code: int) -> str:
        """The rows of a code in words."""
        return f"{self.name} is {self.labels[code]}" if self.axis else self.labels[code]

    def where(self, code: int) -> str:
        """SQL predicate of the rows of a code."""
        if self.axis:
            return self.axis.where((code,))
        return self.predicate if code else f"({self.predicate}) IS NOT TRUE"


@dataclass(frozen=True, eq=False)
class Cells:
    """Distinct combinations of codes, by key, with the rows of a table that have them and of those the rows that meet
    each of some predicates."""

    keys: Codes
    counts: Weights
    hits: tuple[Weights, ...]
    sizes: tuple[int, ...]

    def codes(self) -> list[Codes]:
        """The code of every cell in each cut."""
        return [np.asarray(self.keys // stride % size) for stride, size in zip(strides(self.sizes), self.sizes)]


@dataclass(frozen=True)
class Population:
    """What a run is compared with: axes of the fields, and by field the share of every group where marginals give it.

    `n` are the rows of a reference table, 0 if there is none; `rows_of` the fields that it holds.
    """

    axes: Mapping[str, Axis]
    shares: Mapping[str, Weights]
    n: int
    rows_of: tuple[str, ...]

    @property
    def coarse(self) -> list[str]:
        """Fields of few levels, coarse ones first."""
        return [name for name, a in self.axes.items() if not a.ordered and len(a.literals) <= MAX_COARSE]


def population(run: Run) -> Population:
    """What is known of the population: the fields that the reference holds, and the marginals of others.

    ObservatoryError where there is nothing to weigh to.
    """
    if not run.compares:
        raise ObservatoryError(
            "There is no population to weigh to.", "Give a reference table, or marginals: field, value, share."
        )
    axes: dict[str, Axis] = {}
    shares: dict[str, Weights] = {}
    if run.reference is not None:
        axes = {a.field: a for a in run.once(compared).axes}
    rows_of = tuple(axes)
    for axis, margin in _marginal_axes(run):
        if axis.field not in axes:
            axes[axis.field], shares[axis.field] = axis, margin
    if not axes:
        raise ObservatoryError(
            "The sample and its population have no field in common to weigh by.", "See the notes of the bias report."
        )
    return Population(axes, shares, run.reference.n_rows if run.reference is not None else 0, rows_of)


def _marginal_axes(run: Run) -> list[tuple[Axis, Weights]]:
    """The fields that marginals are given of, cut as they say."""
    if run.marginals is None:
        return []
    made = []
    given, _ = given_shares(run.marginals)
    for field in run.profile.fields:
        axis = known_axis(field, given[field.name]) if field.name in given else None
        if axis is not None:
            made.append((axis, known_margin(axis, given[axis.field], field.missing / max(run.n_rows, 1))))
    return made


def _shares(table: Table, axis: Axis) -> Weights:
    counted = sql_name(f"{axis.field} rows")
    source = "t"
    if not axis.ordered:  # a few levels are coded, not all rows
        source = f"(SELECT {sql_name(axis.field)}, count(*) AS {counted} FROM t GROUP BY 1)"
    n = "count(*)" if axis.ordered else f"sum({counted})"
    frame = table.query(f"SELECT {axis.code_sql()} AS c, {n} AS n FROM {source} GROUP BY 1")
    counts = np.zeros(axis.n_codes)
    counts[frame["c"].to_numpy(dtype=np.int64)] = frame["n"]
    return np.asarray(counts / max(counts.sum(), 1))


def chosen(run: Run, known: Population, fields: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    """The fields to weigh by: those asked for, else those of the findings and the other coarse ones but the target.

    FieldNotFound for a field the sample has not; ObservatoryError for one that the population says nothing of.
    """
    for name in fields:
        run.profile.field(name)
        if name not in known.axes:
            there = ", ".join(known.axes)
            raise ObservatoryError(f"Nothing is known of {name} in the population.", f"Fields to weigh by: {there}.")
    if fields:
        return list(dict.fromkeys(fields))
    found = [c for f in findings for c in f.columns if c in known.axes]
    return list(dict.fromkeys([*found, *(name for name in known.coarse if name != run.target)]))


def cuts(run: Run, known: Population, fields: Sequence[str], findings: Sequence[Finding]) -> list[Cut]:
    """One cut for each field, and after those of the findings one for each combination that a finding names."""
    made = [_cut(run, known, name) for name in fields]
    joint = [f for f in findings if len(f.columns) > 1 and set(f.columns) <= set(known.rows_of)]
    if not joint:
        return made
    named = {c for f in findings for c in f.columns}
    first = max((i for i, f in enumerate(fields, 1) if f in named), default=0)
    return [*made[:first], *groups(run, joint), *made[first:]]


def _cut(run: Run, known: Population, name: str) -> Cut:
    axis, target = known.axes[name], known.shares.get(name)
    if target is None:
        assert run.reference is not None
        target = _shares(run.reference, axis)
    return Cut(axis.code_sql(), _labels(axis), target, axis)


def groups(run: Run, findings: Sequence[Finding]) -> list[Cut]:
    """The group of each finding against all other rows, counted in the reference."""
    assert run.reference is not None
    made = []
    for finding, n in zip(findings, count_where(run.reference, [str(f.where) for f in findings])):
        inside, words = n / run.reference.n_rows, subject(finding)
        labels, target = (f"Not: {words}", words), np.array([1 - inside, inside])
        expression = f"CASE WHEN {finding.where} THEN 1 ELSE 0 END"
        made.append(Cut(expression, labels, target, words=words, predicate=str(finding.where)))
    return made


def _labels(axis: Axis) -> tuple[str, ...]:
    words = [said(axis.condition((code,))) for code in range(axis.n_codes)]
    return tuple(w.removeprefix(f"{axis.field} is ") for w in words)


def affordable(table: Table, made: Sequence[Cut]) -> int:
    """How many of the cuts, from the first on, make no more than `MAX_CELLS` cells in a million rows; at least one."""
    sizes = [len(c.target) for c in made]
    fits = [k for k in range(1, len(made) + 1) if int(np.prod(sizes[:k], dtype=object)) <= _MAX_KEY]
    sure = [k for k in fits if int(np.prod(sizes[:k], dtype=object)) <= MAX_CELLS]
    if table.n_rows <= MAX_CELLS or len(sure) == len(made):
        return len(fits)
    names = ", ".join(f"({c.expression})::UTINYINT AS c{i}" for i, c in enumerate(made[: len(fits)]))
    counted = ", ".join(
        f"approx_count_distinct(({', '.join(f'c{i}' for i in range(k))}))" for k in range(len(sure) + 1, len(fits) + 1)
    )
    if not counted:
        return max(len(fits), 1)
    part = drawn(table, most=5 * MAX_CELLS)
    found = table.query(f"SELECT {counted} FROM (SELECT {names} FROM t WHERE {part})").iloc[0].tolist()
    return max(len(sure) + sum(1 for n in found if n <= MAX_CELLS), 1)


def strides(sizes: Sequence[int]) -> list[int]:
    """What each code is multiplied by in a key."""
    return [int(np.prod(sizes[i + 1 :], dtype=object)) for i in range(len(sizes))]


def key_sql(made: Sequence[Cut]) -> str:
    """SQL expression of the key of a row."""
    parts = [f"({c.expression})::BIGINT * {s}" for c, s in zip(made, strides([len(c.target) for c in made]))]
    return " + ".join(parts) or "0::BIGINT"


def cells(table: Table, made: Sequence[Cut], predicates: Sequence[str] = (), where: str = "TRUE") -> Cells:
    """The cells of all rows of a table, or of those that a predicate selects."""
    hits = "".join(f", count(*) FILTER (WHERE {p}) AS h{i}" for i, p in enumerate(predicates))
    frame = table.query(f"SELECT {key_sql(made)} AS k, count(*) AS n{hits} FROM t WHERE {where} GROUP BY 1 ORDER BY 1")
    found = tuple(frame[f"h{i}"].to_numpy(dtype=float) for i in range(len(predicates)))
    sizes = tuple(len(c.target) for c in made)
    return Cells(frame["k"].to_numpy(dtype=np.int64), frame["n"].to_numpy(dtype=float), found, sizes)
