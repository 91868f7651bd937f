"""What a chart shows: LIDA's by its spec and vegafusion's rows, and whether any chart is drawn at all.

LIDA's chart is read to its advantage. It passes if any of its layers or parts does, with its rows as vegafusion
computes them or as `benchmarks/nl2vis.py` carries out the spec; circles and squares are points; bars that stand on
each other count with their sum; every way to sort that Vega-Lite has is followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import vl_convert

from benchmarks.lida.peer import n_marks
from benchmarks.nl2vis import UNITS, in_order, name_of, plotted, verdict
from observatory.errors import ObservatoryError
from observatory.insight.wording import mark_of

_POINTS = {"circle": "point", "square": "point"}
_CHANNELS = ("x", "y", "color", "theta", "shape", "row", "column", "facet")
_WORST_LAST = ("rows", "order", "pass")


# ── ours ─────────────────────────────────────────────────────────────────────────────────────────


def is_drawn(obs: Any, dataset: Any, spec: Mapping[str, Any]) -> dict[str, Any]:
    """How many marks a chart has as the page draws it, and as anyone does who has its spec and the rows."""
    if not spec:
        return {"marks": 0, "error": "there is no chart"}
    try:
        page = n_marks(obs.picture(spec, dataset))
        rows = obs.rows(dataset, n=dataset.n_rows).to_json(orient="records", date_format="iso")
        bound = {**spec, "data": {"values": json.loads(rows)}}
        elsewhere = n_marks(vl_convert.vegalite_to_svg(bound, allowed_base_urls=[]))
    except (ObservatoryError, ValueError) as exc:
        return {"marks": 0, "error": f"{type(exc).__name__}: {exc}"[:300]}
    return {"marks": min(page, elsewhere), "error": None if page and elsewhere else "the chart is empty"}


# ── LIDA's ───────────────────────────────────────────────────────────────────────────────────────


def verdict_of(case: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """“pass”, or what is wrong first: error, mark, rows or order; of several readings of a chart the best."""
    if answer.get("error"):
        return "error"
    said = [verdict_of_rows(case, *reading) for reading in readings(answer)]
    return max(said, key=lambda v: _WORST_LAST.index(v) if v in _WORST_LAST else -1) if said else "rows"


def verdict_of_rows(case: Mapping[str, Any], mark: str, rows: pd.DataFrame) -> str:
    """The verdict on rows that are computed and sorted already: as a chart of plain values, one column a channel."""
    plain = {channel: {"field": channel, "type": "quantitative"} for channel in rows}
    return verdict(case, {"mark": mark, "encoding": plain}, rows)


def readings(answer: Mapping[str, Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The mark of each part of LIDA's chart, with its plotted rows in every way they can be read."""
    frames = answer.get("rows") or []
    for number, unit in enumerate(units(answer["spec"])):
        mark = _POINTS.get(mark_of(unit), mark_of(unit))
        found = [computed(unit, frames[number])] if number < len(frames) else []
        found.append(carried_out(unit, answer["spec"]))
        for rows in found:
            if rows is not None and len(rows):
                for reading in (rows, *stacked(mark, rows)):
                    yield mark, displayed(reading, unit["encoding"])


def units(spec: Mapping[str, Any], above: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The single charts of a spec, each with the encoding and transforms of what it stands in."""
    outer = above or {}
    encoding = {**outer.get("encoding", {}), **spec.get("encoding", {})}
    transform = [*outer.get("transform", []), *spec.get("transform", [])]
    data = spec.get("data") or outer.get("data") or {}
    here = {"encoding": encoding, "transform": transform, "data": data}
    inner = next((spec[key] for key in ("layer", "hconcat", "vconcat", "concat") if key in spec), None)
    if inner is None and isinstance(spec.get("spec"), Mapping):
        inner = [spec["spec"]]
    if inner is not None:
        return [unit for part in inner for unit in units(part, here)]
    return [{**here, "mark": spec["mark"]}] if "mark" in spec else []


def computed(unit: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> pd.DataFrame | None:
    """Vegafusion's rows, with the columns that channels show under the names of the channels."""
    frame = pd.DataFrame.from_records(list(records))
    found = {}
    for channel, definition in channels(unit):
        column = column_of(definition, list(frame))
        if column is not None:
            found[channel] = in_units(frame[column], definition)
    return pd.DataFrame(found) if found else None


def column_of(definition: Mapping[str, Any], columns: Sequence[str]) -> str | None:
    """The column that Vega-Lite makes for a channel: `mean_Fare`, `__count`, `bin_maxbins_10_Age`, `year_Date`."""
    field, aggregate = name_of(str(definition.get("field", ""))), definition.get("aggregate")
    if aggregate == "count":
        return next((c for c in columns if c == "__count" or c.startswith("count_")), None)
    first = aggregate or ("bin" if definition.get("bin") else definition.get("timeUnit")) or ""
    wanted = [c for c in columns if first and c.startswith(str(first)) and c.endswith(field)]
    return next(iter(wanted), field if field in columns else None)


def in_units(values: pd.Series, definition: Mapping[str, Any]) -> pd.Series:
    """Times as the unit of a channel writes them."""
    unit = definition.get("timeUnit")
    if not isinstance(unit, str) or unit not in UNITS:
        return values
    return pd.to_datetime(values, utc=True, errors="coerce").dt.strftime(UNITS[unit])


def carried_out(unit: Mapping[str, Any], spec: Mapping[str, Any]) -> pd.DataFrame | None:
    """The rows by `benchmarks/nl2vis.py`; None for what it does not carry out."""
    values = unit["data"].get("values") or spec.get("datasets", {}).get(unit["data"].get("name"))
    kept = {channel: {**d, "sort": "ascending"} for channel, d in channels(unit)}
    try:
        return plotted({**unit, "encoding": kept}, pd.DataFrame(values)) if values and kept else None
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None


def channels(unit: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The channels that show data."""
    items = ((c, unit["encoding"].get(c)) for c in _CHANNELS)
    return [(c, d) for c, d in items if isinstance(d, Mapping) and ("field" in d or "aggregate" in d)]


def stacked(mark: str, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Bars and slices of one place stand on each other: what they show together, for each colour and in all."""
    for place, size in (("x", "y"), ("y", "x"), ("color", "theta")):
        if mark in ("bar", "arc") and {place, size} <= set(rows) and pd.api.types.is_numeric_dtype(rows[size]):
            for keys in ([place, "color"], [place]):
                if set(keys) <= set(rows) and len(set(keys)) == len(keys):
                    yield rows.groupby(keys, sort=False, dropna=False)[size].sum().reset_index()


def displayed(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Rows in the order of the axis that has a place for each."""
    for channel, other in (("x", "y"), ("y", "x")):
        sort = encoding.get(channel, {}).get("sort") if channel in rows else None
        if isinstance(sort, list):
            rank = {str(value): n for n, value in enumerate(sort)}
            places = rows[channel].astype(str).map(rank).fillna(len(rank))
            return rows.iloc[places.argsort(kind="stable")]
        if isinstance(sort, Mapping) and other in rows:
            down = sort.get("order") == "descending"
            return rows.sort_values(other, ascending=not down, kind="stable")
        if channel in encoding and "sort" in encoding[channel] and sort is None:
            return rows
    return in_order(rows, encoding)
