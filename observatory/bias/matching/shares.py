"""Known shares of a population, in the forms that people have them, as `field, value, share`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observatory.bias.axis import family
from observatory.bias.describe import listed
from observatory.bias.matching.align import by_name, read_as, tight
from observatory.bias.matching.band import overlapping
from observatory.bias.matching.levels import folded, levels_of, quoted, same_spelling
from observatory.errors import ObservatoryError
from observatory.model import FieldMatch, Note, Profile, Table

_COLUMNS = {
    "field": ("field", "variable", "column"),
    "value": ("value", "level", "category", "group"),
    "share": ("share", "proportion", "percent", "percentage", "per cent", "%"),
    "n": ("n", "count", "number", "population"),
}
_TOTALS = ("total", "all", "sum")
_HINT = "They are a table with the columns field, value and share (or n), one row for each value."


def known_shares(frame: pd.DataFrame, table: Table, profile: Profile) -> tuple[pd.DataFrame, list[Note]]:
    """Marginals as `field, value, share` under the names and spellings of a table, and notes on how they were read.

    Counts (`n`) become shares of their field; text such as “51 %” is read; a row for the total of a field is left out;
    names and values are matched but for case and spaces. ObservatoryError where a column is missing, or a share is not
    a number from 0 up. Shares that do not add up to 1 are left as they are, for `marginals` to judge.
    """
    read = _columns([str(name) for name in frame.columns])
    if frame.empty:
        raise ObservatoryError("The marginals have no rows.", _HINT)
    given = pd.DataFrame({new: frame[old] for new, old in zip(read, frame[list(read.values())])})
    given["field"] = [str(name) for name in given["field"]]
    given["share"] = _numbers(given.pop("n" if "n" in given else "share"))
    renamed, notes = _under_our_names(given, table, profile)
    kept, more = _without_totals(renamed)
    _refuse(kept, profile)
    if "n" in read:
        kept["share"] = kept["share"] / kept.groupby("field")["share"].transform("sum")
    return kept, notes + more


def _refuse(given: pd.DataFrame, profile: Profile) -> None:
    """ObservatoryError for a value that stands twice, and for bands of a number that overlap."""
    twice = given[given.duplicated(["field", "value"])]
    if len(twice):
        named = f"{twice['field'].iloc[0]} = {twice['value'].iloc[0]}"
        raise ObservatoryError(f"The marginals have more than one row for {named}.", "Write one row for each value.")
    numeric = {f.name for f in profile.fields if family(f.storage) == "number"}
    for field, rows in given[given["field"].isin(numeric)].groupby("field", sort=False):
        if pair := overlapping([str(v) for v in rows["value"] if not pd.isna(v)]):
            bands = f"{quoted(pair[0])} and {quoted(pair[1])}"
            hint = "Write bands that follow each other, such as 18-34 and 35+."
            raise ObservatoryError(f"The bands {bands} of {field} in the marginals overlap.", hint)


def _columns(names: Sequence[str]) -> dict[str, str]:
    """The column that is meant, by what it holds; shares go before counts."""
    found = {}
    for key, words in _COLUMNS.items():
        same = [name for name in names if folded(name) in words]
        if len(same) > 1:
            same = [name for name in same if folded(name) == key][:1] or same[:1]
        if same:
            found[key] = same[0]
    if "share" in found:
        found.pop("n", None)
    lost = [quoted(key) for key in ("field", "value") if key not in found]
    lost += [] if found.keys() & {"share", "n"} else [quoted("share")]
    if lost:
        shown = listed([quoted(n) for n in names[:6]] + ([f"{len(names) - 6} more"] if len(names) > 6 else []))
        raise ObservatoryError(
            f"The marginals have no column {listed(lost)}; their {'columns are' if len(names) > 1 else 'column is'}"
            f" {shown}.",
            _HINT,
        )
    return found


def _numbers(column: pd.Series) -> pd.Series:
    text = column.astype(str).str.replace("%", "").str.strip()
    numbers = pd.to_numeric(column if column.dtype.kind in "iuf" else text, errors="coerce")
    wrong = numbers.isna() | (numbers < 0) | (numbers == float("inf"))
    if wrong.any():
        raise ObservatoryError(
            f"Row {int(wrong.to_numpy().argmax()) + 1} of the marginals has the share {quoted(column[wrong].iloc[0])},"
            " which is not a number from 0 up.",
            "Write shares such as 0.51 or 51, or counts in a column n.",
        )
    return numbers.astype(float)


def _without_totals(given: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """The marginals without rows that repeat the sum of all other rows of their field."""
    is_total = given["value"].map(lambda v: folded(str(v)) in _TOTALS)
    others = given["share"].where(~is_total, 0.0).groupby(given["field"]).transform("sum")
    repeats = is_total & ((given["share"] - others).abs() <= 0.02 * others)
    names = tuple(dict.fromkeys(given.loc[repeats, "field"]))
    text = f"The marginals hold a total of {listed(names)}, which is not read as a value." if names else ""
    return given[~repeats].reset_index(drop=True), [Note("marginals", names, text)] if names else []


def _under_our_names(given: pd.DataFrame, table: Table, profile: Profile) -> tuple[pd.DataFrame, list[Note]]:
    ours = {f.name: f.storage for f in profile.fields}
    known = levels_of(table, ours, [n for n, kind in ours.items() if kind.upper() in ("VARCHAR", "BOOLEAN")])
    made, matches = [], []
    for key, rows in given.groupby("field", sort=False):
        theirs = str(key)
        field = by_name([theirs], list(ours), tight).get(theirs, theirs)
        values = [str(v) for v in rows["value"] if not pd.isna(v)]
        match = FieldMatch(field, theirs, same_spelling(known.get(field, ()), values))
        read = pd.Series([match.levels.get(str(v), v) for v in rows["value"]], index=rows.index, dtype=object)
        made.append(rows.assign(field=field, value=read))
        matches.append(match)
    return pd.concat(made).sort_index(), read_as(tuple(matches), "the marginals")
