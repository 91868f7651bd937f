"""Where on the map are rows, where are they lacking, and which coordinates cannot be right?

Longitude and latitude are told by their names and by nearly all of their values lying within ±180 and ±90. Coordinates
at (0, 0), out of range, swapped or with a lost sign are rows to correct: each lies far from all others and would lie
among them once corrected. With a reference, every rectangle of a 16 by 16 grid of its quantiles is compared (a scan
statistic after Kulldorff, 1997), each held against all of them (Bonferroni).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from observatory.bias.axis import Axis, family, make_axes
from observatory.bias.coded import Side, code
from observatory.bias.compare.candidates import box_sums, compare, spans
from observatory.bias.compare.cells import count_where, explained_away, region_finding, where_sql
from observatory.bias.compare.compared import compared
from observatory.bias.compare.explain import Region
from observatory.bias.describe import count, listed, number, share
from observatory.bias.drawn import MAX_ROWS
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome, Run, Witness
from observatory.bias.statistics import log_p, wilson
from observatory.model import Effect, FieldProfile, Finding, Note
from observatory.quoting import sql_literal, sql_name

Point = tuple[float, float]
_LATITUDE, _LONGITUDE = ("latitude", "lat"), ("longitude", "long", "lon", "lng")
_MAX_PLACES = 3
_MIN_ROWS = 50
_MIN_DISTINCT = 10
_IN_RANGE = 0.95  # of the values, or else the names mean something else
_ISLAND = 0.01  # degrees around (0, 0): about a kilometre, open sea
_FAR = 3.0  # times the width of the middle 98 %, and at least _MIN_DEGREES, from the rest
_MIN_DEGREES = 5.0
_MAX_SHARE = 0.05  # of the rows: more are no mistakes but another place
_N_BINS = 16
_CELLS = 20
_DENSE = 0.1
_MAX_ROWS_SHOWN = 10_000


@dataclass(frozen=True)
class Place:
    """The two fields of a place, and the rectangle (low, high) of the middle 98 % of its latitudes and longitudes."""

    latitude: FieldProfile
    longitude: FieldProfile
    bounds: tuple[Point, Point]

    @property
    def columns(self) -> tuple[str, str]:
        """Names of latitude and longitude."""
        return self.latitude.name, self.longitude.name

    @property
    def sql(self) -> tuple[str, str]:
        """SQL of latitude and longitude as numbers."""
        lat, lon = (f"{sql_name(name)}::DOUBLE" for name in self.columns)
        return lat, lon


def geography(run: Run) -> Outcome:
    """Coordinates that cannot be right, rectangles that depart from the reference, and a note on coverage."""
    named = pairs_of(run.profile.fields)[:_MAX_PLACES] if run.n_rows >= _MIN_ROWS else []
    places = [p for lat, lon in named if (p := place_of(run, lat, lon))]
    if not places:
        return Outcome()
    wrong = [(f, float(f.p or 0.0)) for place in places for f in mistakes(run, place)]
    tests, found, witnesses = _compared(run, places) if run.reference is not None else (np.empty(0), [], [])
    check = (
        f"{count(len(places), 'pair')} of coordinates looked at for places that cannot be right"
        f"{', and for rectangles of which the reference has more or fewer' if len(tests) else ''}."
    )
    return Outcome(
        check,
        {"coordinates": np.array([p for _, p in wrong]), "geography": tests},
        tuple((f, ("coordinates", i)) for i, (f, _) in enumerate(wrong))
        + tuple((f, ("geography", i)) for f, i in found),
        tuple(n for p in places for n in _coverage_notes(run, p)) if run.reference is None else (),
        witnesses=tuple(witnesses),
    )


def pairs_of(fields: Sequence[FieldProfile]) -> list[tuple[FieldProfile, FieldProfile]]:
    """Numeric fields named as latitude and longitude that are named alike otherwise, such as `start_lat, start_lng`."""
    numbers = [f for f in fields if family(f.storage) == "number"]
    found = []
    for lat in numbers:
        key = _without(lat.name, _LATITUDE)
        lon = next((f for f in numbers if key is not None and _without(f.name, _LONGITUDE) == key), None)
        if lon is not None:
            found.append((lat, lon))
    return found


def _without(name: str, words: Sequence[str]) -> tuple[str, ...] | None:
    """The words of a name less the one that names a coordinate; None when there is none."""
    parts = re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    named = next((w for w in words if w in parts), None)
    return None if named is None else tuple(p for p in parts if p != named)


def place_of(run: Run, latitude: FieldProfile, longitude: FieldProfile) -> Place | None:
    """The place of two fields; None when their values are no coordinates."""
    lat, lon = (f"{sql_name(f.name)}::DOUBLE" for f in (latitude, longitude))
    ends = [f"quantile_disc({x}, {q}) FILTER (WHERE isfinite({x}))" for x in (lat, lon) for q in (0.01, 0.99)]
    drawn = f" AND hash(rowid, {run.random_state}) % {2**20} < {int(MAX_ROWS / run.n_rows * 2**20)}"
    row = run.table.query(
        f"SELECT count(*), count(*) FILTER (WHERE abs({lat}) <= 90 AND abs({lon}) <= 180),"
        f" {', '.join(ends)}"
        f" FROM t WHERE isfinite({lat}) AND isfinite({lon}){drawn if run.n_rows > MAX_ROWS else ''}"
    ).iloc[0]
    n, inside, south, north, west, east = row.tolist()
    if n < _MIN_ROWS or inside < _IN_RANGE * n or latitude.distinct < _MIN_DISTINCT:
        return None
    return Place(latitude, longitude, ((south, north), (west, east)))


def mistakes(run: Run, place: Place) -> list[Finding]:
    """Rows whose coordinates are impossible, at (0, 0), swapped, or without their sign."""
    (south, north), (west, east) = place.bounds
    lat, lon = place.sql
    far_lat, far_lon = (max(_FAR * (high - low), _MIN_DEGREES) for low, high in place.bounds)
    away = (
        f"NOT ({_between(lat, south - far_lat, north + far_lat)} AND {_between(lon, west - far_lon, east + far_lon)})"
    )
    possible = f"abs({lat}) <= 90 AND abs({lon}) <= 180"
    island = f"abs({lat}) <= {_ISLAND} AND abs({lon}) <= {_ISLAND}"
    corrected = {
        "swapped: latitude and longitude the other way round": (lon, lat),
        f"without the sign of {place.columns[1]}": (lat, f"(-{lon})"),
        f"without the sign of {place.columns[0]}": (f"(-{lat})", lon),
    }
    asked = [
        (f"NOT ({possible}) AND NOT {_swapped(place)}", "out of range: latitudes end at ±90, longitudes at ±180", True)
    ]
    asked.append((f"{island} AND {away}", "at 0, 0, in the open sea off Africa: usually a missing place", False))
    for words, (x, y) in corrected.items():
        among = f"{_between(x, south, north)} AND {_between(y, west, east)}"
        asked.append(
            (f"{among} AND {away} AND NOT ({island})", f"far from all others, and among them if {words}", False)
        )
    counts = count_where(run.table, [where for where, _, _ in asked])
    return [
        _mistake(run, place, where, words, n, impossible)
        for (where, words, impossible), n in zip(asked, counts)
        if 0 < n <= _MAX_SHARE * run.n_rows
    ]


def _swapped(place: Place) -> str:
    lat, lon = place.sql
    (south, north), (west, east) = place.bounds
    return f"({_between(lon, south, north)} AND {_between(lat, west, east)})"


def _between(x: str, low: float, high: float) -> str:
    return f"{x} BETWEEN {sql_literal(float(low))} AND {sql_literal(float(high))}"


def _mistake(run: Run, place: Place, where: str, words: str, n: int, impossible: bool) -> Finding:
    """p: none of the other N rows lies there, so that one true row does has a chance of 1 / (N + 1) at most."""
    p = 0.0 if impossible else float((1 / (run.n_rows - n + 1)) ** min(n, 20))
    rows = run.table.query(f"SELECT rowid AS r FROM t WHERE {where} ORDER BY 1 LIMIT {_MAX_ROWS_SHOWN}")["r"].tolist()
    names = listed(list(place.columns))
    return Finding(
        id="",
        kind="rows",
        columns=place.columns,
        where=where,
        direction="outliers",
        rows=tuple(int(r) for r in rows),
        n=n,
        sample_share=n / run.n_rows,
        reference_share=None,
        interval=wilson(n, run.n_rows),
        effect=Effect("share of rows", n / run.n_rows),
        p=p,
        q=None,
        severity="medium" if n >= 0.01 * run.n_rows else "low",
        evidence="internal",
        detector="geography",
        statement=f"{count(n)} ({share(n / run.n_rows)}) {'has' if n == 1 else 'have'} {names} {words}.",
        evidence_sql=f"SELECT * FROM t WHERE {where}",
        remedy={"check": "Correct these coordinates, or set them to missing."},
    )


def _coverage_notes(run: Run, place: Place) -> list[Note]:
    """Where half of the rows lie in a tenth of the ground that holds any, on a grid of twenty by twenty: a note."""
    (south, north), (west, east) = place.bounds
    lat, lon = place.sql
    steps = [max(high - low, 1e-9) / _CELLS for low, high in place.bounds]
    cells = ", ".join(
        f"floor(({x} - {sql_literal(float(low))}) / {sql_literal(float(s))})"
        for x, (low, _), s in zip((lat, lon), place.bounds, steps)
    )
    inside = f"{_between(lat, south, north)} AND {_between(lon, west, east)}"
    frame = run.table.query(f"SELECT {cells}, count(*) AS n FROM t WHERE {inside} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2")
    n = frame["n"].to_numpy(dtype=float)
    half = int(np.searchsorted(np.cumsum(n), 0.5 * n.sum())) + 1
    if half > _DENSE * len(n):
        return []
    text = (
        f"Half of the rows lie in {half} of the {len(n)} cells that hold any, on a grid of {_CELLS} by {_CELLS} over"
        f" {place.columns[0]} {number(south)} to {number(north)} and {place.columns[1]} {number(west)} to"
        f" {number(east)}; {max(_CELLS * _CELLS - len(n), 0)} cells hold none."
    )
    needs = "Whether those places are empty or were not reached needs a reference with coordinates."
    return [Note("geography", place.columns, text, needs)]


def _compared(
    run: Run, places: Sequence[Place]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], list[tuple[Finding, int]], list[Witness]]:
    """p of all rectangles of all places, those that are findings with their position, and witnesses."""
    assert run.reference is not None
    theirs = storage_of(run.reference)
    known = [p for p in places if all(family(theirs.get(c, "")) == "number" for c in p.columns)]
    if not known or not run.reference.n_rows or not run.once(compared).axes:
        return np.empty(0), [], []
    tests: list[np.ndarray[Any, np.dtype[np.float64]]] = []
    found: list[tuple[Finding, int]] = []
    witnesses: list[Witness] = []
    for place in known:
        axes = make_axes([place.latitude, place.longitude], [run.table, run.reference], _N_BINS)
        if len(axes) < 2 or not all(a.ordered for a in axes):
            continue
        drawn = [code(t, axes, run.random_state) for t in (run.table, run.reference)]
        _, raw = _scan(axes, drawn, run)
        if raw is not None:
            witnesses.append(Witness("geography", where_sql(raw, axes), "over" if raw.z > 0 else "under"))
        p, best = _scan(axes, _weighted(run, drawn), run)
        if best is not None and (finding := _departure(run, best, axes)):
            place_of_p = int(np.flatnonzero(np.isclose(p, np.exp(best.log_p), rtol=1e-12, atol=0))[0])
            found.append((finding, sum(len(t) for t in tests) + place_of_p))
        tests.append(p)
    return np.concatenate(tests) if tests else np.empty(0), found, witnesses


def _weighted(run: Run, drawn: Sequence[Side]) -> list[Side]:
    """The same rows with the weights under which all that was found so far is explained away."""
    sides = run.once(explained_away).sides
    return [Side(d.codes, s.weights) if isinstance(s, Side) else d for d, s in zip(drawn, sides)]


def _scan(
    axes: Sequence[Axis], sides: Sequence[Side], run: Run
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], Region | None]:
    """p of every rectangle, and the one that departs most if it holds against all of them."""
    whole = [np.arange(a.n_codes) for a in axes]
    ranges = [list(spans(1, a.n_codes)) for a in axes]
    p, r = (box_sums(s.table(0, 1, *whole) if len(s.weights) else np.zeros((1, 1)), *ranges).ravel() for s in sides)
    z, h, ok = compare(p, r, *sides)
    if not ok.any():
        return np.empty(0), None
    log_ps = log_p(z)[ok]
    score = np.where(ok & (np.abs(h) >= run.options.min_effect), np.abs(z), 0.0)
    i = int(score.argmax())
    if log_p(z[i]) + np.log(len(log_ps)) > np.log(run.options.max_q) or not score[i]:
        return np.exp(log_ps), None
    (a, b), (c, d) = ranges[0][i // len(ranges[1])], ranges[1][i % len(ranges[1])]
    codes = tuple(range(a, b)), tuple(range(c, d))
    return np.exp(log_ps), Region((0, 1), codes, float(z[i]), "geography", float(log_p(z[i])), float(h[i]))


def _departure(run: Run, region: Region, axes: Sequence[Axis]) -> Finding | None:
    """The region as a finding, if its plain shares depart the same way."""
    assert run.reference is not None
    where = where_sql(region, axes)
    n, m = (count_where(t, [where])[0] for t in (run.table, run.reference))
    finding = region_finding(region, axes, n, run.n_rows, m / run.reference.n_rows, "geography")
    alike = finding.effect.value * region.h > 0 and abs(finding.effect.value) >= run.options.min_effect
    return finding if alike else None
