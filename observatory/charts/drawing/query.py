"""A view as SQL over all rows of the table `t`: what is drawn is computed there, never from a silent sample.

The columns that come back are named after channels (`v_x`, `v_y`, `v_color`, …): no name out of the data goes further.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from observatory.charts.drawing.gaps import filled
from observatory.charts.drawing.intervals import bounded
from observatory.charts.drawing.palette import missing_last
from observatory.charts.drawing.summaries import summaries_of
from observatory.charts.drawing.units import CYCLES, iso_sql, unit_sql
from observatory.charts.drawing.values import filter_sql, value_sql
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, Profile, Table
from observatory.quoting import sql_literal, sql_name

BINNED_MARKS = ("bar", "rect")
MOST_POINTS = 2_000
MOST_ROWS = 5_000
MOST_BINS = 1_000
MOST_FAR = 500
MOST_LEVELS = {"color": 100, "shape": 8}
_RANKED = ("median", "q1", "q3", "stdev", "variance")


@dataclass(frozen=True)
class Bins:
    """Bins of one width; `last` is where the last one starts, and it holds its upper end too."""

    step: float
    last: float


@dataclass(frozen=True)
class Drawn:
    """The rows to draw; `n_rows` were looked at, `n_left_out` of them lack a value.

    `sampled` of the `n_shown` that a limit leaves were drawn; `n_far` lie beyond the whiskers of boxes.
    """

    rows: pd.DataFrame
    n_rows: int
    n_left_out: int
    sampled: int | None = None
    averaged: bool = False
    steps: Mapping[str, Bins] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    n_shown: int = 0
    n_far: int = 0


def nice_step(low: float, high: float, maxbins: int, least: float = 0.0) -> float:
    """The width of bins that Vega picks: 1, 2 or 5 times a power of ten, with at most `maxbins` bins.

    >>> nice_step(0, 100, 20), nice_step(1, 9, 20, least=1.0)
    (5.0, 1.0)
    """
    span = (high - low) or abs(low) or 1.0
    step = max(least, 10.0 ** (round(math.log10(span)) - math.ceil(math.log10(maxbins))))
    while math.ceil(span / step) > maxbins:
        step *= 10
    for divisor in (5, 2):
        if step / divisor >= least and span / (step / divisor) <= maxbins:
            step /= divisor
    return step


def column(encoding: Encoding) -> str:
    """The column of a channel, in SQL and in the drawn chart."""
    return f"v_{encoding.channel}"


def boxed(view: View) -> Encoding | None:
    """The number whose quartiles a box plot shows: the upright one where both axes have numbers."""
    axes = [e for e in (view.on("y"), view.on("x")) if e is not None and e.field is not None]
    return next((e for e in axes if e.type == "quantitative" and not e.bin and not e.aggregate), None)


class Query:
    """The SQL of one view over one table."""

    def __init__(self, view: View, table: Table, profile: Profile) -> None:
        self.view = view
        self.table = table
        self.profile = profile
        self.sums = summaries_of(table)
        self.kept = self._kept()

    def _kept(self) -> str:
        """The rows to draw: a column for each channel that shows a field, nulls on axes left out."""
        fields = [e for e in self.view.encodings if e.field is not None]
        columns = "".join(f", {value_sql(e, self._field(e))} AS {column(e)}" for e in fields)
        keys = "".join(f", {sql_name(e.field)} AS {column(e)}_key" for e in fields if e.field and is_discrete(e))
        orders = [(e, self.profile.field(e.order[0])) for e in fields if e.order and e.order[0] is not None]
        keys += "".join(f", TRY_CAST({sql_name(f.name)} AS DOUBLE) AS {column(e)}_order" for e, f in orders)
        filters = " AND ".join(filter_sql(f, self.profile.field(f.field)) for f in self.view.filters) or "TRUE"
        base = f"SELECT rowid AS id{columns}{keys}{self.sums.carried} FROM t WHERE {filters}"
        needed = " AND ".join(f"{column(e)} IS NOT NULL" for e in self._needed()) or "TRUE"
        kept = f"WITH base AS ({base}), kept AS (SELECT * FROM base WHERE {needed})"
        return kept + self._limited()

    def _field(self, encoding: Encoding) -> FieldProfile:
        return self.profile.field(encoding.field or "")

    def _needed(self) -> list[Encoding]:
        fields = [e for e in self.view.encodings if e.field is not None]
        return [e for e in fields if not is_discrete(e) and e.aggregate != "distinct"]

    def _limited(self) -> str:
        ranked = self.view.measured() if self.view.limit is not None else None
        if ranked is None:
            return ", shown AS (SELECT * FROM kept)"
        group, measure = ranked
        order = "DESC" if self.view.descending else "ASC"
        by = self.sums.of(measure.aggregate or "sum", column(measure))
        rows = self.sums.ranked("kept", [column(group)], [column(measure)] if measure.aggregate in _RANKED else [])
        first = (
            f"SELECT {column(group)} FROM {rows} GROUP BY 1 ORDER BY {by} {order} NULLS LAST, 1 LIMIT {self.view.limit}"
        )
        return f", shown AS (SELECT * FROM kept WHERE {column(group)} IN ({first}))"

    def run(self) -> Drawn:
        """The rows of the chart, from all rows of the table; points and ticks beyond `MOST_POINTS` are sampled."""
        counts = self.table.query(
            f"{self.kept} SELECT (SELECT count(*) FROM base), (SELECT count(*) FROM kept), count(*) FROM shown"
        )
        n_base, n_kept, n_shown = (int(n) for n in counts.iloc[0])
        steps = {e.channel: self._bins(e) for e in self.view.encodings if e.bin}
        levels = {e.channel: self._levels(e) for e in self.view.encodings if self._has_levels(e)}
        summary = any(e.aggregate for e in self.view.encodings)
        averaged = not summary and self.view.mark in ("line", "area") and n_shown > MOST_POINTS
        sampled = MOST_POINTS if not summary and not averaged and n_shown > MOST_POINTS else None
        columns = ", ".join(self._columns(steps, averaged))
        order = "ORDER BY id" if sampled is None else "ORDER BY hash(id), id"
        tail = "GROUP BY ALL ORDER BY ALL" if summary or averaged else order
        source = self._ranked(steps) if summary else "shown"
        sql = f"{self.kept} SELECT {columns} FROM {source} {tail} LIMIT {sampled or MOST_ROWS}"
        rows = self.table.query(sql)
        mean = self.view.averaged()
        if self.view.interval is not None and mean is not None:
            rows = bounded(rows, column(mean), self.view.interval)
        return Drawn(
            filled(rows, self.view, MOST_ROWS), n_base, n_base - n_kept, sampled, averaged, steps, levels, n_shown
        )

    def boxes(self) -> tuple[Drawn, pd.DataFrame]:
        """Quartiles and whiskers (Tukey: the last values within 1.5 times the interquartile range), and rows beyond."""
        number = boxed(self.view)
        parted = [e for e in self.view.encodings if e != number and e.field is not None]
        steps = {e.channel: self._bins(e) for e in parted if e.bin}
        value, groups = column(number) if number else "NULL", [column(e) for e in parted]
        made = [self._column(e, steps, False) for e in parted if e.bin or e.time_unit or e.type == "temporal"]
        cut = [f"{sql} AS {name}" for columns in made for name, sql in columns.items()]
        replaced = f" REPLACE ({', '.join(cut)})" if cut else ""
        kept = f"{self.kept}, cut AS (SELECT *{replaced} FROM shown)"
        levels = {e.channel: self._levels(e) for e in self.view.encodings if self._has_levels(e)}
        by = "".join(f"{g}, " for g in groups)
        parts = (("q1", "q1"), ("median", "mid"), ("q3", "q3"))
        quartiles = by + ", ".join(f"{self.sums.of(aggregate, value)} AS {name}" for aggregate, name in parts)
        using = f"JOIN boxes USING ({', '.join(groups)})" if groups else "CROSS JOIN boxes"
        fence = f"{value} BETWEEN q1 - 1.5 * (q3 - q1) AND q3 + 1.5 * (q3 - q1)"
        ranked = self.sums.ranked("cut", groups, [value])
        boxes = f"{kept}, boxes AS (SELECT {quartiles} FROM {ranked} GROUP BY ALL)"
        ends = f"min({value}) FILTER ({fence}) AS low, max({value}) FILTER ({fence}) AS high"
        rows = self.table.query(
            f"{boxes} SELECT {by}q1, mid, q3, {ends}, count(*) AS n FROM cut {using} GROUP BY ALL ORDER BY ALL"
        )
        beyond = self.table.query(
            f"{boxes} SELECT {by}{value} FROM cut {using} WHERE NOT ({fence}) ORDER BY hash(id), id LIMIT {MOST_FAR}"
        )
        n_far = len(beyond)
        if n_far == MOST_FAR:
            n_far = int(
                self.table.query(f"{boxes} SELECT count(*) FROM cut {using} WHERE NOT ({fence})").iloc[0].iloc[0]
            )
        counts = self.table.query(f"{self.kept} SELECT (SELECT count(*) FROM base), count(*) FROM kept")
        n_base, n_kept = (int(n) for n in counts.iloc[0])
        return Drawn(rows, n_base, n_base - n_kept, levels=levels, n_far=n_far), beyond

    def _has_levels(self, encoding: Encoding) -> bool:
        quiet = encoding.channel == "text" or encoding.channel.startswith("detail")
        named = is_discrete(encoding) and encoding.field is not None and not quiet
        return named or encoding.time_unit in CYCLES

    def _bins(self, encoding: Encoding) -> Bins:
        name = column(encoding)
        extent = self.table.query(f"{self.kept} SELECT min({name}), max({name}) FROM shown")
        low, high = extent.iloc[0]
        if pd.isna(low):
            return Bins(1.0, 0.0)
        whole = "INT" in self._field(encoding).storage.upper()
        step = encoding.step or nice_step(float(low), float(high), encoding.bin or 10, 1.0 if whole else 0.0)
        if (float(high) - float(low)) / step > MOST_BINS:
            raise ChartInvalidSpec("Bins as narrow as that are too many to draw.", "Take wider bins.")
        return Bins(step, max(math.floor(low / step), math.ceil(high / step) - 1) * step)

    def _levels(self, encoding: Encoding) -> tuple[str, ...]:
        """The labels in the order of their values; few colours and shapes count every row, so they never change."""
        channel = column(encoding)
        lasting = self._lasting(encoding) if encoding.channel in MOST_LEVELS and not encoding.time_unit else None
        if lasting is not None:
            return lasting
        if encoding.time_unit in CYCLES:
            label, key = CYCLES[encoding.time_unit]
            sql = (
                f"SELECT {label.format(v=channel)} AS label, min({key.format(v=channel)}) AS key FROM shown GROUP BY 1"
            )
            found = self.table.query(f"{self.kept} SELECT label FROM ({sql}) ORDER BY key")
        else:
            _, op, descending = encoding.order or (None, "", False)
            key = self.sums.of(op, f"{channel}_order") if encoding.order else f"min({channel}_key)"
            sql = f"SELECT {channel} AS label, {key} AS key FROM shown GROUP BY 1"
            by = f"key {'DESC' if descending else 'ASC'} NULLS LAST, label"
            found = self.table.query(f"{self.kept} SELECT label FROM ({sql}) ORDER BY {by} LIMIT {MOST_ROWS}")
        return tuple(missing_last(map(str, found["label"])))

    def _lasting(self, encoding: Encoding) -> tuple[str, ...] | None:
        """The labels over every row, or None where they are too many to keep a colour or shape each."""
        most = MOST_LEVELS[encoding.channel]
        label = value_sql(encoding, self._field(encoding))
        sql = f"SELECT {label} AS label, min({sql_name(encoding.field or '')}) AS key FROM t GROUP BY 1"
        found = self.table.query(f"SELECT label FROM ({sql}) ORDER BY key NULLS LAST, label LIMIT {most + 1}")
        return None if len(found) > most else tuple(map(str, found["label"]))

    def _columns(self, steps: Mapping[str, Bins], averaged: bool) -> list[str]:
        """A column or two for each channel; summaries of a field come with the number `n` of their rows."""
        shown = [e for e in self.view.encodings if e.datum is None]
        columns = [f"{sql} AS {name}" for e in shown for name, sql in self._column(e, steps, averaged).items()]
        if any(e.aggregate and e.aggregate != "count" for e in shown):
            columns.append("count(*) AS n")
        mean = self.view.averaged()
        if self.view.interval is not None and mean is not None:
            columns.append(self.sums.spread(column(mean), self.view.interval))
        return columns or ["DISTINCT 0 AS n"]

    def _ranked(self, steps: Mapping[str, Bins]) -> str:
        """The rows that summaries are of, with what quantiles and deviations need."""
        shown = [e for e in self.view.encodings if e.datum is None]
        around = self.view.averaged() if self.view.interval is not None else None
        values = [column(e) for e in shown if e.aggregate in _RANKED or e == around]
        if not values:
            return "shown"
        groups = [next(iter(self._column(e, steps, False).values())) for e in shown if e.aggregate is None]
        return self.sums.ranked("shown", groups, values)

    def _column(self, encoding: Encoding, steps: Mapping[str, Bins], averaged: bool) -> dict[str, str]:
        """The columns of a channel: name -> SQL."""
        name = column(encoding)
        if encoding.aggregate:
            summary = self.sums.of(encoding.aggregate, name)
            return {name: iso_sql(summary) if encoding.type == "temporal" else summary}
        if encoding.bin:
            bins = steps[encoding.channel]
            step, last = sql_literal(bins.step), sql_literal(bins.last)
            low = f"least(floor({name} / {step} + 1e-9) * {step}, {last})"
            if self.view.mark not in BINNED_MARKS:
                return {name: f"{low} + {step} / 2"}
            return {name: low, f"{name}_end": f"{low} + {step}"}
        if encoding.time_unit:
            return {name: unit_sql(encoding.time_unit, name)}
        if averaged and encoding == self.height():
            return {name: self.sums.of("mean", name)}
        if encoding.type == "temporal":
            return {name: iso_sql(f"time_bucket({self._bucket(name)}, {name})" if averaged else name)}
        return {name: name}

    def height(self) -> Encoding | None:
        """The number that a line shows: the vertical one where both are numbers."""
        axes = [e for e in (self.view.on("y"), self.view.on("x")) if e is not None]
        return next((e for e in axes if e.type == "quantitative" and not e.format), None)

    def _bucket(self, channel: str) -> str:
        extent = self.table.query(f"{self.kept} SELECT date_diff('second', min({channel}), max({channel})) FROM shown")
        return f"INTERVAL {max(1, math.ceil(int(extent.iloc[0].iloc[0]) / 400))} SECOND"
