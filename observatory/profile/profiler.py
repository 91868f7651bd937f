"""From a table to its Profile."""

from __future__ import annotations

from observatory.model import FieldProfile, HistogramBin, Profile, Table
from observatory.profile.columns import Column, columns_of
from observatory.profile.histogram import histograms
from observatory.profile.roles import type_and_role
from observatory.profile.statistics import Statistics, measure


def profile(table: Table, *, random_state: int = 0) -> Profile:
    """The type, role and statistics of every field.

    Counts, extremes, means, histograms and the counts of top values come from all rows. Above 50,000 rows quantiles
    come from a sample of about as many, and the distinct values of fields that have over 1,000 are estimated unless
    nearly all differ; `exact` says so. NaN is a missing value; infinities count as present and in nothing else.
    """
    columns = columns_of(table)
    found = measure(table, columns, random_state)
    bins = histograms(table, columns, found)
    fields = [_field(column, found[column.name], bins.get(column.name, ()), table.n_rows) for column in columns]
    return Profile(table.n_rows, tuple(fields))


def _field(column: Column, known: Statistics, histogram: tuple[HistogramBin, ...], n_rows: int) -> FieldProfile:
    kind, role = type_and_role(column, known)
    return FieldProfile(
        name=column.name,
        type=kind,
        role=role,
        storage=column.storage,
        missing=n_rows - known.present,
        distinct=known.distinct,
        min=known.low,
        max=known.high,
        mean=known.mean,
        sd=known.sd,
        quantiles=known.quantiles,
        top=known.top,
        histogram=histogram,
        exact=known.exact,
    )
